// @vitest-environment happy-dom
import type { Host } from "@anywidget/types"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { assetSources } from "../../src/load/files"
import { type FrontEnd, loadFrontEnd } from "../../src/load/front_end"
import { messages } from "../../src/wire/messages"
import { fakeModel } from "../fake_model"

const stream = new Blob(["the code"]).stream().pipeThrough(new CompressionStream("gzip"))
const gzip = new Uint8Array(await new Response(stream).arrayBuffer())
const file = { version: "", gzip }
const away = vi.fn()
const fake = { default: { initialize() {}, render: () => away } } as unknown as FrontEnd

describe("loadFrontEnd", () => {
  it("loads each digest once a page", async () => {
    const evaluate = vi.fn(async () => fake)
    const source = vi.fn(async () => file)
    const cache = new Map()
    const load = (digest: string) => loadFrontEnd({ digest, sources: [source], evaluate, cache })
    expect(await Promise.all([load("a"), load("a")])).toEqual([fake, fake])
    expect([source.mock.calls.length, evaluate.mock.calls]).toEqual([1, [["the code"]]])
    await load("b")
    expect(evaluate).toHaveBeenCalledTimes(2)
  })

  it("tries again after it failed", async () => {
    const cache = new Map()
    const load = (found: typeof file | null) =>
      loadFrontEnd({ digest: "a", sources: [async () => found], evaluate: async () => fake, cache })
    await expect(load(null)).rejects.toThrow("The heatmap's code did not reach this page. Run the cell again.")
    expect(await load(file)).toBe(fake)
  })

  it("asks the kernel where the asset model is gone", async () => {
    const { model, sent, tell } = fakeModel({ _assets: "anywidget:abc" })
    const host = { getModel: () => Promise.reject(new Error("no such model")) } as unknown as Host
    const sources = assetSources(model, host, messages(model, "v"), "code")
    const loading = loadFrontEnd({ digest: "a", sources, evaluate: async () => fake, cache: new Map() })
    await vi.waitFor(() => expect(sent).toEqual([{ type: "code", view: "v", id: 1 }]))
    tell({ type: "code", view: "v", id: 1, version: "" }, [new DataView(gzip.buffer)])
    expect(await loading).toBe(fake)
  })
})

describe("the loader", () => {
  beforeEach(() => void vi.stubGlobal("WIDGET_DIGEST", "abc"))
  const show = async (load: () => Promise<FrontEnd>, aborted = false) => {
    const { default: loader } = await import("../../src/loader")
    vi.stubGlobal("__liqwidget_code__", new Map([["abc", load()]]))
    const el = document.createElement("div")
    const { signal } = aborted ? { signal: AbortSignal.abort() } : new AbortController()
    const done = await loader.render({ model: fakeModel().model, el, signal } as never)
    return { done, text: el.textContent }
  }

  it("hands over to the front end, and what takes it away back", async () => {
    expect(await show(async () => fake)).toEqual({ done: away, text: "" })
  })

  it("draws nothing where its view is gone already", async () => {
    expect(await show(async () => fake, true)).toEqual({ done: undefined, text: "" })
  })

  it("says what happened and what to do", async () => {
    const { text } = await show(() => Promise.reject(new Error("It did not reach this page. Run the cell again.")))
    expect(text).toBe("The heatmap could not be drawn: It did not reach this page. Run the cell again.")
  })
})
