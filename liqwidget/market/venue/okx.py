"""OKX: linear and inverse perpetual swaps, counted in contracts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.payload import ORDER_SIDES, Liquidated, Taken, fields, first, number, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Ask

_SWAPS = {"fetchMarkets": {"types": ["swap"]}}
_LIQUIDATION_PAGES = 20
_SIDES = {"long": "long", "short": "short"}


class Okx(Venue):
    """How it is asked, and how its rows are read."""

    __slots__ = ()

    def candle_request(self, start: int, end: int) -> tuple[int | None, dict[str, Any]]:
        """End a request in time: it takes the end exclusively, the others inclusively."""
        return self.candle_page, {"until": end}

    def funding_request(self, start: int, end: int) -> dict[str, Any]:
        """End a request in time: exclusively."""
        return {self.funding_until: end}

    async def past_liquidations(self, ask: Ask, instrument: Instrument, start: int, end: int) -> tuple[list[Any], int]:
        """Ask for pages, newest first; ccxt has no method of its own for it."""
        asked = {"instType": "SWAP", "instFamily": instrument.id.removesuffix("-SWAP"), "state": "filled"}
        found: list[Any] = []
        before = end
        for _ in range(_LIQUIDATION_PAGES):
            page = {**asked, "after": str(before), "limit": str(self.liquidation_page)}
            answer = await ask("request", "public/liquidation-orders", ["public"], "GET", page)
            items = [item for name, item in self.liquidation_items(answer) if name == instrument.id]
            times = [number(item.get("ts")) for item in items]
            found += [item for item, time in zip(items, times, strict=True) if start <= time < before]
            oldest = min((time for time in times if time < before), default=math.nan)
            if not oldest > start:
                return found, start
            before = int(oldest)
        return found, before

    async def taken(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Taken]:
        """Ask for rows of time, sold, bought [coins: unit 0], newest first; ccxt has no method of its own for it."""
        asked = {"instId": instrument.id, "period": period.replace("h", "H").replace("d", "D"), "unit": "0",
                 "begin": str(start), "limit": str(self.taker_page)}  # fmt: skip
        answer = await ask("request", "rubik/stat/taker-volume-contract", ["public"], "GET", asked)
        rows = fields(answer).get("data")
        told = [row if isinstance(row, list) else [] for row in (rows if isinstance(rows, list) else [])]
        return [Taken(*(number(row[place]) for place in (0, 2, 1))) for row in told if len(row) > 2]  # noqa: PLR2004

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read the third part of a row of the history, or oiCcy [base], or else oi [contracts]."""
        if isinstance(row, Sequence) and not isinstance(row, str) and len(row) > 2:  # noqa: PLR2004
            return number(row[0]), number(row[2])
        amount = first(fields(row), "oiCcy")
        if math.isnan(amount) and not instrument.inverse:
            amount = first(fields(row), "oi") * instrument.contract_size
        return time_ms(fields(row)), amount

    def liquidation_items(self, payload: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Read the details, which stand under a contract each."""
        for contract, item in Venue.liquidation_items(self, payload):
            details = item.get("details")
            for part in details if isinstance(details, Sequence) else [item]:
                yield contract, part

    def tells_liquidations(self, message: Mapping[str, Any]) -> bool:
        """Read the channel."""
        return fields(message.get("arg")).get("channel") == "liquidation-orders" and "data" in message

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated:
        """Read a detail: `posSide` is the position's side ('net' or missing: by the order's `side`).

        `sz` is contracts, `bkPx` the bankruptcy price.
        """
        return Liquidated(
            time=number(item.get("ts")),
            side=_SIDES.get(str(item.get("posSide")).lower()) or ORDER_SIDES.get(str(item.get("side")).lower()),
            price=first(item, "bkPx"),
            amount=first(item, "sz") * instrument.contract_size,
        )


OKX = Okx(
    name="okx",
    linear_class="okx",
    inverse_class="okx",
    linear_options=_SWAPS,
    inverse_options=_SWAPS,
    quotes=("USDT", "USDC"),
    candle_page=300,
    interest_history=("5m", "1h", "1d"),
    interest_page=100,
    interest_rows=1440,
    funding_page=100,
    funding_until="after",
    ratio_periods=("5m", "1h", "1d"),
    ratio_page=100,
    taker_periods=("5m", "1h", "1d"),
    taker_page=100,
    liquidation_history="7d",
    liquidation_page=100,
    liquidation_stream="one order a second per contract, at its bankruptcy price",
    liquidation_contract="instId",
    tiers="public",
    book_rows=400,
    tier_limits="contracts",
    streams=("candles", "liquidations"),
)
"""What it publishes."""
