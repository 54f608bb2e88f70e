import { type Disposer, disposerBag, listen } from "../dom/dispose"

const LEFT = 1

/**
 * End drags whose end nobody hears: the button came up where no page hears of it, or beside another one; a finger that
 * is down already comes down anew, as after the picture was out of its page for a moment. Escape breaks a drag off.
 * Whoever drags, BokehJS or we, hears that the pointer was taken away, as the browser would say it, from `surface`.
 */
export function endDrags(wrapper: HTMLElement, host: HTMLElement, surface: HTMLElement): Disposer {
  const bag = disposerBag()
  const held = new Map<number, PointerEvent>()
  const end = ({ pointerId, pointerType, isPrimary, clientX, clientY }: PointerEvent) => {
    held.delete(pointerId)
    surface.dispatchEvent(new PointerEvent("pointercancel", { pointerId, pointerType, isPrimary, clientX, clientY, bubbles: true, composed: true }))
  }
  const all = () => [...held.values()].forEach(end)
  const down = (event: PointerEvent) => {
    if (event.isPrimary) all()
    if (event.button === 0) held.set(event.pointerId, event)
  }
  const move = ({ pointerId, pointerType, buttons }: PointerEvent) => {
    const pointer = pointerType === "touch" || buttons & LEFT ? undefined : held.get(pointerId)
    if (pointer) end(pointer)
  }
  const up = ({ pointerId }: PointerEvent) => void held.delete(pointerId)
  const elsewhere = (event: PointerEvent) => {
    const pointer = event.composedPath().includes(host) ? undefined : held.get(event.pointerId)
    if (pointer) end(pointer)
  }
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || held.size === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    all()
  }
  const capture = { capture: true }
  const page = wrapper.ownerDocument.documentElement
  bag.add(
    // A menu, or a part that is out of its page, has the pointer captured no more.
    listen(page, "pointermove", move, capture),
    listen(page, "pointerup", elsewhere, capture),
    listen(page, "pointercancel", elsewhere, capture),
    listen(host, "pointerdown", down, capture),
    listen(host, "pointerup", up, capture),
    listen(host, "pointercancel", up, capture),
    listen(wrapper, "keydown", escape, capture),
  )
  return bag.dispose
}
