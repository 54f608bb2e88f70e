"""What is said of the age of each venue's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from liqwidget import LiqHeatmap
from liqwidget.domain.status import VenueStatus
from liqwidget.widget.freshness import FRESH_MS, feeds, stale_sentence

if TYPE_CHECKING:
    from liqwidget import MarketData

NOON = pd.Timestamp("2026-01-05 12:00", tz="UTC")
NOON_MS = NOON.value / 1e6
STATUS = (
    VenueStatus("binance", "connected", NOON),
    VenueStatus("okx", "stale", NOON - pd.Timedelta("3min"), "no message"),
    VenueStatus("bybit", "refused", None, "HTTP 403"),
    VenueStatus("gate", "off", None, "has not answered yet"),
)


def test_history_is_not_called_connected_and_the_missing_are_named() -> None:
    history, live = feeds((), STATUS), feeds((), STATUS, live=True)
    assert [entry["state"] for entry in history] == ["history", "stale", "refused", "off"]
    assert [entry["state"] for entry in live] == ["connected", "stale", "refused", "off"]
    assert live[0] == {"venue": "binance", "state": "connected", "time": NOON_MS, "reason": ""}
    assert live[2] == {"venue": "bybit", "state": "refused", "time": None, "reason": "HTTP 403"}


def test_own_frames_and_the_simulated_market_say_so(markets: tuple[MarketData, ...]) -> None:
    own = LiqHeatmap("BTC", source=markets)._market["feeds"]
    assert [(entry["venue"], entry["state"]) for entry in own] == [("binance", "own frames"), ("bybit", "own frames")]
    assert own[0]["time"] == markets[0].close_time[-1] / 1e6
    sample = LiqHeatmap("BTC", source="sample")
    assert {entry["state"] for entry in sample._market["feeds"]} == {"simulated"}
    assert sample._market["stale"] is None
    named = feeds(sample.ledger, STATUS[2:3], simulated=True)
    assert named[-1]["venue"] == "bybit (real)"


def test_old_data_are_named_with_the_time_since_when() -> None:
    entries = feeds((), STATUS, live=True)
    assert stale_sentence(entries[:1], NOON_MS + FRESH_MS, live=True) is None
    late = stale_sentence(entries[:1], NOON_MS + FRESH_MS + 1, live=True)
    assert late is not None
    assert "binance since 2026-01-05 12:00:00 UTC" in late
    assert stale_sentence(entries[:1], NOON_MS + 10 * FRESH_MS) is None
    told = stale_sentence(entries, NOON_MS, live=True)
    assert told is not None
    assert "okx" in told
    assert "binance" not in told
    assert "bybit" not in told


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("cannot be reached (no network?)", "no network"),
        ("cannot be found by name (no network?)", "no network"),
        ("did not answer in time: try again later", "no answer"),
        ("refuses requests from this country (451): leave it out, or give your own data", "refused"),
    ],
)
def test_only_a_venue_that_said_no_has_refused(reason: str, state: str) -> None:
    for live in (False, True):
        assert feeds([], [VenueStatus("okx", "refused", None, reason)], live=live)[0]["state"] == state
