"""Provenance at the face: of the box, of a cluster, of a price range, at the end shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import DataError, profile
from liqwidget.domain.side import Side

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap


def test_a_box_is_explained_at_its_end(heatmap: LiqHeatmap) -> None:
    end = pd.Timestamp(heatmap.ledger.end, tz="UTC")
    chosen = heatmap.select((28_000, 32_000), (end - pd.Timedelta("48h"), end - pd.Timedelta("24h")))
    found = heatmap.provenance()
    assert found.time == chosen.box.time[1]
    assert found.long_size == pytest.approx(chosen.long_size, rel=1e-9)
    assert found.short_size == pytest.approx(chosen.short_size, rel=1e-9)
    assert found.to_frame()["close_time"].max() <= end - pd.Timedelta("24h")
    assert len(heatmap.provenance(by="1h").venue) < len(found.venue)


@pytest.mark.slow
def test_a_cluster_is_explained_by_itself_its_id_or_its_tick(heatmap: LiqHeatmap) -> None:
    cluster = heatmap.clusters[0]
    found = heatmap.provenance(cluster)
    assert found.total == pytest.approx(cluster.size, rel=1e-6)
    assert set(found.to_frame()["side"]) == {cluster.side.label}
    assert found.by_venue() == pytest.approx(cluster.venue_mix, abs=1e-6)
    assert found.by_leverage() == pytest.approx(cluster.leverage_mix, abs=1e-6)
    assert heatmap.provenance(cluster.id).total == found.total
    heatmap.selected_clusters = (cluster.id,)
    assert heatmap.provenance().total == found.total


def test_a_price_range_is_explained_with_what_is_shown(heatmap: LiqHeatmap) -> None:
    """Venues, leverage groups and the end shown count; the map's past knows nothing later."""
    heatmap.venues = ("bybit",)
    heatmap.leverage = ("10-25x", "25-50x")
    heatmap.as_of = "2026-01-06 12:00"
    price = (25_000.0, 35_000.0)
    found = heatmap.provenance(price)
    expected = profile(heatmap.ledger, price, "2026-01-06 12:00", venues=["bybit"], leverage=["10-25x", "25-50x"])
    assert found.long_size == pytest.approx(expected.long[0], rel=1e-9)
    assert found.short_size == pytest.approx(expected.short[0], rel=1e-9)
    assert found.venues == ("bybit",)
    assert found.to_frame()["close_time"].max() <= pd.Timestamp("2026-01-06 12:00", tz="UTC")


def test_clusters_say_how_far_they_can_be_relied_on(heatmap: LiqHeatmap) -> None:
    frame = heatmap.clusters_frame()
    assert {"persistence", "venues_agreeing", "agreement", "agreeing_venues"} < set(frame.columns)
    assert frame["persistence"].between(0, 1).all()
    assert frame["venues_agreeing"].between(0, 2).all()
    assert (frame["agreement"] == frame["venues_agreeing"] / 2).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "no box and 0 ticked clusters"),
        ({"of": "none"}, "id of a cluster"),
        ({"of": (2, 1)}, "ascending prices"),
        ({"of": (1, 2), "by": "soon"}, "duration"),
    ],
)
def test_what_cannot_be_explained_is_named(heatmap: LiqHeatmap, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        heatmap.provenance(**wrong)


def test_two_ticked_clusters_need_a_choice(heatmap: LiqHeatmap) -> None:
    one = next(cluster for cluster in heatmap.clusters if cluster.side is Side.LONG)
    other = next(cluster for cluster in heatmap.clusters if cluster.side is Side.SHORT)
    heatmap.selected_clusters = (one.id, other.id)
    with pytest.raises(DataError, match="2 ticked clusters"):
        heatmap.provenance()
