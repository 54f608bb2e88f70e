import { expect, test, vi } from "vitest"
import { messages, type Question } from "../../src/wire/messages"
import { restore, unpackFrame } from "../../src/wire/packing"
import { fakeModel } from "../fake_model"
import { sample } from "../sample"

const bytes = (part: DataView) => [...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)]
const question: Question = { type: "viewport", time: [0, 1], price: [1, 2], width: 4, height: 3, base: 0 }

function link() {
  const { model, sent, tell } = fakeModel()
  const kernel = messages(model, "k3x9", unpackFrame)
  const heard = vi.fn()
  const ask = (asked = question) => kernel.ask(asked, heard)
  for (let before = 1; before < Number(sample("packedFrameAnswer").content.id); before++) kernel.ask({ type: "html" }, () => {})
  return { kernel, sent, tell, heard, ask }
}

test("a picture is told by the last one that was heard, to the byte", async () => {
  const { sent, tell, heard, ask } = link()
  const [packed, changed, plain] = [sample("packedFrameAnswer"), sample("changedFrameAnswer"), sample("frameAnswer")]
  ask()
  tell(packed.content, packed.buffers)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
  expect(heard.mock.calls[0]![1].map(bytes)).toEqual(plain.buffers.map(bytes))
  ask()
  expect(sent.slice(-2).map(({ base }) => base)).toEqual([0, sample("changedViewportRequest").content.base])
  tell(changed.content, changed.buffers)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
  expect(heard.mock.calls[1]![1].map(bytes)).toEqual(changed.whole.map(bytes))
})

test("a picture that is told by one which was not there when it was asked for is refused", async () => {
  const { tell, heard, ask } = link()
  const [packed, changed] = [sample("packedFrameAnswer"), sample("changedFrameAnswer")]
  ask()
  ask()
  tell(packed.content, packed.buffers)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
  tell(changed.content, changed.buffers)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
  expect(heard.mock.calls[1]![0].message).toContain("Expected to hold picture 7, held undefined")
})

test("what is not to be told by is not held", async () => {
  const { sent, tell, heard, ask } = link()
  const packed = sample("packedFrameAnswer")
  const { base: _, ...once } = question as Extract<Question, { type: "viewport" }>
  ask(once)
  tell(packed.content, packed.buffers)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
  ask()
  expect(sent.slice(-2).map(({ base }) => base)).toEqual([undefined, 0])
})

test("differences to what stood further on, and to the byte before, are made bytes again", () => {
  const from = Uint8Array.of(1, 2, 3, 4, 5, 6)
  const made = (part: number[], ...how: [number, Uint8Array?, number?]) => {
    const bytes = Uint8Array.from(part)
    restore(bytes, ...how)
    return [...bytes]
  }
  expect(made([0, 0, 1, 0, 255, 0, 0, 7], 2, from, 1)).toEqual([2, 3, 4, 3, 4, 6, 6, 13])
  expect(made([0, 0, 0, 0], 2, from, -1)).toEqual([1, 1, 4, 4])
  expect(made([250, 10, 0, 1, 0, 255], 2)).toEqual([250, 4, 4, 1, 1, 0])
  expect(made([5, 6], 2, Uint8Array.of(), 3)).toEqual([5, 6])
  expect(made([], 3, from)).toEqual([])
})
