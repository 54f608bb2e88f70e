import { type Disposer, disposerBag, listen } from "../dom/dispose"

/**
 * Give a picture the wheel from a click into it to a click elsewhere or Escape; `passed` is told when the wheel scrolled
 * the page over it.
 */
export function engaged(wrapper: HTMLElement, passed: () => void): Disposer {
  const bag = disposerBag()
  const turn = (on: boolean) => void wrapper.toggleAttribute("data-wheel", on)
  const elsewhere = (event: PointerEvent) => event.composedPath().includes(wrapper) || turn(false)
  const escape = ({ key }: KeyboardEvent) => key === "Escape" && turn(false)
  const page = wrapper.ownerDocument.documentElement
  bag.add(
    listen(wrapper, "pointerdown", () => turn(true), { capture: true }),
    listen(page, "pointerdown", elsewhere, { capture: true }),
    listen(page, "keydown", escape, { capture: true }),
    listen(wrapper, "wheel", (event) => void (wheelIsOurs(event, wrapper) || passed()), { capture: true, passive: true }),
    () => turn(false),
  )
  return bag.dispose
}

/** Whether the wheel over a part of a picture is the picture's: engaged, with Ctrl or Cmd, or where it fills the screen. */
export const wheelIsOurs = ({ ctrlKey, metaKey }: WheelEvent, part: Element): boolean =>
  ctrlKey || metaKey || part.closest("[data-wheel], .liq-full") !== null
