export type Disposer = () => void

export interface DisposerBag {
  add(...disposers: Disposer[]): void
  /** Add what takes a part away, and return the part. */
  keep<T extends { dispose: Disposer }>(part: T): T
  dispose: Disposer
}

/** Collect disposers and run them once, last added first. */
export function disposerBag(): DisposerBag {
  const disposers: Disposer[] = []
  return {
    add: (...more) => void disposers.push(...more),
    keep: (part) => (disposers.push(part.dispose), part),
    dispose: () => {
      for (let next = disposers.pop(); next; next = disposers.pop()) next()
    },
  }
}

/** Add a DOM listener. */
export function listen<K extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: K,
  callback: (event: HTMLElementEventMap[K]) => void,
  options?: AddEventListenerOptions,
): Disposer {
  target.addEventListener(type, callback, options)
  return () => target.removeEventListener(type, callback, options)
}
