import { offlineModel } from "./wire/offline_model"
import { render } from "./render"

/** Show a saved state in a page without a kernel; returns what takes it away again. */
export function mount(element: HTMLElement, state: Readonly<Record<string, unknown>>): () => void {
  const controller = new AbortController()
  render({ model: offlineModel(state), el: element, signal: controller.signal })
  return () => controller.abort()
}
