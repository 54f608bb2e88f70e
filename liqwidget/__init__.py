"""liqwidget: a zoomable crypto liquidation heatmap in one notebook cell, and Python objects of what is selected on it.

Where things are: `domain` the nouns, `market` where data come from, `field` and `estimate` the mathematics, `raster`
numbers to pixels, `study` levels, clusters, profile and selections, `trust` how far to believe them, `decide` what to
do about it, `run` what follows live data, `widget` the anywidget and exports, `picture` what is drawn without a page,
`heatmap` the face.
"""

from __future__ import annotations

from liqwidget.decide.alerts import Alert, AlertReplay, alerts_frame, replay_alerts
from liqwidget.decide.cascade import Cascade, cascade, cascade_curve
from liqwidget.decide.cluster_history import ClusterHistory, ClusterLife, cluster_history
from liqwidget.decide.cluster_rules import (
    ClusterAppears,
    ClusterDissolves,
    ClusterGrows,
    ClusterShifts,
    ClusterSwept,
    PriceNear,
    VenuesAgree,
)
from liqwidget.decide.confluence import ClusterConfluence, Confluence, confluence
from liqwidget.decide.impact import SquareRootImpact
from liqwidget.decide.level_rules import AmountPasses, DataStale, HeatSpikes
from liqwidget.decide.lives import ClusterEvent
from liqwidget.decide.market_summary import MarketSummary, NearCluster, market_summary
from liqwidget.decide.plan import plan
from liqwidget.decide.plan_value import Plan, PlanWarning
from liqwidget.decide.reference import MarketState, ReferenceLevel, ReferenceRules
from liqwidget.decide.reference_levels import ReferenceLevels, reference_levels
from liqwidget.decide.sweeps import Sweep, Sweeps, sweeps
from liqwidget.decide.watching import AlertRule
from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.levels import LevelSet
from liqwidget.domain.margin import liquidation_price
from liqwidget.domain.order_book import OrderBook
from liqwidget.domain.overlay import Line, PriceBand, PriceCurve, PriceLine, TimeMark
from liqwidget.domain.positions import Positions
from liqwidget.domain.side import Side
from liqwidget.domain.viewport import Box, Viewport
from liqwidget.errors import DataError, EstimateError, LiqError, MissingExtraError, ProtocolError, SourceError
from liqwidget.estimate.calibrate import calibrate
from liqwidget.estimate.calibration import Calibration
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market.download import history, margin_tiers, order_book
from liqwidget.market.simulated.sample import sample_market
from liqwidget.market.store import face as store
from liqwidget.picture.comparison import DrawnComparison, compare
from liqwidget.picture.venue_comparison import DrawnVenueComparison, compare_venues
from liqwidget.raster.grid import Grid, rasterise
from liqwidget.run.alerting import Alerts
from liqwidget.run.webhook import Webhook
from liqwidget.study.clusters import Cluster, Gap, clusters_frame, find_clusters, find_gaps
from liqwidget.study.levels import levels
from liqwidget.study.profile import Profile, profile
from liqwidget.study.provenance import Provenance, provenance
from liqwidget.study.reading import Reading, read_out
from liqwidget.study.selection import Selection
from liqwidget.trust.alternatives import Alternative, default_alternatives
from liqwidget.trust.comparison import Comparison, compare_snapshots
from liqwidget.trust.evidence import Evidence, evidence
from liqwidget.trust.grade import Grade, grade
from liqwidget.trust.measured_levels import MeasuredLevels, measured_levels
from liqwidget.trust.reliability import Reliability, reliability
from liqwidget.trust.score import Scores, score, score_positions, score_truth
from liqwidget.trust.uncertainty import Uncertainty, uncertainty
from liqwidget.trust.venue_comparison import VenueComparison
from liqwidget.watchlist import Watchlist

__version__ = "0.1.0"

__all__ = [
    "Alert",
    "AlertReplay",
    "AlertRule",
    "Alerts",
    "Alternative",
    "AmountPasses",
    "Box",
    "Calibration",
    "Cascade",
    "Cluster",
    "ClusterAppears",
    "ClusterConfluence",
    "ClusterDissolves",
    "ClusterEvent",
    "ClusterGrows",
    "ClusterHistory",
    "ClusterLife",
    "ClusterShifts",
    "ClusterSwept",
    "Comparison",
    "Confluence",
    "DataError",
    "DataStale",
    "DrawnComparison",
    "DrawnVenueComparison",
    "EstimateError",
    "Evidence",
    "Gap",
    "Grade",
    "Grid",
    "HeatSpikes",
    "Ledger",
    "LevelSet",
    "Line",
    "LiqError",
    "LiqHeatmap",
    "MarketData",
    "MarketState",
    "MarketSummary",
    "MeasuredLevels",
    "MissingExtraError",
    "NearCluster",
    "OrderBook",
    "Plan",
    "PlanWarning",
    "Positions",
    "PriceBand",
    "PriceCurve",
    "PriceLine",
    "PriceNear",
    "Profile",
    "ProtocolError",
    "Provenance",
    "Reading",
    "ReferenceLevel",
    "ReferenceLevels",
    "ReferenceRules",
    "Reliability",
    "Scores",
    "Selection",
    "Side",
    "SourceError",
    "SquareRootImpact",
    "Sweep",
    "Sweeps",
    "TimeMark",
    "Uncertainty",
    "VenueComparison",
    "VenuesAgree",
    "Viewport",
    "Watchlist",
    "Webhook",
    "advance",
    "alerts_frame",
    "calibrate",
    "cascade",
    "cascade_curve",
    "cluster_history",
    "clusters_frame",
    "compare",
    "compare_snapshots",
    "compare_venues",
    "confluence",
    "default_alternatives",
    "estimate",
    "evidence",
    "find_clusters",
    "find_gaps",
    "grade",
    "history",
    "levels",
    "liquidation_price",
    "margin_tiers",
    "market_summary",
    "measured_levels",
    "order_book",
    "plan",
    "profile",
    "provenance",
    "rasterise",
    "read_out",
    "recompute",
    "reference_levels",
    "reliability",
    "replay_alerts",
    "sample_market",
    "score",
    "score_positions",
    "score_truth",
    "store",
    "sweeps",
    "uncertainty",
]
