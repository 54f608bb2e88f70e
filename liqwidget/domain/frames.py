"""MarketData: one venue's candles and open interest, validated."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import interest, reading, realised
from liqwidget.domain import validation as check
from liqwidget.domain.from_trades import FromTrades
from liqwidget.domain.margin import venue_cap
from liqwidget.domain.plausible import unit_change
from liqwidget.domain.quotation import DOLLAR, check_contract, contract_of, quote_of
from liqwidget.domain.time import duration_ns, duration_text, time_index, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.quotation import Contract
    from liqwidget.domain.trades import PricePath


@dataclass(frozen=True, slots=True, eq=False)
class Liquidations:
    """Realised liquidations in time order.

    Parameters
    ----------
    time : ndarray of int64, shape (m,)
        ns UTC.
    side : ndarray of int8, shape (m,)
        Side of the position: +1 long, -1 short.
    price : ndarray of float64, shape (m,)
        [quote/base]
    size : ndarray of float64, shape (m,)
        [quote]
    """

    time: npt.NDArray[np.int64]
    side: npt.NDArray[np.int8]
    price: npt.NDArray[np.float64]
    size: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MarketData(FromTrades):
    """One venue's market: made by `from_frames` or `from_trades`, read by `estimate`.

    Parameters
    ----------
    symbol, venue, timeframe : str, str, int
        What and where; length of a candle [ns].
    time : ndarray of int64, shape (n,)
        Open of each candle, ns UTC; a candle is known at time + timeframe.
    open, high, low, close : ndarray of float64, shape (n,)
        [quote/base]
    volume, taker_buy_volume : ndarray of float64, shape (n,)
        [base]; NaN where unknown.
    interest_time, interest : ndarray of int64 / float64, shape (m,)
        Stamps [ns] and open interest of one side [base; of an inverse contract quote]; constant 1 where none is known.
    funding_time, funding_rate : ndarray of int64 / float64, shape (k,)
        Times [ns] and rates per venue period.
    liquidations : Liquidations
        Realised liquidations.
    minimum_distance, maintenance_margin_rate : float
        The nearest distance from entry to liquidation, as a share of the entry; rate of the venue's lowest tier.
    complete_until : int or None
        Candles that close after this time [ns] are provisional.
    relative, notes : bool, tuple of str
        Whether no open interest is known, so that sizes are relative; repairs and warnings.
    contract, quote : str
        'linear' or 'inverse' (settled in the coin); the currency of prices and sizes, 'USD' for any dollar.
    partial : tuple of int
        Opens [ns] of longer candles in which shorter ones are missing.
    path : PricePath, optional
        The way of price within candles that were made of trades.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> time = pd.date_range("2026-01-01", periods=2, freq="5min", tz="UTC")
    >>> candles = pd.DataFrame(
    ...     {"open": [100.0, 101], "high": [102.0, 103], "low": [99.0, 100], "close": [101.0, 102], "volume": [5.0, 6]},
    ...     index=time,
    ... )
    >>> market = liqwidget.MarketData.from_frames(candles, symbol="BTC", venue="binance")
    >>> market.close.tolist(), market.relative
    ([101.0, 102.0], True)
    """

    symbol: str
    venue: str
    timeframe: int
    time: npt.NDArray[np.int64] = field(repr=False)
    open: npt.NDArray[np.float64] = field(repr=False)
    high: npt.NDArray[np.float64] = field(repr=False)
    low: npt.NDArray[np.float64] = field(repr=False)
    close: npt.NDArray[np.float64] = field(repr=False)
    volume: npt.NDArray[np.float64] = field(repr=False)
    taker_buy_volume: npt.NDArray[np.float64] = field(repr=False)
    interest_time: npt.NDArray[np.int64] = field(repr=False)
    interest: npt.NDArray[np.float64] = field(repr=False)
    funding_time: npt.NDArray[np.int64] = field(repr=False)
    funding_rate: npt.NDArray[np.float64] = field(repr=False)
    liquidations: Liquidations = field(repr=False)
    minimum_distance: float
    maintenance_margin_rate: float = 0.0
    complete_until: int | None = None
    relative: bool = False
    notes: tuple[str, ...] = ()
    contract: Contract = "linear"
    quote: str = DOLLAR
    partial: tuple[int, ...] = field(default=(), repr=False)
    path: PricePath | None = field(default=None, repr=False)

    @classmethod
    def from_frames(
        cls,
        candles: pd.DataFrame,
        open_interest: pd.DataFrame | None = None,
        *,
        symbol: str = "BTC",
        venue: str = "binance",
        timeframe: Any = None,
        funding: pd.DataFrame | None = None,
        liquidations: pd.DataFrame | None = None,
        minimum_distance: float | None = None,
        complete_until: Any = None,
        contract: str | None = None,
        contract_size: float | None = None,
    ) -> MarketData:
        """Validate a user's frames; each has a UTC DatetimeIndex or a `time` column.

        Parameters
        ----------
        candles : DataFrame, or what pandas can take (polars, pyarrow)
            Of one market, stamped at their open: open, high, low, close [quote/base], volume [base], optionally
            taker_buy_volume [base]. Stamps at the very close cannot be told from opens: take a candle off them,
            ``frame.index - pandas.Timedelta('5m')``.
        open_interest : DataFrame, optional
            open_interest [base, one side; or contracts: contract_size] or open_interest_value [quote], stamped when it
            was known: a value of the end of a candle at that end. Without it sizes are relative.
        symbol, venue : str
            Names; they choose the nearest distance allowed, and the symbol the quote currency and kind of contract.
        timeframe : str or timedelta, optional
            Such as ``'5m'``; inferred from the commonest spacing otherwise.
        funding : DataFrame, optional
            funding_rate, per venue period.
        liquidations : DataFrame, optional
            side ('long' / 'short', of the position: a sell order closes a long), price [quote/base], size [quote]. A
            row without a price or size is left out, the same row twice counts once.
        minimum_distance : float, optional
            Overrides the venue's 1 / maximum leverage - maintenance margin rate of the first candle's day.
        complete_until : time, optional
            Candles that close after it are provisional; by default one that would close after the present.
        contract : {'linear', 'inverse'}, optional
            None: what the symbol says; 'BTC/USD:BTC' and 'BTCUSD_PERP' are inverse (settled in the coin).
        contract_size : float, optional
            What one contract is [quote if inverse, else base], where open_interest counts contracts.

        Raises
        ------
        DataError
            If columns are missing or values cannot be used; the text names each column, row and expectation.

        Warns
        -----
        DataWarning
            When rows were sorted, left out, or taken once instead of twice, a high or low was widened to hold its open
            and close, candles were stamped at their ends, or open interest is implausible beside the volume.
        """
        symbol, venue = check.checked_name(symbol, "a symbol"), check.checked_name(venue, "a venue")
        faults = check.Faults()
        limit = distance = size = None
        kind = contract_of(symbol, venue)
        with faults:
            limit = None if complete_until is None else time_ns(complete_until, "complete_until")
        with faults:
            distance = None if minimum_distance is None else _distance(minimum_distance)
        with faults:
            kind = kind if contract is None else check_contract(contract)
        with faults:
            size = interest.checked_size(contract_size)
        with faults:
            columns, step, notes = reading.read_candles(candles, timeframe, symbol, faults)
        stamps, values, valued, found = reading.read_interest(open_interest, symbol, faults)
        rates = reading.read_funding(funding, symbol, faults)
        events, more = realised.read_liquidations(liquidations, symbol, faults)
        faults.stop()
        limit, unfinished = reading.completion(columns, step, limit)
        notes += [*found, *more, *unfinished]
        if open_interest is None:
            stamps = np.append(columns["time"][:1], columns["time"] + step)
            values = np.ones(len(stamps))
            notes.append("No open interest: sizes are relative, not amounts")
            notes += reading.unread_interest(candles)
        else:
            reading.check_overlap(stamps, values, columns, step)
            values = interest.held(stamps, values, columns, step, valued=valued, contract=kind, contract_size=size)
        events, more = realised.plausible_liquidations(events, columns, step)
        notes += more
        cap = venue_cap(venue, symbol, timestamp(columns["time"][0]), kind)
        if distance is None:
            distance = cap.minimum_distance
            if not cap.known:
                notes.append(f"{venue}: no margin tiers known for {symbol}; nearest distance taken as {distance:.1%}")
            later = venue_cap(venue, symbol, timestamp(columns["time"][-1]), kind)
            if later.minimum_distance != distance and later.valid_from is not None:
                since = f"from {later.valid_from:%Y-%m-%d} on it is {later.minimum_distance:.2%}"
                notes.append(
                    f"{venue}: nearest distance {distance:.2%}, that of the first candle's day, throughout; {since}"
                )
        market = cls(
            symbol=symbol,
            venue=venue,
            timeframe=step,
            **columns,
            interest_time=stamps,
            interest=values,
            **rates,
            liquidations=Liquidations(**events),
            minimum_distance=distance,
            maintenance_margin_rate=cap.maintenance_margin_rate,
            complete_until=limit,
            relative=open_interest is None,
            notes=tuple(notes),
            contract=kind,
            quote=quote_of(symbol),
        )
        if market.relative:
            return market
        market.check_unit()
        inverse = kind == "inverse" and contract_size is None
        doubts = reading.plausible_interest(
            market.interest_coins, columns, step, valued=valued, inverse=inverse, quote=market.quote
        )
        return replace(market, notes=(*market.notes, *doubts)) if doubts else market

    def check_unit(self) -> None:
        """Refuse open interest that is not in one unit.

        Raises
        ------
        DataError
            The text names the venue, both values and the time.
        """
        if self.relative:
            return
        found = unit_change(
            self.interest_time, self.interest, self.time, self.close, self.volume, inverse=self.contract == "inverse"
        )
        if found is not None:
            message = (
                f"Expected open interest of {self.venue} {self.symbol} in one unit, was {found.after:,.6g} after "
                f"{found.before:,.6g} from {timestamp(found.time)} on. Contracts and coins, or coins and quote "
                "currency, may be mixed: convert one part, or leave it out"
            )
            raise DataError(message)

    @property
    def interest_coins(self) -> npt.NDArray[np.float64]:
        """Open interest of one side at its stamps [base], of an inverse contract by the last close; shape (m,)."""
        if self.contract == "linear" or self.relative:
            return self.interest
        return self.interest / interest.prices_at(self.interest_time, self.close_time, self.close, self.open)

    @property
    def close_time(self) -> npt.NDArray[np.int64]:
        """When each candle is known [ns], shape (n,)."""
        return self.time + self.timeframe

    @property
    def tolerance(self) -> int:
        """How late an open-interest stamp may be and still count for a close [ns]."""
        return reading.tolerance(self.timeframe)

    def until(self, time: Any) -> MarketData:
        """Return the part that was known at `time`: candles that had closed and what was stamped by then.

        Raises
        ------
        DataError
            If no candle had closed.
        """
        limit = time_ns(time)
        count = int(np.searchsorted(self.close_time, limit, side="right"))
        if count == 0:
            message = f"Expected a time after the first close {timestamp(self.close_time[0])}, was {timestamp(limit)}"
            raise DataError(message)
        return self._cut(slice(0, count), lambda stamps: stamps <= limit + self.tolerance)

    def since(self, time: Any) -> MarketData:
        """Return the candles that open at or after `time`, with what is stamped after it.

        Raises
        ------
        DataError
            If no candle opens then.
        """
        limit = time_ns(time)
        first = int(np.searchsorted(self.time, limit))
        if first == len(self.time):
            message = f"Expected a time up to the last open {timestamp(self.time[-1])}, was {timestamp(limit)}"
            raise DataError(message)
        return self._cut(slice(first, None), lambda stamps: stamps > limit + self.tolerance)

    def _cut(self, rows: slice, counts: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]) -> MarketData:
        """Return some of the candles, and what is stamped at times that count."""
        columns = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")
        stamped, funded, happened = map(counts, (self.interest_time, self.funding_time, self.liquidations.time))
        events = {part.name: getattr(self.liquidations, part.name)[happened] for part in fields(self.liquidations)}
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in columns},
            interest_time=self.interest_time[stamped],
            interest=self.interest[stamped],
            funding_time=self.funding_time[funded],
            funding_rate=self.funding_rate[funded],
            liquidations=Liquidations(**events),
        )

    def coarser(self, timeframe: str) -> MarketData:
        """Return the same market in longer candles on the UTC grid.

        One of which shorter candles are missing is made of those that are there, and is `partial`. The first and the
        last are left out where the market begins or ends within them.

        Raises
        ------
        DataError
            If the timeframe is no whole multiple of this one.
        """
        step = duration_ns(timeframe)
        if step % self.timeframe:
            message = f"Expected a timeframe of whole {duration_text(self.timeframe)} candles, was {timeframe!r:.60}"
            raise DataError(message)
        if step == self.timeframe:
            return self
        start, starts, counts = np.unique(self.time // step * step, return_index=True, return_counts=True)
        last = starts + counts - 1
        whole = np.ones(len(start), dtype=bool)
        whole[0] &= bool(self.time[0] == start[0])
        whole[-1] &= bool(self.close_time[-1] == start[-1] + step)
        if not whole.any():
            known = f"{len(self.time)} x {duration_text(self.timeframe)}"
            message = f"Expected enough candles for one of {timeframe}, was {known}"
            raise DataError(message)
        partial = start[whole & (counts < step // self.timeframe)]
        text = f"{len(partial)} candles of {duration_text(step)} are partial: shorter ones are missing in them"
        return replace(
            self,
            timeframe=step,
            partial=tuple(partial.tolist()),
            notes=(*self.notes, text) if len(partial) else self.notes,
            time=start[whole],
            open=self.open[starts][whole],
            high=np.maximum.reduceat(self.high, starts)[whole],
            low=np.minimum.reduceat(self.low, starts)[whole],
            close=self.close[last][whole],
            volume=np.add.reduceat(self.volume, starts)[whole],
            taker_buy_volume=np.add.reduceat(self.taker_buy_volume, starts)[whole],
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the candles by UTC open time: open, high, low, close [quote/base], volume, taker_buy_volume [base]."""
        columns = ("open", "high", "low", "close", "volume", "taker_buy_volume")
        return pd.DataFrame({name: getattr(self, name) for name in columns}, index=time_index(self.time).rename("time"))

    def __repr__(self) -> str:
        """Return what, where, how many and from when to when."""
        span = f"{timestamp(self.time[0])} to {timestamp(self.close_time[-1])}"
        return (
            f"MarketData({self.symbol!r}, {self.venue!r}, {len(self.time)} x {duration_text(self.timeframe)}, {span})"
        )


def _distance(value: object) -> float:
    if isinstance(value, int | float | np.number) and 0 < float(value) < 1:
        return float(value)
    message = f"Expected minimum_distance between 0 and 1 (a share of the entry price), was {value!r:.60}"
    raise DataError(message)
