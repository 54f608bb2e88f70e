import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import type { Held, Told } from "./packing"
import type { Interval, StandingState, Traits } from "./traits"

/** What is asked of the kernel; it goes out with the view and an id. */
export type Question =
  /** `base`: the answer may be told by the last one that had it, which is filled in. */
  | { type: "viewport"; time: Interval; price: Interval; width: number; height: number; base?: 0 }
  | { type: "reading"; time: number; price: number }
  | { type: "provenance"; time: Interval; columns: number }
  | { type: "html" }
  | { type: "bokeh" | "code" | "on_demand" }

export interface SideReading {
  size: number
  expected: number
  cumulative: number
}

export interface Reading {
  type: "reading"
  view: string
  id: number
  time: number
  price: number
  price_low: number
  price_high: number
  /** Of the venue that leads; null before the first close. */
  last_price: number | null
  long: SideReading
  short: SideReading
  chance: number
  distance_pct: number
  /** As the picture shows it, 0 to 100 of its window; null where there is none. */
  heat: number | null
  /** When price last went through the cell; null: never so far. */
  swept: number | null
  /** Shares of what stands in the cell; each adds up to 1, or to 0 where nothing stands. */
  venue_mix: Readonly<Record<string, number>>
  leverage_mix: Readonly<Record<string, number>>
}

/** When what is selected was opened; the buffer: float64, longs, then shorts, one a column of the range of time [quote]. */
export interface Provenance {
  type: "provenance"
  view: string
  id: number
  time: Interval
  size: number
  before: number
  after: number
  /** How many ticked clusters; 0: the box. */
  clusters: number
}

export type Answer =
  /** `packed`: its buffers are; told by the answer `base`, whose picture has gone on by `shift` columns, and candles. */
  | (Told & { type: "frame"; view: string; packed: boolean; standing?: StandingNames })
  | Reading
  | Provenance
  | { type: "file"; view: string; id: number; name: string }
  | { type: "bokeh" | "code" | "on_demand"; view: string; id: number; version: string }
  | { type: "error"; view: string; id: number; message: string }

/** What stands in the prices of a picture; its rows are the last two buffers. */
export type StandingNames = Omit<StandingState, "leverage" | "venue">

/** What the kernel tells unasked: how the figure has changed. */
interface Patch {
  type: "patch"
  content: unknown
}

const KINDS = new Set(["frame", "reading", "bokeh", "code", "on_demand", "provenance", "file", "error"])

/** Narrow an incoming message; null if it is none of ours, or addressed to another view. */
export function readMessage(message: unknown, view: string): Answer | Patch | null {
  if (typeof message !== "object" || message === null) return null
  const { type, view: to, id } = message as { type?: unknown; view?: unknown; id?: unknown }
  if (type === "patch") return message as Patch
  if (typeof type !== "string" || !KINDS.has(type)) return null
  return to === view && typeof id === "number" ? (message as Answer) : null
}

export type Heard = (answer: Answer, buffers: readonly DataView[]) => void

/** All messages of one view of the model. */
export interface Messages {
  /** Ask the kernel; `heard` is called with the answer, which may be an error. */
  ask(question: Question, heard: Heard): void
  /** Ask for what comes once; fails with `silence` after some time [ms], and with the kernel's words when it answers with an error. */
  fetch(question: Question, patience: number, silence?: string): Promise<{ answer: Answer; buffers: readonly DataView[] }>
  /** Say that an update of live data is shown; 0: the view has left its page. */
  taken(number: number): void
  /** Call back with each change of the figure. */
  patched(callback: (content: unknown) => void): Disposer
  dispose: Disposer
}

export type Unpack = (answer: Told, packed: readonly DataView[], held: Held | null) => Promise<[DataView[], Held]>

/** Listen to the kernel for one view: each answer goes to whoever asked, by its id. */
export function messages(model: AnyModel<Traits>, view = randomId(), unpack?: Unpack): Messages {
  const asked = new Map<number, [Heard, Held | null | undefined]>()
  let held: Held | null = null
  let last = 0
  let patch: (content: unknown) => void = () => {}
  const hear = (content: unknown, buffers: readonly DataView[] = []) => {
    const message = readMessage(content, view)
    if (!message) return
    if (message.type === "patch") return patch(message.content)
    const [heard, base] = asked.get(message.id) ?? []
    asked.delete(message.id)
    if (message.type !== "frame" || !message.packed || !unpack) return heard?.(message, buffers)
    void unpack(message, buffers, base ?? null).then(
      ([parts, picture]) => {
        if (base !== undefined) held = picture
        heard?.(message, parts)
      },
      (error) => heard?.({ ...message, type: "error", message: `A picture came damaged: ${String(error)}` }, []),
    )
  }
  model.on("msg:custom", hear)
  const ask = (question: Question, heard: Heard) => {
    const id = ++last
    const told = "base" in question
    asked.set(id, [heard, told ? held : undefined])
    model.send({ ...question, ...(told && { base: held?.id ?? 0 }), view, id })
  }
  return {
    ask,
    fetch: (question, patience, silence = "the kernel did not answer") =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(silence)), patience)
        ask(question, (answer, buffers) => {
          clearTimeout(timer)
          if (answer.type === "error") reject(new Error(answer.message))
          else resolve({ answer, buffers })
        })
      }),
    taken: (number) => model.send({ type: "taken", view, id: number }),
    patched(callback) {
      patch = callback
      return () => void (patch = () => {})
    },
    dispose() {
      asked.clear()
      model.off("msg:custom", hear)
    },
  }
}

/** A name for a view that no other view has. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("")
}
