"""What the page knows of a cluster's peak: a threshold above it leaves nothing of the cluster on the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.domain.lattice import price_cell_edge, price_cell_of
from liqwidget.field.measure import MEASURES
from liqwidget.raster.quantise import LEVELS, level_value
from liqwidget.study.profile import profile
from liqwidget.widget.clusters import cluster_states, peak_values

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap


@pytest.mark.parametrize("measure", MEASURES)
def test_the_peak_is_what_the_picture_shows_there(heatmap: LiqHeatmap, measure: str) -> None:
    session, settings = heatmap._display.session, replace(heatmap._settings(), measure=measure)
    clusters = session.clusters(settings)[:3]
    assert clusters
    end = session.end(settings)
    for cluster, peak in zip(clusters, peak_values(session, settings, clusters), strict=True):
        cell = int(price_cell_of(cluster.peak_price))
        low, high = map(float, price_cell_edge([cell, cell + 1]))
        if measure != "heat":
            exact = profile(session.ledger, [low, high], measure=measure, horizon=settings.horizon)
            assert peak[measure] == pytest.approx(getattr(exact, cluster.side.label)[0], rel=1e-9)
        frame = session.frame(settings, ((end - 10**9) / 1e6, end / 1e6), (low, high), 1, 1)
        level = np.frombuffer(frame.pixels, np.uint8) & LEVELS
        shown = float(level_value(level, frame.top, frame.decades)[0])
        step = frame.top / LEVELS if measure == "heat" else 0.05 * shown
        assert shown == pytest.approx(peak[measure], abs=1.01 * step)


def test_the_page_knows_near_edge_and_peak(heatmap: LiqHeatmap) -> None:
    session, settings = heatmap._display.session, heatmap._settings()
    states = cluster_states(session, settings, heatmap.clusters)
    assert [one["near_edge"] for one in states] == [one.near_edge for one in heatmap.clusters]
    assert all(set(one["peak"]) == set(MEASURES) for one in states)
    assert cluster_states(session, settings, ()) == []
