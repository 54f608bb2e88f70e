"""A user's frames, read: each column by name and unit, every fault named, every repair noted."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain import validation as check
from liqwidget.domain.columns import have_columns
from liqwidget.domain.mixture import refuse_mixture, refuse_other_values
from liqwidget.domain.plausible import known_values, odd_start
from liqwidget.domain.stamps import candle_opens, clock_of, times_of
from liqwidget.domain.time import DAY, duration_ns, timestamp
from liqwidget.errors import DataError

STAMP_TOLERANCE = 3_000_000_000
"""A stamp up to max(this [ns], 2 % of a candle) after a close counts as the close's: venues stamp late."""

CANDLE_COLUMNS = ("open", "high", "low", "close", "volume")

_SAME_PRICE, _SAME_INTEREST = 1.02, 1.5
"""Rows of one market that tell of the same times are no further apart in the median."""
_ROUNDED, _FEW_ROWS = 1e-6, 3
_MIXED_UP = ". Are columns mixed up? Venues list open, high, low, close in other orders too"
_JUMPS = 20.0
"""From a close to the next open is no more than so many times what it is from an open to the next close."""

Columns = dict[str, Any]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def tolerance(timeframe: int) -> int:
    """Return how late a stamp may be and still count for a close [ns]."""
    return max(STAMP_TOLERANCE, timeframe // 50)


def read_candles(given: object, timeframe: object, symbol: str, faults: check.Faults) -> tuple[Columns, int, list[str]]:
    """Return the columns by name with `time`, the length of a candle [ns], and notes.

    Raises
    ------
    DataError
        If it is no frame or has no times.
    """
    frame = check.checked_frame(given, "candles")
    with faults:
        refuse_mixture(frame, "candles", symbol)
    with faults:
        have_columns(frame, CANDLE_COLUMNS, "candles")
    with faults:
        length = None if timeframe is None else duration_ns(timeframe)
    times = np.empty(0, np.int64)
    with faults:
        times = times_of(frame, "candles")
    # What stands in rows is named by their times too.
    shown = times if len(times) else np.full(len(frame), check.NO_TIME)
    columns: Columns = {"time": times}
    for name in (*CANDLE_COLUMNS, "taker_buy_volume"):
        if name not in frame.columns:
            columns[name] = np.full(len(frame), np.nan)
            continue
        amount = name.endswith("volume")
        with faults:
            columns[name] = check.numbers(frame, name, "candles", shown, missing=amount)
            if amount:
                below = f"a volume of at least 0 in column {name!r} of candles"
                check.refuse(columns[name] < 0, columns[name], shown, below)
            else:
                check.positive([(name, columns[name])], shown, "candles")
    with faults:
        if not faults:
            high, low = columns["high"], columns["low"]
            check.refuse(high < low, high, shown, "high at or above low in candles (column 'high')", _MIXED_UP)
            refuse_other_values(times, columns["close"], "candles", "'close'", _SAME_PRICE)
            _refuse_mixed_up(columns, shown)
    if faults:
        return columns, 0, []
    keep, notes = check.in_order(times, "candles")
    columns = {name: column[keep] for name, column in columns.items()}
    columns["time"], step, found = candle_opens(columns["time"], clock_of(frame), length)
    notes += [check.repaired(text) for text in found]
    return columns, step, notes + _widened(columns)


def _refuse_mixed_up(columns: Columns, times: Integers) -> None:
    """Refuse candles of which most have their open or close outside low to high."""
    top, bottom = (pick(columns["open"], columns["close"]) for pick in (np.maximum, np.minimum))
    outside = (top > columns["high"] * (1 + _ROUNDED)) | (bottom < columns["low"] * (1 - _ROUNDED))
    steps, backwards = (
        float(np.abs(np.log(begin[1:] / end[:-1])).mean()) if len(times) > _FEW_ROWS else 0.0
        for begin, end in ((columns["open"], columns["close"]), (columns["close"], columns["open"]))
    )
    outside |= (np.diff(times, prepend=times[:1] - 1) > 0).all() and steps > max(_JUMPS * backwards, _ROUNDED)
    if outside.sum() > max(len(outside) / 2, _FEW_ROWS):
        expected = "candles that open near the last close, with both inside low to high (column 'close')"
        check.refuse(outside, columns["close"], times, expected, _MIXED_UP)


def _widened(columns: Columns) -> list[str]:
    """Widen highs and lows to hold open and close, and make the columns read-only; return notes."""
    top = np.max([columns[name] for name in ("open", "high", "close")], axis=0)
    bottom = np.min([columns[name] for name in ("open", "low", "close")], axis=0)
    count = int(((top > columns["high"]) | (bottom < columns["low"])).sum())
    columns["high"], columns["low"] = top, bottom
    for column in columns.values():
        column.flags.writeable = False
    text = f"candles: {count} rows had open or close outside low to high; low and high were widened"
    return [check.repaired(text)] if count else []


def completion(candles: Columns, step: int, limit: int | None) -> tuple[int | None, list[str]]:
    """Return up to when candles are complete [ns], None where all are, and notes.

    A last candle that would close after the present still forms.

    Raises
    ------
    DataError
        If no candle has begun by the time given.
    """
    if limit is not None:
        if limit <= candles["time"][0]:
            message = (
                f"Expected complete_until after the first open {timestamp(candles['time'][0])}, was {timestamp(limit)}"
            )
            raise DataError(message)
        return limit, []
    now, last = time.time_ns(), int(candles["time"][-1])
    if last + step <= now:
        return None, []
    ahead = int((candles["time"] >= now).sum())
    if ahead:
        return None, [f"candles: {ahead} open after the present; they were taken as given"]
    return now, [f"The candle of {timestamp(last)} had not closed when it was read: it is provisional"]


def read_interest(given: object, symbol: str, faults: check.Faults) -> tuple[Integers, Floats, bool, list[str]]:
    """Return stamps [ns], open interest [base, contracts or quote], whether it is quote, and notes.

    Values that are missing, below 0 or endless are left out; a 0 that lasts is a value.
    """
    times, values, notes = np.empty(0, np.int64), np.empty(0), list[str]()
    valued = False
    if given is None:
        return times, values, valued, notes
    with faults:
        frame = check.checked_frame(given, "open_interest")
        with faults:
            refuse_mixture(frame, "open_interest", symbol)
        valued = "open_interest" not in frame.columns and "open_interest_value" in frame.columns
        name = "open_interest_value" if valued else "open_interest"
        with faults:
            have_columns(frame, [name], "open_interest")
        times = times_of(frame, "open_interest")
        if name in frame.columns:
            values = check.numbers(frame, name, "open_interest", times, missing=True, endless=True)
    if not len(times) or len(values) != len(times):
        return times, np.full(len(times), np.nan), valued, notes
    with faults:
        refuse_other_values(times, values, "open_interest", repr(name), _SAME_INTEREST)
    if faults:
        return times, values, valued, notes
    keep, notes = check.in_order(times, "open_interest")
    wrong = (values < 0) | np.isinf(values)
    if wrong.any() and (values > 0).any():
        row = int(np.argmax(wrong))
        text = f"first row {row} ({timestamp(times[row])}) is {values[row]:g}"
        notes.append(f"open_interest: {int(wrong.sum())} values below 0 or endless were left out, {text}")
    keep = keep[known_values(values[keep])]
    if odd := odd_start(values[keep]):
        text = f"first {timestamp(times[keep[0]])}, {values[keep[0]]:,.6g}"
        notes.append(
            f"open_interest: the first {odd} values stand far above those after them and were left out, {text}"
        )
        keep = keep[odd:]
    if not len(keep):
        # The span stands in the sentence that says that nothing overlaps.
        return times, np.full(len(times), np.nan), valued, notes
    return times[keep], values[keep], valued, notes


def check_overlap(stamps: Integers, values: Floats, candles: Columns, step: int) -> None:
    """Refuse open interest of another time than the candles'.

    Raises
    ------
    DataError
        If none overlaps the candles.
    """
    end = candles["time"][-1] + step
    count = int((values > 0).sum())
    if not count or stamps[-1] < candles["time"][0] - DAY or stamps[0] > end + tolerance(step):
        span = f"{timestamp(stamps.min())} to {timestamp(stamps.max())}"
        message = (
            f"Expected open interest that overlaps the candles ({timestamp(candles['time'][0])} to {timestamp(end)}), "
            f"was {count} values above 0 from {span}"
        )
        raise DataError(message)


def plausible_interest(interest: Floats, candles: Columns, step: int, *, valued: bool) -> list[str]:
    """Return notes on open interest that is implausible beside volume and price.

    Raises
    ------
    DataError
        If another unit explains it.
    """
    found = check.implausible_interest(interest, candles["volume"], candles["close"], step)
    if found is None:
        return []
    phrase, unit = found
    name = "open_interest_value" if valued else "open_interest"
    if unit == "quote" and not valued:
        remedy = (
            "If it is in quote currency, rename the column to 'open_interest_value'; if in contracts, say what one is "
            "with contract_size="
        )
    elif unit is not None and valued:
        remedy = "Is it in coins? Rename it to 'open_interest'. Or is 'volume' in quote currency? Divide it by 'close'"
    elif unit is not None:
        remedy = "Is column 'volume' of candles in quote currency? Divide it by 'close'"
    else:
        text = f"open_interest: {phrase}: check the units of column {name!r} and of 'volume' [coins]"
        text += "" if valued else "; contracts need contract_size="
        return [check.repaired(text)]
    message = (
        f"Expected column {name!r} of open_interest and 'volume' of candles in their units, was {phrase}. {remedy}"
    )
    raise DataError(message)


def read_funding(given: object, symbol: str, faults: check.Faults) -> Columns:
    """Return times [ns] and rates in order, as fields of `MarketData`."""
    columns: Columns = {"funding_time": np.empty(0, np.int64), "funding_rate": np.empty(0)}
    if check.absent(given):
        return columns
    with faults:
        frame = check.checked_frame(given, "funding")
        with faults:
            refuse_mixture(frame, "funding", symbol)
        with faults:
            have_columns(frame, ["funding_rate"], "funding")
        times = times_of(frame, "funding")
        if "funding_rate" in frame.columns:
            rates = check.numbers(frame, "funding_rate", "funding", times)
            if faults:
                return columns
            keep, _ = check.in_order(times, "funding")
            columns = {"funding_time": times[keep], "funding_rate": rates[keep]}
    return columns
