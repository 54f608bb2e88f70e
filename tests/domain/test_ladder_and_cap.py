"""Nominal ladders, and the nearest distance that a venue allows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.domain.lattice import CELL, PRICE_CELL
from liqwidget.domain.margin import UNKNOWN_DISTANCE, ladder_distance, liquidation_price, minimum_distance, venue_cap
from liqwidget.domain.side import Side
from liqwidget.domain.tiers import tier_table
from liqwidget.errors import DataError
from liqwidget.field.density import Density, Prior, density


@given(st.sampled_from(["binance", "okx", "hyperliquid", "nobody"]), st.floats(1.1, 60), st.floats(0, 0.012))
def test_ladder_is_the_formula_of_the_specification(venue: str, leverage: float, rate: float) -> None:
    long, short = ladder_distance(venue, leverage, rate, fee=0.0005)
    owed = rate + 0.0005
    assert long == pytest.approx(1 - (1 - 1 / leverage) / (1 - owed), rel=1e-9)
    assert short == pytest.approx((1 + 1 / leverage) / (1 + owed) - 1, rel=1e-9)
    long, short = ladder_distance(venue, leverage, owed, fee=0.0, contract="inverse")
    assert long == pytest.approx(1 - (1 + owed) / (1 + 1 / leverage), rel=1e-9)
    assert short == pytest.approx((1 - owed) / (1 - 1 / leverage) - 1, rel=1e-9)


def test_ladder_of_bybit_and_arrays() -> None:
    leverage = np.array([10.0, 25.0, 50.0])
    long, short = ladder_distance("bybit", leverage, 0.005)
    np.testing.assert_allclose(long, 1 / leverage - 0.005)
    np.testing.assert_allclose(short, 1 / leverage - 0.005)
    long, short = ladder_distance("bybit", leverage, 0.005, contract="inverse")
    np.testing.assert_allclose(long, 1 - 1.005 / (1 + 1 / leverage))
    np.testing.assert_allclose(short, 0.995 / (1 - 1 / leverage) - 1)


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


# ------------------------------------------------------------------ ladders as priors


def test_a_ladder_pays_the_fee_of_its_venue() -> None:
    for venue, fee in (("okx", 0.0005), ("bitget", 0.0006), ("gate", 0.00075), ("binance", 0.0), ("nobody", 0.0)):
        np.testing.assert_array_equal(ladder_distance(venue, 20, 0.004), ladder_distance(venue, 20, 0.004, fee))
    long, short = ladder_distance("okx", 10, 0.004)
    assert 100_000 * (1 - long) == pytest.approx(90_406.83, abs=0.005)
    assert 100_000 * (1 + short) == pytest.approx(109_507.22, abs=0.005)


def spread_of(venue: str, ladder: dict[float, float]) -> Density:
    cap = venue_cap(venue, "BTC")
    return density(Prior.parse(ladder), cap.minimum_distance, venue, cap.maintenance_margin_rate, near=0)


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "hyperliquid", "bitget", "gate"])
def test_a_rung_lies_where_the_venue_liquidates(venue: str) -> None:
    """The mean offset of a rung's density is the exact distance, and its width two units of its book at most.

    That is 20 bps for rungs of 25x and less, and 4 bps for the largest leverage of a venue.
    """
    largest = tier_table(venue, "BTC").tiers[0].max_leverage
    for leverage, unit in ((3.0, PRICE_CELL), (10.0, PRICE_CELL), (25.0, PRICE_CELL), (largest, CELL)):
        spread = spread_of(venue, {leverage: 1.0})
        (book,) = np.flatnonzero(spread.weights)
        distances = np.arange(spread.table.shape[2]) * spread.units[book] * CELL
        for side, share in ((Side.LONG, spread.table[0, book]), (Side.SHORT, spread.table[1, book])):
            at = liquidation_price(venue, "BTC", side, 1.0, leverage)
            assert np.count_nonzero(share) <= 2
            assert spread.units[book] * CELL == pytest.approx(unit)
            assert share.sum() == pytest.approx(1.0)
            assert share @ distances == pytest.approx(abs(np.log(at)), abs=1e-12)


def test_shares_need_not_add_to_1() -> None:
    """What the ladder leaves out has no level: the map of half the shares is half the map."""
    whole, part = spread_of("binance", {10: 0.5, 25: 0.5}), spread_of("binance", {10: 0.3, 25: 0.3})
    np.testing.assert_allclose(part.table, 0.6 * whole.table)
    assert (whole.weights.sum(), part.weights.sum()) == (pytest.approx(1.0), pytest.approx(0.6))


@pytest.mark.parametrize(
    "ladder",
    [{10: 0.7, 25: 0.4}, {10: -0.1, 25: 0.4}, {10: 0.0}, {0.5: 0.4}, {np.inf: 0.4}, {np.nan: 0.4}, {10: np.nan}, {}],
)
def test_ladders_that_are_none_are_named(ladder: dict[float, float]) -> None:
    with pytest.raises(
        DataError, match=r"Expected a ladder \{leverage >= 1: share of open interest\}.* at most 1, was"
    ):
        Prior.parse(ladder)


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "hyperliquid", "bitget", "gate"])
def test_the_largest_leverage_of_a_venue_is_a_rung(venue: str) -> None:
    largest = tier_table(venue, "BTC").tiers[0].max_leverage
    assert spread_of(venue, {largest: 0.5}).weights.sum() == 0.5


@pytest.mark.parametrize(("venue", "leverage"), [("binance", 151), ("bybit", 101), ("okx", 101), ("hyperliquid", 41)])
def test_leverage_that_a_venue_does_not_offer_is_refused(venue: str, leverage: float) -> None:
    with pytest.raises(DataError, match=rf"Expected ladder leverages .* on {venue}.*, was {leverage}x"):
        spread_of(venue, {10: 0.3, leverage: 0.3})
    with pytest.raises(DataError, match=r"Expected leverage .* under .*, was 400"):
        spread_of(venue, {400: 0.3})
