"""Each part of the picture is on it, and says what the kernel says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.heatmap import changed_share

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

PARTS = {
    "liq-heat-image": 0.1,
    "liq-candle-body": 0.005,
    "liq-candle-wick": 0.0005,
    "liq-last": 0.0005,
    "liq-title": 0.001,
    "liq-notice": 0.001,
    "liq-bracket-lines": 0.0002,
    "liq-cluster-text": 0.002,
}
"""Names of models of the figure, and which share of the picture changes at least without them."""


def test_each_part_is_on_the_picture(heatmap: Heatmap) -> None:
    whole = heatmap.steady_picture()
    missing = {part: changed_share(whole, heatmap.without(part)) for part in PARTS}
    assert {part: share for part, share in missing.items() if share < PARTS[part]} == {}


def test_the_notice_of_the_market_stands_on_the_picture(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    assert drawn.notice == heatmap.kernel.value("h._market['notice']")
    assert "imulated market" in drawn.notice
    assert drawn.last_price == heatmap.kernel.value("h.ledger.last_price()")
    assert len(drawn.candles) > 40
