"""The live feed on clean exchanges: ledgers of clean history, by sockets and by polling, venue by venue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import store
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import MILLISECOND
from liqwidget.estimate.estimator import estimate
from liqwidget.market.fetch import fetch_history
from liqwidget.market.store.days import Store
from tests.run.feeding import PLACES, STEP, exchanges, live, whole
from tests.venues import faults
from tests.waiting import settled, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.server import VenueServer


@pytest.fixture
def server() -> Iterator[VenueServer]:
    with exchanges() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_candle_by_candle_the_ledger_is_that_of_clean_history(server: VenueServer, name: str) -> None:
    with live(server, name) as feeding:
        feeding.connected()
        feeding.advance(12)
        feeding.check()
        growing = feeding.feed._venues[0].growing
        assert growing is not None
        assert growing.recomputed == 0
        assert len(growing.settled.venues[0].time) > len(feeding.markets[0].time)


@pytest.mark.slow
def test_venues_go_on_together_and_one_joins(server: VenueServer) -> None:
    with live(server, "binance", "okx", more=("bybit",)) as feeding:
        feeding.connected()
        assert feeding.feed.status[2].venue == "bybit"
        feeding.advance(3)
        feeding.check()
        assert feeding.last.ledger.names == ("binance", "okx", "bybit")
        assert [part.venue for part in feeding.last.markets] == ["binance", "okx", "bybit"]


def test_an_unfinished_candle_is_shown_and_replaced(server: VenueServer) -> None:
    with live(server, "binance") as feeding:
        feeding.connected()
        feeding.advance()
        candle = feeding.server.tape.venues["binance", "BTC"].candle
        row = int(np.searchsorted(candle["time"], server.clock.now))
        server.clock.advance(STEP // 2)
        path = [
            price for time, price, *_ in server.tape.venues["binance", "BTC"]._path(row) if time <= server.clock.now
        ]
        until(lambda: feeding.last.ledger.venues[0].inputs.kind[-1] == RowKind.PROVISIONAL)
        until(lambda: feeding.last.last_price == path[-1])
        market = feeding.last.markets[0]
        assert market.complete_until == server.clock.now * MILLISECOND
        assert market.time[-1] == candle["time"][row] * MILLISECOND
        assert market.close[-1] == path[-1]
        assert (market.high[-1], market.low[-1]) == (max(path), min(path))
        before = feeding.last
        frozen = whole(before.ledger)
        feeding.advance()
        assert market.close_time[-1] == server.clock.now * MILLISECOND
        assert whole(before.ledger) == frozen
        feeding.check()


@pytest.mark.slow
def test_open_interest_that_has_no_history_is_kept_for_the_next_start(server: VenueServer) -> None:
    with live(server, "hyperliquid", "binance", keep=True) as feeding:
        feeding.connected()
        feeding.advance(4)
        now = pd.Timestamp(server.clock.now, unit="ms", tz="UTC")
        until(lambda: now in set(store.list(venue="hyperliquid")["last"]), store.list)
        listed = store.list()
        found = set(zip(listed["venue"], listed["kind"], strict=True))
        others = {("binance", kind) for kind in ("liquidations", "long_short", "taker_volume")}
        assert found - others == {("hyperliquid", "open_interest")}

        def agree() -> bool:
            later = fetch_history("hyperliquid", "BTC", "5m", feeding.start, keep=True, **feeding.options)
            kept = estimate(later.market()).venues[0].open_interest[-4:].tolist()
            return len(set(kept)) > 1 and kept == feeding.last.ledger.venue("hyperliquid").open_interest[-4:].tolist()

        until(agree)
    alone = fetch_history("hyperliquid", "BTC", "5m", feeding.start, **feeding.options)
    assert len(alone.frames["open_interest"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["binance", "bybit", "okx"])
def test_liquidations_are_heard_once_by_position_side_in_dollars(server: VenueServer, name: str) -> None:
    with live(server, name, keep=True) as feeding:
        feeding.connected()
        until(lambda: any(channel.kind == "liquidations" for one in server.sockets for channel in one.channels))
        begun = server.clock.now
        feeding.advance(12)
        happened = server.tape.venues[name, "BTC"].liquidation
        rows = (happened["time"] > begun) & (happened["time"] <= server.clock.now)

        def heard() -> list[int]:
            found = feeding.last.markets[0].liquidations
            return [time for time in (found.time // MILLISECOND).tolist() if time > begun]

        until(lambda: len(heard()) >= rows.sum())
        assert heard() == happened["time"][rows].tolist()
        found = feeding.last.markets[0].liquidations
        late = found.time // MILLISECOND > begun
        assert found.side[late].tolist() == happened["side"][rows].tolist()
        np.testing.assert_allclose(found.size[late], (happened["size"] * happened["price"])[rows], rtol=1e-3)

    def kept() -> pd.DataFrame:
        return Store().read(name, "BTC/USDT:USDT", "liquidations", None, pd.Timestamp(begun + 1, unit="ms", tz="UTC"))

    until(lambda: len(kept()) >= rows.sum(), kept)
    assert pd.DatetimeIndex(kept()["time"]).as_unit("ns").asi8.tolist() == found.time[late].tolist()
    assert kept()["size"].tolist() == found.size[late].tolist()
    until(lambda: len(Store().read(name, "BTC/USDT:USDT", "long_short", None)), store.list)
    if name != "bybit":  # which tells it of no contract
        until(lambda: len(Store().read(name, "BTC/USDT:USDT", "taker_volume", None)), store.list)
        taken = Store().read(name, "BTC/USDT:USDT", "taker_volume", None)
        assert set(map(tuple, taken.to_numpy().tolist())) == {(1.5, 3.0, 2.0)}
        assert taken.index[-1] < pd.Timestamp(server.clock.now, unit="ms", tz="UTC")


def test_a_venue_whose_sockets_are_shut_is_polled(server: VenueServer) -> None:
    server.faults.inject(faults.Status(403), venue="okx", kind="stream", times=None)
    with live(server, "okx") as feeding:
        until(lambda: feeding.states() == {"okx": "reconnecting"} and feeding.updates)
        feeding.advance(4)
        feeding.check()
        assert "refuses requests from this network (403)" in feeding.last.status[0].reason


def test_a_listener_that_fails_stops_nothing(server: VenueServer, caplog: pytest.LogCaptureFixture) -> None:
    with live(server, "binance") as feeding:
        tell = feeding.feed._on_change

        def fail(update: object) -> None:
            tell(update)  # type: ignore[arg-type]
            raise ValueError("listener")

        feeding.feed._on_change = fail
        feeding.connected()
        feeding.advance(2)
        feeding.check()
    assert "A listener to live updates failed" in caplog.text


def test_another_prior_estimates_anew(server: VenueServer) -> None:
    with live(server, "binance") as feeding:
        feeding.connected()
        feeding.feed.estimate_with("nominal")
        until(lambda: feeding.last.ledger.prior.name == "nominal", lambda: feeding.last.ledger.prior)
        feeding.advance()
        assert feeding.last.ledger.prior.name == "nominal"


def test_an_update_is_made_when_somebody_asks_and_holds_all_that_came_until_then(server: VenueServer) -> None:
    with live(server, "binance") as feeding:
        feeding.connected()
        feeding.advance()
        feed, asks = feeding.feed, list[Any]()
        feed._on_change = asks.append
        number = settled(lambda: feed._number)
        for _ in range(3):
            told = len(asks)
            server.clock.advance(STEP)
            until(lambda told=told: len(asks) > told)  # type: ignore[misc]
        assert feed._number == number
        closes = server.clock.now // STEP * STEP * MILLISECOND
        until(lambda: asks[-1]().markets[0].close_time[-1] >= closes, lambda: feed.status)
        assert asks[0]().number == feed._number > number
