"""Where a stop could stand: clusters and gaps made by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from liqwidget import Cluster, Gap, Side
from liqwidget.decide.stop_places import between, stop_places
from liqwidget.domain.lattice import PRICE_CELL

BEYOND = math.exp(-PRICE_CELL)


def cluster(low: float, high: float, size: float = 1e6, side: Side = Side.LONG) -> Cluster:
    middle = (low + high) / 2
    return Cluster(f"{side.label}-{low:g}", side, low, high, middle, size, 0.0, 0.0, pd.Timedelta(0), {}, {})


def gap(low: float, high: float, side: Side = Side.LONG) -> Gap:
    return Gap(side, low, high, 1_000.0, 0.0)


def test_just_beyond_a_cluster_and_those_that_follow_it() -> None:
    (first, second) = stop_places(
        Side.LONG, 100, [cluster(96, 97), cluster(93, 94), cluster(92, 92.99)], [], least=0.01
    )[::2]
    assert first.price == pytest.approx(96 * BEYOND)
    assert "just beyond the cluster of longs 96.0000 to 97.0000 (est. $1M)" in first.reason
    assert second.price == pytest.approx(92 * BEYOND)


def test_a_short_is_the_mirror() -> None:
    (place,) = stop_places(Side.SHORT, 100, [cluster(103, 104, side=Side.SHORT)], [], least=0.01, unit="EUR")
    assert place.price == pytest.approx(104 / BEYOND)
    assert "of shorts" in place.reason
    assert "1M EUR" in place.reason


def test_inside_a_gap_and_never_too_near() -> None:
    (deep,) = stop_places(Side.LONG, 100, [], [gap(95, 98)], least=0.01)
    assert deep.price == pytest.approx(98 * BEYOND)
    assert deep.reason == "inside the gap 95.0000 to 98.0000, where the map is cold (est. $1K over 3.2% of price)"
    (near,) = stop_places(Side.LONG, 100, [], [gap(95, 101)], least=0.01)
    assert near.price == pytest.approx(100 * math.exp(-0.01))
    assert stop_places(Side.LONG, 100, [cluster(99.8, 99.9)], [gap(99.5, 101)], least=0.01) == ()
    assert stop_places(Side.LONG, 100, [cluster(101, 102)], [gap(104, 106)], least=0.01) == ()


def test_behind_a_cluster_in_a_gap_says_both() -> None:
    place = stop_places(Side.LONG, 100, [cluster(97, 98)], [gap(94, 97)], least=0.01)[0]
    assert place.price == pytest.approx(97 * BEYOND)
    assert "just beyond the cluster" in place.reason
    assert "in the gap 94.0000 to 97.0000" in place.reason


def test_what_lies_between() -> None:
    found = between([cluster(96, 97), cluster(90, 91), gap(94, 95.5)], 95, 100, "to stop")
    assert [(one.kind, one.price_low) for one in found] == [("cluster", 96), ("gap", 94)]
    assert found[0].holds(96.5)
    assert not found[0].holds(97.5)
