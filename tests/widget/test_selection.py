"""When what is selected was opened, as a page asks for it: the timeline of h.provenance()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from liqwidget import provenance
from liqwidget.widget import selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import LiqHeatmap, Provenance

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]


def when(heatmap: LiqHeatmap, ask: Ask, first: float = 0.4, last: float = 0.9) -> tuple[Any, dict[str, Any], Any]:
    """Return edges [ns], the answer, and its sides, for a part of the data's time."""
    start, end = heatmap.ledger.start, heatmap.ledger.end
    edges = np.linspace(start + first * (end - start), start + last * (end - start), 61).round(-6).astype(np.int64)
    edges = np.rint(np.linspace(edges[0], edges[-1], 61)).astype(np.int64)
    time = [edges[0] / 1e6, edges[-1] / 1e6]
    content, buffers = ask({"type": "provenance", "view": "v", "id": 3, "time": time, "columns": 60})
    return edges, content, np.frombuffer(buffers[0], "<f8").reshape(2, -1)


def check(found: list[Provenance], edges: Any, content: dict[str, Any], sides: Any) -> None:
    lines = [one.timeline(edges) for one in found]
    total = sum(one.total for one in found)
    assert content["size"] == pytest.approx(total, rel=1e-9)
    assert content["before"] == pytest.approx(sum(line.before for line in lines), rel=1e-6)
    assert content["after"] == pytest.approx(sum(line.after for line in lines), rel=1e-6)
    assert sides[0] == pytest.approx(sum(line.long for line in lines), rel=1e-6, abs=total * 1e-9)
    assert sides[1] == pytest.approx(sum(line.short for line in lines), rel=1e-6, abs=total * 1e-9)
    shares = sum(line.share * one.total for line, one in zip(lines, found, strict=True)) / total
    assert sides.sum(axis=0) / content["size"] == pytest.approx(shares, rel=1e-6, abs=1e-9)
    assert sides.sum() > 0


@pytest.mark.slow
def test_one_ticked_cluster_several_and_a_box(heatmap: LiqHeatmap, ask: Ask) -> None:
    heatmap.selected_clusters = heatmap.clusters[:1]
    edges, content, sides = when(heatmap, ask)
    check([heatmap.provenance()], edges, content, sides)
    assert (content["type"], content["id"], content["clusters"]) == ("provenance", 3, 1)
    heatmap.selected_clusters = heatmap.clusters[:3]
    edges, content, sides = when(heatmap, ask)
    check([heatmap.provenance(cluster) for cluster in heatmap.clusters[:3]], edges, content, sides)
    assert content["clusters"] == 3
    last = heatmap.ledger.last_price()
    box = heatmap.select((0.8 * last, 1.2 * last))
    edges, content, sides = when(heatmap, ask)
    check([box.provenance()], edges, content, sides)
    assert content["clusters"] == 0
    assert (sides.sum(axis=1) > 0).all()


def test_a_replay_explains_what_stood_then(heatmap: LiqHeatmap, ask: Ask) -> None:
    heatmap.as_of = heatmap.ledger.start + 2 * (heatmap.ledger.end - heatmap.ledger.start) // 3
    heatmap.selected_clusters = heatmap.clusters[:1]
    edges, content, sides = when(heatmap, ask)
    check([heatmap.provenance()], edges, content, sides)
    assert sides[:, edges[:-1] >= heatmap.as_of.value].sum() == 0


def test_nothing_selected_is_nothing_and_no_error(heatmap: LiqHeatmap, ask: Ask) -> None:
    _, content, sides = when(heatmap, ask)
    assert (content["type"], content["size"]) == ("provenance", 0)
    assert sides.sum() == 0


@pytest.mark.slow
def test_what_was_explained_once_is_not_explained_again_for_another_zoom(
    heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def counted(*arguments: Any, **options: Any) -> Provenance:
        made.append(arguments)
        return provenance(*arguments, **options)

    monkeypatch.setattr(selection, "provenance", counted)
    heatmap.selected_clusters = heatmap.clusters[:2]
    whole = [when(heatmap, ask, *part)[1]["size"] for part in ((0.0, 1.0), (0.4, 0.9), (0.8, 0.81))]
    assert whole == pytest.approx([whole[0]] * 3, rel=1e-9)
    assert len(made) == 2
    heatmap.venues = ("bybit",)
    heatmap.selected_clusters = heatmap.clusters[:1]
    assert when(heatmap, ask)[1]["size"] < whole[0]
    assert len(made) == 3


def test_columns_shorter_than_a_nanosecond_are_an_error_in_words(heatmap: LiqHeatmap, ask: Ask) -> None:
    heatmap.selected_clusters = heatmap.clusters[:1]
    content, _ = ask({"type": "provenance", "view": "v", "id": 4, "time": [1e12, 1e12 + 0.001], "columns": 8000})
    assert (content["type"], content["id"]) == ("error", 4)
    assert "Expected columns" in content["message"]
