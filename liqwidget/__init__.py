"""liqwidget: a zoomable crypto liquidation heatmap in one notebook cell, and Python objects of what is selected on it.

Where things are: `domain` the nouns, `market` where data come from, `field` and `estimate` the mathematics, `raster`
numbers to pixels, `study` levels, clusters, profile and selections, `widget` the anywidget and exports, `heatmap` the
face.
"""

from __future__ import annotations

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.levels import LevelSet
from liqwidget.domain.margin import liquidation_price
from liqwidget.domain.side import Side
from liqwidget.domain.viewport import Box, Viewport
from liqwidget.errors import DataError, EstimateError, LiqError, MissingExtraError, ProtocolError, SourceError
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market.sample import sample_market
from liqwidget.raster.grid import Grid, rasterise
from liqwidget.study.clusters import Cluster, clusters_frame, find_clusters
from liqwidget.study.levels import levels
from liqwidget.study.profile import Profile, profile
from liqwidget.study.selection import Selection

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Cluster",
    "DataError",
    "EstimateError",
    "Grid",
    "Ledger",
    "LevelSet",
    "LiqError",
    "LiqHeatmap",
    "MarketData",
    "MissingExtraError",
    "Profile",
    "ProtocolError",
    "Selection",
    "Side",
    "SourceError",
    "Viewport",
    "advance",
    "clusters_frame",
    "estimate",
    "find_clusters",
    "levels",
    "liquidation_price",
    "profile",
    "rasterise",
    "recompute",
    "sample_market",
]
