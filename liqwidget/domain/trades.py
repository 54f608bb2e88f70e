"""Trades made into candles, and into the way that price took within each: streamed in chunks, a candle at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import have_columns
from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.mixture import refuse_mixture
from liqwidget.domain.stamps import times_of
from liqwidget.domain.time import HOUR, time_index, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

STILL = HOUR
"""Within so long a silence [ns] nothing was traded; of a longer one the trades may be missing."""
TAKERS = {"buy": 1.0, "sell": 0.0, "b": 1.0, "s": 0.0}
"""Whether a taker of such a side, in small letters, bought."""
_FLAGS = {
    "taker_buy": "the taker bought or sold", "is_buyer_maker": "the taker sold or bought",
    "isBuyerMaker": "the taker sold or bought",
}  # fmt: skip
"""Columns that say it by 1 or 0, and what these mean; the last two are Binance's."""
_YES = {"1": 1.0, "1.0": 1.0, "true": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0}


class PricePath(NamedTuple):
    """The way that price took within candles: runs of trades that lie close together, in the order they came.

    ``time`` is the open of the candle [ns]; ``low``, ``high``, ``close`` [quote/base]; ``volume`` [base]; shape (p,).
    """

    time: Integers
    low: Floats
    high: Floats
    close: Floats
    volume: Floats


class Made(NamedTuple):
    """What trades were made into: candles by their open (UTC), and the way of price within them."""

    candles: pd.DataFrame
    path: PricePath


class _Trades(NamedTuple):
    """Trades: time [ns], price [quote/base], amount [base], 1 where the taker bought, 0 where he sold, NaN unknown."""

    time: Integers
    price: Floats
    amount: Floats
    bought: Floats

    def at(self, rows: Any) -> _Trades:
        return _Trades._make(column[rows] for column in self)


def made_of_trades(chunks: Iterable[Any], step: int, width: float, symbol: str) -> Made:
    """Return the candles of trades, and the way of price within them.

    No more than one chunk and the trades of one candle are held at a time, so any chunking gives the same numbers.

    Parameters
    ----------
    chunks : iterable of DataFrame
        Trades, chunk after chunk in time order; within a chunk in any order.
    step : int
        Length of a candle [ns].
    width : float
        Trades that follow each other within so much of ln(price) make one part of the way; 0 parts every price.
    symbol : str
        The coin, for what is said about frames of several.

    Raises
    ------
    DataError
        If chunks are not in time order, hold nothing, or values cannot be used.
    """
    if not 0 <= _number(width) <= PRICE_CELL:
        message = (
            f"Expected width from 0 to {PRICE_CELL:g} in ln(price), within which trades share an entry, "
            f"was {width!r:.60}"
        )
        raise DataError(message)
    made: list[tuple[dict[str, npt.NDArray[Any]], PricePath]] = []
    held: list[_Trades] = []
    opened = done = np.iinfo(np.int64).min
    for number, chunk in enumerate(chunks, 1):
        if check.absent(chunk):
            continue
        trades = _read(chunk, f"chunk {number} of trades", symbol)
        if trades.time.min() < done:
            message = (
                f"Expected chunks of trades in time order, was {timestamp(int(trades.time.min()))} in chunk {number} "
                f"after {timestamp(done)}. Give the chunks from the oldest to the newest"
            )
            raise DataError(message)
        held.append(trades)
        newest = int(trades.time.max()) // step * step
        if held[1:] and newest == opened:
            continue
        opened = newest
        joined = _Trades._make(map(np.concatenate, zip(*held, strict=True)))
        complete = joined.time < opened
        if complete.any():
            made.append(_made(joined.at(complete), step, width))
        done = opened
        held = [joined.at(~complete)]
    if not held:
        message = "Expected trades in at least one chunk, was none"
        raise DataError(message)
    made.append(_made(_Trades._make(map(np.concatenate, zip(*held, strict=True))), step, width))
    columns = _stilled({name: np.concatenate([one[name] for one, _ in made]) for name in made[0][0]}, step)
    path = PricePath._make(map(np.concatenate, zip(*(way for _, way in made), strict=True)))
    for column in path:
        column.flags.writeable = False
    return Made(pd.DataFrame(columns, index=time_index(columns.pop("time")).rename("time")), path)


