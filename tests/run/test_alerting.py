"""The alerts of a heatmap: live tells what a replay tells, once, and nothing of a user's stops the feed."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import (
    AlertRule,
    Alerts,
    ClusterAppears,
    ClusterGrows,
    ClusterSwept,
    DataError,
    DataStale,
    Ledger,
    LiqHeatmap,
    MarketData,
    PriceNear,
    Webhook,
    estimate,
    replay_alerts,
)
from liqwidget.decide.looks import closed_until
from liqwidget.domain.time import MINUTE
from liqwidget.market.store import alert_log
from tests import loops
from tests.fake_feed import FakeFeed, asked
from tests.markets import walk
from tests.waiting import patience_s, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from liqwidget.decide.alerts import Alert

CANDLE = 5 * MINUTE
RULES: tuple[AlertRule, ...] = (PriceNear(2.0), ClusterAppears(), ClusterGrows(30.0), ClusterSwept())
HIDDEN = "tok3n"


@functools.cache
def markets() -> tuple[MarketData, ...]:
    return tuple(
        walk(seed, 160, price=95_000.0, volatility=0.01).market(venue=venue)
        for seed, venue in ((3, "okx"), (3, "gate"))
    )


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed(markets(), int(markets()[0].close_time[119]))


class Desk:
    """What alerts are given in place of a heatmap."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.live, self.now = ledger, False, ledger.end
        self.shown: list[Any] = []
        self.alerts = Alerts(
            lambda: self.ledger, lambda: self.live, self._show, lambda call: call(), clock=lambda: self.now
        )

    def _show(self, fired: list[Any]) -> None:
        self.shown = fired

    def apart(self) -> None:
        """Call callbacks on threads of their own: in the first one Playwright keeps a loop running."""
        self.alerts._main = loops.apart

    def told(self) -> list[tuple[pd.Timestamp, str]]:
        log = self.alerts.log
        return list(zip(log["time"], log["text"], strict=True))


@pytest.fixture
def desk(feed: FakeFeed) -> Iterator[Desk]:
    made = Desk(feed.ledger)
    yield made
    made.alerts.close()


def replayed(since: int) -> list[tuple[pd.Timestamp, str]]:
    found = replay_alerts(RULES, estimate(markets()), since=pd.Timestamp(since, tz="UTC"))
    return [(one.time, one.text) for one in found.alerts]


@pytest.mark.slow
def test_live_tells_what_a_replay_tells_and_nothing_twice(desk: Desk, feed: FakeFeed) -> None:
    start = feed.ledger.end
    desk.alerts.add(RULES)
    assert desk.told() == []
    for part in (0.3, 1.0, 1.0, 2.6, 7.0, 7.2, 23.0, 40.0):
        update = feed.at(start + int(part * CANDLE))
        desk.alerts.offered(asked(update))
        desk.alerts.log  # noqa: B018 - asks
        desk.alerts.offered(asked(update))
    expected = replayed(start)
    assert sorted(desk.told()) == sorted(expected)
    assert len(expected) > 10
    assert [row["text"] for row in desk.shown] == [text for _, text in desk.told()][-30:]
    assert [row["number"] for row in desk.shown][-1] == len(expected)
    assert desk.alerts.to_frame()["count"].sum() == len(expected)


def test_rules_are_listed_while_the_past_is_gone_through(desk: Desk) -> None:
    begun, over = threading.Event(), threading.Event()

    def past() -> None:
        with desk.alerts._turn:
            begun.set()
            over.wait(patience_s())

    listed: list[pd.DataFrame] = []
    busy = threading.Thread(target=past)
    reader = threading.Thread(target=lambda: listed.append(desk.alerts.to_frame()))
    busy.start()
    begun.wait(patience_s())
    desk.alerts.add(RULES)
    reader.start()
    until(lambda: listed or not reader.is_alive())
    over.set()
    busy.join()
    assert listed[0]["state"].tolist() == ["on"] * len(RULES)


@pytest.mark.slow
def test_the_next_run_of_the_cell_tells_nothing_again(desk: Desk, feed: FakeFeed) -> None:
    start = feed.ledger.end
    desk.alerts.add(RULES)
    half = feed.at(start + 20 * CANDLE)
    desk.alerts.offered(asked(half))
    first = desk.told()
    desk.alerts.add(RULES, "log")
    desk.alerts.add(PriceNear(2.0))
    assert desk.told() == first
    other = Desk(half.ledger)
    other.alerts.add(RULES)
    assert other.told() == []
    last = feed.at(start + 40 * CANDLE)
    for one in (desk, other):
        one.alerts.offered(asked(last))
    assert sorted(desk.told()) == sorted(replayed(start))
    assert sorted(other.told()) == sorted(replayed(closed_until(half.ledger)))
    other.alerts.close()


