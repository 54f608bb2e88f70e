"""Alerts: each rule worked by hand, and the laws of what is told: once, of closed candles alone, the same in chunks."""

from __future__ import annotations

import functools
import html
import math
import re
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import (
    AlertReplay,
    AlertRule,
    AmountPasses,
    ClusterAppears,
    ClusterDissolves,
    ClusterGrows,
    ClusterShifts,
    ClusterSwept,
    DataError,
    DataStale,
    HeatSpikes,
    Ledger,
    MarketData,
    PriceNear,
    VenuesAgree,
    advance,
    estimate,
    replay_alerts,
)
from liqwidget.decide.alerts import AlertFold
from liqwidget.decide.looks import closed_until
from liqwidget.decide.watching import Moment
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR, MINUTE
from tests.decide.by_hand import at, look, seen
from tests.ledgers import content
from tests.markets import Frames, two_venues, walk
from tests.stories import Story, stories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.decide.alerts import Alert
    from liqwidget.decide.looks import Look

laws = settings(max_examples=4, deadline=None)

EVERY: tuple[AlertRule, ...] = (
    PriceNear(1.0),
    PriceNear(2.0, side="long", cool_down="4h"),
    ClusterAppears(least=10.0),
    ClusterGrows(40.0),
    ClusterShifts(0.5),
    ClusterDissolves(),
    ClusterSwept(),
    AmountPasses(97.0, 500.0),
    VenuesAgree(2),
    HeatSpikes(99.0, times=1.5),
    DataStale("10m"),
)


@functools.cache
def made() -> tuple[tuple[MarketData, ...], Ledger]:
    markets = tuple(two_venues(4, 300))
    return markets, estimate(markets)


@functools.cache
def replayed() -> AlertReplay:
    return replay_alerts(EVERY, made()[1], step="15m")


def rows(alerts: tuple[Alert, ...] | list[Alert]) -> Any:
    return content(tuple((one.time.value, one.text, one.price, one.amount, one.cluster, one.rule) for one in alerts))


# ------------------------------------------------------------------ by hand


