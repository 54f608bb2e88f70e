import { curve } from "../../../liqwidget/look.json"

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
