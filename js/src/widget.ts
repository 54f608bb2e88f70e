import type { AnyModel, RenderProps } from "@anywidget/types"
import type { Traits } from "./protocol"
import { render } from "./render"

export { mount } from "./mount"

export default {
  render({ model, el, signal, host }: RenderProps) {
    return render({ model: model as AnyModel<Traits>, el, signal, host })
  },
}
