// What the canvases of one widget show in the frame of its picture, without a screenshot: "keep" keeps a copy and
// tells whether nothing was painted for a moment, "share" which share of its pixels look different now; or as "png".
async ({ kept, copied, share }, root, [what, visible, least]) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  const views = bokeh.documents.map((document) => bokeh.index.get_one(document.get_model_by_name("liq-figure")))
  const view = views.find((one) => one && root.contains(one.el))
  // What was asked of Bokeh is painted in the next frame.
  const nextFrame = () => new Promise((done) => (requestAnimationFrame(() => setTimeout(done, 20)), setTimeout(done, 300)))
  const repaint = (ms) =>
    new Promise((done) => {
      const heard = (yes) => (view.repainted.disconnect(slot), clearTimeout(timer), done(yes))
      const slot = () => heard(true)
      const timer = setTimeout(heard, ms, false)
      view.repainted.connect(slot)
    })
  if (what === "keep") await nextFrame()
  const now = copied(root, view)
  if (what === "png") return now.copy.toDataURL()
  if (what === "share") {
    const found = share(kept.get(root), now, visible)
    return found < least && (await repaint(100)) ? share(kept.get(root), copied(root, view), visible) : found
  }
  kept.set(root, now)
  // The map of liquidations is not Bokeh's.
  const other = (await repaint(60)) || root.querySelector(".liq-map:not([hidden])")
  return !other || share(now, kept.set(root, copied(root, view)).get(root), 0) === 0
}
