"""Heatmaps of one process ask and hear a venue once: sockets, questions, and what each receives."""

from __future__ import annotations

import contextlib
import functools
import importlib
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.domain.time import MILLISECOND
from liqwidget.market.venue.worker import worker
from tests.run.feeding import PLACES, STEP, Live, drop_all, exchanges, live, whole
from tests.run.test_live_hygiene import nothing_left
from tests.venues import faults
from tests.waiting import PATIENCE_S, settled, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.server import VenueServer

COINS = ("BTC", "ETH", "SOL")


@pytest.fixture
def server() -> Iterator[VenueServer]:
    with exchanges(coins=COINS) as running:
        yield running


@contextlib.contextmanager
def several(server: VenueServer, count: int, *names: str, coins: tuple[str, ...] = ("BTC",)) -> Iterator[list[Live]]:
    """Started feeds, so many of each coin, that ask only where something has happened."""
    with contextlib.ExitStack() as stack:
        feeds: list[Live] = []
        for coin in coins:
            first = stack.enter_context(live(server, *names, coin=coin, pace=1.0))
            more = [live(server, *names, coin=coin, pace=1.0, known=first) for _ in range(count - 1)]
            feeds += [first, *map(stack.enter_context, more)]
        yield feeds


def open_sockets(server: VenueServer) -> dict[str, int]:
    return {name: sum(one.open for one in server.sockets if one.venue == name) for name in PLACES}


def listening(server: VenueServer, kind: str, coin: str = "") -> list[str]:
    """Return the venues whose open sockets are to tell something, of a coin; as often as there are sockets."""
    return sorted(
        one.venue for one in server.sockets if one.open
        for channel in one.channels if channel.kind == kind and (not coin or channel.coin == coin)
    )  # fmt: skip


