"""Positions: measured positions with their liquidation prices, stated at snapshots, validated."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import column_name
from liqwidget.domain.side import Side
from liqwidget.domain.stamps import times_of
from liqwidget.domain.time import time_index, time_ns, timestamp
from liqwidget.errors import DataError

ALIASES = {
    "ts": "time",
    "coin": "symbol",
    "szi": "size",
    "entry_px": "entry_price",
    "entryPx": "entry_price",
    "liquidation_px": "liquidation_price",
    "liquidationPx": "liquidation_price",
    "positionValue": "position_value",
    "size_value": "position_value",
    "mark_px": "mark_price",
    "markPx": "mark_price",
}
"""Column names of Hyperliquid and its mirrors, and the names of this package."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Measured positions of one symbol: made by `from_frame`, compared with the map by `liqwidget.compare`.

    A position is stated at the time of its snapshot and says nothing of the time before. Rows are in order of time,
    venue, side, liquidation price, size and account, whatever order they came in.

    Parameters
    ----------
    symbol : str or None
        Whose; None if the frame did not say.
    time : ndarray of int64, shape (n,)
        Snapshot of each position, ns UTC.
    side : ndarray of int8, shape (n,)
        +1 long, -1 short.
    liquidation_price : ndarray of float64, shape (n,)
        [quote/base]; NaN where the position cannot be liquidated.
    size : ndarray of float64, shape (n,)
        Coins, above 0 [base].
    mark_price, entry_price : ndarray of float64, shape (n,)
        [quote/base]; NaN where unknown.
    leverage : ndarray of float64, shape (n,)
        NaN where unknown.
    account : ndarray of object, shape (n,)
        Who holds it, as text; ``''`` where unknown.
    venue : ndarray of int16, shape (n,)
        Index into `venues`.
    venues : tuple of str
        Names; ``('',)`` if the frame did not say.
    notes : tuple of str
        What was dropped and why.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> positions.symbol, positions.has_level.tolist()
    ('BTC', [True, True])
    """

    symbol: str | None
    time: npt.NDArray[np.int64] = field(repr=False)
    side: npt.NDArray[np.int8] = field(repr=False)
    liquidation_price: Floats = field(repr=False)
    size: Floats = field(repr=False)
    mark_price: Floats = field(repr=False)
    entry_price: Floats = field(repr=False)
    leverage: Floats = field(repr=False)
    account: npt.NDArray[np.object_] = field(repr=False)
    venue: npt.NDArray[np.int16] = field(repr=False)
    venues: tuple[str, ...] = ("",)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, symbol: str | None = None, venue: str | None = None) -> Positions:
        """Validate a frame of positions; it has a UTC DatetimeIndex or a `time` column: the snapshots.

        Parameters
        ----------
        frame : DataFrame
            side ('long' / 'short') or a signed size; liquidation_price [quote/base, empty where the position cannot be
            liquidated]; size [base], or position_value [quote, at the mark price] with mark_price [quote/base].
            Optionally mark_price, entry_price, leverage, account, venue, symbol. Hyperliquid's names (ts, coin, szi,
            entry_px, liquidation_px, position_value) are read too. With size and position_value the mark price follows.
        symbol : str, optional
            Whose rows are taken where the frame has a symbol (or coin) column; else the name of what it holds.
        venue : str, optional
            Where the positions stand, if the frame has no venue column.

        Raises
        ------
        DataError
            If a column is missing or a value cannot be used; the text names column, row and expectation.

        Warns
        -----
        DataWarning
            When rows are dropped: repeated ones, and longs whose liquidation price is above the mark price or shorts
            whose is below it.
        """
        frame, symbol = _of_symbol(_renamed(check.checked_frame(frame, "positions")), symbol)
        what = "positions" if symbol is None else f"positions of {symbol}"
        times = times_of(frame, what)
        side, size, mark = _amounts(frame, what, times)
        price = _price(frame, "liquidation_price", what, times)
        venues, codes = _venues(frame, venue)
        columns: dict[str, Any] = {
            "time": times,
            "side": side,
            "liquidation_price": price,
            "size": size,
            "mark_price": mark,
            "entry_price": _optional(frame, "entry_price", what, times),
            "leverage": _optional(frame, "leverage", what, times),
            "account": _accounts(frame),
            "venue": codes,
        }
        order = np.lexsort((columns["account"].astype(str), size, price, -side, codes, times))
        columns = {name: column[order] for name, column in columns.items()}
        keep, notes = _usable(columns, what)
        columns = {name: column[keep] for name, column in columns.items()}
        for column in columns.values():
            column.flags.writeable = False
        return cls(symbol=symbol, **columns, venues=venues, notes=tuple(notes))

    def __len__(self) -> int:
        """Return the number of positions, over all snapshots."""
        return len(self.time)

    def where(self, mask: npt.NDArray[np.bool_]) -> Positions:
        """Return the positions at which `mask`, shape (n,), is true."""
        arrays = {
            part.name: getattr(self, part.name)[mask]
            for part in fields(self)
            if part.name not in {"symbol", "venues", "notes"}
        }
        return replace(self, **arrays)

    def only(self, venue: str) -> Positions:
        """Return the positions of one venue.

        Raises
        ------
        DataError
            If there is no such venue.
        """
        if venue not in self.venues:
            known = ", ".join(filter(None, self.venues)) or "none is named"
            message = f"Expected a venue of the positions ({known}), was {venue!r:.60}"
            raise DataError(message)
        return self.where(self.venue == self.venues.index(venue))

    @property
    def has_level(self) -> npt.NDArray[np.bool_]:
        """Whether each position can be liquidated, shape (n,)."""
        return np.asarray(np.isfinite(self.liquidation_price), dtype=np.bool_)

    @property
    def snapshots(self) -> pd.DatetimeIndex:
        """The times at which positions were stated, UTC, ascending."""
        return time_index(np.unique(self.time))

    def snapshot_time(self, at: Any = None) -> int:
        """Return the last snapshot at or before a time [ns]; None means the last of all.

        Raises
        ------
        DataError
            If there is none.
        """
        stated = np.unique(self.time)
        if not len(stated):
            message = "Expected at least one position, was none"
            raise DataError(message)
        limit = int(stated[-1]) if at is None else time_ns(at, "at")
        known = int(np.searchsorted(stated, limit, side="right"))
        if known == 0:
            message = f"Expected a time from the first snapshot {timestamp(stated[0])} on, was {timestamp(limit)}"
            raise DataError(message)
        return int(stated[known - 1])

    def snapshot(self, at: Any = None) -> Positions:
        """Return what each venue stated last at or before a time; None means its last snapshot."""
        limit = self.snapshot_time(at)
        mask = np.zeros(len(self), dtype=bool)
        for code in range(len(self.venues)):
            own = (self.venue == code) & (self.time <= limit)
            if own.any():
                mask |= own & (self.time == self.time[own].max())
        return self.where(mask)

    def mark(self, at: Any = None) -> float:
        """Return the median mark price of the snapshot at or before a time [quote/base]; NaN if none is known."""
        known = self.where(self.time == self.snapshot_time(at)).mark_price
        known = known[np.isfinite(known)]
        return float(np.median(known)) if len(known) else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per position: time (UTC), side, size [base], prices [quote/base], leverage, account, venue."""
        return pd.DataFrame(
            {
                "time": time_index(self.time),
                "side": np.where(self.side > 0, "long", "short"),
                "size": self.size,
                "liquidation_price": self.liquidation_price,
                "mark_price": self.mark_price,
                "entry_price": self.entry_price,
                "leverage": self.leverage,
                "account": self.account,
                "venue": np.asarray(self.venues, dtype=object)[self.venue],
            }
        )

    def __repr__(self) -> str:
        """Return what, how many and when."""
        stated = self.snapshots
        span = f"{stated[0]} to {stated[-1]}" if len(stated) else "none"
        return (
            f"Positions({self.symbol!r}, {len(self)} positions, {int((~self.has_level).sum())} without a liquidation "
            f"price, {len(stated)} snapshots, {span})"
        )


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame under this package's names; a name that is there already is not replaced."""
    names = {
        old: new
        for old, new in ALIASES.items()
        if old in frame.columns
        and new not in frame.columns
        and not (new == "time" and isinstance(frame.index, pd.DatetimeIndex))
    }
    return frame.rename(columns=names)


