"""What tests ask of ledgers: their bytes, price edges around what was traded, the coins of profiles."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import cell_centre, cell_edge, price_cell_edge, price_cell_of
from liqwidget.domain.ledger import CHURN
from liqwidget.domain.leverage import NEAR_SHARE
from liqwidget.estimate.estimator import Rules, estimated
from liqwidget.field import oracle
from liqwidget.field.density import DEFAULT_PRIOR, Prior, density
from liqwidget.study.profile import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

REACH_DOWN, REACH_UP = 34_750, 6_500
"""Cells below and above what was traded in which anything can stand."""


def unheated(
    market: MarketData | Iterable[MarketData],
    prior: Any = DEFAULT_PRIOR,
    *,
    churn: float = CHURN,
    near: float = NEAR_SHARE,
) -> Ledger:
    """Return what `liqwidget.estimate` does, without the ledger of heat, which takes as long again."""
    return estimated(market, Prior.parse(prior), Rules.checked(churn, near))


def content(value: Any) -> Any:
    """Return a value as nested tuples that are equal only if every array is equal to the byte."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if is_dataclass(value):
        return tuple((part.name, content(getattr(value, part.name))) for part in fields(value))
    if isinstance(value, tuple | list):
        return tuple(content(part) for part in value)
    return repr(value)


def traded_cells(ledger: Ledger, *, down: int = REACH_DOWN, up: int = REACH_UP) -> npt.NDArray[np.int64]:
    """Return the lattice cells in which anything can stand."""
    low = min(int(np.floor(part.coordinates[0].min())) for part in ledger)
    high = max(int(np.floor(part.coordinates[1].max())) for part in ledger)
    return np.arange(low - down, high + up + 1)


def price_cells(ledger: Ledger, *, down: int, up: int) -> npt.NDArray[np.int64]:
    """Return the price cells from so many below what was traded to so many above."""
    low = min(price_cell_of(part.inputs.low.min()) for part in ledger)
    high = max(price_cell_of(part.inputs.high.max()) for part in ledger)
    return np.arange(int(low) - down, int(high) + up + 1)


def price_edges_of(cells: npt.NDArray[np.int64]) -> Floats:
    """Return the price edges of neighbouring price cells."""
    return price_cell_edge(np.append(cells, cells[-1] + 1))


def edges_of(cells: npt.NDArray[np.int64]) -> Floats:
    """Return the price edges of neighbouring lattice cells."""
    return cell_edge(np.append(cells, cells[-1] + 1))


def coins(ledger: Ledger, at: Any = None, leverage: list[str] | None = None) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return cells and the coins standing in them, shape (2, V), long then short, at a time."""
    cells = traded_cells(ledger)
    found = profile(ledger, edges_of(cells), at, leverage=leverage)
    return cells, np.stack([found.long, found.short]) / cell_centre(cells)


@contextlib.contextmanager
def cells_of_ten_basis_points() -> Iterator[None]:
    """Run everything on the first version's lattice, whose cells were as wide as price cells."""
    with contextlib.ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("liqwidget.") and hasattr(module, "CELL"):
                stack.enter_context(mock.patch.object(module, "CELL", 0.001))
        density.cache_clear()
        yield
    density.cache_clear()


@contextlib.contextmanager
def numpy_engine() -> Iterator[None]:
    """Run everything with the NumPy oracle and interpreted loops, as where Numba cannot be had."""
    with contextlib.ExitStack() as stack:
        for module in ("estimate.books", "field.evaluate", "study.levels"):
            stack.enter_context(mock.patch(f"liqwidget.{module}.engine", return_value=oracle))
        for module in ("estimate.survival", "field.measure"):
            stack.enter_context(mock.patch(f"liqwidget.{module}.compiled", lambda function: function))
        stack.enter_context(mock.patch("liqwidget.estimate.books.numba", return_value=None))
        yield
