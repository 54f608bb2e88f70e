"""A process that forks after a reading: the child makes a thread of its own, and the parent keeps its own."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys

import pytest

from liqwidget.background import Background
from tests.market.store.test_days import ROOT
from tests.waiting import PATIENCE_S

FORKING = """
import multiprocessing, os
from tests.market.venue.test_loopback import read
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer

def count(name):
    return len(read(server, name).frames["candles"])

with VenueServer(sample_tape(("BTC",))) as server:
    print("parent", count("okx"), flush=True)
    child = os.fork()
    if not child:
        print("fork", count("okx"), count("bybit"), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    print("parent", count("okx"), flush=True)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print("pool", *pool.map(count, ["okx", "bybit"]), flush=True)
    print("parent", count("okx"), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_child_reads_and_the_parent_reads_on() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING], cwd=ROOT, capture_output=True, text=True,
        timeout=4 * PATIENCE_S, check=False,
    )  # fmt: skip
    told = ["parent 576", "fork 576 576", "parent 576", "pool 576 576", "parent 576"]
    assert done.stdout.splitlines() == told, done.stderr[-2000:]


def test_work_in_the_background_begins_anew_in_a_child() -> None:
    steps: list[float] = []
    work = Background("test", steps.append, idle=30.0)
    work.wake()
    work.finish(PATIENCE_S)
    first = len(steps)
    assert first
    with work._changed:  # as a thread of the parent may hold it
        work.forked()
    work.wake()
    work.finish(PATIENCE_S)
    assert len(steps) > first
