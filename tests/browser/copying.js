// What copy.js calls, made once a page: a function of its own, so that what is kept holds no widget.
() => {
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
}
