"""Opened: what a page draws of provenance, a highlight in time of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.time import milliseconds_ns
from liqwidget.widget.protocol import Buffers, ProvenanceRequest, provenance_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.study.provenance import Provenance


def opened_answer(
    request: ProvenanceRequest, found: Sequence[Provenance], *, clusters: int
) -> tuple[dict[str, Any], Buffers]:
    """Return the sum of some timelines as the answer to a request; of none all is 0.

    Raises
    ------
    DataError
        If columns are shorter than a nanosecond.
    """
    start, end = (milliseconds_ns(part) for part in request.time)
    edges = start + np.rint(np.linspace(0, end - start, request.columns + 1)).astype(np.int64)
    lines = [one.timeline(edges) for one in found]
    sides = np.zeros((2, request.columns))
    for line in lines:
        sides += line.long, line.short
    before, after = (float(sum(getattr(line, name) for line in lines)) for name in ("before", "after"))
    return provenance_answer(request, sides, before=before, after=after, clusters=clusters)
