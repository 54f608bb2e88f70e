"""Open interest in what price does not change: coins of linear contracts, quote currency of inverse ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.domain.quotation import Contract

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def checked_size(value: object) -> float | None:
    """Return what one contract is, or None where open interest does not count contracts.

    Raises
    ------
    DataError
        If it is no number above 0.
    """
    if value is None:
        return None
    if isinstance(value, int | float | np.number) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    message = (
        "Expected contract_size above 0 (what one contract is: quote currency if inverse, else coins), was "
        f"{value!r:.60}"
    )
    raise DataError(message)


def held(
    stamps: Integers,
    values: Floats,
    candles: dict[str, npt.NDArray[Any]],
    step: int,
    *,
    valued: bool,
    contract: Contract = "linear",
    contract_size: float | None = None,
) -> Floats:
    """Return open interest [base; of an inverse contract quote], shape (m,).

    Parameters
    ----------
    stamps, values : ndarray of int64 / float64, shape (m,)
        Times [ns] and open interest as it was given.
    candles : dict of ndarray, shape (n,)
        time [ns], open, close [quote/base].
    step : int
        Length of a candle [ns].
    valued : bool
        Whether `values` are quote currency.
    contract : {'linear', 'inverse'}
        What it is held in.
    contract_size : float, optional
        What one contract is [quote if inverse, else base], where `values` count contracts.
    """
    inverse = contract == "inverse"
    quoted = valued
    if contract_size is not None and not valued:
        values, quoted = values * contract_size, inverse
    if quoted == inverse:
        return values
    prices = prices_at(stamps, candles["time"] + step, candles["close"], candles["open"])
    return values * prices if inverse else values / prices


def prices_at(stamps: Integers, closes: Integers, close: Floats, opened: Floats) -> Floats:
    """Return the last close at or before each stamp, before the first close the first open [quote/base]; shape (m,)."""
    row = np.searchsorted(closes, stamps, side="right") - 1
    return np.where(row >= 0, close[np.maximum(row, 0)], opened[0])
