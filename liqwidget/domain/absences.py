"""When a venue stands in no sum: its data have ended, or were away while another venue went on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from liqwidget.domain.time import HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

ENDED, ENDED_CANDLES = 6 * HOUR, 6
"""A venue whose last row is older than the newest venue's by so long [ns] and by so many candles of its own has ended:
what it held is not known any more."""


class Rows(Protocol):
    """What is asked of a venue's ledger: see `liqwidget.domain.ledger.VenueLedger`."""

    @property
    def time(self) -> npt.NDArray[np.int64]:
        """Close time of each row [ns]."""

    @property
    def known(self) -> npt.NDArray[np.int64]:
        """When each row is known [ns]."""

    @property
    def timeframe(self) -> int:
        """Length of a candle [ns]."""

    @property
    def ended(self) -> int | None:
        """From when it counted as ended before [ns]."""

    @property
    def absent(self) -> tuple[tuple[int, int], ...]:
        """Spans in which it counted as absent before [ns]."""


def _patience(part: Rows) -> int:
    return max(ENDED, ENDED_CANDLES * part.timeframe)


def _missed(part: Rows, venues: Sequence[Rows], time: int) -> int | None:
    """Return the first close of another venue at or after a time [ns]: no one can know of an absence before it."""
    others = [other.known for other in venues if other is not part]
    after = [int(one[row]) for one in others if (row := int(np.searchsorted(one, time))) < len(one)]
    return min(after, default=None)


def ended(part: Rows, venues: Sequence[Rows]) -> int | None:
    """Return from when a venue counts as ended [ns], as another one goes on; None if it does not."""
    if not len(part.time):
        return part.ended
    found = _missed(part, venues, int(part.time[-1]) + _patience(part))
    return min((end for end in (part.ended, found) if end is not None), default=None)


def absences(part: Rows, venues: Sequence[Rows]) -> tuple[tuple[int, int], ...]:
    """Return the gaps of a venue, from when it counted as ended, in which another one went on [ns]."""
    if len(venues) == 1:
        return part.absent
    known = part.known
    rows = np.flatnonzero(np.diff(known) > _patience(part))
    ends = known[rows + 1].tolist()
    starts = [_missed(part, venues, int(known[row]) + _patience(part)) for row in rows.tolist()]
    found = {(start, end) for start, end in zip(starts, ends, strict=True) if start is not None and start < end}
    found |= {span for span in part.absent if span[1] not in {end for _, end in found}}
    return tuple(sorted(found))
