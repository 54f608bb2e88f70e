"""A user's frames, read: each column by name and unit, every fault named, every repair noted."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain import validation as check
from liqwidget.domain.candle_grid import candle_opens
from liqwidget.domain.columns import have_columns, words_of
from liqwidget.domain.mixture import refuse_mixture, refuse_other_values
from liqwidget.domain.plausible import MOST_SWING, PRICE_BOUNDS, known_values, odd_start
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.stamps import offsets_of, times_of
from liqwidget.domain.time import DAY, HOUR, duration_ns, timestamp
from liqwidget.errors import DataError

STAMP_TOLERANCE = 3_000_000_000
"""A stamp up to max(this [ns], 2 % of a candle) after a close counts as the close's: venues stamp late."""

PRICES = ("open", "high", "low", "close")
CANDLE_COLUMNS = (*PRICES, "volume")

_SAME_PRICE, _SAME_INTEREST = 1.02, 1.5
"""Rows of one market that tell of the same times are no further apart in the median."""
_ROUNDED, _FEW_ROWS = 1e-6, 3
_MIXED_UP = ". Are columns mixed up? Venues list open, high, low, close in other orders too"
MOST_WORTH = 1e12
"""Open interest of one contract is never worth more [dollars]: all of all coins together was a fifth of it."""
_WEAKEST = 1e5
"""A dollar is at most so many of another currency."""
_FAR_AHEAD = 10
"""Rows after the present that do not go on from those before within so many candles are wrong ones."""
_LEAP, _LASTING = 8.0, 4
"""No market opens so far from its last close, and stays there for so many candles."""
_DEAR_FUNDING = 0.003
"""No market pays so much in half of its periods."""
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
        have_columns(frame, CANDLE_COLUMNS, "candles", symbol)
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
            _refuse_wild(columns, shown)
            refuse_other_values(times, columns["close"], "candles", "'close'", _SAME_PRICE)
            _refuse_repeated(columns)
            _refuse_rescaled(columns)
            _refuse_mixed_up(columns, shown)
    if faults:
        return columns, 0, []
    keep, notes = check.in_order(times, "candles")
    offsets, clock = offsets_of(frame, times)
    columns = {name: column[keep] for name, column in columns.items()}
    columns["time"], step, found = candle_opens(columns["time"], offsets[keep], clock, length)
    notes += [check.repaired(text) for text in found]
    return columns, step, notes + _widened(columns)


def _refuse_wild(columns: Columns, times: Integers) -> None:
    """Refuse prices that no market has, and candles over which a price moved as no price does."""
    top, bottom = (pick([columns[name] for name in PRICES], axis=0) for pick in (np.max, np.min))
    least, most = PRICE_BOUNDS
    remedy = ". Give prices and amounts by another number of coins"
    check.refuse(bottom < least, bottom, times, f"prices of at least {least:g} in candles", remedy)
    check.refuse(top > most, top, times, f"prices of at most {most:g} in candles", remedy)
    expected = f"a high at most {MOST_SWING:,.0f} times the low in candles (columns {', '.join(map(repr, PRICES))})"
    check.refuse(top > MOST_SWING * bottom, top / bottom, times, expected, ". Leave such rows out of candles")


def _refuse_mixed_up(columns: Columns, times: Integers) -> None:
    """Refuse candles of which most have their open or close outside low to high."""
    top, bottom = (pick(columns["open"], columns["close"]) for pick in (np.maximum, np.minimum))
    outside = (top > columns["high"] * (1 + _ROUNDED)) | (bottom < columns["low"] * (1 - _ROUNDED))
    steps, backwards = (
        np.abs(np.log(begin[1:] / end[:-1]))
        for begin, end in ((columns["open"], columns["close"]), (columns["close"], columns["open"]))
    )
    # Of candles that stand still but for a few nothing is told.
    if (steps > _ROUNDED).sum() > _FEW_ROWS and (np.diff(times) > 0).all():
        outside |= steps.mean() > max(_JUMPS * backwards.mean(), _ROUNDED)
    if outside.sum() > max(len(outside) / 2, _FEW_ROWS):
        expected = "candles that open near the last close, with both inside low to high (column 'close')"
        check.refuse(outside, columns["close"], times, expected, _MIXED_UP)


def _refuse_repeated(columns: Columns) -> None:
    """Refuse rows of one time that open at different prices: those of a candle that still formed open at one."""
    times, opened = columns["time"], columns["open"]
    order = np.argsort(times, kind="stable")
    same = np.diff(times[order]) == 0
    apart = same & (np.abs(np.diff(np.log(opened[order]))) > _ROUNDED)
    if apart.sum() < _FEW_ROWS or 2 * apart.sum() <= same.sum():
        return
    row = int(np.argmax(apart))
    day, steps = bool((times % DAY == 0).all()), np.diff(times)
    back = steps[steps < 0]
    remedy = "Rows of several coins or venues? Take one"
    if len(back) and (back > -2 * HOUR).all() and len(back) <= _FEW_ROWS + len(times) * HOUR // (30 * DAY):
        remedy = "Times by a clock that is set back? Give them with .tz_localize(zone, ambiguous='infer')"
    elif day and apart.sum() >= len(times) // 2:
        remedy = "Days without hours? Times need the hour of each candle"
    message = (
        f"Expected one candle a time in candles, was rows of {timestamp(times[order][row])} that open at "
        f"{opened[order][row]:.8g} and {opened[order][row + 1]:.8g} (column 'open'); {int(apart.sum())} such rows. "
        f"{remedy}"
    )
    raise DataError(message)


