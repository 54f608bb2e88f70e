"""What a live watchlist costs: thirty symbols on four venues, told once a second by exchanges of another process."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import Watchlist
from liqwidget.market import fetch
from liqwidget.run import live
from liqwidget.run.live import Feed
from tests.benchmarks.many_markets import COINS

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

VENUES = ("binance", "bybit", "okx", "hyperliquid")
LONGEST, PARTS, PART_SECONDS = 300.0, 4, 20.0
"""How long all venues are waited for, and what is measured then [s]."""


def waited(condition: Callable[[], bool]) -> None:
    begun, pause = time.monotonic(), threading.Event()
    while not condition() and time.monotonic() - begun < LONGEST:
        pause.wait(0.5)


def found(base: str, venue: str, url: str) -> str:
    """Return where an address of a venue is found here."""
    kind, place = url.split("://")
    return f"{'ws' if kind.startswith('ws') else 'http'}{base.removeprefix('http')}/{venue}/{place}"


def test_thirty_live_symbols(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """Budget 40 % of one core; shown four times twenty seconds."""
    command = [sys.executable, "-m", "tests.benchmarks.many_markets"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as exchanges:
        assert exchanges.stdout is not None
        base, now = exchanges.stdout.readline().split()
        begun, first = time.time_ns(), int(now) * 1_000_000
        options: dict[str, Any] = {
            "address": functools.partial(found, base),
            "clock": lambda: first + time.time_ns() - begun,
            "paced": False,
        }
        since = pd.Timestamp(first, tz="UTC") - pd.Timedelta("36h")
        monkeypatch.setattr(fetch, "request_history", functools.partial(fetch.request_history, since=since, **options))
        monkeypatch.setattr(live, "Feed", functools.partial(Feed, **options))
        watchlist = Watchlist(COINS, VENUES, live=True)
        waited(lambda: set(watchlist.to_frame()["venues"]) == {", ".join(VENUES)})
        shares = []
        for _ in range(PARTS):
            cpu, wall = time.process_time(), time.perf_counter()
            threading.Event().wait(PART_SECONDS)
            shares.append((time.process_time() - cpu) / (time.perf_counter() - wall))
        states = watchlist.to_frame()["state"]
        watchlist.close()
        exchanges.communicate()
    record_property("share", sorted(shares)[len(shares) // 2])
    with capsys.disabled():
        parts = ", ".join(f"{share:.0%}" for share in shares)
        sys.stdout.write(f"\nwatchlist, {len(COINS)} live symbols on 4 venues: {parts} of a core (budget 40 %)\n")
    assert set(states) == {"live"}