def _of_symbol(frame: pd.DataFrame, symbol: str | None) -> tuple[pd.DataFrame, str | None]:
    if symbol is not None:
        symbol = check.checked_name(symbol, "a symbol")
    if "symbol" not in frame.columns:
        return frame, symbol
    known = sorted(map(str, frame["symbol"].dropna().unique()))
    shown = ", ".join(known[:8]) + (", ..." if len(known) > len(known[:8]) else "")
    if symbol is None:
        if len(known) != 1:
            message = f"Expected positions of one symbol or symbol=, was {len(known)} symbols in the frame ({shown})"
            raise DataError(message)
        return frame, check.checked_name(known[0], "a symbol")
    if symbol not in known:
        message = f"Expected a symbol of the positions ({shown}), was {symbol!r:.60}"
        raise DataError(message)
    return frame[(frame["symbol"].astype(str) == symbol).to_numpy()], symbol


def _amounts(
    frame: pd.DataFrame, what: str, times: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
    """Return side, size [base] and mark price [quote/base, NaN where unknown] of each row."""
    mark = _optional(frame, "mark_price", what, times)
    if "size" in frame.columns:
        amount = check.numbers(frame, "size", what, times)
        if "position_value" in frame.columns:
            value = np.abs(check.numbers(frame, "position_value", what, times, missing=True))
            follows = np.isnan(mark) & (value > 0) & (amount != 0)
            mark = np.where(follows, np.divide(value, np.abs(amount), where=follows, out=np.ones_like(value)), mark)
    elif "position_value" in frame.columns:
        value = check.numbers(frame, "position_value", what, times)
        check.refuse(np.isnan(mark), mark, times, f"a mark_price beside each position_value of {what} without a size")
        amount = value / mark
    else:
        column_name(frame, "size", what)
    check.refuse(amount == 0, amount, times, f"a size other than 0 in {what}")
    if "side" not in frame.columns:
        check.refuse(
            np.full(len(amount), not (amount < 0).any()), amount, times, f"a column 'side' or signed sizes in {what}"
        )
        return np.sign(amount).astype(np.int8), np.abs(amount), mark
    names = {value: int(Side.parse(value)) for value in frame["side"].unique().tolist()}
    side = frame["side"].map(names).to_numpy(dtype=np.int8)
    check.refuse(
        (amount < 0) & (side > 0), amount, times, f"a long with a size above 0 (column 'side' says long) in {what}"
    )
    return side, np.abs(amount), mark


def _price(frame: pd.DataFrame, name: str, what: str, times: npt.NDArray[np.int64]) -> Floats:
    """Return prices [quote/base], NaN where missing."""
    price = check.numbers(frame, name, what, times, missing=True)
    check.refuse(price <= 0, price, times, f"a price above 0, or none, in column {name!r} of {what}")
    return price


def _optional(frame: pd.DataFrame, name: str, what: str, times: npt.NDArray[np.int64]) -> Floats:
    return _price(frame, name, what, times) if name in frame.columns else np.full(len(frame), np.nan)


def _venues(frame: pd.DataFrame, venue: str | None) -> tuple[tuple[str, ...], npt.NDArray[np.int16]]:
    if "venue" not in frame.columns:
        name = "" if venue is None else check.checked_name(venue, "a venue")
        return (name,), np.zeros(len(frame), dtype=np.int16)
    codes, names = pd.factorize(frame["venue"].map(lambda value: check.checked_name(value, "a venue")), sort=True)
    return tuple(map(str, names)), codes.astype(np.int16)


def _accounts(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    if "account" not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    column = frame["account"]
    return np.where(column.isna(), "", column.astype(str)).astype(object)


def _usable(columns: dict[str, Any], what: str) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Return which rows to keep and notes of the others."""
    notes = []
    repeated = pd.DataFrame(columns).duplicated().to_numpy() & (columns["account"] != "")
    if repeated.any():
        notes.append(check.repaired(f"{what}: {int(repeated.sum())} repeated rows of an account were dropped"))
    beyond = columns["side"] * (columns["liquidation_price"] - columns["mark_price"]) > 0
    if beyond.any():
        notes.append(
            check.repaired(
                f"{what}: {int(beyond.sum())} rows were dropped whose liquidation price the mark price had passed "
                "(a long's above it or a short's below it)"
            )
        )
    keep = ~repeated & ~beyond
    if not keep.any():
        message = f"Expected {what} with at least one row that can be used, was {len(keep)} rows, all dropped"
        raise DataError(message)
    return keep, notes