def _refuse_rescaled(columns: Columns) -> None:
    """Refuse prices that go on from the candle before at another size, and stay there."""
    order = np.argsort(columns["time"], kind="stable")
    times, begin, end = (columns[name][order] for name in ("time", "open", "close"))
    steps = np.diff(times)
    if len(steps) < _LASTING or not (steps > 0).any():
        return
    leaps = np.abs(np.log(begin[1:] / end[:-1])) > np.log(_LEAP)
    for row in (np.flatnonzero(leaps & (steps <= 2 * np.median(steps[steps > 0]))) + 1).tolist():
        before, after = float(np.median(end[max(row - _LASTING, 0) : row])), float(np.median(end[row : row + _LASTING]))
        if abs(np.log(after / before)) < 0.5 * np.log(_LEAP) or len(end) - row < _LASTING:
            continue
        message = (
            f"Expected prices of candles in one unit, was open {begin[row]:.8g} at {timestamp(times[row])} after a "
            f"close of {end[row - 1]:.8g} (columns 'open', 'close'). Prices per 1,000 coins, or of another coin, from "
            "there on? Convert one part, or leave it out"
        )
        raise DataError(message)


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
    if 0 < ahead < len(candles["time"]):
        first, before = (int(candles["time"][-ahead - back]) for back in (0, 1))
        if first - before > max(_FAR_AHEAD * step, DAY):
            message = (
                f"Expected times of candles up to the present, was {timestamp(first)} after {timestamp(before)}; "
                f"{ahead} such rows. Leave them out of candles"
            )
            raise DataError(message)
    if ahead and last - now < step and ahead < len(candles["time"]):
        return now, [f"The candle of {timestamp(last)} opens after the present, by the clock of this machine: left out"]
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
            have_columns(frame, [name], "open_interest", symbol)
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


def unread_interest(candles: object) -> list[str]:
    """Return a note on open interest among the columns of candles, which is not read there."""
    names = [str(name) for name in getattr(candles, "columns", []) if {"interest", "oi"} & set(words_of(str(name)))]
    if not names:
        return []
    way = f"give open_interest=candles[[{names[0]!r}]], stamped when known"
    return [check.repaired(f"candles: column {names[0]!r} is not read there: {way}")]


def check_overlap(stamps: Integers, values: Floats, candles: Columns, step: int) -> None:
    """Refuse open interest without a value, and that of another time than the candles'.

    Raises
    ------
    DataError
        If no value is above 0, or none overlaps the candles.
    """
    end = candles["time"][-1] + step
    count = int((values > 0).sum())
    if not count:
        message = (
            f"Expected open_interest with values above 0, was {len(values)} rows without one. "
            "Leave it out: sizes are relative then"
        )
        raise DataError(message)
    if stamps[-1] < candles["time"][0] - DAY or stamps[0] > end + tolerance(step):
        span = f"{timestamp(stamps.min())} to {timestamp(stamps.max())}"
        message = (
            f"Expected open interest that overlaps the candles ({timestamp(candles['time'][0])} to {timestamp(end)}), "
            f"was {count} values above 0 from {span}"
        )
        raise DataError(message)


def plausible_interest(
    interest: Floats, candles: Columns, step: int, *, valued: bool, inverse: bool = False, quote: str = DOLLAR
) -> list[str]:
    """Return notes on open interest that is implausible beside volume and price; amounts are in `quote`.

    Raises
    ------
    DataError
        If another unit explains it.
    """
    found = check.implausible_interest(
        interest, candles["volume"], candles["close"], step, inverse=inverse and not valued
    )
    if found is None:
        _refuse_enormous(interest, candles["close"], quote, valued=valued)
        return []
    phrase, unit = found
    name = "open_interest_value" if valued else "open_interest"
    if unit == "contracts":
        remedy = "If it counts contracts, say what one is with contract_size= (of most inverse ones 100 or 10 dollars)"
    elif unit == "quote" and not valued:
        remedy = (
            "If it is in quote currency, rename the column to 'open_interest_value'; if in contracts, say what one is "
            "with contract_size="
        )
    elif unit is not None and valued:
        remedy = (
            "Is it in coins? Rename it to 'open_interest'. Does it count thousands or millions? Multiply it. Or is "
            "'volume' in quote currency? Divide it by 'close'"
        )
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


def _refuse_enormous(interest: Floats, close: Floats, quote: str, *, valued: bool) -> None:
    """Refuse open interest that is worth more than any market's, however large the volume beside it is said to be."""
    worth = float(np.median(interest)) * float(np.median(close))
    if worth <= (MOST_WORTH if quote == DOLLAR else MOST_WORTH * _WEAKEST):
        return
    remedy = (
        "If it is in quote currency, rename it to 'open_interest_value'; if it counts contracts, say contract_size=. "
        "Look at 'volume' of candles too: it is in coins"
    )
    name = "open_interest_value" if valued else "open_interest"
    message = (
        f"Expected column {name!r} of open_interest to be worth at most "
        f"{MOST_WORTH:,.0f} dollars, was {np.median(interest):,.6g} at a price of {np.median(close):,.6g}. "
        + ("Is it in another unit?" if valued else remedy)
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
            expected = "a rate between -1 and 1 in column 'funding_rate' of funding (0.0001 is 0.01 %)"
            check.refuse(np.abs(rates) > 1, rates, times, expected, ". Is it in per cent? Divide it by 100")
            if faults:
                return columns
            keep, _ = check.in_order(times, "funding")
            usual = float(np.median(np.abs(rates)))
            if len(rates) >= _FEW_ROWS and usual > _DEAR_FUNDING:
                check.repaired(
                    f"funding: {usual:.2%} in half of the rows (column 'funding_rate'); 0.0001 is 0.01 %: is it in per "
                    "cent? Divide it by 100"
                )
            columns = {"funding_time": times[keep], "funding_rate": rates[keep]}
    return columns
