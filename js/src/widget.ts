import type { AnyModel, RenderProps } from "@anywidget/types"
import type { Traits } from "./wire/protocol"
import { releaseClosed } from "./wire/release"
import { render } from "./render"

export { mount } from "./mount"

export default {
  initialize({ model }: { model: unknown }) {
    releaseClosed(model as AnyModel<Traits>)
  },
  render({ model, el, signal, host }: RenderProps) {
    return render({ model: model as AnyModel<Traits>, el, signal, host })
  },
}