def told(rule: AlertRule, *given: Look) -> list[tuple[int, str]]:
    """Return what a rule tells of looks, with the hour."""
    fold = AlertFold([rule], HOUR)
    found = []
    for one in given:
        events = fold._tracker.step(one)
        fold._last = one
        late = {"okx": one.time + HOUR}
        moment = Moment(one, events, fold._tracker.living, "BTC", "USD", late, one.time)
        found += [(alert.time.value // HOUR, alert.text) for _, alert in fold._asked(moment)]
    assert fold.switched_off == {}
    return found


def hours(rule: AlertRule, *given: Look) -> list[int]:
    return [time for time, _ in told(rule, *given)]


ONE = seen(4500, 4510, 1000)


def test_price_near_a_cluster_is_told_once_until_it_was_away_again_and_the_cool_down_is_over() -> None:
    prices = [4530, 4519, 4522, 4519, 4530, 4519, 4530, 4519]
    given = [look(n, ONE, price=at(price)) for n, price in enumerate(prices)]
    assert hours(PriceNear(1.0, cool_down="1h"), *given) == [1, 5, 7]
    assert hours(PriceNear(1.0, cool_down="5h"), *given) == [1, 7]
    assert hours(PriceNear(0.5), *given) == []
    assert hours(PriceNear(1.0, side="short"), *given) == hours(PriceNear(1.0, least=2000), *given) == []
    text = told(PriceNear(1.0, level=at(4490), within=1.5, name="weekly\nlow"), *given)[0][1]
    assert text.startswith("BTC: price 91.")
    assert "0.9 % from the long cluster 90.017 to 90.922 (est. $1K) near weekly low (89.121)" in text
    assert hours(PriceNear(1.0, level=at(4400)), *given) == []


def test_clusters_appear_dissolve_and_are_swept() -> None:
    given = [
        look(0, price=at(4600), left=8),
        look(1, ONE, price=at(4600), left=80),
        look(2, price=at(4600), left=80),
        look(6, ONE, price=at(4600), left=8),
        look(7, seen(4500, 4505, 500, peak=4505), price=at(4600), reached=at(4505)),
        look(8, price=at(4600), reached=at(4400)),
    ]
    assert told(ClusterAppears(), *given) == [
        (1, "BTC: the long cluster 90.017 to 90.922 appears (est. $1K)"),
        (6, "BTC: the long cluster 90.017 to 90.922 has come back (est. $1K)"),
    ]
    assert told(ClusterDissolves(name="support"), *given) == [
        (2, "BTC: the long cluster 90.017 to 90.922 has dissolved (est. $800) (support)")
    ]
    swept = told(ClusterSwept(), *given)
    assert [(time, text.split(" (")[0].rsplit(" ", 3)[-3:]) for time, text in swept] == [
        (7, ["swept", "in", "part"]),
        (8, ["90.468", "was", "swept"]),
    ]
    assert hours(ClusterSwept(in_part=False), *given) == [8]
    assert hours(ClusterSwept(level=at(4300)), *given) == []


def test_growth_and_shifts_count_from_what_was_told_last() -> None:
    sizes = [100, 90, 130, 140, 200, 205, 311]
    given = [look(n, seen(4500, 4510, size), price=at(4600)) for n, size in enumerate(sizes)]
    assert hours(ClusterGrows(50.0), *given) == [3, 6]
    peaks = [4500, 4503, 4504, 4505, 4509, 4499]
    given = [look(n, seen(4495, 4510, 100, peak=peak), price=at(4600)) for n, peak in enumerate(peaks)]
    assert hours(ClusterShifts(0.5), *given) == [3, 5]
    assert "has moved from 90.062 to 90.514" in told(ClusterShifts(0.5), *given)[0][1]


def test_an_amount_up_to_a_level_passes_and_falls_again() -> None:
    sizes = [900, 1000, 900, 1000, 790, 1001]
    given = [look(n, seen(4500, 4510, size), price=at(4600)) for n, size in enumerate(sizes)]
    assert hours(AmountPasses(at(4495), 1000), *given) == [1, 5]
    assert hours(AmountPasses(at(4505), 500), *given) == [1, 5]
    assert hours(AmountPasses(at(4650), 1), *given) == []
    said = told(AmountPasses(at(4495), 1000, name="my stop"), *given)[0][1]
    assert said == "BTC: est. $1K of longs stand between price and my stop (89.568), past your limit of $1K"


def test_heat_at_a_level_spikes_against_its_own_day() -> None:
    heats = [10, 10, 10, 10, 10, 10, 29, 31, 60, 20, 31]
    far = seen(4700, 4701, 100, side=Side.SHORT)
    given = [look(n, far, seen(4500, 4501, heat), price=at(4600)) for n, heat in enumerate(heats)]
    assert hours(HeatSpikes(at(4500.5), times=3.0), *given) == [7, 10]
    assert hours(HeatSpikes(at(4500.5), times=3.0, least=61), *given) == []
    assert hours(HeatSpikes(at(4400), times=3.0), *given) == []


def test_venues_that_agree_are_counted() -> None:
    given = [look(n, ONE, price=at(4600)) for n in range(3)]
    assert told(VenuesAgree(1), *given)[0] == (
        0, "BTC: 1 venue agrees on the long cluster 90.017 to 90.922 (est. $1K): okx",
    )  # fmt: skip
    assert hours(VenuesAgree(2), *given) == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PriceNear(0), "Expected percent as per cent above 0, up to 20, was 0"),
        (lambda: PriceNear("1%"), "Expected percent"),  # type: ignore[arg-type]
        (lambda: PriceNear(math.nan), "Expected percent"),
        (lambda: ClusterGrows(-5), "Expected percent as per cent above 0"),
        (lambda: ClusterAppears(level=-1), "Expected level as a price above 0"),
        (lambda: ClusterAppears(within=0), "Expected within"),
        (lambda: ClusterAppears(side="up"), "Expected side"),
        (lambda: ClusterAppears(least=-1), "Expected least as an amount of at least 0"),
        (lambda: AmountPasses(1, 0), "Expected amount"),
        (lambda: HeatSpikes(1, times=1), "Expected times as a factor above 1"),
        (lambda: HeatSpikes(1, before="1 day ago"), "Expected a positive duration"),
        (lambda: VenuesAgree(0), "Expected count"),
        (lambda: DataStale("soon"), "Expected a positive duration"),
        (lambda: PriceNear(cool_down="0h"), "Expected a positive duration"),
        (lambda: PriceNear(name="x" * 81), "Expected name as a text of at most 80"),
        (lambda: replay_alerts([PriceNear(), 3], made()[1]), "Expected a rule such as"),  # type: ignore[list-item]
        (lambda: replay_alerts(PriceNear(), made()[1], step="1m"), "Expected step of at least a candle"),
    ],
)
def test_what_cannot_be_watched_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        make()


def test_rules_are_frozen_values() -> None:
    assert PriceNear(1.0, level=5.0) == PriceNear(1.0, level=5.0) != PriceNear(1.0)
    assert len({*EVERY, *EVERY}) == len(EVERY)
    with pytest.raises(FrozenInstanceError):
        EVERY[0].name = "x"  # type: ignore[misc]
    assert ClusterSwept(side="short").side is Side.SHORT
    assert PriceNear(name="a\u202eb\x1b[31m").name == "a\\u202eb\\x1b[31m"


# ------------------------------------------------------------------ laws


@pytest.mark.slow
@laws
@given(st.lists(st.integers(20, 299), max_size=4))
def test_what_is_told_candle_by_candle_is_what_a_replay_tells(cuts: list[int]) -> None:
    markets, _ = made()
    replay = replayed()
    assert {type(one.rule) for one in replay.alerts} >= {PriceNear, ClusterAppears, ClusterSwept}
    fold, ledger = AlertFold(EVERY, 15 * MINUTE), None
    found: list[Alert] = []
    for cut in [*sorted(cuts), 300]:
        parts = [part.until(markets[0].close_time[cut - 1]) for part in markets]
        ledger = estimate(parts) if ledger is None else advance(ledger, parts)
        found += [one for _, one in fold.go_on(ledger)]
        assert list(fold.go_on(ledger)) == []
    assert rows(found) == rows(replay.alerts)


