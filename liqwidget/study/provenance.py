"""Provenance: which candles, venues and leverage groups made what stands in a price range at a time.

Each row of the ledger keeps what it opened, and what later rows left of it follows in closed form
(`liqwidget.field.contribution`), so every candle's part of a range is exact and the parts add up to the profile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.lattice import cell_coordinate
from liqwidget.domain.ledger import Ledger, RowKind, VenueLedger
from liqwidget.domain.leverage import LEVERAGE_GROUPS, NEAR_BOOK, group_indices
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.side import Side
from liqwidget.domain.time import duration_ns, time_index, timestamp
from liqwidget.domain.whole_candles import candle_of
from liqwidget.errors import DataError
from liqwidget.field.contribution import contributions
from liqwidget.field.density import venue_density
from liqwidget.field.parts import shares
from liqwidget.study.profile import checked_edges

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BOTH = (Side.LONG, Side.SHORT)


class Timeline(NamedTuple):
    """How much of what stands was opened in each column of time.

    ``edges`` int64 ns UTC, shape (C + 1,); ``long``, ``short`` [quote], shape (C,); ``before`` and ``after``: both
    sides, opened outside the edges [quote], what was open when the data began counts as before.
    """

    edges: Integers
    long: Floats
    short: Floats
    before: float
    after: float

    @property
    def share(self) -> Floats:
        """Share of all that stands in the range, both sides, shape (C,); sums to 1 less `before` and `after`."""
        whole = float(self.long.sum() + self.short.sum()) + self.before + self.after
        return (self.long + self.short) / whole if whole > 0 else np.zeros(len(self.long))


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """What stands in a price range at a time, by the candles that opened it; one entry per venue, candle and side.

    Parameters
    ----------
    price : (low, high)
        [quote/base].
    time : int
        When it stands [ns UTC].
    venues, leverage : tuple of str
        Venues and leverage groups that count.
    venue : ndarray of int64, shape (m,)
        Index in `venues`.
    side : ndarray of int64, shape (m,)
        0 long, 1 short.
    kind : ndarray of uint8, shape (m,)
        `RowKind`; START is what was open when the data began.
    opened_from, opened_to : ndarray of int64, shape (m,)
        Open and close of the candle, or of the candles merged [ns UTC].
    size : ndarray of float64, shape (m, G)
        What it made and still stands in the range, by leverage group in the order of `leverage` [quote].
    opened : ndarray of float64, shape (m, G)
        Coins it opened at all prices on this side [base].
    open_interest_change, volume : ndarray of float64, shape (m,)
        Of the candle [base]; NaN where unknown.
    low, high, close : ndarray of float64, shape (m,)
        Of the candle [quote/base].

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> cluster = liqwidget.find_clusters(ledger)[0]
    >>> made = liqwidget.provenance(ledger, (cluster.price_low, cluster.price_high))
    >>> bool(made.total == made.long_size + made.short_size)
    True
    """

    price: tuple[float, float]
    time: int
    venues: tuple[str, ...]
    leverage: tuple[str, ...]
    venue: Integers = field(repr=False)
    side: Integers = field(repr=False)
    kind: npt.NDArray[np.uint8] = field(repr=False)
    opened_from: Integers = field(repr=False)
    opened_to: Integers = field(repr=False)
    size: Floats = field(repr=False)
    opened: Floats = field(repr=False)
    open_interest_change: Floats = field(repr=False)
    volume: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    close: Floats = field(repr=False)
    quote: str = DOLLAR

    @property
    def long_size(self) -> float:
        """Longs that stand in the range [quote]."""
        return float(self.size[self.side == 0].sum())

    @property
    def short_size(self) -> float:
        """Shorts that stand in the range [quote]."""
        return float(self.size[self.side == 1].sum())

    @property
    def total(self) -> float:
        """Both sides [quote]."""
        return float(self.size.sum())

    def to_frame(self, *, leverage: bool = False) -> pd.DataFrame:
        """Return one row per venue, candle and side, in order of time.

        Parameters
        ----------
        leverage : bool
            Whether to give each leverage group a row of its own.

        Returns
        -------
        DataFrame
            open_time, close_time (UTC), venue, kind ('start': open when the data began, 'candle', 'gap',
            'provisional'), side ('long' / 'short'), size [quote, as it stands now], share (sums to 1), opened [base,
            at all prices], open_interest_change, volume [base], low, high, close [quote/base], then leverage_mix (dict
            that sums to 1), or leverage (the group's name). Rows that made nothing that still stands are left out.
        """
        order = np.lexsort((self.side, self.venue, self.opened_to))
        total = self.total
        if leverage:
            entry, group = np.nonzero(self.size[order] > 0)
            entry = order[entry]
            size, opened = self.size[entry, group], self.opened[entry, group]
        else:
            entry, size, opened = order, self.size[order].sum(axis=1), self.opened[order].sum(axis=1)
        columns: dict[str, Any] = {
            "open_time": time_index(self.opened_from[entry]),
            "close_time": time_index(self.opened_to[entry]),
            "venue": np.array(self.venues, dtype=object)[self.venue[entry]],
            "kind": np.array([kind.name.lower() for kind in RowKind], dtype=object)[self.kind[entry]],
            "side": np.array([side.label for side in _BOTH], dtype=object)[self.side[entry]],
            "size": size,
            "share": size / total if total > 0 else size,
            "opened": opened,
            "open_interest_change": self.open_interest_change[entry],
            "volume": self.volume[entry],
            "low": self.low[entry],
            "high": self.high[entry],
            "close": self.close[entry],
        }
        if leverage:
            columns["leverage"] = np.array(self.leverage, dtype=object)[group]
        else:
            mixes = (self.size[entry] / size[:, None]).tolist()
            columns["leverage_mix"] = [dict(zip(self.leverage, mix, strict=True)) for mix in mixes]
        return pd.DataFrame(columns)

    def by_venue(self) -> dict[str, float]:
        """Return each venue's share of what stands; sums to 1, or all 0 where nothing stands."""
        return shares(self.venues, np.bincount(self.venue, self.size.sum(axis=1), len(self.venues)).astype(np.float64))

    def by_leverage(self) -> dict[str, float]:
        """Return each leverage group's share of what stands; sums to 1, or all 0 where nothing stands."""
        return shares(self.leverage, self.size.sum(axis=0))

    def timeline(self, columns: int | npt.ArrayLike = 240) -> Timeline:
        """Return when what stands was opened, as columns of time: a highlight for the picture.

        Parameters
        ----------
        columns : int or array_like of int64, shape (C + 1,)
            How many, from the first entry to `time`, or their edges [ns UTC, increasing]. A candle that overlaps
            several is shared by its time in each.

        Raises
        ------
        DataError
            If there are none, or edges do not increase.
        """
        edges = self._edges(columns)
        parts, outside = np.zeros((2, len(edges) - 1)), np.zeros(2)
        size = self.size.sum(axis=1)
        begun = self.kind == RowKind.START
        outside[0] += size[begun].sum()
        for venue, side in np.ndindex(len(self.venues), 2):
            mine = np.flatnonzero((self.venue == venue) & (self.side == side) & ~begun)
            if not len(mine):
                continue
            times = np.stack([self.opened_from[mine], self.opened_to[mine]], axis=1).ravel()
            sums = np.cumsum(size[mine])
            reached = np.stack([sums - size[mine], sums], axis=1).ravel()
            passed = np.interp((edges - edges[0]).astype(float), (times - edges[0]).astype(float), reached)
            parts[side] += np.maximum(np.diff(passed), 0)
            outside += passed[0], sums[-1] - passed[-1]
        return Timeline(edges, parts[0], parts[1], float(outside[0]), float(outside[1]))

    def _edges(self, columns: int | npt.ArrayLike) -> Integers:
        if isinstance(columns, int | np.integer) and not isinstance(columns, bool) and columns >= 1:
            first = int(self.opened_from.min(initial=self.time - int(columns)))
            steps = np.arange(int(columns) + 1) / int(columns)
            edges = first + np.rint(steps * (self.time - first)).astype(np.int64)
        else:
            edges = np.asarray(columns)
        if edges.ndim != 1 or edges.dtype != np.int64 or len(edges) < 2 or (np.diff(edges) <= 0).any():  # noqa: PLR2004
            message = f"Expected columns as a number of at least 1 or increasing times in ns, was {columns!r:.60}"
            raise DataError(message)
        return edges

    def __repr__(self) -> str:
        """Return range, time, sizes and how many entries."""
        low, high = self.price
        return (
            f"Provenance(price {low:,.8g} to {high:,.8g}, {timestamp(self.time):%Y-%m-%d %H:%M} UTC, "
            f"est. long {money(self.long_size, self.quote)}, est. short {money(self.short_size, self.quote)}, "
            f"entries: {len(self.venue)})"
        )


def provenance(
    ledger: Ledger,
    price: Any,
    at: Any = None,
    *,
    side: Side | int | str | None = None,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    by: str = "candle",
) -> Provenance:
    """Return which candles made what stands in a price range at a time.

    Sizes add up to the profile of the range: ``provenance(...).long_size`` is ``profile(ledger, price, at).long[0]``
    but for rounding.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    price : (low, high)
        [quote/base]; parts of lattice cells count in proportion, as everywhere.
    at : time, optional
        None means the last close.
    side : Side or str, optional
        One side only; None means both.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count.
    by : str
        'candle', or a duration such as '1h' or '1d' into which candles are merged (by their open, UTC). What was open
        when the data began stays by itself.

    Raises
    ------
    DataError
        If the range, time, side, a group, a venue or `by` cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> made = liqwidget.provenance(ledger, (82_000, 84_000), by="4h")
    >>> made.to_frame().columns[:4].tolist()
    ['open_time', 'close_time', 'venue', 'kind']
    """
    edges = checked_edges(price)
    if len(edges) != 2:  # noqa: PLR2004 - a range has two ends
        message = f"Expected price as (low, high), was {len(edges)} prices"
        raise DataError(message)
    step = 0 if by == "candle" else duration_ns(by)
    groups, chosen, time = group_indices(leverage), ledger.only(venues), ledger.instant(at)
    sides = _BOTH if side is None else (Side.parse(side),)
    span = cell_coordinate(edges)
    found = [
        _entries(part, index, _Wanted(ledger.prior, time, span, one, groups), step)
        for index, part in enumerate(chosen)
        for one in sides
        if groups and int(part.row_at(time)) >= 0
    ]
    found.append(_nothing(len(groups)))
    names = found[0].keys()
    arrays = {name: np.concatenate([part[name] for part in found]) for name in names}
    for array in arrays.values():
        array.flags.writeable = False
    shown = tuple(LEVERAGE_GROUPS[group] for group in groups)
    return Provenance((float(edges[0]), float(edges[1])), time, chosen.names, shown, **arrays, quote=chosen.unit)


class _Wanted(NamedTuple):
    """What is asked of one venue and side: prior, time [ns], range as lattice coordinates, side, groups by index."""

    prior: Any
    time: int
    span: Floats
    side: Side
    groups: tuple[int, ...]


def _nothing(groups: int) -> dict[str, npt.NDArray[Any]]:
    whole, number = np.empty(0, np.int64), np.empty(0)
    return {
        "venue": whole, "side": whole, "kind": np.empty(0, np.uint8), "opened_from": whole, "opened_to": whole,
        "size": np.empty((0, groups)), "opened": np.empty((0, groups)), "open_interest_change": number,
        "volume": number, "low": number, "high": number, "close": number,
    }  # fmt: skip


def _opened(part: VenueLedger, wanted: _Wanted) -> Floats:
    """Return what each row opened by group [base; of an inverse contract quote], shape (n, G)."""
    opened = part.opened[:, wanted.side.row, list(wanted.groups)]
    nearest = venue_density(part, wanted.prior).nearest
    if nearest in wanted.groups:
        opened[:, wanted.groups.index(nearest)] += part.opened[:, wanted.side.row, NEAR_BOOK]
    return opened


def _entries(part: VenueLedger, index: int, wanted: _Wanted, step: int) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of `Provenance` for one venue and side."""
    last = int(part.row_at(wanted.time))
    start, size = contributions(part, wanted.prior, last, wanted.span, wanted.side, groups=wanted.groups)
    if start > last:
        return _nothing(len(wanted.groups))
    candle = candle_of(part.inputs.kind[: last + 1])
    opened_from = np.append(part.time[:1], part.time)[np.searchsorted(candle, candle)]
    bucket = opened_from // step if step else candle.copy()
    bucket[0] = np.iinfo(np.int64).min
    begun = int(np.searchsorted(bucket, bucket[start]))
    rows = np.arange(begun, last + 1)
    first = np.append(0, np.flatnonzero(bucket[begun + 1 : last + 1] != bucket[begun:last]) + 1)
    size = np.add.reduceat(np.pad(size, ((start - begun, 0), (0, 0))), first)
    worth = part.close[rows] if part.contract == "inverse" else np.ones(len(rows))
    opened = np.add.reduceat(_opened(part, wanted)[rows] / worth[:, None], first)
    made = np.flatnonzero(size.sum(axis=1) > 0)
    inputs, interest = part.inputs.cut(slice(begun, last + 1)), part.open_interest
    ends = np.append(first[1:], len(rows)) - 1
    before = np.append(np.nan, interest)[rows[first]]
    columns: dict[str, npt.NDArray[Any]] = {
        "kind": np.where(ends > first, np.uint8(RowKind.CANDLE), inputs.kind[first]),
        "opened_from": opened_from[rows[first]],
        "opened_to": inputs.time[ends],
        "size": size,
        "opened": opened,
        "open_interest_change": (interest[rows[ends]] - before) / worth[ends],
        "volume": np.add.reduceat(inputs.volume, first),
        "low": np.minimum.reduceat(inputs.low, first),
        "high": np.maximum.reduceat(inputs.high, first),
        "close": inputs.close[ends],
    }
    kept = {name: column[made] for name, column in columns.items()}
    return {"venue": np.full(len(made), index), "side": np.full(len(made), wanted.side.row), **kept}
