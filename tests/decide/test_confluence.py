"""Confluence: what lies at a cluster is counted to the edge of the tolerance, weighted openly, and known by then."""

from __future__ import annotations

import functools
import math
import pickle
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, Ledger, LiqHeatmap, confluence, estimate, find_clusters, reference_levels
from liqwidget.decide.confluence import lies_within
from liqwidget.decide.reference import KINDS, WEIGHTS, MarketState, ReferenceLevel
from liqwidget.domain.overlay import Line, PriceBand, PriceLine, TimeMark
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR
from tests.ledgers import content
from tests.markets import two_venues, walk

if TYPE_CHECKING:
    from liqwidget import Confluence, MarketData

laws = settings(max_examples=5, deadline=None)


@functools.cache
def made() -> tuple[tuple[MarketData, ...], Ledger]:
    markets = tuple(two_venues(4, 500))
    return markets, estimate(markets)


def of_made(**options: Any) -> Confluence:
    markets, ledger = made()
    return confluence(ledger, markets, **options)


def own_at(found: Confluence, cluster: int = 0) -> list[str]:
    return [one.name for one in found.clusters[cluster].levels if one.kind == "own level"]


# ------------------------------------------------------------------ what is counted


def test_each_cluster_has_what_lies_within_reach_and_concerns_its_side() -> None:
    markets, ledger = made()
    found, known = of_made(within=0.004), reference_levels(ledger, markets)
    assert {one.cluster.id for one in found} == {one.id for one in find_clusters(ledger)}
    counted = 0
    for one in found:
        low, high = one.cluster.price_low * 0.996, one.cluster.price_high * 1.004
        expected = [
            level
            for level in known.levels
            if low <= level.price_high and level.price_low <= high and level.side in {None, one.cluster.side}
        ]
        assert sorted(map(repr, expected)) == sorted(map(repr, one.levels))
        assert {state.extreme for state in one.states} <= {True}
        assert one.score == one.count == sum(one.counts.values())
        counted += one.count
    assert counted > 10
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@laws
@given(st.floats(1e-10, 1e6), st.floats(0, 0.02), st.floats(0, 0.1))
def test_a_level_counts_up_to_the_very_edge(low: float, wide: float, within: float) -> None:
    high = low * (1 + wide)

    def counts(price: float) -> bool:
        return lies_within(ReferenceLevel.single("own level", "", price, 0, source="", formula=""), low, high, within)

    assert counts(low * (1 - within))
    assert counts(high * (1 + within))
    assert counts(math.sqrt(low) * math.sqrt(high))
    assert not counts(low * (1 - within) * (1 - 1e-9))
    assert not counts(high * (1 + within) * (1 + 1e-9))


def test_own_levels_are_counted_by_price_and_label_within_their_time() -> None:
    _, ledger = made()
    cluster = of_made().clusters[0].cluster
    low, high, end = cluster.price_low, cluster.price_high, ledger.end
    far = high * 1.1
    own = [
        PriceLine(high * 1.005, "edge"),
        PriceLine(high * 1.0051, "outside"),
        PriceLine(low, "begins now", start=end),
        PriceLine(low, "not yet", start=end + 1),
        PriceLine(low, "gone", end=end - 1),
        PriceBand(high * 1.004, far, "reaches in"),
        PriceBand(high * 1.006, far, "does not"),
        PriceLine(low),
    ]
    found = of_made(own=own)
    mine = next(number for number, one in enumerate(found) if one.cluster.id == cluster.id)
    assert sorted(own_at(found, mine)) == ["begins now", "edge", "own level", "reaches in"]
    assert found.clusters[mine].counts["own level"] == 4
    assert found.clusters[mine].score == of_made(own=own[:0]).clusters[0].score + 4
    frame = found.levels_frame()
    edge = frame[(frame["name"] == "edge") & (frame["cluster"] == cluster.id)].iloc[0]
    assert edge["distance"] == pytest.approx(0.005)
    assert edge["source"] == "own"


def test_own_series_and_events_are_told_as_of_then_and_not_counted() -> None:
    _, ledger = made()
    end = ledger.end
    times = np.array([end - 2 * HOUR, end - HOUR, end, end + HOUR])
    price = of_made().clusters[0].cluster.peak_price
    own = [
        Line("NUPL", times, np.array([0.3, 0.4, np.nan, 0.9])),
        Line("realised price", times, np.array([1.0, 2.0, price, 4.0]), on_price=True),
        Line("later", times + 5 * HOUR, np.ones(4)),
        TimeMark(end - HOUR, "rate decision"),
        TimeMark(end - 3 * HOUR, "rate decision"),
        TimeMark(end + HOUR, "halving"),
    ]
    found = of_made(own=own)
    frame = found.to_frame()
    assert (frame["own NUPL"] == 0.4).all()
    assert "own later" not in frame
    assert (frame["last_event"] == "rate decision").all()
    assert (frame["last_event_time"] == pd.Timestamp(end - HOUR, tz="UTC")).all()
    assert "realised price" in own_at(found)
    assert found.clusters[0].score == of_made().clusters[0].score + 1
    assert "NUPL: 0.40;" in found._repr_html_()
    assert re.search(r"\d\.\d{3}", found._repr_html_().partition("Beside them")[2]) is None
    assert "rate decision" in found._repr_html_()
    assert [one for one in found.overlays() if getattr(one, "label", "") == "realised price"] == []


