"""The ledger: per venue one row per candle, and the state that the next candle goes on from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.absences import absences, ended
from liqwidget.domain.growth import appended
from liqwidget.domain.in_file import InFile
from liqwidget.domain.lattice import cell_centre, cell_coordinate
from liqwidget.domain.leverage import LEVERAGE_GROUPS, NEAR_BOOK, NEAR_SHARE
from liqwidget.domain.passages import Passages
from liqwidget.domain.quotation import DOLLAR, RELATIVE, quote_of
from liqwidget.domain.time import MINUTE, time_index, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.book_state import BookState, Checkpoint
    from liqwidget.domain.quotation import Contract

CHURN = 0.4
"""Share of positions closed per day of normal volume, as an exponential rate (half-life 1.7 days)."""

BEHIND = 5 * MINUTE
"""A venue that is behind the newest by more than this, or by more than a candle [ns], gives no last price."""


class RowKind(IntEnum):
    """What a row of the ledger stands for."""

    START = 0
    """The state before the first candle: everything open at the first price."""
    CANDLE = 1
    GAP = 2
    """Missing candles, from the last close to the next open."""
    PROVISIONAL = 3
    """An unfinished candle; replaced by the next advance."""
    PART = 4
    """A part of a candle that was made of trades: those before its last one, which is the candle's row."""


class RowFlag(IntEnum):
    """Bits of a row's `flags`."""

    HELD = 1
    """Open interest is the last known value, not one of this candle."""
    FROZEN = 2
    """No open interest for more than 24 hours: nothing opens or closes, price still sweeps."""
    OUTLIER = 4
    """Open interest was under half or over three times the value before, and has not lasted: that value is held."""


class RowInputs(NamedTuple):
    """What a venue reported for each row, shape (n,).

    ``time`` is the close [ns], of a PART its candle's; ``low``, ``high``, ``close`` [quote/base]; ``volume`` [base],
    NaN where unknown; ``interest`` the open interest known at the close [base], NaN where none is, and
    ``interest_time`` its stamp [ns].
    """

    time: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint8]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    close: npt.NDArray[np.float64]
    volume: npt.NDArray[np.float64]
    interest: npt.NDArray[np.float64]
    interest_time: npt.NDArray[np.int64]

    def are(self, kind: RowKind) -> npt.NDArray[np.bool_]:
        """Say which rows are of a kind, shape (n,); compared as bytes, an eighth of the work."""
        return np.equal(self.kind, np.uint8(kind))

    def cut(self, rows: slice) -> RowInputs:
        """Return some of the rows, as views."""
        return type(self)._make(column[rows] for column in self)

    def followed_by(self, later: RowInputs) -> RowInputs:
        """Return these rows and later ones."""
        return type(self)._make(appended(getattr(self, name), getattr(later, name)) for name in self._fields)


