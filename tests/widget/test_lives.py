"""The lives of ticked clusters: as the history has them, off the click, and not found twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget.widget import lives
from tests.waiting import eventually

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap


def covered(life: dict[str, Any]) -> list[tuple[float, float, float]]:
    """Return time [ms], low and high at each hour that a life covers."""
    hours: list[tuple[float, float, float]] = []
    for start, end, low, high in life["runs"]:
        hours += [(time, low, high) for time in range(int(start), int(end), 3_600_000)]
    return hours


@pytest.mark.slow
def test_the_life_of_a_ticked_cluster_is_that_of_its_history(heatmap: LiqHeatmap) -> None:
    one = max(heatmap.clusters, key=lambda cluster: cluster.age)
    heatmap.selected_clusters = (one,)
    eventually(lambda: heatmap._lives and heatmap._lived._known)
    (life,) = heatmap._lives
    band = heatmap.cluster_history().band(one.id)
    assert (life["id"], life["side"]) == (one.id, one.side.label)
    seen = [
        (time / 1e6, low, high)
        for time, low, high in zip(
            pd.DatetimeIndex(band.index).as_unit("ns").asi8, band["price_low"], band["price_high"], strict=True
        )
    ]
    # The last look lasts to the end shown, which here is a whole hour after it or the same.
    assert covered(life)[: len(seen) - 1] == seen[: len(covered(life))][: len(seen) - 1]
    assert life["runs"][-1][1] == heatmap._market["time"][1]
    heatmap.clear_selection()
    assert heatmap._lives == []


def test_what_is_known_is_shown_at_once_and_a_save_is_whole(heatmap: LiqHeatmap, monkeypatch: Any) -> None:
    asked: list[int] = []
    find = heatmap._lived._find

    def found(wanted: Any, looks: int) -> Any:
        asked.append(looks)
        return find(wanted, looks)

    monkeypatch.setattr(heatmap._lived, "_find", found)
    first, second = heatmap.clusters[:2]
    heatmap.selected_clusters = (first,)
    heatmap._lived.complete()
    assert [life["id"] for life in heatmap._lives] == [first.id]
    eventually(lambda: heatmap._lived._thread.busy is False)
    before = len(asked)
    heatmap.selected_clusters = (first, second)
    assert [life["id"] for life in heatmap._lives] == [first.id, second.id]
    assert len(asked) == before
    heatmap.window, heatmap.measure = "3d", "size"
    assert (len(asked), heatmap._lived._pending) == (before, None)
    assert set(asked) <= set(lives.LOOKS)
    heatmap.close()
