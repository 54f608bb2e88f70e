"""Hyperliquid: perpetual swaps settled in USDC."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.payload import fields, first, number, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Ask

_MAINTENANCE = 0.5
"""Maintenance margin is half of the initial margin at the largest leverage (its documents, 'Margining')."""


class Hyperliquid(Venue):
    """How its rows are read."""

    __slots__ = ()

    async def more_markets(self, ask: Ask, api: Any, coin: str) -> list[Any]:
        """Ask for the list of a builder, who stands before the coin: XYZ-NVDA."""
        builder, dash, _ = coin.partition("-")
        if not dash:
            return []
        api.options["fetchMarkets"] = {**api.options["fetchMarkets"], "hip3": {"dexes": [builder.lower()]}}
        return list(await ask("fetch_hip3_markets"))

    async def margin_tiers(self, ask: Ask, instrument: Instrument, market: Any) -> list[Any]:
        """Return the one tier that the list of contracts tells."""
        most = number(fields(market.get("info")).get("maxLeverage"))
        return [{"maxLeverage": most, "maintenanceMarginRate": _MAINTENANCE / (most or math.nan)}]

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read openInterest [base]."""
        return time_ms(fields(row)), first(fields(row), "openInterest")


HYPERLIQUID = Hyperliquid(
    name="hyperliquid",
    linear_class="hyperliquid",
    inverse_class="",
    linear_options={"fetchMarkets": {"types": ["swap"]}},
    inverse_options={},
    quotes=("USDC",),
    candle_page=1000,
    candle_rows=5000,
    interest_history=(),
    funding_page=500,
    funding_until="until",
    liquidation_stream="",
    tiers="public",
)
"""What it publishes."""
