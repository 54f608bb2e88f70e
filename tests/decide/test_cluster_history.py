"""The history of clusters: laws on simulated markets, and each kind of event worked by hand."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, Ledger, LiqHeatmap, advance, cluster_history, estimate, find_clusters
from liqwidget.decide.lives import WHATS, Tracker
from liqwidget.decide.looks import Look, closed_until, looks
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR, MINUTE
from tests.decide.by_hand import CELLS, at, look, seen
from tests.ledgers import content
from tests.markets import two_venues, walk
from tests.stories import Story, stories

if TYPE_CHECKING:
    from liqwidget import MarketData
    from liqwidget.decide.lives import ClusterEvent

laws = settings(max_examples=5, deadline=None)


@functools.cache
def made() -> tuple[tuple[MarketData, ...], Ledger]:
    markets = tuple(two_venues(4, 500))
    return markets, estimate(markets)


def test_each_look_sees_the_clusters_that_are_found_then() -> None:
    _, ledger = made()
    found = list(looks(ledger, 3 * HOUR))
    assert [then.time % (3 * HOUR) for then in found] == [0] * len(found)
    assert len(found) > 10
    for then in found:
        expected = find_clusters(ledger, then.time)
        assert [one.id for one in then.seen] == [one.id for one in expected]
        for one, other in zip(then.seen, expected, strict=True):
            got = one.price_low, one.price_high, one.peak_price, one.size, one.heat, one.near_edge(then.price)
            wanted = other.price_low, other.price_high, other.peak_price, other.size, other.heat, other.near_edge
            assert got == pytest.approx(wanted)
        assert [set(names) for names in then.agreeing()] == [set(one.agreeing_venues) for one in expected]
        assert then.price == ledger.last_price(then.time)
    options: dict[str, Any] = {"leverage": ("10-25x",), "sensitivity": 0.8}
    last = list(looks(ledger, HOUR, **options))[-1]
    assert [one.id for one in last.seen] == [one.id for one in find_clusters(ledger, last.time, **options)]


@pytest.mark.slow
@laws
@given(st.lists(st.integers(1, 499), max_size=4), st.sampled_from(("30m", "1h", "4h")))
def test_the_same_data_in_any_chunks_give_the_same_history_to_the_byte(cuts: list[int], step: str) -> None:
    markets, whole = made()
    ledger = None
    for cut in [*sorted(cuts), 500]:
        parts = [part.until(markets[0].close_time[cut - 1]) for part in markets]
        ledger = estimate(parts) if ledger is None else advance(ledger, parts)
    assert ledger is not None
    one, other = cluster_history(ledger, step=step), cluster_history(whole, step=step)
    assert content(one.events) == content(other.events)
    assert content(one.lives) == content(other.lives)
    assert len(other.events) > 20


@pytest.mark.slow
@laws
@given(stories())
def test_what_comes_later_changes_nothing_before(story: Story) -> None:
    seen = story.seen()
    names, end = seen.names, closed_until(seen)
    assert end <= story.now
    before = cluster_history(seen).events
    for ledger in story.futures():
        assert content(cluster_history(ledger, venues=names, at=end).events) == content(before)
        later = cluster_history(ledger, venues=names).events
        assert content(tuple(one for one in later if one.time <= end)) == content(before)


@laws
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_lives_follow_from_events(seed: int, venues: int) -> None:
    markets = [walk(seed, 300).market(venue=venue) for venue in ("binance", "okx", "bybit")[:venues]]
    found = cluster_history(estimate(markets))
    frame, lives = found.to_frame(), found.lives_frame()
    assert frame["time"].is_monotonic_increasing
    assert set(frame["event"]) <= set(WHATS)
    assert set(frame["id"]) == set(lives.index)
    ends = ("swept", "unwound", "dissolved")
    for name, events in frame.groupby("id"):
        what = events["event"].tolist()
        assert what[0] == "born"
        state = [one for one in what if one in (*ends, "born", "come back")]
        assert all((one in ends) == bool(number % 2) for number, one in enumerate(state))
        life = lives.loc[str(name)]
        assert (life["end"] or None) == (state[-1] if state[-1] in ends else None)
        assert life["born"] == events["time"].iloc[0]
        assert 0 < life["persistence"] <= 1
        assert life["size"] <= life["largest"]
        band = found.band(str(name))
        assert (band["price_low"] < band["peak_price"]).all()
        assert (band["peak_price"] < band["price_high"]).all()
    swept = frame[frame["event"].isin(["swept", "swept in part"])]
    assert (swept["amount"] > 0).all()


# ------------------------------------------------------------------ by hand


def told(*given: Look) -> list[tuple[int, str, str, float]]:
    tracker = Tracker()
    events: list[ClusterEvent] = [event for one in given for event in tracker.step(one)]
    return [(one.time // HOUR, one.id, one.what, round(one.amount, 6)) for one in events]


def test_grown_shrunk_and_moved_are_told_against_what_was_told_last() -> None:
    sizes = [100, 110, 124, 126, 140, 126, 94, 95]
    found = told(*(look(n, seen(4500, 4506, size), price=at(4600)) for n, size in enumerate(sizes)))
    assert found == [(0, "long-4503", "born", 100), (3, "long-4503", "grown", 126), (6, "long-4503", "shrunk", 94)]
    peaks = [4500, 4501, 4502, 4500, 4503, 4505]
    found = told(*(look(n, seen(4498, 4508, 100, peak=peak), price=at(4600)) for n, peak in enumerate(peaks)))
    assert found == [(0, "long-4500", "born", 100), (4, "long-4500", "moved", 100)]


def test_an_approach_is_told_once_until_price_has_gone_away() -> None:
    prices = [4540, 4517, 4515, 4518, 4515, 4540, 4515]
    found = told(*(look(n, seen(4500, 4506, 100), price=at(price)) for n, price in enumerate(prices)))
    assert [(time, what) for time, _, what, _ in found] == [(0, "born"), (2, "approached"), (6, "approached")]
    wick = told(
        look(0, seen(4500, 4506, 100), price=at(4540)),
        look(1, seen(4500, 4506, 100), price=at(4540), reached=at(4507)),
    )
    assert wick[1:] == [(1, "long-4503", "approached", 100)]
    above = seen(4700, 4706, 50, side=Side.SHORT)
    assert told(look(0, above, price=at(4600)), look(1, above, price=at(4695)))[1][2] == "approached"


def test_a_sweep_is_of_what_price_has_crossed() -> None:
    one, rest = seen(4500, 4510, 100), seen(4500, 4505, 50, peak=4504)
    found = told(look(0, one, price=at(4600)), look(1, rest, price=at(4600), reached=at(4505)))
    assert found[1:] == [(1, "long-4505", "swept in part", 50)]
    found = told(look(0, one, price=at(4600)), look(1, price=at(4600), reached=at(4490)))
    assert found[1:] == [(1, "long-4505", "swept", 100)]
    short = seen(4700, 4710, 100, side=Side.SHORT)
    found = told(look(0, short, price=at(4600)), look(1, price=at(4600), reached=at(4709.5)))
    assert found[1:] == [(1, "short-4705", "swept", 95)]
    assert told(look(0, one, price=at(4600)), look(1, one, price=at(4600), reached=at(4509.5)))[1:] == [
        (1, "long-4505", "approached", 100)
    ]


def test_what_is_gone_was_unwound_or_stands_out_no_more() -> None:
    one = seen(4500, 4510, 100)
    gone = told(look(0, one, price=at(4600)), look(1, price=at(4600), left=2))
    assert gone[1:] == [(1, "long-4505", "unwound", 20)]
    gone = told(look(0, one, price=at(4600)), look(1, price=at(4600), left=8))
    assert gone[1:] == [(1, "long-4505", "dissolved", 80)]
    left = told(look(0, one, price=at(4600)), replace(look(1, price=at(5000)), cells=CELLS + 400))
    assert left[1][2] == "dissolved"
    assert math.isnan(left[1][3])


def test_what_stands_again_within_a_day_has_come_back_and_later_is_another() -> None:
    one = seen(4500, 4510, 100)
    gone = [look(n, price=at(4600), left=8) for n in range(1, 30)]
    found = told(look(0, one, price=at(4600)), *gone[:24], look(25, one, price=at(4600)))
    assert [event[2] for event in found] == ["born", "dissolved", "come back"]
    assert {event[1] for event in found} == {"long-4505"}
    found = told(look(0, one, price=at(4600)), *gone[:25], look(26, one, price=at(4600)))
    assert [event[1:3] for event in found] == [
        ("long-4505", "born"),
        ("long-4505", "dissolved"),
        ("long-4505#2", "born"),
    ]


def test_of_two_that_could_go_on_the_one_that_overlaps_more_does() -> None:
    one, other, both = seen(4490, 4496, 60), seen(4496, 4506, 100), seen(4494, 4504, 150)
    found = told(look(0, one, other, price=at(4600)), look(1, both, price=at(4600), left=10))
    assert (1, "long-4493", "dissolved") in [event[:3] for event in found]
    assert (1, "long-4501", "grown", 150) in found


# ------------------------------------------------------------------ at the face


@pytest.mark.slow
def test_a_history_is_asked_for_by_the_clusters_that_stand() -> None:
    _, ledger = made()
    whole = cluster_history(ledger, step="30m")
    for cluster in find_clusters(ledger, whole.until):
        alone = cluster_history(ledger, cluster.id, step="30m")
        (life,) = alone.lives
        assert (life.cluster, life.ended) == (cluster.id, None)
        assert set(alone.to_frame()["id"]) == {life.id}
        assert alone.band(cluster.id).equals(whole.band(life.id))
        assert alone.band(life.id)["amount"].iloc[-1] == pytest.approx(cluster.size)
        assert "1 standing" in repr(alone)
    page = whole._repr_html_()
    assert "to_frame() has all" in page
    assert "+00:00" not in page
    with pytest.raises(DataError, match="Expected the id of a cluster of this history, was 'nobody'; standing: "):
        whole.life("nobody")


def test_since_begins_there() -> None:
    _, ledger = made()
    since = ledger.end - 10 * HOUR
    found = cluster_history(ledger, since=since)
    assert min(one.time for one in found.events) == -(-since // HOUR) * HOUR
    assert cluster_history(ledger, at=ledger.start - 1).events == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"step": "1m"}, "Expected step of at least a candle"),
        ({"step": "often"}, "Expected a positive duration"),
        ({"change": 0}, "Expected change as a fraction above 0"),
        ({"near": "1%"}, "Expected near as a fraction above 0"),
        ({"sensitivity": 2}, "Expected sensitivity"),
        ({"width": 2}, "Expected width"),
        ({"venues": ["nobody"]}, "Expected a venue among"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        cluster_history(made()[1], **options)


def test_a_venue_that_is_late_is_waited_for_two_candles_and_five_minutes() -> None:
    markets = [walk(4, 60).market(venue=venue) for venue in ("okx", "gate")]
    end = closed_until(estimate(markets))
    assert end == int(markets[0].close_time[-1])
    for candles, waited in ((1, 1), (2, 2), (3, 3), (4, 3), (8, 3)):
        late = markets[1].until(end - candles * 5 * MINUTE)
        behind = end - closed_until(estimate([markets[0], late]))
        assert 5 * MINUTE * (waited - 1) <= behind <= 5 * MINUTE * waited


def test_the_heatmap_tells_of_what_it_shows() -> None:
    markets, ledger = made()
    heatmap = LiqHeatmap("BTC", source=list(markets), venues=("bybit",), as_of=pd.Timestamp(ledger.end - 20 * HOUR))
    found = heatmap.cluster_history()
    alone = cluster_history(ledger, venues=("bybit",), at=ledger.end - 20 * HOUR)
    assert content(found.events) == content(alone.events)
    assert heatmap.cluster_history(heatmap.clusters[0].id, step="5m").lives[0].cluster == heatmap.clusters[0].id
    heatmap.close()


def test_the_bands_that_are_drawn_cover_what_was_seen_and_nothing_else() -> None:
    history = cluster_history(made()[1])
    one = max(history.lives, key=lambda life: life.largest).id
    bands: Any = history.of(one).overlays()
    seen = history.band(one)
    assert [band.label for band in bands] == [""] * (len(bands) - 1) + [one]
    for time, low, high in zip(
        pd.DatetimeIndex(seen.index).as_unit("ns").asi8, seen["price_low"], seen["price_high"], strict=True
    ):
        (there,) = [band for band in bands if band.start <= time < band.end]
        assert (there.low, there.high) == (low, high)
    assert sum(band.end - band.start for band in bands) == len(seen) * history.step
