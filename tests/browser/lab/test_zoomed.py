"""A map that was zoomed is shown as it was by another cell, a reload, and another browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.heatmap import Drawn, Heatmap
from tests.browser.lab.test_save import saved_state
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.lab.sheet import Desk


def test_a_zoomed_map_is_shown_again_by_cells_reloads_and_other_browsers(desk: Desk, other_desk: Desk) -> None:
    first = (
        "from liqwidget import LiqHeatmap\n"
        'h = LiqHeatmap("BTC", source="sample")\n'
        "end = h.ledger.end\n"
        'h = LiqHeatmap("BTC", source="sample", time_range=(end - 40 * 3600 * 10**9, end - 10 * 3600 * 10**9),\n'
        "               price_range=tuple(h.ledger.last_price(end) * part for part in (0.96, 1.01)))\n"
        "h"
    )
    with desk.sheet("zoomed", first, "shown", run=False) as sheet:
        sheet.run_cell(0)
        made = sheet.heatmap(0)
        wanted = made.trait("time_range")
        at = eventually(made.drawn, lambda drawn: drawn.time == pytest.approx(wanted, abs=1))
        # Zoomed by hand, then shown in the next cell.
        made.wheel(0.5, 0.5, -200, times=2)
        eventually(lambda: made.trait("time_range"), lambda found: found != wanted)
        at = made.sharp()
        sheet.kernel.run("shown = h")
        sheet.run_cell(1)
        assert alike(at, sheet.heatmap(1).sharp())
        # One view is enough for each page that is loaded.
        sheet.kernel.run("shown = None")
        sheet.run_cell(1)
        expect(sheet.page.locator(".liq-root")).to_have_count(1)
        sheet.menu("File", "Save Notebook")
        path = desk.lab.folder / sheet.name
        eventually(lambda: saved_state(path.read_text(encoding="utf-8")))
        sheet.page.reload()
        sheet.idle()
        again = sheet.heatmap(0)
        assert alike(at, again.sharp())
        with other_desk.page(sheet.name, "other") as page:
            other = Heatmap(page, page.locator(".liq-root").first, sheet.kernel)
            eventually(other.shown)
            assert alike(at, other.sharp())


def alike(one: Drawn, other: Drawn) -> bool:
    """Tell whether two views look at the same, and both have a picture of it."""
    return (
        other.heat is not None
        and other.time == pytest.approx(one.time, abs=2)
        and other.price == pytest.approx(one.price)
    )
