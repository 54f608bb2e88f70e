"""What is laid over the picture: drawn as it is laid, off candles and labels, and named under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Heatmap

LAID = """
h.add_levels({"week high": h.ledger.last_price() * 1.01})
h.add_series(__import__("pandas").Series([0.25, 0.5], name="NUPL", index=__import__("pandas").to_datetime(
    [h.ledger.end - 86_400_000_000_000, h.ledger.end], utc=True)))
"""


def test_levels_and_series_are_drawn_named_and_taken_away(heatmap: Heatmap, artefacts: Path) -> None:
    rows = heatmap.root.locator(".liq-panel-row")
    before = rows.count()
    heatmap.kernel.run(LAID)
    expect(rows).to_have_count(before + 1)
    expect(rows.last).to_contain_text("NUPL")
    expect(rows.last).to_contain_text("0.50000")
    drawn = heatmap.drawn()
    price = heatmap.kernel.value("h.ledger.last_price() * 1.01")
    heatmap.page.mouse.move(*drawn.point((drawn.time[0] + drawn.time[1]) / 2, price))
    told = heatmap.root.locator(".liq-cell-laid")
    eventually(lambda: told.inner_text().startswith("week high "))
    heatmap.root.screenshot(path=artefacts / "overlays.png", animations="disabled")
    heatmap.page.mouse.move(3, 3)
    heatmap.kernel.run("h.clear_overlays()")
    expect(rows).to_have_count(before)


def test_the_life_of_a_ticked_cluster_comes_after_the_click(heatmap: Heatmap) -> None:
    heatmap.kernel.run("h.selected_clusters = h.clusters[:1]")

    def lives() -> Any:
        return heatmap.kernel.value("[len(one['runs']) for one in h._lives]")

    assert eventually(lives)[0] > 0
    heatmap.kernel.run("h.clear_selection()")
    assert lives() == []
