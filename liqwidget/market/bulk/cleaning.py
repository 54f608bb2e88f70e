"""Rows of files made sound: times in any unit as int64 ns, amounts in shown units, what cannot be is counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.plausible import MOST_SWING, PRICE_BOUNDS
from liqwidget.domain.time import DAY, EARLIEST, LATEST, how_counted, not_iso, time_index, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Frames = dict[str, pd.DataFrame]
"""By kind of the store."""

_MAGNITUDES = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000))
"""Numbers below this count this many ns: seconds, milliseconds, microseconds; what is larger is ns."""
_OWNED = {"buy": "short", "sell": "long", "long": "long", "short": "short"}
"""The side of the position that an order of this side closes, or that is named."""
_CANDLE = ("open", "high", "low", "close")
_RATE = 1.0
_FORMS = (
    "times as ISO 8601, such as 2024-01-31 13:00 (UTC where no zone is named), or as seconds, milliseconds, "
    "microseconds or nanoseconds since 1970,"
)
_REMEDY = ". Read the file with pandas, write its times so, and add the frame"


@dataclass(slots=True)
class Reading:
    """What the figures of a file count, and what was left out of it so far.

    Parameters
    ----------
    inverse : bool
        Whether a contract is an amount of quote currency.
    contract_size : float
        What one contract is [base], or [quote] if `inverse`.
    scale : float
        What one base unit of the file is in the shown one; prices are divided by it.
    step : int or None
        Length of a candle for which values between are wanted [ns].
    grid : int or None
        Length of the candles of the file [ns]; others are left out.
    unit : str or None
        What amounts count where a file does not say it: 'coins', 'contracts' or 'quote'.
    price_at : callable, optional
        Gives prices [quote/base, shown] at times [ns], NaN where none is known.
    """

    inverse: bool = False
    contract_size: float = 1.0
    scale: float = 1.0
    step: int | None = None
    grid: int | None = None
    unit: str | None = None
    price_at: Callable[[Integers], Floats] | None = None
    left_out: Counter[str] = field(default_factory=Counter)

    def kept(self, good: npt.NDArray[np.bool_], what: str) -> npt.NDArray[np.bool_]:
        """Count what is not good, and return what is."""
        if missing := int(len(good) - good.sum()):
            self.left_out[what] += missing
        return good

    def notes(self) -> list[str]:
        """Return what was left out, in words."""
        return [f"left out: {count:,} {what}" for what, count in self.left_out.items()]


def times_ns(values: pd.Series[Any]) -> Integers:
    """Return times as int64 ns UTC, shape (n,).

    Numbers count seconds, milliseconds, microseconds or nanoseconds by their size, each by itself: files of one market
    changed from one to another. Text is ISO 8601 or 2022.01.31 23:59; without a zone it is UTC.

    Raises
    ------
    DataError
        If one is no time from 2009 to 2100.
    """
    try:
        found = _read_times(values)
    except (ValueError, TypeError, OverflowError) as error:
        row = _first_unread(values)
        raise DataError(f"Expected {_FORMS} in column {values.name!r}, was {_shown(values.iloc[row], row)}") from error
    bad = (found < EARLIEST) | (found >= LATEST)
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"Expected times from 2009 to 2100 in column {values.name!r}, was {_shown(values.iloc[row], row)}"
        )
    return found


def _shown(value: Any, row: int) -> str:
    """Return a value that is no time, where it stands, and what may help."""
    if pd.isna(value):
        return f"missing in row {row}"
    text = str(value).strip()
    try:
        way = how_counted(float(text))
        hint = "" if way is None else f": {way} may read them"
    except ValueError:
        hint = not_iso(text)
    if re.fullmatch(r"(19|20)\d{6}(\.0)?", text):
        hint = ": digits of a day, which pandas.to_datetime(x, format='%Y%m%d', utc=True) reads"
    return f"{text!r:.40} in row {row}{hint}{_REMEDY if hint else ''}"


def _first_unread(values: pd.Series[Any]) -> int:
    """Return the first row with which a column cannot be read as times, which it cannot as a whole."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            _read_times(values.iloc[:middle])
            low = middle
        except (ValueError, TypeError, OverflowError):
            high = middle
    return low


