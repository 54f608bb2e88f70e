import type { ReadonlySignal } from "@preact/signals"
import { type OpenerProps, useTurn } from "../controls/drawer"
import type { Disposer } from "../dom/dispose"
import { listen } from "../dom/dispose"

const WAYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Keys on the picture",
    [
      ["← → ↑ ↓", "move; Shift: finely"],
      ["+ −", "zoom"],
      ["0 or Home", "back to the window"],
      ["Enter", "select what is in view"],
      ["Escape", "clear the selection"],
      ["F", "full screen"],
    ],
  ],
  [
    "Mouse",
    [
      ["Wheel", "zoom, after a click into the picture or with Ctrl or ⌘; else the page scrolls"],
      ["Shift, Alt", "with the wheel: time alone, price alone"],
      ["Drag", "move, or draw a box; an axis: stretch it"],
      ["Click", "tick a cluster"],
      ["Double click", "back to the window"],
    ],
  ],
  [
    "Touch",
    [
      ["Sideways", "move; else the page scrolls"],
      ["Two fingers", "zoom and move"],
      ["Tap, or rest", "read out"],
    ],
  ],
]

/** Opens and closes the help. */
export function HelpButton({ id, open, turn }: OpenerProps) {
  const [busy, act] = useTurn({ open, turn })
  return (
    <button
      class="liq-button"
      type="button"
      title="Keys, mouse and touch (key ?)"
      aria-label="Help"
      aria-controls={id}
      aria-expanded={open.value}
      aria-busy={busy}
      onClick={act}
    >
      ?
    </button>
  )
}

/** How to steer, on request. */
export function Help({ id, open }: { id: string; open: ReadonlySignal<boolean> }) {
  return (
    <section class="liq-help" id={id} aria-label="Help" hidden={!open.value}>
      {WAYS.map(([title, rows]) => (
        <div key={title} class="liq-help-part">
          <h3 class="liq-heading">{title}</h3>
          <dl class="liq-ways">
            {rows.map(([keys, does]) => (
              <>
                <dt>{keys}</dt>
                <dd>{does}</dd>
              </>
            ))}
          </dl>
        </div>
      ))}
    </section>
  )
}

/** Hear ? and F from everywhere in the widget that does not take letters itself, and Escape, which closes the help first. */
export function helpKeys(root: HTMLElement, { open, turn }: Omit<OpenerProps, "id">, full: () => void): Disposer {
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open.peek()) return
    open.value = false
    event.stopPropagation()
  }
  const press = (event: KeyboardEvent) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey || (target as Element).matches("input:not([type=checkbox], [type=radio], [type=range]), select")) return
    if (key === "?") void turn(open)
    else if (key.toLowerCase() === "f") full()
    else return
    event.preventDefault()
  }
  const unlink = [listen(root, "keydown", escape, { capture: true }), listen(root, "keydown", press)]
  return () => {
    for (const disconnect of unlink) disconnect()
  }
}
