"""Round times and prices on the axes of a static picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from liqwidget.domain.amount import MOST_DECIMALS, price_text
from liqwidget.domain.clocks import clock_offset, clock_text
from liqwidget.domain.time import DAY, MILLISECOND, MINUTE
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from liqwidget.picture.ink import Ink

_DAY_MS = DAY // MILLISECOND
_MINUTE_MS = MINUTE // MILLISECOND
_MONTH_MS = 30.436875 * _DAY_MS
_MONDAY = 3 * _DAY_MS
"""What a week began before 1970 did, so that steps of weeks begin on Mondays."""
_YEAR = 12
_TAG = 13
"""Pixels around the last price and around those that are named in which no other is written."""


def axis_decimals(price: tuple[float, float]) -> int:
    """Return how many decimals tell apart about ten prices of a range."""
    step = (price[1] - price[0]) / LOOK.axis_ticks
    return max(0, min(MOST_DECIMALS, math.ceil(-math.log10(step)))) if step > 0 else 2


def ticks(low: float, high: float, count: float) -> list[float]:
    """Return round values between two numbers, about `count` of them and no more."""
    raw = (high - low) / max(count, 1)
    if not (0 < raw < math.inf):
        return []
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 5, 10) if factor * power >= raw), raw)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Times [ms UTC], what is written there or '', and whose clocks it is, with the year if no text has it."""

    at: tuple[int, ...]
    text: tuple[str, ...]
    clocks: str


def time_axis(time: tuple[float, float], width: float, timezone: str) -> TimeAxis:
    """Return round times on the clocks of a time zone, a label every 80 to 140 pixels where the steps allow.

    Parameters
    ----------
    time : (float, float)
        From the left to the right edge [ms UTC].
    width : float
        Pixels.
    timezone : str
        See `liqwidget.domain.clocks`.
    """
    start, end = time
    whose = clock_text(end, timezone)
    if not (end > start and width > 0):
        return TimeAxis((), (), whose)
    pixel = (end - start) / width
    length, months = _step(pixel)
    at = _times(time, length, months, timezone)
    texts: list[str] = []
    year, named = 0, False
    for ms in at:
        clock = _clock(ms, timezone)
        midnight = (clock.hour, clock.minute) == (0, 0)
        day, own = f"{clock.day} {clock:%b}", f"{clock:%b}" if months < _YEAR else ""
        if not months:
            own = day if midnight else f"{clock:%H:%M}" if named else f"{day} {clock:%H:%M}"
        dated = bool(months) or midnight
        said = f"{own} {clock.year}".strip() if dated and clock.year != year else own or str(clock.year)
        # A label that the edge would cut is not written; the next one says what it would have.
        if min(ms - start, end - ms) / pixel < len(said) * LOOK.time_axis.letter / 2:
            texts.append("")
            continue
        texts.append(said)
        named, year = True, clock.year if dated else year
    return TimeAxis(tuple(at), tuple(texts), whose if year else f"{_clock(end, timezone).year} {whose}")


def clock_time(ms: float, timezone: str) -> str:
    """Return a time [ms UTC] as 14 Dec 09:35 on the clocks of a time zone."""
    clock = _clock(ms, timezone)
    return f"{clock.day} {clock:%b %H:%M}"


def _clock(ms: float, timezone: str) -> pd.Timestamp:
    return pd.Timestamp(round(ms) + clock_offset(ms, timezone), unit="ms")


def _step(pixel: float) -> tuple[float, int]:
    """Return the length of a step [ms], and how many whole months it is, 0 for none, where a pixel is so long [ms]."""
    look = LOOK.time_axis
    steps = [
        *((minutes * _MINUTE_MS, 0) for minutes in look.minutes),
        *((days * _DAY_MS, 0) for days in look.days),
        *((months * _MONTH_MS, months) for months in look.months),
    ]
    for number, (length, months) in enumerate(steps):
        if length / pixel >= look.least:
            before = steps[number - 1] if number else None
            far = length / pixel > look.most
            return before if before and far and before[0] / pixel >= look.nearest else (length, months)
    years = 10 ** math.ceil(math.log10(look.least * pixel / (_YEAR * _MONTH_MS)))
    return years * _YEAR * _MONTH_MS, years * _YEAR