def _read_times(values: pd.Series[Any]) -> Integers:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        found = pd.DatetimeIndex(pd.to_datetime(values, utc=True)).as_unit("ns").asi8
    elif pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        found = _counted(values.to_numpy())
    else:
        text = values.astype(str).str.strip()
        counts = pd.to_numeric(text, errors="coerce")
        if counts.notna().all():
            found = _counted(counts.to_numpy())
        else:
            dotted = text.str.match(r"\d{4}\.\d")
            text = text.str.replace(".", "-", n=2, regex=False).where(dotted, text)
            text = text.str.replace(r"\s*(?:UTC|GMT)$", "Z", regex=True)
            found = pd.DatetimeIndex(pd.to_datetime(text, utc=True, format="ISO8601")).as_unit("ns").asi8
    return np.asarray(found, dtype=np.int64)


def _counted(values: npt.NDArray[Any]) -> Integers:
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise ValueError("a time is missing")
        whole = np.empty(len(values), np.int64)
        for factor, part in _by_size(np.abs(values)):
            # A float holds seconds to a ten-millionth.
            whole[part] = np.rint(values[part] * min(factor, 1_000_000)).astype(np.int64) * max(factor // 1_000_000, 1)
        return whole
    whole = values.astype(np.int64)
    made = np.empty(len(whole), np.int64)
    for factor, part in _by_size(np.abs(whole)):
        made[part] = whole[part] * factor
    return made


def _by_size(sizes: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[np.bool_]]]:
    limits = [0.0, *(limit for limit, _ in _MAGNITUDES), np.inf]
    factors = [*(factor for _, factor in _MAGNITUDES), 1]
    return [
        (factor, (sizes >= low) & (sizes < high))
        for factor, low, high in zip(factors, limits[:-1], limits[1:], strict=True)
    ]


def numbers(frame: pd.DataFrame, name: Any) -> Floats:
    """Return a column as float64, shape (n,); NaN where there is no number."""
    return np.asarray(pd.to_numeric(frame[name], errors="coerce"), dtype=np.float64)


