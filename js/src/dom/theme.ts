import type { AnyModel } from "@anywidget/types"
import { effect, type ReadonlySignal } from "@preact/signals"
import type { Bound } from "../wire/bound"
import { observe } from "../wire/model"
import type { ThemeChoice, Traits } from "../wire/traits"
import { COLOURS, coloursOf } from "./colours"
import type { Disposer } from "./dispose"

export type Theme = "dark" | "light"

/** Watch the theme that the model wants: its own, or that of JupyterLab, VS Code or the system; calls back at once and on each change. */
export function watchTheme(model: AnyModel<Traits>, callback: (theme: Theme) => void): Disposer {
  const system = window.matchMedia("(prefers-color-scheme: dark)")
  let last: Theme | null = null
  const check = () => {
    const theme = chosen(model.get("theme")) ?? pageTheme() ?? (system.matches ? "dark" : "light")
    if (theme !== last) callback((last = theme))
  }
  const observer = new MutationObserver(check)
  for (const target of [document.body, document.documentElement]) {
    observer.observe(target, { attributes: true, attributeFilter: ATTRIBUTES })
  }
  system.addEventListener("change", check)
  const unlink = observe(model, ["theme"], check)
  check()
  return () => {
    unlink()
    observer.disconnect()
    system.removeEventListener("change", check)
  }
}

const ATTRIBUTES = ["data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind", "data-theme", "theme", "class"]

const chosen = (name: ThemeChoice): Theme | null => (name === "dark" || name === "light" ? name : null)

/** The theme of the map: dark, since much is bright, unless another was chosen. */
export const groundOf = (choice: ThemeChoice, page: Theme): Theme => chosen(choice) ?? page

function pageTheme(): Theme | null {
  const { dataset, classList } = document.body
  if (dataset.jpThemeLight) return dataset.jpThemeLight === "true" ? "light" : "dark"
  if (dataset.vscodeThemeKind) return /light/.test(dataset.vscodeThemeKind) ? "light" : "dark"
  const named = document.documentElement.dataset.theme ?? document.documentElement.getAttribute("theme")
  if (named) return /dark/.test(named) ? "dark" : "light"
  if (classList.contains("vscode-dark") || classList.contains("theme-dark")) return "dark"
  return null
}

/** Give the stylesheet the colours of the sides, and of the ground that heat lies on. */
export function tint(root: HTMLElement, { _sides, side_colours, map_theme }: Bound["traits"], theme: ReadonlySignal<Theme>): Disposer {
  return effect(() => {
    const { long, short } = coloursOf(_sides.value, side_colours.value, theme.value)
    root.style.setProperty("--liq-long", long)
    root.style.setProperty("--liq-short", short)
    root.style.setProperty("--liq-map", COLOURS[groundOf(map_theme.value, theme.value)].ground)
  })
}
