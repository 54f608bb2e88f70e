import { curve } from "../../../liqwidget/look.json"
import { element } from "../dom/element"

export interface Canvas {
  node: HTMLCanvasElement
  /** Draw anew in CSS pixels; the backing store follows the screen's resolution. */
  draw(width: number, height: number, paint: (context: CanvasRenderingContext2D) => void): void
}

/** A canvas of our own beside Bokeh's: a panel costs a fraction of a Bokeh figure while a view is zoomed. */
export function canvas(className: string, label: string): Canvas {
  const node = element("canvas", className, { role: "img", "aria-label": label })
  return {
    node,
    draw(width, height, paint) {
      const scale = window.devicePixelRatio || 1
      const [across, down] = [Math.round(width * scale), Math.round(height * scale)]
      if (node.width !== across || node.height !== down) {
        node.width = across
        node.height = down
        node.style.width = `${width}px`
        node.style.height = `${height}px`
      }
      const context = node.getContext("2d")
      if (!context) return
      context.setTransform(scale, 0, 0, scale, 0, 0)
      context.clearRect(0, 0, width, height)
      paint(context)
    },
  }
}

/** Stroke the path so that it is seen over bars of the same colour: on a wider line of the ground. */
export function casedStroke(context: CanvasRenderingContext2D, colour: string, ground: string): void {
  context.lineJoin = "round"
  for (const [style, width] of [[ground, curve.casing], [colour, curve.width]] as const) {
    context.strokeStyle = style
    context.lineWidth = width
    context.stroke()
  }
  context.lineWidth = 1
}

export function strokeLine(context: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}
