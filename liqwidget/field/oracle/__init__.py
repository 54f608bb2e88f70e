"""The kernels in plain NumPy: what runs where Numba cannot be had, and what the tests hold the compiled ones against.

Same names, arguments and results as `kernels`, by other means: `forward` and `lives` go candle by candle with arrays
over cells, `evaluate` uses the closed form: a cell holds what was opened on it since the last row that touched it.
Conventions are those of `kernels`: side 0 is long, 1 is short; lattice cells are absolute; ``low``, ``high``, ``close``
come as lattice coordinates ln(price) / CELL.
"""

from __future__ import annotations

from liqwidget.field.oracle.evaluate import evaluate, rows
from liqwidget.field.oracle.forward import forward, settle
from liqwidget.field.oracle.lives import lives
from liqwidget.field.oracle.passages import passages
from liqwidget.field.oracle.placing import spread

__all__ = ["evaluate", "forward", "lives", "passages", "rows", "settle", "spread"]
