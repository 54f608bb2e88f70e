"""Periods to score: what was liquidated in each, what every method says of it, and what is held fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.trust.naive import mean_moves, steps, value
from liqwidget.trust.score_inputs import checked
from liqwidget.trust.statistics import FEWEST, block_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.domain.ledger import Ledger
    from liqwidget.trust.naive import Method
    from liqwidget.trust.score_inputs import Events

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_MISSING = 1 / 6
"""Share of a period that may lie in gaps of the candles."""


class Grid(NamedTuple):
    """Refresh step, period, warm-up and block of the bootstrap [ns]; spans (start, end) [ns] that are skipped."""

    step: int
    period: int
    warm_up: int
    block: int
    skipped: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Rows of period, coin (and venue) and side; arrays of shape (n,)."""

    group: Integers
    time: Integers
    actual: Floats
    said: dict[str, Floats]
    controls: dict[str, Floats]
    relative: bool
    """Whether open interest is not known of some map, so that what is said is in no currency."""

    @property
    def move(self) -> Floats:
        """How far price went against each side in ln(price): the period's largest excursion."""
        return self.controls.get("excursion", self.controls["move"])

    def blocks(self, grid: Grid) -> Integers:
        """Return the number of the block of time that each row is drawn with."""
        return block_numbers(self.time, grid.block)


def panel_of(
    name: str, ledger: Ledger, events: Events, methods: tuple[Method, ...], *, grid: Grid, group: int
) -> Panel:
    """Return the rows of one map and its liquidations; `group` is the number of its longs, the next that of its shorts.

    Raises
    ------
    DataError
        If candles are longer than a step, or there are no liquidations in whole periods.
    """
    candle = max(part.timeframe for part in ledger)
    length = grid.period
    if grid.step < candle:
        said = duration_text(grid.step)
        message = f"Expected every= as at least one candle of {name} ({duration_text(candle)}), was {said}"
        raise DataError(message)
    if not len(events.time):
        message = f"Expected realised liquidations of {name}, was none"
        raise DataError(message)
    start = max(int(part.time[0]) for part in ledger) + grid.warm_up
    end = min(int(part.time[part.settled - 1]) for part in ledger)
    first = max(-(-start // length), int(events.time.min()) // length)
    last = min(end // length, int(events.time.max()) // length + 1)
    if last <= first:
        found = f"{timestamp(events.time.min())} to {timestamp(events.time.max())}"
        message = (
            f"Expected liquidations of {name} in whole periods of {duration_text(length)} between {timestamp(start)} "
            f"({duration_text(grid.warm_up)} after the first candle) and {timestamp(end)}, was {found}"
        )
        raise DataError(message)
    count = last - first
    starts = np.arange(first, last) * length
    times = np.arange(first * length, last * length + 1, grid.step)
    place = events.time // length - first
    inside = (place >= 0) & (place < count)
    rows = events.side[inside] * count + place[inside]
    actual = np.bincount(rows, events.size[inside], 2 * count).astype(np.float64).reshape(2, count)

    kept = _missing(ledger, np.append(starts, last * length)) <= MOST_MISSING
    for low, high in grid.skipped:
        kept &= (starts >= high) | (starts + length <= low)
    sides = np.flatnonzero((actual[:, kept] > 0).any(axis=1))
    if not len(sides):
        message = f"Expected realised liquidations of {name} in the periods that are not skipped, was none"
        raise DataError(message)

    def flat(values: Floats) -> Floats:
        return np.asarray(values[sides][:, kept].ravel(), dtype=np.float64)

    def summed(values: Floats) -> Floats:
        return flat(values.reshape(2, count, -1).sum(axis=2))

    return Panel(
        group=np.repeat(group + sides, kept.sum()),
        time=np.tile(starts[kept], len(sides)),
        actual=flat(actual),
        said={one.name: summed(checked(one.swept(ledger, times), (2, len(times) - 1), one)) for one in methods},
        controls={label: flat(series) for label, series in _controls(ledger, times, length // grid.step).items()},
        relative=any(part.relative for part in ledger),
    )


def _missing(ledger: Ledger, edges: Integers) -> Floats:
    """Return the largest share of each period that a venue's gaps take, shape (periods,)."""
    worst = np.zeros(len(edges) - 1)
    for part in ledger:
        gaps = np.cumsum(np.diff(part.time, prepend=part.time[0]) * (part.inputs.are(RowKind.GAP)))
        taken = np.diff(np.interp(edges - part.time[0], part.time - part.time[0], gaps))
        worst = np.maximum(worst, taken / np.diff(edges))
    return worst


def _controls(ledger: Ledger, times: Integers, each: int) -> dict[str, Floats]:
    """Return what is held fixed in periods of `each` steps, each of shape (2, periods)."""
    moves = mean_moves(ledger, times)
    if each > 1:
        whole = moves.reshape(2, -1, each).sum(axis=2)
        return {"move": whole, "excursion": mean_moves(ledger, times[::each])}
    volume = np.zeros(len(times) - 1)
    for part in ledger:
        done = steps(part, times)
        held = part.coins(np.maximum(done.row, 0))
        volume += done.volume * np.divide(value(part, done.row), held, out=np.zeros_like(held), where=held > 0)
    spread = np.broadcast_to(moves.sum(axis=0), moves.shape)
    return {"move": moves, "range": spread, "volume": np.broadcast_to(volume, moves.shape)}


def joined(panels: list[Panel], length: int) -> Panel:
    """Return the rows of all panels.

    Raises
    ------
    DataError
        If there are fewer than 8 periods.
    """

    def stacked(columns: list[Mapping[str, Floats]]) -> dict[str, Floats]:
        return {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}

    time = np.concatenate([panel.time for panel in panels])
    distinct = len(np.unique(time))
    if distinct < FEWEST:
        message = (
            f"Expected at least {FEWEST} whole periods of {duration_text(length)} with liquidations to score, was "
            f"{distinct}: give more data or a shorter period"
        )
        raise DataError(message)
    return Panel(
        group=np.unique(np.concatenate([panel.group for panel in panels]), return_inverse=True)[1],
        time=time,
        actual=np.concatenate([panel.actual for panel in panels]),
        said=stacked([panel.said for panel in panels]),
        controls=stacked([panel.controls for panel in panels]),
        relative=any(panel.relative for panel in panels),
    )
