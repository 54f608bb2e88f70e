"""Ranges of cluster sizes: each alternative is an estimate of its own, and the range is over all of them."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.leverage import NEAR_SHARE
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY
from liqwidget.errors import DataError
from liqwidget.estimate import books
from liqwidget.estimate.estimator import begun_late, estimate
from liqwidget.field.density import Prior
from liqwidget.market.simulated.sample import sample_market
from liqwidget.study.clusters import Cluster, find_clusters
from liqwidget.study.profile import profile
from liqwidget.trust import uncertainty as module
from liqwidget.trust.alternatives import PUBLISHED, Alternative, default_alternatives
from liqwidget.trust.uncertainty import uncertainty, under
from tests.ledgers import content
from tests.markets import Frames, frames, two_venues, walk

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

laws = settings(max_examples=8, deadline=None)
HALF_A_MINUTE = pd.Timedelta("30s")
COMPARED = (
    *("opened", "log_survival", "near_log_survival", "open_interest"),
    *("minimum_distance", "churn", "near", "checkpoints"),
)
MARKETS = two_venues(9, 400)
FOUND = uncertainty(MARKETS)


def share_of(one: Alternative) -> float:
    return NEAR_SHARE if one.near is None else one.near


def standing_in(ledger: Ledger, cluster: Cluster, measure: str, **options: Any) -> float:
    found = profile(ledger, [cluster.price_low, cluster.price_high], measure=measure, **options)
    return float((found.long if cluster.side is Side.LONG else found.short)[0])


@laws
@given(frames(most=120), st.floats(0, 1))
def test_the_estimate_is_what_the_clusters_say(drawn: Frames, sensitivity: float) -> None:
    market = drawn.market()
    found = uncertainty(market, sensitivity=sensitivity)
    clusters = find_clusters(estimate(market), sensitivity=sensitivity)
    assert found.clusters == clusters
    frame = found.to_frame()
    assert list(frame.index) == [cluster.id for cluster in clusters]
    assert frame["size"].to_numpy() == pytest.approx([cluster.size for cluster in clusters], rel=1e-6)
    expected = [cluster.expected_size for cluster in clusters]
    assert frame["expected_size"].to_numpy() == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert (frame["size_low"] <= frame["size"]).all()
    assert (frame["size"] <= frame["size_high"]).all()
    assert (frame["expected_low"] <= frame["expected_size"]).all()
    assert (frame["expected_size"] <= frame["expected_high"]).all()


@pytest.mark.slow
def test_of_a_long_history_only_what_is_remembered_is_estimated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default churn forgets in four months, which would be a long test: this one does in four days."""
    churn = 12.0
    ledger = estimate(list(sample_market("BTC").markets())[:2], churn=churn)
    others = [
        Alternative("prior", "isolated", churn), Alternative("churn", churn=9.0),
        Alternative("cap", churn=churn, cap=1.3), Alternative("near", churn=churn, near=0.001),
    ]  # fmt: skip
    whole = uncertainty(ledger, alternatives=others)
    rows: list[int] = []

    def counted(part: Any, first: int, prior: Any) -> Any:
        rows.append(first)
        return begun_late(part, first, prior)

    for name, value in (("KEPT_ROWS", 500), ("VOLATILE", 20 * DAY), ("begun_late", counted)):
        monkeypatch.setattr(module, name, value)
    late = uncertainty(ledger, alternatives=others)
    assert len(rows) == 2 * len(others)
    assert min(rows) > 2000
    assert len(whole.clusters) > 1
    np.testing.assert_allclose(late.sizes, whole.sizes, rtol=1e-12)
    np.testing.assert_allclose(late.expected_sizes, whole.expected_sizes, rtol=1e-3)


@pytest.mark.parametrize("measure", ["expected", "size"])
def test_each_alternative_is_an_estimate_of_its_own(measure: str) -> None:
    """The cluster keeps its range and side; venue caps, churn and prior change, one at a time."""
    table = FOUND.by_alternative(measure)
    assert list(table.columns) == [one.name for one in FOUND.alternatives]
    for one in FOUND.alternatives:
        capped = [replace(part, minimum_distance=part.minimum_distance * one.cap) for part in MARKETS]
        ledger = estimate(capped, one.prior or "effective", churn=one.churn, near=share_of(one))
        sizes = [standing_in(ledger, cluster, measure) for cluster in FOUND.clusters]
        assert table[one.name].to_numpy() == pytest.approx(sizes, rel=1e-9)
    assert (table.nunique(axis=1) == len(FOUND.alternatives)).any()


