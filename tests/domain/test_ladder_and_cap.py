"""Nominal ladders, and the nearest distance that a venue allows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.domain.margin import UNKNOWN_DISTANCE, ladder_distance, liquidation_price, minimum_distance, venue_cap
from liqwidget.errors import DataError


@given(st.sampled_from(["binance", "okx", "hyperliquid", "nobody"]), st.floats(1.1, 60), st.floats(0, 0.012))
def test_ladder_is_the_formula_of_the_specification(venue: str, leverage: float, rate: float) -> None:
    long, short = ladder_distance(venue, leverage, rate, fee=0.0005)
    owed = rate + 0.0005
    assert long == pytest.approx(1 - (1 - 1 / leverage) / (1 - owed), rel=1e-9)
    assert short == pytest.approx((1 + 1 / leverage) / (1 + owed) - 1, rel=1e-9)
    long, short = ladder_distance(venue, leverage, owed, contract="inverse")
    assert long == pytest.approx(1 - (1 + owed) / (1 + 1 / leverage), rel=1e-9)
    assert short == pytest.approx((1 - owed) / (1 - 1 / leverage) - 1, rel=1e-9)


def test_ladder_of_bybit_and_arrays() -> None:
    leverage = np.array([10.0, 25.0, 50.0])
    long, short = ladder_distance("bybit", leverage, 0.005)
    np.testing.assert_allclose(long, 1 / leverage - 0.005)
    np.testing.assert_allclose(short, 1 / leverage - 0.005)
    long, short = ladder_distance("bybit", leverage, 0.005, contract="inverse")
    np.testing.assert_allclose(long, 1 - 1 / (1 + 1 / leverage - 0.005))
    np.testing.assert_allclose(short, 1 / (1 - 1 / leverage + 0.005) - 1)


def test_ladder_agrees_with_the_price_and_rejects_distances_of_zero() -> None:
    leverage = np.array([2.0, 10.0, 100.0])
    long, short = ladder_distance("okx", leverage, 0.004, fee=0.0005)
    np.testing.assert_allclose(1 - long, np.asarray(liquidation_price("okx", "BTC", "long", 1.0, leverage)))
    np.testing.assert_allclose(1 + short, np.asarray(liquidation_price("okx", "BTC", "short", 1.0, leverage)))
    with pytest.raises(DataError, match=r"under 200, .* was 200 at index 1"):
        ladder_distance("bybit", [10, 200], 0.005)
    long, short = ladder_distance("binance", 1.0, 0.004, contract="inverse")
    assert np.isfinite(long)
    assert np.isnan(short)


@pytest.mark.parametrize(
    ("venue", "symbol", "at", "expected"),
    [
        ("binance", "BTC", "2024-10-31", 1 / 125 - 0.004),
        ("binance", "BTC", "2025-08-18", 1 / 125 - 0.004),
        ("binance", "BTC", "2025-08-19", 1 / 150 - 0.004),
        ("binance", "ETH", "2025-12-01", 1 / 125 - 0.004),
        ("binance", "SOL", None, 1 / 100 - 0.005),
        ("bybit", "BTC", None, 1 / 100 - 0.005),
        ("okx", "ETH", None, 1 / 100 - 0.004),
        ("hyperliquid", "BTC", None, 1 / 40 - 1 / 80),
        ("hyperliquid", "SOL", None, 1 / 20 - 1 / 40),
    ],
)
def test_minimum_distance(venue: str, symbol: str, at: str | None, expected: float) -> None:
    assert minimum_distance(venue, symbol, at) == pytest.approx(expected)
    cap = venue_cap(venue, symbol, at)
    assert cap.known
    assert cap.source
    assert cap.valid_from is None or at is None or cap.valid_from <= pd.Timestamp(at, tz="UTC")


def test_unknown_caps_are_flagged() -> None:
    for venue, symbol in [("nowhere", "BTC"), ("binance", "NOSUCHCOIN"), ("gate", "SOL")]:
        cap = venue_cap(venue, symbol)
        assert (cap.minimum_distance, cap.known, cap.valid_from) == (UNKNOWN_DISTANCE, False, None)
        assert minimum_distance(venue, symbol) == 0.008
    early = venue_cap("binance", "SOL", "2022-01-01")
    assert not early.known
    assert early.minimum_distance == pytest.approx(0.005)
    assert not venue_cap("binance", "other").known
    with pytest.raises(DataError, match="Expected at as a time"):
        venue_cap("binance", "BTC", at="yesterday-ish")
