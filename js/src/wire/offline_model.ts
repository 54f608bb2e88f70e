import type { AnyModel } from "@anywidget/types"
import type { Traits } from "./traits"

type Callback = (...args: never[]) => void

/** A model in memory for a page without a kernel; {"b64": ...} in the state becomes bytes. */
export function offlineModel(state: Readonly<Record<string, unknown>>): AnyModel<Traits> {
  const values = { ...(revive(state) as Partial<Traits>), _offline: true } as Traits
  const listeners = new Map<string, Set<Callback>>()
  return {
    get: (key) => values[key],
    set(key, value) {
      if (JSON.stringify(values[key]) === JSON.stringify(value)) return
      values[key] = value
      for (const callback of [...(listeners.get(`change:${String(key)}`) ?? [])]) callback()
    },
    on(name: string, callback: Callback) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(callback))
    },
    off(name?: string | null, callback?: Callback | null) {
      if (!name) listeners.clear()
      else if (!callback) listeners.delete(name)
      else listeners.get(name)?.delete(callback)
    },
    save_changes() {},
    send() {},
    widget_manager: { get_model: () => Promise.reject(new Error("there is no kernel")) },
  }
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === "b64" && typeof first[1] === "string") return fromBase64(first[1])
  return Object.fromEntries(entries.map(([key, inner]) => [key, revive(inner)]))
}

/** A loop: `Uint8Array.from` with a function takes ten times as long. */
function fromBase64(text: string): DataView {
  const letters = atob(text)
  const bytes = new Uint8Array(letters.length)
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at)
  return new DataView(bytes.buffer)
}
