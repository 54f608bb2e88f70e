import type { AnyModel, RenderProps } from "@anywidget/types"
import { render } from "./render"
import { emptyWhenClosed } from "./wire/model"
import { offlineModel } from "./wire/offline_model"
import type { Traits } from "./wire/traits"

export default {
  initialize({ model }: { model: unknown }) {
    emptyWhenClosed(model as AnyModel<Traits>)
  },
  render({ model, el, signal, host }: RenderProps) {
    return render({ model: model as AnyModel<Traits>, el, signal, host })
  },
}

/** Show a saved state in a page without a kernel; returns what takes it away again. */
export function mount(element: HTMLElement, state: Readonly<Record<string, unknown>>): () => void {
  const controller = new AbortController()
  render({ model: offlineModel(state), el: element, signal: controller.signal })
  return () => controller.abort()
}
