import { beforeEach, describe, expect, it, vi } from "vitest"
import { messages, readMessage } from "../../src/wire/messages"
import { newestWins } from "../../src/wire/newest_wins"
import { unpackFrame } from "../../src/wire/packing"
import { fakeModel } from "../fake_model"
import { sample } from "../sample"

describe("readMessage", () => {
  it("takes the recorded answers of its view and no others", () => {
    for (const name of ["frameAnswer", "readingAnswer", "bokehAnswer", "errorAnswer"] as const) {
      expect(readMessage(sample(name).content, "k3x9")).toEqual(sample(name).content)
      expect(readMessage(sample(name).content, "other")).toBeNull()
    }
    expect(readMessage(sample("patch").content, "any")).not.toBeNull()
  })

  it("drops what is none of ours", () => {
    for (const message of [null, 3, "frame", {}, { type: "frame" }, { type: "shell", view: "k3x9", id: 1 }]) {
      expect(readMessage(message, "k3x9")).toBeNull()
    }
  })
})

describe("messages", () => {
  const setup = () => {
    const fake = fakeModel()
    return { ...fake, kernel: messages(fake.model, "v") }
  }

  it("gives an answer once, to whoever asked it", () => {
    const { kernel, sent, tell } = setup()
    const [one, two] = [vi.fn(), vi.fn()]
    kernel.ask({ type: "reading", time: 1, price: 2 }, one)
    kernel.ask({ type: "html" }, two)
    expect(sent).toEqual([{ type: "reading", time: 1, price: 2, view: "v", id: 1 }, { type: "html", view: "v", id: 2 }])
    const answer = { type: "file", view: "v", id: 2, name: "a" }
    for (let times = 0; times < 2; times++) tell(answer)
    expect([one.mock.calls, two.mock.calls]).toEqual([[], [[answer, []]]])
  })

  it("unpacks the pixels of a picture, and says when they are damaged", async () => {
    const { model, tell } = fakeModel()
    const kernel = messages(model, "k3x9", unpackFrame)
    const [packed, plain] = [sample("packedFrameAnswer"), sample("frameAnswer")]
    const asking = () => {
      for (let asked = 1; asked < Number(packed.content.id); asked++) kernel.ask({ type: "html" }, () => {})
      return kernel.fetch({ type: "html" }, 1000)
    }
    const whole = asking()
    tell(packed.content, packed.buffers)
    const { buffers } = await whole
    const bytes = (part: DataView) => [...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)]
    expect(buffers.map(bytes)).toEqual(plain.buffers.map(bytes))
    const damaged = kernel.fetch({ type: "html" }, 1000)
    tell({ ...packed.content, id: Number(packed.content.id) + 1 }, plain.buffers)
    await expect(damaged).rejects.toThrow("A picture came damaged")
  })

  it("fails with the kernel's words, or when none come", async () => {
    const { kernel, tell } = setup()
    const [first, second] = [kernel.fetch({ type: "html" }, 1000), kernel.fetch({ type: "code" }, 5)]
    tell({ type: "error", view: "v", id: 1, message: "no room" })
    await expect(first).rejects.toThrow("no room")
    await expect(second).rejects.toThrow("the kernel did not answer")
  })

  it("hears how the figure changes, and nothing once it was disposed of", () => {
    const { kernel, tell } = setup()
    const [patched, heard] = [vi.fn(), vi.fn()]
    kernel.patched(patched)
    kernel.ask({ type: "html" }, heard)
    tell(sample("patch").content)
    kernel.dispose()
    tell(sample("patch").content)
    tell({ type: "file", view: "v", id: 1, name: "a" })
    expect([patched.mock.calls.length, heard.mock.calls.length]).toEqual([1, 0])
  })
})

