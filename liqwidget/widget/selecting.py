"""Selecting: the box and the ticked clusters of a heatmap as Python objects, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import traitlets

from liqwidget.domain.time import milliseconds_ns, timestamp
from liqwidget.domain.viewport import Box
from liqwidget.errors import DataError
from liqwidget.study.clusters import Cluster
from liqwidget.study.provenance import Provenance, provenance
from liqwidget.study.selection import Selection
from liqwidget.widget.doubting import DoubtingView
from liqwidget.widget.keeping import weakly
from liqwidget.widget.opened import opened_answer
from liqwidget.widget.traits import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.side import Side
    from liqwidget.widget import protocol


class SelectingView(DoubtingView):
    """A heatmap view whose selections are Python objects."""

    selection = traitlets.Instance(
        Selection, None, allow_none=True, read_only=True, help="What the box holds, or None."
    )
    selected_clusters = traitlets.Tuple(help="Clusters clicked on the map or ticked in the list.")

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        self._explained: tuple[Any, tuple[Provenance, ...]] | None = None
        super().__init__(*arguments, **({"selected_clusters": ()} | traits))
        self.observe(weakly(self._box_changed), "_selection")
        self.observe(weakly(self._ticks_changed), "_selected")
        self.observe(weakly(self._chosen_changed), "selected_clusters")

    @property
    def ledger(self) -> Ledger:
        """The ledger that everything shown is a function of."""
        return self._session.ledger

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Clusters that stand at the end shown, largest in the shown measure first."""
        return self.found

    def select(self, price: Any = None, time: Any = None) -> Selection:
        """Select a box, as drawing it on the picture does.

        Parameters
        ----------
        price : (low, high), optional
            [quote/base]; None means the price range shown.
        time : (from, to), optional
            Whatever pandas.Timestamp takes, UTC; None means all times up to the end shown.

        Returns
        -------
        Selection

        Raises
        ------
        DataError
            If a range is empty or cannot be read.
        """
        settings = self.settings
        whole = (self.ledger.start, self._session.end(settings))
        shown = self.price_range or self._session.fitted(settings, self._session.window(settings))
        box = Box(shown if price is None else price, whole if time is None else time)
        self._selection = {"time": [milliseconds(timestamp(part)) for part in box.time], "price": list(box.price)}
        if self.selection is None:
            message = "Expected a selection after select"
            raise DataError(message)
        return self.selection

    def clear_selection(self) -> None:
        """Remove the box and untick all clusters."""
        with self.hold_sync():
            self.set_trait("_selection", None)
            self._selected = []

    def provenance(self, of: Cluster | str | tuple[float, float] | None = None, *, by: str = "candle") -> Provenance:
        """Return which candles, venues and leverage groups made what stands in a price range.

        Parameters
        ----------
        of : Cluster, str or (low, high), optional
            A cluster or its id: its price range and side at the end shown. Prices: that range, both sides, at the end
            shown. None: the selected box at its end, else the one cluster that is ticked.
        by : str
            'candle', or a duration such as '1h' into which candles are merged.

        Returns
        -------
        Provenance

        Raises
        ------
        DataError
            If there is nothing to take, no such cluster stands, or a range or `by` cannot be used.
        """
        settings = self.settings
        side: Side | None = None
        if of is None:
            if self.selection is not None:
                return self.selection.provenance(by=by)
            of = self._ticked()
        price = self._standing(of) if isinstance(of, str) else of
        if isinstance(price, Cluster):
            side, price = price.side, (price.price_low, price.price_high)
        return provenance(
            self.ledger, price, timestamp(self._session.end(settings)), side=side, leverage=settings.leverage,
            venues=settings.venues, by=by,
        )  # fmt: skip

    def _opened(self, request: protocol.ProvenanceRequest) -> tuple[dict[str, Any], protocol.Buffers]:
        clusters = 0 if self.selection is not None else len(self.selected_clusters)
        return opened_answer(request, self._selected_provenance(), clusters=clusters)

    def _selected_provenance(self) -> tuple[Provenance, ...]:
        """Return what made the box, else each ticked cluster; found once for any number of views of it."""
        ids = () if self.selection is not None else tuple(cluster.id for cluster in self.selected_clusters)
        key = self.ledger, self.settings, self.selection, ids
        if self._explained is None or self._explained[0] != key:
            found = tuple(self.provenance(name) for name in ids) if self.selection is None else (self.provenance(),)
            self._explained = key, found
        return self._explained[1]

    def _ticked(self) -> Cluster:
        if len(self.selected_clusters) == 1:
            return cast("Cluster", self.selected_clusters[0])
        message = (
            "Expected a box or one ticked cluster, or a cluster or price range as argument, "
            f"was no box and {len(self.selected_clusters)} ticked clusters"
        )
        raise DataError(message)

    def _standing(self, name: str) -> Cluster:
        for cluster in self.clusters:
            if cluster.id == name:
                return cluster
        known = ", ".join(cluster.id for cluster in self.clusters) or "none stand"
        message = f"Expected the id of a cluster of .clusters ({known}), was {name!r:.60}"
        raise DataError(message)

    def on_select(self, callback: Callable[[Selection | None], None]) -> Callable[[], None]:
        """Call `callback` with each new selection (None when it is cleared).

        Returns
        -------
        callable
            Call it to stop.
        """

        def changed(change: Any) -> None:
            callback(change["new"])

        self.observe(changed, "selection")
        return lambda: self.unobserve(changed, "selection")

    def _refresh(self) -> None:
        super()._refresh()
        if self._selection is not None:
            self.set_trait("selection", self._selected_box(self._selection))

    def _box_changed(self, change: Any) -> None:
        state = change["new"]
        self.set_trait("selection", None if state is None else self._selected_box(state))

    def _selected_box(self, state: dict[str, Any]) -> Selection:
        settings = self.settings
        box = Box(state["price"], [timestamp(milliseconds_ns(part)) for part in state["time"]])
        inside = tuple(cluster for cluster in self.clusters if box.price[0] <= cluster.peak_price <= box.price[1])
        return Selection(box, self.ledger.only(settings.venues), inside, settings.horizon, settings.leverage)

    def _ticks_changed(self, change: Any) -> None:
        self.selected_clusters = tuple(cluster for cluster in self.clusters if cluster.id in change["new"])

    def _chosen_changed(self, change: Any) -> None:
        ids = [cluster.id for cluster in change["new"]]
        if set(ids) != set(self._selected):
            self._selected = ids

    @traitlets.validate("selected_clusters")
    def _known_clusters(self, proposal: Any) -> tuple[Cluster, ...]:
        standing = {cluster.id: cluster for cluster in getattr(self, "_found", ())}
        ids = [getattr(part, "id", part) for part in proposal["value"]]
        unknown = [part for part in ids if part not in standing]
        if unknown:
            known = ", ".join(standing) or "none stand"
            message = f"selected_clusters: Expected clusters of .clusters ({known}), was {unknown[0]!r:.60}"
            raise traitlets.TraitError(message)
        return tuple(standing[part] for part in ids)
