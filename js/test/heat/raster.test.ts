// @vitest-environment happy-dom
import { expect, test, vi } from "vitest"
import { raster, rasterRequest } from "../../src/heat/raster"
import { messages } from "../../src/wire/messages"
import type { Market } from "../../src/wire/traits"
import { fakeModel } from "../fake_model"

const market = { time: [0, 1000] } as unknown as Market
const plot = { width: 100, height: 50 }
const at = (from: number) => ({ time: [from, from + 500] as const, price: [1, 2] as const })

function link() {
  const { model, sent, tell } = fakeModel()
  const heard = vi.fn()
  const made = raster({ model, messages: messages(model, "a"), market: () => market, heard, failed: () => {}, overdue: () => {} })
  const answer = (id = Number(sent.at(-1)!.id)) => tell({ type: "frame", view: "a", id })
  return { sent: sent as { id: number; time: number[]; width: number }[], raster: made, heard, answer }
}
const task = () => Promise.resolve()

/** A link by timers of the test, whose first picture came late. */
async function slowLink() {
  vi.useFakeTimers()
  const made = link()
  made.raster.want(at(0), plot)
  await task()
  vi.advanceTimersByTime(300)
  made.answer()
  return made
}

test("asks before the next frame, once for all moves of a task", async () => {
  const { sent, raster } = link()
  raster.want(at(0), plot)
  raster.want(at(10), plot)
  await task()
  expect(sent.map(({ time }) => time[0])).toEqual([10])
  raster.dispose()
})

test("while one is on its way only the newest waits, and the picture at hand is not asked for again", async () => {
  const { sent, raster, heard, answer } = link()
  for (let from = 0; from < 40; from++) {
    raster.want(at(from), plot)
    await task()
  }
  expect(sent).toHaveLength(1)
  answer()
  expect(heard).toHaveBeenCalledTimes(1)
  expect(sent.map(({ time }) => time[0])).toEqual([0, 39])
  answer()
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
  const { sent, raster, answer } = link()
  raster.want(at(0), plot)
  await task()
  answer()
  window.devicePixelRatio = 2
  raster.want(at(0), plot)
  await task()
  window.devicePixelRatio = 1
  expect(sent.map(({ width }) => width)).toEqual([100, 200])
  raster.dispose()
})

test("over a slow line a move costs one picture: it is asked for once the view rests", async () => {
  const { sent, raster, answer } = await slowLink()
  for (const from of [10, 20, 30.2, 30]) {
    raster.want(at(from), plot)
    vi.advanceTimersByTime(90)
  }
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(20)
  expect(sent.map(({ time }) => time[0])).toEqual([0, 30])
  raster.want(at(30.4), plot)
  vi.advanceTimersByTime(200)
  expect(sent).toHaveLength(2)
  answer()
  raster.want(at(40), plot)
  vi.advanceTimersByTime(200)
  expect(sent).toHaveLength(3)
  answer()
  raster.want(at(50), plot)
  await task()
  expect(sent).toHaveLength(4)
  raster.dispose()
})

test("over a slow line what is out of date is asked for at once: it is no move", async () => {
  const { sent, raster, answer } = await slowLink()
  raster.want(at(10), plot)
  raster.renew()
  raster.want(at(20), plot)
  await task()
  expect(sent.map(({ time }) => time[0])).toEqual([0, 20])
  answer()
  vi.advanceTimersByTime(200)
  expect(sent).toHaveLength(2)
  raster.dispose()
})

test("steps of a replay ask for columns that begin where the last ones do", async () => {
  const day = 86_400_000
  const looked = (end: number) => ({ viewport: { time: [end - 7 * day, end + day] as const, price: [1, 2] as const }, market: { time: [0, end] as const } })
  const asked = [0, 1, 2, 3].map((step) => {
    const { viewport, market } = looked(20_000 * day + step * 300_000)
    return { market, ...rasterRequest(viewport, { width: 1153, height: 500 }, market, 1.25, true)! }
  })
  const column = (8 * day) / (1153 * 1.25)
  for (const { time, width, market } of asked) {
    expect(Math.abs((time[1] - time[0]) / width - column)).toBeLessThan(0.01)
    expect(time[1]).toBeGreaterThanOrEqual(market.time[1] - 1)
    expect(time[1] - market.time[1]).toBeLessThan(column + 1)
    expect(Math.abs(market.time[1] - 7 * day - time[0])).toBeLessThan(column / 2 + 1)
    const shift = (time[0] - asked[0]!.time[0]) / column
    expect(Math.abs(shift - Math.round(shift)) * column).toBeLessThan(2)
  }
})

test("what is wanted while a slow line turns quick is asked for", async () => {
  const { sent, raster, answer } = await slowLink()
  raster.want(at(10), plot)
  vi.advanceTimersByTime(120)
  raster.want(at(20), plot)
  answer()
  raster.want(at(30), plot)
  await task()
  answer()
  vi.advanceTimersByTime(500)
  expect(sent.map(({ time }) => time[0])).toEqual([0, 10, 30])
  raster.dispose()
})
