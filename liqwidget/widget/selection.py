"""What is selected on a heatmap: the box and the ticked clusters as Python objects, and what made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.time import milliseconds_ns, timestamp
from liqwidget.domain.viewport import Box
from liqwidget.errors import DataError
from liqwidget.study.clusters import Cluster
from liqwidget.study.provenance import Provenance, provenance
from liqwidget.study.selection import Selection
from liqwidget.widget.protocol import Buffers, ProvenanceRequest, provenance_answer
from liqwidget.widget.traits import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from liqwidget.domain.side import Side
    from liqwidget.widget.display import Shown

    Clusters = tuple[Cluster, ...]


class Selecting:
    """Turns what is selected into objects of what is shown.

    Parameters
    ----------
    shown : callable
        Returns what is shown now.
    """

    def __init__(self, shown: Callable[[], Shown]) -> None:
        self._shown = shown
        self._explained: tuple[Any, tuple[Provenance, ...]] | None = None

    def box_state(self, price: Any, time: Any, price_range: tuple[float, float] | None) -> dict[str, Any]:
        """Return a box as the front end reads it; None: the price range shown, all times up to the end shown.

        Raises
        ------
        DataError
            If a range is empty or cannot be read.
        """
        shown = self._shown()
        if price is None:
            window = shown.session.window(shown.settings)
            price = price_range or shown.session.fitted(shown.settings, window)
        box = Box(price, (shown.ledger.start, shown.end) if time is None else time)
        return {"time": [milliseconds(timestamp(part)) for part in box.time], "price": list(box.price)}

    def followed(self, name: str, value: Any, ids: Sequence[str]) -> dict[str, Any]:
        """Return the traits that follow from one that was set, in the page or in Python.

        Parameters
        ----------
        name, value : str, Any
            '_selection', a box as the front end reads it; '_selected', ids of clusters; 'selected_clusters', clusters.
        ids : sequence of str
            The ids that are ticked now.
        """
        if name == "_selection":
            return {"selection": self.inside(value) or self.of_clusters(ids)}
        if name == "_selected":
            return {"selected_clusters": self.standing(value)}
        named = [cluster.id for cluster in value]
        return {"_selected": named} if set(named) != set(ids) else {}

    def renewed(self, box_state: dict[str, Any] | None, ids: Sequence[str]) -> dict[str, Any]:
        """Return the traits that change when something else is shown: what is in the box, ticks without clusters."""
        kept = [cluster.id for cluster in self.standing(ids)]
        traits: dict[str, Any] = {"_selected": kept} if kept != list(ids) else {}
        return traits | ({} if box_state is None else {"selection": self.inside(box_state)})

    def inside(self, box_state: dict[str, Any] | None) -> Selection | None:
        """Return what a box holds of what is shown now; None for no box."""
        if box_state is None:
            return None
        shown = self._shown()
        box = Box(box_state["price"], [timestamp(milliseconds_ns(part)) for part in box_state["time"]])
        clusters = tuple(one for one in shown.clusters if box.price[0] <= one.peak_price <= box.price[1])
        settings = shown.settings
        return Selection(box, shown.ledger.only(settings.venues), clusters, settings.horizon, settings.leverage)

    def of_clusters(self, ids: Iterable[str]) -> Selection | None:
        """Return the selection that the clusters with these ids are; None where none of them stands."""
        shown, clusters = self._shown(), self.standing(ids)
        if not clusters:
            return None
        settings = shown.settings
        how = {"horizon": settings.horizon, "leverage": settings.leverage}
        return Selection.of_clusters(clusters, shown.ledger.only(settings.venues), shown.end, **how)

    def standing(self, ids: Iterable[str]) -> Clusters:
        """Return the clusters with these ids that still stand, in the order of the list shown."""
        wanted = set(ids)
        return tuple(cluster for cluster in self._shown().clusters if cluster.id in wanted)

    def known(self, clusters: Iterable[Cluster | str]) -> Clusters:
        """Return the clusters shown that are given by themselves or their ids, as they are now.

        Raises
        ------
        DataError
            If one of them does not stand.
        """
        standing = {cluster.id: cluster for cluster in self._shown().clusters}
        ids = [one if isinstance(one, str) else getattr(one, "id", one) for one in clusters]
        unknown = [one for one in ids if one not in standing]
        if unknown:
            names = ", ".join(standing) or "none stand"
            message = f"Expected clusters of .clusters ({names}), was {unknown[0]!r:.60}"
            raise DataError(message)
        return tuple(standing[str(one)] for one in ids)

    def provenance(
        self,
        of: Cluster | str | tuple[float, float] | None,
        by: str,
        selection: Selection | None = None,
        ticked: Sequence[Cluster] = (),
    ) -> Provenance:
        """Return what made a cluster, a price range, or what is selected; see `LiqHeatmap.provenance`.

        Raises
        ------
        DataError
            If there is nothing to take, no such cluster stands, or a range or `by` cannot be used.
        """
        shown = self._shown()
        side: Side | None = None
        if of is None:
            if selection is not None and not selection.chosen:
                return selection.provenance(by=by)
            of = _only(ticked)
        price = _named(shown.clusters, of) if isinstance(of, str) else of
        if isinstance(price, Cluster):
            side, price = price.side, (price.price_low, price.price_high)
        return provenance(
            shown.ledger, price, timestamp(shown.end), side=side, leverage=shown.settings.leverage,
            venues=shown.settings.venues, by=by,
        )  # fmt: skip

    def opened(
        self, request: ProvenanceRequest, selection: Selection | None, ticked: Sequence[Cluster]
    ) -> tuple[dict[str, Any], Buffers]:
        """Return when what is selected was opened, the highlight in time that a page draws; of nothing all is 0.

        Raises
        ------
        DataError
            If columns are shorter than a nanosecond.
        """
        start, end = (milliseconds_ns(part) for part in request.time)
        edges = start + np.rint(np.linspace(0, end - start, request.columns + 1)).astype(np.int64)
        selection = None if selection is None or selection.chosen else selection
        clusters = () if selection is not None else tuple(ticked)
        lines = [one.timeline(edges) for one in self._explanations(selection, clusters)]
        sides = np.zeros((2, request.columns))
        for line in lines:
            sides += line.long, line.short
        before, after = (float(sum(getattr(line, name) for line in lines)) for name in ("before", "after"))
        return provenance_answer(request, sides, before=before, after=after, clusters=len(clusters))

    def _explanations(self, selection: Selection | None, clusters: Clusters) -> tuple[Provenance, ...]:
        """Return what made the box, else each cluster; found once for any number of views of it."""
        shown = self._shown()
        key = shown.ledger, shown.settings, selection, tuple(one.id for one in clusters)
        if self._explained is None or self._explained[0] != key:
            of = clusters if selection is None else (None,)
            found = tuple(self.provenance(one if one is None else one.id, "candle", selection) for one in of)
            self._explained = key, found
        return self._explained[1]


def _only(ticked: Sequence[Cluster]) -> Cluster:
    if len(ticked) == 1:
        return ticked[0]
    message = (
        "Expected a box or one ticked cluster, or a cluster or price range as argument, "
        f"was no box and {len(ticked)} ticked clusters"
    )
    raise DataError(message)


def _named(clusters: Sequence[Cluster], name: str) -> Cluster:
    for cluster in clusters:
        if cluster.id == name:
            return cluster
    known = ", ".join(cluster.id for cluster in clusters) or "none stand"
    message = f"Expected the id of a cluster of .clusters ({known}), was {name!r:.60}"
    raise DataError(message)
