"""Compiled kernels (Numba): plain loops over arrays; `liqwidget.field.oracle` has the same functions in NumPy.

Conventions: side 0 is long, 1 is short; lattice cells are absolute; ``low``, ``high``, ``close`` come as lattice
coordinates ln(price) / CELL. Amounts are in base units.
"""

from __future__ import annotations

from liqwidget.field.kernels.evaluate import evaluate, rows
from liqwidget.field.kernels.forward import forward, settle
from liqwidget.field.kernels.lives import lives
from liqwidget.field.kernels.passages import passages
from liqwidget.field.kernels.placing import spread

__all__ = ["evaluate", "forward", "lives", "passages", "rows", "settle", "spread"]