def counted(server: VenueServer, feeds: list[Live]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the open sockets, and the questions that two candles bring about, by venue."""
    for one in feeds:
        one.connected()
    settled(lambda: len(server.served), times=6)
    before = {name: len(server.asked(name)) for name in PLACES}
    for _ in range(2):
        server.clock.advance(STEP - server.clock.now % STEP + 1000)
        for one in feeds:
            one.caught_up()
        settled(lambda: len(server.served), times=6)
    return open_sockets(server), {name: len(server.asked(name)) - before[name] for name in PLACES}


@pytest.mark.slow
def test_one_two_and_four_heatmaps_of_a_symbol_take_the_same_sockets_and_questions(server: VenueServer) -> None:
    sockets, questions = [], []
    for count in (1, 2, 4):
        with several(server, count, *PLACES) as feeds:
            of_sockets, of_questions = counted(server, feeds)
            sockets.append(of_sockets)
            questions.append(of_questions)
        nothing_left(server)
    assert sockets == [{"binance": 1, "bybit": 1, "okx": 2, "hyperliquid": 1}] * 3
    # On a busy machine an answer may come before the candle is there, and is asked for once more.
    fewest = {name: min(one[name] for one in questions) for name in PLACES}
    assert all(one[name] <= fewest[name] + 2 for one in questions for name in PLACES)


def lists(server: VenueServer) -> dict[str, int]:
    """Return how often lists of contracts were asked for; that of Hyperliquid is its open interest too."""
    return {name: len(server.asked(name, "markets")) for name in ("binance", "bybit", "okx")}


@pytest.mark.slow
def test_three_symbols_of_a_venue_take_the_sockets_of_one_and_its_list(server: VenueServer) -> None:
    with several(server, 1, *PLACES) as feeds:
        alone, _ = counted(server, feeds)
        once = lists(server)
        with several(server, 1, *PLACES, coins=("ETH", "SOL")) as others:
            assert counted(server, feeds + others)[0] == alone
            assert lists(server) == once
            for one in (*feeds, *others):
                one.check()
        assert open_sockets(server) == alone
    nothing_left(server)


@pytest.mark.slow
def test_who_shares_receives_what_who_is_alone_does(server: VenueServer) -> None:
    """Through drops and odd rows; the one that is alone finds the venues by another way."""
    names, apart = ("binance", "okx"), functools.partial(server.address)
    with live(server, *names) as first, live(server, *names, address=apart, known=first) as alone:
        first.connected()
        alone.connected()
        until(lambda: len(listening(server, "liquidations")) == 2 * len(names))
        with live(server, *names, known=first) as late:
            every = (first, alone, late)
            late.connected()
            begun = server.clock.now
            go_on(server, *every)
            told = [
                [event for event in part.liquidations.time.tolist() if event > begun * MILLISECOND]
                for one in every for part in one.last.markets
            ]  # fmt: skip
            assert told[:2] == told[2:4] == told[4:]
            assert any(told[0] + told[1])
            for name in names:
                server.faults.inject(faults.Duplicated(), venue=name, kind="candles", times=2)
                server.faults.inject(faults.Drop(after=2), venue=name, kind="stream", times=4)
            drop_all(server)
            go_on(server, *every)
            server.faults.clear()
            for one in every:
                one.connected()
                one.check()
            assert whole(first.last.ledger) == whole(alone.last.ledger) == whole(late.last.ledger)
            assert len({id(one.feed._venues[0].feed) for one in every}) == 2


def go_on(server: VenueServer, *every: Live) -> None:
    for _ in range(4):
        server.clock.advance(STEP)
        for one in every:
            one.caught_up()


@pytest.mark.slow
def test_one_that_is_closed_takes_nothing_from_the_others_and_the_last_closes(server: VenueServer) -> None:
    with (
        live(server, *PLACES) as first,
        live(server, *PLACES, known=first) as second,
        live(server, *PLACES, coin="ETH") as third,
    ):
        for one in (first, second, third):
            one.connected()
        before = [one for one in server.sockets if one.open]
        first.feed.stop()
        second.advance()
        third.feed.stop()
        # The contract that nobody listens to is not sent any more, and what others hear goes on.
        until(lambda: not listening(server, "candles", "ETH"), lambda: server.sockets)
        assert listening(server, "candles", "BTC") == sorted(PLACES)
        second.advance()
        second.check()
        assert [one for one in server.sockets if one.open] == before
        assert second.feed.incidents == dict.fromkeys(PLACES, ())
        # Back again while another is there: it is told anew, whatever ccxt remembers of it.
        third.feed.start()
        third.connected()
        third.advance()
        third.check()
        third.feed.stop()
        second.feed.stop()
        nothing_left(server)


def trip_over(coin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ccxt trip over every candle of a coin that OKX streams."""
    exchange = importlib.import_module("ccxt.pro").okx
    handle = exchange.handle_ohlcv

    def tripping(self: Any, client: Any, message: Any) -> None:
        if message["arg"]["instId"].startswith(coin):
            raise TypeError("odd")
        handle(self, client, message)

    monkeypatch.setattr(exchange, "handle_ohlcv", tripping)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bybit", "okx", "hyperliquid", "odd"])
def test_what_is_wrong_with_one_symbol_is_not_the_others_trouble(
    server: VenueServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "odd":
        trip_over("ETH", monkeypatch)
        name = "okx"
    else:
        server.faults.inject(faults.Refused("ETH"), venue=name, kind="stream", times=None)
    with live(server, name) as good, live(server, name, coin="ETH") as bad:
        good.connected()
        sockets = [one for one in server.sockets if one.open]
        until(lambda: len(bad.feed.incidents.get(name, ())) > 2 and bad.updates, lambda: bad.feed.incidents)
        good.advance(2)
        good.check()
        assert good.states() == {name: "connected"}
        assert good.feed.incidents == {name: ()}
        assert all(one.open for one in sockets[:1])
        bad.caught_up()  # by asking
        bad.check()


def test_data_that_one_cannot_use_stay_its_own_trouble(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with live(server, "okx") as good, live(server, "okx") as bad:
        for one in (good, bad):
            one.connected()

        def refuse(_: object) -> int:
            raise ValueError("odd")

        monkeypatch.setattr(bad.feed._venues[0].growing, "merge", refuse)
        asked = len(server.asked("okx", "candles"))
        good.advance(2)
        until(lambda: "sent data that cannot be used (ValueError: odd)" in bad.feed.status[0].reason)
        good.check()
        assert good.feed.incidents == {"okx": ()}
        assert good.feed.status[0].reason == ""
        assert len(server.asked("okx", "candles")) - asked < 20


@pytest.mark.slow
def test_what_a_venue_that_comes_back_has_is_read_once_for_all(server: VenueServer) -> None:
    server.faults.inject(faults.Status(451), venue="okx", times=None)
    with contextlib.ExitStack() as stack:
        feeds = [stack.enter_context(live(server, "binance", more=("okx",))) for _ in range(3)]
        until(lambda: all(one.states().get("okx") == "refused" for one in feeds), lambda: feeds[0].feed.status)
        server.faults.clear()
        asked = len(server.asked("okx", "candles"))
        for one in feeds:
            one.connected()
        pages = len(server.asked("okx", "candles")) - asked
        for one in feeds:
            one.check()
        assert len({id(one.feed._venues[1].growing) for one in feeds}) == 3
    with exchanges(coins=COINS) as again, live(again, "binance", more=("okx",)) as alone:
        alone.connected()
        assert pages <= 2 * len(again.asked("okx", "candles"))


FORKING = """
import os, threading
from tests.run.feeding import PLACES, STEP, exchanges, live

with exchanges() as server, live(server, *PLACES) as first, live(server, *PLACES) as second:
    first.connected()
    second.connected()
    child = os.fork()
    if not child:
        waited = []
        threading.Event.wait = lambda *_: waited.append("for a thread that is not there")
        assert not first.feed.running
        first.feed.stop()
        second.feed.stop()
        states = set(first.states().values())
        print("child", states, waited, flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    sockets = [one for one in server.sockets if one.open]
    first.feed.stop()
    second.advance(2)
    second.check()
    print("parent", [one for one in server.sockets if one.open] == sockets, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_child_stands_still_and_the_parent_goes_on() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING], cwd=root, capture_output=True, text=True,
        timeout=4 * PATIENCE_S, check=False, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["child {'off'} []", "parent True"], done.stderr[-2000:]


@pytest.mark.slow
def test_a_stop_that_is_interrupted_leaves_nothing(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with live(server, "binance", "okx") as kept, live(server, "binance", "okx") as stopped:
        for one in (kept, stopped):
            one.connected()

        def interrupted(_: float | None = None) -> bool:
            raise KeyboardInterrupt

        monkeypatch.setattr(stopped.feed._begun, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stopped.feed.stop()
        until(lambda: set(stopped.states().values()) == {"off"})
        kept.advance()
        kept.check()
        kept.feed.stop()
        until(lambda: not worker()._busy)
        worker().rest()
        nothing_left(server)
