"""A heatmap that takes live data: what it shows, in which order, and to whom it says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from liqwidget import LiqHeatmap, estimate
from liqwidget.domain.time import MILLISECOND, MINUTE, timestamp
from liqwidget.widget import live as live_module
from tests.fake_feed import FakeFeed, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from liqwidget import MarketData

CANDLE = 15 * MINUTE


@pytest.fixture
def feed(markets: tuple[MarketData, ...]) -> FakeFeed:
    return FakeFeed(markets, int(markets[0].time[-40]))


@pytest.fixture
def live(feed: FakeFeed) -> Iterator[LiqHeatmap]:
    """Return a heatmap whose delivery is the test: `show` below does what its thread would."""
    heatmap = LiqHeatmap("BTC", source=feed.markets)
    heatmap._updates.delivery._thread._thread = threading.current_thread()
    yield heatmap
    heatmap.close()


def show(heatmap: LiqHeatmap, *updates: Any, calm: bool = True) -> None:
    """Deliver updates; `calm`: a view has taken the last before, so that all of the picture is made anew."""
    for update in updates:
        heatmap._updates._deliver(asked(update), heatmap._display._number + 1, calm)


def offer(heatmap: LiqHeatmap, update: Any) -> None:
    heatmap._updates.offer(asked(update))


def present(feed: FakeFeed) -> int:
    return feed.ledger.end


def test_the_price_the_candle_and_the_column_move_before_the_candle_is_over(live: LiqHeatmap, feed: FakeFeed) -> None:
    first = present(feed)
    closed = live._market["time"][1]
    frames, market = live._frames, live._market
    show(live, feed.at(first + CANDLE // 3), calm=False)
    state = live._live
    assert state["time"] == [closed, (first + CANDLE // 3) / MILLISECOND]
    assert state["last_price"] == live.ledger.last_price() == state["candles"][-1][5]
    assert state["candles"][-1][:2] == [first / MILLISECOND, (first + CANDLE) / MILLISECOND]
    assert live._frames is frames
    assert live._market is market
    column = live._display.session.frame(live._settings(), tuple(state["time"]), (25_000, 35_000), 4, 100)
    assert max(np.frombuffer(column.pixels, np.uint8)) > 0


@pytest.mark.slow
def test_after_any_updates_all_is_as_if_estimated_at_once(live: LiqHeatmap, feed: FakeFeed) -> None:
    first = present(feed)
    for step in (0.2, 0.9, 1.0, 1.4, 3.7):
        show(live, feed.at(first + int(step * CANDLE)), calm=step != 1.4)
    assert live._error == ""
    other = LiqHeatmap("BTC", source=feed.markets)
    assert live.ledger.to_frame().equals(estimate(feed.markets).to_frame())
    assert live._clusters == other._clusters
    assert live._market["time"] == other._market["time"]
    assert live._market["last_price"] == other._market["last_price"]
    show(live, feed.at(first + 4 * CANDLE))
    last = LiqHeatmap("BTC", source=feed.markets)
    assert [frame["pixels"] for frame in live._frames] == [frame["pixels"] for frame in last._frames]
    assert live._standing == last._standing


def test_reading_in_python_is_of_the_newest_data_though_nobody_looks(live: LiqHeatmap, feed: FakeFeed) -> None:
    offer(live, feed.at(present(feed) + 6 * CANDLE))
    live._updates.delivery.step(0.0)
    assert live._updates.delivery.behind
    assert live.clusters == LiqHeatmap("BTC", source=feed.markets).clusters
    assert not live._updates.delivery.behind


def test_replay_stands_still_until_it_ends(live: LiqHeatmap, feed: FakeFeed) -> None:
    first = present(feed)
    live.as_of = timestamp(first - 100 * CANDLE)
    before = live._market, live._frames, live._clusters
    show(live, feed.at(first + CANDLE), feed.at(first + 2 * CANDLE))
    assert (live._market, live._frames, live._clusters) == before
    assert set(live._live) == {"number", "now", "feeds"}
    live.as_of = None
    assert live._market["time"][1] == (first + 2 * CANDLE) / MILLISECOND
    assert live._live["time"][1] == live._market["time"][1]


@pytest.mark.slow
def test_a_range_that_shows_the_present_goes_on_with_it_and_one_of_the_past_stays(
    live: LiqHeatmap, feed: FakeFeed
) -> None:
    first = present(feed)
    past = timestamp(first - 50 * CANDLE), timestamp(first - 20 * CANDLE)
    live.time_range = past
    show(live, feed.at(first + CANDLE))
    assert live.time_range == past
    live.time_range = timestamp(first - 50 * CANDLE), timestamp(first + 2 * CANDLE)
    show(live, feed.at(first + CANDLE + CANDLE // 2))
    assert live.time_range[1] == timestamp(first + 2 * CANDLE)
    show(live, feed.at(first + 2 * CANDLE), feed.at(first + 3 * CANDLE))
    assert live.time_range == (timestamp(first - 48 * CANDLE), timestamp(first + 4 * CANDLE))


def test_callbacks_come_with_a_close_from_the_kernels_own_thread(
    live: LiqHeatmap, feed: FakeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[Callable[[], None]] = []
    monkeypatch.setattr(live_module, "on_main_thread", waiting.append)
    live.select(price=(25_000, 35_000))
    heard: list[Any] = []
    live.on_select(heard.append)
    first = present(feed)
    show(live, feed.at(first + CANDLE // 2))
    assert waiting == []
    show(live, feed.at(first + CANDLE), feed.at(first + 2 * CANDLE))
    assert heard == []
    assert len(waiting) == 1
    waiting.pop()()
    assert len(heard) == 1
    assert heard[0].long_size == live.selection.long_size  # type: ignore[union-attr]


def test_a_feed_that_falls_silent_is_said_on_the_picture_and_in_the_status(live: LiqHeatmap, feed: FakeFeed) -> None:
    show(live, feed.at(present(feed) + CANDLE))
    assert live._market["stale"] is None
    show(live, feed.at(present(feed) + 1, late=600))
    assert "binance since" in str(live._market["stale"])
    show(live, feed.at(present(feed) + 2, state="stale", late=5, reason="no heartbeat"))
    assert live.status.loc["bybit", "state"] == "stale"
    assert live.status.loc["bybit", "reason"] == "no heartbeat"
    assert live._live["feeds"][0]["state"] == "stale"
    show(live, feed.at(present(feed) + 3))
    assert live._market["stale"] is None


def test_what_cannot_be_shown_is_said_and_the_next_update_is_shown(live: LiqHeatmap, feed: FakeFeed) -> None:
    update = feed.at(present(feed) + CANDLE)
    said: list[str] = []
    live.observe(lambda change: said.append(change["new"]), "_error")
    show(live, type("Broken", (), {"ledger": update.ledger, "markets": None, "status": ()})())
    show(live, update)
    assert said[0].startswith("Live data could not be shown")
    assert said[1:] == [""]


def test_a_prior_chosen_meanwhile_is_kept(live: LiqHeatmap, feed: FakeFeed) -> None:
    live.prior = "nominal"
    show(live, feed.at(present(feed) + CANDLE))
    assert live._error == ""
    assert live.ledger.to_frame().equals(estimate(feed.markets, "nominal").to_frame())


def test_a_venue_that_joins_is_shown(live: LiqHeatmap, feed: FakeFeed, markets: tuple[MarketData, ...]) -> None:
    one = FakeFeed(markets[:1], int(markets[0].time[-40]))
    heatmap = LiqHeatmap("BTC", source=one.markets)
    show(heatmap, feed.at(present(feed) + CANDLE))
    assert heatmap.venues == ("binance", "bybit")
    assert heatmap._market["venues"] == ["binance", "bybit"]
    live.venues = ("bybit",)
    show(live, feed.at(present(feed) + CANDLE))
    assert live.venues == ("bybit",)


def test_messages_of_views_reach_the_pace(live: LiqHeatmap, feed: FakeFeed) -> None:
    offer(live, feed.at(present(feed) + CANDLE))
    live._updates.delivery.step(0.0)
    assert live._live["number"] == 1
    live._answer(live, {"type": "taken", "view": "a", "id": 1}, [])
    assert live._updates.delivery._recipients.views == {"a"}
    live._answer(live, {"type": "taken", "view": "a", "id": 0}, [])
    assert live._updates.delivery._recipients.views == set()


def test_an_ordinary_heatmap_has_nothing_live(markets: tuple[MarketData, ...]) -> None:
    heatmap = LiqHeatmap("BTC", source=markets)
    assert not heatmap._live
    heatmap.stop()
    heatmap.close()


def test_the_real_thread_brings_the_last_offer_and_ends(feed: FakeFeed) -> None:
    heatmap = LiqHeatmap("BTC", source=feed.markets)
    first = present(feed)
    for step in range(1, 6):
        offer(heatmap, feed.at(first + step * CANDLE))
    heatmap.stop()
    assert heatmap._market["time"][1] == (first + 5 * CANDLE) / MILLISECOND
    assert not [thread for thread in threading.enumerate() if thread.name == "liqwidget-picture"]
    assert set(heatmap.status["state"]) == {"connected"}
    heatmap.close()
