"""A heatmap that follows the exchanges: the picture's numbers move, and it ends with the heatmap."""

from __future__ import annotations

import functools
import gc
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import LiqHeatmap
from liqwidget.errors import SourceError
from liqwidget.market import exchange
from liqwidget.run import live as live_module
from liqwidget.run.live import Feed
from tests.exchanges import faults
from tests.run.feeding import STEP, exchanges, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchanges.server import ExchangeServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExchangeServer]:
    """Exchanges that heatmaps find by themselves."""
    with exchanges() as running:
        clock = running.clock
        options: dict[str, Any] = {
            "address": lambda venue, url: (
                f"{'ws' if url.startswith('ws') else 'http'}{running.base[4:]}/{venue}/{url.split('://')[1]}"
            ),
            "clock": lambda: clock.now * 1_000_000,
            "paced": False,
            "first_wait": 0.005,
        }
        since = pd.Timestamp(clock.now, unit="ms", tz="UTC") - pd.Timedelta("6h")
        asked = functools.partial(exchange.request_history, since=since, **options)
        monkeypatch.setattr(exchange, "request_history", asked)
        monkeypatch.setattr(live_module, "Feed", functools.partial(Feed, pace=300.0, **options))
        yield running


def closed(heatmap: LiqHeatmap) -> int:
    """Return the last close shown [ms], as a view that keeps up would see it."""
    heatmap._courier.taken("view", heatmap._courier._pace.number)
    return heatmap.session.closed // 1_000_000


def connected(heatmap: LiqHeatmap) -> None:
    until(lambda: set(heatmap.status["state"]) == {"connected"}, lambda: heatmap.status)


def test_a_live_heatmap_follows_until_it_is_closed(server: ExchangeServer) -> None:
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True, window="12h")
    connected(heatmap)
    for _ in range(3):
        server.clock.advance(STEP - server.clock.now % STEP)
        until(lambda: closed(heatmap) == server.clock.now, lambda: (heatmap.status, heatmap._error))
    assert heatmap.ledger.names == heatmap.venues == ("binance", "okx")
    assert heatmap._live["feeds"][0]["state"] == "connected"
    heatmap.prior = "nominal"
    server.clock.advance(STEP)
    until(lambda: closed(heatmap) == server.clock.now)
    until(lambda: closed(heatmap) and heatmap.ledger.prior.name == "nominal")
    assert heatmap.status["heard"].notna().all()
    heatmap.stop()
    assert set(heatmap.status["state"]) == {"off"}
    heatmap.start()
    connected(heatmap)
    heatmap.close()
    until(lambda: not any(one.open for one in server.sockets))
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("liqwidget")])


def test_a_venue_that_comes_back_joins_the_picture(server: ExchangeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "AGAIN_SECONDS", 30.0)
    server.faults.inject(faults.Status(451), venue="okx", times=4)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True)
    assert heatmap.venues == ("binance",)
    assert "okx" in (heatmap.market_state["notice"] or "")
    until(lambda: closed(heatmap) and heatmap.venues == ("binance", "okx"), lambda: heatmap.status)
    assert heatmap.ledger.names == ("binance", "okx")
    heatmap.close()


def test_a_heatmap_that_nobody_holds_stops_its_feed(server: ExchangeServer) -> None:
    heatmap = LiqHeatmap("BTC", ["binance"], live=True)
    connected(heatmap)
    feed = weakref.ref(heatmap._feed)
    kept = weakref.ref(heatmap)
    heatmap.close()
    del heatmap

    def gone() -> bool:
        gc.collect()
        return kept() is None and feed() is None

    until(gone)
    assert not any(one.open for one in server.sockets)


@pytest.mark.parametrize("source", ["sample", "own"])
def test_what_is_no_exchange_cannot_be_followed(source: str) -> None:
    market = LiqHeatmap("BTC", "sample").markets[0] if source == "own" else source
    with pytest.raises(SourceError, match="Expected exchanges to follow live, was"):
        LiqHeatmap("BTC", market, live=True)
    with pytest.raises(SourceError, match="Expected exchanges to follow live, was"):
        LiqHeatmap("BTC", market).start()
