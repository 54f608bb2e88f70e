"""The same jobs by open peers: a map on a grid as public tools make it in NumPy, and datashader for the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget import MarketData, Viewport
    from liqwidget.domain.levels import LevelSet

Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]

LADDER = (100.0, 50.0, 25.0, 10.0)
"""Rungs of leverage that public tools know, all of one weight."""


def grid_walked(market: MarketData, viewport: Viewport) -> Floats:
    """Return a map as public tools make it: rows of price, walked candle by candle.

    What open interest rose by in a candle is put at its close over the rungs of a ladder, on both sides; rows that the
    candle crossed are emptied; the rows are copied into the picture's next column. Nothing decays.

    Returns
    -------
    ndarray of float64, shape (rows of the viewport, candles in it)
    """
    edges = np.geomspace(*viewport.price, viewport.height + 1)
    rows = np.zeros(viewport.height)
    seen = market.close_time > viewport.time[0]
    picture = np.zeros((viewport.height, int(seen.sum())))
    at = np.searchsorted(market.interest_time, market.close_time, side="right") - 1
    held = market.interest[np.maximum(at, 0)]
    opened = np.maximum(np.diff(held, prepend=held[:1]), 0.0) * market.close / (2 * len(LADDER))
    distances = np.concatenate([1 - 1 / np.array(LADDER), 1 + 1 / np.array(LADDER)])
    column = 0
    for candle in range(len(market.time)):
        low, high = np.searchsorted(edges, (market.low[candle], market.high[candle]))
        rows[max(low - 1, 0) : high] = 0.0
        if opened[candle] > 0:
            place = np.searchsorted(edges, market.close[candle] * distances) - 1
            inside = (place >= 0) & (place < len(rows))
            np.add.at(rows, place[inside], opened[candle])
        if seen[candle]:
            picture[:, column] = rows
            column += 1
    return picture


def lines_of(table: LevelSet) -> pd.DataFrame:
    """Return the levels of a ledger as lines that datashader draws: begin and end [ns], price, size."""
    frame = table.to_frame()
    ends = frame["close_time"].fillna(frame["open_time"].max())
    stamps = {name: pd.DatetimeIndex(column).as_unit("ns").asi8.astype(np.float64)
              for name, column in (("begin", frame["open_time"]), ("end", ends))}  # fmt: skip
    return pd.DataFrame(stamps | {"price": np.sqrt(frame["price_low"] * frame["price_high"]), "size": frame["size"]})


def shaded(lines: pd.DataFrame, viewport: Viewport) -> npt.NDArray[Any]:
    """Return levels as a picture by datashader: a line a level, its size added where it is.

    Returns
    -------
    ndarray, shape (height, width)
    """
    import datashader

    canvas = datashader.Canvas(
        viewport.width, viewport.height, x_range=tuple(map(float, viewport.time)), y_range=viewport.price
    )
    drawn = canvas.line(lines, x=["begin", "end"], y=["price", "price"], axis=1, agg=datashader.sum("size"))
    return np.asarray(drawn.values)
