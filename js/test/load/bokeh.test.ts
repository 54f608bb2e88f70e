import type { Host } from "@anywidget/types"
import { describe, expect, it, vi } from "vitest"
import { partSources } from "../../src/load/files"
import { type BokehJS, loadBokeh } from "../../src/load/bokeh"
import { messages } from "../../src/wire/messages"
import { fakeModel } from "../fake_model"
import { sample } from "../sample"

const stream = new Blob(["the code"]).stream().pipeThrough(new CompressionStream("gzip"))
const gzip = new Uint8Array(await new Response(stream).arrayBuffer())
const fake = { version: "3.9.2" } as BokehJS
const file = { version: "3.9.2", gzip }

describe("loadBokeh", () => {
  it("takes the first source that has it, once a page", async () => {
    const evaluate = vi.fn(async () => fake)
    const sources = [async () => null, async () => Promise.reject(new Error("gone")), vi.fn(async () => file)]
    const cache = new Map()
    const load = () => loadBokeh({ version: "3.9.2", sources, evaluate, cache })
    const [one, two] = await Promise.all([load(), load()])
    expect(one).toBe(fake)
    expect(two).toBe(fake)
    expect(evaluate).toHaveBeenCalledTimes(1)
    expect(evaluate).toHaveBeenCalledWith("the code")
    expect(sources[2]).toHaveBeenCalledTimes(1)
  })

  it("says why when none has it, and tries again the next time", async () => {
    const cache = new Map()
    const load = (sources: (() => Promise<typeof file | null>)[]) =>
      loadBokeh({ version: "3.9.2", sources, evaluate: async () => fake, cache })
    await expect(load([async () => Promise.reject(new Error("the kernel did not answer"))])).rejects.toThrow(
      "BokehJS did not reach this page (the kernel did not answer). Run the cell again.",
    )
    expect(await load([async () => file])).toBe(fake)
  })
})

describe("partSources", () => {
  const read = async (sources: ReturnType<typeof partSources>) => {
    for (const source of sources) {
      const found = await source().catch(() => null)
      if (found) return found.version
    }
    return null
  }

  it("asks the asset model through the host", async () => {
    const { model, sent } = fakeModel({ _assets: "anywidget:abc" })
    const asked: string[] = []
    const asset = { get: (key: string) => (key === "version" ? "3.9.2" : new DataView(gzip.buffer)) }
    const host = { getModel: async (ref: string) => (asked.push(ref), asset) } as unknown as Host
    expect(await read(partSources(model, host, messages(model, "v"), "bokeh"))).toBe("3.9.2")
    expect([asked, sent]).toEqual([["anywidget:abc"], []])
  })

  it("asks the kernel last, and hears only its own answer", async () => {
    const { model, sent, tell } = fakeModel()
    const { content, buffers } = sample("bokehAnswer")
    const answer = read(partSources(model, undefined, messages(model, "k3x9"), "bokeh"))
    await vi.waitFor(() => expect(sent).toEqual([sample("bokehRequest").content]))
    tell({ ...content, view: "other" }, buffers)
    tell(content, buffers)
    expect(await answer).toBe("3.9.2")
  })

  it("takes what comes to the asset model a moment later, or what the kernel answers, whichever is first", async () => {
    for (const first of ["model", "kernel"] as const) {
      const { model, sent, tell } = fakeModel({ _assets: "anywidget:abc" })
      let [come, held]: [() => void, DataView | undefined] = [() => {}, new DataView(new ArrayBuffer(0))]
      const asset = { get: (key: string) => (key === "version" ? "from the model" : held), on: (name: string, heard: () => void) => void (name === "change:on_demand" && (come = heard)) }
      const host = { getModel: async () => asset } as unknown as Host
      const found = read(partSources(model, host, messages(model, "v"), "on_demand"))
      await vi.waitFor(() => expect(sent).toEqual([{ type: "on_demand", view: "v", id: 1 }]))
      held = new DataView(gzip.buffer)
      if (first === "model") come()
      else tell({ type: "on_demand", view: "v", id: 1, version: "from the kernel" }, [held])
      expect(await found).toBe(`from the ${first}`)
    }
  })

  it("looks nowhere but in the file without a kernel", () => {
    const { model } = fakeModel({ _offline: true })
    expect(partSources(model, undefined, messages(model, "v"), "bokeh")).toHaveLength(1)
  })
})
