"""The watchlist in JupyterLab: its rows fill as markets are read, a click opens a heatmap below and closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from liqwidget.domain.amount import MINUS
from tests.browser.axe import AXE, serious
from tests.browser.heatmap import Heatmap, Theme
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.lab.sheet import Desk

SHOWN = "from liqwidget import Watchlist\nw = Watchlist(source='sample')\nw"


def test_a_row_opens_the_heatmap_of_its_market(desk: Desk, artefacts: Path) -> None:
    with desk.sheet("watchlist", SHOWN) as sheet:
        table = sheet.page.locator(".liq-watchlist")
        rows = table.locator("tbody tr")
        expect(rows).to_have_count(3)
        expect(table.locator('tbody tr[data-state="simulated"]')).to_have_count(3)
        expect(rows.first).to_contain_text("est. $")
        expect(table).to_contain_text("Simulated market: prices and positions are not real")
        assert rows.locator("button").all_inner_texts() == ["BTC", "ETH", "SOL"]
        sheet.page.evaluate(AXE.read_text(encoding="utf-8"))
        table.get_by_role("button", name="24 h", exact=True).click()
        told = rows.locator("td:nth-child(3)").all_inner_texts()
        changes = [float(text.replace(MINUS, "-").split()[0]) for text in told]
        assert changes == sorted(changes, reverse=True)
        eth = table.get_by_role("button", name="Open the heatmap of ETH")
        eth.focus()
        sheet.page.keyboard.press("Enter")
        below = sheet.page.locator(".liq-root:not(.liq-watchlist)")
        heatmap = Heatmap(sheet.page, below.first, sheet.kernel, "w.heatmap")
        eventually(heatmap.shown)
        assert sheet.kernel.value("w.heatmap.symbol") == "ETH"
        themes: tuple[Theme, ...] = ("dark", "light")
        for theme in themes:
            sheet.theme(theme)
            expect(table).to_have_attribute("data-theme", theme)
            sheet.output(0).screenshot(path=artefacts / f"watchlist-{theme}.png")
            assert serious(sheet.page, theme, ".liq-watchlist") == []
        table.get_by_role("button", name="Close the heatmap of ETH").click()
        expect(below).to_have_count(0)
        assert sheet.kernel.value("w.heatmap is None")
        sheet.kernel.run("w.close()")
