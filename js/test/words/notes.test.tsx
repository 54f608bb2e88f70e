// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import type { Market } from "../../src/wire/traits"
import { Banners, Foot, notes, OverPicture } from "../../src/words/notes"
import { draw } from "../draw"

describe("notes", () => {
  const market = { simulated: true, notice: "Simulated", grade: { letter: "B", sentence: "Grade B: one venue", reasons: [], hatched: false } } as unknown as Market
  const told = () => {
    const words = notes()
    const { host } = draw(
      <>
        <Banners notes={words} />
        <div>
          <OverPicture notes={words} />
        </div>
        <Foot notes={words} />
      </>,
    )
    const [top, over, foot] = host.children as unknown as [HTMLElement, HTMLElement, HTMLElement]
    return { ...words, top, foot, over: [...over.children] as HTMLElement[] }
  }
  const texts = (node: HTMLElement) => [...node.children].map((child) => [(child as HTMLElement).dataset.kind, child.textContent])

  it("has words of their own for busy and for gone", () => {
    const words = told()
    const chip = words.over.find(({ className }) => className === "liq-chip")!
    words.kernel("busy")
    expect([chip.hidden, chip.textContent?.startsWith("Kernel busy"), words.top.childElementCount]).toEqual([false, true, 0])
    words.kernel("gone")
    expect(chip.hidden).toBe(true)
    expect(words.top.textContent).toMatch(/^Kernel gone.*run the cell again/)
    words.kernel("silent")
    expect(words.top.textContent).toMatch(/^No answer/)
    words.kernel("ready")
    expect(words.top.childElementCount).toBe(0)
  })

  it("shows error and stale data at once, each once", () => {
    const words = told()
    words.banner("No data")
    words.market({ ...market, stale: "binance sends nothing since 12:05" })
    words.market({ ...market, stale: "binance sends nothing since 12:05" })
    expect(texts(words.top)).toEqual([["error", "No data"], ["stale", "binance sends nothing since 12:05"]])
    words.banner("")
    words.market(market)
    expect(texts(words.top)).toEqual([])
  })

  it("says what is being read, until it is there", () => {
    const words = told()
    words.market({ ...market, reading: "Reading 1h candles" })
    expect(texts(words.top)).toEqual([["reading", "Reading 1h candles"]])
    words.market({ ...market, reading: null })
    expect(texts(words.top)).toEqual([])
  })

  it("always says that a market is simulated, which has no grade", () => {
    const words = told()
    words.market(market)
    expect(texts(words.foot)).toEqual([["simulated", "Simulated market: not real prices"]])
    words.market({ ...market, simulated: false })
    expect(texts(words.foot)).toEqual([["grade", "Grade B: one venue"]])
  })

  it("tells how far the picture is", () => {
    const words = told()
    const panel = words.over.find(({ className }) => className === "liq-panel")!
    words.loading(1, 2, "preparing BokehJS")
    expect(panel.textContent).toContain("Step 1 of 2: preparing BokehJS")
    expect(panel.querySelector("progress")!.hidden).toBe(false)
    words.panel("No heatmap", "why")
    expect(panel.querySelector("progress")!.hidden).toBe(true)
  })

  it("puts an error of an answer before busy", () => {
    const words = told()
    const chip = words.over.find(({ className }) => className === "liq-chip")!
    words.kernel("busy")
    words.chip("Too many pixels")
    expect([chip.textContent, chip.dataset.kind]).toEqual(["Too many pixels", "error"])
    words.chip("")
    expect(chip.dataset.kind).toBe("busy")
  })
})
