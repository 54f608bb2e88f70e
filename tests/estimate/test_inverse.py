"""Inverse contracts: their size is an amount of quote currency, and that is what the estimate conserves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, MarketData, Viewport, estimate, find_clusters, levels, profile, provenance, rasterise
from liqwidget.trust.grade import grade

CONTRACTS = 2_457_000.0
FALLING = np.linspace(100_000.0, 80_000.0, 120)
EVERYWHERE = np.array([1.0, 1e9])


def market(close: np.ndarray[Any, Any] = FALLING, unit: str = "contracts", **more: Any) -> MarketData:
    time = pd.date_range("2025-06-01", periods=len(close), freq="1h", tz="UTC")
    before = np.append(close[:1], close[:-1])
    candles = pd.DataFrame(
        {"open": before, "high": np.maximum(before, close), "low": np.minimum(before, close), "close": close},
        index=time,
    )
    candles["volume"] = 3_000.0
    column = "open_interest_value" if unit == "value" else "open_interest"
    worth: Any = {"contracts": 1.0, "value": 100.0, "coins": 100.0 / close}[unit]
    interest = pd.DataFrame({column: CONTRACTS * worth * np.ones(len(close))}, index=time + pd.Timedelta("1h"))
    size = {"contract_size": 100.0} if unit == "contracts" else {}
    return MarketData.from_frames(candles, interest, **{"symbol": "BTCUSD_PERP"} | size | more)


@pytest.mark.parametrize("unit", ["contracts", "value", "coins"])
def test_open_interest_is_held_in_quote_currency_whatever_it_came_in(unit: str) -> None:
    held = market(unit=unit)
    assert (held.contract, held.quote) == ("inverse", "USD")
    assert held.minimum_distance == pytest.approx(1 / 125 - 0.004)
    np.testing.assert_allclose(held.interest, CONTRACTS * 100, rtol=1e-12)
    np.testing.assert_allclose(held.interest_coins, CONTRACTS * 100 / FALLING, rtol=1e-12)


def test_the_kind_of_contract_may_be_said() -> None:
    said = market(symbol="BTC", contract="inverse")
    assert said.contract == "inverse"
    np.testing.assert_array_equal(said.interest, CONTRACTS * 100)
    linear = market(symbol="BTC/USDT:USDT", contract_size=0.01)
    assert linear.contract == "linear"
    np.testing.assert_allclose(linear.interest, CONTRACTS * 0.01)
    with pytest.raises(DataError, match="contract to be 'linear' or 'inverse', was 'quanto'"):
        market(contract="quanto")
    for size in (0, -1.0, float("nan"), "100", True):
        with pytest.raises(DataError, match="contract_size above 0"):
            market(contract_size=size)


def test_constant_contracts_open_no_more_than_constant_coins_of_a_linear_contract_while_price_falls() -> None:
    inverse = estimate(market()).venues[0]
    linear = estimate(market(symbol="BTC", contract_size=1.0, minimum_distance=1 / 125 - 0.004)).venues[0]
    np.testing.assert_allclose(inverse.opened / (100 * CONTRACTS), linear.opened / CONTRACTS, rtol=1e-9)
    np.testing.assert_array_equal(inverse.open_interest, 100 * CONTRACTS)
    still = estimate(market(np.full(60, 100_000.0)), churn=0.0).venues[0]
    moved = np.full(60, 100_000.0)
    moved[30:] = 130_000.0
    risen = estimate(market(moved), churn=0.0).venues[0]
    longs = slice(None), 0
    np.testing.assert_allclose(risen.opened[longs][1:].sum(), still.opened[longs][1:].sum(), atol=1e-3)


def test_sizes_add_up_in_quote_currency_and_never_exceed_the_contracts() -> None:
    ledger = estimate(market())
    standing = profile(ledger, EVERYWHERE)
    for total in (standing.long.sum(), standing.short.sum()):
        assert 0 < total <= 100 * CONTRACTS
    table = levels(ledger).to_frame()
    assert table.loc[table["close_time"].isna(), "size"].sum() == pytest.approx(
        standing.long.sum() + standing.short.sum()
    )
    view = Viewport(time=(ledger.start, ledger.end), price=(1.0, 1e6), width=4, height=50)
    assert rasterise(ledger, view, measure="size").total[:, -1].sum() == pytest.approx(
        standing.long.sum() + standing.short.sum(), rel=1e-5
    )
    found = provenance(ledger, price=(60_000.0, 120_000.0))
    shown = profile(ledger, np.array([60_000.0, 120_000.0]))
    assert found.total == pytest.approx(shown.long.sum() + shown.short.sum())
    assert all(cluster.size <= 100 * CONTRACTS for cluster in find_clusters(ledger))
    facts = grade(ledger).to_frame().set_index("fact")["value"]
    assert facts["open interest"] == pytest.approx(100 * CONTRACTS)


@settings(max_examples=10)
@given(moves=st.lists(st.floats(-0.05, 0.05), min_size=3, max_size=20), scale=st.floats(0.01, 100))
def test_all_that_stood_is_accounted_for_in_contracts(moves: list[float], scale: float) -> None:
    close = 50_000.0 * scale * np.exp(np.cumsum(moves))
    part = estimate(market(close)).venues[0]
    np.testing.assert_allclose(part.books.mass.sum(axis=1), part.opened[0].sum(axis=1), rtol=1e-9)
    assert (part.opened >= 0).all()


def test_rungs_of_a_ladder_lie_where_inverse_contracts_are_liquidated() -> None:
    flat = market(np.full(30, 50_000.0))
    ledger = estimate(flat, prior={10: 0.5}, near=0)
    standing = levels(ledger).to_frame()
    standing = standing[standing["close_time"].isna()]
    for side, price in (("long", 50_000 * 1.004 / 1.1), ("short", 50_000 * 0.996 / 0.9)):
        rung = standing[standing["side"] == side]
        assert np.average(rung["price_low"], weights=rung["size"]) == pytest.approx(price, rel=2e-3)
        assert rung["size"].sum() == pytest.approx(0.5 * 100 * CONTRACTS, rel=1e-6)
    alone = estimate(flat, prior={1: 1.0}, near=0)
    assert profile(alone, EVERYWHERE).short.sum() == 0.0
    assert profile(alone, EVERYWHERE).long.sum() > 0.0


def test_venues_with_prices_in_other_currencies_are_not_added() -> None:
    dollars = market(symbol="BTC", contract="inverse")
    with pytest.raises(DataError, match="one quote currency, were in USD on binance, KRW on upbit"):
        estimate([dollars, replace(dollars, venue="upbit", quote="KRW")])