def _stilled(columns: dict[str, npt.NDArray[Any]], step: int) -> dict[str, npt.NDArray[Any]]:
    """Return candles with those in which nothing was traded: at the last price, where the silence was short."""
    silent = np.append(np.diff(columns["time"]) // step - 1, 0)
    silent = np.where(silent * step <= STILL, silent, 0)
    row = np.repeat(np.arange(len(silent)), silent + 1)
    after = np.arange(len(row)) - np.searchsorted(row, row)
    made = {name: column[row] for name, column in columns.items()}
    made["time"] = made["time"] + after * step
    for name in ("open", "high", "low"):
        made[name][after > 0] = made["close"][after > 0]
    for name in ("volume", "taker_buy_volume"):
        made[name][after > 0] *= 0.0
    return made


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _read(given: object, what: str, symbol: str) -> _Trades:
    """Return the trades of a chunk, in its order."""
    faults = check.Faults()
    frame = check.checked_frame(given, what)
    with faults:
        refuse_mixture(frame, what, symbol)
    with faults:
        have_columns(frame, ["price", "amount"], what, symbol)
    times = np.empty(0, np.int64)
    with faults:
        times = times_of(frame, what)
    shown = times if len(times) else np.full(len(frame), check.NO_TIME)
    columns: dict[str, Floats] = {}
    for name in ("price", "amount"):
        if name not in frame.columns:  # said above
            continue
        with faults:
            columns[name] = check.numbers(frame, name, what, shown)
            kind = "a price" if name == "price" else "an amount"
            check.refuse(columns[name] <= 0, columns[name], shown, f"{kind} above 0 in column {name!r} of {what}")
    with faults:
        columns["bought"] = _bought(frame, what, shown)
    faults.stop()
    return _Trades(times, columns["price"], columns["amount"], columns["bought"])


def _bought(frame: pd.DataFrame, what: str, times: Integers) -> Floats:
    """Return 1 where the taker bought, 0 where he sold; NaN where no column says it."""
    named = next((name for name in (*_FLAGS, "side") if name in frame.columns), None)
    if named is None:
        return np.full(len(frame), np.nan)
    told = frame[named]
    if named == "side":
        values = _mapped(told, TAKERS)
        remedy = ". It is the side of the taker"
        if told.isin(["A"]).any():
            remedy += "; of Hyperliquid 'B' is a buy and 'A' a sell"
        check.refuse(np.isnan(values), told, times, f"'buy' or 'sell' in column 'side' of {what}", remedy)
        return values
    values = _mapped(told, _YES)
    bad = np.isnan(values)
    check.refuse(bad, told, times, f"1 or 0 ({_FLAGS[named]}) in column {named!r} of {what}")
    return values if named == "taker_buy" else 1.0 - values


def _mapped(told: pd.Series, known: dict[str, float]) -> Floats:
    """Return what each word of a column stands for, NaN where it is not known; each is looked up once."""
    codes, words = pd.factorize(told)
    meant = [known.get(str(word).strip().lower(), np.nan) for word in words]
    return np.array([*meant, np.nan])[codes]  # code -1, which is missing, is the last


def _made(trades: _Trades, step: int, width: float) -> tuple[dict[str, npt.NDArray[Any]], PricePath]:
    """Return the candles of trades that are all of theirs, and the way of price within them."""
    trades = _in_order(trades, step)
    opens, price = trades.time // step * step, trades.price
    starts = _begins(opens)
    ends = np.append(starts[1:], len(price)) - 1
    columns: dict[str, npt.NDArray[Any]] = {
        "time": opens[starts],
        "open": price[starts],
        "high": np.maximum.reduceat(price, starts),
        "low": np.minimum.reduceat(price, starts),
        "close": price[ends],
        "taker_buy_volume": np.add.reduceat(trades.amount * trades.bought, starts),
    }
    fresh = np.zeros(len(price), np.bool_)
    fresh[starts] = True
    runs = np.flatnonzero(fresh | np.append(True, price[1:] != price[:-1]))
    parts = runs[_breaks(price[runs].tolist(), fresh[runs].tolist(), math.exp(width))]
    path = PricePath(
        opens[parts],
        np.minimum.reduceat(price, parts),
        np.maximum.reduceat(price, parts),
        price[np.append(parts[1:], len(price)) - 1],
        np.add.reduceat(trades.amount, parts),
    )
    columns["volume"] = np.add.reduceat(path.volume, _begins(path.time))
    return columns, path


def _begins(values: npt.NDArray[Any]) -> Integers:
    """Return where a value differs from the one before; the first counts."""
    return np.append(0, np.flatnonzero(values[1:] != values[:-1]) + 1)


def _breaks(prices: list[float], fresh: list[bool], factor: float) -> list[int]:
    """Return where a new part begins: at a candle's first price, and where a part's range would pass the factor."""
    found = []
    low = high = 0.0
    for index, price in enumerate(prices):
        if fresh[index] or price > low * factor or price * factor < high:
            found.append(index)
            low = high = price
        elif price > high:
            high = price
        elif price < low:
            low = price
    return found


def _in_order(trades: _Trades, step: int) -> _Trades:
    """Return trades by time, those of one instant as one walk, whatever their order was.

    What was traded at once is walked upwards if takers bought more of it than they sold, else downwards: an order that
    eats through a book. Where sides are not known, the mean price beside that of the instant before decides.
    """
    if (np.diff(trades.time) > 0).all():
        return trades
    trades = trades.at(np.argsort(trades.time, kind="stable"))
    same = trades.time[1:] == trades.time[:-1]
    several = np.flatnonzero(np.append(False, same) | np.append(same, False))
    some = trades.at(several)
    order = several[np.lexsort((some.bought, some.amount, some.price, some.time))]
    trades = _replaced(trades, several, order)
    starts = _begins(trades.time)
    counts = np.diff(np.append(starts, len(trades.time)))
    net = np.add.reduceat(np.nan_to_num(trades.amount * (2 * trades.bought - 1)), starts)
    mean = np.add.reduceat(trades.price, starts) / counts
    within = np.append(False, np.diff(trades.time[starts] // step) == 0)
    net = np.where(net == 0, np.where(within, np.diff(mean, prepend=mean[:1]), 0.0), net)
    down = np.repeat(net < 0, counts)
    last = np.repeat(starts + counts - 1, counts) - (np.arange(len(down)) - np.repeat(starts, counts))
    return trades.at(np.where(down, last, np.arange(len(down))))


def _replaced(trades: _Trades, rows: Integers, by: Integers) -> _Trades:
    """Return trades with some rows taken from others."""
    order = np.arange(len(trades.time))
    order[rows] = by
    return trades.at(order)
