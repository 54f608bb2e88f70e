"""The market through the store: what is stored shows at once, and without a network it is shown and named as stored."""

from __future__ import annotations

import functools
import re
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.errors import SourceError
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market import fetch, read
from liqwidget.market.source import Source
from liqwidget.market.venue import worker
from tests.venues import faults
from tests.venues.asking import Waits
from tests.venues.clients import _rewritten, only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = ("binance", "okx")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[VenueServer]:
    """Return the loopback exchanges, which `read.read` asks; afterwards no thread is left."""
    monkeypatch.delenv(read.ENVIRONMENT, raising=False)
    monkeypatch.setattr(read, "VENUES", PLACES)
    with only_loopback() as refused, VenueServer(sample_tape()) as server:
        here = functools.partial(
            fetch.request_history, since=server.clock.now * 1_000_000 - 2 * 86_400_000_000_000, paced=False,
            clock=lambda: server.clock.now * 1_000_000, first_wait=0.01, request_seconds=30.0,
            address=lambda venue, url: str(_rewritten(url, server.base, venue)),
        )  # fmt: skip
        server.clock.advance(-86_400_000)
        monkeypatch.setattr(fetch, "request_history", here)
        monkeypatch.setattr(fetch, "wait_for", Waits(server))
        yield server
        worker.close()
    assert not refused
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]


def states(found: Source) -> dict[str, tuple[str, bool]]:
    return {part.venue: (part.state, part.stored) for part in found.status}


@pytest.mark.slow
def test_without_a_network_the_stored_market_is_shown_with_its_age(asked: VenueServer) -> None:
    first = read.read("BTC")
    assert states(first) == dict.fromkeys(PLACES, ("connected", False))
    worker.close()
    asked.clock.advance(7_200_000)
    asked.stop()
    found = read.read("BTC")
    assert not found.simulated
    assert states(found) == dict.fromkeys(PLACES, ("stale", True))
    assert found.joining is None
    assert found.notice is not None
    last = first.status[0].last_time
    assert last is not None
    expected = (
        f"As stored on this machine up to {last:%Y-%m-%d %H:%M} UTC: binance, okx: cannot be reached (no network?)"
    )
    assert found.notice == expected
    for old, new in zip(first.markets, found.markets, strict=True):
        np.testing.assert_array_equal(old.close, new.close)
        assert new.close_time[-1] == last.value
    shown = LiqHeatmap("BTC", live=False)
    assert shown.status["state"].tolist() == ["stale", "stale"]
    assert shown.status["last_time"].tolist() == [last, last]
    shown.close()


def test_nothing_stored_and_no_network_is_the_sample(asked: VenueServer) -> None:
    asked.stop()
    assert read.read("BTC").simulated
    with pytest.raises(SourceError, match="could not be read"):
        read.read("BTC", "okx")


@pytest.mark.slow
def test_what_is_stored_shows_while_the_venue_is_asked_and_the_newest_joins(
    asked: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.read("BTC", PLACES)
    worker.close()
    monkeypatch.setattr(read, "KEPT_SECONDS", 0.5)
    asked.clock.advance(3_600_000)
    asked.faults.inject(faults.Slow(2.0), venue="okx", kind="markets")
    waits = Waits(asked)
    monkeypatch.setattr(fetch, "wait_for", waits)
    found = read.read("BTC", "okx", seconds=60.0)
    assert waits == [0.5]
    assert found.status[0].reason == "newer candles are being read"
    assert (found.status[0].state, found.status[0].stored) == ("stale", True)
    assert found.joining is not None
    later, done = list[Source](), threading.Event()

    def join(joined: Source) -> None:
        later.append(joined)
        done.set()

    found.joining.then(join)
    assert done.wait(PATIENCE_S)
    assert states(later[0]) == {"okx": ("connected", False)}
    assert later[0].markets[0].close_time[-1] == asked.clock.now * 1_000_000
    assert later[0].markets[0].time[0] == found.markets[0].time[0]
    assert later[0].notice is None


@pytest.mark.slow
def test_what_is_stored_of_another_day_does_not_stand_beside_what_is_new(asked: VenueServer) -> None:
    read.read("BTC", PLACES)
    worker.close()
    asked.clock.advance(8 * 3_600_000)
    asked.faults.inject(faults.Status(451), venue="binance", times=None)
    found = read.read("BTC", PLACES)
    assert [market.venue for market in found.markets] == ["okx"]
    assert found.status[0].state == "refused"
    assert found.status[0].reason.startswith("refuses requests from this country (451)")
    assert "too old to stand beside the others" in found.status[0].reason
    asked.faults.clear()
    worker.close()
    assert states(read.read("BTC", PLACES)) == dict.fromkeys(PLACES, ("connected", False))


def test_how_far_a_venue_is_can_be_seen_while_it_joins(asked: VenueServer) -> None:
    asked.clock.advance(86_400_000)
    asked.faults.inject(faults.Hang(), venue="okx", kind="candles", after=1, times=None)
    found = read.read("BTC", "okx", seconds=2.0)
    (status,) = found.asked
    assert re.fullmatch(r"older candles are still being read \(\d\d%\)", status.reason)
    assert found.joining is not None
    found.joining.stop()


def test_a_store_that_cannot_be_used_costs_a_note(
    asked: VenueServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv("LIQWIDGET_HOME", str(file))
    found = read.read("BTC", "okx")
    assert {one.venue for one in asked.served} == {"okx"}
    assert states(found) == {"okx": ("connected", False)}
    assert any("the store cannot be used" in note for note in found.markets[0].notes)
