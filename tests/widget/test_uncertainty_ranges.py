"""The ranges beside the clusters shown: those of h.uncertainty(), made once, once someone looked, in another thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from liqwidget import DataError
from liqwidget.estimate.books import run_books
from liqwidget.picture.listed_clusters import cluster_ranges
from liqwidget.trust import uncertainty as study
from liqwidget.widget import uncertainty_ranges
from liqwidget.widget.scene import scene_of
from tests.waiting import PATIENCE_S
from tests.widget.test_export import state_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from liqwidget import LiqHeatmap

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]

NAME = "liqwidget-uncertainty"
LOOK = {"type": "viewport", "view": "v", "id": 1, "time": [0, 1.8e12], "price": [1.0, 1e5], "width": 8, "height": 8}


def settle() -> None:
    """Wait until no thread computes ranges."""
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def doubt(heatmap: LiqHeatmap) -> Any:
    """Return what the page reads, once nothing computes it any more."""
    settle()
    return heatmap._cluster_ranges


def shown(heatmap: LiqHeatmap) -> Any:
    """Return the ranges shown as an array: (clusters, measures, low to high)."""
    of = doubt(heatmap)["of"]
    assert set(of) == {cluster.id for cluster in heatmap.clusters}
    return np.array([[of[cluster.id][name] for name in ("size", "expected")] for cluster in heatmap.clusters])


def expected(heatmap: LiqHeatmap) -> Any:
    """Return what h.uncertainty() says, in the same form."""
    frame = heatmap.uncertainty().to_frame()
    names = [["size_low", "size", "size_high"], ["expected_low", "expected_size", "expected_high"]]
    return np.stack([frame[part].to_numpy() for part in names], axis=1)


@pytest.fixture
def estimates(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one with each alternative of a venue that is estimated."""
    made: list[int] = []

    def counted(*arguments: Any) -> Any:
        made.append(1)
        return run_books(*arguments)

    monkeypatch.setattr(study, "run_books", counted)
    return made


def test_nothing_is_computed_before_someone_looks(heatmap: LiqHeatmap, ask: Ask, estimates: list[int]) -> None:
    heatmap.sensitivity = 0.8
    assert doubt(heatmap) is None
    assert estimates == []
    assert ask(LOOK)[0]["type"] == "frame"
    assert (shown(heatmap) == expected(heatmap)).all()
    assert heatmap._cluster_ranges["over"][:2] == ["isolated", "published shares"]


@pytest.mark.slow
def test_ranges_follow_what_is_shown_and_alternatives_are_estimated_once(
    heatmap: LiqHeatmap, ask: Ask, estimates: list[int]
) -> None:
    ask(LOOK)
    first = shown(heatmap)
    once = len(estimates)
    span = heatmap.ledger.end - heatmap.ledger.start
    for share in (0.5, 0.6, 0.7):
        heatmap.as_of = heatmap.ledger.start + int(share * span)
    assert (shown(heatmap) == expected(heatmap)).all()
    heatmap.as_of = None
    assert (shown(heatmap) == first).all()
    heatmap.measure, heatmap.horizon, heatmap.venues, heatmap.leverage = "size", "4h", ("bybit",), ("10-25x", "5-10x")
    assert (shown(heatmap) == expected(heatmap)).all()
    assert len(estimates) == once
    heatmap.prior = "isolated"
    assert (shown(heatmap) == expected(heatmap)).all()
    assert "effective" in heatmap._cluster_ranges["over"]
    assert len(estimates) > once


