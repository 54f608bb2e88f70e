"""The venues that have public files, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.market.bulk import binance, bybit, okx

if TYPE_CHECKING:
    from liqwidget.market.bulk.archive import Archive

ARCHIVES: dict[str, Archive] = {one.venue: one for one in (binance.ARCHIVE, bybit.ARCHIVE, okx.ARCHIVE)}
