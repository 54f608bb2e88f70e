"""`MarketData.from_trades`: a market made of trades instead of candles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

import pandas as pd

from liqwidget.domain.lattice import CELL
from liqwidget.domain.time import duration_ns
from liqwidget.domain.trades import made_of_trades
from liqwidget.domain.validation import is_frame
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable


class FromTrades:
    """What can be made of trades, since it can be made of candles."""

    __slots__ = ()

    @classmethod
    def from_trades(
        cls,
        trades: pd.DataFrame | Iterable[pd.DataFrame],
        open_interest: pd.DataFrame | None = None,
        *,
        symbol: str = "BTC",
        venue: str = "binance",
        timeframe: str = "5m",
        width: float = CELL,
        funding: pd.DataFrame | None = None,
        liquidations: pd.DataFrame | None = None,
        minimum_distance: float | None = None,
        complete_until: Any = None,
        contract: str | None = None,
        contract_size: float | None = None,
    ) -> Self:
        """Validate trades, in one frame or in chunks that are read one by one, and make candles of them.

        Beside the candles stands the way that price took within each: the estimate then sweeps in the order of the
        trades, and what opens stands at their prices. Clock and open interest are those of the candles, shared out by
        traded amount. A trade opens a long and a short, whoever was the taker; his side tells in which order trades of
        one instant walked the book, and is kept as taker volume.

        Memory holds one chunk, the trades of one candle, and what is made: a part of the way wherever price left the
        width, however many trades that took.

        Parameters
        ----------
        trades : DataFrame, or iterable of DataFrame
            Aggregated trades or single ones: price [quote/base], amount [base], and ``taker_buy`` (1 where the taker
            bought, else 0), Binance's ``is_buyer_maker``, or ``side`` ('buy' / 'sell', of the taker) if it is known; a
            UTC DatetimeIndex or a `time` column. Chunks from the oldest to the newest, within a chunk in any order.
            `liqwidget.store.chunks` gives stored trades day by day.
        open_interest, symbol, venue, funding, liquidations, minimum_distance, complete_until, contract, contract_size
            As for `MarketData.from_frames`. Trades that end within a candle leave it complete, unless `complete_until`
            says that it is not.
        timeframe : str
            Length of the candles. A candle is known at its close, and what is drawn changes then. One in which nothing
            was traded stands still at the last price; in a silence of more than an hour candles are missing.
        width : float
            Trades that follow each other within so much of ln(price), at most 0.001, share one entry in the middle of
            their range; 0.0002 by default, the width on which touches are decided, so that an entry lies within one
            basis point of each trade. 0 gives every change of price its own, and a larger ledger.

        Raises
        ------
        DataError
            If columns are missing, values cannot be used, or chunks are not in time order; the text names each column,
            row and expectation.

        Examples
        --------
        >>> import pandas as pd
        >>> from liqwidget import MarketData, estimate
        >>> times = pd.date_range("2026-01-01", periods=4, freq="15min", tz="UTC")
        >>> trades = pd.DataFrame({"price": [100.0, 101, 99, 100], "amount": 1.0, "side": "buy"}, index=times)
        >>> market = MarketData.from_trades([trades[:2], trades[2:]], symbol="BTC", timeframe="1h")
        >>> market
        MarketData('BTC', 'binance', 1 x 1h, 2026-01-01 00:00:00+00:00 to 2026-01-01 01:00:00+00:00)
        >>> len(estimate(market).venue("binance").time)
        5
        """
        step = duration_ns(timeframe)
        one = is_frame(trades) or isinstance(trades, pd.Series)
        if not one and not hasattr(trades, "__iter__"):
            message = f"Expected trades as a DataFrame or as frames that follow each other, was {type(trades).__name__}"
            raise DataError(message)
        made = made_of_trades(cast("Iterable[Any]", [trades] if one else trades), step, width, symbol)
        market = cast("Any", cls).from_frames(
            made.candles, open_interest, symbol=symbol, venue=venue, timeframe=timeframe, funding=funding,
            liquidations=liquidations, minimum_distance=minimum_distance, complete_until=complete_until,
            contract=contract, contract_size=contract_size,
        )  # fmt: skip
        return cast("Self", replace(market, path=made.path))
