import type { AnyModel } from "@anywidget/types"
import { expect, test, vi } from "vitest"
import { guardedModel, emptyWhenClosed } from "../../src/wire/model"
import type { Traits } from "../../src/wire/traits"
import { fakeModel } from "../fake_model"

test("a model that was closed holds no data, and none before", () => {
  vi.useFakeTimers()
  const values = new Map<string, unknown>([["_frames", [1]], ["_standing", {}], ["_clusters", [1]], ["_palettes", [1]], ["_figure_document", "{}"], ["_esm", "export"], ["_css", "p {}"], ["symbol", "BTC"]])
  let destroy = () => {}
  const on = (name: string, callback: () => void) => void (name === "destroy" && (destroy = callback))
  const set = (name: string, value: unknown) => void values.set(name, value)
  emptyWhenClosed({ on, set } as unknown as AnyModel<Traits>)
  expect(values.get("_frames")).toEqual([1])
  destroy()
  vi.runAllTimers()
  expect([...values].filter(([, value]) => value)).toEqual([["symbol", "BTC"]])
})

test("what cannot be sent is reported, and nothing is sent once the kernel is gone", () => {
  const { model } = fakeModel()
  let gone = false
  const lost = vi.fn(() => (gone = true))
  const fails = vi.fn(() => {
    throw new Error("Cannot send")
  })
  model.save_changes = fails
  const guarded = guardedModel(model, { gone: () => gone, lost })
  guarded.set("side", "long")
  guarded.save_changes()
  guarded.save_changes()
  expect([guarded.get("side"), lost.mock.calls.length, fails.mock.calls.length]).toEqual(["long", 1, 1])
})
