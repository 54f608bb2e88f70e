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
