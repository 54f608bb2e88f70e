"""Bad input at the door: every frame becomes a market, a documented repair with a warning, or a sentence that says what
was expected, what it was and where.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.study.profile import profile
from tests.markets import START, stamps, walk

if TYPE_CHECKING:
    from collections.abc import Callable

DRAWN = walk(3, 48)
CANDLES = DRAWN.candles
TIMES = stamps(48, "5m")
INTEREST: pd.DataFrame = pd.DataFrame(DRAWN.open_interest)
ROW = 7
AT = r"row 7 \(2026-01-01 00:35:00\+00:00\)"


def made(candles: Any = CANDLES, interest: Any = INTEREST, **options: Any) -> MarketData:
    return MarketData.from_frames(candles, interest, **options)


def with_value(column: str, value: float) -> pd.DataFrame:
    """Return the candles with one value replaced."""
    return CANDLES.assign(**{column: CANDLES[column].where(np.arange(48) != ROW, value)})


def timed(values: Any) -> pd.DataFrame:
    """Return the candles with a `time` column instead of their index."""
    return CANDLES.reset_index(drop=True).assign(time=values)


def refused(call: Callable[[], object], words: str) -> None:
    """State that a call raises a DataError which names what was expected, without a warning from a library."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError, match=words) as caught:
            call()
    assert str(caught.value).startswith("Expected ")
    assert "np.float64" not in str(caught.value)


@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "finite number"), (np.inf, "finite number"), (0, "above 0"), (-5, "above 0")]
)
def test_prices_that_are_none(column: str, value: float, words: str) -> None:
    refused(
        lambda: made(with_value(column, value)), f"{words} in column '{column}' of candles, was .* in {AT}; 1 such rows"
    )


def test_high_below_low() -> None:
    refused(lambda: made(with_value("high", 1.0)), f"high at or above low in candles .*was 1.0 in {AT}")


@pytest.mark.parametrize(("value", "words"), [(-1.0, "volume of at least 0"), (np.inf, "finite number")])
def test_volumes_that_are_none(value: float, words: str) -> None:
    refused(lambda: made(with_value("volume", value)), f"{words} in column 'volume'.*{AT}")


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_a_missing_column_is_named_with_those_that_are_there(column: str) -> None:
    refused(lambda: made(CANDLES.drop(columns=column)), f"column '{column}' in candles, was missing; columns are ")


@pytest.mark.parametrize(
    ("column", "spelt"),
    [("close", "clsoe"), ("open", "Open"), ("volume", "Volume"), ("high", "highs"), ("volume", "vol")],
)
def test_a_misspelt_column_is_suggested(column: str, spelt: str) -> None:
    refused(lambda: made(CANDLES.rename(columns={column: spelt})), f"'{column}'.*Is '{spelt}' meant")


def test_misspelt_open_interest_and_funding_and_liquidations() -> None:
    refused(
        lambda: made(interest=INTEREST.rename(columns={"open_interest": "openInterest"})), "Is 'openInterest' meant"
    )
    refused(lambda: made(funding=pd.DataFrame({"rate": [0.1]}, index=CANDLES.index[:1])), "'funding_rate' in funding")
    refused(
        lambda: made(liquidations=pd.DataFrame({"price": [1.0]}, index=CANDLES.index[:1])), "'size' in liquidations"
    )


@pytest.mark.parametrize(
    "values",
    [["1.5"] * 47 + ["1,5"], ["abc"] * 48, [None] * 48, [[1.0]] * 48, [{}] * 48],
    ids=["comma", "text", "None", "list", "dict"],
)
def test_text_and_objects_in_numbers(values: list[object]) -> None:
    refused(
        lambda: made(CANDLES.assign(close=pd.Series(values, CANDLES.index))),
        "finite number in column 'close' of candles, was .* in row",
    )


@pytest.mark.parametrize(
    "values",
    [CANDLES.index, [True] * 48, CANDLES["close"] + 1j, pd.to_timedelta([1] * 48)],
    ids=["times", "bool", "complex", "spans"],
)
def test_columns_of_another_kind(values: Any) -> None:
    refused(lambda: made(CANDLES.assign(close=values)), "numbers in column 'close' of candles, was ")


def test_numbers_as_text_are_numbers() -> None:
    # Before pandas 3 the last bit of a number read from text may differ.
    np.testing.assert_allclose(made(CANDLES.astype(str)).close, made().close, rtol=1e-15)


