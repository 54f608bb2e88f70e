import type { BokehJS } from "./evaluate"

const HOLDS = 1000

/**
 * Let answers of the page's styles hold for a second: Bokeh 3.9 asks them for every colour, width and font of every
 * paint, which is half the time that a paint takes.
 */
export function calmStyles(bokeh: BokehJS): void {
  const { prototype } = bokeh.require("core/visuals/visual").VisualProperties
  const ask = prototype._get_css_value
  const known = new WeakMap<object, { since: number; values: Map<string, string> }>()
  prototype._get_css_value = function (name) {
    const now = performance.now()
    let kept = known.get(this)
    if (!kept || now - kept.since > HOLDS) known.set(this, (kept = { since: now, values: new Map() }))
    let value = kept.values.get(name)
    if (value === undefined) kept.values.set(name, (value = ask.call(this, name)))
    return value
  }
}
