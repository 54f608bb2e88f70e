import type { ReadonlySignal, Signal } from "@preact/signals"
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
      ["Wheel", "zoom; Shift or the time axis: time alone; Alt or the price axis: price alone"],
      ["Drag", "move, or draw a box"],
      ["Click", "tick a cluster"],
      ["Double click", "back to the window"],
    ],
  ],
  [
    "Touch",
    [
      ["Sideways", "move; up and down scrolls the page"],
      ["Two fingers", "zoom and move"],
      ["Tap, or rest", "read out"],
    ],
  ],
]

/** Opens and closes the help. */
export function HelpButton({ id, open }: { id: string; open: Signal<boolean> }) {
  const close = ({ key }: KeyboardEvent) => {
    if (key === "Escape") open.value = false
  }
  return (
    <button
      class="liq-button"
      type="button"
      title="Keys, mouse and touch (key ?)"
      aria-label="Help"
      aria-controls={id}
      aria-expanded={open.value}
      onClick={() => void (open.value = !open.value)}
      onKeyDown={close}
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

/** Hear ? and F from everywhere in the widget that does not take letters itself. */
export function helpKeys(root: HTMLElement, turn: () => void, full: () => void): Disposer {
  return listen(root, "keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey || (target as Element).matches("input:not([type=checkbox], [type=radio], [type=range]), select")) return
    if (key === "?") turn()
    else if (key.toLowerCase() === "f") full()
    else return
    event.preventDefault()
  })
}
