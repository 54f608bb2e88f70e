// Hide parts of the picture of one widget by name ("*": all that is drawn over the heat), or show again what was hidden.
async (root, [names, visible]) => {
  const hidden = (globalThis.__liqwidget_hidden__ ??= new WeakSet())
  if (names[0] === "*") for (const node of root.querySelectorAll(".liq-feeds, .liq-back, .liq-watermark, .liq-wheel-hint")) node.style.visibility = visible ? "" : "hidden"
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  for (const document of bokeh?.documents ?? []) {
    const figure = document.get_model_by_name("liq-figure")
    if (!root.contains(bokeh.index.get_one(figure)?.el ?? null)) continue
    const drawn = [...figure.renderers, ...figure.center].filter(({ name }) => name !== "liq-selection")
    const chosen = drawn.filter(({ name }) => (names[0] === "*" ? name !== "liq-heat-image" : names.includes(name)))
    if (chosen.length < names.length) throw new Error(`Expected ${names} in the figure, found ${chosen.length}`)
    for (const model of chosen) {
      if (!visible && model.visible) hidden.add(model)
      if (!visible || hidden.delete(model)) model.visible = visible
    }
  }
}
