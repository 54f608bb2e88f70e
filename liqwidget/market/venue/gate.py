"""Gate: linear and inverse perpetual swaps, counted in contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import duration_ns
from liqwidget.market.venue.payload import SECONDS, Liquidated, Taken, fields, first, number
from liqwidget.market.venue.venue import Venue, raw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Ask

_SWAPS = {"fetchMarkets": {"types": ["swap"]}}
_PERIODS = ("5m", "15m", "30m", "1h", "4h", "1d")


class Gate(Venue):
    """How it is asked, and how its rows are read."""

    __slots__ = ()

    def interest_request(self, start: int, end: int, period: int) -> tuple[int | None, int, dict[str, Any]]:
        """End a request by the number of its rows."""
        return start, (end - start) // period, {}

    def liquidation_request(self, start: int, end: int) -> dict[str, Any]:
        """Give the times in seconds: ccxt passes milliseconds where it takes seconds."""
        return {"from": start // SECONDS, "to": end // SECONDS}

    async def ratios(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Any]:
        """Read the statistics that open interest comes with."""
        rows = await ask("fetch_open_interest_history", instrument.symbol, period, start, self.ratio_page)
        return [row | {"longShortRatio": number(raw(row).get("lsr_account"))} for row in rows]

    async def taken(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Taken]:
        """Read the ratio in the statistics that open interest comes with; amounts are not told."""
        rows = await ask("fetch_open_interest_history", instrument.symbol, period, start, self.taker_page)
        told = [fields(raw(row)) for row in rows]
        return [Taken(number(row.get("time")) * SECONDS, ratio=number(row.get("lsr_taker"))) for row in told]

    def volume(self, volume: float, close: float, instrument: Instrument) -> float:
        """Return base units of contracts."""
        return volume * instrument.contract_size / (close if instrument.inverse else 1.0) / self.candle_sides

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read open_interest [contracts, both sides]."""
        amount = first(fields(row), "open_interest") * instrument.contract_size / self.interest_sides
        return number(fields(row).get("time")) * SECONDS, amount

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated:
        """Read an order: the sign of `size` is that of the POSITION, `order_size` what this order closes.

        `size` counts a position that is closed in steps again at each.
        """
        held = first(item, "size")
        closed = abs(first(item, "order_size", "size")) - abs(first({"left": 0} | dict(item), "left"))
        return Liquidated(
            time=number(item.get("time")) * SECONDS,
            side="long" if held > 0 else "short" if held < 0 else None,
            price=first(item, "fill_price", "order_price"),
            amount=closed * instrument.contract_size,
        )


GATE = Gate(
    name="gate",
    linear_class="gate",
    inverse_class="gate",
    linear_options=_SWAPS | {"swap": {"fetchMarkets": {"settlementCurrencies": ["usdt"]}}},
    inverse_options=_SWAPS | {"swap": {"fetchMarkets": {"settlementCurrencies": ["btc"]}}},
    quotes=("USDT",),
    candle_page=1000,
    candle_rows=10_000,
    interest_history=_PERIODS,
    interest_page=100,
    interest_sides=2,
    interest_quoted=True,
    interest_now=False,
    funding_page=1000,
    funding_until="until",
    ratio_periods=_PERIODS,
    ratio_page=100,
    taker_periods=_PERIODS,
    taker_page=100,
    liquidation_history="1h",
    liquidation_page=1000,
    liquidation_window=duration_ns("1h"),
    liquidation_stream="",
    liquidation_contract="contract",
    tiers="public",
    book_rows=300,
    note="open interest of its statistics counts both sides and is halved",
)
"""What it publishes."""
