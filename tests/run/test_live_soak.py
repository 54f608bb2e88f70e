"""Hours of three venues with random faults: the ledger of clean history, flat memory, nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import time
from pathlib import Path

import pytest

from liqwidget.market.venue.worker import worker
from liqwidget.run import venue_feed
from tests.run.feeding import WITH_HISTORY, exchanges, live
from tests.venues.questions import HOUR
from tests.waiting import PATIENCE_S, until

SEED = 20261122
PACE = 300.0
LATER = 24
"""Hours of market that follow, for a busy machine that connects again while they run: at their end all fall silent."""
SPARE = 8
"""Tasks that questions under way may have more than at the start."""
GROWTH = 24 * 2**20
"""Memory that may be added after the first third [bytes]: caches fill, rows of the hours themselves are 2 MB a day."""


async def count_tasks() -> int:
    """Return how many tasks the exchanges' loop has, but for this one."""
    return len(asyncio.all_tasks()) - 1


def resident() -> int:
    """Return the memory of this process [bytes], 0 where the system does not say."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * 4096 if path.exists() else 0


def soaked(hours: float, seconds: float, share: float) -> dict[str, float]:
    """Run so many hours of the venues in so many seconds of ours, in weather; return figures."""
    speed = hours * 3600 / seconds
    figures: dict[str, float] = {}
    with (
        exchanges(before=int((hours + LATER) * HOUR), silent=0.5 * PACE) as server,
        pytest.MonkeyPatch.context() as calm,
    ):
        with live(server, *WITH_HISTORY, pace=PACE, request_seconds=4.0) as feeding:
            feeding.connected()
            tasks = worker().submit(count_tasks()).result(PATIENCE_S)
            for number, name in enumerate(WITH_HISTORY):
                server.faults.storm(SEED + number, name, share=share, calls=int(80 * hours))
            server.clock.run(speed)
            begun, begun_at = time.monotonic(), server.clock.now
            while server.clock.now < begun_at + hours * HOUR / 3:
                time.sleep(0.05)
            gc.collect()
            figures["first_third"] = resident()
            feeding.updates[:-1] = []
            told = 0
            while server.clock.now < begun_at + hours * HOUR:
                told += len(feeding.updates) - 1
                feeding.updates[:-1] = []  # a heatmap keeps the newest
                time.sleep(0.05)
            calm.setattr(venue_feed, "SILENT_SECONDS", 6000.0)
            figures["seconds"] = time.monotonic() - begun
            server.faults.clear()
            # Who was silent on a busy machine is connected by its next word.
            server.clock.run(PACE)
            feeding.connected()
            # From here on nothing is said but what the test brings about.
            server.clock.run(0)
            feeding.advance(2)
            feeding.check()
            gc.collect()
            figures["end"] = resident()
            figures["updates"], figures["incidents"] = told, sum(map(len, feeding.feed.incidents.values()))
            figures["served"], figures["struck"] = len(server.served), sum(bool(one.faults) for one in server.served)
            figures["sockets"] = len(server.sockets)
            figures["recomputed"] = sum(part.growing.recomputed for part in feeding.feed._venues if part.growing)
            until(lambda: sum(one.open for one in server.sockets) <= 6)
            until(lambda: worker().submit(count_tasks()).result(PATIENCE_S) <= tasks + SPARE)
        until(lambda: not any(one.open for one in server.sockets))
    return figures


@pytest.mark.slow
def test_hours_of_weather_leave_the_ledger_of_clean_history() -> None:
    figures = soaked(hours=4, seconds=6, share=0.2)
    assert figures["struck"] > 2  # a busy machine asks less in the seconds that hours take
    assert figures["end"] - figures["first_third"] < GROWTH, figures
    print(figures)  # noqa: T201 - shown where it fails or is asked for


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_a_day_of_weather_leaves_the_ledger_of_clean_history() -> None:
    figures = soaked(hours=24, seconds=240, share=0.2)
    assert figures["struck"] > 200
    assert figures["end"] - figures["first_third"] < GROWTH, figures
    print(figures)  # noqa: T201 - the figures are what it is run for
