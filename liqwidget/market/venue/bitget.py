"""Bitget: linear perpetual swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.payload import Taken, fields, first, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Ask


class Bitget(Venue):
    """How its rows are read."""

    __slots__ = ()

    async def taken(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Taken]:
        """Ask for the newest rows [coins]; ccxt has no method of its own for it, and no start can be given."""
        asked = {"symbol": instrument.id, "period": period}
        answer = await ask("request", "v2/mix/market/taker-buy-sell", ["public", "mix"], "GET", asked)
        rows = fields(answer).get("data")
        told = map(fields, rows if isinstance(rows, list) else [])
        return [Taken(time_ms(row), first(row, "buyVolume"), first(row, "sellVolume")) for row in told]

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read the size [base] of the first of a list."""
        whole = fields(row)
        listed = whole.get("openInterestList") or whole.get("list") or [whole]
        return time_ms(whole), first(fields(listed[0]), "size", "openInterest")


BITGET = Bitget(
    name="bitget",
    linear_class="bitget",
    inverse_class="",
    linear_options={"fetchMarkets": {"types": ["swap"]}},
    inverse_options={},
    quotes=("USDT", "USDC"),
    candle_page=200,
    candle_days=90,
    interest_history=(),
    funding_page=100,
    funding_until="",
    ratio_periods=("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"),
    ratio_page=500,
    taker_periods=("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"),
    taker_page=500,
    liquidation_stream="",
    tiers="public",
    book_rows="max",
    interest_doubt="says 'total open interest of the platform' and not whether that counts one side or both: one is "
    "taken, as of the venues that say so; a record of 2022 (89,482 BTC beside 84,617 at Binance) speaks for both, and "
    "its sizes would be half",
    note="the unit of the volume of its coin-margined contracts is not documented: they are not read",
)
"""What it publishes."""
