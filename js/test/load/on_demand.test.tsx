// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { beforeEach, describe, expect, it, vi } from "vitest"
import * as sources from "../../src/on_demand"
import { onDemand, type OnDemand, type Parts, partOf } from "../../src/load/on_demand"
import { render } from "../../src/render"
import { fakeModel } from "../fake_model"

const stream = new Blob(["the code"]).stream().pipeThrough(new CompressionStream("gzip"))
const gzip = new Uint8Array(await new Response(stream).arrayBuffer())
const file = { version: "", gzip }
const parts = sources as Parts
beforeEach(() => vi.stubGlobal("ON_DEMAND_DIGEST", "abc"))

describe("onDemand", () => {
  const setup = () => {
    const evaluate = vi.fn(async () => parts)
    const source = vi.fn(async (): Promise<typeof file | null> => file)
    const [failed, cache] = [vi.fn(), new Map()]
    const view = () => {
      const controller = new AbortController()
      return { controller, demand: onDemand({ sources: [source], failed, signal: controller.signal, evaluate, cache }) }
    }
    return { evaluate, source, failed, view }
  }

  it("loads nothing until it is asked to, then once a page, however many views", async () => {
    const { evaluate, source, view } = setup()
    const [one, other] = [view().demand, view().demand]
    expect([source.mock.calls.length, one.parts.value]).toEqual([0, null])
    expect(await Promise.all([one.load(), one.load(), other.load()])).toEqual([parts, parts, parts])
    expect([source.mock.calls.length, evaluate.mock.calls]).toEqual([1, [["the code"]]])
    expect([one.parts.value, other.parts.value]).toEqual([parts, parts])
  })

  it("says why it cannot be had, and tries again the next time", async () => {
    const { source, failed, view } = setup()
    source.mockRejectedValueOnce(new Error("the kernel did not answer"))
    const { demand } = view()
    expect([await demand.load(), demand.parts.value]).toEqual([null, null])
    expect(failed.mock.calls).toEqual([["This part of the heatmap did not reach this page (the kernel did not answer). Run the cell again."]])
    expect(await demand.load()).toBe(parts)
    expect(failed).toHaveBeenCalledTimes(1)
  })

  it("says it once, however many parts of a view have asked, and asks for another view what one could not have", async () => {
    const { source, failed, view, evaluate } = setup()
    const [bad, good] = [view().demand, view().demand]
    source.mockRejectedValueOnce(new Error("its kernel is gone"))
    const found = await Promise.all([bad.load(), bad.load(), good.load()])
    expect([found, failed.mock.calls.length, source.mock.calls.length]).toEqual([[null, null, parts], 1, 2])
    expect(evaluate).toHaveBeenCalledTimes(1)
  })

  it("tells nobody whose view is gone", async () => {
    const { source, failed, view } = setup()
    source.mockResolvedValueOnce(null)
    const [late, good] = [view(), view()]
    late.controller.abort()
    good.controller.abort()
    expect([await late.demand.load(), await good.demand.load(), failed.mock.calls.length, good.demand.parts.value]).toEqual([null, null, 0, null])
  })
})

describe("partOf", () => {
  const setup = (found: Parts | null) => {
    const here = signal<Parts | null>(null)
    const demand: OnDemand = { parts: here, load: vi.fn(() => Promise.resolve().then(() => (here.value = found))) }
    const [state, make, arrived] = [{ wanted: false }, vi.fn(() => ({ name: "layer" })), vi.fn()]
    return { demand, state, make, arrived, part: partOf(demand, () => state.wanted, make, arrived) }
  }

  it("is made when it is first wanted, once, and stays", async () => {
    const { demand, state, make, arrived, part } = setup(parts)
    expect([part(), vi.mocked(demand.load).mock.calls.length]).toEqual([null, 0])
    state.wanted = true
    expect([part(), part(), vi.mocked(demand.load).mock.calls.length]).toEqual([null, null, 1])
    await vi.waitFor(() => expect(arrived).toHaveBeenCalledTimes(1))
    const layer = part()
    expect([layer, make.mock.calls]).toEqual([{ name: "layer" }, [[parts]]])
    state.wanted = false
    expect([part() === layer, make.mock.calls.length]).toEqual([true, 1])
  })

  it("is made when somebody else of the view has them, though it could not have them itself", async () => {
    const { demand, state, make, arrived, part } = setup(null)
    state.wanted = true
    expect(part()).toBeNull()
    await Promise.resolve()
    ;(demand.parts as { value: Parts | null }).value = parts
    expect(arrived).toHaveBeenCalledTimes(1)
    expect([part(), make.mock.calls.length]).toEqual([{ name: "layer" }, 1])
  })

  it("is asked for again where it could not be had", async () => {
    const { demand, state, arrived, part } = setup(null)
    state.wanted = true
    part()
    await vi.waitFor(() => expect([part(), vi.mocked(demand.load).mock.calls.length]).toEqual([null, 2]))
    expect(arrived).not.toHaveBeenCalled()
  })
})

describe("a view", () => {
  it("shows that what was clicked is on its way", async () => {
    const { model } = fakeModel({ _offline: true })
    const el = document.createElement("div")
    document.body.replaceChildren(el)
    const controller = new AbortController()
    render({ model, el, signal: controller.signal })
    for (const name of [".liq-options", "[aria-label=Help]"]) {
      const button = el.querySelector<HTMLElement>(name)!
      button.click()
      expect(button.getAttribute("aria-busy")).toBe("true")
      await vi.waitFor(() => expect(button.hasAttribute("aria-busy")).toBe(false))
    }
    controller.abort()
  })

  it("says in the corner of the picture that what was clicked cannot be had, and opens nothing", async () => {
    const { model } = fakeModel({ _offline: true })
    const el = document.createElement("div")
    document.body.replaceChildren(el)
    const controller = new AbortController()
    render({ model, el, signal: controller.signal })
    const button = el.querySelector<HTMLElement>(".liq-options")!
    button.click()
    await vi.waitFor(() => expect(el.querySelector(".liq-chip")!.textContent).toBe("This part of the heatmap did not reach this page. Run the cell again."))
    expect(button.getAttribute("aria-expanded")).toBe("false")
    controller.abort()
  })
})
