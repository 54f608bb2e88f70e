import { describe, expect, it } from "vitest"
import { binValue } from "../../src/heat/bins"
import { buildLut, type LutOptions, paint } from "../../src/heat/lut"

const ladder = { top: 1e6, decades: 4 }
// Red is the index of the entry, so that a colour tells which entry was taken.
const palette = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 0 ? (i / 4) % 256 : i % 4 === 3 ? 255 : 0))
const entry = (word: number | undefined) => (word ?? 0) & 255

const build = (change: Partial<LutOptions> = {}) =>
  buildLut({ palette, side: "both", threshold: 0, scale: "log", ladder, pixels: new Uint8Array(), ...change })

describe("buildLut", () => {
  it("is transparent where nothing stands, on both sides", () => {
    for (const scale of ["log", "linear", "rank"] as const) {
      const lut = build({ scale })
      expect([lut[0], lut[128]]).toEqual([0, 0])
    }
  })

  it("takes the palette as it is on the log scale", () => {
    const lut = build()
    for (let n = 1; n < 128; n++) expect([entry(lut[n]), entry(lut[128 + n])]).toEqual([n, 128 + n])
  })

  it("never falls as the level rises, on any scale", () => {
    const pixels = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 256)
    for (const scale of ["log", "linear", "rank"] as const) {
      const lut = build({ scale, pixels })
      for (let n = 2; n < 128; n++) expect(entry(lut[n])).toBeGreaterThanOrEqual(entry(lut[n - 1]))
    }
  })

  it("draws one side only", () => {
    const lut = build({ side: "short" })
    expect(lut.slice(0, 128).every((word) => word === 0)).toBe(true)
    expect(lut[129]).not.toBe(0)
  })

  it("hides exactly the levels under the threshold", () => {
    const lut = build({ threshold: binValue(64, ladder) })
    expect(lut[63]).toBe(0)
    expect(lut[64]).not.toBe(0)
    expect(build({ threshold: 2e6 }).every((word) => word === 0)).toBe(true)
  })

  it("keeps the colour of a value where the ladder is raised above the strongest one", () => {
    const raised = { top: 1e6 * 10 ** ((4 * 20) / 127), decades: 4, raised: 20 }
    for (const scale of ["log", "linear"] as const) {
      const [usual, higher] = [build({ scale }), build({ scale, ladder: raised })]
      for (let n = 1; n < 108; n++) expect(entry(higher[n])).toBe(entry(usual[n + 20]))
      expect([entry(higher[120]), entry(higher[127])]).toEqual([127, 127])
    }
    expect(build({ ladder: raised, threshold: 1.2e6 }).filter(Boolean).length).toBeGreaterThan(20)
  })

  it("spreads ranks over the cells that are drawn", () => {
    const pixels = Uint8Array.from([0, 0, 0, 10, 20, 20, 138, 200])
    const lut = build({ scale: "rank", side: "long", pixels })
    expect([entry(lut[10]), entry(lut[20])]).toEqual([Math.round(127 / 3), 127])
  })
})

describe("paint", () => {
  it("looks every byte up", () => {
    const lut = Uint32Array.from({ length: 256 }, (_, i) => i * 3)
    expect([...paint(Uint8Array.from([0, 7, 255]), lut)]).toEqual([0, 21, 765])
  })
})
