"""Thirty symbols opened one after the other leave nothing: no heatmap, ledger, comm, thread, file or memory."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import comm
import pytest
from ipywidgets.widgets.widget import _instances

from liqwidget import LiqHeatmap, MarketData
from liqwidget.domain.ledger import VenueLedger
from liqwidget.widget.view import HeatmapWidget
from tests.run.feeding import found_by_heatmaps
from tests.waiting import until
from tests.widget.conftest import Recorder, market

if TYPE_CHECKING:
    from collections.abc import Callable

SYMBOLS = 30
WARM_UP = 3
"""Symbols after which what is made once, such as tables and compiled code, is there."""
MOST_OBJECTS = 20
"""Objects that a symbol may leave; a heatmap of it has some ten thousand."""
MOST_BYTES = 32 * 2**10
"""Memory that a symbol may leave; a heatmap of it holds some megabytes."""
FILES = Path("/proc/self/fd")


def held() -> Counter[str]:
    """Return what this process holds beside what was frozen, after what nobody holds is collected."""
    for _ in range(3):
        gc.collect()
    kinds = [type(one) for one in gc.get_objects()]
    return Counter(
        heatmaps=sum(issubclass(kind, HeatmapWidget) for kind in kinds),
        ledgers=sum(issubclass(kind, VenueLedger) for kind in kinds),
        markets=sum(issubclass(kind, MarketData) for kind in kinds),
        widgets=len(_instances),
        comms=len(comm.get_comm_manager().comms),
        threads=sum(thread.name.startswith("liqwidget") for thread in threading.enumerate()),
        files=len(list(FILES.iterdir())) if FILES.exists() else 0,
        objects=len(kinds),
    )


def named(number: int) -> MarketData:
    """Return a market of its own coin."""
    given = market(seed=number, days=2).to_frame()
    return MarketData.from_frames(given, symbol=f"C{number:02}", venue="okx")


def used(number: int) -> weakref.ref[LiqHeatmap]:
    """Open a heatmap, ask of it what a page and a notebook ask (of each third also for what takes long), close it."""
    symbol = f"C{number:02}"
    heatmap = LiqHeatmap(symbol, source=[named(number)])
    heatmap.send = Recorder()
    heatmap._repr_mimebundle_()
    if number % 3 == 0:
        time = list(heatmap._market["time"])
        for asked in (
            {"type": "viewport", "time": time, "price": [20_000, 40_000], "width": 60, "height": 30},
            {"type": "reading", "time": time[1], "price": 30_000},
        ):
            heatmap._handle_custom_msg(asked | {"view": "a", "id": number}, [])
        heatmap.side, heatmap.measure = "long", "size"
        heatmap.clusters_frame()
        price = heatmap.ledger.last_price()
        heatmap.select(price=(0.9 * price, 1.1 * price))
        assert heatmap.selection is not None
        assert not heatmap.selection.to_frame().empty
    assert heatmap.ledger.symbol == symbol
    heatmap.close()
    return weakref.ref(heatmap)


def left_by(use: Callable[[int], object], numbers: range) -> dict[str, Any]:
    """Return what so many symbols leave; the last fifth of them is also looked at for memory, which takes longer."""
    for number in range(WARM_UP):
        use(number)
    # The collector passes over what was there before, twelve times.
    gc.collect()
    gc.freeze()
    before, part = held(), len(numbers) // 5
    for number in numbers[:-part]:
        use(number)
    tracemalloc.start()
    try:
        use(0)
        gc.collect()
        begun = tracemalloc.get_traced_memory()[0]
        for number in numbers[-part:]:
            use(number)
        after = held()
        grown = tracemalloc.get_traced_memory()[0] - begun
    finally:
        tracemalloc.stop()
    return {name: after[name] - before[name] for name in before} | {"bytes": grown * len(numbers) // part}


def check(more: dict[str, Any], symbols: int) -> None:
    """Expect that nothing is left of so many symbols."""
    counted = {name: more[name] for name in more if name not in {"objects", "bytes"}}
    assert counted == dict.fromkeys(counted, 0), more
    assert more["objects"] <= MOST_OBJECTS * symbols, more
    assert more["bytes"] <= MOST_BYTES * symbols, more


@pytest.mark.slow
def test_thirty_symbols_opened_one_after_the_other_leave_nothing() -> None:
    gone: list[weakref.ref[LiqHeatmap]] = []
    check(left_by(lambda number: gone.append(used(number)), range(WARM_UP, WARM_UP + SYMBOLS)), SYMBOLS)
    assert len(gone) > SYMBOLS
    assert not any(one() for one in gone)


@pytest.mark.soak
def test_thirty_live_symbols_one_after_the_other_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of live heatmaps of three coins by turns, ten times each, on loopback exchanges."""
    coins = ("BTC", "ETH", "SOL")
    with found_by_heatmaps(monkeypatch, coins) as server:

        def followed(number: int) -> None:
            heatmap = LiqHeatmap(coins[number % len(coins)], ["binance", "okx"], live=True, window="12h")
            until(lambda: set(heatmap.status["state"]) == {"connected"}, lambda: heatmap.status)
            heatmap.close()
            until(lambda: not any(one.open for one in server.sockets))
            until(lambda: not [one for one in threading.enumerate() if one.name.startswith("liqwidget")])
            server.served.clear()
            server.sockets.clear()

        more = left_by(followed, range(SYMBOLS))
        more["files"] = max(more["files"] - 2, 0)  # of the server, which may still be ending
        check(more, SYMBOLS)
