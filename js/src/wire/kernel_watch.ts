import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import type { Traits } from "./traits"

/** `silent`: it has not answered for long, and the page cannot tell whether it is busy or gone. */
export type KernelState = "ready" | "busy" | "silent" | "gone"

export interface KernelWatch {
  /** An answer is overdue, or one has come. */
  overdue(yes: boolean): void
  /** What was to be sent could not be. */
  lost(): void
  dispose: Disposer
}

const PATIENCE = 7000
const ENDED = new Set(["dead", "terminating", "restarting", "autorestarting"])

interface Signal {
  connect(slot: () => void): unknown
  disconnect(slot: () => void): unknown
}

/** What JupyterLab's widget manager tells of its kernel; other hosts tell nothing. */
interface Kernel {
  status?: string
  connectionStatus?: string
  isDisposed?: boolean
  statusChanged?: Signal
  connectionStatusChanged?: Signal
  disposed?: Signal
}

/** Tell a kernel that is busy from one that is gone: by what the page knows of it, else by how long it is silent. */
export function kernelWatch(model: AnyModel<Traits>, show: (state: KernelState) => void, patience = PATIENCE): KernelWatch {
  if (model.get("_offline")) return { overdue: () => {}, lost: () => {}, dispose: () => {} }
  const bag = disposerBag()
  let ended = false
  let late = false
  let long = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const current = () => (model.widget_manager as unknown as { kernel?: Kernel | null } | undefined)?.kernel ?? null
  const kernel = current()
  const judge = (): KernelState => {
    const { status, connectionStatus } = kernel ?? {}
    if (ended) return "gone"
    if (kernel && (kernel.isDisposed || connectionStatus === "disconnected")) return "gone"
    if (!late) return "ready"
    if (!long || status === "busy") return "busy"
    // An idle kernel that does not answer has lost this widget.
    return status === "idle" ? "gone" : "silent"
  }
  const check = () => {
    if (kernel && ENDED.has(kernel.status ?? "")) ended = true
    show(judge())
  }
  const end = () => {
    ended = true
    check()
  }
  const overdue = (yes: boolean) => {
    clearTimeout(timer)
    late = yes
    long = false
    if (yes) {
      timer = setTimeout(() => {
        long = true
        check()
      }, patience)
    } else ended = false
    check()
  }
  for (const signal of [kernel?.statusChanged, kernel?.connectionStatusChanged, kernel?.disposed]) {
    signal?.connect(check)
    bag.add(() => void signal?.disconnect(check))
  }
  const events = model as unknown as { on(name: string, callback: () => void): void; off(name: string, callback: () => void): void }
  events.on("comm:close", end)
  bag.add(
    () => events.off("comm:close", end),
    () => clearTimeout(timer),
  )
  check()
  return { overdue, lost: end, dispose: bag.dispose }
}
