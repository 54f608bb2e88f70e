"""How far a heatmap says its map can be relied on: the verbs of `trust`, bound to `LiqHeatmap`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import timestamp
from liqwidget.estimate.calibrate import calibrate as calibrate_to
from liqwidget.picture.comparison import DrawnComparison
from liqwidget.picture.venue_comparison import DrawnVenueComparison
from liqwidget.trust.evidence import evidence as evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from liqwidget.domain.positions import Positions
    from liqwidget.estimate.calibration import Calibration
    from liqwidget.market.live_accounts import LivePositions
    from liqwidget.trust.alternatives import Alternative
    from liqwidget.trust.evidence import Evidence
    from liqwidget.trust.grade import Grade
    from liqwidget.trust.score import Scores
    from liqwidget.trust.uncertainty import Uncertainty
    from liqwidget.widget.view import HeatmapWidget


@property  # type: ignore[misc]
def grade(self: HeatmapWidget) -> Grade:
    """How far the map can be relied on at the end shown, 'A' to 'D', with the reasons."""
    found: Grade = self._trust.grade()
    return found


def uncertainty(self: HeatmapWidget, alternatives: Iterable[Alternative] | None = None) -> Uncertainty:
    """Return how much each cluster's size moves under other assumptions: low, estimated and high.

    No confidence interval. `alternatives`: by default `liqwidget.default_alternatives`. `.to_frame()`: a row each.
    """
    found: Uncertainty = self._trust.uncertainty(alternatives)
    return found


def score(self: HeatmapWidget, liquidations: Any = None, **options: Any) -> Scores:
    """Score the map against realised liquidations, beside nulls and naive methods; see `liqwidget.score`.

    `liquidations`: time, side ('long' / 'short', of the position), size [quote], optionally venue; None takes what
    the markets came with, live or stored, each venue's against its own map. Options, as in `liqwidget.score`:
    every, period ('1h': hour by hour), skip, warm_up, block, methods, draws, seed. A DataError says that there are
    none, or too few to tell anything.
    """
    found: Scores = self._trust.score(liquidations, **options)
    return found


def calibrate(self: HeatmapWidget, liquidations: pd.DataFrame | None = None, **options: Any) -> Calibration:
    """Fit one factor, or the prior's (median, sigma), to realised liquidations; see `liqwidget.calibrate`.

    Nothing changes by itself: ``h.prior = calibration.prior`` takes a fitted prior. `liquidations`: time, side,
    size [quote]; None takes what the markets came with. Options, as in `liqwidget.calibrate`: fit, every, period,
    skip. A DataError says what is missing.
    """
    return calibrate_to(self._trust.markets, liquidations, prior=self.prior, **options)


def compare(
    self: HeatmapWidget,
    positions: Positions | LivePositions | pd.DataFrame,
    at: Any = None,
    *,
    how: str = "beside",
    theme: str = "dark",
    **options: Any,
) -> DrawnComparison:
    """Set measured positions beside, over or minus the estimate, with figures of how far they agree.

    Parameters
    ----------
    positions : Positions, LivePositions or DataFrame
        See `liqwidget.positions` and `liqwidget.Positions.from_frame`; of live ones the newest.
    at : time, optional
        The last snapshot at or before it is taken; None means the last one by the end shown.
    how, theme : {'beside', 'over', 'minus'}, {'dark', 'light'}
        How they are drawn.
    **options
        edges, reach, step, venue, scale, draws: as in `liqwidget.compare`.
    """
    return DrawnComparison.of(self._trust.compare(positions, at, **options), how, theme, self.side_colours)


def compare_venues(self: HeatmapWidget, *, theme: str = "dark", **options: Any) -> DrawnVenueComparison:
    """Set the maps of the venues shown beside each other, as of the end and in the measure shown.

    `theme`: 'dark' or 'light'. Options, as in `liqwidget.compare_venues`: measure, horizon, reach, step,
    sensitivity, leverage, venues.
    """
    return DrawnVenueComparison.of(self._trust.compare_venues(**options), theme, self.side_colours)


def evidence(self: HeatmapWidget, horizon: str = "24h", every: str = "1h", check: int = 20, **options: Any) -> Evidence:
    """Return what the loaded history says of eight claims that are made of liquidation clusters.

    Each venue shown by itself and all together, up to the end shown, of the leverage groups and the sensitivity shown;
    44 days at least: 14 to warm up, 30 to ask. `check`: on how many markets without any attraction the same is
    counted. A year of 5-minute candles takes three seconds, and as long again for each of those. Options: width, seed,
    as in `liqwidget.evidence`.

    Raises
    ------
    DataError
        If an option cannot be used.
    """
    shown = self._shown()
    options = shown.settings.found_by | options
    return evidence_of(shown.ledger, horizon, every, check, at=timestamp(shown.end), **options)