def test_naive_times() -> None:
    refused(
        lambda: made(CANDLES.tz_localize(None)), r"time zone in the index of candles, was naive.*tz_localize\('UTC'\)"
    )
    refused(lambda: made(timed(TIMES.tz_localize(None))), "time zone in column 'time' of candles, was naive")
    refused(lambda: made(timed(TIMES.tz_localize(None).astype(str))), "column 'time' of candles, was naive")
    refused(lambda: made(interest=INTEREST.tz_localize(None)), "the index of open_interest, was naive")


def test_bare_numbers_as_times() -> None:
    for unit in ("s", "ms", "us", "ns"):
        numbers = timed(pd.DatetimeIndex(TIMES).as_unit(unit).asi8)
        refused(
            lambda numbers=numbers: made(numbers),  # type: ignore[misc]
            rf"bare numbers: convert with pandas.to_datetime\(x, unit='{unit}', utc=True\)",
        )
    refused(lambda: made(CANDLES.reset_index(drop=True)), "DatetimeIndex or a column 'time' in candles")
    named = CANDLES.reset_index(names="date")
    refused(lambda: made(named), "Is column 'date' meant. Rename it to 'time'")


@pytest.mark.parametrize(
    "values",
    [["soon"] * 48, ["01/03/2026 00:00+00:00"] * 48, [{}] * 48],
    ids=["text", "month or day first", "dict"],
)
def test_times_that_cannot_be_read(values: list[object]) -> None:
    refused(lambda: made(timed(values)), "zone-aware times in column 'time' of candles")


def test_times_out_of_range_and_missing_and_doubled() -> None:
    far = pd.date_range("3000-01-01", periods=48, freq="5min", tz="UTC", unit="s")
    refused(lambda: made(CANDLES.set_index(far)), "between the years 1678 and 2261 in the index of candles, was 3000")
    missing = CANDLES.set_index(CANDLES.index.where(np.arange(48) != ROW))
    refused(lambda: made(missing), "time in every row of the index of candles, was missing in row 7")
    doubled = pd.concat([timed(CANDLES.index), timed(CANDLES.index)[["time"]]], axis=1)
    refused(lambda: made(doubled), "one column 'time' in candles, was 2")
    refused(lambda: made(pd.concat([CANDLES, CANDLES[["low"]]], axis=1)), "one column 'low' in candles, was 2")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_other_zones_are_read_as_the_same_instants(zone: str) -> None:
    assert (made(CANDLES.tz_convert(zone)).time == made().time).all()
    assert (made(timed(TIMES.tz_convert(zone))).time == made().time).all()
    assert (made(timed(CANDLES.index.astype(str))).time == made().time).all()
    assert made().time[0] == START.value


def test_unsorted_rows_are_sorted_with_a_warning() -> None:
    with pytest.warns(DataWarning, match="candles: rows were not in time order and were sorted"):
        market = made(CANDLES.iloc[::-1])
    assert (market.close == made().close).all()
    assert any("sorted" in note for note in market.notes)


def test_of_duplicates_the_last_counts_with_a_warning() -> None:
    twice = pd.concat([CANDLES.iloc[:10], CANDLES.iloc[9:] * [1, 1, 1, 1, 2]])
    with pytest.warns(DataWarning, match="candles: 1 duplicate times; the last row of each was kept"):
        market = made(twice)
    assert len(market.time) == 48
    assert market.volume[9] == CANDLES["volume"].iloc[9] * 2


def test_open_outside_low_to_high_widens_them_with_a_warning() -> None:
    with pytest.warns(DataWarning, match="1 rows had open or close outside low to high"):
        market = made(with_value("close", 1000.0))
    assert market.high[ROW] == 1000


@pytest.mark.parametrize("days", [-400, 400])
def test_open_interest_that_does_not_overlap(days: int) -> None:
    away = INTEREST.set_axis(INTEREST.index + pd.Timedelta(days=days))
    refused(
        lambda: made(interest=away),
        "open interest that overlaps the candles .*2026-01-01.*was 49 values above 0 from 202[47]",
    )


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_open_interest_without_a_value_above_zero(value: float) -> None:
    refused(lambda: made(interest=INTEREST * 0 + value), "values above 0, was 49 rows without one. Leave it out")


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_single_values_of_open_interest_may_be_missing(value: float) -> None:
    frame = INTEREST.copy()
    frame.iloc[ROW, 0] = value
    assert len(made(interest=frame).interest) == 48