def test_revisions_and_another_prior_tell_nothing_again(desk: Desk, feed: FakeFeed) -> None:
    start = feed.ledger.end
    desk.alerts.add(RULES)
    desk.ledger = feed.at(start + 20 * CANDLE).ledger
    first = desk.told()
    revised = [replace(part, volume=part.volume * 1.5, interest=part.interest * 1.1) for part in feed.markets]
    desk.ledger = estimate(revised)
    assert desk.told() == first
    desk.ledger = estimate(feed.markets, "nominal")
    assert desk.told() == first


@pytest.mark.slow
def test_rules_rest_while_another_coin_is_shown(desk: Desk, feed: FakeFeed) -> None:
    start = feed.ledger.end
    desk.alerts.add(RULES)
    desk.ledger = estimate([walk(8, 160).market(symbol="ETH")])
    assert desk.told() == []
    desk.alerts.add(PriceNear(2.0))
    assert desk.alerts.to_frame()["symbol"].tolist() == ["BTC"] * 4 + ["ETH"]
    desk.ledger = feed.at(start + 40 * CANDLE).ledger
    assert sorted(desk.told()) == sorted(replayed(start))


def test_rules_can_be_removed(desk: Desk, feed: FakeFeed) -> None:
    desk.alerts.add(RULES)
    desk.alerts.remove(RULES[1:])
    assert desk.alerts.rules == (PriceNear(2.0),)
    assert repr(desk.alerts) == "Alerts(1 rules, 0 off, 0 told)"
    desk.alerts.clear()
    desk.ledger = feed.at(feed.ledger.end + 40 * CANDLE).ledger
    assert desk.told() == []
    assert "PriceNear" not in desk.alerts._repr_html_()


# ------------------------------------------------------------------ actions


def test_callbacks_plain_and_async_are_given_the_alert(desk: Desk, feed: FakeFeed) -> None:
    heard: list[tuple[str, Alert]] = []
    desk.apart()

    async def later(alert: Alert) -> None:
        await asyncio.sleep(0)
        heard.append(("async", alert))

    desk.alerts.add(ClusterAppears(), [lambda alert: heard.append(("plain", alert)), later])
    desk.ledger = feed.at(feed.ledger.end + 40 * CANDLE).ledger
    told = desk.told()
    until(lambda: len(heard) == 2 * len(told))
    for kind in ("plain", "async"):
        assert sorted((one.time, one.text) for which, one in heard if which == kind) == sorted(told)
    assert desk.shown == []


def test_where_a_loop_runs_coroutines_are_awaited_on_it(desk: Desk, feed: FakeFeed) -> None:
    threads: list[Any] = []

    async def later(_alert: Alert) -> None:
        await asyncio.sleep(0)
        threads.append(threading.get_ident())

    async def cell() -> None:
        desk.ledger = feed.at(feed.ledger.end + 40 * CANDLE).ledger
        count = len(desk.told())
        assert count > 0
        for _ in range(10):
            await asyncio.sleep(0)
        assert threads == [threading.get_ident()] * count

    desk.alerts.add(ClusterAppears(), later)
    desk.alerts._thread.close()
    loops.run(cell())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "async", "rule"])
def test_what_raises_is_switched_off_with_a_sentence_and_costs_nothing_else(
    desk: Desk, feed: FakeFeed, kind: str
) -> None:
    start = feed.ledger.end
    desk.apart()

    def plain(_alert: Alert) -> None:
        raise RuntimeError("out of <b>money</b>")

    async def later(alert: Alert) -> None:
        plain(alert)

    class Broken(AlertRule):
        def readings(self, *_: Any) -> Any:
            plain(None)  # type: ignore[arg-type]

    rule = Broken() if kind == "rule" else ClusterAppears(least=1.0)
    desk.alerts.add(rule, later if kind == "async" else plain)
    desk.alerts.add(RULES)
    desk.ledger = feed.at(start + 20 * CANDLE).ledger
    desk.alerts.log  # noqa: B018
    until(lambda: "off" in {row["kind"] for row in desk.shown})
    what = "rule" if kind == "rule" else "callback"
    said = f"the {what} has raised RuntimeError: out of <b>money</b>: it is off until it is added again"
    assert desk.alerts.to_frame()["state"].tolist() == [said, "on", "on", "on", "on"]
    assert "<b>" not in desk.alerts._repr_html_()
    before = int(desk.alerts.to_frame()["count"][0])
    desk.ledger = feed.at(start + 40 * CANDLE).ledger
    own = [(one.time, one.text) for one in replay_alerts(RULES, desk.ledger, since=pd.Timestamp(start)).alerts]
    assert set(own) <= set(desk.told())
    assert desk.alerts.to_frame()["count"][0] == before
    desk.alerts.add(rule, "log")
    assert desk.alerts.to_frame()["state"][0] == "on" or kind == "rule"


