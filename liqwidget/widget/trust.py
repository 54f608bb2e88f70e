"""How far the map shown is to be trusted: against other assumptions, liquidations, measured positions, other venues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.positions import Positions
from liqwidget.domain.time import timestamp
from liqwidget.field.measure import HEAT
from liqwidget.trust.comparison import compare
from liqwidget.trust.score import Scores, score
from liqwidget.trust.uncertainty import Uncertainty, uncertainty
from liqwidget.trust.venue_comparison import VenueComparison, compare_venues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from liqwidget.domain.frames import MarketData
    from liqwidget.trust.alternatives import Alternative
    from liqwidget.trust.comparison_value import Comparison
    from liqwidget.trust.grade import Grade
    from liqwidget.widget.display import Shown

_AS_SHOWN = ("measure", "horizon", "sensitivity", "leverage", "venues")


class Trust:
    """Judges what is shown; every verb is the one of the package, of the venues and the time shown.

    Parameters
    ----------
    shown : callable
        Returns what is shown now.
    """

    def __init__(self, shown: Callable[[], Shown]) -> None:
        self._shown = shown

    @property
    def markets(self) -> list[MarketData]:
        """The markets of the venues shown."""
        shown = self._shown()
        return shown.session.shown(shown.settings)

    def grade(self) -> Grade:
        """Return how far the map can be relied on at the end shown."""
        shown = self._shown()
        return shown.session.grade(shown.settings)

    def uncertainty(self, alternatives: Iterable[Alternative] | None) -> Uncertainty:
        """Return how much the size of each cluster shown moves under other assumptions."""
        shown = self._shown()
        settings = shown.settings
        return uncertainty(
            shown.ledger, timestamp(shown.end), clusters=shown.clusters, alternatives=alternatives,
            horizon=settings.horizon, leverage=settings.leverage, venues=settings.venues,
        )  # fmt: skip

    def score(self, liquidations: Any, **options: Any) -> Scores:
        """Return scores against realised liquidations; None takes those that the markets came with."""
        shown = self._shown()
        realised = self.markets if liquidations is None else liquidations
        return score(shown.ledger.only(shown.settings.venues), realised, **options)

    def compare(self, positions: Any, at: Any, **options: Any) -> Comparison:
        """Return measured positions beside the estimate; no snapshot after the end shown is taken.

        They are `Positions`, a frame of them, or the newest of `LivePositions`.
        """
        shown = self._shown()
        positions = positions.latest if hasattr(type(positions), "latest") else positions  # LivePositions
        if not isinstance(positions, Positions):
            positions = Positions.from_frame(positions, symbol=shown.ledger.symbol)
        limit = timestamp(shown.end) if at is None and shown.settings.as_of is not None else at
        return compare(shown.ledger.only(shown.settings.venues), positions, limit, **options)

    def compare_venues(self, **options: Any) -> VenueComparison:
        """Return the maps of the venues shown beside each other, at the end and in the amount shown: size for heat."""
        shown = self._shown()
        as_shown = {name: getattr(shown.settings, name) for name in _AS_SHOWN}
        if as_shown["measure"] == HEAT:
            as_shown["measure"] = "size"
        return compare_venues(shown.ledger, timestamp(shown.end), **(as_shown | options))
