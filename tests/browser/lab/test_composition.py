"""A heatmap among other widgets: side by side, linked, in an output, in a tab that is not shown at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Desk, Sheet

ROW = """
import ipywidgets as widgets
from liqwidget import LiqHeatmap
h, g = (LiqHeatmap(symbol, source="sample") for symbol in ("BTC", "ETH"))
links = widgets.link((h, "time_range"), (g, "time_range")), widgets.dlink((h, "measure"), (g, "measure"))
widgets.jslink((h, "side"), (g, "side"))
widgets.HBox([h, g])
"""
SAID = """
said, heard = widgets.Output(), widgets.Output()
end = h.on_select(lambda selection: said.append_stdout(f"{selection.long_size:.0f}\\n" if selection else "none\\n"))
@heard.capture()
def tell(change):
    print("measure is", change["new"])
h.observe(tell, "measure")
widgets.VBox([said, heard])
"""
TABS = 'tabs = widgets.Tab([widgets.HTML("first"), widgets.VBox([h])], titles=["words", "map"])\ntabs'
HELD = "held = widgets.Output()\nwith held:\n    display(g)\nheld"


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("composition", ROW, SAID, TABS, HELD, run=False) as sheet:
        sheet.page.set_viewport_size({"width": 1600, "height": 3000})
        for cell in range(2):
            sheet.run_cell(cell)
        yield sheet


@pytest.fixture
def row(sheet: Sheet) -> tuple[Heatmap, Heatmap]:
    return sheet.heatmap(0, "h"), sheet.heatmap(1, "g")


def width(heatmap: Heatmap) -> float:
    """Return the width of the whole widget."""
    return float(heatmap.evaluate("node => node.getBoundingClientRect().width"))


def test_two_in_a_row_share_its_width(row: tuple[Heatmap, Heatmap], sheet: Sheet) -> None:
    for heatmap in row:
        heatmap.sharp()
    room = sheet.output(0).evaluate("node => node.getBoundingClientRect().width")
    eventually(
        lambda: [width(one) for one in row],
        lambda now: abs(now[0] - now[1]) <= 1 and abs(sum(now) - room) <= 24,
    )
    sheet.page.set_viewport_size({"width": 1200, "height": 3000})
    eventually(lambda: width(row[0]), lambda now: now < room / 2 - 100)
    for heatmap in row:
        heatmap.sharp()
    sheet.page.set_viewport_size({"width": 1600, "height": 3000})
    eventually(lambda: width(row[0]), lambda now: now > room / 2 - 20)


def test_linked_traits_move_the_other_picture(row: tuple[Heatmap, Heatmap]) -> None:
    first, second = row
    second.changes(lambda: first.button("Side", "short").click())
    second.presses("Side", "short")
    second.becomes("side", "short")
    first.changes(lambda: second.button("Side", "both").click())
    first.becomes("side", "both")
    first.button("Measure", "size").click()
    eventually(lambda: second.pressed("Measure") == "size")
    first.set(measure="expected")
    eventually(lambda: second.pressed("Measure") == "expected")
    second.changes(lambda: first.wheel(0.7, 0.5, -200, times=3))
    shown = first.sharp().time
    eventually(lambda: second.drawn().time, lambda time: time == pytest.approx(shown))
    second.changes(lambda: first.named("Reset").click())


def test_callbacks_write_into_an_output(row: tuple[Heatmap, Heatmap], sheet: Sheet) -> None:
    first, _ = row
    first.button("Drag mode", "select").click()
    drawn = first.sharp()
    first.drag(drawn.at(0.3, 0.6), drawn.at(0.6, 0.95))
    size = eventually(lambda: first.kernel.value("f'{h.selection.long_size:.0f}' if h.selection else ''"))
    expect(sheet.output(1).first).to_contain_text(size)
    first.button("Measure", "size").click()
    expect(sheet.output(1).first).to_contain_text("measure is size")
    first.kernel.run("h.clear_selection(); h.measure = 'expected'")
    expect(sheet.output(1).first).to_contain_text("none")
    first.button("Drag mode", "pan").click()


def test_a_tab_that_is_shown_later_holds_a_whole_picture(row: tuple[Heatmap, Heatmap], sheet: Sheet) -> None:
    sheet.run_cell(2)
    sheet.cell(2).get_by_role("tab", name="map").click()
    later = sheet.heatmap(2, "h")
    assert later.sharp().heat is not None
    assert width(later) > 1.8 * width(row[0])
    later.changes(lambda: row[0].set(palette="viridis"))
    sheet.cell(2).get_by_role("tab", name="words").click()
    expect(later.root).to_be_hidden()
    row[0].set(palette="ember", side="long")
    sheet.cell(2).get_by_role("tab", name="map").click()
    later.sharp()
    later.presses("Side", "long")
    row[0].set(side="both")


def test_one_displayed_in_an_output_is_as_live_as_the_other(row: tuple[Heatmap, Heatmap], sheet: Sheet) -> None:
    views = sheet.page.locator(".liq-root")
    before = views.count()
    sheet.run_cell(3)
    expect(views).to_have_count(before + 1)
    held = sheet.heatmap(before, "g")
    held.sharp()
    row[1].changes(lambda: held.button("Side", "long").click())
    held.becomes("side", "long")
    held.set(side="both")
