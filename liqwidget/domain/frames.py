"""MarketData: one venue's candles and open interest, validated."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import interest
from liqwidget.domain import validation as check
from liqwidget.domain.margin import venue_cap
from liqwidget.domain.plausible import check_unit, held
from liqwidget.domain.quotation import DOLLAR, check_contract, contract_of, quote_of
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, duration_ns, duration_text, time_index, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.quotation import Contract

STAMP_TOLERANCE = 3_000_000_000
"""A stamp up to max(this [ns], 2 % of a candle) after a close counts as the close's: venues stamp late."""

CANDLE_COLUMNS = ("open", "high", "low", "close", "volume")


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
class MarketData:
    """One venue's market: made by `from_frames`, read by `estimate`.

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

    @classmethod
    def from_frames(
        cls,
        candles: pd.DataFrame,
        open_interest: pd.DataFrame | None = None,
        *,
        symbol: str = "BTC",
        venue: str = "binance",
        timeframe: str | None = None,
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
        candles : DataFrame
            Stamped at their open: open, high, low, close [quote/base], volume [base], optionally taker_buy_volume
            [base].
        open_interest : DataFrame, optional
            open_interest [base, one side; or contracts: contract_size] or open_interest_value [quote]. Without it sizes
            are relative.
        symbol, venue : str
            Names; they choose the nearest distance allowed, and the symbol the quote currency and kind of contract.
        timeframe : str, optional
            Such as ``'5m'``; inferred from the commonest spacing otherwise.
        funding : DataFrame, optional
            funding_rate, per venue period.
        liquidations : DataFrame, optional
            side ('long' / 'short', of the position), price [quote/base], size [quote].
        minimum_distance : float, optional
            Overrides the venue's 1 / maximum leverage - maintenance margin rate.
        complete_until : time, optional
            Candles that close after it are provisional.
        contract : {'linear', 'inverse'}, optional
            None: what the symbol says; 'BTC/USD:BTC' and 'BTCUSD_PERP' are inverse (settled in the coin).
        contract_size : float, optional
            What one contract is [quote if inverse, else base], where open_interest counts contracts.

        Raises
        ------
        DataError
            If a column is missing or a value cannot be used; the text names column, row and expectation.

        Warns
        -----
        DataWarning
            When rows were sorted, duplicates dropped, or a high or low was widened to hold its open and close.
        """
        symbol, venue = check.checked_name(symbol, "a symbol"), check.checked_name(venue, "a venue")
        columns, step, notes = _candles(candles, timeframe)
        kind = contract_of(symbol, venue) if contract is None else check_contract(contract)
        known = _interest(open_interest, columns, step, kind, interest.checked_size(contract_size))
        notes += known[2]
        cap = venue_cap(venue, symbol, timestamp(columns["time"][0]), kind)
        if minimum_distance is None:
            distance = cap.minimum_distance
            if not cap.known:
                notes.append(f"{venue}: no margin tiers known for {symbol}; nearest distance taken as {distance:.1%}")
        else:
            distance = _distance(minimum_distance)
        market = cls(
            symbol=symbol,
            venue=venue,
            timeframe=step,
            **columns,
            interest_time=known[0],
            interest=known[1],
            **_funding(funding),
            liquidations=_liquidations(liquidations),
            minimum_distance=distance,
            maintenance_margin_rate=cap.maintenance_margin_rate,
            complete_until=None if complete_until is None else time_ns(complete_until, "complete_until"),
            relative=open_interest is None,
            notes=tuple(notes),
            contract=kind,
            quote=quote_of(symbol),
        )
        check_unit(market)
        return market

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
        return _tolerance(self.timeframe)

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
        """Return the same market in longer candles, whole ones on the UTC grid.

        Raises
        ------
        DataError
            If the timeframe is no whole multiple of this one.
        """
        step = duration_ns(timeframe)
        if step % self.timeframe:
            message = f"Expected a timeframe of whole {duration_text(self.timeframe)} candles, was {timeframe!r}"
            raise DataError(message)
        if step == self.timeframe:
            return self
        start, starts, counts = np.unique(self.time // step * step, return_index=True, return_counts=True)
        whole = (self.time[starts] == start) & (counts == step // self.timeframe)
        if not whole.any():
            known = f"{len(self.time)} x {duration_text(self.timeframe)}"
            message = f"Expected enough candles for one of {timeframe}, was {known}"
            raise DataError(message)
        last = starts + counts - 1
        return replace(
            self,
            timeframe=step,
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


def _tolerance(timeframe: int) -> int:
    return max(STAMP_TOLERANCE, timeframe // 50)


def _distance(value: object) -> float:
    if isinstance(value, int | float) and 0 < value < 1 and math.isfinite(value):
        return float(value)
    message = f"Expected minimum_distance between 0 and 1 (a share of the entry price), was {value!r}"
    raise DataError(message)


def _candles(frame: pd.DataFrame, timeframe: str | None) -> tuple[dict[str, npt.NDArray[Any]], int, list[str]]:
    """Return the columns by name with `time`, the length of a candle [ns], and notes."""
    frame = check.checked_frame(frame, "candles")
    for name in CANDLE_COLUMNS:
        check.column_name(frame, name, "candles")
    times = check.times_of(frame, "candles")
    columns: dict[str, npt.NDArray[Any]] = {"time": times}
    for name in CANDLE_COLUMNS[:4]:
        columns[name] = check.numbers(frame, name, "candles", times)
    check.positive([(name, columns[name]) for name in CANDLE_COLUMNS[:4]], times, "candles")
    columns["volume"] = check.numbers(frame, "volume", "candles", times, missing=True)
    taken = "taker_buy_volume" in frame.columns
    columns["taker_buy_volume"] = (
        check.numbers(frame, "taker_buy_volume", "candles", times, missing=True)
        if taken
        else np.full(len(times), np.nan)
    )
    for name in ("volume", "taker_buy_volume"):
        check.refuse(columns[name] < 0, columns[name], times, f"a volume of at least 0 in column {name!r} of candles")
    high, low = columns["high"], columns["low"]
    check.refuse(high < low, high, times, "high at or above low in candles (column 'high')")
    keep, notes = check.in_order(times, "candles")
    columns = {name: column[keep] for name, column in columns.items()}
    step = check.spacing(columns["time"], None if timeframe is None else duration_ns(timeframe), "candles")
    top = np.max([columns[name] for name in ("open", "high", "close")], axis=0)
    bottom = np.min([columns[name] for name in ("open", "low", "close")], axis=0)
    widened = int(((top > columns["high"]) | (bottom < columns["low"])).sum())
    if widened:
        notes.append(
            check.repaired(f"candles: {widened} rows had open or close outside low to high; low and high were widened")
        )
    columns["high"], columns["low"] = top, bottom
    for column in columns.values():
        column.flags.writeable = False
    return columns, step, notes


def _interest(
    frame: pd.DataFrame | None, candles: dict[str, npt.NDArray[Any]], step: int, kind: Contract, size: float | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], list[str]]:
    """Return stamps [ns] and open interest [base; inverse: quote], without the values that are missing."""
    closes = candles["time"] + step
    if frame is None:
        stamps = np.append(candles["time"][:1], closes)
        return stamps, np.ones(len(stamps)), ["No open interest: sizes are relative, not amounts"]
    frame = check.checked_frame(frame, "open_interest")
    times = check.times_of(frame, "open_interest")
    valued = "open_interest" not in frame.columns and "open_interest_value" in frame.columns
    name = "open_interest_value" if valued else "open_interest"
    values = check.numbers(frame.replace({name: [np.inf, -np.inf]}, np.nan), name, "open_interest", times, missing=True)
    keep, notes = check.in_order(times, "open_interest")
    keep = keep[held(values[keep])]
    stamps, values = times[keep], values[keep]
    if not values.any() or stamps[-1] < candles["time"][0] - DAY or stamps[0] > closes[-1] + _tolerance(step):
        span = f"{timestamp(times.min())} to {timestamp(times.max())}"
        message = (
            f"Expected open interest that overlaps the candles ({timestamp(candles['time'][0])} to "
            f"{timestamp(closes[-1])}), was {int((values > 0).sum())} values above 0 from {span}"
        )
        raise DataError(message)
    values = interest.held(stamps, values, candles, step, valued=valued, contract=kind, contract_size=size)
    return stamps, values, notes


def _funding(frame: object) -> dict[str, npt.NDArray[Any]]:
    if frame is None or (isinstance(frame, pd.DataFrame) and frame.empty):
        return {"funding_time": np.empty(0, np.int64), "funding_rate": np.empty(0)}
    frame = check.checked_frame(frame, "funding")
    times = check.times_of(frame, "funding")
    rates = check.numbers(frame, "funding_rate", "funding", times)
    keep, _ = check.in_order(times, "funding")
    return {"funding_time": times[keep], "funding_rate": rates[keep]}


def _liquidations(frame: object) -> Liquidations:
    if frame is None or (isinstance(frame, pd.DataFrame) and frame.empty):
        return Liquidations(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0), np.empty(0))
    frame = check.checked_frame(frame, "liquidations")
    times = check.times_of(frame, "liquidations")
    price = check.numbers(frame, "price", "liquidations", times)
    size = check.numbers(frame, "size", "liquidations", times)
    check.positive([("price", price)], times, "liquidations")
    check.refuse(size < 0, size, times, "a size of at least 0 in column 'size' of liquidations")
    names = {
        value: int(Side.parse(value))
        for value in frame[check.column_name(frame, "side", "liquidations")].unique().tolist()
    }
    side = frame["side"].map(names).to_numpy(dtype=np.int8)
    order = np.argsort(times, kind="stable")
    return Liquidations(times[order], side[order], price[order], size[order])
