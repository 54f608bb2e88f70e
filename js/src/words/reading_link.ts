import type { AnyModel } from "@anywidget/types"
import { requestGate } from "../wire/gate"
import type { Reading, Traits } from "../wire/protocol"

const REST = 60

export interface ReadingLink {
  /** The pointer is here: ask the kernel once it rests. */
  rest(at: { time: number; price: number } | null): void
  /** An answer came: the reading if it still fits the pointer. */
  answered(reading: Reading): Reading | null
  failed(id: number): void
  dispose(): void
}

/** Ask for exact numbers under a resting pointer, one question at a time. */
export function readingLink(model: AnyModel<Traits>, view: string, next: () => number): ReadingLink {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  const gate = requestGate<{ time: number; price: number }>({
    next,
    send: (id, { time, price }) => {
      asked = id
      model.send({ type: "reading", view, id, time, price })
    },
  })
  let resting = false
  return {
    rest(at) {
      clearTimeout(timer)
      resting = false
      if (!at || model.get("_offline")) return
      timer = setTimeout(() => {
        resting = true
        gate.ask(at)
      }, REST)
    },
    answered(reading) {
      const current = gate.answered(reading.id) && resting && reading.id === asked
      return current ? reading : null
    },
    failed: (id) => void gate.answered(id),
    dispose() {
      clearTimeout(timer)
      gate.dispose()
    },
  }
}
