"""Several markets followed at once: prices move, clusters as candles close, one that fails costs no other."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import DataError, Ledger, MarketSummary, PriceNear, market_summary
from liqwidget.run import watched_markets
from liqwidget.run.watched_markets import Watched, WatchedMarkets
from tests.markets import walk
from tests.run.feeding import STEP, found_by_heatmaps
from tests.venues import faults
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.server import VenueServer

PLACES = ["binance", "okx"]
COINS = ("BTC", "ETH")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[VenueServer]:
    monkeypatch.setattr(watched_markets, "APART", 0.02)
    with found_by_heatmaps(monkeypatch, COINS) as running:
        yield running


@contextmanager
def watched(*symbols: str, live: bool = True, source: Any = PLACES) -> Iterator[WatchedMarkets]:
    told = threading.Event()
    markets = WatchedMarkets(
        dict.fromkeys(symbols, source), timeframe="5m", prior="effective", live=live, changed=told.set,
        main=lambda call: call(),
    )  # fmt: skip
    markets.begin()
    try:
        until(lambda: {one.state for one in markets.known} <= {"live", "stopped", "own frames", "failed"})
        yield markets
    finally:
        markets.close()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("liqwidget-watchlist")])


def of(markets: WatchedMarkets, symbol: str) -> Watched:
    return next(one for one in markets.known if one.symbol == symbol)


@pytest.mark.slow
def test_prices_follow_what_is_heard_and_clusters_the_candles_that_close(server: VenueServer) -> None:
    with watched(*COINS) as markets:
        assert [one.symbol for one in markets.known] == list(COINS)
        market = markets._markets["BTC"]
        following = market.following
        assert following is not None
        before = of(markets, "BTC").summary
        assert before is not None
        server.clock.advance(90_000)
        until(lambda: (now := of(markets, "BTC").summary) is not None and now.price != before.price)
        folded = following.ledger
        server.clock.advance(STEP - server.clock.now % STEP + 1000)
        until(lambda: following.ledger is not folded and of(markets, "BTC").summary is not None)

        def same() -> bool:
            known, fresh = of(markets, "BTC").summary, market_summary(following.ledger)
            return known is not None and (known.below, known.above) == (fresh.below, fresh.above)

        until(same)
        markets.stop()
        assert {one.state for one in markets.known} == {"stopped"}
        assert not markets.live
        markets.start()
        until(lambda: {one.state for one in markets.known} == {"live"})


def test_one_that_cannot_be_read_says_so_and_the_others_stand(server: VenueServer) -> None:
    del server
    with watched("BTC", "NOSUCHCOIN", live=False) as markets:
        missing, there = of(markets, "NOSUCHCOIN"), of(markets, "BTC")
        assert missing.state == "failed"
        assert "NOSUCHCOIN could not be read" in missing.reason
        assert missing.summary is None
        assert there.state == "stopped"
        assert there.summary is not None
        assert there.summary.venues == tuple(PLACES)


def test_a_live_market_that_could_not_be_read_is_asked_for_again(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_markets, "AGAIN", 0.2)
    for venue in PLACES:
        server.faults.inject(faults.Status(503), venue=venue, kind="candles", times=40)
    markets = WatchedMarkets(
        {"BTC": PLACES}, timeframe="5m", prior="effective", live=True, changed=lambda: None, main=lambda call: call()
    )
    markets.begin()
    until(lambda: of(markets, "BTC").state == "failed", lambda: markets.known)
    server.faults.clear()
    until(lambda: of(markets, "BTC").state == "live", lambda: markets.known)
    markets.close()


@pytest.mark.slow
def test_a_market_that_cannot_be_summed_up_says_so_and_the_next_is_looked_at(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched("BTC", "ETH") as markets:
        known = market_summary

        def summed(ledger: Ledger) -> MarketSummary:
            if ledger.symbol == "BTC":
                raise ZeroDivisionError("no price")
            return known(ledger)

        monkeypatch.setattr(watched_markets, "market_summary", summed)
        before = of(markets, "ETH").summary
        server.clock.advance(STEP - server.clock.now % STEP + 1000)
        until(lambda: of(markets, "BTC").reason == "no price")
        until(lambda: of(markets, "ETH").summary != before)
        assert of(markets, "ETH").reason == ""


def test_rules_are_added_to_markets_that_are_there_and_that_come() -> None:
    with watched("BTC", live=False, source=[walk(1, 30).market()]) as markets:
        markets.watch_for(PriceNear(1.0), "toast")
        assert [len(alerts.rules) for alerts in markets.alerts.values()] == [1]
        with pytest.raises(DataError, match="rule"):
            markets.watch_for("near", "toast")
        assert len(markets._rules) == 1
