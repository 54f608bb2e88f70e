"""Clusters as the front end reads them: what each is, and how strong its strongest cell is in each measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.lattice import price_cell_edge, price_cell_of
from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.field.measure import HEAT, MEASURES
from liqwidget.study.profile import profile
from liqwidget.widget.reading import shown_heat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.session import Session, Settings


def cluster_states(session: Session, settings: Settings, clusters: Sequence[Cluster]) -> list[dict[str, Any]]:
    """Return clusters as the front end reads them."""
    peaks = peak_values(session, settings, clusters)
    return [cluster_state(cluster, peak) for cluster, peak in zip(clusters, peaks, strict=True)]


def cluster_state(cluster: Cluster, peak: dict[str, float]) -> dict[str, Any]:
    """Return a cluster as the front end reads it; `peak`: see `peak_values`."""
    return {
        "id": cluster.id,
        "side": cluster.side.label,
        "price_low": cluster.price_low,
        "price_high": cluster.price_high,
        "near_edge": cluster.near_edge,
        "peak_price": cluster.peak_price,
        "peak": peak,
        "size": cluster.size,
        "expected_size": cluster.expected_size,
        "distance_pct": cluster.distance_pct,
        "heat": cluster.heat,
        "age_ms": cluster.age.value // MILLISECOND,
        "leverage_mix": cluster.leverage_mix,
        "venue_mix": cluster.venue_mix,
        "persistence": cluster.persistence,
        "venues_agreeing": cluster.venues_agreeing,
        "agreement": cluster.agreement,
        "agreeing_venues": list(cluster.agreeing_venues),
    }


def peak_values(session: Session, settings: Settings, clusters: Sequence[Cluster]) -> list[dict[str, float]]:
    """Return what the peak's price cell of each cluster is in each measure, in the unit of its picture.

    A threshold above it leaves nothing of the cluster on the picture. Heat is 0 to 100 of the window, the others are
    quote currency per price cell.
    """
    cells = [int(price_cell_of(cluster.peak_price)) for cluster in clusters]
    marks = sorted({mark for cell in cells for mark in (cell, cell + 1)})
    found: list[dict[str, float]] = [{} for _ in clusters]
    if not marks:
        return found
    chosen: dict[str, Any] = {"horizon": settings.horizon, "leverage": settings.leverage, "venues": settings.venues}
    ends = session.heat_ends(settings)
    for measure in MEASURES:
        if measure == HEAT and session.ledger.heat is None:
            continue
        edges = price_cell_edge(np.array(marks))
        values = profile(session.ledger, edges, timestamp(session.end(settings)), measure=measure, **chosen)
        for peak, cluster, cell in zip(found, clusters, cells, strict=True):
            value = float(getattr(values, cluster.side.label)[marks.index(cell)])
            peak[measure] = (shown_heat(value, ends) or 0.0) if measure == HEAT else value
    return found
