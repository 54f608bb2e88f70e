import { beforeEach, expect, test, vi } from "vitest"
import type { Asset, FileSource } from "../../src/load/files"
import { offlineModel } from "../../src/wire/offline_model"

beforeEach(() => void vi.stubGlobal("WIDGET_DIGEST", "d1"))

test("BokehJS and the front end are loaded as soon as the kernel's asset model is there", async () => {
  const { default: assets } = await import("../../src/assets")
  const state: Omit<Asset, "on_demand"> = { version: "3.9.0", code: new Uint8Array([1]), bokeh: new Uint8Array([2, 3]) }
  const model = offlineModel(state as unknown as Record<string, unknown>)
  const warm = vi.fn(async () => {})
  vi.stubGlobal("__liqwidget_code__", new Map([["d1", Promise.resolve({ default: { warm } })]]))
  assets.initialize({ model })
  await vi.waitFor(() => expect(warm).toHaveBeenCalledTimes(1))
  const [{ version, sources }] = warm.mock.calls[0] as unknown as [{ version: string; sources: FileSource[] }]
  expect([version, await sources[0]!()]).toEqual(["3.9.0", { version: "3.9.0", gzip: state.bokeh }])
})

test("what cannot be loaded yet is nobody's error", async () => {
  const { default: assets } = await import("../../src/assets")
  const cache = new Map()
  vi.stubGlobal("__liqwidget_code__", cache)
  assets.initialize({ model: offlineModel({ version: "3.9.0" }) })
  expect(cache.size).toBe(1)
  await vi.waitFor(() => expect(cache.size).toBe(0))
})
