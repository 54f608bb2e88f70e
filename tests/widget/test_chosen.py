"""A selection in the kernel: a box, or the clusters that were clicked; the newest wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap


def test_clicked_clusters_are_the_selection_until_a_box_is_drawn(heatmap: LiqHeatmap) -> None:
    seen: list[Any] = []
    heatmap.on_select(seen.append)
    first, second = heatmap.clusters[:2]
    heatmap.set_state({"_selected": [first.id, second.id]})
    chosen = heatmap.selection
    assert chosen is not None
    assert (chosen.clusters, seen) == ((first, second), [chosen])
    by_side = {side: sum(one.size for one in (first, second) if one.side.label == side) for side in ("long", "short")}
    assert (chosen.long_size, chosen.short_size) == pytest.approx((by_side["long"], by_side["short"]), rel=1e-9)
    assert heatmap._chosen == {"long": chosen.long_size, "short": chosen.short_size, "clusters": 2, "box": False}
    assert chosen.to_frame()["size"].sum() == pytest.approx(first.size + second.size, rel=1e-6)
    box = heatmap.select(price=(28_000, 32_000))
    assert heatmap.selection is box
    assert heatmap._chosen["box"] is True
    assert heatmap._chosen["long"] == box.long_size
    heatmap.selected_clusters = (*heatmap.selected_clusters, heatmap.clusters[2])
    assert heatmap.get_state("_selection") == {"_selection": None}
    again: Any = heatmap.selection
    assert [one.id for one in again.clusters] == [one.id for one in heatmap.clusters[:3]]
    heatmap.clear_selection()
    assert [heatmap.selection, heatmap._chosen, seen[-1]] == [None, None, None]


def test_clicked_clusters_follow_what_is_shown(heatmap: LiqHeatmap) -> None:
    heatmap.selected_clusters = heatmap.clusters[:1]
    whole = heatmap.selection
    assert whole is not None
    heatmap.leverage = ("5-10x", "10-25x", "25-50x")
    part = heatmap.selection
    assert (part is not None) == bool(heatmap.selected_clusters)
    if part is not None:
        assert part is not whole
        assert part.provenance().total == pytest.approx(part.long_size + part.short_size, rel=1e-6)
