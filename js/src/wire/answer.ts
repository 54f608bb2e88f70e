import type { Answer } from "./protocol"

const KINDS = new Set(["frame", "reading", "bokeh", "code", "provenance", "patch", "error"])

/** Narrow an incoming message; null if it is none of ours, or addressed to another view. */
export function readAnswer(message: unknown, view: string): Answer | null {
  if (typeof message !== "object" || message === null) return null
  const { type, view: to, id } = message as { type?: unknown; view?: unknown; id?: unknown }
  if (typeof type !== "string" || !KINDS.has(type)) return null
  if (type === "patch") return message as Answer
  return to === view && typeof id === "number" ? (message as Answer) : null
}