def _times(time: tuple[float, float], length: float, months: int, timezone: str) -> list[int]:
    """Return the multiples of a step on the clocks of a time zone [ms UTC]."""
    first, last = (part + clock_offset(part, timezone) for part in time)
    if months:
        start, end = (_month(part) for part in (first, last))
        numbers = range(-(-start // months) * months, end + 1, months)
        found = [pd.Timestamp(n // _YEAR, n % _YEAR + 1, 1).value // MILLISECOND for n in numbers]
    else:
        step = round(length)
        shift = _MONDAY if step % (7 * _DAY_MS) == 0 else 0
        numbers = range(math.ceil((first + shift) / step), math.floor((last + shift) / step) + 1)
        found = [n * step - shift for n in numbers]
    utc = [clock - clock_offset(clock - clock_offset(clock, timezone), timezone) for clock in found]
    return [ms for ms in utc if time[0] <= ms <= time[1]]


def _month(ms: float) -> int:
    """Return how many months after the year 0 a time is."""
    there = pd.Timestamp(math.floor(ms), unit="ms")
    return there.year * _YEAR + there.month - 1


def draw_times(axes: Axes, timezone: str, ink: Ink) -> None:
    """Write round times under a panel whose axis is in days since 1970, and at its end whose clocks they are."""
    start, end = axes.get_xlim()
    axis = time_axis((start * _DAY_MS, end * _DAY_MS), axes.bbox.width, timezone)
    axes.set_xticks([ms / _DAY_MS for ms in axis.at], axis.text)
    axes.annotate(
        axis.clocks, (1, 0), xycoords="axes fraction", xytext=(6, -5), textcoords="offset points", va="top", fontsize=9,
        color=ink.faint,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedPrice:
    """A price that is named at the axis: what is written, and in which colour."""

    price: float
    text: str
    colour: str
    alpha: float


def free_prices(
    named: Sequence[NamedPrice], last: float, price: tuple[float, float], height: float
) -> list[NamedPrice]:
    """Return the named prices in sight that are written over neither the last price nor one before them."""
    apart = LOOK.label.line * (price[1] - price[0]) / height
    taken, free = [last], []
    for one in named:
        if price[0] <= one.price <= price[1] and all(abs(other - one.price) >= apart for other in taken):
            taken.append(one.price)
            free.append(one)
    return free


def draw_prices(axes: Axes, last: float, ink: Ink, tag: str, line: str, *, named: Sequence[NamedPrice] = ()) -> None:
    """Write round prices at the right, those that are named, and the last one on a tag where it is in sight.

    `line`: the colour of the line at the last price.
    """
    low, high = axes.get_ylim()
    decimals = axis_decimals((low, high))
    near = _TAG * (high - low) / axes.bbox.height
    named = free_prices(named, last, (low, high), axes.bbox.height)
    said = [last, *(one.price for one in named)]
    axes.yaxis.tick_right()
    prices = ticks(low, high, min(axes.bbox.height / LOOK.price_tick, (high - low) * 10**decimals))
    covered = [any(abs(price - other) < near for other in said) for price in prices]
    texts = ["" if hidden else price_text(price, decimals) for price, hidden in zip(prices, covered, strict=True)]
    axes.set_yticks(prices, texts)
    for one in named:
        axes.annotate(
            f" {one.text}", (1, one.price), xycoords=("axes fraction", "data"), va="center", fontsize=9, weight="bold",
            color=one.colour, alpha=one.alpha, zorder=6,
        )  # fmt: skip
    if low < last < high:
        axes.axhline(last, color=line, linewidth=0.9, linestyle=(0, (4, 3)), zorder=5)
        axes.annotate(
            f" {tag}", (1, last), xycoords=("axes fraction", "data"), va="center", fontsize=9, weight="bold",
            color=ink.background, bbox={"facecolor": ink.accent, "edgecolor": "none", "pad": 1.5}, zorder=7,
        )  # fmt: skip
