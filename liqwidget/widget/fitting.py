"""The price range that a view opens with: around its candles, far enough that the next levels are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.look import LOOK

if TYPE_CHECKING:
    from liqwidget.widget.protocol import Interval


def fitted_price(low: float, high: float, hours: float) -> Interval:
    """Return the price range of a view whose candles of so many hours reach from `low` to `high` [quote/base]."""
    room = LOOK.fit
    reach = room.reach * min(hours / room.reach_hours, 1.0) ** 0.5
    padding = max(room.padding * (high - low), max(reach, room.least) * high)
    return max(low - padding, low * room.lowest), high + padding
