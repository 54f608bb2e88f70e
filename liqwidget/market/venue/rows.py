"""What the venues send, read: rows become frames in base units, by position side, in the order of time.

Everything here is pure. How a venue means a row stands in its own file; the side of a liquidation is always that of
the position that was closed. Rows that cannot be read are left out and counted, never guessed.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.plausible import MOST_SWING, PRICE_BOUNDS
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.market.venue.payload import Event, Taken, number
from liqwidget.market.venue.venues import venue

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument

Notes = list[str]
CandleRow = tuple[int, float, float, float, float, float]

_CANDLE = ("open", "high", "low", "close", "volume")
_FIELDS = 6
_TAKEN = ("taker_ratio", "taker_buy_volume", "taker_sell_volume")


# ---------------------------------------------------------------------- candles


def candle_frame(rows: Iterable[Any], instrument: Instrument, step: int, now: int) -> tuple[pd.DataFrame, Notes]:
    """Return candles as `candle_rows` does, indexed by UTC open time: open, high, low, close, volume."""
    table, notes = candle_rows(rows, instrument, step, now)
    return _frame(list(table), _CANDLE), notes


def candle_rows(rows: Iterable[Any], instrument: Instrument, step: int, now: int) -> tuple[list[CandleRow], Notes]:
    """Return open time [ns UTC], open, high, low, close [quote/base], volume [base] of each candle.

    Rows are sorted; of duplicates the last one counts; rows off the grid of candles, that open after `now`, or that
    hold no price, or one that cannot be, are left out.

    Parameters
    ----------
    rows : iterable
        As ccxt's fetch_ohlcv: open time [ms], open, high, low, close, volume. Volume is base units but on Gate
        (contracts), and counts both sides on HTX.
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    now : int
        The venue's present [ns].
    """
    kept: dict[int, tuple[float, ...]] = {}
    bad = future = 0
    for row in rows:
        values = [number(part) for part in row[:_FIELDS]] if isinstance(row, Sequence) else []
        if len(values) < _FIELDS or not _whole_candle(values, step):
            bad += 1
        elif values[0] * MILLISECOND >= now:
            future += 1
        else:
            kept[int(values[0]) * MILLISECOND] = tuple(values[1:])
    notes = _counted([(bad, "unreadable candles"), (future, "candles from the future")])
    factor, publisher = instrument.scale, venue(instrument.venue)
    table: list[CandleRow] = []
    for time in sorted(kept):
        opened, high, low, close, volume = kept[time]
        amount = publisher.volume(volume, close, instrument)
        high, low = max(high, opened, close), min(low, opened, close)
        priced = (opened / factor, high / factor, low / factor, close / factor)
        table.append((time, *priced, amount * factor))
    return table, notes


def _whole_candle(values: list[float], step: int) -> bool:
    time, *prices, volume = values
    return (
        math.isfinite(time)
        and time > 0
        and (step > DAY or int(time) * MILLISECOND % step == 0)
        and PRICE_BOUNDS[0] <= min(prices) <= max(prices) <= PRICE_BOUNDS[1]
        and max(prices) <= MOST_SWING * min(prices)
        and values[3] <= values[2]
        and (math.isnan(volume) or 0 <= volume < math.inf)
    )


# ---------------------------------------------------------------------- open interest


def interest_frame(
    infos: Iterable[tuple[Any, int | None]], instrument: Instrument, now: int
) -> tuple[pd.DataFrame, Notes]:
    """Return open interest by UTC time: `open_interest` [base, one side], or `open_interest_value` [quote] if inverse.

    Parameters
    ----------
    infos : iterable of (raw row, ns or None)
        Rows as the venue sent them, and the time of those that bear none.
    instrument : Instrument
        The contract.
    now : int
        The venue's present [ns]; later rows are left out.
    """
    kept: dict[int, float] = {}
    bad = future = 0
    for info, at in infos:
        time, amount = interest(info, instrument)
        stamp = at if time is None else time
        if stamp is None or not 0 <= amount < math.inf:
            bad += 1
        elif stamp > now:
            future += 1
        else:
            kept[stamp] = amount
    notes = _counted([(bad, "unreadable values of open interest"), (future, "values of open interest from the future")])
    name = "open_interest_value" if in_quote(instrument) else "open_interest"
    return _frame([(time, kept[time]) for time in sorted(kept)], (name,)), notes


def in_quote(instrument: Instrument) -> bool:
    """Return whether `interest` gives quote currency: a contract is an amount of it and the coins are not told."""
    return instrument.inverse and venue(instrument.venue).interest_quoted


def interest(info: Any, instrument: Instrument) -> tuple[int | None, float]:
    """Return the time [ns, None if it bears none] and amount [base, or quote: `in_quote`] of one raw row, of one side.

    NaN if the row cannot be read. The conventions stand in the file of each venue.
    """
    time, amount = venue(instrument.venue).interest(info, instrument)
    scale = 1.0 if in_quote(instrument) else instrument.scale
    return (int(time) * MILLISECOND if 0 < time < math.inf else None), amount * scale


# ---------------------------------------------------------------------- funding and ratio


def rate_frame(rows: Iterable[Mapping[str, Any]], name: str, column: str, now: int) -> tuple[pd.DataFrame, Notes]:
    """Return a column by UTC time from ccxt's rows (`timestamp` [ms] and `name`): funding rates, long/short ratios.

    A rate that ccxt leaves empty is looked for in the raw row: OKX's recorded answers have `fundingRate` alone.
    """
    kept: dict[int, float] = {}
    bad = future = 0
    for row in rows:
        info = row.get("info")
        value = number(row.get(name))
        if math.isnan(value) and isinstance(info, Mapping):
            value = number(info.get(name))
        time = number(row.get("timestamp"))
        if not (math.isfinite(value) and 0 < time < math.inf):
            bad += 1
        elif int(time) * MILLISECOND > now:
            future += 1
        else:
            kept[int(time) * MILLISECOND] = value
    what = column.replace("_", " ") + "s"
    notes = _counted([(bad, f"unreadable {what}"), (future, f"{what} from the future")])
    return _frame([(time, kept[time]) for time in sorted(kept)], (column,)), notes


def taker_frame(rows: Iterable[Taken], instrument: Instrument, now: int) -> tuple[pd.DataFrame, Notes]:
    """Return by UTC time what takers did: taker_ratio (bought / sold), taker_buy_volume, taker_sell_volume [base].

    NaN where the venue does not tell it. Rows without a time or without any figure are left out and counted.
    """
    kept: dict[int, tuple[float, float, float]] = {}
    bad = future = 0
    for row in rows:
        bought, sold = row.bought * instrument.scale, row.sold * instrument.scale
        ratio = bought / sold if sold > 0 else row.ratio
        figures = (ratio, bought, sold)
        sound = all(math.isnan(figure) or 0 <= figure < math.inf for figure in figures)
        if not (0 < row.time < math.inf and sound) or all(map(math.isnan, figures)):
            bad += 1
        elif int(row.time) * MILLISECOND > now:
            future += 1
        else:
            kept[int(row.time) * MILLISECOND] = figures
    notes = _counted([(bad, "unreadable taker volumes"), (future, "taker volumes from the future")])
    return _frame([(time, *kept[time]) for time in sorted(kept)], _TAKEN), notes


# ---------------------------------------------------------------------- liquidations


def liquidation_frame(events: Iterable[Event | None], now: int) -> tuple[pd.DataFrame, Notes]:
    """Return liquidations with a column `time`: side ('long' / 'short'), price [quote/base], size [quote].

    None stands for an unreadable one; the same event twice counts once.
    """
    kept: dict[Event, None] = {}
    bad = future = 0
    for event in events:
        if event is None:
            bad += 1
        elif event.time > now:
            future += 1
        else:
            kept[event] = None
    notes = _counted([(bad, "unreadable liquidations"), (future, "liquidations from the future")])
    frame = pd.DataFrame(sorted(kept), columns=list(Event._fields))
    return frame.assign(time=pd.to_datetime(frame["time"].astype("int64"), utc=True)), notes


def liquidation(item: Any, instrument: Instrument) -> Event | None:
    """Return the liquidation of one raw item, None if it cannot be read. The conventions stand in the venue's file."""
    found = venue(instrument.venue).liquidation(item, instrument) if isinstance(item, Mapping) else None
    if found is None or found.side is None:
        return None
    worth = found.worth
    if math.isnan(worth):
        worth = found.amount if instrument.inverse else found.amount * found.price
    if not (0 < found.time < math.inf and 0 < found.price < math.inf and 0 < worth < math.inf):
        return None
    return Event(int(found.time) * MILLISECOND, found.side, found.price / instrument.scale, worth)


# ---------------------------------------------------------------------- small parts


def _counted(counts: list[tuple[int, str]]) -> Notes:
    return [f"{count} {what} left out" for count, what in counts if count]


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    times = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    values = np.array([row[1:] for row in rows], np.float64).reshape(-1, len(columns))
    # Made at once from arrays: a live feed makes one of a few rows with each answer.
    index = pd.DatetimeIndex(times.view("datetime64[ns]"), tz="UTC", name="time")
    return pd.DataFrame(values, index=index, columns=_named(columns).view(), copy=False)


@functools.cache
def _named(columns: tuple[str, ...]) -> pd.Index[str]:
    return pd.Index(columns)
