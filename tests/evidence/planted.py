"""Markets with a known lean toward clusters: whether a question sees what is there.

Candles are drawn one after the other. Each one's direction leans toward the nearer cluster of the map as it could be
known by then, with chance one half and the lean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.leverage import group_indices
from liqwidget.estimate.estimator import Rules, advance, estimated
from liqwidget.field.density import HEAT_PRIOR
from liqwidget.study.clustering import Rule
from liqwidget.trust.evidence_hours import Map, clusters_at

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

FOUND_BY = Map(group_indices(None), Rule.of(0.5), 10)
COLUMNS = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")


def leaning(market: MarketData, lean: float, seed: int, *, warm: int = 14 * 24, every: int = 4) -> MarketData:
    """Return a market with the candles' shapes, each kept or mirrored.

    Parameters
    ----------
    market : MarketData
        Shapes, volume and times; without open interest.
    lean : float
        Beyond one half, the chance that a candle closes toward the nearer cluster.
    seed : int
        Of what is drawn.
    warm : int
        Candles without a lean at first.
    every : int
        Candles from map to map.
    """
    rng = np.random.default_rng(seed)
    shapes = np.log(
        np.stack([market.open, market.high, market.low, market.close]) / np.append(market.open[0], market.close[:-1])
    )
    prices = np.empty_like(shapes)
    price = float(np.log(market.open[0]))
    ledger: Ledger | None = None
    edge = None
    for row in range(shapes.shape[1]):
        if row >= warm and (row - warm) % every == 0:
            ledger = _gone_on(ledger, market, np.exp(prices[:, :row]))
            edge = _nearest(ledger, price)
        sign = 1.0 if rng.random() < 0.5 else -1.0
        if edge is not None and rng.random() < 2 * lean:
            sign = float(np.sign(edge - price) * np.sign(shapes[3, row])) or sign
        open_, high, low, close = shapes[:, row] * sign
        prices[:, row] = price + np.array([open_, max(high, low), min(high, low), close])
        price += close
    return replace(market, **dict(zip(COLUMNS[1:5], np.exp(prices), strict=True)))


def _gone_on(ledger: Ledger | None, market: MarketData, prices: npt.NDArray[np.float64]) -> Ledger:
    """Return the heat of the candles so far; a ledger goes on with those that it lacks."""
    first = 0 if ledger is None else ledger.venues[0].settled - 1
    rows = slice(first, prices.shape[1])
    drawn = dict(zip(COLUMNS[1:5], prices[:, rows], strict=True))
    others = {name: getattr(market, name)[rows] for name in ("time", "volume", "taker_buy_volume")}
    newer = replace(market, **drawn, **others)
    return estimated(newer, HEAT_PRIOR, Rules().without_cap()) if ledger is None else advance(ledger, newer)


def _nearest(ledger: Ledger, price: float) -> float | None:
    """Return ln of the near edge of the nearer cluster."""
    found = clusters_at(ledger, FOUND_BY)
    edges = found.edge * 0.001
    beyond = edges[np.abs(edges - price) > 1e-9]
    return float(beyond[np.abs(beyond - price).argmin()]) if len(beyond) else None
