"""What is looked at: a Viewport is a range of time and price in pixels, a Box a range that was chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError

MAXIMUM_PIXELS = 8192
PRICE_SCALES = ("linear", "log")


def _range_of_times(value: Any, name: str) -> tuple[int, int]:
    try:
        first, last = value
    except (TypeError, ValueError) as error:
        message = f"Expected {name} as (from, to), was {value!r:.60}"
        raise DataError(message) from error
    start, end = (time_ns(part, name, any_year=True) for part in (first, last))
    if not start < end:
        message = f"Expected {name} from an earlier to a later time, was {timestamp(start)} to {timestamp(end)}"
        raise DataError(message)
    return start, end


def _range_of_prices(value: Any, name: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in value)
    except (TypeError, ValueError) as error:
        message = f"Expected {name} as (low, high), was {value!r:.60}"
        raise DataError(message) from error
    if not (0 < low < high < math.inf):
        message = f"Expected {name} as two prices above 0, low before high, was {value!r:.60}"
        raise DataError(message)
    return low, high


@dataclass(frozen=True, slots=True, init=False)
class Viewport:
    """A range of time and price, and how many columns and rows show it.

    Parameters
    ----------
    time : (time, time)
        Whatever pandas.Timestamp takes, UTC; kept as int64 ns.
    price : (float, float)
        Low and high [quote/base].
    width, height : int
        Columns and rows, 1 to 8192.
    price_scale : {'linear', 'log'}
        Whether rows are equal steps of price or of ln(price).

    Raises
    ------
    DataError
        If a range is empty or a size is out of bounds.

    Examples
    --------
    >>> import liqwidget
    >>> view = liqwidget.Viewport(time=("2026-01-30", "2026-01-31"), price=(90_000, 120_000), width=2, height=3)
    >>> view.price_edges.tolist()
    [90000.0, 100000.0, 110000.0, 120000.0]
    """

    time: tuple[int, int]
    price: tuple[float, float]
    width: int
    height: int
    price_scale: str

    def __init__(
        self,
        time: Any,
        price: Any,
        width: int = 1200,
        height: int = 600,
        price_scale: str = "linear",
    ) -> None:
        sizes: dict[str, object] = {"width": width, "height": height}
        for name, size in sizes.items():
            if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= MAXIMUM_PIXELS:
                message = f"Expected {name} as 1 to {MAXIMUM_PIXELS} pixels, was {size!r:.60}"
                raise DataError(message)
        if price_scale not in PRICE_SCALES:
            message = f"Expected price_scale as 'linear' or 'log', was {price_scale!r:.60}"
            raise DataError(message)
        object.__setattr__(self, "time", _range_of_times(time, "time"))
        object.__setattr__(self, "price", _range_of_prices(price, "price"))
        object.__setattr__(self, "width", int(width))
        object.__setattr__(self, "height", int(height))
        object.__setattr__(self, "price_scale", price_scale)

    @property
    def price_edges(self) -> npt.NDArray[np.float64]:
        """Edges of the rows [quote/base], shape (height + 1,), ascending."""
        spaced = np.geomspace if self.price_scale == "log" else np.linspace
        return np.asarray(spaced(*self.price, self.height + 1), dtype=np.float64)

    @property
    def time_edges(self) -> npt.NDArray[np.int64]:
        """Edges of the columns [ns UTC], shape (width + 1,), ascending."""
        start, end = self.time
        steps = np.arange(self.width + 1, dtype=np.float64) / self.width
        edges = start + np.round(steps * (end - start)).astype(np.int64)
        edges[-1] = end
        return np.asarray(edges, dtype=np.int64)


@dataclass(frozen=True, slots=True, init=False)
class Box:
    """A rectangle in data space.

    Parameters
    ----------
    price : (float, float)
        Low and high [quote/base].
    time : (time, time)
        From and to; kept as int64 ns UTC.

    Examples
    --------
    >>> import liqwidget
    >>> box = liqwidget.Box(price=(100_000, 105_000), time=("2026-01-29", "2026-01-31"))
    >>> box.price
    (100000.0, 105000.0)
    """

    price: tuple[float, float]
    time: tuple[int, int]

    def __init__(self, price: Any, time: Any) -> None:
        object.__setattr__(self, "price", _range_of_prices(price, "price"))
        object.__setattr__(self, "time", _range_of_times(time, "time"))
