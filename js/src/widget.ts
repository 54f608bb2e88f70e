import { loadBokeh } from "./load/bokeh"
import { render } from "./render"

export default {
  render,
  /** Load BokehJS before any heatmap needs it. */
  warm: loadBokeh,
}
