"""How the picture looks: the colours of the sides, smoothing, threshold and legend; no number changes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from liqwidget.raster.side_colours import SIDE_COLOURS
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Heatmap, Theme

# Which of the given colours are on each canvas of our own, and which colours the words of the table have.
SEEN = """(root, colours) => {
  const wanted = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)))
  const on = (node) => {
    const copy = Object.assign(document.createElement("canvas"), { width: node.width, height: node.height })
    const context = copy.getContext("2d", { willReadFrequently: true })
    context.drawImage(node, 0, 0)
    const { data } = context.getImageData(0, 0, node.width, node.height)
    const near = (at, [r, g, b]) =>
      data[at + 3] > 200 && Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 9
    const found = (colour) => { for (let at = 0; at < data.length; at += 4) if (near(at, colour)) return true }
    return colours.filter((_, i) => found(wanted[i]))
  }
  const surfaces = ["profile", "map"].map((name) => [name, root.querySelector(`.liq-${name}-canvas`)])
  for (const row of root.querySelectorAll(".liq-panel-row")) surfaces.push([row.dataset.panel, row.firstElementChild])
  const shown = surfaces.filter(([, node]) => node?.offsetWidth > 0)
  const two = (one) => (+one).toString(16).padStart(2, "0")
  const hex = (text) => "#" + text.match(/[0-9]+/g).slice(0, 3).map(two).join("")
  const words = [...root.querySelectorAll(".liq-side")].map((node) => hex(getComputedStyle(node).color))
  return { ...Object.fromEntries(shown.map(([name, node]) => [name, on(node)])), table: [...new Set(words)].sort() }
}"""
OTHERS = ".liq-legend, .liq-plots, .liq-panel-row, .liq-list"
# Which of them share more than an edge with the legend.
COVERED = """(all) => {
  const [line, ...others] = all.sort((a, b) => b.matches(".liq-legend") - a.matches(".liq-legend"))
    .map((one) => [one.className, one.getBoundingClientRect()])
  const share = (from, to, one) => Math.min(line[1][to], one[to]) - Math.max(line[1][from], one[from]) >= 0.5
  return others.filter(([, one]) => share("top", "bottom", one) && share("left", "right", one)).map(([name]) => name)
}"""
BOKEH = """async (root) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  const view = (one) => bokeh.index.get_one(one.get_model_by_name("liq-figure"))
  const found = bokeh.documents.find((one) => root.contains(view(one)?.el))
  const of = (name) => [...new Set(found.get_model_by_name(name).data.get("color"))].sort()
  return [of("liq-clusters"), of("liq-circles")]
}"""
PROFILE = "root => root.querySelector('.liq-profile-canvas').toDataURL()"


def worn(seen: dict[str, list[str]], drawn: str, wanted: list[str]) -> bool:
    """Tell whether a part is there, and all parts have the colours wanted; funding has no sides."""
    canvases = [colours for part, colours in seen.items() if part not in ("table", "funding")]
    return drawn in seen and all(colours == wanted for colours in canvases) and seen["table"] == sorted(wanted)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sides_have_their_colours_everywhere(heatmap: Heatmap, artefacts: Path, theme: Theme) -> None:
    heatmap.page.emulate_media(color_scheme=theme)
    eventually(lambda: heatmap.root.get_attribute("data-theme") == theme)
    heatmap.options(shown=True)
    heatmap.set(panels=("funding", "liquidations"))
    for name in ("blue-orange", "red-green"):
        heatmap.field("side_colours").select_option(name)
        heatmap.becomes("side_colours", name)
        wanted = list(SIDE_COLOURS[name].of(theme).values())
        other = [colour for pair in SIDE_COLOURS if pair != name for colour in SIDE_COLOURS[pair].of(theme).values()]
        for view in ("heatmap", "map"):
            heatmap.set(view=view)
            drawn = view.replace("heatmap", "profile")
            eventually(
                lambda marks=wanted + other: heatmap.evaluate(SEEN, marks),  # type: ignore[misc]
                lambda seen, drawn=drawn, wanted=wanted: worn(seen, drawn, wanted),  # type: ignore[misc]
            )
        expected = [sorted(SIDE_COLOURS[name].of("dark").values())] * 2
        eventually(lambda: heatmap.evaluate(BOKEH), lambda found, expected=expected: found == expected)  # type: ignore[misc]
        heatmap.root.screenshot(path=artefacts / f"sides-{theme}-{name}.png")
    heatmap.set(side_colours="blue-orange")
    expect(heatmap.field("side_colours")).to_have_value("blue-orange")
    expect(heatmap.root.locator(".liq-stack-keys")).not_to_contain_text("to $0")


def test_smoothing_and_threshold_are_for_the_eye_alone(heatmap: Heatmap, artefacts: Path) -> None:
    heatmap.options(shown=True)
    heatmap.sharp()
    size = heatmap.root.locator(".liq-cell-size")

    def read() -> str:
        heatmap.page.mouse.move(*heatmap.drawn().at(0.4, 0.2))
        expect(size).to_contain_text("$")
        return size.inner_text()

    # Without the mark of the price pointed at.
    drawn = settled(lambda: heatmap.evaluate(PROFILE))
    before = read()
    heatmap.kernel.run("asked.clear()")
    heatmap.changes(lambda: heatmap.field("smooth_cells").check())
    heatmap.becomes("smooth", value=True)
    assert read() == before
    top = heatmap.kernel.value("h._display.session.ends(h._settings())[1]")
    heatmap.changes(lambda: heatmap.set(threshold=top / 4))
    heatmap.page.mouse.move(3, 3)
    eventually(lambda: heatmap.evaluate(PROFILE) == drawn)
    assert heatmap.kernel.value("[one for one in asked if one.get('type') == 'view']") == []
    # A picture of a widget higher than the page lays it out anew for a moment, and so asks.
    heatmap.root.screenshot(path=artefacts / "smooth.png")
    heatmap.changes(lambda: heatmap.set(smooth=False, threshold=0.0))
    expect(heatmap.field("smooth_cells")).not_to_be_checked()


def test_the_legend_names_what_is_drawn_and_covers_nothing(heatmap: Heatmap) -> None:
    legend = heatmap.root.locator(".liq-legend")
    expect(legend).to_contain_text("expected in 24h per 0.1 % of price, clear: $0 to $")
    heatmap.set(profile="venue", measure="size")
    expect(legend).to_contain_text("standing per 0.1 %")
    for venue in heatmap.kernel.value("h.ledger.names"):
        expect(legend.locator(".liq-stack-key", has_text=venue)).to_be_visible()
    size = heatmap.page.viewport_size
    assert size is not None
    for width in (800, size["width"]):
        heatmap.page.set_viewport_size({"width": width, "height": size["height"]})
        for profile in ("venue", "leverage"):
            heatmap.set(profile=profile)
            expect(legend).to_contain_text(f"By {profile}:")
            eventually(lambda: heatmap.root.locator(OTHERS).evaluate_all(COVERED), lambda covered: covered == [])
            eventually(lambda: legend.evaluate("node => node.scrollWidth <= node.clientWidth"))
    heatmap.page.set_viewport_size({"width": 640, "height": size["height"]})
    heatmap.set(measure="heat")
    expect(legend).to_contain_text("Relative heat")
    assert eventually(lambda: legend.evaluate("node => node.clientHeight"), lambda high: high < 3 * 16)
    heatmap.set(measure="size")
    heatmap.page.set_viewport_size({"width": 1010, "height": size["height"]})
    line = heatmap.root.locator(".liq-readout")
    heatmap.page.mouse.move(*heatmap.sharp().at(0.4, 0.2))
    for cell in ("price", "distance", "time", "side", "size", "chance", "cumulative", "made"):
        expect(line.locator(f".liq-cell-{cell}")).to_be_visible()
    inside = line.evaluate(
        # A cell that has no room in its line is not shown at all.
        "node => [...node.querySelectorAll('.liq-cell')].filter((one) => one.offsetWidth > 0).every((one) => {"
        "const [box, room] = [one, one.parentElement].map((part) => part.getBoundingClientRect());"
        "return box.top >= room.bottom - 2 || (box.right <= room.right && box.bottom <= room.bottom + 1) })"
    )
    assert inside
    heatmap.page.set_viewport_size(size)
    heatmap.set(view="map", profile="off")
    expect(legend).to_contain_text("right axis")
    expect(legend).not_to_contain_text("of price, clear")
    heatmap.set(view="heatmap", profile="leverage", measure="expected")
    heatmap.sharp()
