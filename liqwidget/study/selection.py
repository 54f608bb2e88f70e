"""A selection: what stands in a box of price and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.lattice import PRICE_CELL, price_cell_coordinate, price_cell_edge
from liqwidget.domain.time import timestamp
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.study.provenance import Provenance, provenance

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.levels import LevelSet
    from liqwidget.domain.viewport import Box
    from liqwidget.study.clusters import Cluster


@dataclass(frozen=True, eq=False)
class Selection:
    """A box chosen on the picture or in Python, and what stands in it at its end.

    Parameters
    ----------
    box : Box
        Its price and time range.
    ledger : Ledger
        The ledger of the venues shown.
    clusters : tuple of Cluster
        Clusters whose peak is inside the price range.
    horizon : str
        Horizon of expected sizes.
    leverage : tuple of str
        Leverage groups shown.
    """

    box: Box
    ledger: Ledger = field(repr=False)
    clusters: tuple[Cluster, ...] = ()
    horizon: str = "24h"
    leverage: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def price(self) -> tuple[float, float]:
        """Low and high [quote/base]."""
        return self.box.price

    @property
    def time(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """From and to, UTC."""
        return timestamp(self.box.time[0]), timestamp(self.box.time[1])

    @cached_property
    def levels(self) -> LevelSet:
        """The levels whose price cell and life overlap the box."""
        found = levels(self.ledger).inside(self.box)
        if self.leverage is None:
            return found
        frame = found.to_frame()
        return found.where(frame["leverage"].isin(self.leverage).to_numpy())

    def _standing(self, measure: str, edges: Any) -> Any:
        return profile(
            self.ledger, edges, self.box.time[1], measure=measure, horizon=self.horizon, leverage=self.leverage
        )

    @cached_property
    def long_size(self) -> float:
        """Longs standing in the price range at the box's end [quote]."""
        return float(self._standing("size", self.box.price).long[0])

    @cached_property
    def short_size(self) -> float:
        """Shorts standing in the price range at the box's end [quote]."""
        return float(self._standing("size", self.box.price).short[0])

    def to_frame(self) -> pd.DataFrame:
        """Return what stands in the box at its end, by price cell and side.

        Returns
        -------
        DataFrame
            One row per side and 10-basis-point cell in which anything stands: side ('long' / 'short'), price_low,
            price_high [quote/base; cut to the box], size, expected_size [quote], distance_pct [%, from the last close
            to the middle].
        """
        first, last = price_cell_coordinate(np.asarray(self.box.price))
        inner = np.arange(np.floor(first) + 1, np.ceil(last))
        edges = np.concatenate([[self.box.price[0]], price_cell_edge(inner), [self.box.price[1]]])
        edges = edges[np.append(True, np.diff(np.log(edges)) > PRICE_CELL * 1e-9)]
        size, expected = self._standing("size", edges), self._standing("expected", edges)
        price = self.ledger.last_price(self.box.time[1])
        frames = [
            pd.DataFrame(
                {
                    "side": name,
                    "price_low": edges[:-1],
                    "price_high": edges[1:],
                    "size": getattr(size, name),
                    "expected_size": getattr(expected, name),
                    "distance_pct": (np.sqrt(edges[:-1] * edges[1:]) / price - 1) * 100,
                }
            )
            for name in ("long", "short")
        ]
        table = pd.concat(frames, ignore_index=True)
        return table[table["size"] > 0].reset_index(drop=True)

    def provenance(self, *, by: str = "candle") -> Provenance:
        """Return which candles, venues and leverage groups made what stands in the price range at the box's end.

        Candles before the box count too: what they opened may still stand in it.

        Parameters
        ----------
        by : str
            'candle', or a duration such as '1h' into which candles are merged.

        Returns
        -------
        Provenance
            `.to_frame()` is a DataFrame, `.timeline()` the same as columns of time; sizes add up to `long_size` and
            `short_size`.

        Raises
        ------
        DataError
            If `by` is no duration.
        """
        return provenance(self.ledger, self.box.price, self.box.time[1], leverage=self.leverage, by=by)

    def __repr__(self) -> str:
        """Return the ranges and the sizes."""
        low, high = self.box.price
        start, end = self.time
        return (
            f"Selection(price {low:,.8g} to {high:,.8g}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, "
            f"est. long {money(self.long_size, self.ledger.quote)}, "
            f"est. short {money(self.short_size, self.ledger.quote)}, clusters: {len(self.clusters)})"
        )
