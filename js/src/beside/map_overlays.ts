import { overlay } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Theme } from "../dom/theme"
import { placeTexts, type Spot, type Wish } from "../layers/overlay_labels"
import type { Overlays } from "../wire/overlays"
import type { Interval } from "../wire/traits"
import { casedStroke, strokeLine } from "./canvas"

interface Drawn {
  overlays: Overlays
  theme: Theme
  /** From the lowest to the highest price. */
  price: Interval
  colours: Colours
}

/** Of labels, and how high each is [px]. */
const [ROWS, ROW] = [18, 18]

/** Levels and ranges across the map, and curves on the axis of what adds up; labels lie on lines, none on another. */
export function drawOverlays(context: CanvasRenderingContext2D, { overlays, theme, price, colours }: Drawn, x: (price: number) => number, up: (amount: number) => number, [top, bottom]: Interval): void {
  context.save()
  context.beginPath()
  context.rect(x(price[0]), top, x(price[1]) - x(price[0]), bottom - top)
  context.clip()
  const wishes: Wish[] = []
  for (const { label, color, low, high } of overlays.levels) {
    if (high < price[0] || low > price[1]) continue
    context.fillStyle = context.strokeStyle = color[theme]
    context.globalAlpha = overlay.fill
    if (low < high) context.fillRect(x(low), top, x(high) - x(low), bottom - top)
    context.globalAlpha = 1
    for (const at of [low, high]) strokeLine(context, [x(at), top], [x(at), bottom])
    const at = Math.max(x(low), x(price[0]))
    wishes.push({ text: label, color: color[theme], spots: (wide) => beside(at - x(price[0]), wide) })
  }
  for (const { color, price: prices, amount } of overlays.curves) {
    context.beginPath()
    prices.forEach((at, i) => context.lineTo(x(at), up(amount[i]!)))
    casedStroke(context, color[theme], colours.ground)
  }
  context.textBaseline = "middle"
  context.textAlign = "left"
  for (const { text, color, x: left, y } of placeTexts(wishes, [], () => false, { width: x(price[1]) - x(price[0]), height: bottom - top })) {
    context.globalAlpha = overlay.plate
    context.fillStyle = colours.ground
    context.fillRect(x(price[0]) + left, top + y - ROW / 2, context.measureText(text).width + 6, ROW)
    context.globalAlpha = 1
    context.fillStyle = color
    context.fillText(text, x(price[0]) + left + 3, top + y)
  }
  context.restore()
}

/** Right and left of a line, from the upper edge down. */
function* beside(x: number, wide: number): Generator<Spot> {
  for (let row = 0; row < ROWS; row++) for (const left of [x + 3, x - wide - 3]) yield [left, ROW * (row + 0.6)]
}
