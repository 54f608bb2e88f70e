"""Controls: for each event the cases most like it that are none, and what is left when they are taken off.

Cases are near where features, each in its own scale, are near. What stays unequal is mended by a linear regression on
the pool that controls are drawn from (notebooks/evidence.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import HOUR
from liqwidget.field.engine import compiled
from liqwidget.trust.block_statistics import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CONTROLS = 10
"""Controls of an event."""

APART = 72 * HOUR
"""How far a control is from its event at least [ns]."""


class Cases(NamedTuple):
    """Events, or what they are compared with: times [ns], shape (n,), and scaled features, shape (n, F)."""

    time: Integers
    features: Floats

    def some(self, rows: npt.NDArray[np.bool_] | Integers) -> Cases:
        """Return some of them."""
        return Cases(self.time[rows], self.features[rows])


def nearest(events: Cases, pool: Cases) -> Integers:
    """Return which cases of a pool are most like each event, shape (n, 10); -1 in rows of events that have too few."""
    out = np.full((len(events.time), CONTROLS), -1, np.int64)
    if len(events.time) and len(pool.time):
        room = np.empty(CONTROLS)
        compiled(_nearest)(
            *map(np.ascontiguousarray, (events.features, pool.features)), events.time, pool.time, APART, room, out
        )
    return out


def _nearest(  # noqa: PLR0917 - arrays come by position to compiled functions
    events: Floats, pool: Floats, times: Integers, pool_times: Integers, apart: int, room: Floats, out: Integers
) -> None:
    count = out.shape[1]
    for event in range(events.shape[0]):
        room[:] = np.inf
        for case in range(pool.shape[0]):
            if abs(times[event] - pool_times[case]) < apart:
                continue
            distance = 0.0
            for feature in range(events.shape[1]):
                step = events[event, feature] - pool[case, feature]
                distance += step * step
                if distance >= room[count - 1]:
                    break
            if distance < room[count - 1]:
                place = count - 1
                while place > 0 and room[place - 1] > distance:
                    room[place] = room[place - 1]
                    out[event, place] = out[event, place - 1]
                    place -= 1
                room[place] = distance
                out[event, place] = case
        if not room[count - 1] < np.inf:
            out[event, :] = -1


def scales(features: Floats) -> Floats:
    """Return the standard deviation of each feature, 1 where it does not vary; shape (F,)."""
    spread = features.std(axis=0) if len(features) else np.ones(features.shape[1])
    return np.where(spread > 0, spread, 1.0)


def slopes(features: Sequence[Floats], outcomes: Sequence[Floats]) -> Floats:
    """Return the slopes of outcomes on features by least squares, the same in all groups, each with its own mean.

    Parameters
    ----------
    features : sequence of ndarray of float64, each of shape (m, F)
        By group.
    outcomes : sequence of ndarray of float64, each of shape (m,)

    Returns
    -------
    ndarray of float64, shape (F,)
    """
    centred = [(x - x.mean(axis=0), y - y.mean()) for x, y in zip(features, outcomes, strict=True) if len(y)]
    if not centred:
        return np.zeros(features[0].shape[1] if features else 0)
    x, y = (np.concatenate(parts) for parts in zip(*centred, strict=True))
    return np.asarray(np.linalg.lstsq(x.T @ x, x.T @ y, rcond=1e-10)[0])


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Events and their controls, of which one may serve many events."""

    events: Cases
    pool: Cases
    kept: Integers
    controls: Integers

    @classmethod
    def of(cls, events: Cases, pool: Cases) -> Comparison:
        """Find the controls of events; those that have too few are left out."""
        near = nearest(events, pool)
        kept = np.flatnonzero(near[:, 0] >= 0)
        return cls(events, pool, kept, near[kept])

    def tally(self, events: Floats, pool: Floats, rows: Flags | None = None) -> Tally:
        """Return outcomes of events less those of controls, each share of a control in the block of its own day.

        Parameters
        ----------
        events, pool : ndarray of float64, shape (n,), (m,)
            Outcomes; NaN leaves an event, or a control's share, out.
        rows : ndarray of bool, shape (kept,), optional
            Which of the events that have controls count.
        """
        kept, near = (self.kept, self.controls) if rows is None else (self.kept[rows], self.controls[rows])
        whole = np.isfinite(pool)
        usable = np.isfinite(events[kept]) & whole[near].all(axis=1)
        kept, near = kept[usable], near[usable]
        if not len(kept):
            return Tally.none()
        slope = slopes([self.pool.features[whole]], [pool[whole]])
        middle = float(pool[whole].mean()), self.pool.features[whole].mean(axis=0)
        ours = events[kept] - middle[0] - (self.events.features[kept] - middle[1]) @ slope
        served = np.bincount(near.ravel(), minlength=len(pool)) / near.shape[1]
        used = np.flatnonzero(served)
        theirs = pool[used] - middle[0] - (self.pool.features[used] - middle[1]) @ slope
        usual = float(events[kept].sum() - ours.sum() + served[used] @ theirs)
        whole_tally = Tally.of(self.events.time[kept], ours, base=usual)
        return whole_tally.moved(self.pool.time[used], -served[used] * theirs)