@pytest.mark.slow
@laws
@given(stories())
def test_what_comes_later_changes_nothing_that_was_told(story: Story) -> None:
    ledger = story.seen()
    # A story of days beside minutes would be looked at ten thousand times.
    step = max(5, (ledger.end - ledger.start) // (50 * MINUTE), ledger.timeframe // MINUTE)
    before = replay_alerts(EVERY, ledger, step=f"{step}m").alerts
    end = closed_until(ledger)
    for future in story.futures():
        fold = AlertFold(EVERY, step * MINUTE)
        assert rows([one for _, one in fold.go_on(future.only(ledger.names), until=end)]) == rows(before)


@pytest.mark.slow
def test_since_counts_alerts_and_watches_all() -> None:
    _, ledger = made()
    since = pd.Timestamp(ledger.end - 10 * HOUR, tz="UTC")
    whole = replay_alerts(EVERY, ledger).alerts
    assert rows(replay_alerts(EVERY, ledger, since=since).alerts) == rows([one for one in whole if one.time > since])


@pytest.mark.slow
def test_a_market_is_estimated_and_the_frame_has_a_row_each() -> None:
    market = walk(3, 200).market()
    found = replay_alerts(PriceNear(2.0), market)
    frame = found.to_frame()
    assert rows(found.alerts) == rows(replay_alerts([PriceNear(2.0)], estimate([market])).alerts)
    assert len(frame) == len(found.alerts) > 0
    assert frame["time"].dt.tz is not None
    assert frame["rule"].unique().tolist() == ["PriceNear(percent=2.0)"]
    assert repr(found) == f"AlertReplay({len(frame)} alerts)"
    none = replay_alerts([], market)
    assert none.to_frame().columns.tolist() == frame.columns.tolist()
    assert "AlertReplay(0 alerts)" in none._repr_html_()
    page = found._repr_html_()
    assert f"<td>{len(frame)}</td>" in page
    assert html.escape(found.alerts[-1].text) in page


@pytest.mark.parametrize(
    "rule", dict.fromkeys([*map(type, EVERY), VenuesAgree, DataStale]), ids=lambda one: one.__name__
)
def test_a_rule_explains_all_that_can_be_said(rule: type[AlertRule]) -> None:
    said = (rule.__doc__ or "").partition("Parameters")[2]
    missing = [name for name in rule.__dataclass_fields__ if not re.search(rf"\b{name}\b.* : ", said)]
    assert missing == []


def test_a_gap_is_stale_from_when_a_candle_was_due() -> None:
    drawn = walk(5, 100)
    market = Frames(drawn.candles.drop(drawn.candles.index[50:60]), drawn.open_interest, "5m").market()
    (found,) = replay_alerts(DataStale("10m"), market).alerts
    due = market.close_time[49] + 5 * MINUTE
    assert found.time.value == due + 10 * MINUTE
    assert found.text.startswith("BTC: no candle from binance since 2026-01-01 04:15 UTC")
    fold, ledger = AlertFold([DataStale("10m")], 5 * MINUTE), estimate([market.until(market.close_time[49])])
    assert list(fold.go_on(ledger)) == []
    assert fold.next_beat(ledger, ledger.end) == due + 10 * MINUTE
    assert fold.beat(ledger, due + 10 * MINUTE - 1) == []
    assert [one.time for _, one in fold.beat(ledger, due + 10 * MINUTE)] == [found.time]
    assert fold.beat(ledger, due + 30 * MINUTE) == []
    assert list(fold.go_on(advance(ledger, market))) == []


class Broken(AlertRule):
    """A rule of a user that fails at its third moment."""

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Any]:
        memory["asked"] = memory.get("asked", 0) + 1
        if memory["asked"] == 3:
            message = f"no such level in {moment.symbol}"
            raise ValueError(message)
        yield from ()


@pytest.mark.slow
def test_a_rule_that_raises_is_switched_off_with_a_sentence_and_costs_no_other() -> None:
    _, ledger = made()
    found = replay_alerts([Broken(), PriceNear(1.0)], ledger)
    assert found.switched_off == {
        0: "the rule has raised ValueError: no such level in BTC: it is off until it is added again"
    }
    assert rows(found.alerts) == rows(replay_alerts(PriceNear(1.0), ledger).alerts)
    assert "rule 0 off" in repr(found)


@pytest.mark.slow
def test_times_are_those_of_closed_candles() -> None:
    _, ledger = made()
    times = np.array([one.time.value for one in replay_alerts(EVERY[:-1], ledger).alerts])
    assert (times % (5 * MINUTE) == 0).all()
    assert (np.diff(times) >= 0).all()
