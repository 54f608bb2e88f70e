// What the canvases of one widget show in the frame of its picture, without a screenshot: "keep" keeps a copy and
// tells whether it is the same as one a moment before, "share" which share of its pixels look different now; or as "png".
async (root, [what, visible]) => {
  const kept = (globalThis.__liqwidget_copies__ ??= new WeakMap())
  const canvases = (node) => [...node.querySelectorAll("*")].flatMap((one) => (one.localName === "canvas" ? [one] : one.shadowRoot ? canvases(one.shadowRoot) : []))
  const copied = async () => {
    const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
    const views = bokeh.documents.map((document) => bokeh.index.get_one(document.get_model_by_name("liq-figure")))
    const { el, frame } = views.find((one) => one && root.contains(one.el))
    const place = el.getBoundingClientRect()
    const [left, top, width, height] = [place.left + frame.bbox.left, place.top + frame.bbox.top, frame.bbox.width, frame.bbox.height].map(Math.round)
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
  const apart = (a, b) => Math.max(Math.abs((a & 255) - (b & 255)), Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)), Math.abs(((a >> 16) & 255) - ((b >> 16) & 255)))
  const share = (one, other, least) => {
    if (one.size !== other.size) return 1
    let count = 0
    for (let at = 0; at < one.words.length; at++) if (one.words[at] !== other.words[at] && apart(one.words[at], other.words[at]) > least) count++
    return count / one.words.length
  }
  // What was asked of Bokeh is painted in the next frame.
  const painted = (ms) => new Promise((done) => (requestAnimationFrame(() => setTimeout(done, ms)), setTimeout(done, 300)))
  if (what === "keep") await painted(20)
  const now = await copied()
  if (what === "png") return now.copy.toDataURL()
  if (what === "share") return share(kept.get(root), now, visible)
  await painted(40)
  kept.set(root, await copied())
  return share(now, kept.get(root), 0) === 0
}
