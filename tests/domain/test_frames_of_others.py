"""Frames as other tools make them: rows of several markets, names, signs and forms of time that they use."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.columns import unit_of
from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import DAY, HOUR, ISO, duration_ns
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from liqwidget.trust.score_inputs import events_of
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

DRAWN = walk(3, 60, "1h", price=90_000.0)
CANDLES, INTEREST = DRAWN.candles, pd.DataFrame(DRAWN.open_interest)
EVENTS = pd.DataFrame({"side": ["long", "short"], "price": 9e4, "size": [5e4, 1e4]}, index=CANDLES.index[1:3])
FUNDING = pd.DataFrame({"funding_rate": 1e-4}, index=CANDLES.index[:3])
TIMED = CANDLES.reset_index(names="time")


def made(candles: Any = CANDLES, interest: Any = INTEREST, **options: Any) -> MarketData:
    return MarketData.from_frames(candles, interest, **options)


def said(call: Callable[[], object]) -> str:
    with pytest.raises(DataError) as caught:
        call()
    assert all(line.startswith("Expected ") for line in str(caught.value).splitlines())
    return str(caught.value)


# ---------------------------------------------------------------------- rows of several markets


@pytest.mark.parametrize("frame", ["candles", "open_interest", "funding", "liquidations"])
@pytest.mark.parametrize("column", ["symbol", "coin", "instId", "Pair"])
def test_rows_of_several_coins_are_refused(frame: str, column: str) -> None:
    frames: dict[str, Any] = {"candles": CANDLES, "open_interest": INTEREST, "funding": FUNDING, "liquidations": EVENTS}
    both = pd.concat([frames[frame].assign(**{column: name}) for name in ("ETHUSDT", "BTC-USDT-SWAP")])
    words = said(lambda: MarketData.from_frames(**(frames | {frame: both})))
    assert f"Expected {frame} of one coin, was 2 in column {column!r} (ETHUSDT, BTC-USDT-SWAP)" in words
    assert f"{frame}[{frame}[{column!r}] == 'BTC-USDT-SWAP']" in words


def test_rows_of_several_venues_are_refused_but_for_liquidations() -> None:
    both = pd.concat([CANDLES.assign(exchange=name) for name in ("binance", "okx")])
    assert "of one venue, was 2 in column 'exchange'" in said(lambda: made(both))
    events = EVENTS.assign(exchange=["binance", "okx"], symbol=["BTCUSDT", "XBTUSD"])
    assert len(made(liquidations=events).liquidations.size) == 2


def test_rows_of_another_coin_are_refused() -> None:
    words = said(lambda: made(CANDLES.assign(symbol="ETH/USDT:USDT")))
    assert "Expected candles of BTC, was 'ETH/USDT:USDT' in column 'symbol': give symbol='ETH/USDT:USDT'" in words
    assert made(CANDLES.assign(symbol="ETHUSDT"), symbol="ETH").symbol == "ETH"
    assert made(CANDLES.assign(ticker="1000PEPEUSDT"), symbol="PEPE").symbol == "PEPE"
    assert made(CANDLES.assign(symbol="XBTUSD")).symbol == "BTC"


def test_levels_of_an_index_are_told_apart() -> None:
    long = CANDLES.set_index(pd.Index(["BTC"] * 60, name="symbol"), append=True)
    assert (made(long).close == made().close).all()
    assert (made(long.swaplevel()).close == made().close).all()
    two = pd.concat({"BTC": CANDLES, "ETH": CANDLES})
    assert "of one market, was 2 in column 'level 0' (BTC, ETH)" in said(lambda: made(two))
    assert "in column 'ticker' (BTC, ETH)" in said(
        lambda: made(pd.concat({"BTC": CANDLES, "ETH": CANDLES}, names=["ticker"]))
    )
    assert "reset_index()" in said(lambda: made(CANDLES.set_axis(pd.MultiIndex.from_product([["a", "b"], range(30)]))))


def test_rows_of_several_markets_without_a_name_are_told_by_their_values() -> None:
    other = CANDLES.assign(**{name: CANDLES[name] / 30 for name in ("open", "high", "low", "close")})
    assert "Rows of several coins or venues?" in said(lambda: made(pd.concat([CANDLES, other]).sort_index()))
    words = said(lambda: made(interest=pd.concat([INTEREST, INTEREST / 4])))
    assert "Expected one row of open_interest a time, was 2 of 2026-01-01 00:00:00+00:00" in words
    with pytest.warns(DataWarning, match="duplicate times"):
        assert (made(pd.concat([CANDLES.iloc[:1] * 3, CANDLES, CANDLES]).sort_index()).close == CANDLES["close"]).all()


def test_liquidations_of_other_prices_are_left_out_and_named() -> None:
    many = pd.concat([EVENTS.assign(size=size) for size in (1e4, 2e4, 3e4)])
    for prices in ([0.45, 9e4] * 3, [9e7, 9e4] * 3):
        with pytest.warns(DataWarning, match=r"3 are far from the price .* left out: of another coin, or per 1,000"):
            market = made(liquidations=many.assign(price=prices))
        assert market.liquidations.price.tolist() == [9e4] * 3
    assert any("1 are far from the price" in note for note in made(liquidations=EVENTS.assign(price=[9e4, 9e7])).notes)


# ---------------------------------------------------------------------- columns


@pytest.mark.parametrize("order", [["open", "close", "low", "high"], ["close", "high", "low", "open"]])
def test_columns_in_another_order_are_refused(order: list[str]) -> None:
    swapped = CANDLES[[*order, "volume"]].set_axis(CANDLES.columns, axis=1)
    assert "Are columns mixed up? Venues list open, high, low, close in other orders too" in said(lambda: made(swapped))


@pytest.mark.parametrize(
    ("name", "unit"),
    [("baseValue", "coins"), ("quoteValue", "quote"), ("Volume ($)", "quote"), ("volusdt", "quote"), ("vol ₩", "quote"),
     ("OI (€)", "quote"), ("base_volume_usd", "quote"), ("number of contracts", "contracts"), ("vol ₿", "coins"),
     ("volume", None), ("sumOpenInterest", None)],
)  # fmt: skip
def test_units_by_name(name: str, unit: str | None) -> None:
    assert unit_of(name) == unit


def test_no_hint_leads_astray() -> None:
    words = said(lambda: made(CANDLES.rename(columns={"volume": "liq_long_usd"}).assign(open_time=1.0)))
    assert "liq_long_usd' meant" not in words
    assert "a column 'volume' of NaN will do" in words
    words = said(lambda: made(CANDLES.drop(columns="open").assign(open_time=1, open_interest=1.0)))
    assert "meant?" not in words
    words = said(lambda: made(liquidations=EVENTS.drop(columns=["side", "size"]).assign(long_usd=1.0, short_usd=2.0)))
    assert "Columns 'long_usd' and 'short_usd' hold a side each: stack them" in words
    ccxt = {"contracts": 0.1, "contractSize": 1.0, "baseValue": 0.1, "quoteValue": 9000.0}
    words = said(lambda: made(liquidations=EVENTS.drop(columns="size").assign(**ccxt)))
    assert "'contractSize' meant" not in words
    assert "'baseValue' meant? It is in coins" in words
    assert "say contract_size=" in said(lambda: made(interest=INTEREST.set_axis(["oiContracts"], axis=1)))


@pytest.mark.parametrize("given", ["rows", "dicts", "array", "columns", "text", "numbered"])
def test_what_is_no_frame_says_how_one_is_made(given: str) -> None:
    rows = TIMED.to_numpy().tolist()
    forms: dict[str, tuple[Any, str]] = {
        "rows": (rows, "pandas.DataFrame(candles, columns=['time', 'open', 'high', 'low', 'close', 'volume'])"),
        "dicts": (TIMED.to_dict("records"), "pandas.DataFrame(candles)"),
        "array": (np.array(rows, dtype=object), "columns=['time', 'open'"),
        "columns": (TIMED.to_dict("list"), "pandas.DataFrame(candles)"),
        "text": (TIMED.to_csv(), "pandas.read_csv"),
        "numbered": (pd.DataFrame(rows), "Columns have no names"),
    }
    frame, remedy = forms[given]
    assert remedy in said(lambda: made(frame))


def test_text_of_a_file_is_read_as_it_was_written() -> None:
    read = pd.read_csv(io.StringIO(TIMED.to_csv(index=False)))
    assert (made(read).time == made().time).all()


@pytest.mark.parametrize("value", ["90,552.74", "90552,74", "$90552", "90.5K"])
def test_numbers_with_signs_say_how_they_are_read(value: str) -> None:
    assert "pandas.read_csv takes thousands=','" in said(lambda: made(CANDLES.assign(close=value)))


def test_open_interest_below_zero_is_noted() -> None:
    market = made(
        interest=INTEREST.assign(open_interest=np.where(np.arange(len(INTEREST)) == 5, -3.0, INTEREST.iloc[:, 0]))
    )
    assert any("1 values below 0 or endless were left out, first row 5" in note for note in market.notes)


# ---------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("form", "ending"),
    [("%Y-%m-%d %H:%M:%S,000", "Z"), ("%Y-%m-%d %H:%M:%S", " UTC"), ("%Y-%m-%d  %H:%M", " gmt"),
     ("%Y-%m-%dT%H:%M:%S.000", " +00:00"), ("%Y%m%dT%H%M%S", "+0000"), ("%Y-%m-%d %H:%M", "+00"), ("%Y-%m-%d %H", "z")],
)  # fmt: skip
def test_iso_is_read_in_every_form(form: str, ending: str) -> None:
    text = [one.strftime(form) + ending for one in CANDLES.index]
    assert (made(TIMED.assign(time=text), None).time == made().time).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.from_regex(ISO, fullmatch=True))
def test_any_text_in_the_form_of_iso_is_a_time_or_a_sentence_of_one_line(text: str) -> None:
    try:
        market = made(TIMED.iloc[:1].assign(time=text), None, timeframe="1h")
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either
        return
    assert len(market.time) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Time",
        "TIME",
        "Open time",
        "ts_utc",
        "event_ts",
        "t_ms",
        "create_time",
        "T",
        "Date (UTC)",
        "candle_date_time_utc",
        "fundingTime",
        "unix",
    ],
)
def test_columns_of_times_are_found(name: str) -> None:
    assert f"Is column {name!r} meant? Rename it to 'time'." in said(lambda: made(TIMED.rename(columns={"time": name})))
    numbers = (pd.DatetimeIndex(CANDLES.index).as_unit("ms").asi8).tolist()
    words = said(lambda: made(TIMED.assign(**{name: numbers}).drop(columns="time")))
    assert "Rename it to 'time', with pandas.to_datetime(x, unit='ms', utc=True)" in words


def test_the_close_and_what_is_no_time_of_a_candle_are_no_times() -> None:
    times = {"Close time": CANDLES.index, "inserted_ts": CANDLES.index, "next_funding_time": CANDLES.index}
    words = said(lambda: made(CANDLES.reset_index(drop=True).assign(**times)))
    assert "Column 'Close time' is when candles end" in words
    assert "meant?" not in words


@pytest.mark.parametrize(
    ("times", "remedy"),
    [([202601310800 + step for step in range(60)], "format='%Y%m%d%H%M'"), ([20260101] * 60, "format='%Y%m%d'"),
     (pd.DatetimeIndex(CANDLES.index).tz_localize(None).to_period("h"), ".dt.to_timestamp().dt.tz_localize('UTC')"),
     ([one.date() for one in CANDLES.index], "days have no zone"), (CANDLES.index - CANDLES.index[0], "no time of a")],
)  # fmt: skip
def test_what_is_no_time_says_how_it_becomes_one(times: Any, remedy: str) -> None:
    assert remedy in said(lambda: made(TIMED.assign(time=times)))


@pytest.mark.parametrize(
    ("text", "length"),
    [(pd.offsets.Hour(4), 4 * HOUR), (pd.offsets.Day(2), 2 * DAY), (pd.offsets.Minute(60), HOUR)],
)  # fmt: skip
def test_offsets_of_pandas_are_lengths(text: Any, length: int) -> None:
    assert duration_ns(text) == length


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60", "'60m' or '60h'"),
        ("1mo", "months"),
        ("M", "months"),
        ("5 minutes", "write '5m'"),
        ("4Hours", "write '4h'"),
        ("1 day", "write '1d'"),
        ("2 weeks", "write '2w'"),
    ],
)
def test_lengths_that_are_none_say_why(text: str, words: str) -> None:
    assert words in said(lambda: duration_ns(text))


# ---------------------------------------------------------------------- realised liquidations wherever they are given


@pytest.fixture(scope="module")
def drawn() -> LiqHeatmap:
    return LiqHeatmap.from_frames(CANDLES, INTEREST)


@pytest.mark.parametrize("method", ["score", "calibrate"])
@pytest.mark.parametrize(
    ("changed", "words"),
    [({"side": "SELL"}, "a sell order closes a long"), ({"side": "long_liq"}, "write 'long'"),
     ({"symbol": ["BTCUSDT", "ETHUSDT"]}, "of one coin, was 2 in column 'symbol'"),
     ({"size": [0.4, 0.5]}, "if it is in coins, multiply it by 'price'"), ({"size": np.nan}, "with sizes, was none"),
     ({"size": "dear"}, "a finite number in column 'size'"), ({"time": "01/03/2025"}, "day and month cannot")],
)  # fmt: skip
def test_score_and_calibrate_read_liquidations_by_the_same_door(
    drawn: LiqHeatmap, method: str, changed: dict[str, Any], words: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        assert words in said(lambda: getattr(drawn, method)(EVENTS.assign(**changed)))


@pytest.mark.parametrize("method", ["score", "calibrate"])
def test_score_and_calibrate_say_how_a_frame_of_liquidations_is_made(drawn: LiqHeatmap, method: str) -> None:
    call = getattr(drawn, method)
    assert "pandas.DataFrame(liquidations)" in said(lambda: call(EVENTS.to_dict("records")))
    assert "hold a side each" in said(lambda: call(EVENTS.drop(columns=["side", "size"]).assign(longs=1.0, shorts=2.0)))
    with pytest.warns(DataWarning, match="1 repeated rows were dropped"), contextlib.suppress(DataError):
        call(pd.concat([EVENTS, EVENTS.iloc[:1]]).drop(columns="price"))
    table = pa.Table.from_pandas(EVENTS.reset_index(names="time"))
    assert "as a pandas DataFrame" not in said(lambda: call(table))


# ---------------------------------------------------------------------- the law, for any frame

_ODD: list[Any] = [
    "2026-01-01T00:00Z", "2026-01-01", "long", "SELL", 1767225600000, "BTC", 9e4, pd.NaT, pd.NA, np.nan, np.float32(3),
    pd.Timestamp("2026-01-01", tz="UTC"), pd.Period("2026-01"), np.datetime64("2026-01-01"), "a\nb",
]  # fmt: skip
VALUES = (
    st.sampled_from(_ODD) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
    | st.binary(max_size=2) | st.dates() | st.datetimes() | st.decimals(allow_nan=False) | st.complex_numbers()
)  # fmt: skip
COLUMNS = st.sampled_from([*CANDLES, "time", "open_interest", "open_interest_value", "side", "price", "size", "symbol",
                           "venue", "id", "funding_rate", "Time", "taker_buy_volume", 0, None])  # fmt: skip


@st.composite
def any_frame(draw: st.DrawFn) -> pd.DataFrame:
    """Return a frame of few rows, of any columns and values, whose index are times or anything."""
    rows, names = draw(st.integers(0, 4)), draw(st.lists(COLUMNS, max_size=9))
    times: list[Any] = CANDLES.index[:rows].tolist()
    good: list[list[Any]] = [np.linspace(1, 2, rows).tolist(), times, ["BTC"] * rows]
    columns = [draw(st.sampled_from(good) | st.lists(VALUES, min_size=rows, max_size=rows)) for _ in names]
    frame = pd.DataFrame(dict(enumerate(columns)), index=range(rows)).set_axis(pd.Index(names, dtype=object), axis=1)
    index = draw(st.sampled_from(["numbers", "times", "anything", "levels"]))
    odd = draw(st.lists(VALUES, min_size=rows, max_size=rows))
    if index == "times":
        frame.index = pd.DatetimeIndex(times, tz="UTC")
    elif index == "anything":
        frame.index = pd.Index(odd, dtype=object)
    elif index == "levels" and rows:
        frame.index = pd.MultiIndex.from_arrays([times, list(map(str, odd))])
    return frame


@settings(max_examples=40, deadline=None, derandomize=True)
@given(any_frame(), st.sampled_from(["candles", "open_interest", "funding", "liquidations", "events"]))
def test_any_frame_is_read_or_refused_in_lines_that_say_what_was_expected(frame: pd.DataFrame, what: str) -> None:
    frames: dict[str, Any] = {"candles": CANDLES, "open_interest": INTEREST, "timeframe": "1h"}
    before = frame.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if what == "events":
                events_of(frame)
            else:
                MarketData.from_frames(**(frames | {what: frame}))
        except DataError as error:
            assert all(line.startswith("Expected ") for line in str(error).splitlines())  # noqa: PT017 - either
    pd.testing.assert_frame_equal(frame, before)
