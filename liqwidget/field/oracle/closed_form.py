"""What rows leave in cells, many rows at once: what they opened there since the last of them that touched the cell."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liqwidget.field.oracle.placing import Floats, Integers, add_spread, entries_of_rows


class _Entries(NamedTuple):
    """Where n rows enter, by one unit; as `ClosedForm` counts."""

    unit: int
    books: list[int]
    first: Integers
    """Lowest unit of a row, shape (n,)."""
    last: Integers
    units: Integers
    shares: Floats
    """By which of its units each row enters, shape (n, E)."""
    closed: Integers
    """The close's unit, shape (n,)."""


class ClosedForm:
    """One side of a viewport's cells, brought over rows.

    Cells count away from the price: liquidation lies above the entry on both sides, and a row touches all cells up to
    its `reach`. So longs are counted backwards: cell c is -1 - c, and so are units.
    """

    def __init__(
        self,
        side: int,
        base: int,
        viewed: int,
        low: Floats,
        high: Floats,
        close: Floats,
        before: Floats,
        table: Floats,
        span: Integers,
        units: Integers,
        wide: int,
        slot: Integers,
    ) -> None:
        """Take n rows of prices as lattice coordinates, each after a close `before`; other arguments as `evaluate`."""
        self._backwards, self._slot = side == 0, slot.tolist()
        self._table, self._span = table[side], span[side]
        self._base = -base - viewed if self._backwards else base
        self._viewed = viewed
        self._reach = self._counted(np.floor(np.minimum(low, before) if self._backwards else np.maximum(high, before)))
        self._closed = self._counted(np.floor(close))
        self._kinds = []
        for unit in np.unique(units).tolist():
            entries, shares = entries_of_rows(low, high, wide, unit)
            places = self._counted(entries)
            closed = self._counted(np.floor(close / unit))
            self._kinds.append(
                _Entries(
                    unit, np.flatnonzero(units == unit).tolist(), places.min(axis=1), places.max(axis=1), places,
                    shares, closed,
                )
            )  # fmt: skip

    def _counted(self, places: Floats | Integers) -> Integers:
        whole = places.astype(np.int64)
        return -1 - whole if self._backwards else whole

    def bring(self, state: Floats, begin: int, end: int, amounts: Floats) -> None:
        """Bring `state`, shape (S, V), over the rows [begin, end), of which `amounts`, shape (n, B), survive them all.

        Going back from the last row, cells are filled once: where a row reaches farther than all after it, with what
        it and they opened.
        """
        cells = state[:, ::-1] if self._backwards else state
        reach = self._reach[begin:end]
        later = np.append(reach[1:], self._closed[end - 1])
        after = np.asarray(np.maximum.accumulate(later[::-1]), np.int64)[::-1]
        cells[:, : max(int(reach.max()) + 1 - self._base, 0)] = 0.0
        counted: list[bool] = np.any(amounts, axis=0).tolist()
        for kind in self._kinds:
            books = [book for book in kind.books if counted[book] and self._span[book, 0] < self._span[book, 1]]
            if not books:
                continue
            first, nearest = int(kind.first[begin:end].min()), int(self._span[books, 0].min())
            width = int(kind.last[begin:end].max()) + 1 - first
            index = (np.arange(end - begin) * width)[:, np.newaxis] + (kind.units[begin:end] - first)
            shares = np.bincount(index.ravel(), kind.shares[begin:end].ravel(), (end - begin) * width)
            shares = shares.reshape(end - begin, width)
            farther = np.flatnonzero((reach > after) & (reach >= (first + nearest) * kind.unit)).tolist()
            ends = [(int(after[row]) + 1, int(reach[row]), row) for row in farther]
            ends.append((int(max(reach[0], after[0])) + 1, self._base + self._viewed - 1, 0))
            for start, stop, row in ends:
                self._fill(cells, kind.unit, books, amounts[row:, books].T @ shares[row:], first, start, stop)
            for row in np.flatnonzero(kind.closed[begin:end] - kind.first[begin:end] >= nearest).tolist():
                self._from_close(cells, kind, books, begin + row, amounts[row], int(after[row]) + 1)

    def _fill(
        self, cells: Floats, unit: int, books: list[int], entered: Floats, first: int, start: int, stop: int
    ) -> None:
        """Add what was entered, shape (books, E), from unit `first` on, to the cells [start, stop]."""
        start, stop = max(start, self._base), min(stop, self._base + self._viewed - 1)
        low, high = start // unit, stop // unit
        near = [(book, row) for row, book in enumerate(books) if first + self._span[book, 0] <= high]
        if start > stop or not near:
            return
        lines = np.zeros((len(cells), high + 1 - low))
        for book, row in near:
            add_spread(lines[self._slot[book]], entered[row], first - low, 1, self._table[book], self._span[book])
        self._add(cells, lines, unit, low, start, stop)

    def _add(self, cells: Floats, lines: Floats, unit: int, low: int, start: int, stop: int) -> None:
        """Add what lies on units from `low` on, shape (S, U), to those of their cells that lie in [start, stop]."""
        even = lines if unit == 1 else np.repeat(lines, unit, axis=1) / unit
        cells[:, start - self._base : stop + 1 - self._base] += even[:, start - low * unit : stop + 1 - low * unit]

    def _from_close(
        self, cells: Floats, kind: _Entries, books: list[int], row: int, amounts: Floats, start: int
    ) -> None:
        """Add to the cells from `start` on what a row's entries beyond its close put between themselves and it.

        It starts from the close. In the close's own unit nothing of it stays: that is taken away here, as `_fill` has
        put it there.
        """
        closed = int(kind.closed[row])
        beyond, shares = closed - kind.units[row], kind.shares[row]
        for book in books:
            first, last = self._span[book].tolist()
            offsets = np.arange(min(last, int(beyond.max()) + 1))
            stop = min((closed + len(offsets)) * kind.unit, self._base + self._viewed) - 1
            if amounts[book] == 0.0 or first >= len(offsets) or max(start, self._base) > stop:
                continue
            back = (shares[:, np.newaxis] * (beyond[:, np.newaxis] >= offsets)).sum(axis=0)
            lines = np.zeros((len(cells), len(offsets)))
            line = lines[self._slot[book]]
            line[:] = back * self._table[book, : len(offsets)]
            inside = (beyond >= first) & (beyond < last)
            line[0] -= shares[inside] @ self._table[book, beyond[inside]]
            line *= amounts[book]
            self._add(cells, lines, kind.unit, closed, max(start, self._base), stop)
