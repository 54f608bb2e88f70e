// What the canvases of one widget show in the frame of its picture, without a screenshot: "keep" keeps a copy and
// tells whether nothing was painted for a moment, "share" which share of its pixels look different now; or as "png".
async (root, [what, visible, least]) => {
  // Kept by the page, so that they are compiled once.
  const { kept, copied, share } = (globalThis.__liqwidget_copies__ ??= (() => {
    const canvases = (node) =>
      [...node.querySelectorAll("*")].flatMap((one) => (one.localName === "canvas" ? [one] : one.shadowRoot ? canvases(one.shadowRoot) : []))
    const copied = (root, { el, frame }) => {
      const place = el.getBoundingClientRect()
      const [left, top] = [place.left + frame.bbox.left, place.top + frame.bbox.top].map(Math.round)
      const [width, height] = [frame.bbox.width, frame.bbox.height].map(Math.round)
      const copy = Object.assign(document.createElement("canvas"), { width, height })
      const pen = copy.getContext("2d", { willReadFrequently: true })
      pen.imageSmoothingEnabled = false
      pen.fillStyle = getComputedStyle(root).backgroundColor
      pen.fillRect(0, 0, width, height)
      for (const one of canvases(root.querySelector(".liq-figure"))) {
        const at = one.getBoundingClientRect()
        if (at.width === 0 || getComputedStyle(one).visibility === "hidden") continue
        pen.drawImage(one, Math.round(at.left) - left, Math.round(at.top) - top, Math.round(at.width), Math.round(at.height))
      }
      return { copy, size: `${width} ${height}`, words: new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer) }
    }
    const differ = (a, b, by, visible) => Math.abs(((a >> by) & 255) - ((b >> by) & 255)) > visible
    const share = ({ words, size }, other, visible) => {
      if (size !== other.size) return 1
      let count = 0
      for (let at = 0; at < words.length; at++) {
        const a = words[at]
        const b = other.words[at]
        if (a !== b && (differ(a, b, 0, visible) || differ(a, b, 8, visible) || differ(a, b, 16, visible))) count++
      }
      return count / words.length
    }
    return { kept: new WeakMap(), copied, share }
  })())
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
