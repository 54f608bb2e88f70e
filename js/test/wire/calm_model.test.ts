import { expect, it, vi } from "vitest"
import { calmModel } from "../../src/wire/calm_model"
import { fakeModel } from "../fake_model"

it("reports what cannot be sent, and sends nothing once the kernel is gone", () => {
  const { model } = fakeModel()
  let gone = false
  const lost = vi.fn(() => (gone = true))
  const fails = vi.fn(() => {
    throw new Error("Cannot send")
  })
  model.save_changes = fails
  const calm = calmModel(model, { gone: () => gone, lost })
  calm.set("side", "long")
  calm.save_changes()
  calm.save_changes()
  expect([calm.get("side"), lost.mock.calls.length, fails.mock.calls.length]).toEqual(["long", 1, 1])
})
