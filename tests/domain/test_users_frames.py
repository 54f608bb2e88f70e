"""Frames as users have them: units, times and sides that are told by meaning, and a fuzz of the reader with one law."""

from __future__ import annotations

import datetime as dt
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import DAY, HOUR, duration_ns, time_ns
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

DRAWN = walk(3, 120, "1h", price=90_000.0)
CANDLES = DRAWN.candles
INTEREST = pd.DataFrame(DRAWN.open_interest)
VALUED = INTEREST.rename(columns={"open_interest": "openInterestValue"})


def made(candles: Any = CANDLES, interest: Any = INTEREST, **options: Any) -> MarketData:
    return MarketData.from_frames(candles, interest, **options)


def counted(unit: Any) -> Any:
    """Return the times of the candles as integers."""
    return pd.DatetimeIndex(CANDLES.index).as_unit(unit).asi8


def said(call: Callable[[], object]) -> str:
    """Return the sentence of the DataError that a call raises."""
    with pytest.raises(DataError) as caught:
        call()
    assert str(caught.value).startswith("Expected ")
    return str(caught.value)


# ---------------------------------------------------------------------- units


@pytest.mark.parametrize("name", ["openInterestValue", "sumOpenInterestValue", "open_interest_usd", "oiNotional"])
def test_open_interest_in_quote_currency_is_never_called_coins(name: str) -> None:
    words = said(lambda: made(interest=INTEREST.set_axis([name], axis=1)))
    assert f"Is '{name}' meant? It is in quote currency, not coins: rename it to 'open_interest_value'" in words
    assert "Rename it to 'open_interest'" not in words


def test_both_candidates_are_named_when_unsure() -> None:
    words = said(lambda: made(interest=INTEREST.set_axis(["openInterest"], axis=1)))
    assert "'open_interest' if open_interest has it in coins; if in quote currency" in words
    both = said(lambda: made(interest=VALUED.assign(openInterest=1.0)))
    assert "'openInterest' meant" in both
    assert "'openInterestValue' meant? It is in quote currency" in both
    assert "in contracts" in said(lambda: made(interest=INTEREST.set_axis(["oiContracts"], axis=1)))


@pytest.mark.parametrize("name", ["Volume USD", "quote_volume", "quoteAssetVolume", "turnover", "Volume USDT"])
def test_volume_in_quote_currency_is_never_called_coins(name: str) -> None:
    words = said(lambda: made(CANDLES.rename(columns={"volume": name})))
    assert f"Is '{name}' meant? It is in quote currency, not coins: divide it by the close for 'volume'" in words
    words = said(lambda: made(CANDLES.rename(columns={"volume": "Volume BTC"}).assign(**{name: 1.0})))
    assert "Is 'Volume BTC' meant? Rename it to 'volume' [coins]" in words


def test_open_interest_beside_volume_tells_its_unit() -> None:
    assert "rename the column to 'open_interest_value'" in said(lambda: made(interest=INTEREST * 90_000))
    coins = INTEREST.set_axis(["open_interest_value"], axis=1)
    assert "Rename it to 'open_interest'" in said(lambda: made(interest=coins))
    assert "'volume' of candles in quote currency" in said(
        lambda: made(CANDLES.assign(volume=CANDLES["volume"] * 90_000))
    )
    with pytest.warns(DataWarning, match=r"open_interest: .* days of volume .*check the units"):
        made(interest=INTEREST * 100)
    assert made(interest=coins * 90_000).interest == pytest.approx(made().interest, rel=0.2)


# ---------------------------------------------------------------------- realised liquidations

EVENTS = pd.DataFrame(
    {"side": ["long", "long", "short"], "price": [9e4, 9e4, 9.1e4], "size": [5e4, 5e4, 1e4]},
    index=CANDLES.index[[1, 1, 2]],
)


def test_the_same_liquidation_twice_counts_once() -> None:
    with pytest.warns(DataWarning, match="liquidations: 1 repeated rows were dropped"):
        market = made(liquidations=EVENTS)
    assert market.liquidations.size.tolist() == [5e4, 1e4]
    assert len(made(liquidations=EVENTS.assign(id=[1, 2, 3])).liquidations.size) == 3


