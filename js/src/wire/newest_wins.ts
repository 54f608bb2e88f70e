import type { Disposer } from "../dom/dispose"
import type { Answer, Messages, Question } from "./messages"

export interface NewestWins {
  /** Ask for the newest; an older question that still waits is dropped. */
  ask(question: Question): void
  /** Nothing is wanted any more: what was asked before is not told. */
  forget(): void
  dispose: Disposer
}

export interface NewestWinsOptions {
  messages: Messages
  /** Told each answer but those that are older than one told before. */
  heard: (answer: Answer, buffers: readonly DataView[], question: Question) => void
  /** Told the kernel's words when it cannot answer. */
  failed?: (sentence: string) => void
  /** Told when an answer is overdue, and when the kernel answers again. */
  overdue?: (yes: boolean) => void
  patience?: number
}

/** So long after its time an answer counts as lost [ms]. */
const LOST = 3000

/**
 * Keep one question in flight and only the newest waiting; free the slot when no answer came in time. What stays without
 * any answer is asked once more: a kernel that is interrupted forgets what it was doing.
 */
export function newestWins({ messages, heard, failed = () => {}, overdue = () => {}, patience = 1000 }: NewestWinsOptions): NewestWins {
  let sent = 0
  let newest = 0
  let forgotten = 0
  let flying = 0
  let late = false
  let gone = false
  let waiting: Question | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const fly = (question: Question, again = false) => {
    const number = (flying = ++sent)
    waiting = null
    clearTimeout(timer)
    timer = setTimeout(() => {
      flying = 0
      if (!late) overdue((late = true))
      if (waiting) fly(waiting)
      else if (!again) timer = setTimeout(() => void (number > newest && fly(question, true)), LOST)
    }, patience)
    messages.ask(question, (answer, buffers) => {
      if (gone) return
      if (late) overdue((late = false))
      if (number === flying) {
        flying = 0
        clearTimeout(timer)
        if (waiting) fly(waiting)
      }
      if (answer.type === "error") {
        if (number > forgotten) failed(answer.message)
      } else if (number > newest) heard(answer, buffers, question)
      newest = Math.max(newest, number)
    })
  }

  return {
    ask(question) {
      if (flying) waiting = question
      else fly(question)
    },
    forget() {
      newest = forgotten = sent
      waiting = null
    },
    dispose() {
      gone = true
      clearTimeout(timer)
      waiting = null
    },
  }
}
