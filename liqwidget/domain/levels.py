"""LevelSet: lives of price cells between two touches, as a table of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.leverage import LEVERAGE_GROUPS

if TYPE_CHECKING:
    from liqwidget.domain.viewport import Box

STANDING = np.iinfo(np.int64).max
"""Close time of a level that still stands."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelSet:
    """Levels: each the life of one price cell, side and leverage group of a venue between two touches.

    A touch of any part of the price cell ends a level; what stands on in the rest is the next one.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Price cell, ``floor(ln(price) / width)``.
    side : ndarray of int8, shape (n,)
        Side of the positions that would be liquidated: +1 long, -1 short.
    group : ndarray of int8, shape (n,)
        Index into `LEVERAGE_GROUPS`.
    open_time, close_time : ndarray of int64, shape (n,)
        Half-open life [ns UTC]: the close of the first candle after which it stood, and the close of the candle that
        touched it; `STANDING` while it stands.
    size : ndarray of float64, shape (n,)
        Quote currency at the liquidation price, at its end or now.
    peak_size : ndarray of float64, shape (n,)
        The largest size: at its end, or at the end of any four hours, or of any candle where these are longer [quote].
    venue : ndarray of int16, shape (n,)
        Index into `venues`.
    venues : tuple of str
        Names.
    lapsed : ndarray of bool, shape (n,)
        Whether it ended since the venue's data end, and not by a touch.
    settled : ndarray of bool, shape (n,)
        Whether it ended since open interest became 0, as by a settlement.
    width : float
        Of a price cell in ln(price); 10 basis points unless asked otherwise.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> found = liqwidget.levels(ledger)
    >>> found.venues, bool((found.price_high > found.price_low).all())
    (('binance', 'bybit', 'okx', 'hyperliquid'), True)
    """

    cell: npt.NDArray[np.int64] = field(repr=False)
    side: npt.NDArray[np.int8] = field(repr=False)
    group: npt.NDArray[np.int8] = field(repr=False)
    open_time: npt.NDArray[np.int64] = field(repr=False)
    close_time: npt.NDArray[np.int64] = field(repr=False)
    size: npt.NDArray[np.float64] = field(repr=False)
    peak_size: npt.NDArray[np.float64] = field(repr=False)
    venue: npt.NDArray[np.int16] = field(repr=False)
    venues: tuple[str, ...]
    lapsed: npt.NDArray[np.bool_] = field(repr=False)
    settled: npt.NDArray[np.bool_] = field(repr=False)
    width: float = PRICE_CELL

    def __len__(self) -> int:
        """Return the number of levels."""
        return len(self.cell)

    def where(self, mask: npt.NDArray[np.bool_]) -> LevelSet:
        """Return the levels at which `mask`, shape (n,), is true."""
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        arrays: dict[str, Any] = {name: array[mask] for name, array in values.items() if isinstance(array, np.ndarray)}
        return LevelSet(**arrays, venues=self.venues, width=self.width)

    @property
    def price_low(self) -> npt.NDArray[np.float64]:
        """Lower price edge [quote/base], shape (n,)."""
        return np.asarray(np.exp(self.cell * self.width))

    @property
    def price_high(self) -> npt.NDArray[np.float64]:
        """Upper price edge [quote/base], shape (n,)."""
        return np.asarray(np.exp((self.cell + 1) * self.width))

    @property
    def is_standing(self) -> npt.NDArray[np.bool_]:
        """Whether each level still stands, shape (n,)."""
        return np.equal(self.close_time, STANDING)

    @property
    def standing(self) -> LevelSet:
        """The levels that still stand."""
        return self.where(self.is_standing)

    def inside(self, box: Box) -> LevelSet:
        """Return the levels whose price cell and life overlap a box."""
        overlap = (self.price_high > box.price[0]) & (self.price_low < box.price[1])
        return self.where(overlap & (self.open_time < box.time[1]) & (self.close_time > box.time[0]))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per level.

        Returns
        -------
        DataFrame
            price_low, price_high [quote/base], open_time, close_time (UTC; NaT while standing), size, peak_size
            [quote], side ('long' / 'short'), leverage (group of effective leverage), venue, ended_by ('swept',
            'standing', 'settlement': open interest became 0, or 'venue' whose data ended).
        """
        stands = self.is_standing
        closes = (
            pd.Series(np.where(stands, 0, self.close_time).astype("datetime64[ns]")).dt.tz_localize("UTC").mask(stands)
        )
        return pd.DataFrame(
            {
                "price_low": self.price_low,
                "price_high": self.price_high,
                "open_time": pd.Series(self.open_time.astype("datetime64[ns]")).dt.tz_localize("UTC"),
                "close_time": closes,
                "size": self.size,
                "peak_size": self.peak_size,
                "side": np.where(self.side > 0, "long", "short"),
                "leverage": np.asarray(LEVERAGE_GROUPS, dtype=object)[self.group],
                "venue": np.asarray(self.venues, dtype=object)[self.venue],
                "ended_by": np.select(
                    [stands, self.lapsed, self.settled], ["standing", "venue", "settlement"], "swept"
                ),
            }
        )

    def __repr__(self) -> str:
        """Return how many levels, and how many still stand."""
        return f"LevelSet({len(self)} levels, {int(self.is_standing.sum())} standing)"
