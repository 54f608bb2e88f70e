import { beforeEach, describe, expect, it, vi } from "vitest"
import { kernelWatch, type KernelState } from "../../src/wire/kernel_watch"
import { fakeModel } from "../fake_model"

const signal = () => {
  const slots = new Set<() => void>()
  return { connect: (slot: () => void) => slots.add(slot), disconnect: (slot: () => void) => slots.delete(slot), emit: () => slots.forEach((slot) => slot()), slots }
}

describe("kernelWatch", () => {
  beforeEach(() => void vi.useFakeTimers())

  const setup = (kernel: { status: string; connectionStatus?: string } | null) => {
    const fake = fakeModel()
    const statusChanged = signal()
    if (kernel) fake.model.widget_manager = { kernel: Object.assign(kernel, { statusChanged }) } as never
    const shown: KernelState[] = []
    const watch = kernelWatch(fake.model, (state) => void (shown.at(-1) !== state && shown.push(state)))
    return { ...fake, statusChanged, shown, watch }
  }

  it("tells busy at once, and silent when nothing is known of the kernel", () => {
    const { watch, shown } = setup(null)
    watch.overdue(true)
    vi.advanceTimersByTime(10_000)
    watch.overdue(false)
    expect(shown).toEqual(["ready", "busy", "silent", "ready"])
  })

  it("stays busy as long as JupyterLab says busy", () => {
    const { watch, shown } = setup({ status: "busy" })
    watch.overdue(true)
    vi.advanceTimersByTime(60_000)
    expect(shown).toEqual(["ready", "busy"])
  })

  it("is gone when an idle kernel does not answer", () => {
    const { watch, shown } = setup({ status: "idle" })
    watch.overdue(true)
    vi.advanceTimersByTime(10_000)
    expect(shown).toEqual(["ready", "busy", "gone"])
  })

  it.each(["dead", "restarting", "autorestarting", "terminating"])("is gone for good after %s", (status) => {
    const kernel = { status: "idle" }
    const { statusChanged, shown, watch } = setup(kernel)
    kernel.status = status
    statusChanged.emit()
    kernel.status = "idle"
    statusChanged.emit()
    expect(shown).toEqual(["ready", "gone"])
    watch.dispose()
    expect(statusChanged.slots.size).toBe(0)
  })

  it("comes back when the connection does", () => {
    const kernel = { status: "idle", connectionStatus: "disconnected" }
    const { statusChanged, shown } = setup(kernel)
    kernel.connectionStatus = "connected"
    statusChanged.emit()
    expect(shown).toEqual(["gone", "ready"])
  })

  it("is gone when the channel closes", () => {
    const { model, shown } = setup(null)
    const closed: (() => void)[] = []
    model.on = ((_: string, callback: () => void) => void closed.push(callback)) as never
    kernelWatch(model, (state) => void shown.push(state))
    closed.forEach((callback) => callback())
    expect(shown.at(-1)).toBe("gone")
  })
})
