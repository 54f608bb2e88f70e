// Show or hide parts of the picture of one widget by name ("*": all that is drawn over the heat).
async (root, [names, visible]) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  for (const document of bokeh?.documents ?? []) {
    const figure = document.get_model_by_name("liq-figure")
    if (!root.contains(bokeh.index.get_one(figure)?.el ?? null)) continue
    const drawn = [...figure.renderers, ...figure.center].filter(({ name }) => !["liq-selection", "liq-hatch"].includes(name))
    const chosen = drawn.filter(({ name }) => (names[0] === "*" ? name !== "liq-heat-image" : names.includes(name)))
    if (chosen.length < names.length) throw new Error(`Expected ${names} in the figure, found ${chosen.length}`)
    for (const model of chosen) model.visible = visible
  }
}
