"""What a plan is warned of."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from liqwidget import (
    Cluster,
    Side,
    find_clusters,
    plan,
)
from liqwidget.decide.plan_warnings import CODES, warnings_of
from liqwidget.decide.stop_places import ROOM, stop_places
from tests.decide.plans import END, frames, made, planned


def test_what_is_warned_of() -> None:
    largest = max((one for one in find_clusters(made()) if one.side is Side.LONG), key=lambda one: one.size)
    inside = (largest.price_low + largest.price_high) / 2
    market = made()
    last = market.last_price()
    day = float((frames().candles["close"] * frames().candles["volume"]).iloc[-288:].sum())
    cases: dict[str, dict[str, Any]] = {
        "entry_in_cluster": {"entry": inside, "stop": inside * 0.95, "risk": 10},
        "stop_in_cluster": {"stop": inside, "risk": 10},
        "stop_at_cluster": {"stop": largest.price_high * 1.001, "risk": 10},
        "liquidation_before_stop": {"stop": last * 0.9, "leverage": 20, "risk": 10},
        "liquidation_at_cluster": {"leverage": 1 / (1 - inside / last * 0.996), "stop": last * 0.999, "risk": 1},
        "stop_near": {"stop": last * 0.9995, "risk": 10},
        "liquidation_near": {"leverage": 100, "stop": last * 0.999, "risk": 1},
        "leverage_high": {"leverage": 5.01, "risk": 10},
        "leverage_above_maximum": {"leverage": 160, "stop": last * 0.999, "risk": 1},
        "thin_market": {"size": 0.02 * day / last},
        "data_old": {"now": END + pd.Timedelta("16min"), "risk": 10},
        "price_beyond_stop": {"entry": last * 1.1, "stop": last * 1.05, "risk": 10},
        "price_beyond_target": {"entry": last * 0.9, "target": last * 0.95, "risk": 10},
        "entry_far": {"entry": last * 0.7, "risk": 10},
        "margin_above_account": {"size": 1, "account": 1_000},
        "risk_high": {"risk": "6%", "account": 1_000},
        "risk_tiny": {"risk": 0.01, "account": 20_000},
        "reward_below_risk": {"stop": last * 0.95, "target": last * 1.04, "risk": 10},
        "tiers_approximate": {"size": 20},
    }
    assert set(cases) == set(CODES)
    for code, options in cases.items():
        found = planned("long", **options)
        assert code in found.codes, code
        told = found.warnings[found.codes.index(code)]
        assert str(told) == told.text
        assert told.text.endswith(".")
        assert told.text in found.warnings_frame()["text"].to_numpy()
    usual = planned("long", last, leverage=5, stop=last * 0.96, target=last * 1.06, size=1e-6)
    assert set(usual.codes) <= {"entry_in_cluster", "stop_in_cluster", "stop_at_cluster"}


def test_a_cluster_that_holds_the_own_liquidation_is_told_beside_a_larger_one_behind_it() -> None:
    found = planned("long", leverage=5, risk=10)
    own = found.liquidation_price
    around, behind = ((own * 0.998, own * 1.002, 1e6), (own * 0.985, own * 0.992, 5e6))
    clusters = [
        Cluster(f"long-{low:g}", Side.LONG, low, high, low, size, 0.0, 0.0, pd.Timedelta(0), {}, {})
        for low, high, size in (around, behind)
    ]
    told = warnings_of(found, clusters, closed=0, now=0, timeframe=1)
    texts = [one.text for one in told if one.code == "liquidation_at_cluster"]
    assert ["lies inside" in text for text in texts] == [True, False]
    assert "0.80% in front of" in texts[1]


def test_a_proposed_stop_is_less_likely_than_not_to_be_met() -> None:
    for side in ("long", "short"):
        found = planned(side, risk=10, leverage=2)
        assert found.stop_proposed
        assert found.chance_stop < 0.5
        assert "stop_near" not in found.codes


def test_what_is_lost_where_the_stop_comes_too_late_is_the_margin() -> None:
    found = planned("long", stop=made().last_price() * 0.7, leverage=5, risk=100)
    (told,) = (one.text for one in found.warnings if one.code == "liquidation_before_stop")
    assert f"would not save the margin, ${found.margin:.2f};" in told


def test_in_cross_margin_leverage_is_of_the_account() -> None:
    small = planned("long", risk=10, leverage=20, mode="cross", account=1e6)
    assert "leverage_high" not in small.codes
    large = planned("long", size=1, leverage=20, mode="cross", account=1e4)
    assert "leverage_high" in large.codes


def test_age_is_judged_by_the_present_or_the_time_asked_for() -> None:
    assert "data_old" in plan(made(), "long", leverage=3, risk=1).codes
    assert "data_old" not in plan(made(), "long", leverage=3, risk=1, at=END).codes
    assert "data_old" in plan(made(), "long", leverage=3, risk=1, at=END + pd.Timedelta("1h")).codes


def test_a_stop_has_room_in_front_of_the_next_cluster_or_says_that_it_has_not() -> None:
    found = planned("long", risk=10)
    near, next_one = (
        Cluster(f"long-{low:g}", Side.LONG, low, high, low, size, 0.0, 0.0, pd.Timedelta(0), {}, {})
        for low, high, size in ((98.8, 99.5, 1e6), (97.0, 98.5, 9e6))
    )
    beside, alone = (
        [place.price for place in stop_places(Side.LONG, 100.0, clusters, (), least=0.0)]
        for clusters in ((near, next_one), (near,))
    )
    assert alone == [pytest.approx(98.8, rel=2e-3)]
    assert beside == [pytest.approx(97.0, rel=2e-3)] * 2
    for stop, told in ((98.6, True), (98.5 * math.exp(ROOM) + 0.01, False), (98.0, False), (96.0, False)):
        codes = {one.code for one in warnings_of(replace(found, stop=stop), [next_one], closed=0, now=0, timeframe=1)}
        assert ("stop_at_cluster" in codes) == told, stop
