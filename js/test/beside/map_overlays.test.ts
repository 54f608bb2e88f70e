import { describe, expect, it } from "vitest"
import { drawOverlays } from "../../src/beside/map_overlays"
import { COLOURS } from "../../src/dom/colours"
import type { Overlays } from "../../src/wire/overlays"

type Call = [name: string, ...args: unknown[]]

/** A context that remembers what is drawn, with letters six pixels wide. */
function paper(): { context: CanvasRenderingContext2D; calls: Call[] } {
  const calls: Call[] = []
  const context = new Proxy({} as Record<string, unknown>, {
    get: (kept, name: string) => kept[name] ?? (name === "measureText" ? (text: string) => ({ width: 6 * text.length }) : (...args: unknown[]) => void calls.push([name, ...args])),
  })
  return { context: context as unknown as CanvasRenderingContext2D, calls }
}

const level = (label: string, low: number, high = low) => ({ label, low, high, start: null, end: null, dash: "solid", color: { light: "#a00", dark: "#f99" } })

describe("labels on the liquidation map", () => {
  it("each has a plate, and none lies on another, however near their prices are", () => {
    const labels = ["entry 87,500", "proposed stop 86,163", "100% of est. $22.1M", "53% of est. $56.1M", "shock 85,637", "ends 85,503", "last week's low 86,022"]
    const levels = labels.map((label, i) => level(label, 86000 + i, 86000 + i + (i === 2 ? 900 : 0)))
    const { context, calls } = paper()
    drawOverlays(context, { overlays: { levels, curves: [], marks: [], series: [] } as unknown as Overlays, theme: "light", price: [78000, 98000], colours: COLOURS.light }, (price) => 62 + (price - 78000) / 20, (amount) => amount, [34, 500])
    const plates = calls.filter(([name, , , , height]) => name === "fillRect" && (height as number) < 30).map(([, left, top, width, height]) => ({ left, top, right: (left as number) + (width as number), bottom: (top as number) + (height as number) }) as Record<string, number>)
    expect(calls.filter(([name]) => name === "fillText").map(([, text]) => text).sort()).toEqual([...labels].sort())
    expect(plates).toHaveLength(labels.length)
    plates.forEach((one, i) => plates.slice(i + 1).forEach((other) => expect(one.left! < other.right! && other.left! < one.right! && one.top! < other.bottom! && other.top! < one.bottom!).toBe(false)))
  })
})
