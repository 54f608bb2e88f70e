"""Where no open interest is known sizes are no money, and nothing that is said of them has a currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import liqwidget
from liqwidget import LiqHeatmap, PriceNear
from liqwidget.domain.quotation import RELATIVE
from tests.markets import walk

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData

MONEY = re.compile(r"(?:est\.|of|holds|sum).{0,12}\$")


def bare(venue: str = "binance") -> MarketData:
    """Return a market without open interest."""
    return walk(5, 900, interest="none").market(venue=venue)


@pytest.fixture(scope="module")
def heatmap() -> LiqHeatmap:
    return LiqHeatmap("BTC", source=[bare(), bare("bybit")])


SAID: dict[str, Any] = {
    "plan": lambda h: h.plan("long", leverage=10, risk=10, account=1_000),
    "cascade": lambda h: h.cascade(-0.03),
    "venues": lambda h: h.compare_venues(),
    "uncertainty": lambda h: h.uncertainty(),
    "history": lambda h: h.cluster_history(),
    "sweeps": lambda h: h.sweeps(),
    "confluence": lambda h: h.confluence(),
    "selection": lambda h: h.selection,
    "provenance": lambda h: h.provenance(),
    "alerts": lambda h: h.alerts.replay(),
}


@pytest.mark.slow
@pytest.mark.parametrize("verb", SAID)
def test_no_verb_calls_them_money(heatmap: LiqHeatmap, verb: str) -> None:
    last = heatmap.ledger.last_price(heatmap.ledger.end)
    heatmap.select(price=(0.9 * last, 0.999 * last))
    if not heatmap.alerts.rules:
        heatmap.alerts.add(PriceNear(5.0))
    found = SAID[verb](heatmap)
    shown = getattr(found, "_repr_html_", lambda: "")()
    said = repr(found) + shown + " ".join(str(one) for one in getattr(found, "warnings", ()))
    assert MONEY.search(said) is None, MONEY.search(said)
    # A position is money, and what is traded in a day.
    assert verb in ("plan", "cascade") or "$" not in said
    assert RELATIVE in said or verb in ("alerts", "history", "sweeps", "confluence")


def test_the_page_and_the_watchlist_are_told_the_unit(heatmap: LiqHeatmap) -> None:
    assert (heatmap._market["quote"], heatmap._market["unit"]) == ("USD", RELATIVE)
    row = liqwidget.market_summary(heatmap.ledger)
    assert (row.quote, row.unit) == ("USD", RELATIVE)


def test_one_venue_that_tells_its_open_interest_makes_them_money() -> None:
    known = liqwidget.estimate([walk(5, 400).market(), bare("bybit")])
    assert known.unit == known.quote == "USD"
    assert known.only(["bybit"]).unit == RELATIVE


def test_what_they_move_is_not_said(heatmap: LiqHeatmap) -> None:
    assert "sizes are relative: what they move is not known" in repr(heatmap.cascade(-0.03))