describe("newestWins", () => {
  beforeEach(() => void vi.useFakeTimers())

  const kernelOf = (fake = fakeModel()) => ({ ...fake, kernel: messages(fake.model, "v") })
  const make = (shared = kernelOf()) => {
    const heard: number[] = []
    const failed: string[] = []
    const busy: boolean[] = []
    const newest = newestWins({
      messages: shared.kernel,
      heard: (answer) => void heard.push((answer as { id: number }).id),
      failed: (sentence) => void failed.push(sentence),
      overdue: (yes) => void busy.push(yes),
    })
    const ask = (time: number) => newest.ask({ type: "reading", time, price: 0 })
    const sent = () => shared.sent.map(({ id, time }) => [id, time])
    const answer = (id: number, type = "reading") => shared.tell({ type, view: "v", id, message: "no" })
    return { newest, ask, sent, answer, heard, failed, busy }
  }

  it("keeps one in flight and sends only the newest after it", () => {
    const { ask, sent, answer, heard } = make()
    for (const time of [1, 2, 3, 4]) ask(time)
    expect(sent()).toEqual([[1, 1]])
    answer(1)
    expect(sent()).toEqual([[1, 1], [2, 4]])
    answer(2)
    expect([sent().length, heard]).toEqual([2, [1, 2]])
  })

  it("frees the slot after a second, says so, and recovers on a late answer", () => {
    const { ask, sent, answer, heard, busy } = make()
    ask(1)
    ask(2)
    vi.advanceTimersByTime(999)
    expect(busy).toEqual([])
    vi.advanceTimersByTime(1)
    expect([busy, sent()]).toEqual([[true], [[1, 1], [2, 2]]])
    answer(1)
    expect([busy, heard]).toEqual([[true, false], [1]])
  })

  it("asks once more what nobody answers, unless something newer was asked or forgotten", () => {
    const { newest, ask, sent, answer, heard } = make()
    ask(1)
    vi.advanceTimersByTime(3999)
    expect(sent()).toEqual([[1, 1]])
    vi.advanceTimersByTime(1)
    expect(sent()).toEqual([[1, 1], [2, 1]])
    vi.advanceTimersByTime(60_000)
    expect(sent()).toHaveLength(2)
    answer(2)
    ask(2)
    vi.advanceTimersByTime(2000)
    ask(3)
    answer(4)
    ask(4)
    vi.advanceTimersByTime(1000)
    newest.forget()
    vi.advanceTimersByTime(60_000)
    expect([sent().map(([, time]) => time), heard]).toEqual([[1, 1, 2, 3, 4], [2, 4]])
  })

  it("does not tell an answer older than one it has told", () => {
    const { ask, answer, heard } = make()
    ask(1)
    ask(2)
    vi.advanceTimersByTime(1000)
    answer(2)
    answer(1)
    expect(heard).toEqual([2])
  })

  it("hears nothing of what another has asked for the same view, and no answer twice", () => {
    const shared = kernelOf()
    const [one, two] = [make(shared), make(shared)]
    one.ask(1)
    two.ask(2)
    expect(two.sent()).toEqual([[1, 1], [2, 2]])
    two.answer(2)
    two.answer(2)
    expect([one.heard, two.heard]).toEqual([[], [2]])
  })

  it("tells an error and goes on", () => {
    const { ask, sent, answer, heard, failed } = make()
    ask(1)
    ask(2)
    answer(1, "error")
    expect([heard, failed, sent().length]).toEqual([[], ["no"], 2])
  })

  it("does not tell what was forgotten while it flew, and tells what is asked afterwards", () => {
    const { newest, ask, sent, answer, heard, failed } = make()
    ask(1)
    ask(2)
    newest.forget()
    answer(1)
    expect([heard, sent().length]).toEqual([[], 1])
    ask(3)
    newest.forget()
    ask(4)
    answer(2, "error")
    answer(3)
    expect([heard, failed, sent()]).toEqual([[3], [], [[1, 1], [2, 3], [3, 4]]])
  })

  it("is silent after it was disposed of", () => {
    const { newest, ask, sent, busy } = make()
    ask(1)
    ask(2)
    newest.dispose()
    vi.advanceTimersByTime(5000)
    expect([sent(), busy]).toEqual([[[1, 1]], []])
  })
})