def test_an_empty_price_costs_that_row_alone() -> None:
    events = EVENTS.iloc[1:].assign(price=[np.nan, 9e4])
    with pytest.warns(
        DataWarning, match=r"1 rows without a price or size were left out, first row 0 \(2026-01-01 01:00"
    ):
        assert made(liquidations=events).liquidations.size.tolist() == [1e4]


@pytest.mark.parametrize(("order", "closed"), [("SELL", "long"), ("buy", "short"), ("Sell", "long")])
def test_the_side_of_an_order_is_explained(order: str, closed: str) -> None:
    words = said(lambda: made(liquidations=EVENTS.assign(side=order)))
    assert "a sell order closes a long and a buy order a short" in words
    assert f"'{order}' is '{closed}'" in words
    assert "in row 0 (2026-01-01 01:00:00+00:00)" in words


def test_liquidations_in_coins_are_refused() -> None:
    events = EVENTS.iloc[1:]
    assert "in coins, multiply it by 'price'" in said(lambda: made(liquidations=events.assign(size=[0.5, 1.2])))
    with pytest.warns(DataWarning, match="is more than the .* traded in those candles"):
        made(liquidations=events.assign(size=1e9))


# ---------------------------------------------------------------------- times


@pytest.mark.parametrize(("unit", "read"), [("ms", "ns"), ("s", "ms"), ("s", "ns")])
def test_times_read_in_a_wrong_unit_name_the_one_that_fits(unit: str, read: Any) -> None:
    numbers = counted(unit)
    assert f"unit='{unit}'" in said(lambda: made(CANDLES.set_index(pd.to_datetime(numbers, unit=read, utc=True))))
    assert f"unit='{unit}'" in said(lambda: made(CANDLES.set_index(numbers)))
    assert f"unit='{unit}'" in said(lambda: made(complete_until=int(numbers[5])))


@pytest.mark.parametrize("value", [5, 300, 300_000, 5.0, "5", "1M", "5ms", np.timedelta64("NaT", "s")])
def test_durations_without_a_unit_are_refused(value: Any) -> None:
    assert "positive duration such as '5m'" in said(lambda: made(timeframe=value))


@pytest.mark.parametrize(
    "value", [dt.timedelta(hours=1), np.timedelta64(1, "h"), np.timedelta64(60, "m"), "60min", "1H", "1h", HOUR]
)
def test_lengths_of_an_hour(value: Any) -> None:
    assert duration_ns(value) == HOUR
    assert made(timeframe=value).timeframe == HOUR


@pytest.mark.parametrize("text", ["01/03/2025", "1.3.2025 10:00", "March 1 2025", "1700000000", "1700000000000"])
def test_text_is_iso_alone(text: str) -> None:
    assert "as a time such as '2026-01-15 08:00'" in said(lambda: time_ns(text))
    frame = CANDLES.reset_index(drop=True).assign(time=text)
    assert "(ISO 8601), was" in said(lambda: made(frame))


def test_text_whose_offset_changes_is_read() -> None:
    index = pd.date_range("2025-10-24", periods=120, freq="h", tz="UTC")
    text = [one.tz_convert("Europe/Berlin").isoformat() for one in index]
    assert len({one[-6:] for one in text}) == 2
    market = made(CANDLES.reset_index(drop=True).assign(time=text), None)
    assert (market.time == index.as_unit("ns").asi8).all()


@pytest.mark.parametrize("before", ["1ns", "1us", "1ms", "1s"])
def test_stamps_just_before_a_close_are_moved_to_the_open(before: str) -> None:
    stamped = CANDLES.set_index(pd.DatetimeIndex(CANDLES.index) + pd.Timedelta("1h") - pd.Timedelta(before))
    with pytest.warns(DataWarning, match="stamped .* before they end; their opens were taken"):
        assert (made(stamped).time == made().time).all()