def test_a_webhook_gets_what_json_can_hold_and_its_secrets_stay(
    desk: Desk, feed: FakeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[Any] = []
    monkeypatch.setattr(desk.alerts._courier, "post", lambda *given: posted.append(given))
    hook = Webhook(f"https://a.org/{HIDDEN}", headers={"Authorization": HIDDEN})
    desk.alerts.add([DataStale("5m"), *RULES], [hook, "toast"])
    desk.ledger = feed.at(feed.ledger.end + 40 * CANDLE).ledger
    told = desk.told()
    assert [(pd.Timestamp(message["time"]), message["text"]) for _, message, _ in posted] == told
    for one, message, failed in posted:
        assert one is hook
        assert message["content"] == message["text"]
        assert json.loads(json.dumps(message, allow_nan=False)) == message
        failed("webhook: it answered 404")
    said = [
        desk.alerts,
        desk.alerts.to_frame().to_csv(),
        desk.alerts._repr_html_(),
        desk.shown,
        desk.alerts.log.to_csv(),
    ]
    assert HIDDEN not in "".join(map(repr, said))
    frame = desk.alerts.to_frame()
    assert set(frame["actions"]) == {"webhook, toast"}
    assert set(frame["trouble"]) == {"webhook: it answered 404", ""}


@pytest.mark.parametrize("action", ["mail", 3, ["toast", None], "https://a.org/tok3n"])
def test_an_action_that_is_none_is_refused(desk: Desk, action: Any) -> None:
    with pytest.raises(DataError, match="Expected action as 'toast', 'log', a function, a Webhook") as caught:
        desk.alerts.add(PriceNear(), action)
    assert HIDDEN not in str(caught.value)
    with pytest.raises(DataError, match="Expected a rule"):
        desk.alerts.add("price near")  # type: ignore[arg-type]


# ------------------------------------------------------------------ late data, the store


def test_late_data_are_told_by_the_clock_where_data_go_on_coming(desk: Desk, feed: FakeFeed) -> None:
    start, rule = feed.ledger.end, DataStale("10m")
    desk.live = True
    desk.alerts.add(rule)
    desk.now = start + CANDLE + 10 * MINUTE - 1
    assert desk.told() == []
    desk.now += 1
    late = desk.told()
    assert [time.value for time, _ in late] == [start + CANDLE + 10 * MINUTE] * 2
    desk.now += 60 * MINUTE
    desk.alerts.add(PriceNear(0.001))
    assert desk.told() == late
    desk.ledger = feed.at(start + 14 * CANDLE).ledger
    desk.now = start + 14 * CANDLE
    assert desk.told() == late
    desk.live = False
    desk.now += 900 * MINUTE
    assert desk.told() == late


def test_what_is_told_is_kept_if_asked(
    desk: Desk, feed: FakeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIQWIDGET_HOME", str(tmp_path))
    start = feed.ledger.end
    desk.alerts.add(RULES)
    desk.ledger = feed.at(start + 20 * CANDLE).ledger
    first = desk.told()
    assert list(tmp_path.iterdir()) == []
    desk.alerts.keep()
    desk.ledger = feed.at(start + 40 * CANDLE).ledger
    whole = desk.alerts.log
    assert len(whole) > len(first) > 0
    (kept,) = tmp_path.rglob("alerts.jsonl")
    with kept.open("a", encoding="utf-8") as file:
        file.write('{"time": 3}\n[1]\n{"time": "soon", "symbol": "", "rule": "", "text": ""}\n\ufffd{{{\n')
    other = Desk(desk.ledger)
    assert other.told() == []
    other.alerts.keep()
    pd.testing.assert_frame_equal(other.alerts.log, whole)
    alert_log.keep(alert_log.known())
    assert len(other.alerts.log) == len(whole)
    other.alerts.keep(on=False)
    assert other.told() == []
    other.alerts.close()


# ------------------------------------------------------------------ of a heatmap


@pytest.mark.slow
def test_own_data_that_go_on_tell_what_a_replay_tells() -> None:
    start = int(markets()[0].close_time[119])
    heatmap = LiqHeatmap("BTC", source=[part.until(start) for part in markets()])
    hook = Webhook(f"https://a.org/{HIDDEN}")
    heatmap.alerts.add(RULES, "toast")
    heatmap.alerts.add(DataStale("10d"), hook)
    for close in (125, 126, 140, 159):
        heatmap.update([part.until(int(part.close_time[close])) for part in markets()])
    log = heatmap.alerts.log
    replay = heatmap.alerts.replay(since=pd.Timestamp(start)).to_frame()
    pd.testing.assert_frame_equal(
        log.sort_values(["time", "text"], ignore_index=True), replay.sort_values(["time", "text"], ignore_index=True)
    )
    assert sorted(zip(log["time"], log["text"], strict=True)) == sorted(replayed(start))
    until(lambda: len(heatmap._fired) == min(len(log), 30))
    page = heatmap.to_html()
    assert HIDDEN not in page + repr(heatmap.get_state()) + repr(heatmap.alerts)
    heatmap.close()
    until(lambda: not [one.name for one in threading.enumerate() if one.name.startswith("liqwidget")])


def test_a_page_cannot_set_what_was_told() -> None:
    heatmap = LiqHeatmap("BTC", source=list(markets()))
    heatmap.set_state({"_fired": [{"number": 1, "time": 0, "text": "x", "name": "", "kind": "alert"}]})
    assert heatmap._fired == []
    heatmap.close()