@laws
@given(frames(most=120), st.sampled_from(["effective", "isolated", {50: 0.2, 20: 0.3, 4: 0.1}]))
def test_a_ledger_estimated_again_is_the_market_estimated_so(drawn: Frames, prior: Any) -> None:
    """To the byte: openings, survival and states, whatever part of the base was taken over."""
    market = drawn.market(complete_until=None if len(drawn.candles) % 2 else drawn.candles.index[-1] + HALF_A_MINUTE)
    ledger = estimate(market, prior)
    tried = (*default_alternatives(prior), Alternative("both", (3.0, 0.7), 0.1, 1.1), Alternative("same"))
    tried += (Alternative("floor", cap=1e-3), Alternative("without", near=0.0))
    for one, again in zip(tried, under(ledger, tried), strict=True):
        capped = replace(market, minimum_distance=market.minimum_distance * one.cap)
        anew = estimate(capped, prior if one.prior is None else one.prior, churn=one.churn, near=share_of(one))
        assert again.prior == anew.prior
        for name in COMPARED:
            ours, theirs = getattr(again.venues[0], name), getattr(anew.venues[0], name)
            assert content(ours) == content(theirs), (one.name, name)


@pytest.mark.slow
def test_states_along_the_way_are_those_of_the_market_estimated_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several checkpoints, where only the nearest group is estimated again."""
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", 2_048)
    market = walk(8, 4_200).market()
    tried = default_alternatives()
    for one, again in zip(tried, under(estimate(market), tried), strict=True):
        anew = estimate(
            replace(market, minimum_distance=market.minimum_distance * one.cap),
            one.prior or "effective",
            churn=one.churn,
            near=share_of(one),
        )
        assert len(again.venues[0].checkpoints) > 1
        assert content(again.venues[0].checkpoints) == content(anew.venues[0].checkpoints)


@pytest.mark.slow
def test_a_ledger_gives_what_its_market_gives() -> None:
    """Also the second time, when alternatives are kept, at another time, and of one venue."""
    ledger = estimate(MARKETS)
    at = ledger.start + (ledger.end - ledger.start) // 2
    for options in ({}, {}, {"at": at}, {"venues": ["bybit"], "leverage": ["10-25x"]}, {"horizon": "4h"}):
        given, anew = uncertainty(ledger, **options), uncertainty(MARKETS, **options)
        assert given.clusters == anew.clusters
        assert given.by_alternative().equals(anew.by_alternative())
        assert given.by_alternative("size").equals(anew.by_alternative("size"))
    slow = estimate(MARKETS, churn=0.1)
    assert uncertainty(slow).alternatives[0].churn == 0.1
    with pytest.raises(DataError, match="ledger's own prior 'effective'"):
        uncertainty(ledger, prior="isolated")


def test_the_range_is_over_all_alternatives() -> None:
    frame = FOUND.to_frame()
    for measure, short in (("size", "size"), ("expected", "expected")):
        table = FOUND.by_alternative(measure)
        assert frame[f"{short}_low"].equals(table.min(axis=1))
        assert frame[f"{short}_high"].equals(table.max(axis=1))
    assert (frame["size_high"] > frame["size_low"]).all()


@laws
@given(st.integers(0, 5))
def test_fewer_alternatives_never_widen_a_range(left: int) -> None:
    some = uncertainty(MARKETS, alternatives=default_alternatives()[:left]).to_frame()
    whole = FOUND.to_frame()
    assert (some["size_low"] >= whole["size_low"]).all()
    assert (some["size_high"] <= whole["size_high"]).all()
    if not left:
        assert some["expected_low"].equals(some["expected_high"].rename("expected_low"))


def test_sizes_add_over_venues() -> None:
    parts = [uncertainty(MARKETS, clusters=FOUND.clusters, venues=[name]) for name in ("binance", "bybit")]
    assert parts[0].sizes + parts[1].sizes == pytest.approx(FOUND.sizes, rel=1e-9)


def test_leverage_groups_add() -> None:
    near = uncertainty(MARKETS, clusters=FOUND.clusters, leverage=[">50x", "25-50x"])
    far = uncertainty(MARKETS, clusters=FOUND.clusters, leverage=["10-25x", "5-10x", "3-5x", "<3x"])
    assert near.sizes + far.sizes == pytest.approx(FOUND.sizes, rel=1e-9)
    assert (near.sizes < FOUND.sizes).any()


def test_an_earlier_time_knows_nothing_of_what_came_later() -> None:
    market = walk(3, 400).market()
    at = market.close_time[250]
    then, cut = uncertainty(market, at), uncertainty(market.until(at))
    assert then.clusters == cut.clusters
    assert then.by_alternative().equals(cut.by_alternative())


def test_a_cap_beyond_a_cluster_empties_it() -> None:
    """A venue that allowed no liquidation within 60 % has none within 10 %."""
    found = uncertainty(MARKETS, alternatives=[Alternative("far", cap=0.6 / 0.004)])
    near = [number for number, cluster in enumerate(found.clusters) if abs(cluster.distance_pct) < 5]
    assert near
    assert (found.to_frame()["size_low"].to_numpy()[near] == 0).all()


def test_the_published_shares_are_met() -> None:
    """36 % under 3x, and 48 % from there to 7x."""
    normal = NormalDist(np.log(PUBLISHED[0]), PUBLISHED[1])
    assert normal.cdf(np.log(3)) == pytest.approx(0.36, abs=5e-4)
    assert normal.cdf(np.log(7)) - normal.cdf(np.log(3)) == pytest.approx(0.48, abs=5e-4)


@pytest.mark.parametrize("prior", ["effective", "isolated", PUBLISHED, (4.0, 1.0)])
def test_default_alternatives_change_one_thing_each_and_never_nothing(prior: Any) -> None:
    """The last two change two: how near, and how much is near."""
    base = Alternative("", Prior.parse(prior))
    *tried, near, far = default_alternatives(prior)
    assert (near.cap, near.near, far.cap, far.near) == (0.5, 0.001, 1.3, 0.0001)
    assert all((one.prior, one.churn) == (None, base.churn) for one in (near, far))
    for one in tried:
        changed = [one.prior is not None, one.churn != base.churn, one.cap != base.cap, one.near is not None]
        assert sum(changed) == 1
        assert one.prior != base.prior
        assert one.near != NEAR_SHARE
        assert one.prior != Prior.parse("nominal")
    assert len(tried) == (9 if prior == (4.0, 1.0) else 8)


def test_the_nominal_prior_can_be_asked_for() -> None:
    found = uncertainty(MARKETS, alternatives=[Alternative("nominal", "nominal")])
    assert (found.by_alternative("size")["nominal"] > found.by_alternative("size")["base"]).any()


def test_a_ladder_keeps_its_caps() -> None:
    """Rungs may lie nearer than a farther cap allows, which is an error; so the cap stays."""
    found = uncertainty(walk(4, 300).market(), prior={50: 0.3, 10: 0.5})
    assert all(one.cap == 1 for one in found.alternatives)


def test_no_clusters_no_ranges() -> None:
    market = walk(3, 50).market()
    found = uncertainty(market, "2020-01-01")
    assert found.clusters == ()
    assert found.to_frame().empty
    assert list(found.to_frame().columns) == list(FOUND.to_frame().columns)
    assert found.by_alternative().shape == (0, len(found.alternatives))
    assert "clusters: 0" in repr(found)


def test_it_says_what_it_is() -> None:
    assert FOUND.clusters[0].id in repr(FOUND)
    assert "churn 0.8" in repr(FOUND)
    told = uncertainty(MARKETS, alternatives=[Alternative("<b>", churn=0.2)])._repr_html_()
    assert "No confidence interval" in told
    assert "&lt;b&gt;" in told
    assert "<b>" not in told
    assert all(cluster.id in told for cluster in FOUND.clusters)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alternatives": [Alternative("a"), Alternative("a")]}, "different names"),
        ({"alternatives": [Alternative("base", cap=2.0)]}, "different names"),
        ({"alternatives": [Alternative("a", cap=0.0)]}, "cap of alternative 'a'"),
        ({"alternatives": [Alternative("a", churn=-1.0)]}, "churn"),
        ({"alternatives": [Alternative("a", "high")]}, "prior among"),
        ({"venues": ["mtgox"]}, "binance, bybit"),
        ({"leverage": ["1000x"]}, ">50x"),
        ({"horizon": "soon"}, "duration"),
        ({"sensitivity": 2}, "sensitivity"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        uncertainty(MARKETS, **wrong)
