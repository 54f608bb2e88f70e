"""A heatmap that follows the exchanges: the picture's numbers move, and it ends with the heatmap."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import traitlets

from liqwidget import Alert, AlertRule, LiqHeatmap, PriceNear, replay_alerts
from liqwidget.decide import looks
from liqwidget.decide.looks import closed_until
from liqwidget.decide.watching import Moment, Reading
from liqwidget.domain.time import duration_ns
from liqwidget.errors import SourceError
from liqwidget.estimate.estimator import estimate
from liqwidget.market import read as read_module
from liqwidget.market import source as source_module
from liqwidget.market.read import ENVIRONMENT
from liqwidget.run import alerting, following
from liqwidget.run import live as live_module
from liqwidget.run.live import Update
from tests.run.feeding import STEP, found_by_heatmaps, whole
from tests.venues import faults
from tests.waiting import PATIENCE_S, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.market.source import Source
    from tests.venues.server import VenueServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[VenueServer]:
    with found_by_heatmaps(monkeypatch) as running:
        yield running


def closed(heatmap: LiqHeatmap) -> int:
    """Return the last close shown [ms], as a view that keeps up would see it."""
    delivery = heatmap._updates.delivery
    delivery.taken("view", delivery._recipients.number)
    return heatmap._display.session.closed // 1_000_000


def connected(heatmap: LiqHeatmap) -> None:
    until(lambda: set(heatmap.status["state"]) == {"connected"}, lambda: heatmap.status)


@pytest.mark.slow
def test_a_live_heatmap_follows_until_it_is_closed(server: VenueServer) -> None:
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


class EachClose(AlertRule):
    """Tells every look once."""

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        del memory
        yield Reading("close", f"closed at {moment.look.price:g}", on=True, off=True)


@pytest.mark.slow
def test_alerts_tell_each_close_once_though_nobody_looks(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candles count once the next one is heard of: the test's clock leaps over what would be told in between."""
    monkeypatch.setattr(alerting, "APART", 0.02)
    monkeypatch.setattr(looks, "LAST_WORDS", 60 * STEP * 1_000_000)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True, window="12h")
    connected(heatmap)
    monkeypatch.setattr(heatmap.alerts, "_clock", lambda: server.clock.now * 1_000_000)
    start, heard = closed_until(heatmap.ledger), list[Alert]()
    heatmap.alerts.add(EachClose(cool_down="1m"), heard.append)
    heatmap.alerts.add(PriceNear(3.0, cool_down="5m"), "toast")
    expected = []
    for number in range(5):
        server.clock.advance(STEP - server.clock.now % STEP + 20_000)
        expected.append(server.clock.now // STEP * STEP * 1_000_000)
        until(lambda: [one.time.value for one in heard] == expected, lambda: (heard, heatmap.alerts.trouble))
        if number == 2:
            heatmap.stop()
            heatmap.start()
            connected(heatmap)
    assert expected[0] > start
    log = heatmap.alerts.log
    heatmap.stop()
    ledger = heatmap.alerts._newest()
    replay = replay_alerts(heatmap.alerts.rules, ledger, since=pd.Timestamp(start)).to_frame()
    pd.testing.assert_frame_equal(log, replay)
    heatmap.close()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("liqwidget")])


@pytest.mark.slow
def test_heatmaps_of_a_symbol_share_however_it_is_spelt(server: VenueServer) -> None:
    one = LiqHeatmap("BTC", ["binance", "okx"], live=True)
    connected(one)
    sockets = [socket for socket in server.sockets if socket.open]
    other = LiqHeatmap("btcusdt", ["okx", "binance"], live=True, window="12h", prior="nominal")
    again = LiqHeatmap("BTC/USDT:USDT", ["binance"], live=True, timeframe="1h")
    connected(other)
    connected(again)
    assert [socket for socket in server.sockets if socket.open] == sockets
    one.close()
    server.clock.advance(STEP - server.clock.now % STEP)
    until(lambda: closed(other) == server.clock.now, lambda: (other.status, other._error))
    assert [socket for socket in server.sockets if socket.open] == sockets
    assert other.ledger.prior.name == "nominal"
    other.close()
    connected(again)
    again.close()
    until(lambda: not any(socket.open for socket in server.sockets))


