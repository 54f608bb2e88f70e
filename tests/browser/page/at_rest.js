// What of hands is left in a widget that nobody touches: evaluated by laws.py with the widget's root element.
async (root) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__?.values() ?? [])
  const view = bokeh.documents
    .map((document) => bokeh.index.get_one(document.get_model_by_name("liq-figure")))
    .find((view) => view && root.contains(view.el))
  const named = (name) => view.model.document.get_model_by_name(name)
  const { ui_event_bus: bus } = view.canvas_view
  const { pointers, phase, press_timer } = bus.ui_gestures
  const tool = (name) => [...view.tool_views.values()].find(({ model }) => model.name === name)
  const all = (selector) => [...root.querySelectorAll(selector)]
  const seen = (selector) => all(selector).filter((node) => node.checkVisibility()).map((node) => node.className)
  const left = {
    pointers: pointers.size,
    phase: phase === "idle" ? "" : phase,
    press: press_timer !== null && phase !== "idle",
    bokeh: [bus._curr_pan, bus._current_pan_view, bus._current_interactive_tool_view].some(Boolean),
    pan: tool("liq-pan").state !== null && tool("liq-pan").state !== undefined,
    box: tool("liq-box")._base_point != null || named("liq-box").overlay.visible,
    selecting: bus.hit_area.style.userSelect,
    over: all("[data-over]").map((node) => node.dataset.over),
    cluster: all(".liq-over-cluster").length,
    hovered: all(".liq-hovered").length,
    tags: seen(".liq-tag-price, .liq-tag-time"),
    wheel: all("[data-wheel]").length,
    cells: root.querySelector(".liq-readout").dataset.state === "idle" ? "" : root.querySelector(".liq-readout").textContent,
    chip: all(".liq-chip:not([hidden])").map((node) => node.textContent),
    banners: all(".liq-banner").map((node) => node.textContent),
    panel: all(".liq-panel:not([hidden])").map((node) => node.textContent),
    busy: all("[aria-busy=true]").length,
    full: Boolean(document.fullscreenElement) || all(".liq-full").length > 0,
  }
  return Object.fromEntries(Object.entries(left).filter(([, value]) => value && value.length !== 0))
}