@dataclass(frozen=True, eq=False)
class VenueLedger:
    """The ledger of one venue.

    Open interest and openings are what price does not change: coins [base], or quote currency where `contract` is
    'inverse'. Both are written [units] here; `coins` and `worth` turn them into coins and quote currency.

    Parameters
    ----------
    venue, symbol : str
        Where and what.
    timeframe : int
        Length of a candle [ns].
    minimum_distance : float
        The nearest distance from entry to liquidation that the venue allows.
    maintenance_margin_rate : float
        Rate of the venue's lowest tier; used by nominal ladders.
    inputs : RowInputs
        What the venue reported, one row per candle; the first row is START. The rest follows from it.
    open_interest : ndarray of float64, shape (n,)
        Accepted open interest [units].
    flags : ndarray of uint8, shape (n,)
        Bits of `RowFlag`.
    log_survival, near_log_survival : ndarray of float64, shape (n,)
        ln of the share that survives from the first row: in the groups' books, and in the book at the cap.
    opened : ndarray of float64, shape (n, 2, B)
        What opened per row, side (0 long, 1 short) and book: leverage groups, then the book at the cap [units].
    books, survival : BookState, object
        The state after the last row that is not provisional.
    checkpoints : tuple of Checkpoint
        What stood earlier, one per fixed number of rows, from which a viewport's left edge is found.
    passages : Passages
        What every few rows leave, from which pictures of long times are made.
    churn : float
        Share of positions closed per day of normal volume, as an exponential rate.
    near : float
        Share of open interest in the book at the cap.
    relative : bool
        Whether open interest was unknown and taken as 1: sizes are shares then, not amounts.
    notes : tuple of str
        What a user should know about this venue's data.
    ended : int or None
        From when it stands in no sum [ns], since its data end long before those of another venue; None if they do not.
    contract : str
        'linear' or 'inverse'.
    quote : str
        The currency that prices and sizes are in.
    absent : tuple of (int, int)
        Spans [ns], half-open, in which it stands in no sum: its data had ended by then, though they go on later.
    """

    venue: str
    symbol: str
    timeframe: int
    minimum_distance: float
    maintenance_margin_rate: float
    inputs: RowInputs
    open_interest: npt.NDArray[np.float64]
    flags: npt.NDArray[np.uint8]
    log_survival: npt.NDArray[np.float64]
    near_log_survival: npt.NDArray[np.float64]
    opened: npt.NDArray[np.float64]
    books: BookState
    survival: Any
    checkpoints: tuple[Checkpoint, ...] = ()
    passages: Passages = field(default_factory=Passages.none, repr=False)
    churn: float = CHURN
    near: float = NEAR_SHARE
    relative: bool = False
    notes: tuple[str, ...] = ()
    ended: int | None = None
    contract: Contract = "linear"
    quote: str = DOLLAR
    absent: tuple[tuple[int, int], ...] = ()

    @property
    def time(self) -> npt.NDArray[np.int64]:
        """Close time of each row [ns], shape (n,)."""
        return self.inputs.time

    @property
    def close(self) -> npt.NDArray[np.float64]:
        """Last price of each row [quote/base], shape (n,)."""
        return self.inputs.close

    @property
    def settled(self) -> int:
        """Number of rows that are not provisional."""
        return len(self.time) - int(self.inputs.kind[-1] == RowKind.PROVISIONAL)

    @cached_property
    def coordinates(self) -> npt.NDArray[np.float64]:
        """Low, high and close of each row as lattice coordinates, shape (3, n)."""
        array = cell_coordinate(np.stack([self.inputs.low, self.inputs.high, self.inputs.close]))
        array.flags.writeable = False
        return array

    @property
    def ranged(self) -> tuple[float, float]:
        """Lattice coordinates between which all rows lie, somewhat wider than `traded`; known without looking."""
        low, high = (float(cell_coordinate(one[-1])) for one in (self.inputs.low, self.inputs.high))
        return min(float(self.books.base), low), max(float(self.books.base + self.books.cells), high)

    def path(self, rows: slice) -> npt.NDArray[np.float64]:
        """Return `coordinates` of some rows; of few they are made without those of all."""
        if "coordinates" in self.__dict__ or 4 * (rows.stop - rows.start) > len(self.time):
            return self.coordinates[:, rows]
        return cell_coordinate(np.stack([self.inputs.low[rows], self.inputs.high[rows], self.inputs.close[rows]]))

    @cached_property
    def survivals(self) -> npt.NDArray[np.float64]:
        """Both logarithms of survival, the groups' books first, shape (2, n)."""
        array = np.stack([self.log_survival, self.near_log_survival])
        array.flags.writeable = False
        return array

    @cached_property
    def traded(self) -> tuple[float, float]:
        """Lowest and highest price of all rows as lattice coordinates."""
        return float(self.coordinates[0].min()), float(self.coordinates[1].max())

    @cached_property
    def known(self) -> npt.NDArray[np.int64]:
        """When each row is known [ns], shape (n,): a gap with the candle after it, whose open ends it."""
        gaps = np.flatnonzero(self.inputs.are(RowKind.GAP))
        if not len(gaps):
            return self.time
        array = self.time.copy()
        array[gaps] = np.append(self.time, 0)[gaps + 1]
        array.flags.writeable = False
        return array

    def worth(self, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the quote currency that one unit held is at lattice cells: their centre price, or 1 if inverse."""
        return np.ones(len(cells)) if self.contract == "inverse" else cell_centre(cells)

    def coins(self, rows: int | npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the open interest at rows as coins [base], of an inverse contract at the row's close."""
        held, price = np.asarray(self.open_interest[rows]), np.asarray(self.close[rows])
        return np.asarray(held / price if self.contract == "inverse" else held)

    def value(self, rows: int | npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the open interest at rows [quote], of a linear contract at the row's close."""
        held, price = np.asarray(self.open_interest[rows]), np.asarray(self.close[rows])
        return np.asarray(held if self.contract == "inverse" else held * price)

    def row_at(self, times: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the last row known at each time [ns]; -1 before the first close, once it has ended, while absent."""
        wanted = np.asarray(times, dtype=np.int64)
        rows = np.searchsorted(self.known, wanted, side="right") - 1
        there = rows >= 1 if self.ended is None else (rows >= 1) & (wanted < self.ended)
        for start, end in self.absent:
            there &= (wanted < start) | (wanted >= end)
        return np.asarray(np.where(there, rows, -1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Ledger(InFile):
    """What opened and what was swept, candle by candle, for one symbol on one or more venues.

    Made by `liqwidget.estimate`; everything that is drawn, listed or selected is a function of it.
    `save` writes it to a file, `Ledger.load` reads it.

    Parameters
    ----------
    symbol : str
        The face's name, such as ``'BTC'``.
    prior : object
        The leverage prior it was estimated with.
    venues : tuple of VenueLedger
        One per venue, estimated separately; maps add.
    heat : Ledger, optional
        The same rows under the prior that relative heat is drawn from, without the book at the cap.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> ledger.symbol, ledger.names, round(ledger.last_price())
    ('BTC', ('binance', 'bybit', 'okx', 'hyperliquid'), 87427)
    """

    symbol: str
    prior: Any
    venues: tuple[VenueLedger, ...] = field(repr=False)
    heat: Ledger | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Mark the venues that have ended, or were absent, as soon as another one showed it."""
        ends = [ended(part, self.venues) for part in self.venues]
        spans = [absences(part, self.venues) for part in self.venues]
        marks = list(zip(self.venues, ends, spans, strict=True))
        if any((part.ended, part.absent) != (end, span) for part, end, span in marks):
            marked = tuple(replace(part, ended=end, absent=span) for part, end, span in marks)
            object.__setattr__(self, "venues", marked)

    def __iter__(self) -> Iterator[VenueLedger]:
        """Iterate over the venues."""
        return iter(self.venues)

    def venue(self, name: str) -> VenueLedger:
        """Return one venue's ledger.

        Raises
        ------
        DataError
            If the venue is not in the ledger.
        """
        for part in self.venues:
            if part.venue == name:
                return part
        message = f"Expected a venue among {', '.join(self.names)}, was {name!r:.60}"
        raise DataError(message)

    def only(self, names: Iterable[str] | None) -> Ledger:
        """Return the ledger of some venues; None means all."""
        if names is None:
            return self
        wanted = [names] if isinstance(names, str) else list(names)
        parts = tuple(self.venue(name) for name in wanted)
        return Ledger(self.symbol, self.prior, parts, None if self.heat is None else self.heat.only(wanted))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the venues."""
        return tuple(part.venue for part in self.venues)

    @property
    def quote(self) -> str:
        """The currency that prices are in: 'USD' for any dollar."""
        return next((part.quote for part in self.venues), quote_of(self.symbol))

    @property
    def unit(self) -> str:
        """What sizes are in: `quote`, or 'rel.' where no venue's open interest is known, as they are no money then."""
        return RELATIVE if self.venues and all(part.relative for part in self.venues) else self.quote

    @property
    def start(self) -> int:
        """Open of the first candle [ns]."""
        return min(int(part.time[0]) for part in self.venues)

    @property
    def end(self) -> int:
        """Last close [ns]."""
        return max(int(part.time[-1]) for part in self.venues)

    @property
    def timeframe(self) -> int:
        """Length of the shortest candle [ns]."""
        return min(part.timeframe for part in self.venues)

    def instant(self, at: Any) -> int:
        """Return `at` as ns UTC; None means the last close."""
        return self.end if at is None else time_ns(at, "at", any_year=True)

    def leading(self, at: int | None = None) -> VenueLedger | None:
        """Return the venue that speaks for the price by `at` [ns]; None before the first close.

        Of those whose last close is the newest, or less than a candle and five minutes before it, the one with the most
        open interest.
        """
        time = self.end if at is None else at
        there = [(part, row) for part in self.venues if (row := int(part.row_at(time))) >= 0]
        newest = max((int(part.known[row]) for part, row in there), default=0)
        current = [(part, row) for part, row in there if newest - int(part.known[row]) <= min(part.timeframe, BEHIND)]
        return max(current, key=lambda pair: float(pair[0].coins(pair[1])), default=(None, 0))[0]

    def last_price(self, at: int | None = None) -> float:
        """Return the last close by `at` [ns] of the venue that leads [quote/base]; NaN before the first."""
        time = self.end if at is None else at
        part = self.leading(time)
        return float("nan") if part is None else float(part.close[int(part.row_at(time))])

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame.

        Returns
        -------
        DataFrame
            One row per venue and candle, or part of one that was made of trades: venue, time (close, UTC; a gap's is
            that of the candle after it), kind, low, high, close [quote/base], open_interest, log_survival, then
            opened_<side>_<group> and, for the book at the cap, opened_<side>_cap. Open interest and what opened are
            coins [base], of inverse contracts what these conserve [quote].
        """
        frames = []
        for part in self.venues:
            columns: dict[str, Any] = {
                "venue": part.venue,
                "time": time_index(part.known),
                "kind": [RowKind(kind).name.lower() for kind in part.inputs.kind],
                "low": part.inputs.low,
                "high": part.inputs.high,
                "close": part.close,
                "open_interest": part.open_interest,
                "log_survival": part.log_survival,
            }
            for side, name in enumerate(("long", "short")):
                for group, label in enumerate(LEVERAGE_GROUPS):
                    columns[f"opened_{name}_{label}"] = part.opened[:, side, group]
                columns[f"opened_{name}_cap"] = part.opened[:, side, NEAR_BOOK]
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    def __repr__(self) -> str:
        """Return symbol, venues, rows and time range."""
        rows = sum(len(part.time) for part in self.venues)
        span = f"{timestamp(self.start)} to {timestamp(self.end)}"
        return f"Ledger({self.symbol!r}, {'+'.join(self.names)}, {rows} rows, {span})"
