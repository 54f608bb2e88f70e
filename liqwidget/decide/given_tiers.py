"""Margin tiers that are given, as `liqwidget.margin_tiers` reads them from a venue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.domain.quotation import Contract

Floats = npt.NDArray[np.float64]

COLUMNS = ("limit", "unit", "max_leverage", "maintenance_margin_rate")


@dataclass(frozen=True, slots=True, eq=False)
class GivenTiers:
    """The tiers of one contract, the lowest first.

    Parameters
    ----------
    limit : ndarray of float64, shape (n,)
        Largest position of each tier [quote, or base if `in_coins`]; the last may be inf.
    max_leverage, rate : ndarray of float64, shape (n,)
        Largest leverage; maintenance margin as a fraction of the value.
    amount : ndarray of float64, shape (n,)
        What is taken off value x rate, so that maintenance does not jump between tiers; 0 where the rate of a tier
        holds for the whole position.
    in_coins, whole : bool
        Unit of the limits; whether a tier's rate holds for the whole position: it does where limits are in the unit
        that price does not change.
    source : str
        Where they are from.
    """

    limit: Floats
    max_leverage: Floats
    rate: Floats
    amount: Floats
    in_coins: bool
    whole: bool
    source: str

    @classmethod
    def of(cls, tiers: Any, contract: Contract) -> GivenTiers:
        """Return the tiers of a frame as `liqwidget.margin_tiers` returns it.

        Raises
        ------
        DataError
            If it is no such frame, or its tiers are in no order.
        """
        if not isinstance(tiers, pd.DataFrame) or not set(COLUMNS) <= set(tiers.columns) or tiers.empty:
            was = list(tiers.columns) if isinstance(tiers, pd.DataFrame) else type(tiers).__name__
            raise DataError(f"Expected tiers as liqwidget.margin_tiers returns them ({', '.join(COLUMNS)}), was {was}")
        units = set(tiers["unit"])
        if units not in ({"base"}, {"quote"}):
            raise DataError(
                f"Expected the unit of tiers as 'base' or 'quote' in all rows, was {sorted(map(str, units))}"
            )
        limit, leverage, rate = (_column(tiers, name) for name in ("limit", "max_leverage", "maintenance_margin_rate"))
        rising = (np.diff(limit) > 0).all() and (np.diff(rate) >= 0).all() and (np.diff(leverage) <= 0).all()
        if not (rising and (limit > 0).all() and (leverage > 0).all() and ((rate > 0) & (rate < 1)).all()):
            rows = ", ".join(
                f"{one:g} at {most:g}x, {share:g}" for one, most, share in zip(limit, leverage, rate, strict=True)
            )
            raise DataError(
                "Expected tiers whose limits and rates rise while leverage falls, all above 0, rates under 1, "
                f"was (limit, leverage, rate) {rows:.120}"
            )
        in_coins = units == {"base"}
        whole = in_coins is (contract == "linear")
        steps = np.zeros(len(rate)) if whole else np.append(0.0, limit[:-1] * np.diff(rate))
        return cls(limit, leverage, rate, np.cumsum(steps), in_coins, whole, str(tiers.attrs.get("source", "given")))

    def row(self, entry: float, size: float) -> int:
        """Return the tier of a size [base] at entry; the first if it is NaN, the last beyond it."""
        if math.isnan(size):
            return 0
        held = size if self.in_coins else size * entry
        return min(int(np.searchsorted(self.limit, held)), len(self.limit) - 1)

    def lines(self, entry: float, size: float) -> list[tuple[float, float]]:
        """Return rate and amount of the tiers that may hold: the one of the size, or all where value chooses."""
        if self.whole or math.isnan(size):
            return [(float(self.rate[self.row(entry, size)]), 0.0)]
        return list(zip(self.rate.tolist(), self.amount.tolist(), strict=True))


def _column(tiers: pd.DataFrame, name: str) -> Floats:
    try:
        values = tiers[name].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"Expected {name} of tiers as numbers, was {tiers[name].tolist()!r:.60}") from error
    if np.isnan(values).any():
        raise DataError(f"Expected {name} of tiers as numbers, was NaN in row {int(np.argmax(np.isnan(values)))}")
    return values
