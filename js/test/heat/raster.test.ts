// @vitest-environment happy-dom
import type { AnyModel } from "@anywidget/types"
import { expect, test } from "vitest"
import { rasterLink } from "../../src/heat/raster"
import { counter } from "../../src/wire/gate"
import type { Market, Traits } from "../../src/wire/protocol"

const market = { time: [0, 1000] } as unknown as Market
const plot = { width: 100, height: 50 }
const at = (from: number) => ({ time: [from, from + 500] as const, price: [1, 2] as const })

function link() {
  const sent: { id: number; time: number[] }[] = []
  const model = { get: () => false, send: (message: { id: number; time: number[] }) => void sent.push(message) }
  return { sent, raster: rasterLink(model as unknown as AnyModel<Traits>, "a", () => market, counter(), () => {}) }
}
const task = () => Promise.resolve()

test("asks before the next frame, once for all moves of a task", async () => {
  const { sent, raster } = link()
  raster.want(at(0), plot)
  raster.want(at(10), plot)
  await task()
  expect(sent.map(({ time }) => time[0])).toEqual([10])
  raster.dispose()
})

test("while one is on its way only the newest waits, and the picture at hand is not asked for again", async () => {
  const { sent, raster } = link()
  for (let from = 0; from < 40; from++) {
    raster.want(at(from), plot)
    await task()
  }
  expect(sent).toHaveLength(1)
  expect(raster.answered(sent[0]!.id)).toBe(true)
  expect(sent.map(({ time }) => time[0])).toEqual([0, 39])
  raster.answered(sent[1]!.id)
  raster.want(at(39), plot)
  await task()
  expect(sent).toHaveLength(2)
  raster.renew()
  raster.want(at(39), plot)
  await task()
  expect(sent).toHaveLength(3)
  raster.dispose()
})

test("sharper screens ask for more cells of the same view", async () => {
  const { sent, raster } = link()
  raster.want(at(0), plot)
  await task()
  raster.answered(1)
  window.devicePixelRatio = 2
  raster.want(at(0), plot)
  await task()
  window.devicePixelRatio = 1
  expect(sent.map((message) => (message as unknown as { width: number }).width)).toEqual([100, 200])
  raster.dispose()
})