def test_a_candle_that_still_forms_is_provisional() -> None:
    opens = pd.date_range(end=pd.Timestamp.now("UTC").floor("1h"), periods=120, freq="h")
    market = made(CANDLES.set_index(opens), None)
    assert market.complete_until is not None
    assert abs(market.complete_until - time.time_ns()) < HOUR
    assert any("provisional" in note for note in market.notes)
    assert estimate(market).venues[0].settled == 120
    assert made().complete_until is None
    assert "first open" in said(lambda: made(complete_until=CANDLES.index[0]))


@pytest.mark.parametrize("start", ["2025-03-01", "2025-10-25"])
def test_days_by_a_clock_that_is_changed_are_days(start: str) -> None:
    days = pd.date_range(start, periods=30, freq="D", tz="America/New_York")
    assert len(set(np.diff(days.as_unit("ns").asi8))) == 2
    candles = walk(1, 30, "1d").candles.set_index(days)
    with pytest.warns(DataWarning, match="1d by the clock of America/New_York"):
        market = made(candles, None)
    assert market.timeframe == DAY
    assert (np.diff(market.time) == DAY).all()
    # None is known before it had closed, and none an hour later than that.
    late = market.time - days.as_unit("ns").asi8
    assert set(late.tolist()) == {0, HOUR}
    assert (estimate(market).venues[0].inputs.kind != 2).all()
    assert ".tz_convert(" in said(lambda: made(candles.tz_convert("UTC"), None))
    assert "between most rows" in said(lambda: made(candles, None, timeframe="1h"))


def test_months_are_refused_without_a_false_hint() -> None:
    months = pd.date_range("2024-01-01", periods=14, freq="MS", tz="UTC")
    candles = walk(1, 14, "1d").candles.set_index(months)
    words = said(lambda: made(candles, None))
    assert "Months and years have no fixed length" in words
    assert "timeframe=" not in words
    assert "between most rows" in said(lambda: made(candles, None, timeframe="1d"))


# ---------------------------------------------------------------------- frames of others


def test_all_faults_of_all_frames_in_one_message() -> None:
    words = said(
        lambda: made(
            CANDLES.drop(columns=["open", "high"]).assign(low=-1.0, close="x").tz_localize(None),
            VALUED,
            liquidations=EVENTS.assign(side="SELL", price="dear"),
            funding=pd.DataFrame({"rate": [0.1]}, index=CANDLES.index[:1]),
            timeframe=5,
            minimum_distance=7,
            complete_until="soon",
        )
    ).splitlines()
    assert len(words) == 11
    for part in (
        "columns 'open' and 'high'", "column 'low'", "column 'close'", "naive", "duration", "openInterestValue",
        "column 'price' of liquidations", "sell order", "'funding_rate'", "minimum_distance", "complete_until",
    ):  # fmt: skip
        assert sum(part in line for line in words) == 1, part


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_columns_of_one_ticker_are_taken_and_of_more_are_named(order: list[int]) -> None:
    one = pd.concat({"BTC-USD": CANDLES}, axis=1).reorder_levels(order, axis=1)
    assert (made(one).close == made().close).all()
    two = pd.concat({"BTC-USD": CANDLES, "ETH-USD": CANDLES}, axis=1).reorder_levels(order, axis=1)
    words = said(lambda: made(two))
    assert f"candles.xs('BTC-USD', axis=1, level={order.index(0)})" in words


def test_arrow_and_what_turns_into_pandas() -> None:
    timed = CANDLES.reset_index(names="time")
    assert (made(pa.Table.from_pandas(timed)).close == made().close).all()
    assert (made(timed.convert_dtypes(dtype_backend="pyarrow")).time == made().time).all()

    class Lazy:
        def collect(self) -> pd.DataFrame:
            return CANDLES

    assert "candles.collect() first" in said(lambda: made(Lazy()))


