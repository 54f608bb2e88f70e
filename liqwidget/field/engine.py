"""Choose how kernels run: compiled by Numba, or the NumPy oracle where Numba cannot be had (Pyodide)."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Scalar = TypeVar("Scalar", bound=np.generic)


@cache
def numba() -> ModuleType | None:
    """Return the numba module, or None where it cannot be imported."""
    try:
        return importlib.import_module("numba")
    except ImportError:
        return None


@cache
def engine() -> ModuleType:
    """Return the module that holds the kernels: compiled ones, or their oracle."""
    return importlib.import_module("liqwidget.field.oracle" if numba() is None else "liqwidget.field.kernels")


def sealed(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return an array as kernels read it: in order, and read-only. For any other kind they would be compiled anew."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a scalar-loop function compiled, or as it is where Numba cannot be had."""
    module = numba()
    return function if module is None else module.njit(cache=True)(function)
