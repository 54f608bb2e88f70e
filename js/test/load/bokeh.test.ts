import type { Host } from "@anywidget/types"
import { describe, expect, it, vi } from "vitest"
import { bokehSources } from "../../src/load/files"
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

describe("bokehSources", () => {
  const read = async (sources: ReturnType<typeof bokehSources>) => {
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
    expect(await read(bokehSources(model, host, messages(model, "v")))).toBe("3.9.2")
    expect([asked, sent]).toEqual([["anywidget:abc"], []])
  })

  it("asks the kernel last, and hears only its own answer", async () => {
    const { model, sent, tell } = fakeModel()
    const { content, buffers } = sample("bokehAnswer")
    const answer = read(bokehSources(model, undefined, messages(model, "k3x9")))
    await vi.waitFor(() => expect(sent).toEqual([sample("bokehRequest").content]))
    tell({ ...content, view: "other" }, buffers)
    tell(content, buffers)
    expect(await answer).toBe("3.9.2")
  })

  it("looks nowhere but in the file without a kernel", () => {
    const { model } = fakeModel({ _offline: true })
    expect(bokehSources(model, undefined, messages(model, "v"))).toHaveLength(1)
  })
})
