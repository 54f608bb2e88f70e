// What BokehJS drew inside one widget, as JSON, or only where its frame is on the screen and in the document: evaluated by
// heatmap.py with the widget's root element. Candles are left out where they are those `known`. Asked for several `times`, it
// says nothing ('') where these are not the same.
async (root, { frameAlone, known, times }) => {
  const seen = (globalThis.__liqwidget_seen__ ??= new WeakMap())
  const once = (object, make) => {
    if (!seen.has(object)) seen.set(object, make())
    return seen.get(object)
  }
  const digested = (image) => {
    let digest = 0
    for (let at = 0; at < image.length; at++) digest = (Math.imul(digest, 31) + image[at]) | 0
    return digest
  }
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  const drawn = () => {
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
      const { data } = model("liq-candles")
      const candles = once(data, () => `${Math.random()}`)
      const newest = (data) => (data.size && data.get("x").length ? [data.get("x")[0], data.get("x")[0] + data.get("dw")[0]] : null)
      const box = model("liq-selection")
      const bars = column("liq-provenance", "left").map((left, i) => [left, column("liq-provenance", "right")[i]])
      return JSON.stringify({
        time: [model("liq-time").start, model("liq-time").end],
        price: [model("liq-price").start, model("liq-price").end],
        frame,
        heat: image && { time: [x, x + dw], price: [y, y + dh], width: image.shape[1], height: image.shape[0] },
        digest: image ? once(image, () => digested(image)) : 0,
        column: newest(model("liq-heat-forming").data),
        known: candles,
        candles: candles === known ? null : ["middle", "top", "bottom"].map((name) => column("liq-candles", name)),
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
  const found = drawn()
  for (let more = 1; more < times; more++) {
    await new Promise((done) => setTimeout(done, 30))
    if (drawn() !== found) return ""
  }
  return found
}
