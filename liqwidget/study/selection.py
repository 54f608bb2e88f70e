"""A selection: what stands in a box of price and time, or in chosen clusters."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.lattice import PRICE_CELL, price_cell_coordinate, price_cell_edge
from liqwidget.domain.side import Side
from liqwidget.domain.time import timestamp
from liqwidget.domain.viewport import Box
from liqwidget.errors import DataError
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.study.provenance import Provenance, provenance

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.levels import LevelSet
    from liqwidget.study.clusters import Cluster


@dataclass(frozen=True, eq=False)
class Selection:
    """A box, or clusters, chosen on the picture or in Python, and what stands there at the end of its time.

    Parameters
    ----------
    box : Box
        Its price and time range; of clusters from the lowest price to the highest, since the data begin.
    ledger : Ledger
        The ledger of the venues shown.
    clusters : tuple of Cluster
        Clusters whose peak is inside the price range, or the chosen ones.
    horizon : str
        Horizon of expected sizes.
    leverage : tuple of str
        Leverage groups shown.
    chosen : tuple of Cluster
        The clusters that were chosen, whose own prices and side alone count; empty for a box.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> h = liqwidget.LiqHeatmap.from_ledger(ledger)
    >>> chosen = h.select(price=(87_000, 90_000))
    >>> chosen == h.selection
    True
    >>> h.selection.price, h.selection.to_frame()["side"].unique().tolist()
    ((87000.0, 90000.0), ['long', 'short'])
    >>> h.close()
    """

    box: Box
    ledger: Ledger = field(repr=False)
    clusters: tuple[Cluster, ...] = ()
    horizon: str = "24h"
    leverage: tuple[str, ...] | None = field(default=None, repr=False)
    chosen: tuple[Cluster, ...] = ()

    @classmethod
    def of_clusters(cls, clusters: tuple[Cluster, ...], ledger: Ledger, end: int, **how: Any) -> Selection:
        """Return the selection of one or more clusters that stand at a time [ns]; `how`: horizon, leverage."""
        price = min(one.price_low for one in clusters), max(one.price_high for one in clusters)
        return cls(Box(price, (ledger.start, end)), ledger, clusters, chosen=clusters, **how)

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
        if self.leverage is None and not self.chosen:
            return found
        frame = found.to_frame()
        counts = frame["leverage"].isin(self.leverage) if self.leverage is not None else frame["leverage"].notna()
        if self.chosen:
            counts &= functools.reduce(operator.or_, (_overlaps(frame, one) for one in self.chosen))
        return found.where(counts.to_numpy())

    def _standing(self, measure: str, edges: Any) -> Any:
        return profile(
            self.ledger, edges, self.box.time[1], measure=measure, horizon=self.horizon, leverage=self.leverage
        )

    @property
    def long_size(self) -> float:
        """Longs standing in the price range, or in the chosen clusters, at the end [quote]."""
        return self._sizes[0]

    @property
    def short_size(self) -> float:
        """Shorts standing in the price range, or in the chosen clusters, at the end [quote]."""
        return self._sizes[1]

    @cached_property
    def _sizes(self) -> tuple[float, float]:
        sizes = [0.0, 0.0]
        for price, sides in self._ranges:
            standing = self._standing("size", price)
            for side in sides:
                sizes[side.row] += float(getattr(standing, side.label)[0])
        return sizes[0], sizes[1]

    @property
    def _ranges(self) -> list[tuple[tuple[float, float], tuple[Side, ...]]]:
        """The prices and sides that count."""
        if not self.chosen:
            return [(self.box.price, tuple(Side))]
        return [((one.price_low, one.price_high), (one.side,)) for one in self.chosen]

    def to_frame(self) -> pd.DataFrame:
        """Return what stands in the box at its end, by price cell and side.

        Returns
        -------
        DataFrame
            One row per side and 10-basis-point cell in which anything stands: side ('long' / 'short'), price_low,
            price_high [quote/base; cut to the box], size, expected_size [quote], distance_pct [%, from the last close
            to the middle].
        """
        parts = [self._frame(price, side) for price, sides in self._ranges for side in sides]
        table = pd.concat(parts, ignore_index=True)
        return table[table["size"] > 0].reset_index(drop=True)

    def _frame(self, price: tuple[float, float], side: Side) -> pd.DataFrame:
        first, last = price_cell_coordinate(np.asarray(price))
        inner = np.arange(np.floor(first) + 1, np.ceil(last))
        edges = np.concatenate([[price[0]], price_cell_edge(inner), [price[1]]])
        edges = edges[np.append(True, np.diff(np.log(edges)) > PRICE_CELL * 1e-9)]
        size, expected = self._standing("size", edges), self._standing("expected", edges)
        close = self.ledger.last_price(self.box.time[1])
        return pd.DataFrame(
            {
                "side": side.label,
                "price_low": edges[:-1],
                "price_high": edges[1:],
                "size": getattr(size, side.label),
                "expected_size": getattr(expected, side.label),
                "distance_pct": (np.sqrt(edges[:-1] * edges[1:]) / close - 1) * 100,
            }
        )

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
            If `by` is no duration, or several clusters are chosen.
        """
        if len(self.chosen) > 1:
            message = (
                f"Expected a box or one cluster, was {len(self.chosen)} clusters: ask h.provenance(cluster) for each"
            )
            raise DataError(message)
        side = self.chosen[0].side if self.chosen else None
        return provenance(self.ledger, self.box.price, self.box.time[1], side=side, leverage=self.leverage, by=by)

    def __repr__(self) -> str:
        """Return the ranges and the sizes."""
        low, high = self.box.price
        start, end = self.time
        return (
            f"Selection(price {low:,.8g} to {high:,.8g}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, "
            f"est. long {money(self.long_size, self.ledger.unit)}, "
            f"est. short {money(self.short_size, self.ledger.unit)}, clusters: {len(self.clusters)})"
        )


def _overlaps(levels: pd.DataFrame, cluster: Cluster) -> Any:
    """Return which levels lie in a cluster's prices, on its side."""
    inside = (levels["price_high"] > cluster.price_low) & (levels["price_low"] < cluster.price_high)
    return inside & (levels["side"] == cluster.side.label)
