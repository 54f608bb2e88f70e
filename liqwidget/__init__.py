"""liqwidget: a zoomable crypto liquidation heatmap in one notebook cell, and Python objects of what is selected on it.

Where things are: `domain` the nouns, `market` where data come from, `field` and `estimate` the mathematics, `raster`
numbers to pixels, `study` levels, clusters, profile and selections, `trust` how far to believe them, `run` what follows
live data, `widget` the anywidget and exports, `picture` what is drawn without a page, `heatmap` the face.
"""

from __future__ import annotations

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.levels import LevelSet
from liqwidget.domain.margin import liquidation_price
from liqwidget.domain.positions import Positions
from liqwidget.domain.side import Side
from liqwidget.domain.viewport import Box, Viewport
from liqwidget.errors import DataError, EstimateError, LiqError, MissingExtraError, ProtocolError, SourceError
from liqwidget.estimate.calibrate import calibrate
from liqwidget.estimate.calibration import Calibration
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market.download import history, margin_tiers
from liqwidget.market.simulated.sample import sample_market
from liqwidget.market.store import face as store
from liqwidget.picture.comparison import DrawnComparison, compare
from liqwidget.picture.venue_comparison import DrawnVenueComparison, compare_venues
from liqwidget.raster.grid import Grid, rasterise
from liqwidget.study.clusters import Cluster, Gap, clusters_frame, find_clusters, find_gaps
from liqwidget.study.levels import levels
from liqwidget.study.profile import Profile, profile
from liqwidget.study.provenance import Provenance, provenance
from liqwidget.study.reading import Reading, read_out
from liqwidget.study.selection import Selection
from liqwidget.trust.alternatives import Alternative, default_alternatives
from liqwidget.trust.comparison import Comparison, compare_snapshots
from liqwidget.trust.grade import Grade, grade
from liqwidget.trust.measured_levels import MeasuredLevels, measured_levels
from liqwidget.trust.reliability import Reliability, reliability
from liqwidget.trust.score import Scores, score, score_positions, score_truth
from liqwidget.trust.uncertainty import Uncertainty, uncertainty
from liqwidget.trust.venue_comparison import VenueComparison

__version__ = "0.1.0"

__all__ = [
    "Alternative",
    "Box",
    "Calibration",
    "Cluster",
    "Comparison",
    "DataError",
    "DrawnComparison",
    "DrawnVenueComparison",
    "EstimateError",
    "Gap",
    "Grade",
    "Grid",
    "Ledger",
    "LevelSet",
    "LiqError",
    "LiqHeatmap",
    "MarketData",
    "MeasuredLevels",
    "MissingExtraError",
    "Positions",
    "Profile",
    "ProtocolError",
    "Provenance",
    "Reading",
    "Reliability",
    "Scores",
    "Selection",
    "Side",
    "SourceError",
    "Uncertainty",
    "VenueComparison",
    "Viewport",
    "advance",
    "calibrate",
    "clusters_frame",
    "compare",
    "compare_snapshots",
    "compare_venues",
    "default_alternatives",
    "estimate",
    "find_clusters",
    "find_gaps",
    "grade",
    "history",
    "levels",
    "liquidation_price",
    "margin_tiers",
    "measured_levels",
    "profile",
    "provenance",
    "rasterise",
    "read_out",
    "recompute",
    "reliability",
    "sample_market",
    "score",
    "score_positions",
    "score_truth",
    "store",
    "uncertainty",
]
