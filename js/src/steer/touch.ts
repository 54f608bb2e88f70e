import { type Disposer, disposerBag, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { pinch } from "./pinch"
import { panViewport, pointUnder, type Viewport, zoomViewport } from "./viewport"

const HOLD = 300
const SLACK = 8

export interface Touch {
  /** What a drag does has changed. */
  ruled(): void
  dispose: Disposer
}

/**
 * Steer by touch. Two fingers zoom about their middle and move; a tap, and a finger that rests, read out, and what
 * rested moves the crosshair. The drag and the tap of one finger are Bokeh's, but up and down scrolls the page, unless
 * a box is to be drawn or the page is hidden by a full screen.
 */
export function touchSteering(wrapper: HTMLElement, host: HTMLElement, plot: Plot, go: (viewport: Viewport) => void): Touch {
  const { surface } = plot
  const bag = disposerBag()
  let first: PointerEvent | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let moved = false
  let held = false

  const boxes = () => wrapper.dataset.mode === "select"
  const scrolls = () => !boxes() && !document.fullscreenElement
  const ruled = () => void (surface.style.touchAction = scrolls() ? "pan-y" : "none")
  const tell = (type: string, { pointerId, clientX, clientY }: PointerEvent) =>
    void surface.dispatchEvent(new PointerEvent(type, { pointerId, clientX, clientY, isPrimary: true }))
  const touch = (act: (event: PointerEvent) => void) => (event: PointerEvent) => void (event.pointerType === "touch" && event.isPrimary && act(event))
  const down = touch((event) => {
    first = event
    moved = held = false
    clearTimeout(timer)
    timer = setTimeout(() => {
      held = true
      tell("pointercancel", event)
      tell("pointermove", event)
    }, HOLD)
  })
  const move = touch((event) => {
    if (!first || moved || held) return
    const [across, down] = [Math.abs(event.clientX - first.clientX), Math.abs(event.clientY - first.clientY)]
    const far = Math.hypot(across, down) >= SLACK
    if (far) clearTimeout(timer)
    // What starts up or down is the page's: the browser says so only after a few moves, of which Bokeh must not hear.
    moved = far && (across > down || !scrolls())
    if (!moved) event.stopPropagation()
  })
  const up = touch((event) => {
    clearTimeout(timer)
    if (!moved && event.type === "pointerup") tell("pointermove", event)
    first = null
  })
  const began = () => {
    if (!first || (moved && boxes())) return false
    clearTimeout(timer)
    held = false
    moved = true
    tell("pointercancel", first)
    return true
  }
  const stop = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const capture = { capture: true }
  // A finger that leaves the glass leaves what it read out, until it touches elsewhere.
  const leave = (event: PointerEvent) => void (event.pointerType === "touch" && event.stopPropagation())
  const elsewhere = (event: PointerEvent) => void (event.pointerType === "touch" && !event.composedPath().includes(host) && tell("pointerout", event))
  bag.add(
    listen(host, "pointerdown", down, capture),
    listen(host, "pointermove", move, capture),
    listen(host, "pointerup", up, capture),
    listen(host, "pointercancel", up, capture),
    listen(host, "pointerout", leave, capture),
    listen(host, "contextmenu", (event) => void (first && stop(event)), capture),
    listen(host, "touchmove", (event) => void (held && event.preventDefault()), { passive: false }),
    pinch(host, began, (from, to) => {
      const box = host.getBoundingClientRect()
      const { width, height } = plot.area()
      const at = pointUnder(plot, { x: from.x - box.left, y: from.y - box.top })
      const factor = from.apart / to.apart
      go(panViewport(zoomViewport(plot.viewport(), { time: factor, price: factor, at }), (from.x - to.x) / width, (to.y - from.y) / height))
    }),
    listen(document.documentElement, "pointerdown", elsewhere, capture),
    () => clearTimeout(timer),
  )
  document.addEventListener("fullscreenchange", ruled)
  bag.add(() => document.removeEventListener("fullscreenchange", ruled))
  ruled()
  return { ruled, dispose: bag.dispose }
}
