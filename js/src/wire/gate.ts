export interface Gate<T> {
  /** Ask for the newest; an older one that still waits is dropped. */
  ask(request: T): void
  /** Note an answer; true if it is one of ours and none newer was answered before. */
  answered(id: number): boolean
  dispose(): void
}

export interface GateOptions<T> {
  send: (id: number, request: T) => void
  /** Told when an answer is overdue, and when the kernel answers again. */
  busy?: (overdue: boolean) => void
  patience?: number
  /** Numbers of the view's messages; several gates may draw from one. */
  next?: () => number
}

/** Count messages from 1. */
export function counter(): () => number {
  let last = 0
  return () => ++last
}

/** Keep one request in flight and only the newest waiting; free the slot when no answer came in time. */
export function requestGate<T>({ send, busy = () => {}, patience = 1000, next = counter() }: GateOptions<T>): Gate<T> {
  const open = new Set<number>()
  let newest = 0
  let flying = 0
  let overdue = false
  let waiting: { request: T } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const fly = (request: T) => {
    waiting = null
    flying = next()
    open.add(flying)
    clearTimeout(timer)
    timer = setTimeout(() => {
      flying = 0
      if (!overdue) busy((overdue = true))
      if (waiting) fly(waiting.request)
    }, patience)
    send(flying, request)
  }

  return {
    ask(request) {
      if (flying) waiting = { request }
      else fly(request)
    },
    answered(id) {
      if (!open.delete(id)) return false
      if (overdue) busy((overdue = false))
      if (id === flying) {
        flying = 0
        clearTimeout(timer)
        if (waiting) fly(waiting.request)
      }
      const show = id > newest
      newest = Math.max(newest, id)
      return show
    },
    dispose() {
      clearTimeout(timer)
      waiting = null
    },
  }
}
