"""How far the map is to be trusted: against other assumptions, liquidations, measured positions and other venues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.positions import Positions
from liqwidget.domain.time import timestamp
from liqwidget.picture.comparison import ComparisonView
from liqwidget.picture.venue_comparison import VenueComparisonView
from liqwidget.trust.comparison import compare
from liqwidget.trust.score import score
from liqwidget.trust.uncertainty import uncertainty
from liqwidget.trust.venue_comparison import compare_venues
from liqwidget.widget.selecting import SelectingView

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from liqwidget.domain.frames import MarketData
    from liqwidget.trust.score import Scores
    from liqwidget.trust.uncertainty import Alternative, Uncertainty


class JudgingView(SelectingView):
    """A heatmap that can be held against what is known otherwise."""

    def uncertainty(self, alternatives: Iterable[Alternative] | None = None) -> Uncertainty:
        """Return how much each cluster's size moves under other assumptions: low, estimated and high.

        Parameters
        ----------
        alternatives : iterable of Alternative, optional
            What else to assume of leverage, churn and the nearest distance; see `liqwidget.default_alternatives`.

        Returns
        -------
        Uncertainty
            Of the clusters shown; `.to_frame()` has one row for each. No confidence interval.
        """
        settings = self.settings
        return uncertainty(
            self.ledger, timestamp(self._session.end(settings)), clusters=self.clusters, alternatives=alternatives,
            horizon=settings.horizon, leverage=settings.leverage, venues=settings.venues,
        )  # fmt: skip

    def score(self, liquidations: Any = None, **options: Any) -> Scores:
        """Score the map against realised liquidations, beside nulls and naive methods; see `liqwidget.score`.

        Parameters
        ----------
        liquidations : DataFrame, optional
            time, side ('long' / 'short', of the position), size [quote]; None takes what the markets came with.
        **options
            every, period, skip, warm_up, methods, draws, seed: as in `liqwidget.score`.

        Returns
        -------
        Scores

        Raises
        ------
        DataError
            If there are no liquidations, or too few to tell anything.
        """
        ledger = self.ledger.only(self.settings.venues)
        return score(ledger, self._shown_markets() if liquidations is None else liquidations, **options)

    def compare(
        self,
        positions: Positions | pd.DataFrame,
        at: Any = None,
        *,
        how: str = "beside",
        theme: str = "dark",
        **options: Any,
    ) -> ComparisonView:
        """Set measured positions beside, over or minus the estimate, with figures of how far they agree.

        Parameters
        ----------
        positions : Positions or DataFrame
            See `liqwidget.Positions.from_frame`.
        at : time, optional
            The last snapshot at or before it is taken; None means the last one by the end shown.
        how : {'beside', 'over', 'minus'}
            How they are drawn.
        theme : {'dark', 'light'}
            Colours of the picture.
        **options
            edges, reach, step, venue, scale, draws: as in `liqwidget.compare`.

        Raises
        ------
        DataError
            If a frame or an option cannot be used, or no snapshot lies in the time shown.
        """
        if not isinstance(positions, Positions):
            positions = Positions.from_frame(positions, symbol=self.ledger.symbol)
        settings = self.settings
        limit = timestamp(self._session.end(settings)) if at is None and settings.as_of is not None else at
        compared = compare(self.ledger.only(settings.venues), positions, limit, **options)
        return ComparisonView(compared, how, theme, self.side_colours)

    def compare_venues(self, *, theme: str = "dark", **options: Any) -> VenueComparisonView:
        """Set the maps of the venues shown beside each other, as of the end and in the measure shown.

        Parameters
        ----------
        theme : {'dark', 'light'}
            Colours of the picture.
        **options
            measure, horizon, reach, step, sensitivity, leverage, venues: as in `liqwidget.compare_venues`.

        Raises
        ------
        DataError
            If an option cannot be used.
        """
        chosen = self.settings
        shown = {name: getattr(chosen, name) for name in ("measure", "horizon", "sensitivity", "leverage", "venues")}
        at = timestamp(self._session.end(chosen))
        compared = compare_venues(self.ledger, at, **(shown | options))
        return VenueComparisonView(compared, theme, self.side_colours)

    def _shown_markets(self) -> list[MarketData]:
        return [part for part in self._session.markets if part.venue in self.venues]
