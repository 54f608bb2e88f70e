"""What a kernel must touch at least, and how long a plain copy of as many bytes takes on this machine just then."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from liqwidget import Viewport
    from liqwidget.domain.ledger import VenueLedger

BOOKS = 14
"""Seven a side."""
READ_ROW = 8 * (3 + 2 + BOOKS)
"""Bytes of a ledger's row that a look reads: low, high, close, both survivals, what opened."""
MADE_ROW = 8 * (3 + 2 + 1) + 1 + 8 * (2 + BOOKS)
"""Bytes of a row that the forward pass reads and writes."""
LEVEL = 8 * 7
"""Bytes of a row of the table of levels."""


def copy_ms(size: int, rounds: int = 15) -> float:
    """Return the median time of copying so many bytes [ms], once both places are there."""
    source = np.ones(max(size // 8, 1))
    target = np.zeros_like(source)
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        np.copyto(target, source)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken)) * 1e3


def beside_copy(benchmark: BenchmarkFixture, size: int) -> None:
    """Note how many bytes were to be touched, and the time of their copy in the same run."""
    benchmark.extra_info |= {"bytes": int(size), "copy_ms": copy_ms(size)}


def seen_bytes(part: VenueLedger, viewport: Viewport) -> int:
    """Return the bytes that a picture must touch: rows in view, or their passages, and the grid of two sides."""
    start, end = np.searchsorted(part.time, viewport.time)
    rows = int(end - start)
    whole = part.passages.passed.nbytes + part.passages.kept.nbytes
    few = rows <= viewport.width * part.passages.length
    read = rows * READ_ROW if few else round(whole * rows / len(part.time))
    return read + 2 * 4 * viewport.width * viewport.height


def standing_bytes(part: VenueLedger) -> int:
    """Return the bytes that must be touched to know what stands now: a checkpoint, and the rows after it."""
    last = part.checkpoints[-1] if part.checkpoints else None
    rows = len(part.time) - (0 if last is None else last.row)
    return rows * READ_ROW + (0 if last is None else last.standing.nbytes + last.entered.nbytes)


@cache
def machine() -> dict[str, float]:
    """Return how fast this machine copies [GB/s], in its caches and in its memory."""
    return {name: size / copy_ms(size) / 1e6 for name, size in (("1 MB", 1 << 20), ("256 MB", 1 << 28))}
