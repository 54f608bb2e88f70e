"""Times of candles: days by clocks that are changed, half months, candles that open after the present."""

from __future__ import annotations

import datetime as dt
import re
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import DAY, HOUR
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

CANDLES = walk(1, 30, "1d").candles


def made(times: Any, **options: Any) -> MarketData:
    return MarketData.from_frames(CANDLES.reset_index(drop=True).assign(time=times), None, **options)


@pytest.mark.parametrize(
    "form", [lambda one: one.isoformat(), str, lambda one: one.to_pydatetime(), lambda one: f"{one:%Y%m%dT%H%M%S%z}"]
)
@pytest.mark.parametrize(
    ("zone", "shift"), [("America/New_York", HOUR), ("Europe/London", HOUR), ("Australia/Lord_Howe", HOUR // 2)]
)
def test_days_whose_text_bears_offsets_that_change_are_days(form: Callable[[Any], Any], zone: str, shift: int) -> None:
    """As a file holds them: the zone is gone, each time still says how far its clock was ahead."""
    start = "2025-03-25" if zone != "America/New_York" else "2025-03-01"
    days = pd.date_range(start, periods=30, freq="D", tz=zone)
    text = [form(one) for one in days]
    with pytest.warns(DataWarning, match="1d by the clock, which is changed"):
        market = made(pd.Series(text, dtype=object))
    assert market.timeframe == DAY
    assert set((market.time - days.as_unit("ns").asi8).tolist()) == {0, shift}
    order = np.random.default_rng(2).permutation(30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        mixed = CANDLES.reset_index(drop=True).assign(time=pd.Series(text, dtype=object)).iloc[order]
        shuffled = MarketData.from_frames(mixed, None)
    assert (shuffled.time == market.time).all()


def test_half_months_are_refused_without_a_false_hint() -> None:
    halves = pd.date_range("2024-01-01", periods=30, freq="SMS", tz="UTC")
    with pytest.raises(DataError, match=r"Candles have one length, and stand at whole multiples of it") as caught:
        made(halves)
    assert "time zone" not in str(caught.value)


@pytest.mark.parametrize("late", [1, 1800])
def test_a_candle_that_opens_just_after_the_present_is_not_taken_as_closed(
    late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine's clock is behind the venue's: the candle that still forms opens after the present."""
    opens = pd.date_range("2026-01-01", periods=30, freq="h", tz="UTC")
    now = int(opens[-1].value) - late * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: now)
    market = made(opens)
    assert market.complete_until == now
    assert estimate(market).venues[0].time[-1] == now
    assert any("opens after the present" in note for note in market.notes)
    ahead = made(opens + pd.Timedelta(days=30))
    assert ahead.complete_until is None
    assert any("30 open after the present; they were taken as given" in note for note in ahead.notes)


def test_a_time_without_an_offset_is_by_the_clock_of_utc() -> None:
    days = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day) for day in range(30)]
    assert made(pd.Series([f"{day:%Y-%m-%d}T00:00Z" for day in days], dtype=object)).timeframe == DAY


def _said(frame: pd.DataFrame) -> str:
    with pytest.raises(DataError) as caught:
        MarketData.from_frames(frame)
    return str(caught.value)


HOURS = walk(11, 72, "1h", price=9e4).candles


@pytest.mark.parametrize(
    ("numbers", "way"),
    [(lambda index: index.as_unit("s").asi8 / 86_400, "unit='D', utc=True)).round('s')"),
     (lambda index: index.as_unit("s").asi8 / 86_400 + 25_569, "origin='1899-12-30'"),
     (lambda index: index.as_unit("s").asi8 // 60, "pandas.to_datetime(x, unit='m', utc=True)"),
     (lambda index: index.as_unit("ms").asi8.astype(float), "pandas.to_datetime(x, unit='ms', utc=True)")],
)  # fmt: skip
@pytest.mark.parametrize("where", ["index", "column"])
def test_numbers_of_any_unit_say_how_they_are_read(
    numbers: Callable[[pd.DatetimeIndex], Any], way: str, where: str
) -> None:
    """Days of Matplotlib and Excel and minutes were 'in no unit times after 2009'; what is said reads them."""
    counted = numbers(pd.DatetimeIndex(HOURS.index))
    given = HOURS.set_axis(counted) if where == "index" else HOURS.assign(time=counted)
    said = _said(given)
    assert way in said
    call = re.findall(r"pandas\.(?:to_datetime|DatetimeIndex)\(.*?\)(?= \(row|$)", said)[0]
    times = eval(call, {"pandas": pd, "x": given.get("time", given.index)})  # noqa: S307 - what the hint says
    assert (
        MarketData.from_frames(HOURS.set_axis(times)).time[-1] == pd.DatetimeIndex(HOURS.index).as_unit("ns").asi8[-1]
    )


@pytest.mark.parametrize("text", ["1768003200000", "Jan 10, 2026", "BTCUSDT"])
def test_text_in_an_index_is_named(text: str) -> None:
    assert f"was '{text}' in row 0" in _said(HOURS.set_axis([text] * len(HOURS)))


@pytest.mark.parametrize("names", [("Date", "Time"), ("<DATE>", "<TIME>"), ("day", "datetime")])
def test_day_and_hour_in_two_columns_are_joined(names: tuple[str, str]) -> None:
    """The day alone was to be renamed to 'time': obeyed, a day of candles was the last of its hours."""
    day, hour = names
    given = HOURS.reset_index(drop=True).assign(
        **{
            day: pd.DatetimeIndex(HOURS.index).strftime("%Y.%m.%d"),
            hour: pd.DatetimeIndex(HOURS.index).strftime("%H:%M"),
        }
    )
    scope: dict[str, Any] = {"pandas": pd, "candles": given}
    bare = given.rename(columns={hour: "time"})
    exec(re.findall("set (candles.*)[.]$", _said(given))[0], scope)  # noqa: S102 - what the hint says
    assert len(MarketData.from_frames(scope["candles"]).time) == len(HOURS)
    assert "an hour without its day" in _said(bare)


def test_rows_of_one_time_that_open_apart_are_no_candle() -> None:
    days = HOURS.set_axis(pd.DatetimeIndex(HOURS.index).floor("1D"))
    assert "Times need the hour of each candle" in _said(days)
    local = HOURS.set_axis(pd.date_range("2025-11-01", periods=72, freq="1h", tz="America/New_York"))
    fine = pd.concat([local, local.set_axis(local.index + pd.Timedelta("15min"))]).sort_index()
    fine = pd.concat([fine, fine.set_axis(fine.index + pd.Timedelta("30min"))]).sort_index()
    fine["open"] = fine["close"] = fine["low"] = np.linspace(100, 101, len(fine))
    fine["high"] = 102.0
    assert "ambiguous='infer'" in _said(fine.tz_localize(None).tz_localize("UTC"))
    two = pd.concat([fine, fine * 1.001]).tz_convert("UTC")
    assert "Rows of several coins or venues" in _said(two)
    growing = pd.concat([HOURS, HOURS.assign(close=HOURS["low"])])
    with pytest.warns(DataWarning, match="duplicate times"):
        assert len(MarketData.from_frames(growing.sort_index(kind="stable")).time) == len(HOURS)


def test_uneven_stamps_are_floored() -> None:
    seconds = pd.to_timedelta(np.arange(72) * 7 % 4, unit="s")
    said = _said(HOURS.set_axis(HOURS.index + seconds))
    assert ".floor('60min')" in said
    with pytest.raises(DataError, match="Give timeframe='1h' if candles are that long"):
        MarketData.from_frames(HOURS, timeframe="4h")
    assert len(
        MarketData.from_frames(HOURS.set_axis(pd.DatetimeIndex(HOURS.index + seconds).floor("60min"))).time
    ) == len(HOURS)


@pytest.mark.parametrize("kind", ["index", "column", "text", "text index"])
def test_the_hint_on_times_without_a_zone_can_be_obeyed(kind: str) -> None:
    naive = HOURS.tz_localize(None)
    texts = pd.DatetimeIndex(naive.index).strftime("%Y-%m-%d %H:%M")
    given = {
        "index": naive, "column": naive.reset_index(names="time"), "text": HOURS.assign(time=texts),
        "text index": HOURS.set_axis(texts),
    }[kind]  # fmt: skip
    way = re.findall(r"say which with (\S+\))", _said(given))[0]
    scope = {"pandas": pd, "x": given.get("time", given.index)}
    times = eval(way if "(x)" in way else f"x{way}", scope)  # noqa: S307 - what the hint says
    read = given.assign(time=times) if "time" in given else given.set_axis(times)
    assert MarketData.from_frames(read).time[0] == HOURS.index[0].value


@pytest.mark.parametrize(
    ("zone", "start"),
    [("America/Santiago", "2025-08-20"), ("Africa/Cairo", "2025-04-10"), ("America/Havana", "2025-02-25"),
     ("Asia/Tehran", "2022-03-10"), ("America/Sao_Paulo", "2018-10-20"), ("Asia/Pyongyang", "2018-04-25")],
)  # fmt: skip
@pytest.mark.parametrize("text", [False, True])
def test_days_of_a_clock_that_is_changed_at_midnight_are_days(zone: str, start: str, text: bool) -> None:  # noqa: FBT001
    """That day opens at one o'clock; the hint asked for a time zone that the index had."""
    hours = pd.date_range(start, periods=24 * 40, freq="1h", tz="UTC").tz_convert(zone)
    days = pd.Series(hours, index=hours.date).groupby(level=0).min().iloc[1:31]
    opens = pd.DatetimeIndex(days).tz_convert("UTC").as_unit("ns")
    assert set(np.diff(opens.asi8)) - {DAY}
    with pytest.warns(DataWarning, match="by the clock"):
        market = made([str(one) for one in days] if text else days.array)
    assert (np.diff(market.time) == DAY).all()
    late = market.time - opens.asi8
    assert late.min() == 0
    assert late.max() <= HOUR
