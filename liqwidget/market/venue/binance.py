"""Binance: USD-M and COIN-M perpetual swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.payload import ORDER_SIDES, Liquidated, Taken, fields, first, number, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Ask

_PERIODS = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")


class Binance(Venue):
    """How its rows are read."""

    __slots__ = ()

    async def taken(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Taken]:
        """Ask for takerlongshortRatio [coins], or takerBuySellVol of COIN-M, whose `...Value` is coins.

        ccxt has no method of its own for either.
        """
        asked = {"period": period, "startTime": start, "limit": self.taker_page}
        if instrument.inverse:
            asked |= {"pair": instrument.id.removesuffix("_PERP"), "contractType": "PERPETUAL"}
            rows = await ask("request", "takerBuySellVol", ["dapiData"], "GET", asked)
        else:
            rows = await ask("request", "takerlongshortRatio", ["fapiData"], "GET", asked | {"symbol": instrument.id})
        names = ("takerBuyVolValue", "takerSellVolValue") if instrument.inverse else ("buyVol", "sellVol")
        return [Taken(time_ms(row), *(first(row, name) for name in names)) for row in map(fields, rows)]

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read sumOpenInterest (history) or openInterest (now) [base; inverse: contracts]."""
        amount = first(fields(row), "sumOpenInterest", "openInterest")
        return time_ms(fields(row)), amount * (instrument.contract_size if instrument.inverse else 1.0)

    def liquidation_items(self, payload: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Read a frame of the stream, which holds one order."""
        body = fields(payload).get("data", payload)
        return Venue.liquidation_items(self, [fields(body).get("o", body)] if fields(body) else body)

    def tells_liquidations(self, message: Mapping[str, Any]) -> bool:
        """Read the name of the event."""
        return message.get("e") == "forceOrder"

    def as_by_rest(self, message: Mapping[str, Any], instrument: Instrument) -> Mapping[str, Any]:
        """Take the volume of inverse candles in coins: ccxt reads `v`, which is contracts, and by REST the coins."""
        candle = fields(message.get("k"))
        if not instrument.inverse or "q" not in candle:
            return message
        return {**message, "k": {**candle, "v": candle["q"]}}

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated:
        """Read an order: `S` is the side of the ORDER, `ap` the average fill, `z` what was filled."""
        filled = first(item, "ap")
        return Liquidated(
            time=number(item.get("T")),
            side=ORDER_SIDES.get(str(item.get("S")).lower()),
            price=filled if filled > 0 else first(item, "p"),
            amount=first(item, "z", "q") * (instrument.contract_size if instrument.inverse else 1.0),
        )


BINANCE = Binance(
    name="binance",
    linear_class="binanceusdm",
    inverse_class="binancecoinm",
    linear_options={"streamLimits": {"linear": 1}},
    inverse_options={"streamLimits": {"inverse": 1}},
    quotes=("USDT", "USDC"),
    candle_page=1000,
    inverse_candle_days=200,
    interest_history=_PERIODS,
    interest_page=500,
    interest_days=30,
    interest_quoted=True,
    funding_page=1000,
    funding_until="until",
    ratio_periods=_PERIODS,
    ratio_page=500,
    taker_periods=_PERIODS,
    taker_page=500,
    liquidation_stream="the last order of a second per symbol, so totals are lower bounds",
    liquidation_contract="s",
    tiers="key",
    book_rows=1000,
    streams=("candles", "liquidations"),
)
"""What it publishes."""
