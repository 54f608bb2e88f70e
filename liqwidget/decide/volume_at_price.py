"""Volume at price: how much was traded in which range, and the prices that stand out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.decide.candles import source_of
from liqwidget.decide.reference import ReferenceLevel
from liqwidget.domain.lattice import PRICE_CELL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.decide.reference_rules import ReferenceRules
    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]

_AROUND = 5
"""Rows on each side that a high-volume node is the highest of: half a percent."""

_FLAT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class VolumeAtPrice:
    """What was traded, row of prices by row.

    Parameters
    ----------
    edges : ndarray of float64, shape (V + 1,)
        Price edges, 10 basis points apart from the lowest low on [quote/base].
    volume : ndarray of float64, shape (V,)
        [base].
    """

    edges: Floats = field(repr=False)
    volume: Floats = field(repr=False)

    @classmethod
    def of(cls, market: MarketData) -> VolumeAtPrice:
        """Return the volume at price of all candles of a market.

        A candle's volume is spread evenly in ln(price) between its low and its high: nobody publishes where in a
        candle it was traded. Candles without volume count nothing.
        """
        traded = np.nan_to_num(market.volume)
        low, high = np.log(market.low), np.log(market.high)
        base = float(low.min())
        bottom, top = (low - base) / PRICE_CELL, (high - base) / PRICE_CELL
        count = int(np.floor(top.max())) + 1
        first = np.minimum(np.floor(bottom).astype(np.int64), count - 1)
        rows = np.maximum(np.ceil(top).astype(np.int64) - first, 1)
        candle = np.repeat(np.arange(len(traded)), rows)
        row = np.arange(len(candle)) - np.repeat(np.cumsum(rows) - rows, rows) + first[candle]
        length = top - bottom
        inside = np.clip(np.minimum(row + 1, top[candle]) - np.maximum(row, bottom[candle]), 0, None)
        flat = length < _FLAT
        share = np.where(flat[candle], row == first[candle], inside / np.where(flat, 1.0, length)[candle])
        volume = np.zeros(count)
        np.add.at(volume, np.minimum(row, count - 1), share * traded[candle])
        return cls(float(market.low.min()) * np.exp(np.arange(count + 1) * PRICE_CELL), volume)

    @property
    def point_of_control(self) -> int:
        """The row in which most was traded; of equal ones the lowest."""
        return int(self.volume.argmax())

    def value_area(self, share: float) -> tuple[int, int]:
        """Return the first and last row around the point of control that hold a share of the volume.

        It grows by the larger of both neighbours, of equal ones the upper, until they do.
        """
        low = high = self.point_of_control
        held, wanted = float(self.volume[low]), share * float(self.volume.sum())
        while held < wanted and (low > 0 or high < len(self.volume) - 1):
            above = float(self.volume[high + 1]) if high < len(self.volume) - 1 else -1.0
            below = float(self.volume[low - 1]) if low > 0 else -1.0
            if above >= below:
                high, held = high + 1, held + above
            else:
                low, held = low - 1, held + below
        return low, high

    def nodes(self, most: int) -> list[int]:
        """Return the rows that are the highest within half a percent, but the point of control; the highest first."""
        padded = np.pad(self.volume, _AROUND, constant_values=-1.0)
        highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1).max(axis=1)
        found = np.flatnonzero((self.volume >= highest) & (self.volume > self.volume.mean()))
        apart = found[np.abs(found - self.point_of_control) > _AROUND]
        return [int(one) for one in apart[np.argsort(-self.volume[apart], kind="stable")][:most]]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per range: price_low, price_high [quote/base], volume [base]."""
        columns = {"price_low": self.edges[:-1], "price_high": self.edges[1:], "volume": self.volume}
        return pd.DataFrame(columns)


def volume_levels(market: MarketData, rules: ReferenceRules) -> Iterator[ReferenceLevel]:
    """Yield point of control, value area and high-volume nodes of a market; none without volume."""
    found = VolumeAtPrice.of(market)
    if not found.volume.sum() > 0:
        return
    known, source = int(market.close_time[-1]), f"{source_of(market)}, {rules.days:g} days"
    spread = "volume by 10 basis points, each candle's spread evenly in ln(price) from low to high"
    centre = found.point_of_control
    low, high = found.value_area(rules.value_area)
    rows = [("point of control", centre, f"where most was traded: {spread}")]
    rows += [
        ("high-volume node", row, f"most within half a percent, and above the mean: {spread}")
        for row in found.nodes(rules.nodes)
    ]
    for name, row, formula in rows:
        ends = float(found.edges[row]), float(found.edges[row + 1])
        yield ReferenceLevel("volume at price", name, *ends, known, source, formula)
    area = f"edge of the {rules.value_area:.0%} of the volume around the point of control: {spread}"
    for name, price in (("value area low", found.edges[low]), ("value area high", found.edges[high + 1])):
        yield ReferenceLevel("volume at price", name, float(price), float(price), known, source, area)
