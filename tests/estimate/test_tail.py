"""A ledger without its long past goes on as the whole one, and shows the present as it does, to the byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.decide.looks import looks
from liqwidget.domain.time import HOUR
from liqwidget.estimate import books
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.estimate.tail import without_past
from liqwidget.study.profile import profile
from tests.ledgers import content
from tests.markets import two_venues

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

ROWS = 128
COUNT = 1500


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", ROWS)


def views(ledger: Ledger, since: int) -> list[object]:
    found = list(looks(ledger, HOUR, after=since))
    edges = np.geomspace(60.0, 160.0, 200)
    shown = [profile(ledger, edges, [since, ledger.end], measure=measure) for measure in ("size", "heat")]
    return [content(found), content(shown), ledger.last_price(since), ledger.last_price()]


@pytest.mark.parametrize("row", [300, 700, 1499])
def test_what_goes_changes_nothing_that_is_looked_at(row: int) -> None:
    markets = two_venues(6, COUNT)
    time = int(markets[0].close_time[row])
    whole = estimate([part.until(time) for part in markets])
    tail = without_past(whole, time - 26 * HOUR)
    gone = [len(one.time) - len(other.time) for one, other in zip(whole, tail, strict=True)]
    assert all(count % ROWS == 0 for count in gone)
    assert (max(gone) > 0) == (row > 600)
    assert tail.heat is not None
    assert all(hot.inputs is main.inputs for main, hot in zip(tail, tail.heat, strict=True))
    later = [part.since(time) for part in markets if part.close_time[-1] > time]
    now, then = (advance(one, later) if later else one for one in (tail, whole))
    assert views(now, time) == views(then, time)
    for one, other, count in zip(now, then, gone, strict=True):
        for name in ("open_interest", "flags", "log_survival", "near_log_survival", "opened"):
            assert content(getattr(one, name)) == content(getattr(other, name)[count:])
        assert content(one.survival) == content(other.survival)
        assert content(one.books)[1:] == content(other.books)[1:]
        assert [part.row + count for part in one.checkpoints] == [
            part.row for part in other.checkpoints if part.row >= count
        ]


def test_it_may_be_cut_again_and_again() -> None:
    market = two_venues(6, COUNT)[0]
    ledger, lost = estimate(market.until(int(market.close_time[100]))), 0
    longest = 0
    for row in range(200, COUNT, 100):
        newer = market.since(int(ledger.venues[0].time[-1])).until(int(market.close_time[row]))
        ledger = advance(ledger, newer)
        rows = len(ledger.venues[0].time)
        ledger = without_past(ledger, int(market.close_time[row]))
        lost += rows - len(ledger.venues[0].time)
        longest = max(longest, rows)
    whole = estimate(market.until(int(market.close_time[row])))
    assert longest <= 2 * ROWS + 200
    assert content(ledger.venues[0].opened) == content(whole.venues[0].opened[lost:])
    assert views(ledger, ledger.end) == views(whole, whole.end)


def test_a_short_ledger_and_a_time_before_it_stay_as_they_are() -> None:
    ledger = estimate(two_venues(6, 60))
    assert without_past(ledger, ledger.end) is ledger
    assert without_past(ledger, 0) is ledger
