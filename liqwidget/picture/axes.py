"""Round times and prices on the axes of a static picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from liqwidget.domain.amount import price_text
from liqwidget.domain.time import DAY, HOUR, MILLISECOND, MINUTE
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from liqwidget.picture.ink import Ink

_DAY_MS = DAY // MILLISECOND
_APART = 95
"""Pixels between two times, at least."""
_STEPS = (
    *(MINUTE * n for n in (1, 5, 15, 30)),
    *(HOUR * n for n in (1, 2, 3, 6, 12)),
    *(DAY * n for n in (1, 2, 4, 7, 14, 28, 56, 112, 365)),
)
_YEARS_FROM = 112 * DAY
_PRICES, _TALL = 10, 22
"""At most about so many prices, each with at least so many pixels."""
_HALF_A_TEXT = 12
_TAG = 13
"""Pixels around the last price in which no other is written."""


def axis_decimals(price: tuple[float, float]) -> int:
    """Return how many decimals tell apart about ten prices of a range."""
    step = (price[1] - price[0]) / LOOK.axis_ticks
    return max(0, min(10, math.ceil(-math.log10(step)))) if step > 0 else 2


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return round values between two numbers, about `count` of them."""
    raw = (high - low) / max(count, 1)
    if not (0 < raw < math.inf):
        return []
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 5, 10) if factor * power >= raw), raw)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def draw_times(axes: Axes) -> None:
    """Write round times, UTC, under a panel whose axis is in days since 1970: days, or the clock."""
    start, end = axes.get_xlim()
    least = (end - start) * DAY * _APART / axes.bbox.width
    step = next((step for step in _STEPS if step >= least), _STEPS[-1])
    first = math.ceil(start * DAY / step)
    ticks = [number * step for number in range(first, math.floor(end * DAY / step) + 1)]
    clipped = start + _HALF_A_TEXT * (end - start) / axes.bbox.width
    texts = [_time_text(tick, step) if tick / DAY > clipped else "" for tick in ticks]
    axes.set_xticks([tick / DAY for tick in ticks], texts)


def _time_text(tick: int, step: int) -> str:
    time = pd.Timestamp(tick, tz="UTC")
    if step >= _YEARS_FROM:
        return f"{time:%b %Y}"
    return f"{time:%d %b}" if tick % DAY == 0 else f"{time:%H:%M}"


def draw_prices(axes: Axes, last: float, ink: Ink, tag: str) -> None:
    """Write round prices at the right, and the last one on a tag where it is in sight."""
    low, high = axes.get_ylim()
    decimals = axis_decimals((low, high))
    near = _TAG * (high - low) / axes.bbox.height
    axes.yaxis.tick_right()
    prices = ticks(low, high, min(_PRICES, int(axes.bbox.height / _TALL)))
    texts = ["" if abs(price - last) < near else price_text(price, decimals) for price in prices]
    axes.set_yticks(prices, texts)
    if low < last < high:
        axes.axhline(last, color=ink.accent, linewidth=0.9, linestyle=(0, (4, 3)), zorder=5)
        axes.annotate(
            f" {tag}", (1, last), xycoords=("axes fraction", "data"), va="center", fontsize=9, weight="bold",
            color=ink.background, bbox={"facecolor": ink.accent, "edgecolor": "none", "pad": 1.5}, zorder=7,
        )  # fmt: skip
