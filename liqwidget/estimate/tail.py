"""A ledger without its long past: all that is needed to go on, and to look at times from some time on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from liqwidget.domain.ledger import RowInputs
from liqwidget.domain.passages import Passages
from liqwidget.estimate import books
from liqwidget.estimate.estimator import with_heat

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.domain.ledger import Ledger, VenueLedger

Scalar = TypeVar("Scalar", bound=np.generic)

_COLUMNS = ("open_interest", "flags", "log_survival", "near_log_survival", "opened")


def without_past(ledger: Ledger, time: int) -> Ledger:
    """Return the ledger without rows that nothing reads which looks at a time [ns] or a later one.

    It goes on as the whole one does, and sizes and heat at those times are the same to the byte: whole stretches
    between checkpoints go, and one before that which the time is looked at from stays. What depends on all of the past
    is not: ages of clusters, levels, the volatility of 'expected'. The memory of the rows that go is let go.
    """
    counts = [_spare(part, time) for part in ledger]
    if not any(counts):
        return ledger
    parts = tuple(_cut(part, count) for part, count in zip(ledger, counts, strict=True))
    made = replace(ledger, venues=parts, heat=None)
    if ledger.heat is None:
        return made
    hot = tuple(_cut(part, count) for part, count in zip(ledger.heat, counts, strict=True))
    return with_heat(made, replace(ledger.heat, venues=hot))


def _spare(part: VenueLedger, time: int) -> int:
    """Return how many rows of a venue's ledger may go: whole stretches between checkpoints."""
    row = int(np.searchsorted(part.known, time, side="right")) - 1
    return max((row + 1) // books.CHECKPOINT_ROWS - 1, 0) * books.CHECKPOINT_ROWS


def _cut(part: VenueLedger, count: int) -> VenueLedger:
    """Return a venue's ledger without its first rows; row numbers count from those that stay."""
    if not count:
        return part
    length = part.passages.length
    columns: dict[str, Any] = {name: _copied(getattr(part, name)[count:]) for name in _COLUMNS}
    passed = part.passages.passed[count // length :].copy()
    begin = int(passed[0, -1]) if len(passed) else len(part.passages.kept)
    passed[:, -1] -= begin
    return replace(
        part,
        inputs=RowInputs._make(_copied(column[count:]) for column in part.inputs),
        **columns,
        books=replace(part.books, row=part.books.row - count),
        checkpoints=tuple(replace(one, row=one.row - count) for one in part.checkpoints if one.row >= count),
        passages=Passages(_sealed(passed), _copied(part.passages.kept[begin:]), length),
    )


def _copied(column: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    return _sealed(column.copy())


def _sealed(column: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    column.flags.writeable = False
    return column
