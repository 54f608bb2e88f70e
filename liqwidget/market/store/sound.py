"""Which values of stored rows can be: what a venue cannot have said was not what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_PRICES = ("open", "high", "low", "close", "price", "size", "amount", "taker_buy")
_CANDLE = ("open", "high", "low", "close")


def unsound(columns: Mapping[str, npt.NDArray[Any]], step: int | None, *, keyed: bool) -> tuple[int, str] | None:
    """Return the first row whose values cannot be, and what it should be; None if all can.

    Parameters
    ----------
    columns : mapping
        By name: `time` [ns], and numbers; NaN is a value that is not known, and may not be a price.
    step : int or None
        Of candles [ns]; their times lie on its grid. None: no grid.
    keyed : bool
        Whether there is one row a time.
    """
    times = columns["time"]
    faults: list[tuple[npt.NDArray[np.bool_], str]] = [
        (np.append(False, np.diff(times) < int(keyed)), "times in order")
    ]
    for name, values in columns.items():
        if values.dtype.kind != "f":
            continue
        faults.append((np.isinf(values), f"finite {name}"))
        if name in _PRICES:
            faults.append((~(values >= 0), f"{name} of at least 0"))
        elif name != "funding_rate":
            faults.append((values < 0, f"{name} of at least 0"))
    if set(_CANDLE) <= columns.keys():
        opened, high, low, close = (columns[name] for name in _CANDLE)
        faults.append((high < np.maximum(np.maximum(opened, close), low), "a high above all prices"))
        faults.append((low > np.minimum(opened, close), "a low below all prices"))
        if step is not None:
            faults.append((times % step != 0, "a time on the grid of its candles"))
    for bad, words in faults:
        if len(times) and bad[: len(times)].any():
            return int(np.argmax(bad)), words
    return None
