import type { Plot, Point } from "./plot"
import { span } from "./viewport"

/** The same place on the page, after the view has moved under it. */
export function pointUnder(plot: Plot, point: Point): Point {
  const { time, price } = plot.viewport()
  const { left, top, width, height } = plot.frame()
  const across = (point.x - left) / width
  const down = (point.y - top) / height
  return { ...point, time: time[0] + across * span(time), price: price[1] - down * span(price) }
}
