"""A feed that has ended leaves nothing behind, however and whenever it ends; a busy cell does not hold it up."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from liqwidget.market.venue.stream import Stream
from liqwidget.market.venue.worker import worker
from liqwidget.run.venue_feed import VenueFeed
from tests.run.feeding import DAY, PLACES, STEP, Live, exchanges, live
from tests.venues import faults
from tests.waiting import PATIENCE_S, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.faults import Fault
    from tests.venues.server import VenueServer


@pytest.fixture
def server() -> Iterator[VenueServer]:
    with exchanges() as running:
        yield running


def nothing_left(server: VenueServer) -> None:
    """Expect that no socket is open, no thread runs, and nothing warns when it is collected."""
    until(lambda: not any(one.open for one in server.sockets))
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]
    gc.collect()


@pytest.mark.slow
def test_after_stop_no_task_socket_or_thread_is_left(server: VenueServer) -> None:
    with live(server, *PLACES) as feeding:
        feeding.connected()
        feeding.advance(2)
        held = threading.Event()

        async def hold() -> int:
            while not held.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)
            return len(asyncio.all_tasks()) - 1

        others = worker().submit(hold())
        feeding.feed.stop()
        assert not feeding.feed.running
        assert set(feeding.states().values()) == {"off"}
        held.set()
        assert others.result(PATIENCE_S) == 0
        told = len(feeding.updates)
        server.clock.advance(STEP)
        feeding.feed.stop()
        assert len(feeding.updates) == told
    until(lambda: not worker()._busy)
    worker().rest()
    nothing_left(server)


@pytest.mark.parametrize("moment", ["at once", "begun", "asking", "connecting", "silent", "waiting"])
def test_it_can_be_stopped_at_any_moment(server: VenueServer, moment: str) -> None:
    feeding = Live(server, "binance", "okx", request_seconds=3600.0)
    struck = {
        "asking": (faults.Hang(), ("candles",)),
        "connecting": (faults.Hang(), ("stream",)),
        "silent": (faults.Silence(after=0), ("stream",)),
        "waiting": (faults.Status(451), ("candles", "stream")),
    }.get(moment)
    for name in feeding.names if struck else ():
        for kind in struck[1] if struck else ():
            server.faults.inject(struck[0], venue=name, kind=kind, times=None)  # type: ignore[index]
    feeding.feed.start()
    if moment != "at once":
        feeding.feed._begun.wait(PATIENCE_S)
    if struck:
        until(lambda: all(any(one.faults for one in server.asked(name)) for name in feeding.names))
    # Who waited for what hangs would wait for an hour.
    feeding.feed.stop()
    nothing_left(server)


@pytest.mark.parametrize("place", ["_ask", "run"])
def test_it_can_be_stopped_while_somebody_makes_another_error_of_it(
    server: VenueServer, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = threading.Event()

    async def deaf(_: object) -> None:
        there.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            raise ConnectionResetError("in the same moment") from error

    monkeypatch.setattr(VenueFeed if place == "_ask" else Stream, place, deaf)
    feeding = Live(server, "binance")
    feeding.feed.start()
    assert there.wait(PATIENCE_S)
    feeding.feed.stop()
    assert feeding.feed._ended.is_set()
    nothing_left(server)


def test_it_can_be_stopped_by_its_listener_and_started_again(server: VenueServer) -> None:
    with live(server, "binance") as feeding:
        tell = feeding.feed._on_change

        def once(update: object) -> None:
            tell(update)  # type: ignore[arg-type]
            feeding.feed.stop()

        feeding.feed._on_change = once
        until(lambda: not feeding.feed.running)
        until(lambda: feeding.states() == {"binance": "off"})
        feeding.feed._on_change = tell
        server.clock.advance(3 * STEP)
        feeding.feed.start()
        feeding.connected()
        feeding.advance()
        feeding.check()


@pytest.mark.slow
@pytest.mark.parametrize("fault", [None, faults.Hang(), faults.Silence(after=0)], ids=repr)
def test_the_threads_end_wins_over_the_feeds(server: VenueServer, fault: Fault | None) -> None:
    feeding = Live(server, *PLACES)
    for name in PLACES if fault else ():
        server.faults.inject(fault, venue=name, kind="stream", times=None)  # type: ignore[arg-type]
    feeding.feed.start()
    if fault is None:
        feeding.connected()
    else:
        until(lambda: all(server.asked(name, "stream") for name in PLACES))
    worker().close()
    nothing_left(server)
    feeding.feed.stop()


@pytest.mark.slow
def test_a_busy_cell_does_not_hold_it_up() -> None:
    with exchanges(before=2 * DAY, speed=600.0) as server, live(server, "binance", at_once=True) as feeding:
        feeding.connected()
        closes, end, sums = set[int](), time.monotonic() + PATIENCE_S, 0
        while len(closes) <= 5:
            assert time.monotonic() < end, closes
            sums += sum(number * number for number in range(2000))
            closes.add(feeding._updates[-1].ledger.end)
        server.clock.run(0)


CODE = """
import sys, threading, time
from liqwidget.estimate.estimator import estimate
from liqwidget.market.fetch import fetch_history
from liqwidget.run.live import Feed

def address(venue, url):
    scheme, rest = url.split("://", 1)
    host, _, path = rest.partition("/")
    return ("ws" if scheme.startswith("ws") else "http") + sys.argv[1].removeprefix("http") + f"/{venue}/{host}/{path}"

options = {"address": address, "clock": lambda: int(sys.argv[2]), "paced": False}
market = fetch_history("binance", "BTC", "5m", int(sys.argv[3]), **options).market()
told = []
feed = Feed([market], estimate(market), on_change=lambda ask: told.append(ask()), **options)
feed.start()
while not (told and feed.status[0].state == "connected"):
    time.sleep(0.01)
print("fed", flush=True)
"""


@pytest.mark.slow
def test_the_end_of_the_interpreter_is_quiet(server: VenueServer) -> None:
    now = server.clock.now * 1_000_000
    command = [
        sys.executable,
        "-W",
        "error::ResourceWarning",
        "-c",
        CODE,
        server.base,
        str(now),
        str(now - 6 * 3600 * 10**9),
    ]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr, done.returncode) == (["fed"], "", 0)
    nothing_left(server)
