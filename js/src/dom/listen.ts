import type { Disposer } from "./disposer"

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
