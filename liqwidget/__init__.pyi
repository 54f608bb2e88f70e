from . import store
from .decide.alerts import Alert, AlertReplay, alerts_frame, replay_alerts
from .decide.cascade import cascade, cascade_curve
from .decide.cascade_value import Cascade
from .decide.cluster_history import ClusterHistory, ClusterLife, cluster_history
from .decide.cluster_rules import (
    ClusterAppears,
    ClusterDissolves,
    ClusterGrows,
    ClusterShifts,
    ClusterSwept,
    PriceNear,
    VenuesAgree,
)
from .decide.confluence import ClusterConfluence, Confluence, confluence
from .decide.impact import SquareRootImpact
from .decide.level_rules import AmountPasses, DataStale, HeatSpikes
from .decide.lives import ClusterEvent
from .decide.market_summary import MarketSummary, NearCluster, market_summary
from .decide.plan import plan
from .decide.plan_value import Plan, PlanWarning
from .decide.reference import MarketState, ReferenceLevel
from .decide.reference_levels import ReferenceLevels, reference_levels
from .decide.reference_rules import ReferenceRules
from .decide.sweeps import Sweep, Sweeps, sweeps
from .decide.watching import AlertRule
from .domain.frames import MarketData
from .domain.ledger import Ledger
from .domain.levels import LevelSet
from .domain.margin import liquidation_price
from .domain.order_book import OrderBook
from .domain.overlay import Line, PriceBand, PriceCurve, PriceLine, TimeMark
from .domain.positions import Positions
from .domain.side import Side
from .domain.viewport import Box, Viewport
from .errors import DataError, EstimateError, LiqError, MissingExtraError, ProtocolError, SourceError
from .estimate.calibrate import calibrate
from .estimate.calibration import Calibration
from .estimate.estimator import advance, estimate, recompute
from .heatmap import LiqHeatmap
from .market.account_positions import positions
from .market.download import history, margin_tiers, order_book
from .market.live_accounts import LivePositions
from .market.simulated.sample import sample_market
from .picture.comparison import DrawnComparison, compare
from .picture.venue_comparison import DrawnVenueComparison, compare_venues
from .raster.grid import Grid, rasterise
from .run.alerting import Alerts
from .run.batch import Batch, batch
from .run.webhook import Webhook
from .study.clusters import Cluster, Gap, clusters_frame, find_clusters, find_gaps
from .study.levels import levels
from .study.profile import Profile, profile
from .study.provenance import Provenance, provenance
from .study.reading import Reading, read_out
from .study.selection import Selection
from .trust.alternatives import Alternative, default_alternatives
from .trust.comparison import compare_snapshots
from .trust.comparison_value import Comparison
from .trust.evidence import Evidence, evidence
from .trust.grade import Grade, grade
from .trust.measured_levels import MeasuredLevels, measured_levels
from .trust.reliability import Reliability, reliability
from .trust.score import Scores, score, score_positions, score_truth
from .trust.uncertainty import Uncertainty, uncertainty
from .trust.venue_comparison import VenueComparison
from .watchlist import Watchlist

__version__: str

__all__ = [
    "Alert",
    "AlertReplay",
    "AlertRule",
    "Alerts",
    "Alternative",
    "AmountPasses",
    "Batch",
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
    "LivePositions",
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
    "batch",
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
    "positions",
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
