import { effect } from "@preact/signals"
import { describe, expect, it, vi } from "vitest"
import { bind } from "../../src/wire/bound"
import { fakeModel } from "../fake_model"

describe("bind", () => {
  const setup = () => {
    const fake = fakeModel()
    return { ...fake, bound: bind(fake.model) }
  }

  it("follows the model, and sends what is written", () => {
    const { model, bound, saves } = setup()
    const { side } = bound.traits
    const seen: string[] = []
    effect(() => void seen.push(side.value))
    model.set("side", "long")
    expect([seen, saves()]).toEqual([["both", "long"], 0])
    side.value = "short"
    expect([seen.at(-1), model.get("side"), saves()]).toEqual(["short", "short", 1])
  })

  it("writes several in one message", () => {
    const { model, bound, saves } = setup()
    void bound.traits.side.value
    bound.set({ side: "long", window: "24h" })
    expect([model.get("side"), model.get("window"), bound.traits.window.value, saves()]).toEqual(["long", "24h", "24h", 1])
  })

  it("sends nothing of what is still on the move", () => {
    const { model, bound, saves } = setup()
    bound.preview({ threshold: 5 })
    expect([model.get("threshold"), bound.traits.threshold.value, saves()]).toEqual([5, 5, 0])
    bound.save()
    expect(saves()).toBe(1)
  })

  it("lets go of the model", () => {
    const { model, bound } = setup()
    const { side } = bound.traits
    const heard = vi.fn()
    effect(() => heard(side.value))
    bound.dispose()
    model.set("side", "long")
    side.value = "short"
    expect([model.get("side"), heard.mock.calls]).toEqual(["long", [["both"], ["short"]]])
  })
})
