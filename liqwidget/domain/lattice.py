"""The absolute price lattice: cells of 2 basis points in ln(price), on which touches are decided.

A cell is the finest thing that price touches or leaves (docs/method.md, section 2). A price cell is five of
them, 10 basis points: what tables and read-outs show, and how far apart the entries of a candle stand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liqwidget.look import LOOK

CELL = 0.0002
"""Width of a lattice cell in ln(price)."""

PRICE_CELL = LOOK.price_cell
"""Width of a price cell in ln(price)."""


def cells_in_price_cell() -> int:
    """Return the number of lattice cells in a price cell."""
    return round(PRICE_CELL / CELL)


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


def price_cell_coordinate(price: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return ln(price) / PRICE_CELL of prices [quote/base]; price cell n covers [n, n + 1)."""
    return np.log(np.asarray(price, dtype=np.float64)) / PRICE_CELL


def price_cell_of(price: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the price cell floor(ln(price) / PRICE_CELL) of prices [quote/base], shape as given."""
    return np.floor(price_cell_coordinate(price)).astype(np.int64)


def price_cell_edge(cell: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the lower price edge [quote/base] of price cells."""
    return np.asarray(np.exp(np.asarray(cell, dtype=np.float64) * PRICE_CELL), dtype=np.float64)


def price_cell_centre(cell: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the geometric centre price [quote/base] of price cells."""
    return np.asarray(np.exp((np.asarray(cell, dtype=np.float64) + 0.5) * PRICE_CELL), dtype=np.float64)
