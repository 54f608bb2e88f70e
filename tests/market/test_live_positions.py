"""Positions that are read again and again: refreshed, paced, ended; a fault costs nothing that was read."""

from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import LiqHeatmap, Positions
from liqwidget.errors import DataError
from liqwidget.market import account_sweep, live_accounts
from liqwidget.market.store.account_log import AccountLog
from liqwidget.market.venue.venues import venue as venue_named
from liqwidget.market.venue.worker import worker
from tests.loops import run
from tests.market.public_accounts import FORTY, MARKETS, MINUTE, position, read, state, three
from tests.waiting import eventually, until

if TYPE_CHECKING:
    from liqwidget.market.live_accounts import LivePositions


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_accounts, "LOOK_SECONDS", 0.005)


def followed(venue: Any, **given: Any) -> LivePositions:
    held: LivePositions = read(venue, accounts=three(venue), live=True, every="5min", **given)
    return held


def asked_in(venue: Any) -> int:
    """Return how often an account was asked for."""
    return sum(one.startswith("0x") for one in venue.asked)


def later(venue: Any, minutes: int = 5) -> None:
    venue.now += minutes * MINUTE


def test_they_are_read_again_when_they_are_due(venue: Any) -> None:
    with followed(venue) as held:
        first = held.latest
        assert sorted(first.size) == [1.0, 2.0, 4.0]
        assert "every 5m" in held.status
        venue.answers[FORTY[0]] = state(position("BTC", "3.0", "110.0", "81.0"))
        later(venue)
        until(lambda: held.refreshed == 1, lambda: held.status)
        assert sorted(held.latest.size) == [1.0, 3.0, 4.0]
        assert sorted(first.size) == [1.0, 2.0, 4.0]
        assert len(held.latest.snapshots) == 1
        assert asked_in(venue) == 6
    assert len(AccountLog("hyperliquid").snapshots()) == 2
    assert held.closed
    assert "closed" in repr(held)
    assert not any(address[2:] in f"{held!r} {held.latest.notes}" for address in FORTY)


def test_snapshots_are_gathered_where_they_are_asked_for(venue: Any) -> None:
    with followed(venue, since="2026-11-30") as held:
        for times in (1, 2):
            later(venue)
            eventually(lambda: held.refreshed, times.__eq__)
        assert len(held.latest.snapshots) == 3


def test_a_fault_costs_nothing_that_was_read_and_the_same_reading_goes_on(venue: Any) -> None:
    with followed(venue) as held:
        kept = held.latest
        venue.refuse_after = asked_in(venue) + 2
        later(venue)
        until(lambda: "since then: hyperliquid" in held.status, lambda: held.status)
        assert held.latest is kept
        assert len(AccountLog("hyperliquid").begun()) == 2
        assert "It is tried again at 2026-11-30 12:10:00 UTC" in held.status
        venue.refuse_after, before = 10**6, asked_in(venue)
        later(venue)
        until(lambda: held.refreshed == 1, lambda: held.status)
        assert "since then" not in held.status
        assert asked_in(venue) == before + 1


def test_faults_in_a_row_are_tried_again_later_and_later(venue: Any) -> None:
    with followed(venue) as held:
        venue.refuse_after = 0
        waits = []
        for _ in range(3):
            venue.now = held._told.due
            eventually(lambda: held._told.due, lambda due: due > venue.now)
            waits.append((held._told.due - venue.now) // MINUTE)
        assert waits == [5, 10, 15]
        assert held.refreshed == 0


def test_accounts_that_hold_the_coin_no_more_are_a_fault_too(venue: Any) -> None:
    with followed(venue) as held:
        venue.answers = {}
        later(venue)
        until(lambda: "3 without" in held.status, lambda: held.status)
        assert len(held.latest) == 3


def test_closed_or_forgotten_it_asks_no_more(venue: Any) -> None:
    held = followed(venue)
    held.close()
    held.close()
    asked = len(venue.asked)
    other = followed(venue)
    told = other._told
    del other
    gc.collect()
    until(told.ended.is_set)
    assert worker()._busy == 0
    later(venue)
    assert len(venue.asked) == asked
    assert told.refreshed == 0


def test_all_that_is_under_way_shares_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two readings at once ask no closer together than one."""
    monkeypatch.setattr(account_sweep, "SPACING", 0.02)
    times: list[float] = []

    async def call(_method: str, body: dict[str, str]) -> Any:
        if body["type"] == "metaAndAssetCtxs":
            return MARKETS
        times.append(asyncio.get_running_loop().time())
        return state()

    client: Any = SimpleNamespace(paced=True, now=10**18, call=call, api=object())
    found = venue_named("hyperliquid")

    async def both() -> None:
        log = AccountLog(found.name)
        sweeps = [account_sweep.Sweep(found, log, FORTY[at : at + 4], 4, MINUTE) for at in (0, 4)]
        await asyncio.gather(*(sweep.read(client, None, {}) for sweep in sweeps))

    run(both())
    assert len(times) == 8
    assert max(times) - min(times) >= 7 * 0.02 - 0.001


def test_a_heatmap_compares_the_newest() -> None:
    heatmap = LiqHeatmap("BTC", source="sample")
    stands = {"time": pd.Timestamp("2026-01-31", tz="UTC"), "side": ["long", "short"], "size": [2.0, 1.5]}
    frame = pd.DataFrame(stands | {"liquidation_price": [80_000.0, 95_000.0]})

    class Held:
        latest = property(lambda _: Positions.from_frame(frame, symbol="BTC"))

    newest, plain = heatmap.compare(Held()), heatmap.compare(frame)  # type: ignore[arg-type]
    assert newest.to_frame().equals(plain.to_frame())
    heatmap.close()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"accounts": "kept"}, "that can be read again with live=True, was 'kept'"),
        ({"accounts": FORTY[:1], "every": "1s"}, "every= as at least 10s, was '1s'"),
    ],
)
def test_what_cannot_be_followed_is_said(venue: Any, given: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(venue, live=True, **given)
    assert not venue.asked