@pytest.mark.slow
def test_a_venue_that_comes_back_joins_the_picture(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "AGAIN_SECONDS", 30.0)
    server.faults.inject(faults.Status(451), venue="okx", times=4)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True)
    assert heatmap.venues == ("binance",)
    assert "okx" in (heatmap._market["notice"] or "")
    until(lambda: closed(heatmap) and heatmap.venues == ("binance", "okx"), lambda: heatmap.status)
    assert heatmap.ledger.names == ("binance", "okx")
    heatmap.close()


def test_a_heatmap_that_nobody_holds_stops_its_feed(server: VenueServer) -> None:
    heatmap = LiqHeatmap("BTC", ["binance"], live=True)
    connected(heatmap)
    feed = weakref.ref(heatmap._following._feed)
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


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_exchanges_are_followed_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    heatmap = LiqHeatmap("BTC", ["binance", "okx"])
    connected(heatmap)
    own = LiqHeatmap("BTC", heatmap.markets)
    heatmap.close()
    for made in (own, LiqHeatmap("BTC", "sample"), LiqHeatmap("BTC", ["binance", "okx"], live=False)):
        assert made._following._feed is None
        made.close()
    monkeypatch.setenv(ENVIRONMENT, "sample")
    assert LiqHeatmap("BTC", live=True)._following._feed is None


def read_and_followed(heatmap: LiqHeatmap, timeframe: str) -> None:
    """Wait until a timeframe is read, and followed live."""
    until(lambda: heatmap._following._before is None and heatmap.timeframe == timeframe, lambda: heatmap._error)
    until(lambda: heatmap._following._feed is not None and heatmap._following._feed.running)
    connected(heatmap)
    feed = heatmap._following._feed
    assert feed is not None
    assert feed._setting.step == duration_ns(timeframe) == heatmap.ledger.timeframe


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "liqwidget-timeframe"]


@pytest.mark.slow
def test_another_timeframe_is_read_and_followed(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True, window="12h", venues=("okx",), prior="isolated")
    connected(heatmap)
    let_go, read = threading.Event(), read_module.read
    slow = threading.Event()

    def held(symbol: str, names: list[str], timeframe: str, **given: Any) -> Source:
        (slow if timeframe == "15m" else let_go).wait(PATIENCE_S)
        return read(symbol, names, timeframe, **given)

    monkeypatch.setattr(following, "read", held)
    heatmap.timeframe = "1h"
    assert heatmap.ledger.timeframe == duration_ns("1h")
    assert heatmap._market["reading"] == "Reading 1h candles; until then the map is made of shorter ones"
    let_go.set()
    read_and_followed(heatmap, "1h")
    assert not heatmap._market["reading"]
    assert heatmap._market["timeframes"] == ["1m", "5m", "15m", "30m", "1h", "4h", "1d"]
    assert heatmap._market["arguments"] == 'source=["binance", "okx"], timeframe="1h"'
    server.clock.advance(3_600_000 - server.clock.now % 3_600_000)
    until(lambda: closed(heatmap) == server.clock.now, lambda: heatmap.status)
    assert (heatmap.venues, heatmap.window, heatmap.ledger.prior.name) == (("okx",), "12h", "isolated")
    assert heatmap._market["arguments"] == 'source=["binance", "okx"], timeframe="1h"'
    # The newest of several choices is shown, whichever is read first; a shorter one leaves the map there until then.
    let_go.clear()
    heatmap.timeframe = "15m"
    assert heatmap._market["reading"] == "Reading 15m candles; the map shows 1h candles until then"
    heatmap.timeframe = "30m"
    slow.set()
    until(lambda: len(reading()) == 1)
    assert heatmap.ledger.timeframe == duration_ns("1h")
    let_go.set()
    read_and_followed(heatmap, "30m")
    # These exchanges have none under five minutes.
    heatmap.timeframe = "1m"
    until(lambda: heatmap._error, lambda: heatmap.status)
    read_and_followed(heatmap, "30m")
    assert heatmap._error.startswith("1m candles could not be read, 30m stay: BTC could not be read")
    with pytest.raises(traitlets.TraitError, match=r"was '2h'. Available: 1m, 5m, 15m, 30m, 1h, 4h, 1d"):
        heatmap.timeframe = "2h"
    heatmap.timeframe = "5m"
    assert heatmap._error == ""
    heatmap.close()
    until(lambda: not reading())
    assert heatmap.ledger.timeframe == duration_ns("30m")


