import { describe, expect, it } from "vitest"
import { provenance_height } from "../../../liqwidget/look.json"
import { along, foot, placeTexts } from "../../src/layers/overlay_labels"

const size = { width: 900, height: 500 }
const OPENED = "opened: share of est. size $56.1M in the cluster, 12 % before this view"
const FEEDS = "binance to 2026-01-29 06:35"

/** Where the label of a level stands whose line is so far from the bottom [px]. */
function placedAbove(bottom: number, feeds: string, opened: string) {
  const wish = { text: "own liquidation (binance, isolated) 79,066", color: "#fff", spots: (wide: number) => along(8, size.width - wide, () => size.height - bottom) }
  return placeTexts([wish], foot(feeds, opened, size), () => false, size)[0]
}

describe("labels over the picture", () => {
  it("keep off the row that says whose data these are", () => {
    expect(placedAbove(15, "", "")?.x).toBe(8)
    expect(placedAbove(15, FEEDS, "")!.x).toBeGreaterThan(180)
    expect(placedAbove(60, FEEDS, "")?.x).toBe(8)
  })

  it("keep off what is said of when a selection was opened, its bars, and the row above it", () => {
    for (const bottom of [48, 60, 70]) expect(placedAbove(bottom, FEEDS, OPENED)!.x).toBeGreaterThan(180)
    expect(placedAbove(provenance_height / 2, FEEDS, OPENED)).toBeUndefined()
    expect(placedAbove(140, FEEDS, OPENED)?.x).toBe(8)
  })
})
