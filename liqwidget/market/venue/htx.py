"""HTX: linear and inverse perpetual swaps, whose figures count both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import duration_ns
from liqwidget.market.venue.payload import ORDER_SIDES, POSITION_SIDES, Liquidated, fields, first, number, time_ms
from liqwidget.market.venue.venue import Venue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.market.venue.instrument import Instrument


class Htx(Venue):
    """How it is asked, and how its rows are read."""

    __slots__ = ()

    def candle_request(self, start: int, end: int) -> tuple[int | None, dict[str, Any]]:
        """Set no limit: it ignores the times as soon as there is one."""
        return None, {"until": end - 1}

    def interest_request(self, start: int, end: int, period: int) -> tuple[int | None, int, dict[str, Any]]:
        """Ask for the newest page, in coins: it cannot be asked for a time."""
        return None, self.interest_page, {"amount_type": 2}

    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Read amount, or in the history volume as asked for in coins [base, both sides]."""
        history = "amount_type" in fields(row)
        return time_ms(fields(row)), first(fields(row), "volume" if history else "amount") / self.interest_sides

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated:
        """Read an order: `position_side`, else the order's `direction`; `trade_turnover` is quote currency."""
        position = POSITION_SIDES.get(str(item.get("position_side")).lower())
        return Liquidated(
            time=number(item.get("liquidation_time", item.get("created_at"))),
            side=position or ORDER_SIDES.get(str(item.get("direction")).lower()),
            price=first(item, "bankrupt_price", "price"),
            amount=first(item, "volume") * instrument.contract_size,
            worth=first(item, "trade_turnover"),
        )


def _swaps(kind: str) -> Mapping[str, object]:
    return {"fetchMarkets": {"types": {"spot": False, "linear": kind == "linear", "inverse": kind == "inverse"}}}


HTX = Htx(
    name="htx",
    linear_class="htx",
    inverse_class="htx",
    linear_options=_swaps("linear"),
    inverse_options=_swaps("inverse"),
    quotes=("USDT",),
    candle_page=1000,
    candle_parts={"1d": "4h"},
    candle_sides=2,
    interest_history=("1h", "4h", "12h", "1d"),
    interest_page=200,
    interest_rows=200,
    interest_sides=2,
    interest_windowed=False,
    funding_page=100,
    funding_until="end_time",
    liquidation_history="1d",
    liquidation_page=100,
    liquidation_window=duration_ns("2h"),
    liquidation_stream="",
    liquidation_contract="contract_code",
    tiers="public",
    tier_limits="contracts",
    note="volume and open interest are documented as the sum of both sides and are halved; its days begin at 16:00 "
    "UTC, so days are made of its 4h candles",
)
"""What it publishes."""
