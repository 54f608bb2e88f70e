import type { Plot, Point } from "../layers/plot"
import { span } from "./viewport"

/** What is under a place of the host element (CSS pixels) in the view shown now. */
export function pointUnder(plot: Plot, { x, y }: Pick<Point, "x" | "y">): Point {
  const { time, price } = plot.viewport()
  const { left, top, width, height } = plot.frame()
  return { x, y, time: time[0] + ((x - left) / width) * span(time), price: price[1] - ((y - top) / height) * span(price) }
}
