"""What each exchange publishes: data that are whole, and that ccxt's classes can carry out."""

from __future__ import annotations

import importlib

import pytest

from liqwidget.domain import tiers
from liqwidget.domain.time import DAY, duration_ns
from liqwidget.errors import DataError
from liqwidget.market.venue.venues import VENUES, venue


@pytest.mark.parametrize("name", VENUES)
def test_the_classes_of_ccxt_exist_and_can_what_is_claimed(name: str) -> None:
    module = importlib.import_module("ccxt.async_support")
    place = VENUES[name]
    exchange = getattr(module, place.linear_class)()
    assert hasattr(module, place.inverse_class or place.linear_class)
    assert exchange.has["fetchOHLCV"]
    assert exchange.has["fetchFundingRateHistory"]
    assert bool(exchange.has["fetchOpenInterestHistory"]) == bool(place.interest_history)
    if place.interest_now:
        assert exchange.has["fetchOpenInterest"]
    if place.ratio_periods and name != "gate":
        assert exchange.has["fetchLongShortRatioHistory"]
    if place.liquidation_history and name != "okx":
        assert exchange.has["fetchLiquidations"]


@pytest.mark.parametrize("name", VENUES)
def test_figures_are_whole(name: str) -> None:
    place = VENUES[name]
    assert place.name == name
    assert place.candle_page > 0
    assert (place.interest_page > 0) == bool(place.interest_history)
    lengths = [duration_ns(period) for period in place.interest_history]
    assert lengths == sorted(lengths)
    assert (place.liquidation_page > 0) == bool(place.liquidation_history)
    assert place.funding_page > 0


def test_margin_tables_are_shipped_for_all_but_htx() -> None:
    assert set(VENUES) - set(tiers.venues()) == {"htx"}


def test_how_far_back_open_interest_goes() -> None:
    assert VENUES["binance"].interest_span("5m") == 30 * DAY
    assert VENUES["okx"].interest_span("5m") == 5 * DAY
    assert VENUES["okx"].interest_span("1h") == 60 * DAY
    assert VENUES["bybit"].interest_span("5m") is None


def test_the_summary_says_what_is_missing() -> None:
    assert "no history" in VENUES["hyperliquid"].summary
    assert "liquidations not public" in VENUES["hyperliquid"].summary
    assert "lower bounds" in VENUES["binance"].summary
    assert all(len(place.summary) < 300 for place in VENUES.values())


def test_an_unknown_venue_is_an_error_that_lists_the_known() -> None:
    assert venue(" Binance ").name == "binance"
    with pytest.raises(DataError, match=r"binance, bybit, okx, hyperliquid, bitget, gate, htx, was 'ftx'"):
        venue("ftx")
