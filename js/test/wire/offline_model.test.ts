import { describe, expect, it, vi } from "vitest"
import { offlineModel } from "../../src/wire/offline_model"

describe("offlineModel", () => {
  it("turns base64 into bytes, at any depth", () => {
    const model = offlineModel({ _frames: [{ pixels: { b64: "AAEC" } }], symbol: "BTC" })
    expect(new Uint8Array((model.get("_frames")[0]!.pixels as DataView).buffer)).toEqual(Uint8Array.from([0, 1, 2]))
    expect(model.get("_offline")).toBe(true)
  })

  it("tells of a change once, and not of none", () => {
    const model = offlineModel({ side: "both" })
    const heard = vi.fn()
    model.on("change:side", heard)
    model.set("side", "both")
    model.set("side", "long")
    model.off("change:side", heard)
    model.set("side", "short")
    expect(heard).toHaveBeenCalledTimes(1)
  })
})
