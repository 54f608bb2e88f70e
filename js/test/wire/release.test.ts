import { expect, test, vi } from "vitest"
import type { AnyModel } from "@anywidget/types"
import type { Traits } from "../../src/wire/protocol"
import { releaseClosed } from "../../src/wire/release"

test("a model that was closed holds no data, and none before", () => {
  vi.useFakeTimers()
  const values = new Map<string, unknown>([["_frames", [1]], ["_book", {}], ["_clusters", [1]], ["_palettes", [1]], ["_document", "{}"], ["_esm", "export"], ["_css", "p {}"], ["symbol", "BTC"]])
  let destroy = () => {}
  const on = (name: string, callback: () => void) => void (name === "destroy" && (destroy = callback))
  const set = (name: string, value: unknown) => void values.set(name, value)
  releaseClosed({ on, set } as unknown as AnyModel<Traits>)
  expect(values.get("_frames")).toEqual([1])
  destroy()
  vi.runAllTimers()
  vi.useRealTimers()
  expect([...values].filter(([, value]) => value)).toEqual([["symbol", "BTC"]])
})
