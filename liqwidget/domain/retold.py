"""The market that a ledger's rows tell of, for what is drawn beside the estimate: candles and open interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.frames import Liquidations, MarketData
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.trades import PricePath
from liqwidget.domain.whole_candles import candle_of, whole_candles

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger


def market_of(part: VenueLedger) -> MarketData:
    """Return the market of one venue's ledger; estimated again, it gives the same rows.

    A ledger does not hold opens: after a candle they are its close, as far as the next one's low and high allow, after
    a gap those that were told. Taker volume, funding and liquidations are not in a ledger.
    """
    rows = whole_candles(part.inputs)
    candles = np.flatnonzero(rows.are(RowKind.CANDLE) | rows.are(RowKind.PROVISIONAL))
    low, high = rows.low[candles], rows.high[candles]
    stamps, first = np.unique(rows.interest_time, return_index=True)
    known = ~np.isnan(rows.interest[first])
    nothing, no_times = np.empty(0), np.empty(0, np.int64)
    unfinished = rows.kind[-1] == RowKind.PROVISIONAL
    return MarketData(
        symbol=part.symbol,
        venue=part.venue,
        timeframe=part.timeframe,
        time=rows.time[candles - 1],
        open=np.clip(rows.close[candles - 1], low, high),
        high=high,
        low=low,
        close=rows.close[candles],
        volume=rows.volume[candles],
        taker_buy_volume=np.full(len(candles), np.nan),
        interest_time=stamps[known],
        interest=rows.interest[first][known],
        funding_time=no_times,
        funding_rate=nothing,
        liquidations=Liquidations(no_times, np.empty(0, np.int8), nothing, nothing),
        minimum_distance=part.minimum_distance,
        maintenance_margin_rate=part.maintenance_margin_rate,
        complete_until=int(rows.time[-1]) if unfinished else None,
        relative=part.relative,
        notes=part.notes,
        contract=part.contract,
        quote=part.quote,
        path=_path(part),
    )


def _path(part: VenueLedger) -> PricePath | None:
    """Return the way of price within candles that were made of trades; None where none was."""
    rows = part.inputs
    if not rows.are(RowKind.PART).any():
        return None
    _, several = np.unique(candle_of(rows.kind), return_counts=True)
    inside = np.repeat(several > 1, several)
    return PricePath(
        rows.time[inside] - part.timeframe,
        *(column[inside] for column in (rows.low, rows.high, rows.close, rows.volume)),
    )