@pytest.mark.slow
def test_a_venue_that_joins_after_another_prior_has_it_too(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "AGAIN_SECONDS", 30.0)
    server.faults.inject(faults.Status(451), venue="okx", times=4)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True)
    heatmap.prior = "nominal"
    until(lambda: closed(heatmap) and heatmap.venues == ("binance", "okx"), lambda: heatmap.status)
    heatmap.stop()
    assert heatmap.ledger.prior.name == "nominal"
    assert whole(heatmap.ledger) == whole(estimate(heatmap.markets, "nominal"))
    heatmap.close()


@pytest.mark.slow
def test_live_data_take_the_place_of_the_sample(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "AGAIN_SECONDS", 30.0)
    for module in (read_module, source_module):
        monkeypatch.setattr(module, "VENUES", ("binance", "okx"))
    for name in ("binance", "okx"):
        server.faults.inject(faults.Status(451), venue=name, times=4)
    heatmap = LiqHeatmap("BTC", live=True)
    assert heatmap._market["simulated"]
    assert heatmap._market["label"] == "BTC · simulated market"
    heatmap.prior = "nominal"
    until(lambda: closed(heatmap) and heatmap.venues == ("binance", "okx"), lambda: heatmap.status)
    heatmap.stop()
    state = heatmap._market
    assert (state["label"], state["simulated"], state["arguments"]) == ("BTC · binance + okx", False, "")
    assert "Simulated" not in (state["notice"] or "")
    assert heatmap._display.session.asked == ("binance", "okx")
    assert heatmap.ledger.prior.name == "nominal"
    assert whole(heatmap.ledger) == whole(estimate(heatmap.markets, "nominal"))
    heatmap.close()


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_an_update_from_before_another_prior_is_made_anew() -> None:
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=False)
    markets = heatmap.markets
    late = Update(estimate(markets), markets, (), None, 1)
    heatmap = LiqHeatmap("BTC", "sample", prior="nominal")
    heatmap._updates.offer(lambda: late)
    heatmap.stop()
    assert whole(heatmap.ledger) == whole(estimate(markets, "nominal"))
    heatmap.close()


@dataclass(frozen=True, slots=True)
class OtherUnit(faults.RowFault):
    """Open interest is told in contracts of a thousandth from a time [ms] on."""

    since: int

    def apply(self, rows: list[Any]) -> list[Any]:
        return [row | {"amount": row["amount"] * (1000.0 if row["time"] >= self.since else 1.0)} for row in rows]


@pytest.mark.slow
def test_a_venue_that_changes_its_unit_is_left_out_at_the_start_and_live(server: VenueServer) -> None:
    def change(since: int) -> None:
        for kind in ("interest_history", "interest"):
            server.faults.inject(OtherUnit(since), venue="okx", kind=kind, times=None)

    change(server.clock.now - 3 * 3_600_000)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=False)
    assert heatmap.venues == heatmap.ledger.names == ("binance",)
    assert heatmap.status.loc["okx", "state"] == "refused"
    assert "open interest of okx BTC in one unit" in str(heatmap.status.loc["okx", "reason"])
    assert "okx" in heatmap._market["notice"]
    heatmap.close()

    server.faults.clear()
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=True, window="12h")
    connected(heatmap)
    assert heatmap.ledger.names == ("binance", "okx")
    change(server.clock.now)
    for _ in range(8):
        server.clock.advance(STEP - server.clock.now % STEP)
        until(lambda: closed(heatmap) == server.clock.now, lambda: (heatmap.status, heatmap._error))
    until(lambda: heatmap.ledger.names == ("binance",), lambda: (heatmap.status, heatmap.ledger))
    assert heatmap.status.loc["okx", "state"] == "refused"
    assert "in one unit" in str(heatmap.status.loc["okx", "reason"])
    assert heatmap.status.loc["binance", "state"] == "connected"
    heatmap.close()
