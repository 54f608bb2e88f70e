"""Changes of unit, open interest beside volume, zeros that last, and rows that are asked for again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.plausible import doubtful_rows, known_values, odd_start
from liqwidget.domain.time import HOUR
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from tests.markets import interest_of, walk

LONG = walk(3, 60, "1h")
"""Two and a half days."""


def market(interest: list[float] | np.ndarray, volume: float | list[float] = 1000.0) -> MarketData:
    known = interest_of(list(interest), "1h")
    candles = LONG.candles.assign(volume=volume)
    return MarketData.from_frames(candles, known, symbol="ABC", venue="okx", timeframe="1h", minimum_distance=0.01)


@pytest.mark.parametrize("factor", [25, 100, 1000, 0.01, 1e-4, 100.0 * 1.05])
def test_a_change_of_unit_is_refused(factor: float) -> None:
    values = 1000 + 10 * np.arange(61.0)
    values[40:] *= factor
    with pytest.raises(DataError, match=r"of okx ABC in one unit, was .* after 1,390 from 2026-01-02 16:00"):
        market(values)


@pytest.mark.parametrize("factor", [10.0, 0.1, 9.5, 30.0, 25.0])
def test_a_change_of_unit_within_a_day_is_refused_where_open_interest_was_steady(factor: float) -> None:
    """Five-minute rows: eight hours at one level, then as many times it, while volume stays what it was."""
    drawn = walk(7, 289, "5m")
    values = 1000 + 10 * np.sin(np.arange(290.0))
    values[97:] *= factor
    interest = interest_of(list(values), "5m")
    with pytest.raises(DataError, match=r"in one unit, was .* from 2026-01-01 08:05"):
        MarketData.from_frames(drawn.candles, interest, symbol="ABC", venue="okx", minimum_distance=0.01)
    volume = np.where(np.arange(289) < 97, 10.0, 10.0 * max(factor, 1.0))
    if factor > 1:
        busy = drawn.candles.assign(volume=volume)
        assert MarketData.from_frames(busy, interest, symbol="ABC", minimum_distance=0.01).interest[-1] > 5000


def test_coins_that_become_dollars_are_a_change_of_unit() -> None:
    values = np.full(61, 1000.0)
    values[10:] *= LONG.candles["close"].iloc[10]
    with pytest.raises(DataError, match="one unit"):
        market(values)


@pytest.mark.parametrize(
    "values",
    [
        [1000.0] * 40 + [30_000.0] + [1000.0] * 20,
        [1000.0] * 40 + [100_000.0] * 3 + [1000.0] * 18,
        [100.0] + [5000.0] * 60,
        [100.0] * 5 + [5000.0 + step for step in range(56)],
        [1000.0] * 30 + [300.0] * 31,
        [1000.0] * 30 + [160.0] * 31,
        [1000.0] * 30 + [5500.0] * 31,
        [1000.0] * 10 + [10_000.0] * 51,
        [1000.0 * 1.15**step for step in range(61)],
        [1000.0] * 40 + [0.0] * 21,
    ],
)  # fmt: skip
def test_what_markets_do_is_taken(values: list[float]) -> None:
    assert market(values).interest[-1] == values[-1]


def test_a_rise_that_volume_shares_is_no_change_of_unit() -> None:
    assert market([100.0] * 40 + [10_000.0] * 21, [10.0] * 40 + [900.0] * 20).interest[-1] == 10_000


@pytest.mark.parametrize(
    ("interest", "doubted"),
    [(1000.0 * 24 * 99, False), (1000.0 * 24 * 101, True), (1000.0 / 60 * 0.9, True), (1000.0 / 60 * 1.1, False)],
)
def test_open_interest_beside_volume(interest: float, *, doubted: bool) -> None:
    said = doubts(market([interest] * 61))
    assert bool(said) == doubted
    if said:
        assert ("101 days" in said[0]) == (interest > 1000)


def doubts(found: MarketData) -> list[str]:
    return [note for note in found.notes if "of volume" in note]


def test_nothing_is_said_where_volume_or_open_interest_is_unknown() -> None:
    assert not doubts(market([1e9] * 61, float("nan")))
    assert not doubts(market([1e9] * 61, 0.0))
    replace(market([1.0] * 61), relative=True).check_unit()


def test_zeros_that_last_or_stand_last_are_values() -> None:
    values = np.array([0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 3, -1, 0, np.nan, 0], float)
    kept = [False, True, False, False, False, True, True, True, True, True, True, False, False, False, True]
    assert known_values(values).tolist() == kept


def test_rows_far_from_the_others_are_doubted_until_they_come_back() -> None:
    times = np.arange(80, dtype=np.int64) * HOUR
    values = np.full(80, 10.0)
    values[[5, 6]], values[79] = 300.0, 1.0
    assert np.flatnonzero(doubtful_rows(times, values)).tolist() == [5, 6, 79]
    values[20:] *= 30
    assert np.flatnonzero(doubtful_rows(times, values)).tolist() == [5, 6, 79]
    assert not doubtful_rows(times[:0], values[:0]).any()


@pytest.mark.parametrize("factor", [1e-6, 0.01, 30.0, 1e6])
@pytest.mark.parametrize("count", [1, 3])
def test_wrong_first_rows_cost_no_map(factor: float, count: int) -> None:
    values = np.full(61, 1000.0)
    values[:count] *= factor
    found = market(values)
    assert found.interest.max() == 1000
    assert any("were left out" in note for note in found.notes) == (factor > 1)
    assert odd_start(values) == (count if factor > 1 else 0)
    assert odd_start(np.array([100.0, 90, 40, 20, 5, 4, 3, 2, 1])) == 0


@pytest.mark.parametrize("rows", [1, 3, 11, 60])
def test_few_candles_tell_of_a_unit_that_is_far_off_too(rows: int) -> None:
    candles, price = LONG.candles.iloc[:rows].assign(volume=1000.0), LONG.candles["close"].iloc[0]
    dear = candles.assign(**{name: candles[name] * 9e4 / price for name in ("open", "high", "low", "close")})

    def of(known: float, volume: float = 1000.0) -> MarketData:
        interest = interest_of([known] * (rows + 1), "1h")
        return MarketData.from_frames(dear.assign(volume=volume), interest, symbol="ABC", timeframe="1h")

    assert not doubts(of(5000.0))
    for known, volume, words in ((5000.0 * 9e4, 1000.0, "'open_interest_value'"), (5000.0, 9e7, "'volume' of candles")):
        if rows == 60:
            with pytest.raises(DataError, match=words):
                of(known, volume)
            continue
        with pytest.warns(DataWarning, match="check the units of column 'open_interest' and of 'volume'"):
            assert doubts(of(known, volume))
    assert not doubts(of(1000.0 * 24 * 101)) or rows == 60


@pytest.mark.parametrize(
    ("symbol", "price", "size"), [("BTC/USD:BTC", 9e4, 100), ("ETHUSD_PERP", 3e3, 10), ("BTC-PERPETUAL", 9e4, 10)]
)
def test_inverse_contracts_that_are_given_as_coins_are_refused(symbol: str, price: float, size: float) -> None:
    """Coins of five days of volume, counted in contracts."""
    factor = price / LONG.candles["close"].iloc[0]
    prices = {name: LONG.candles[name] * factor for name in ("open", "high", "low", "close")}
    candles = LONG.candles.assign(volume=1000.0, **prices)
    interest = interest_of([1000.0 * 24 * 5 * price / size] * 61, "1h")
    with pytest.raises(DataError, match="contracts, say what one is with contract_size="):
        MarketData.from_frames(candles, interest, symbol=symbol, venue="okx")
    market = MarketData.from_frames(candles, interest, symbol=symbol, venue="okx", contract_size=size)
    assert market.interest[0] == pytest.approx(1000.0 * 24 * 5 * price)


STEADY = walk(3, 600, "5m", price=9e4)


@pytest.mark.parametrize("factor", [19.0, 15.0, 12.0])
def test_what_was_not_traded_was_not_opened(factor: float) -> None:
    """A rise by less than twenty that no volume explains was taken, and the map was nineteen times too large."""
    interest = interest_of((8e4 + np.arange(600) % 7).tolist())
    jumped = interest.copy()
    jumped.iloc[300:] *= factor
    candles = STEADY.candles.assign(volume=50.0)
    with pytest.raises(DataError, match="in one unit"):
        MarketData.from_frames(candles, jumped)
    traded = candles.copy()
    traded.loc[traded.index[299:303], "volume"] = 8e4 * factor
    assert len(MarketData.from_frames(traded, jumped).time) == len(candles)
    assert len(MarketData.from_frames(candles.assign(volume=np.nan), jumped).time) == len(candles)


def test_values_of_two_units_that_alternate_are_refused() -> None:
    """Which of them is held depends on the first."""
    interest = interest_of([8e4] * 600)
    for start in (0, 1):
        mixed = interest.copy()
        mixed.iloc[start::2] *= 30
        with pytest.raises(DataError, match="in one unit"):
            MarketData.from_frames(STEADY.candles.assign(volume=50.0), mixed)
    seldom = interest.copy()
    seldom.iloc[3::7] *= 30
    assert len(MarketData.from_frames(STEADY.candles.assign(volume=50.0), seldom).time) == len(STEADY.candles)


@pytest.mark.parametrize(
    ("symbol", "price", "enormous"), [("BTC", 9e4, True), ("BTC/KRW", 1.3e8, False), ("ETH", 1.0, False)]
)
def test_open_interest_worth_more_than_any_market_is_refused(symbol: str, price: float, enormous: bool) -> None:  # noqa: FBT001
    """Where volume was in dollars as well, dollars as coins made a cluster of trillions."""
    frames = walk(3, 100, "5m", price=price)
    candles, interest = frames.candles.assign(volume=4e6), interest_of([7e9] * 100)
    if not enormous:
        MarketData.from_frames(candles, interest / 1000 if symbol != "ETH" else interest, symbol=symbol)
        return
    with pytest.raises(DataError, match=r"worth at most 1,000,000,000,000 dollars.*'open_interest_value'"):
        MarketData.from_frames(candles, interest, symbol=symbol)
    renamed = interest.rename(columns={"open_interest": "open_interest_value"})
    market = MarketData.from_frames(candles.assign(volume=candles["volume"] / candles["close"]), renamed, symbol=symbol)
    assert np.median(market.interest * price) == pytest.approx(7e9, rel=0.05)


@pytest.mark.parametrize("factor", [1000.0, 10.0, 1e-3])
def test_prices_that_go_on_at_another_size_are_refused(factor: float) -> None:
    """1000PEPE after PEPE: the map went on a thousand times further up."""
    frames = walk(3, 60, "5m", price=9e4)
    prices = frames.candles[["open", "high", "low", "close"]]
    jumped = frames.candles.copy()
    jumped[prices.columns] = prices.mul(np.where(np.arange(60) >= 30, factor, 1.0), axis=0)
    with pytest.raises(DataError, match="prices of candles in one unit"):
        MarketData.from_frames(jumped)
    with pytest.raises(DataError, match="prices of candles in one unit"):
        MarketData.from_frames(jumped[::-1])
    assert len(MarketData.from_frames(jumped.drop(jumped.index[25:35])).time) == 50
    falls = frames.candles.copy()
    falls.loc[falls.index[30], ["low", "close"]] = falls["open"].iloc[30] / 20
    falls.iloc[31:, :4] = falls["close"].iloc[30]
    assert len(MarketData.from_frames(falls).time) == 60


def test_a_row_far_after_the_present_is_refused() -> None:
    """It was the last candle, and all distances were as of the year of it."""
    candles = walk(3, 60, "5m", price=9e4).candles
    times = [*candles.index[:-1], candles.index[-1] + np.timedelta64(40 * 365, "D")]
    with pytest.raises(DataError, match="up to the present, was 20"):
        MarketData.from_frames(candles.set_axis(times))


def test_open_interest_among_the_columns_of_candles_is_named() -> None:
    candles = walk(3, 60, "5m", price=9e4).candles.assign(volume=50.0, open_interest=8e4)
    with pytest.warns(DataWarning, match=r"open_interest=candles\[\['open_interest'\]\], stamped when known"):
        assert MarketData.from_frames(candles).relative
    assert not MarketData.from_frames(candles, candles[["open_interest"]]).relative
