// Where the parts of a widget are on the page, [x, y, width, height], and the controls that are in sight: evaluated by
// monkey.py with the widget's root element.
async (root) => {
  const box = (node) => {
    const { x, y, width, height } = node.getBoundingClientRect()
    return [x, y, width, height]
  }
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  const view = bokeh.documents
    .map((document) => bokeh.index.get_one(document.get_model_by_name("liq-figure")))
    .find((view) => view && root.contains(view.el))
  const [hostX, hostY, wide, high] = box(view.el)
  const { left, top, width, height } = view.frame.bbox
  const parts = {
    picture: [hostX + left, hostY + top, width, height],
    strip: [hostX + left + 0.9 * width, hostY + top, 0.1 * width, height],
    "price axis": [hostX + left + width + 3, hostY + top, Math.max(wide - left - width - 6, 1), height],
    "time axis": [hostX + left, hostY + top + height + 3, width, Math.max(high - top - height - 6, 1)],
    corner: [hostX + left + width + 3, hostY + top + height + 3, 20, 10],
    page: [0, 0, 8, innerHeight],
    window: [-60, 100, 40, 400],
  }
  const named = { profile: ".liq-profile", panel: ".liq-panels", table: ".liq-scroll", readout: ".liq-readout", legend: ".liq-legend", toolbar: ".liq-toolbar" }
  for (const [name, selector] of Object.entries(named)) {
    const node = root.querySelector(selector)
    if (node?.checkVisibility() && node.clientHeight > 0) parts[name] = box(node)
  }
  const inSight = ([x, y, w, h]) => w > 0 && h > 0 && x >= 0 && y >= 0 && x + w <= innerWidth && y + h <= innerHeight
  const controls = []
  root.querySelectorAll("button, select, input").forEach((node, index) => {
    const place = box(node.type === "radio" ? node.parentNode : node)
    if (node.disabled || !node.checkVisibility() || !inSight(place)) return
    const kind = node.tagName === "INPUT" ? node.type : node.tagName.toLowerCase()
    const label = node.ariaLabel || (node.type === "radio" ? `${node.closest("[role=radiogroup]").ariaLabel} ${node.value}` : node.textContent.trim() || node.value)
    controls.push({ index, kind, label, box: place, options: [...(node.options ?? [])].map((one) => one.value) })
  })
  return { parts, controls }
}
