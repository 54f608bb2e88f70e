export type Disposer = () => void

/** Collect disposers and run them once, last added first. */
export function disposerBag(): { add: (...disposers: Disposer[]) => void; dispose: Disposer } {
  const disposers: Disposer[] = []
  return {
    add: (...more) => void disposers.push(...more),
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