@pytest.mark.parametrize("wrong", [None, 5, "BTC", {"open": [1]}, np.ones((3, 5)), [CANDLES]], ids=repr)
def test_what_is_no_frame(wrong: object) -> None:
    refused(lambda: made(wrong), "candles as a pandas DataFrame, was ")


def test_empty_frames() -> None:
    refused(lambda: made(CANDLES.iloc[:0]), "candles with at least one row, was an empty frame with columns .*'open'")
    refused(lambda: made(pd.DataFrame()), "candles with at least one row")
    refused(lambda: made(interest=INTEREST.iloc[:0]), "open_interest with at least one row")


def test_one_row_needs_its_timeframe() -> None:
    refused(lambda: made(CANDLES.iloc[:1]), "two rows in candles or timeframe='5m', was one row")
    assert len(estimate(made(CANDLES.iloc[:1], timeframe="5m")).venues[0].time) == 2


def test_three_rows_are_enough_for_a_map() -> None:
    ledger = estimate(made(CANDLES.iloc[:3]))
    assert profile(ledger, (50, 200)).total[0] > 0


@pytest.mark.slow
def test_ten_years_of_hours() -> None:
    index = pd.date_range("2016-01-01", periods=87_600, freq="1h", tz="UTC")
    drawn = walk(1, 87_600, "1h", volatility=0.004)
    interest = pd.DataFrame(drawn.open_interest)
    market = made(
        drawn.candles.set_index(index), interest.set_axis(pd.DatetimeIndex(interest.index) - (START - index[0]))
    )
    ledger = estimate(market)
    assert len(ledger.venues[0].time) == 87_601
    price = ledger.last_price()
    assert np.isfinite(ledger.venues[0].opened).all()
    for side in (profile(ledger, (price / 1000, price)).long, profile(ledger, (price, price * 4)).short):
        assert side[0] > 0


@pytest.mark.parametrize(
    "symbol",
    [
        "<img onerror=alert(1)>",
        "",
        " BTC",
        "B" * 41,
        "BTC\n",
        "BTC'",
        'B"TC',
        "../BTC",
        "BTC&amp;",
        "B\x00TC",
        None,
        5,
        b"BTC",
    ],
)
def test_hostile_names(symbol: Any) -> None:
    refused(lambda: made(symbol=symbol), "a symbol of 1 to 40 letters")
    refused(lambda: made(venue=symbol), "a venue of 1 to 40 letters")


@pytest.mark.parametrize("symbol", ["BTC", "BTC/USDT:USDT", "1000PEPE", "BTC-PERP", "btc_usd"])
def test_names_of_the_trade(symbol: str) -> None:
    assert made(symbol=symbol).symbol == symbol


@pytest.mark.parametrize("timeframe", ["5", "five", "0m", "-5m", "5x", 5.0, "9" * 400 + "d", True])
def test_wrong_timeframes(timeframe: Any) -> None:
    refused(lambda: made(timeframe=timeframe), "positive duration such as '5m'")


def test_candles_closer_than_their_timeframe() -> None:
    refused(
        lambda: made(timeframe="15m"), r"spaced by whole candles of 0 days 00:15:00, was 0 days 00:05:00 before row 1"
    )
    late = [time + pd.Timedelta(seconds=int(row == ROW)) for row, time in enumerate(CANDLES.index)]
    refused(lambda: made(timed(pd.DatetimeIndex(late))), "spaced by whole candles .* before row 7")


@pytest.mark.parametrize("value", [0, 1, -0.1, np.nan, np.inf, "0.004"])
def test_wrong_minimum_distances(value: Any) -> None:
    refused(lambda: made(minimum_distance=value), "minimum_distance between 0 and 1")


def test_wrong_times_of_completion() -> None:
    refused(lambda: made(complete_until="when it is done"), "complete_until as a time such as")
    refused(lambda: made(complete_until="3000-01-01"), "complete_until between the years")


@pytest.mark.parametrize("side", ["buy", np.nan, 0, None])
def test_wrong_sides_of_liquidations(side: Any) -> None:
    frame = pd.DataFrame({"side": [side], "price": [1.0], "size": [1.0]}, index=CANDLES.index[:1])
    refused(lambda: made(liquidations=frame), "side 'long' or 'short'")


