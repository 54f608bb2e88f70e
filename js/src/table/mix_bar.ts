import { LEVERAGE_GROUPS } from "../controls/leverage_groups"
import { element } from "../dom/element"
import { mixText } from "../format/percent"

/** A small stacked bar of the leverage groups, the largest named beside it; its label says all of them. */
export function mixBar(mix: Readonly<Record<string, number>>): HTMLElement {
  const known = LEVERAGE_GROUPS.map((name, index) => ({ share: mix[name] ?? 0, index }))
  const parts = known.filter(({ share }) => share >= 0.005).map(({ share, index }) => {
    const part = element("span", "liq-mix-part")
    part.style.flexGrow = share.toFixed(3)
    part.style.setProperty("--liq-nth", String(index))
    return part
  })
  const [largest] = Object.entries(mix).sort(([, a], [, b]) => b - a)
  const bar = element("span", "liq-mix-bar", { "aria-hidden": "true" }, parts)
  const spoken = element("span", "liq-spoken", {}, [mixText(mix)])
  return element("span", "liq-mix", { title: mixText(mix) }, [bar, element("span", "liq-mix-name", { "aria-hidden": "true" }, [largest?.[0] ?? "–"]), spoken])
}
