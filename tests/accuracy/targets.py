"""What the specification asks of scores (section 8): what must be reached, and what would be good.

The test of hourly events on Hyperliquid (E3b) is no target: there a plain yes or no, whether the candle reached
anything beyond the nearest distance that the venue allows, scores .436 of the .443 that the map had, so it cannot
choose between maps.
"""

from __future__ import annotations

from typing import NamedTuple

from liqwidget.trust.score import BY_MOVE

PARTIAL, LOG = "partial rank correlation", "log correlation"


class Target(NamedTuple):
    """Bounds of one figure of a set; ``good`` is what honest work may get to."""

    name: str
    metric: str
    must: tuple[float, float]
    good: tuple[float, float]


ABOVE = float("inf")
HOURS = (
    Target("B", PARTIAL, (0.40, ABOVE), (0.43, ABOVE)),
    Target("B", LOG, (0.77, ABOVE), (0.79, ABOVE)),
    *(Target("B", metric, (0.25, 4.0), (0.33, 3.0)) for metric in BY_MOVE),
    Target("K", PARTIAL, (0.38, ABOVE), (0.40, ABOVE)),
    Target("K", LOG, (0.73, ABOVE), (0.76, ABOVE)),
)
"""K has no bounds of amounts: its liquidations are lower bounds."""

THREE_MARKETS = "E4 of three markets"
"""Test E4 as the scorer has it: three simulated markets of forty days, a minute."""

DAYS = (
    Target("E2", "rank_corr", (0.85, ABOVE), (0.87, ABOVE)),
    Target("E2", "partial_rank|move", (0.53, ABOVE), (0.57, ABOVE)),
    Target("E2", "delta_R2|move", (0.10, ABOVE), (0.12, ABOVE)),
    Target("E2b", "partial_rank|move", (0.51, ABOVE), (0.55, ABOVE)),
    Target("E1", "rho@20%", (0.27, ABOVE), (0.30, ABOVE)),
    Target("E1", "emd@all", (0.0, 0.155), (0.0, 0.145)),
    Target(THREE_MARKETS, "rho@20%", (0.43, ABOVE), (0.46, ABOVE)),
    Target(THREE_MARKETS, "tv_dist@20%", (0.0, 0.25), (0.0, 0.24)),
    Target(THREE_MARKETS, "max_mass/OI", (0.0, 1.0), (0.0, 1.0)),
)
"""Of tests of the scorer beside the data: days, positions, simulated markets."""

SAME_MAP = ((0.995, 0.015), (0.998, 0.008))
"""Spearman's correlation and total variation of the map of 5m and of 1h candles: must, and good."""

RELIABILITY = {"4h": (0.018, 0.012), "12h": (0.010, 0.006), "24h": (0.008, 0.005)}
"""Mean error of the chance by horizon, pooled over all recorded markets: what it must be, and what would be good."""