def test_liquidations_and_funding_are_kept_in_time_order() -> None:
    frame = pd.DataFrame(
        {"side": ["long", "short"], "price": [99.0, 101.0], "size": [5.0, 7.0]}, index=CANDLES.index[[9, 2]]
    )
    market = made(liquidations=frame, funding=pd.DataFrame({"funding_rate": [1e-4]}, index=CANDLES.index[:1]))
    assert market.liquidations.side.tolist() == [-1, 1]
    assert market.liquidations.size.tolist() == [7, 5]
    assert market.funding_rate.tolist() == [1e-4]


def test_without_open_interest_it_is_said() -> None:
    market = made(interest=None)
    assert market.relative
    assert any("relative" in note for note in market.notes)


def test_an_unknown_venue_is_noted() -> None:
    market = made(venue="mtgox")
    assert market.minimum_distance == 0.008
    assert any("mtgox" in note for note in market.notes)


def test_a_change_of_the_venues_rules_is_noted() -> None:
    """On 2025-08-19 Binance raised BTC from 125x to 150x."""
    candles = CANDLES.set_axis(pd.date_range("2025-08-18T22:00", periods=len(CANDLES), freq="5min", tz="UTC"))
    market = made(candles, None)
    assert market.minimum_distance == pytest.approx(1 / 125 - 0.004)
    (note,) = (text for text in market.notes if "nearest distance" in text)
    assert note.endswith("0.40%, that of the first candle's day, throughout; from 2025-08-19 on it is 0.27%")
    assert not any("nearest distance" in text for text in made(candles[:20], None).notes)


def test_the_users_frames_are_not_changed() -> None:
    candles, interest = CANDLES.iloc[::-1].copy(), INTEREST.iloc[::-1].copy()
    with pytest.warns(DataWarning):
        market = made(candles, interest)
    estimate(market)
    pd.testing.assert_frame_equal(candles, CANDLES.iloc[::-1])
    pd.testing.assert_frame_equal(interest, INTEREST.iloc[::-1])
    with pytest.raises(ValueError, match="read-only"):
        market.close[0] = 1.0


def test_coarser_candles_hold_the_finer_ones() -> None:
    market = made()
    hourly = market.coarser("1h")
    assert len(hourly.time) == 4
    assert (hourly.open[0], hourly.close[0]) == (market.open[0], market.close[11])
    assert hourly.high[0] == market.high[:12].max()
    assert hourly.low[0] == market.low[:12].min()
    assert hourly.volume[0] == pytest.approx(market.volume[:12].sum())
    refused(lambda: market.coarser("7m"), "whole 5m candles, was '7m'")
    refused(lambda: market.coarser("1d"), "enough candles for one of 1d, was 48 x 5m")


def test_parts_of_a_market() -> None:
    market = made()
    refused(lambda: market.until(market.time[0]), "time after the first close")
    refused(lambda: market.since(market.time[-1] + 1), "time up to the last open")
    assert (
        repr(market) == "MarketData('BTC', 'binance', 48 x 5m, 2026-01-01 00:00:00+00:00 to 2026-01-01 04:00:00+00:00)"
    )
    assert list(market.to_frame().columns) == ["open", "high", "low", "close", "volume", "taker_buy_volume"]


@pytest.mark.parametrize("wrong", [None, 5, CANDLES, [CANDLES], []], ids=["None", "number", "frame", "frames", "none"])
def test_estimate_of_what_is_no_market(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^Expected (at least one )?MarketData"):
        estimate(wrong)


def test_estimate_of_venues_that_repeat_or_differ() -> None:
    refused(lambda: estimate([made(), made()]), "one MarketData per venue, all of one symbol")
    refused(lambda: estimate([made(), made(symbol="ETH", venue="okx")]), "one MarketData per venue, all of one symbol")


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        ("guess", "'effective', 'isolated', 'nominal'"),
        (5, "a name, .median, sigma. or a ladder"),
        ((1.0, -1.0), "two positive numbers"),
        ((np.nan, 1.0), "two positive numbers"),
        ((1.0, 2.0, 3.0), "a name, .median, sigma. or a ladder"),
        ({}, "a ladder"),
        ({"ten": 1.0}, "a ladder of numbers"),
        ({10: 0.7, 20: 0.7}, "add to at most 1"),
        ({0.5: 1.0}, "leverage >= 1"),
        ({10_000: 1.0}, "leverage"),
    ],
)
def test_wrong_priors_are_named(prior: Any, words: str) -> None:
    refused(lambda: estimate(made(), prior=prior), words)
