import { type Disposer, listen } from "../dom/dispose"

/** The middle between two fingers and how far they are apart, in CSS pixels of the window. */
export interface Fingers {
  x: number
  y: number
  apart: number
}

const NEAREST = 16

/** Tell how two fingers on an element move. `began` is asked when the second comes down; nothing else on the page hears of it. */
export function pinch(host: HTMLElement, began: () => boolean, moved: (from: Fingers, to: Fingers) => void): Disposer {
  const fingers = new Map<number, { x: number; y: number }>()
  let on = false
  const both = (): Fingers => {
    const [a, b] = [...fingers.values()] as [{ x: number; y: number }, { x: number; y: number }]
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(NEAREST, Math.hypot(a.x - b.x, a.y - b.y)) }
  }
  const place = ({ pointerId, clientX, clientY }: PointerEvent) => void fingers.set(pointerId, { x: clientX, y: clientY })
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return
    if (fingers.size === 0) return place(event)
    event.stopPropagation()
    if (fingers.size > 1 || !began()) return
    place(event)
    on = true
  }
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return
    const from = fingers.size === 2 ? both() : null
    place(event)
    if (on) event.stopPropagation()
    if (from) moved(from, both())
  }
  const up = ({ pointerId }: PointerEvent) => {
    fingers.delete(pointerId)
    on &&= fingers.size > 0
  }
  const capture = { capture: true }
  const unlink = [
    listen(host, "pointerdown", down, capture),
    listen(host, "pointermove", move, capture),
    listen(host, "pointerup", up, capture),
    listen(host, "pointercancel", up, capture),
    listen(host, "touchmove", (event) => void (on && event.preventDefault()), { passive: false }),
  ]
  return () => {
    for (const disconnect of unlink) disconnect()
  }
}
