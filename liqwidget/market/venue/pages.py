"""Pages of one kind of data: a stretch of time is asked for until all of its rows are there, or stay away."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from liqwidget.domain.time import HOUR, MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Page = Callable[[int, int], Awaitable[list[Any]]]
    """Asks for the rows from one time to another [ms], the first inclusive, the second exclusive."""
    TimeOf = Callable[[Any], float]
    Span = tuple[int, int]

FUNDING_GAP = (8 * HOUR + HOUR // 4) // MILLISECOND
"""Rates further apart than this [ms] have one missing between them: no venue settles less often than every 8 hours."""
_TURNS = 12
"""How often a page is asked for while it brings new rows."""
_FRUITLESS = 2
"""What two questions in a row did not bring, the venue does not have."""
_FEW = 3
"""More holes than this are asked for in one question."""


class Whole(NamedTuple):
    """What a stretch of time brought."""

    rows: list[Any]
    """In the order of time, one a time."""
    holes: list[tuple[int, int]]
    """Where rows are missing that should be there [ms]."""


async def whole_page(page: Page, time_of: TimeOf, span: Span, *, distance: int, longest: float, once: bool) -> Whole:
    """Return the rows of a span [ms]; what is missing in it is asked for again, at its ends and in its middle.

    Rows outside of the span are dropped, so a venue that sends fewer rows than asked for, others, or the same page
    again and again, neither hides rows nor holds the reading up.

    Parameters
    ----------
    page, time_of : callable
        Asks for rows; gives the time of one [ms].
    span : (int, int)
        From when, inclusive, and to when, exclusive [ms].
    distance : int
        The usual distance of rows [ms]; a shorter span may be empty.
    longest : float
        The longest distance of rows [ms] at which none is missing between them.
    once : bool
        Whether only an empty page is asked for again: the venue cannot be asked for a part.
    """
    kept: dict[float, Any] = {}
    holes, fruitless = [span], 0
    for _ in range(_TURNS):
        before = len(kept)
        for low, high in holes:
            kept |= {time: row for row in await page(low, high) if span[0] <= (time := time_of(row)) < span[1]}
        holes = missing(sorted(kept), span, distance, longest)
        fruitless = fruitless + 1 if len(kept) == before else 0
        if not holes or fruitless >= _FRUITLESS or (once and kept):
            break
        if len(holes) > _FEW:
            holes = [(holes[0][0], holes[-1][1])]
    times = sorted(kept)
    return Whole([kept[time] for time in times], missing(times, span, distance, longest))


def missing(times: list[float], span: Span, distance: int, longest: float) -> list[Span]:
    """Return the parts of a span [ms] in which rows are missing, by the times of those that are there (in order)."""
    low, high = span
    if not times:
        return [span] if high - low >= distance else []
    holes = [(low, int(times[0]))] if times[0] - low >= distance else []
    holes += [(int(one) + 1, int(other)) for one, other in pairwise(times) if other - one > longest]
    return [*holes, (int(times[-1]) + 1, high)] if high - times[-1] > longest else holes


def on_grid(first: int, last: int, step: int, rows: int) -> Iterator[Span]:
    """Yield stretches of `rows` steps [ms] whose ends lie on the grid of UTC, newest first."""
    end = -(-last // step) * step
    while end > first:
        yield max(end - rows * step, first), end
        end -= rows * step