def test_the_score_is_the_sum_of_the_weights_said() -> None:
    plain, weighed = of_made(), of_made(weights={"swing": 3, "previous day": 0.5, "vwap": 0})
    assert plain.weights == WEIGHTS == dict.fromkeys(KINDS, 1.0)
    frame, rows = weighed.to_frame(), weighed.levels_frame()
    assert (
        rows.groupby("cluster")["weight"].sum().reindex(frame.index, fill_value=0).tolist() == frame["score"].tolist()
    )
    by_hand = frame[list(KINDS)].sum(axis=1) + 2 * frame["swing"] - 0.5 * frame["previous day"] - frame["vwap"]
    assert by_hand.tolist() == pytest.approx(frame["score"].tolist())
    assert (frame["count"] == frame[list(KINDS)].sum(axis=1)).all()
    assert {one.cluster.id: one.counts for one in plain} == {one.cluster.id: one.counts for one in weighed}


def test_extreme_momentum_counts_at_the_clusters_of_its_side() -> None:
    rising = walk(2, 900).candles
    rising[["open", "high", "low", "close"]] = rising[["open", "high", "low", "close"]].mul(
        np.geomspace(1, 1.6, len(rising)), axis=0
    )
    found = confluence(walk(2, 900).__class__(rising, walk(2, 900).open_interest, "5m").market())
    rsi = next(one for one in found.states if one.kind == "momentum")
    assert rsi.side is Side.SHORT
    sides = {one.cluster.side: one.counts.get("momentum", 0) for one in found}
    assert sides[Side.LONG] == 0
    assert sides.get(Side.SHORT, 1) == 1
    assert all(isinstance(state, MarketState) for one in found for state in one.states)


# ------------------------------------------------------------------ laws


@laws
@given(st.integers(60, 498))
def test_what_comes_later_changes_nothing(cut: int) -> None:
    markets, ledger = made()
    at = int(markets[0].close_time[cut])
    known = [part.until(at) for part in markets]
    before, after = confluence(estimate(known), known, at), confluence(ledger, markets, at)
    assert content(before.clusters) == content(after.clusters)
    assert content((before.levels, before.states)) == content((after.levels, after.states))
    assert len(before) > 0


def test_a_coin_of_tiny_price_has_the_same_confluence() -> None:
    made_frames = walk(4, 500)
    one = confluence(made_frames.market())
    other = confluence(made_frames.scaled(math.exp(-0.001 * 20_000), 1.0).market())
    # Round numbers alone are no function of ratios.
    same = [kind for kind in KINDS if "round" not in kind]
    assert len(one) == len(other) > 1
    pairs = zip(*(sorted(found, key=lambda each: each.cluster.near_edge) for found in (one, other)), strict=True)
    for mine, theirs in pairs:
        assert [mine.counts.get(kind) for kind in same] == [theirs.counts.get(kind) for kind in same]


# ------------------------------------------------------------------ on the heatmap, and at the door


def test_the_heatmap_asks_of_what_it_shows() -> None:
    markets, ledger = made()
    heatmap = LiqHeatmap("BTC", source=markets)
    assert content(heatmap.confluence(0.003).clusters) == content(of_made(within=0.003).clusters)
    heatmap.venues = ("bybit",)
    found = heatmap.confluence(weights={"swing": 2})
    assert found.venue == "bybit"
    assert {one.cluster.id for one in found} == {one.id for one in find_clusters(ledger, venues=["bybit"])}
    assert found.weights["swing"] == 2
    heatmap.as_of = pd.Timestamp(markets[0].close_time[300], tz="UTC")
    assert heatmap.confluence().time == markets[0].close_time[300]
    assert "does not say that price comes" in repr(found)
    assert content(pickle.loads(pickle.dumps(found)).clusters) == content(found.clusters)  # noqa: S301 - our own


def test_what_is_drawn_is_what_was_counted_once() -> None:
    found = of_made()
    drawn = found.overlays()
    bands = [one for one in drawn if getattr(one, "kind", "") == "cluster"]
    assert len(bands) == sum(one.score > 0 for one in found)
    levels = {level for one in found for level in one.levels}
    assert len(drawn) - len(bands) == len(levels) > 0
    assert found.references_frame()["name"].isin([one.name for one in found.levels]).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"within": -0.001}, "within= as a share from 0 to 0.2"),
        ({"within": 0.5}, "within"),
        ({"within": math.nan}, "within"),
        ({"within": True}, "within"),
        ({"within": "1%"}, "within"),
        ({"weights": {"vwaps": 1}}, "weights of swing"),
        ({"weights": {"vwap": -1}}, "at least 0"),
        ({"weights": {"vwap": math.inf}}, "at least 0"),
        ({"weights": {"vwap": math.nan}}, "at least 0"),
        ({"weights": {"vwap": "2"}}, "at least 0"),
        ({"weights": ["vwap"]}, "as a mapping"),
        ({"own": [100.0]}, "own= as PriceLine"),
        ({"own": 100.0}, "own= as PriceLine"),
        ({"venue": "nowhere"}, "venue as one of binance, bybit"),
        ({"venues": ["nowhere"]}, "Expected a venue among"),
        ({"at": "2020-01-01"}, "closed by"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        of_made(**options)
