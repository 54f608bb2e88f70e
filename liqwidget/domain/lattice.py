"""The absolute price lattice on which touches are decided: cells of 10 basis points in ln(price)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liqwidget.look import LOOK

CELL = LOOK.cell
"""Width of a lattice cell in ln(price)."""


def cell_coordinate(price: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the lattice coordinate ln(price) / CELL of prices [quote/base]; cell k covers [k, k + 1)."""
    return np.log(np.asarray(price, dtype=np.float64)) / CELL


def cell_of(price: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the lattice cell floor(ln(price) / CELL) of prices [quote/base], shape as given."""
    return np.floor(cell_coordinate(price)).astype(np.int64)


def cell_edge(cell: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the lower price edge [quote/base] of lattice cells."""
    return np.asarray(np.exp(np.asarray(cell, dtype=np.float64) * CELL), dtype=np.float64)


def cell_centre(cell: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the geometric centre price [quote/base] of lattice cells, at which coins are valued."""
    return np.asarray(np.exp((np.asarray(cell, dtype=np.float64) + 0.5) * CELL), dtype=np.float64)
