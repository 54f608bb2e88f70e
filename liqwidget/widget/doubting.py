"""Doubting: how far the size of each cluster shown moves under the alternative priors, computed off the first paint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import timestamp
from liqwidget.errors import LiqError
from liqwidget.trust.uncertainty import Uncertainty, keeps, uncertainty
from liqwidget.widget import protocol
from liqwidget.widget.keeping import weakly
from liqwidget.widget.newest import Newest
from liqwidget.widget.view import HeatmapView

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.study.clusters import Cluster


@dataclass(frozen=True, slots=True)
class Doubted:
    """Whose ranges are asked for: clusters of a ledger at a time [ns], under a horizon, groups and venues."""

    ledger: Ledger
    end: int
    clusters: tuple[Cluster, ...]
    horizon: str
    leverage: tuple[str, ...] | None
    venues: tuple[str, ...] | None

    def uncertainty(self) -> Uncertainty:
        """Return the ranges, as `LiqHeatmap.uncertainty` does."""
        return uncertainty(
            self.ledger, timestamp(self.end), clusters=self.clusters, horizon=self.horizon, leverage=self.leverage,
            venues=self.venues,
        )  # fmt: skip


class DoubtingView(HeatmapView):
    """A heatmap view whose clusters come with a range, once someone looks.

    The first picture that a page asks for starts it, so that nothing waits for it and nothing is computed that nobody
    sees; from then on each change is followed by its ranges. A ledger's alternatives are estimated once: other
    times, clusters and settings of it only evaluate them. What is too long to be kept so is not done during a replay.
    """

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        self._watched = False
        self._doubted: Doubted | None = None
        super().__init__(*arguments, **traits)
        self.observe(weakly(self._doubt_anew), "whiskers")

    @cached_property
    def _doubter(self) -> Newest:
        """Also there for a heatmap that could not be made: ipywidgets closes that too."""
        return Newest("liqwidget-uncertainty")

    def complete(self) -> None:
        """Wait for what comes after the first paint, so that the state can be saved whole."""
        self._watched = True
        with self._lock:
            asked = self._doubt_wanted()
            if asked is not None and not (asked == self._doubted and self._doubt is not None):
                self._doubted = asked
                self._doubt = doubt_of(asked)

    def close(self) -> None:
        """Close the view; nothing goes on behind it."""
        self._doubter.close()
        super().close()

    def _reply(self, request: protocol.Request) -> tuple[dict[str, Any], protocol.Buffers] | None:
        answer = super()._reply(request)
        if not self._watched and isinstance(request, protocol.ViewRequest):
            self._watched = True
            self._doubt_anew()
        return answer

    def _refresh(self) -> None:
        super()._refresh()
        self._doubt_anew()

    def _doubt_wanted(self) -> Doubted | None:
        settings, ledger = self.settings, self._session.ledger
        past = settings.as_of is not None
        if not (self._watched and self.whiskers) or (past and not keeps(ledger)):
            return None
        return Doubted(
            ledger, self._session.end(settings), self.found, settings.horizon, settings.leverage, settings.venues
        )

    def _doubt_anew(self, _change: Any = None) -> None:
        with self._lock:
            asked, before = self._doubt_wanted(), self._doubted
            if asked == before:
                return
            self._doubted = asked
            if asked is None or before is None or asked.ledger.prior != before.ledger.prior:
                self.set_trait("_doubt", None)
            if asked is not None:
                self._doubter.ask(partial(self._answer_doubt, asked))

    def _answer_doubt(self, asked: Doubted) -> None:
        """Compute and show what was asked for, unless something newer is; called from a thread of its own."""
        found = doubt_of(asked)
        with self._lock:
            if asked is self._doubted:
                self._doubt = found


def doubt_of(asked: Doubted) -> dict[str, Any]:
    """Return the ranges as the front end reads them; what cannot be estimated is a sentence."""
    try:
        return doubt_state(asked.uncertainty())
    except LiqError as error:
        return {"over": [], "of": {}, "error": str(error)}


def doubt_state(found: Uncertainty) -> dict[str, Any]:
    """Return (lowest, estimated, highest) [quote] of each cluster in both measures, and the alternatives' names."""
    ranges: dict[str, dict[str, list[float]]] = {cluster.id: {} for cluster in found.clusters}
    for measure, values in (("size", found.sizes), ("expected", found.expected_sizes)):
        three = zip(values.min(axis=0).tolist(), values[0].tolist(), values.max(axis=0).tolist(), strict=True)
        for one, part in zip(ranges.values(), three, strict=True):
            one[measure] = list(part)
    return {"over": [one.name for one in found.alternatives[1:]], "of": ranges, "error": ""}
