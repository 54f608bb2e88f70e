import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { counter, requestGate } from "../../src/wire/gate"

describe("requestGate", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const make = (next?: () => number) => {
    const sent: [number, string][] = []
    const busy: boolean[] = []
    const gate = requestGate<string>({
      send: (id, request) => sent.push([id, request]),
      busy: (overdue) => busy.push(overdue),
      ...(next ? { next } : {}),
    })
    return { gate, sent, busy }
  }

  it("keeps one in flight and sends only the newest after it", () => {
    const { gate, sent } = make()
    for (const request of ["a", "b", "c", "d"]) gate.ask(request)
    expect(sent).toEqual([[1, "a"]])
    expect(gate.answered(1)).toBe(true)
    expect(sent).toEqual([[1, "a"], [2, "d"]])
    expect(gate.answered(2)).toBe(true)
    expect(sent).toHaveLength(2)
  })

  it("frees the slot after a second, says so, and recovers on a late answer", () => {
    const { gate, sent, busy } = make()
    gate.ask("a")
    gate.ask("b")
    vi.advanceTimersByTime(999)
    expect(busy).toEqual([])
    vi.advanceTimersByTime(1)
    expect([busy, sent]).toEqual([[true], [[1, "a"], [2, "b"]]])
    expect(gate.answered(1)).toBe(true)
    expect(busy).toEqual([true, false])
  })

  it("does not show an answer older than one it has shown", () => {
    const { gate } = make()
    gate.ask("a")
    gate.ask("b")
    vi.advanceTimersByTime(1000)
    expect(gate.answered(2)).toBe(true)
    expect(gate.answered(1)).toBe(false)
  })

  it("ignores the answers of another gate of the same view, and answers that came before", () => {
    const next = counter()
    const [one, two] = [make(next), make(next)]
    one.gate.ask("a")
    two.gate.ask("b")
    expect(two.sent).toEqual([[2, "b"]])
    expect(one.gate.answered(2)).toBe(false)
    expect(two.gate.answered(2)).toBe(true)
    expect(two.gate.answered(2)).toBe(false)
  })

  it("is silent after it was disposed of", () => {
    const { gate, sent, busy } = make()
    gate.ask("a")
    gate.ask("b")
    gate.dispose()
    vi.advanceTimersByTime(5000)
    expect([sent, busy]).toEqual([[[1, "a"]], []])
  })
})
