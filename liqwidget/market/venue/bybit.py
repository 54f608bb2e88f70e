"""Bybit: linear and inverse perpetual swaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.payload import POSITION_SIDES, Liquidated, fields, first, number, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.market.venue.instrument import Instrument

_PERIODS = ("5m", "15m", "30m", "1h", "4h", "1d")


class Bybit(Venue):
    """How its rows are read."""

    __slots__ = ()

    def lists(self, market: Mapping[str, Any]) -> bool:
        """Count contracts before their market opens too: they trade, and ccxt calls only the others active."""
        return Venue.lists(self, market) or fields(market.get("info")).get("status") == "PreLaunch"

    def contract_size(self, market: Mapping[str, Any]) -> float:
        """Return one: of inverse contracts ccxt gives the smallest order instead of one dollar."""
        return 1.0

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read singleOpenInterest, else half of openInterest [base; inverse: USD]."""
        single = first(fields(row), "singleOpenInterest")
        amount = first(fields(row), "openInterest") / self.interest_sides if math.isnan(single) else single
        return time_ms(fields(row)), amount

    def tells_liquidations(self, message: Mapping[str, Any]) -> bool:
        """Read the topic."""
        return str(message.get("topic")).startswith("allLiquidation.")

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated:
        """Read an order: `S` is the side of the POSITION, `p` the bankruptcy price."""
        return Liquidated(
            time=number(item.get("T")),
            side=POSITION_SIDES.get(str(item.get("S")).lower()),
            price=first(item, "p"),
            amount=first(item, "v"),
        )


BYBIT = Bybit(
    name="bybit",
    linear_class="bybit",
    inverse_class="bybit",
    linear_options={"fetchMarkets": {"types": ["linear"]}},
    inverse_options={"fetchMarkets": {"types": ["inverse"]}},
    quotes=("USDT", "USDC"),
    candle_page=1000,
    interest_history=_PERIODS,
    interest_page=200,
    interest_sides=2,
    interest_quoted=True,
    funding_page=200,
    funding_until="until",
    ratio_periods=_PERIODS,
    ratio_page=500,
    liquidation_stream="every order, at its bankruptcy price",
    liquidation_contract="s",
    tiers="public",
    book_rows=500,
    streams=("candles", "liquidations"),
    note="openInterest is documented as the sum of both sides: singleOpenInterest, or half of it, is taken",
)
"""What it publishes."""
