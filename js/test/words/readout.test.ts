// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import { readout } from "../../src/words/readout"
import type { Market } from "../../src/wire/traits"

const market = { last_price: 100, quote: "USD", time: [0, 10] } as unknown as Market
const at = { time: 5, price: 95 }

describe("readout", () => {
  it("tells an amount where the picture shows amounts", () => {
    const { about, said } = readout()
    about(at, 1, { heat: null, amount: { side: "long", value: 3_410_000 }, heated: false }, market)
    expect(said.told.value).toMatchObject({ side: ["", "long"], about: ["est. about", "$3.41M per 10 bps"] })
    about(at, 1, { heat: null, amount: null, heated: false }, market)
    expect(said.told.value).toMatchObject({ side: ["", "none"], about: ["est. about", "–"] })
    expect(said.told.value.heat).toBeUndefined()
  })

  it("tells relative heat without a currency, and an amount only where one is known", () => {
    const { about, said } = readout()
    about(at, 1, { heat: { side: "long", value: 62.6 }, amount: null, heated: true }, market)
    expect(said.told.value).toMatchObject({ side: ["", "long"], heat: ["heat", "63"] })
    expect(said.told.value.about).toBeUndefined()
    about(at, 1, { heat: null, amount: { side: "long", value: 2e6 }, heated: true }, market)
    expect(said.told.value).toMatchObject({ side: ["", "none"], heat: ["heat", "0"], about: ["est. about", "$2M per 10 bps"] })
  })
})
