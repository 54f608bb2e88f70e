"""The analyst's own levels, series and events as references: what they say as of a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.decide.reference import MarketState, ReferenceLevel
from liqwidget.domain.overlay import Line, PriceBand, PriceLine, TimeMark
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.overlay import Overlay

_LAST = "last value of the series by then"


def own_references(own: Iterable[Overlay], time: int) -> Iterator[ReferenceLevel | MarketState]:
    """Yield what overlays say as of a time [ns]: levels that stand then, last values of series, last events by label.

    Raises
    ------
    DataError
        If one is no overlay.
    """
    given = list(own) if hasattr(own, "__iter__") else [own]
    events: dict[str, int] = {}
    for one in given:
        match one:
            case PriceLine(price=price, label=label, start=start, end=end):
                if _stands(start, end, time):
                    name = label or "own level"
                    yield ReferenceLevel.single("own level", name, price, start or 0, source="own", formula="given")
            case PriceBand(low=low, high=high, label=label, start=start, end=end):
                if _stands(start, end, time):
                    yield ReferenceLevel("own level", label or "own level", low, high, start or 0, "own", "given")
            case TimeMark(time=when, label=label):
                if when <= time:
                    events[label] = max(events.get(label, when), when)
            case Line():
                yield from _own_series(one, time)
            case _:
                raise DataError(f"Expected own= as PriceLine, PriceBand, TimeMark or Line values, was {one!r:.60}")
    for label, when in sorted(events.items(), key=lambda pair: pair[1]):
        yield MarketState("own event", label or "own event", float("nan"), "", when, "own", "the last one by then")


def _own_series(line: Line, time: int) -> Iterator[ReferenceLevel | MarketState]:
    """Yield the last value of a series that is known by a time [ns]."""
    count = int(np.searchsorted(line.time, time, side="right"))
    known = np.flatnonzero(np.isfinite(line.value[:count]))
    if not len(known):
        return
    value, when = float(line.value[known[-1]]), int(line.time[known[-1]])
    if line.on_price and value > 0:
        yield ReferenceLevel.single("own level", line.name, value, when, source="own", formula=_LAST)
    else:
        yield MarketState("own series", line.name, value, line.unit, when, "own", _LAST)


def _stands(start: int | None, end: int | None, time: int) -> bool:
    return (start is None or start <= time) and (end is None or time <= end)
