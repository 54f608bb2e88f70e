"""Positions: what is read, what is refused in which words, and that order does not matter."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.positions import Positions
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError

FIRST, SECOND = pd.Timestamp("2026-02-03 12:00", tz="UTC"), pd.Timestamp("2026-02-03 18:00", tz="UTC")


def frame(**columns: Any) -> pd.DataFrame:
    """Return three positions of one snapshot, with columns replaced; None leaves one out."""
    given_columns: dict[str, Any] = {
        "time": [FIRST] * 3,
        "side": ["long", "short", "long"],
        "liquidation_price": [80.0, 120.0, np.nan],
        "size": [2.0, 3.0, 4.0],
    }
    return pd.DataFrame({name: value for name, value in (given_columns | columns).items() if value is not None})


def test_positions_are_read() -> None:
    positions = Positions.from_frame(frame(entry_price=[90.0, 100.0, np.nan], account=["a", "b", "c"]), symbol="BTC")
    assert positions.symbol == "BTC"
    assert positions.side.tolist() == [1, 1, -1]
    assert positions.liquidation_price[0] == 80
    assert np.isnan(positions.liquidation_price[1])
    assert positions.has_level.tolist() == [True, False, True]
    assert positions.size.tolist() == [2.0, 4.0, 3.0]
    assert positions.entry_price[[0, 2]].tolist() == [90.0, 100.0]
    assert np.isnan(positions.leverage).all()
    assert positions.account.tolist() == ["a", "c", "b"]
    assert positions.venues == ("",)
    assert positions.notes == ()
    assert "3 positions, 1 without a liquidation price, 1 snapshots" in repr(positions)


def test_the_names_of_hyperliquid_are_read() -> None:
    table = pd.DataFrame(
        {
            "ts": ["2026-02-03T12:44:34Z"] * 3,
            "account": [0, 1, 1],
            "coin": ["BTC", "BTC", "ETH"],
            "side": ["short", "long", "long"],
            "size": [0.5, 2.0, 9.0],
            "entry_px": [88_704.0, 70_000.0, 3000.0],
            "leverage": [20, 10, 5],
            "position_value": [39_000.0, 156_000.0, 20_000.0],
            "liquidation_px": [95_000.0, 64_000.0, 1500.0],
        }
    )
    positions = Positions.from_frame(table, symbol="BTC", venue="hyperliquid")
    assert len(positions) == 2
    assert positions.size.tolist() == [2.0, 0.5]
    assert positions.mark_price.tolist() == [78_000.0, 78_000.0]
    assert positions.leverage.tolist() == [10, 20]
    assert positions.account.tolist() == ["1", "0"]
    assert positions.venues == ("hyperliquid",)
    assert positions.mark() == 78_000


def test_signed_sizes_stand_for_sides() -> None:
    positions = Positions.from_frame(frame(side=None, size=[2.0, -3.0, 4.0]))
    assert positions.side.tolist() == [1, 1, -1]
    assert positions.size.tolist() == [2.0, 4.0, 3.0]


def test_a_value_at_the_mark_price_is_a_size() -> None:
    positions = Positions.from_frame(frame(size=None, position_value=[200.0, 300.0, 400.0], mark_price=100.0))
    assert positions.size.tolist() == [2.0, 4.0, 3.0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"time": [FIRST.tz_localize(None)] * 3}, "Expected times with a time zone in column 'time' of positions"),
        ({"side": ["long", "up", "long"]}, "Expected side 'long' or 'short' (Side.LONG, Side.SHORT), was 'up'"),
        (
            {"liquidation_price": [80.0, -1.0, np.nan]},
            "Expected a price above 0, or none, in column 'liquidation_price' of positions, was -1.0 in row 1",
        ),
        ({"liquidation_price": [80.0, np.inf, np.nan]}, "Expected a finite number in column 'liquidation_price'"),
        ({"liquidation_price": None}, "Expected column 'liquidation_price' in positions, was missing"),
        ({"size": [2.0, 0.0, 4.0]}, "Expected a size other than 0 in positions, was 0.0 in row 1"),
        ({"size": [-2.0, 3.0, 4.0]}, "Expected a long with a size above 0"),
        ({"size": None}, "Expected column 'size' in positions, was missing"),
        ({"size": None, "position_value": [1.0, 2.0, 3.0]}, "Expected a mark_price beside each position_value"),
        ({"side": None}, "Expected a column 'side' or signed sizes in positions"),
        ({"coin": ["BTC", "ETH", "SOL"]}, "Expected positions of one symbol or symbol=, was 3 symbols"),
        ({"venue": ["a", "b", "<script>"]}, "Expected a venue of 1 to 40 letters"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(columns: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=re.escape(said)):
        Positions.from_frame(frame(**columns))


def test_a_symbol_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match=re.escape("Expected a symbol of the positions (ETH), was 'BTC'")):
        Positions.from_frame(frame(coin="ETH"), symbol="BTC")


def test_liquidation_prices_that_the_mark_price_has_passed_are_dropped() -> None:
    prices = [101.0, 99.0, 90.0]
    with pytest.warns(DataWarning, match="2 rows were dropped whose liquidation price the mark price had passed"):
        positions = Positions.from_frame(frame(liquidation_price=prices, mark_price=100.0))
    assert positions.liquidation_price.tolist() == [90.0]
    assert len(positions.notes) == 1


def test_no_row_left_is_an_error() -> None:
    with (
        pytest.warns(DataWarning, match="3 rows were dropped"),
        pytest.raises(DataError, match="at least one row that can be used, was 3 rows, all dropped"),
    ):
        Positions.from_frame(frame(liquidation_price=[101.0, 99.0, 102.0], mark_price=100.0))


def test_a_repeated_row_of_an_account_counts_once() -> None:
    twice = pd.concat([frame(account=["a", "b", "c"])] * 2)
    with pytest.warns(DataWarning, match="3 repeated rows of an account were dropped"):
        assert len(Positions.from_frame(twice)) == 3
    assert len(Positions.from_frame(pd.concat([frame()] * 2))) == 6


def test_each_venue_has_its_own_last_snapshot() -> None:
    table = frame(time=[FIRST, FIRST, SECOND], venue=["x", "y", "x"])
    positions = Positions.from_frame(table)
    assert positions.snapshots.tolist() == [FIRST, SECOND]
    assert positions.snapshot().size.tolist() == [3.0, 4.0]
    assert positions.snapshot(FIRST).size.tolist() == [2.0, 3.0]
    assert positions.only("y").size.tolist() == [3.0]
    with pytest.raises(DataError, match=re.escape("Expected a venue of the positions (x, y), was 'z'")):
        positions.only("z")


def test_before_the_first_snapshot_nothing_is_known() -> None:
    with pytest.raises(DataError, match="Expected a time from the first snapshot"):
        Positions.from_frame(frame()).snapshot("2026-02-03 11:59")
    with pytest.raises(DataError, match="Expected at least one position, was none"):
        Positions.from_frame(frame()).where(np.zeros(3, dtype=bool)).snapshot()


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(12)), st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(order: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "time": [(FIRST, SECOND)[number] for number in random.integers(0, 2, 12)],
            "side": random.choice(["long", "short"], 12),
            "liquidation_price": random.choice([80.0, 90.0, np.nan], 12),
            "size": random.choice([1.0, 2.0], 12),
            "account": [f"a{number}" for number in random.integers(0, 9, 12)],
        }
    ).drop_duplicates()
    kept = [row for row in order if row < len(table)]
    one, other = (Positions.from_frame(rows).to_frame() for rows in (table, table.iloc[kept]))
    pd.testing.assert_frame_equal(one, other)
    assert len(one) == len(table)
