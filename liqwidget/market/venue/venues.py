"""The venues that can be read, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.errors import DataError
from liqwidget.market.venue.binance import BINANCE
from liqwidget.market.venue.bitget import BITGET
from liqwidget.market.venue.bybit import BYBIT
from liqwidget.market.venue.gate import GATE
from liqwidget.market.venue.htx import HTX
from liqwidget.market.venue.hyperliquid import HYPERLIQUID
from liqwidget.market.venue.okx import OKX

if TYPE_CHECKING:
    from liqwidget.market.venue.venue import Venue

VENUES: dict[str, Venue] = {venue.name: venue for venue in (BINANCE, BYBIT, OKX, HYPERLIQUID, BITGET, GATE, HTX)}
"""By name, in the order in which they are asked and shown."""


def venue(name: object) -> Venue:
    """Return what one venue publishes, and how it is read.

    Raises
    ------
    DataError
        If the name is none of `VENUES`; the text lists them.
    """
    found = VENUES.get(str(name).strip().lower())
    if found is None:
        message = f"Expected a venue among {', '.join(VENUES)}, was {name!r:.60}"
        raise DataError(message)
    return found
