"""How much memory a call needs at its peak."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def peak_megabytes(call: Callable[[], object]) -> float:
    """Return the most memory that Python and NumPy held during `call` beyond what they held before it [MB]."""
    tracemalloc.start()
    try:
        kept = call()
        peak = tracemalloc.get_traced_memory()[1]
        del kept
    finally:
        tracemalloc.stop()
    return round(peak / 1e6, 1)