def candles(
    reading: Reading, time: Integers, prices: tuple[Floats, Floats, Floats, Floats], volume: Floats,
    taker_buy_volume: Floats | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return candles by UTC open: open, high, low, close [quote/base], volume and taker_buy_volume [base].

    Rows without four prices that can be, off the grid of candles, or with a high below the low are left out.
    """
    opened, high, low, close = prices
    top, bottom = np.fmax.reduce(prices), np.fmin.reduce(prices)
    good = np.all([np.isfinite(part) for part in prices], axis=0) & (high >= low)
    good &= (bottom >= PRICE_BOUNDS[0]) & (top <= PRICE_BOUNDS[1]) & (top <= MOST_SWING * bottom)
    good &= np.isnan(volume) | ((volume >= 0) & np.isfinite(volume))
    if reading.grid is not None and reading.grid <= DAY:
        good &= time % reading.grid == 0
    good = reading.kept(
        good, "candles whose prices or volume cannot be (missing, below 0, high below low, or off their grid)"
    )
    columns = dict(zip(_CANDLE, (opened, top, bottom, close), strict=True))
    columns = {name: part / reading.scale for name, part in columns.items()} | {"volume": volume * reading.scale}
    if taker_buy_volume is not None:
        columns["taker_buy_volume"] = np.where(taker_buy_volume >= 0, taker_buy_volume * reading.scale, np.nan)
    return _by_time(time, columns, good)


def interest(reading: Reading, time: Integers, amount: Floats, *, quoted: bool = False) -> pd.DataFrame:
    """Return open interest by UTC time: `open_interest` [base] or `open_interest_value` [quote].

    Values of 0 are left out: files have them where a venue did not count.
    """
    good = reading.kept(
        np.isfinite(amount) & (amount > 0), "values of open interest that cannot be (missing, 0 or below)"
    )
    column = {"open_interest_value": amount} if quoted else {"open_interest": amount * reading.scale}
    return _by_time(time, column, good)


def rates(reading: Reading, time: Integers, columns: dict[str, Floats], what: str) -> pd.DataFrame:
    """Return columns by UTC time; rows without any value that can be are left out."""
    limit = _RATE if "funding_rate" in columns else np.inf
    clean = {
        name: np.where(
            np.isfinite(part) & (np.abs(part) < limit) & ((part >= 0) | (name == "funding_rate")), part, np.nan
        )
        for name, part in columns.items()
    }
    good = np.any([np.isfinite(part) for part in clean.values()], axis=0)
    return _by_time(time, clean, reading.kept(good, what))


def funding(reading: Reading, time: Integers, rate: Floats) -> pd.DataFrame:
    """Return funding rates by UTC time, as fractions of a settlement's own period."""
    what = "funding rates that cannot be (missing, or of 100 % and more)"
    return rates(reading, time, {"funding_rate": rate}, what)


def liquidations(
    reading: Reading, time: Integers, side: pd.Series[Any], price: Floats, worth: Floats
) -> pd.DataFrame:  # fmt: skip
    """Return liquidations with a column `time`: side of the position, price [quote/base], size [quote]."""
    owned = side.astype(str).str.strip().str.lower().map(_OWNED)
    good = np.isfinite(price) & (price > 0) & np.isfinite(worth) & (worth > 0) & owned.notna().to_numpy()
    good = reading.kept(good, "liquidations that cannot be (without a side, a price or an amount above 0)")
    columns = {"time": time_index(time), "side": owned.to_numpy(), "price": price / reading.scale, "size": worth}
    return pd.DataFrame(columns)[good].reset_index(drop=True)


def trades(
    reading: Reading, time: Integers, price: Floats, amount: Floats, bought: npt.NDArray[np.bool_]
) -> pd.DataFrame:  # fmt: skip
    """Return trades with a column `time`: price [quote/base], amount [base], taker_buy: 1 where the taker bought."""
    good = reading.kept(
        (price > 0) & np.isfinite(price) & (amount > 0) & np.isfinite(amount),
        "trades that cannot be (without a price or an amount above 0)",
    )
    columns: dict[str, Any] = {
        "time": time_index(time), "price": price / reading.scale, "amount": amount * reading.scale,
        "taker_buy": bought.astype(np.float64),
    }  # fmt: skip
    return pd.DataFrame(columns)[good].reset_index(drop=True)


def longer(frame: pd.DataFrame, step: int, part: int) -> pd.DataFrame:
    """Return candles of `step` made of those of `part` [ns]; only those of which each part is there."""
    if frame.empty or step == part:
        return frame
    frame = frame[~frame.index.duplicated(keep="last")].sort_index()
    starts = pd.DatetimeIndex(frame.index).as_unit("ns").asi8 // step * step
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum", "taker_buy_volume": "sum"}
    grouped = frame.groupby(starts)
    made = grouped.agg({name: rule for name, rule in how.items() if name in frame})
    made = made[grouped.size() == step // part]
    return made.set_axis(time_index(made.index.to_numpy(np.int64)).rename("time"))


def step_of(time: Integers) -> int | None:
    """Return the usual distance of times [ns]; None for fewer than two."""
    apart = np.diff(np.unique(time))
    if not len(apart):
        return None
    lengths, counts = np.unique(apart, return_counts=True)
    return int(lengths[np.argmax(counts)])


def span_words(low: int, high: int) -> str:
    """Return the days of a span [ns], half-open, in words."""
    first, last = timestamp(low), timestamp(high - 1)
    return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _by_time(time: Integers, columns: dict[str, Floats], good: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: part[good] for name, part in columns.items()}, index=time_index(time[good]).rename("time")
    )
