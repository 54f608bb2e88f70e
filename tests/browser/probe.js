// What BokehJS drew inside one widget, as JSON, or only where its frame is on the screen and in the document: evaluated by
// heatmap.py with the widget's root element.
async (root, frameAlone) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  for (const document of bokeh?.documents ?? []) {
    const model = (name) => document.get_model_by_name(name)
    const view = bokeh.index.get_one(model("liq-figure"))
    if (!view || !root.contains(view.el)) continue
    const host = view.el.getBoundingClientRect()
    const { left, top, width, height } = view.frame.bbox
    const frame = { x: host.left + left, y: host.top + top, width, height }
    if (frameAlone) return JSON.stringify([frame, innerHeight, scrollX, scrollY])
    // What nobody has filled yet is as Python wrote it.
    const column = (source, name) => Array.from(model(source).data.get?.(name) ?? model(source).data[name])
    const [image] = column("liq-heat", "image")
    const [x, y, dw, dh] = ["x", "y", "dw", "dh"].map((name) => column("liq-heat", name)[0])
    let digest = 0
    for (const word of image ?? []) digest = (Math.imul(digest, 31) + word) | 0
    const newest = (data) => (data.size && data.get("x").length ? [data.get("x")[0], data.get("x")[0] + data.get("dw")[0]] : null)
    const box = model("liq-selection")
    const bars = column("liq-provenance", "left").map((left, i) => [left, column("liq-provenance", "right")[i]])
    return JSON.stringify({
      time: [model("liq-time").start, model("liq-time").end],
      price: [model("liq-price").start, model("liq-price").end],
      frame,
      heat: image && { time: [x, x + dw], price: [y, y + dh], width: image.shape[1], height: image.shape[0] },
      digest,
      column: newest(model("liq-heat-forming").data),
      candles: column("liq-candles", "middle"),
      candle_top: column("liq-candles", "top"),
      candle_bottom: column("liq-candles", "bottom"),
      selection: box.visible ? { time: [box.left, box.right], price: [box.bottom, box.top] } : null,
      whiskers: column("liq-whiskers", "x0").length,
      opened: bars.slice(1),
      opened_text: model("liq-provenance-text").visible ? model("liq-provenance-text").text : "",
      notice: model("liq-notice").visible ? model("liq-notice").text : "",
      hatched: model("liq-hatch").visible,
      last_price: model("liq-last").visible ? model("liq-last").location : null,
      label_colour: model("liq-figure").below[0].major_label_text_color,
    })
  }
  return null
}