def test_the_same_view_is_not_computed_again(heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[uncertainty_ranges.Asked] = []

    def answer(one: uncertainty_ranges.Asked) -> dict[str, Any]:
        asked.append(one)
        return {"over": [], "of": {}, "error": ""}

    monkeypatch.setattr(uncertainty_ranges, "ranges", answer)
    ask(LOOK)
    for _ in range(3):
        ask(LOOK)
        heatmap._refresh()
    settle()
    assert len(asked) == 1


def test_an_answer_to_what_is_no_longer_shown_is_dropped(
    heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, leave = threading.Event(), threading.Event()
    said: list[str] = []

    def answer(one: uncertainty_ranges.Asked) -> dict[str, Any]:
        begun.set()
        assert leave.wait(PATIENCE_S)
        return {"over": [one.horizon], "of": {}, "error": ""}

    monkeypatch.setattr(uncertainty_ranges, "ranges", answer)
    heatmap.observe(lambda change: said.extend((change["new"] or {}).get("over", [])), "_cluster_ranges")
    ask(LOOK)
    assert begun.wait(PATIENCE_S)
    for horizon in ("4h", "8h", "3d"):
        heatmap.horizon = horizon
    leave.set()
    assert doubt(heatmap)["over"] == ["3d"]
    assert said == ["3d"]


def test_a_file_holds_the_ranges_of_what_it_shows_also_while_they_are_being_made(
    heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave = threading.Event()

    def answer(one: uncertainty_ranges.Asked) -> dict[str, Any]:
        if one.horizon != "24h" and threading.current_thread().name == NAME:
            assert leave.wait(PATIENCE_S)
        return {"over": [one.horizon], "of": {}, "error": ""}

    monkeypatch.setattr(uncertainty_ranges, "ranges", answer)
    ask(LOOK)
    assert doubt(heatmap)["over"] == ["24h"]
    heatmap.horizon = "4h"
    told = heatmap._ranges.now()
    heatmap._ranges.complete()
    assert heatmap._cluster_ranges["over"] == ["4h"]
    leave.set()
    assert doubt(heatmap)["over"] == ["4h"]
    assert told == heatmap._cluster_ranges


@pytest.mark.slow
def test_a_picture_lists_the_ranges_that_the_uncertainty_says_and_nobody_has_looked(
    heatmap: LiqHeatmap, tmp_path: Path
) -> None:
    heatmap.measure, heatmap.horizon = "expected", "8h"
    table = heatmap.uncertainty().to_frame()
    scene = scene_of(heatmap, heatmap._shown(), dict(heatmap._market), heatmap._ranges.now())
    found = cluster_ranges(heatmap.clusters, scene.ranges, "expected")
    assert {name: pytest.approx(ends) for name, ends in found.items()} == {
        name: (table.loc[name, "expected_low"], table.loc[name, "expected_high"]) for name in table.index
    }
    heatmap.to_png(tmp_path / "map.png", width=700, height=500)
    assert doubt(heatmap) is None
    heatmap.whiskers = False
    assert heatmap._ranges.now() is None
    assert cluster_ranges(heatmap.clusters, None, "size") == {}


def test_whiskers_can_be_switched_off(heatmap: LiqHeatmap, ask: Ask, estimates: list[int]) -> None:
    heatmap.whiskers = False
    ask(LOOK)
    heatmap._ranges.complete()
    assert doubt(heatmap) is None
    assert estimates == []
    heatmap.whiskers = True
    assert (shown(heatmap) == expected(heatmap)).all()
    heatmap.whiskers = False
    assert doubt(heatmap) is None


def test_what_cannot_be_estimated_is_said(heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        message = "Expected <a> prior, was none"
        raise DataError(message)

    monkeypatch.setattr(uncertainty_ranges, "uncertainty", fail)
    ask(LOOK)
    assert doubt(heatmap) == {"over": [], "of": {}, "error": "Expected <a> prior, was none"}


def test_a_replay_of_what_is_too_long_to_be_kept_estimates_nothing(
    heatmap: LiqHeatmap, ask: Ask, estimates: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "KEPT_ROWS", 10)
    heatmap.as_of = heatmap.ledger.end - 10**14
    ask(LOOK)
    assert doubt(heatmap) is None
    assert estimates == []


def test_closing_leaves_no_thread_and_nothing_comes_after(heatmap: LiqHeatmap, ask: Ask) -> None:
    ask(LOOK)
    heatmap.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == NAME] == []
    heatmap.sensitivity = 0.9
    assert [thread.name for thread in threading.enumerate() if thread.name == NAME] == []


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_a_saved_page_has_the_ranges(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    page = heatmap.to_html(tmp_path / "map.html").read_text(encoding="utf-8")
    assert state_of(page)["_cluster_ranges"] == heatmap._cluster_ranges
    assert (shown(heatmap) == expected(heatmap)).all()
