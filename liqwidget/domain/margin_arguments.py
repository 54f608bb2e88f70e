"""Arguments of liquidation prices: numbers, arrays that broadcast and sides, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.side import Side
from liqwidget.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]


def arguments(**values: npt.ArrayLike | None) -> dict[str, FloatArray]:
    """Return the values that are not None as checked float64 arrays of one shape."""
    arrays = {name: _numbers(name, value) for name, value in values.items() if value is not None}
    try:
        shaped = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        message = f"Expected arguments whose shapes broadcast, were {shapes}"
        raise DataError(message) from error
    return dict(zip(arrays, shaped, strict=True))


def _numbers(name: str, value: npt.ArrayLike) -> FloatArray:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"Expected {name} as a number or an array of numbers, was {value!r:.60}"
        raise DataError(message) from error
    if np.asarray(value).dtype == bool:
        raise DataError(f"Expected {name} as a number, was {value!r:.60}")
    if name in {"maintenance_margin_rate", "maintenance_amount", "fee"}:
        refuse(~(np.isfinite(array) & (array >= 0)), f"{name} finite and at least 0", array)
    elif name != "side":
        refuse(~(np.isfinite(array) & (array > 0)), f"{name} finite and above 0", array)
    return array


def signs(side: Side | int | str | npt.ArrayLike) -> FloatArray:
    """Return +1 for each long and -1 for each short."""
    array = np.asarray(side)
    try:
        values, inverse = np.unique(array, return_inverse=True)
    except TypeError as error:
        message = f"Expected side as 'long', 'short', 1, -1 or an array of one kind of these, was {side!r:.60}"
        raise DataError(message) from error
    signs = np.array([float(Side.parse(value)) for value in values.tolist()])
    return signs[inverse].reshape(array.shape)


def refuse(bad: npt.NDArray[np.bool_], expected: str, values: FloatArray) -> None:
    """Raise a DataError that names the first bad value and its place."""
    if not bad.any():
        return
    place = np.unravel_index(int(np.argmax(bad)), bad.shape)
    where = f" at index {', '.join(str(int(number)) for number in place)}" if place else ""
    message = f"Expected {expected}, was {values[place]:.10g}{where}"
    raise DataError(message)
