"""The read-out under the pointer: exact numbers of one price cell at a time, as the front end reads them."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.raster.quantise import HOTTEST
from liqwidget.study.reading import read_out

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger


def reading_state(ledger: Ledger, time: int, price: float, ends: tuple[float, float], **shown: Any) -> dict[str, Any]:
    """Return exact numbers at a time [ns] and price [quote/base]: the parts of a 'reading' answer.

    `ends`: the heat that is black, and that which is brightest; `shown`: horizon, leverage, venues.

    Returns
    -------
    dict
        As `liqwidget.study.reading.Reading`, but times in ms, `heat` as the picture shows it (0 to 100 of its window,
        None where there is none) and `last_price` None before the first close.
    """
    found = read_out(ledger, price, timestamp(time), **shown)
    return {
        "time": found.time / MILLISECOND,
        "price": found.price,
        "price_low": found.price_low,
        "price_high": found.price_high,
        "last_price": found.last_price if found.last_price > 0 else None,
        "distance_pct": found.distance_pct,
        "chance": found.chance,
        "long": asdict(found.long),
        "short": asdict(found.short),
        "heat": shown_heat(found.heat, ends),
        "swept": None if found.swept is None else found.swept / MILLISECOND,
        "venue_mix": found.venue_mix,
        "leverage_mix": found.leverage_mix,
    }


def shown_heat(value: float, ends: tuple[float, float]) -> float | None:
    """Return heat per price cell as a picture shows it, 0 to 100; None where it shows none."""
    black, white = ends
    if not white > black >= 0 or math.isnan(value):
        return None
    return float(min(max((value - black) / (white - black), 0.0), 1.0) * HOTTEST)
