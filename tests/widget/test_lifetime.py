"""A heatmap lives as long as a cell shows it or somebody holds it."""

from __future__ import annotations

import atexit
import gc
import gzip
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets import HBox
from ipywidgets.widgets.widget import _instances
from traitlets.config import Config

from liqwidget import LiqHeatmap
from liqwidget.widget import assets, lifetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget import MarketData

YOUNG = 0
"""The generation of objects in which all stay that are made while Python does not look for circles."""
SHOWN = "LiqHeatmap('BTC', binance + bybit, 15m, 7d: 2026-01-03 00:00 to 2026-01-10 00:00 UTC)"


class Notebook(InteractiveShell):
    """An IPython shell that knows which cell runs, as a kernel under JupyterLab does."""

    request: dict[str, Any] | None = None

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": self.request}

    def run(self, cell: str | None, code: str, *deleted: str) -> None:
        self.request = {"deletedCells": list(deleted)} | ({} if cell is None else {"cellId": cell})
        self.run_cell(code, store_history=True, cell_id=cell).raise_error()  # type: ignore[no-untyped-call]


@pytest.fixture
def made() -> list[weakref.ref[LiqHeatmap]]:
    return []


@pytest.fixture
def notebook(
    markets: tuple[MarketData, ...], made: list[weakref.ref[LiqHeatmap]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Notebook]:
    def make() -> LiqHeatmap:
        heatmap = LiqHeatmap("BTC", source=list(markets))
        made.append(weakref.ref(heatmap))
        return heatmap

    config = Config()
    config.HistoryManager.enabled = False
    shell = Notebook(config=config, user_ns={"make": make, "HBox": HBox})  # type: ignore[no-untyped-call]
    assert shell.display_formatter is not None
    shell.user_ns["display"] = shell.display_formatter.format
    monkeypatch.setattr(lifetime, "_shell", lambda: shell)
    # What is freed is freed at once, not when Python next looks for circles: what is made meanwhile stays young.
    gc.disable()
    yield shell
    gc.enable()
    # Each shell would look for circles in all that this process holds when it ends.
    atexit.unregister(shell.atexit_operations)
    for reference in made:
        heatmap = reference()
        if heatmap is not None:
            heatmap.close()


def alive(made: list[weakref.ref[LiqHeatmap]]) -> list[bool]:
    return [reference() is not None for reference in made]


@pytest.mark.slow
@pytest.mark.parametrize("code", ["h = make()", "h = make()\nh", "make()", "display(make())"])
def test_running_a_cell_again_frees_the_heatmap_before(
    notebook: Notebook, made: list[weakref.ref[LiqHeatmap]], code: str
) -> None:
    known = []
    for number in range(4):
        notebook.run("a", code)
        assert alive(made) == [False] * number + [True]
        known.append(len(_instances))
    assert known == [known[0]] * 4


def test_a_heatmap_without_a_variable_stays_while_it_is_shown(
    notebook: Notebook, made: list[weakref.ref[LiqHeatmap]]
) -> None:
    notebook.run("a", "display(make())")
    for _ in range(4):
        notebook.run("b", "1 + 1")
    gc.collect(YOUNG)
    assert alive(made) == [True]
    heatmap = made[0]()
    assert heatmap is not None
    assert heatmap.comm is not None
    assert _instances[heatmap.model_id] is heatmap
    del heatmap
    notebook.run("a", "pass")
    assert alive(made) == [False]


@pytest.mark.slow
def test_a_heatmap_shown_elsewhere_or_held_by_somebody_stays(
    notebook: Notebook, made: list[weakref.ref[LiqHeatmap]]
) -> None:
    notebook.run("a", "h = make(); kept = [h]")
    notebook.run("a", "h = make()")
    notebook.run("b", "display(h)")
    notebook.run("a", "h = make()")
    notebook.run("c", "box = HBox([h])")
    notebook.run("a", "h = make()")
    assert alive(made) == [True] * 4
    held = made[0]()
    assert held is not None
    held.measure = "size"
    held._handle_msg({"content": {"data": {"method": "update", "state": {"side": "long"}}}})
    assert (held.side, held._frames[0]["measure"]) == ("long", "size")
    assert held.model_id not in _instances
    notebook.run("d", "kept[0]")
    assert _instances[held.model_id] is held
    del held
    notebook.run("d", "kept.clear()")
    notebook.run("b", "pass")
    assert alive(made) == [False, False, True, True]


def test_deleting_a_cell_frees_what_it_showed(notebook: Notebook, made: list[weakref.ref[LiqHeatmap]]) -> None:
    notebook.run("a", "make()")
    notebook.run("b", "pass", "a")
    assert alive(made) == [False]


def test_cells_without_names_keep_everything(notebook: Notebook, made: list[weakref.ref[LiqHeatmap]]) -> None:
    for _ in range(2):
        notebook.run(None, "h = make()")
    assert alive(made) == [True, True]


def test_what_ipython_holds_of_others_is_left_alone(notebook: Notebook) -> None:
    notebook.run("a", "make()")
    notebook.run("b", "'text'")
    notebook.run("a", "make()")
    outputs = notebook.user_ns["_oh"]
    assert sorted(map(repr, outputs.values())) == ["'text'", SHOWN]
    assert notebook.user_ns["__"] == "text"
    notebook.run("c", "_")
    assert repr(notebook.user_ns["_"]) == SHOWN


def test_closing_closes_the_layout_that_was_made_for_it(markets: tuple[MarketData, ...]) -> None:
    shared = HBox().layout
    own, given = (LiqHeatmap("BTC", source=list(markets), **options) for options in ({}, {"layout": shared}))
    made = own.layout.model_id
    assert made in _instances
    own.close()
    given.close()
    assert made not in _instances
    assert shared.model_id in _instances


def test_what_waits_for_a_cell_is_done_when_it_ends(notebook: Notebook) -> None:
    done: list[str] = []
    notebook.user_ns |= {"after_cell": lifetime.after_cell, "done": done}
    notebook.run("a", "after_cell(lambda: done.append('after'), 3600.0); done.append('shown')")
    assert done == ["shown", "after"]
    notebook.run("b", "done.append('next')")
    assert done == ["shown", "after", "next"]


def test_what_waits_for_a_cell_that_runs_on_is_done_meanwhile(notebook: Notebook) -> None:
    done = threading.Event()
    notebook.user_ns |= {"after_cell": lifetime.after_cell, "done": done}
    notebook.run("a", "after_cell(done.set, 0.0); assert done.wait(60.0)")


def test_what_a_page_loads_on_demand_is_sent_after_what_a_cell_shows(notebook: Notebook) -> None:
    assets.bokeh_asset().close()
    notebook.user_ns["asset"] = assets.bokeh_asset
    notebook.run("a", "sent = asset(); before = (len(sent.code), len(sent.on_demand))")
    sent, (code, on_demand) = notebook.user_ns["sent"], notebook.user_ns["before"]
    assert code > 0
    assert on_demand == 0
    assert gzip.decompress(sent.on_demand) == assets.ON_DEMAND
