"""Whatever an exchange does, the feed goes on: nothing twice, nothing lost, and the status says what happened."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from liqwidget.run import venue_feed
from tests.run.feeding import DAY, PLACES, STEP, Live, drop_all, exchanges, live
from tests.venues import faults
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.faults import Fault


@pytest.fixture(scope="module")
def feeding() -> Iterator[Live]:
    """Four venues; each test leaves them connected and clean."""
    with exchanges(before=DAY) as server, live(server, *PLACES) as made:
        made.connected()
        yield made
        made.check()


def strike(feeding: Live, fault: Fault, *kinds: str, times: int | None = None, names: tuple[str, ...] = PLACES) -> None:
    for name in names:
        for kind in kinds:
            feeding.server.faults.inject(fault, venue=name, kind=kind, times=times)


def said_since(feeding: Live, before: dict[str, tuple[str, ...]], words: str) -> bool:
    """Return whether every venue has said these words since then."""
    return all(
        any(words in text for text in said[len(before[name]) :]) for name, said in feeding.feed.incidents.items()
    )


def recovered(feeding: Live) -> None:
    feeding.server.faults.clear()
    feeding.connected()
    feeding.advance(2)
    feeding.check()


REFUSALS = [
    (faults.Status(429), "asks to slow down"),
    (faults.Status(418), "has shut this address out"),
    (faults.Status(451), "refuses requests from this country (451)"),
    (faults.Status(403), "refuses requests from this network (403)"),
    (faults.Status(500), "has trouble of its own (500)"),
    (faults.Maintenance(), ""),
    (faults.Truncated(), "sent an answer that cannot be read"),
    (faults.Truncated(cut=True), ""),
    (faults.NotJson(), "sent an answer that cannot be read"),
    (faults.Empty(), "sent no candles"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "words"), REFUSALS, ids=repr)
def test_answers_that_fail_are_said_and_made_up_for(feeding: Live, fault: Fault, words: str) -> None:
    before = feeding.feed.incidents
    strike(feeding, fault, "candles", "interest_history")
    feeding.server.clock.advance(2 * STEP)
    until(lambda: said_since(feeding, before, words), lambda: feeding.feed.incidents)
    recovered(feeding)


def answered(feeding: Live, venue: str, kind: str) -> int:
    """Return how often a venue was asked for rows of a kind; some publish none."""
    return len(feeding.server.asked(venue, kind))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.Duplicated(), None),
        (faults.OutOfOrder(), None),
        (faults.FutureDated(), None),
        (faults.Missing(every=3 * STEP, offset=STEP), "missing"),
        (faults.Revised(), "revised"),
        (faults.Slow(0.05), None),
        (faults.Skew(90_000), None),
        (faults.Skew(-90_000), None),
    ],
    ids=repr,
)
def test_rows_that_are_wrong_for_a_while_leave_nothing(feeding: Live, fault: Fault, words: str | None) -> None:
    before = feeding.feed.incidents
    kinds = ("candles", "interest_history", "interest")
    strike(feeding, fault, *kinds)
    # A page that lacks rows is asked for three times.
    times = 3 if isinstance(fault, faults.Missing) else 1
    for _ in range(4):
        feeding.server.clock.advance(STEP)
        served = {one: answered(feeding, *one) for one in itertools.product(PLACES, kinds) if answered(feeding, *one)}
        until(lambda was=served: all(answered(feeding, *one) >= count + times for one, count in was.items()))  # type: ignore[misc]
    if isinstance(fault, faults.Missing):
        until(lambda: said_since(feeding, before, "missing"), lambda: feeding.feed.incidents)
    feeding.server.faults.clear()
    recovered(feeding)
    if words:
        until(lambda: said_since(feeding, before, words), lambda: feeding.feed.incidents)


SOCKETS = [
    (faults.Drop(after=2), "closed the socket"),
    (faults.Drop(after=1, mid_frame=True), ""),
    (faults.Silence(after=1), "has not sent any word"),
    (faults.Garbled(after=1), "sent an answer that cannot be read"),
    (faults.Status(403), "refuses requests from this network (403)"),
    (faults.Status(503), "has trouble of its own (503)"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "words"), SOCKETS, ids=repr)
def test_sockets_that_fail_are_connected_again(feeding: Live, fault: Fault, words: str) -> None:
    before = feeding.feed.incidents
    feeding.forget()
    strike(feeding, fault, "stream")
    silent = 120.0 if isinstance(fault, faults.Silence) else 6000.0
    with mock.patch.object(venue_feed, "SILENT_SECONDS", silent):
        drop_all(feeding.server)
        until(lambda: any(one.faults for one in feeding.server.asked(kind="stream")))

        def struck() -> bool:
            feeding.server.clock.advance(STEP // 10)
            time.sleep(0.01)
            return said_since(feeding, before, words)

        until(struck, lambda: feeding.feed.incidents)
    assert any(state == "reconnecting" for state, _ in feeding.said())
    recovered(feeding)


@pytest.mark.slow
def test_a_request_that_hangs_holds_up_no_other_venue(feeding: Live) -> None:
    before = feeding.feed.incidents
    strike(feeding, faults.Hang(), "candles", names=("okx",))
    # The others have nothing to ask for meanwhile but what is new.
    with mock.patch.object(venue_feed, "POLL_SECONDS", DAY / 1000):
        feeding.server.clock.advance(STEP)
        feeding.caught_up("binance", "bybit", "hyperliquid")
        until(lambda: "did not answer in time: try again later" in feeding.feed.incidents["okx"][len(before["okx"]) :])
    recovered(feeding)


@pytest.mark.slow
def test_what_passed_while_all_was_down_is_filled_in(feeding: Live) -> None:
    strike(feeding, faults.Status(500), "candles", "stream")
    drop_all(feeding.server)
    feeding.server.clock.advance(20 * STEP)
    until(lambda: set(feeding.states().values()) == {"stale"}, lambda: feeding.feed.status)
    recovered(feeding)
    assert {len(part.time) for part in feeding.last.ledger} == {len(feeding.last.ledger.venues[0].time)}


@pytest.mark.slow
def test_a_wait_that_is_asked_for_is_kept(feeding: Live) -> None:
    strike(feeding, faults.Status(418, retry_after=1), "candles", times=1, names=("bybit",))
    feeding.server.clock.advance(STEP)
    until(lambda: any("(it asks for 1 s)" in text for text in feeding.feed.incidents["bybit"]))
    refused = max(n for n, one in enumerate(feeding.server.asked("bybit", "candles")) if one.faults)
    until(lambda: len(feeding.server.asked("bybit", "candles")) > refused + 1)
    first, second = feeding.server.asked("bybit", "candles")[refused : refused + 2]
    assert second.time - first.time > 0.8
    recovered(feeding)


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [-90, 90])
def test_a_clock_of_ours_that_is_wrong_changes_nothing(ahead: int) -> None:
    with exchanges() as server, live(server, "binance", "okx", ahead=ahead) as feeding:
        feeding.connected()
        for _ in range(4):
            server.clock.advance(STEP)
            served = len(server.served)
            until(lambda served=served: len(server.served) >= served + 4)  # type: ignore[misc]
        feeding.caught_up()
        feeding.check()
