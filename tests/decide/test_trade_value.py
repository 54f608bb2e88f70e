"""Size for a risk: what is lost at the stop is the risk, fees and slippage counted."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import OrderBook, Side, SquareRootImpact
from liqwidget.decide.trade_value import Trade, average_entry

CONTRACTS = st.sampled_from(["linear", "inverse"])


@given(CONTRACTS, st.sampled_from(list(Side)), st.floats(0.001, 0.4), st.floats(0, 0.01), st.floats(0, 4))
@settings(max_examples=25, deadline=None)
def test_a_fixed_risk_loses_that_risk(contract: str, side: Side, away: float, fee: float, constant: float) -> None:
    entry = 91_000.0
    stop = entry * (1 - side * away)
    law = SquareRootImpact(0.03, 1e9, constant)
    trade = Trade(side, entry, contract, fee, law)  # type: ignore[arg-type]
    value = trade.value_for(500, stop)
    assert trade.loss(stop, value) == pytest.approx(500)
    free = Trade(side, entry, contract, fee)  # type: ignore[arg-type]
    assert value <= free.value_for(500, stop) * (1 + 1e-9)
    shown = Trade(side, entry, contract, fee, law, counted=False)  # type: ignore[arg-type]
    assert shown.value_for(500, stop) == free.value_for(500, stop)
    assert shown.loss(stop, value) == pytest.approx(free.loss(stop, value))


def test_by_hand_linear() -> None:
    """Long 0.5 BTC from 91,000 to 90,000 loses 500; with 0.05 % fees each way 90.50 more."""
    trade = Trade(Side.LONG, 91_000, "linear", 0.0005)
    assert trade.loss(90_000, 0.5 * 91_000) == pytest.approx(500 + 0.5 * 0.0005 * (91_000 + 90_000))
    assert Trade(Side.LONG, 91_000, "linear").value_for(500, 90_000) == pytest.approx(45_500)
    assert trade.gain(trade.break_even) == pytest.approx(0, abs=1e-12)


def test_by_hand_inverse() -> None:
    """100,000 USD short from 50,000 to 51,000: 2 BTC - 1.960784 BTC lost in coins."""
    trade = Trade(Side.SHORT, 50_000, "inverse", 0.001)
    lost = 100_000 / 50_000 - 100_000 / 51_000
    fees = 0.001 * (100_000 / 50_000 + 100_000 / 51_000)
    assert trade.loss(51_000, 2.0) == pytest.approx(lost + fees)
    assert trade.quote_value(2.0, 51_000) == pytest.approx(100_000)
    assert trade.gain(trade.break_even) == pytest.approx(0, abs=1e-12)


def test_the_average_fill_of_the_square_root_law_is_two_thirds_of_the_way() -> None:
    law = SquareRootImpact(0.02, 1e8)
    trade = Trade(Side.LONG, 100, "linear", impact=law)
    value = 1e4
    moved = float(law.move(value * 0.95, -1))
    assert math.log(trade.fill(95, value) / 95) == pytest.approx(-2 / 3 * moved, rel=1e-3)
    assert Trade(Side.SHORT, 100, "linear", impact=law).fill(105, value) > 105


def test_the_average_fill_of_an_order_book() -> None:
    book = OrderBook(np.array([(99.0, 1), (98.0, 9)]), np.array([(101.0, 5)]), pd.Timestamp("2026-01-01", tz="UTC"))
    trade = Trade(Side.LONG, 100, "linear", impact=book)
    # 3 coins at a stop of 99: one at the best bid, the others a step below.
    amount = 3 * 99
    expected = 99 * (99 + 98 / 99 * (amount - 99)) / amount
    assert trade.fill(99, 300) == pytest.approx(expected, rel=1e-3)


@given(st.lists(st.floats(10, 1000), min_size=1, max_size=5), CONTRACTS)
@settings(max_examples=20, deadline=None)
def test_averages(prices: list[float], contract: str) -> None:
    even = [1 / len(prices)] * len(prices)
    found = average_entry(prices, even, contract)  # type: ignore[arg-type]
    assert min(prices) * (1 - 1e-9) <= found <= max(prices) * (1 + 1e-9)
    twice = average_entry(prices * 2, [share / 2 for share in even * 2], contract)  # type: ignore[arg-type]
    assert twice == pytest.approx(found)


def test_the_average_of_an_inverse_contract_is_harmonic() -> None:
    assert average_entry([40_000, 60_000], [0.5, 0.5], "inverse") == pytest.approx(48_000)
    assert average_entry([40_000, 60_000], [0.5, 0.5], "linear") == pytest.approx(50_000)