def test_longer_candles_keep_what_is_there_of_one_with_a_hole() -> None:
    fine = walk(5, 48).candles
    whole, holed = made(fine, None).coarser("1h"), made(fine.drop(fine.index[[17, 35]]), None).coarser("1h")
    assert len(holed.time) == len(whole.time) == 4
    assert holed.partial == (int(holed.time[1]), int(holed.time[2]))
    assert whole.partial == ()
    rest = fine.drop(fine.index[17]).iloc[12:23]
    assert (holed.low[1], holed.high[1], holed.volume[1]) == (rest.low.min(), rest.high.max(), rest.volume.sum())
    assert any("2 candles of 1h are partial" in note for note in holed.notes)


# ---------------------------------------------------------------------- the law

SHUFFLED = st.sampled_from(["as it is", "reversed", "shuffled", "twice"])
NAMES = st.dictionaries(
    st.sampled_from(["open", "high", "low", "close", "volume"]),
    st.sampled_from(
        ["Open", "h", "last", "close_price", "vol", "Volume USD", "quote_volume", "amount", "", "time", "x y"]
    ),
    max_size=2,
)
DTYPES = st.sampled_from(
    ["float64", "float32", "object", "str", "Float64", "double[pyarrow]", "category", "complex128"]
)
CLOCKS = st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "+05:30", None])
AS_TIMES = st.sampled_from(["index", "column", "text", "object", "s", "ms", "us", "ns", "read as ns", "closes"])
SCALES = st.sampled_from([1.0, 1e-3, 1e3, 90_000.0])


def dressed(frame: pd.DataFrame, how: Any, clock: str | None) -> pd.DataFrame:
    """Return a frame with its times in some form."""
    index = pd.DatetimeIndex(frame.index)
    local = index.tz_localize(None) if clock is None else index.tz_convert(clock)
    forms: dict[str, Any] = {
        "column": local,
        "text": [one.isoformat() for one in local],
        "object": pd.Series(list(local), dtype=object),
        "read as ns": pd.to_datetime(index.as_unit("ms").asi8, utc=True),
    }
    if how in {"s", "ms", "us", "ns"}:
        forms[how] = index.as_unit(how).asi8
    if how == "index":
        return frame.set_axis(local)
    if how == "closes":
        return frame.set_axis(local + pd.Timedelta("59min59.999s"))
    return frame.reset_index(drop=True).assign(time=forms[how])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.just({}) | NAMES,
    st.just("float64") | DTYPES,
    CLOCKS,
    AS_TIMES,
    SHUFFLED,
    SCALES,
    st.sampled_from([None, "1h", "5m", "1d", 5, HOUR]),
)
def test_a_result_that_is_right_or_a_sentence(
    names: dict[str, str], dtype: str, clock: str | None, how: Any, order: str, scale: float, timeframe: Any
) -> None:
    """Whatever a user's frame is like: the same market as of clean frames, or an error with a remedy."""
    rows = np.arange(len(CANDLES))
    if order == "reversed":
        rows = rows[::-1]
    elif order == "shuffled":
        rows = np.random.default_rng(1).permutation(rows)
    elif order == "twice":
        rows = np.repeat(rows, 2)
    frame = dressed(CANDLES.iloc[rows], how, clock)
    columns = list(CANDLES.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = frame.astype(dict.fromkeys(columns, dtype)).rename(columns=names)
        before = frame.copy()
        try:
            market = MarketData.from_frames(frame, INTEREST * scale, timeframe=timeframe)
        except DataError as error:
            assert all(line.startswith("Expected ") for line in str(error).splitlines())  # noqa: PT017 - either
            pd.testing.assert_frame_equal(frame, before)
            return
    assert not names
    assert clock is not None or how == "read as ns"
    assert how in {"index", "column", "text", "object", "closes"}
    assert timeframe in {None, "1h", HOUR}
    clean = made()
    assert (market.time == clean.time).all()
    assert market.close == pytest.approx(clean.close, rel=1e-6)
    assert market.interest == pytest.approx(clean.interest * scale)
    # A thousand times too much is more than a hundred days of volume, and said.
    assert scale <= 1 or any("check the units" in note for note in market.notes)
    assert scale < 10_000
