import type { AnyModel } from "@anywidget/types"
import type { Messages, Question, Reading } from "../wire/messages"
import { newestWins } from "../wire/newest_wins"
import type { Traits } from "../wire/traits"

const REST = 60

export interface ExactReading {
  /** The pointer is here: ask the kernel once it rests. */
  rest(at: { time: number; price: number } | null): void
  dispose(): void
}

export interface ExactReadingOptions {
  model: AnyModel<Traits>
  messages: Messages
  /** Told an answer that still fits the pointer. */
  heard: (reading: Reading) => void
  failed: (sentence: string) => void
}

/** Ask for exact numbers under a resting pointer, one question at a time. */
export function exactReading({ model, messages, heard, failed }: ExactReadingOptions): ExactReading {
  let timer: ReturnType<typeof setTimeout> | undefined
  let resting: Question | null = null
  const newest = newestWins({
    messages,
    failed,
    heard(answer, _, question) {
      if (answer.type === "reading" && question === resting) heard(answer)
    },
  })
  return {
    rest(at) {
      clearTimeout(timer)
      resting = null
      if (!at || model.get("_offline")) return
      timer = setTimeout(() => {
        resting = { type: "reading", time: at.time, price: at.price }
        newest.ask(resting)
      }, REST)
    },
    dispose() {
      clearTimeout(timer)
      newest.dispose()
    },
  }
}
