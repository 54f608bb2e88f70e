"""Law 5, selections: a selection's size is the profile's sum over its prices at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.viewport import Box
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.study.clusters import find_clusters
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.study.selection import Selection
from tests.markets import two_venues

LEDGER = estimate(two_venues(2, 150))
HOUR = pd.Timedelta("1h")
START = pd.Timestamp(LEDGER.start, tz="UTC")

boxes = st.builds(
    lambda low, height, first, length: Box(
        (low, low * (1 + height)), (START + first * HOUR, START + (first + length) * HOUR)
    ),
    st.floats(60, 140),
    st.floats(1e-5, 0.5),
    st.floats(-1, 12),
    st.floats(0.01, 5),
)
groups = st.sampled_from([None, ("10-25x",), (">50x", "<3x")])


@settings(max_examples=15, deadline=None)
@given(boxes, groups)
def test_sizes_are_the_profile_summed_over_the_box_at_its_end(box: Box, leverage: tuple[str, ...] | None) -> None:
    """Law 5."""
    chosen = Selection(box, LEDGER, leverage=leverage)
    fine = profile(LEDGER, np.geomspace(*box.price, 57), box.time[1], leverage=leverage)
    assert chosen.long_size == pytest.approx(fine.long.sum(), rel=1e-9)
    assert chosen.short_size == pytest.approx(fine.short.sum(), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(boxes, groups)
def test_the_frame_adds_up_to_the_sizes(box: Box, leverage: tuple[str, ...] | None) -> None:
    """Law 5."""
    chosen = Selection(box, LEDGER, leverage=leverage)
    frame = chosen.to_frame()
    by_side = frame.groupby("side")["size"].sum()
    assert by_side.get("long", 0.0) == pytest.approx(chosen.long_size, rel=1e-6)
    assert by_side.get("short", 0.0) == pytest.approx(chosen.short_size, rel=1e-6)
    assert (frame["size"] > 0).all()
    assert (frame["expected_size"] <= frame["size"] * (1 + 1e-9)).all()
    assert (frame["price_low"] >= box.price[0] * (1 - 1e-12)).all()
    assert (frame["price_high"] <= box.price[1] * (1 + 1e-12)).all()
    assert (np.log(frame["price_high"] / frame["price_low"]) <= 0.001 * (1 + 1e-6)).all()
    columns = ["side", "price_low", "price_high", "size", "expected_size", "distance_pct"]
    assert list(frame.columns) == columns


@settings(max_examples=15, deadline=None)
@given(boxes, groups)
def test_levels_overlap_the_box(box: Box, leverage: tuple[str, ...] | None) -> None:
    frame = Selection(box, LEDGER, leverage=leverage).levels.to_frame()
    assert (frame["price_high"] > box.price[0]).all()
    assert (frame["price_low"] < box.price[1]).all()
    assert (frame["open_time"] < pd.Timestamp(box.time[1], tz="UTC")).all()
    assert (frame["close_time"].isna() | (frame["close_time"] > pd.Timestamp(box.time[0], tz="UTC"))).all()
    assert frame["leverage"].isin(leverage or frame["leverage"].unique()).all()


def test_levels_that_stand_in_the_box_hold_what_the_selection_holds() -> None:
    """At the last close, over whole lattice cells: the sizes of standing levels are the selection's sizes."""
    edges = np.exp([4.55, 4.58])
    box = Box((edges[0] * (1 + 1e-12), edges[1] * (1 - 1e-12)), (LEDGER.end - 1, LEDGER.end))
    chosen = Selection(box, LEDGER)
    standing = chosen.levels.standing
    assert len(standing) > 0
    assert standing.size[standing.side > 0].sum() == pytest.approx(chosen.long_size, rel=1e-6)
    assert standing.size[standing.side < 0].sum() == pytest.approx(chosen.short_size, rel=1e-6, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(boxes, groups, st.sampled_from(["candle", "1h"]))
def test_provenance_adds_up_to_the_sizes(box: Box, leverage: tuple[str, ...] | None, by: str) -> None:
    """Law 5, by candle: of the box's price range at its end, of the groups shown."""
    chosen = Selection(box, LEDGER, leverage=leverage)
    made = chosen.provenance(by=by)
    whole = profile(LEDGER, (1.0, 10_000.0), box.time[1]).total[0]
    assert made.long_size == pytest.approx(chosen.long_size, rel=1e-9, abs=1e-12 * whole)
    assert made.short_size == pytest.approx(chosen.short_size, rel=1e-9, abs=1e-12 * whole)
    assert (made.price, made.time) == (box.price, box.time[1])
    assert set(made.leverage) == set(leverage or made.leverage)
    assert (made.to_frame()["open_time"] <= pd.Timestamp(box.time[1], tz="UTC")).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3), groups)
def test_clusters_are_their_own_prices_and_side(count: int, leverage: tuple[str, ...] | None) -> None:
    """Law 5, of clusters: what lies between them does not count."""
    clusters = find_clusters(LEDGER, leverage=leverage, sensitivity=1.0)[:count]
    chosen = Selection.of_clusters(clusters, LEDGER, LEDGER.end, leverage=leverage)
    assert chosen.long_size + chosen.short_size == pytest.approx(sum(one.size for one in clusters), rel=1e-9)
    assert chosen.to_frame()["size"].sum() == pytest.approx(chosen.long_size + chosen.short_size, rel=1e-6)
    frame = chosen.levels.to_frame()
    rows: Any = frame.itertuples()
    inside = [
        any(
            row.price_high > one.price_low and row.price_low < one.price_high and row.side == one.side.label
            for one in clusters
        )
        for row in rows
    ]
    assert all(inside)
    if len(clusters) == 1:
        assert chosen.provenance().total == pytest.approx(clusters[0].size, rel=1e-6)
    else:
        with pytest.raises(DataError, match="for each"):
            chosen.provenance()


def test_all_levels_are_inside_a_box_around_everything() -> None:
    everything = Selection(Box((1e-3, 10_000), ("2020-01-01", "2030-01-01")), LEDGER)
    assert len(everything.levels) == len(levels(LEDGER))


@pytest.mark.parametrize(
    ("price", "time", "words"),
    [
        ((5, 4), ("2026-01-01", "2026-01-02"), "low before high"),
        ((-1, 4), ("2026-01-01", "2026-01-02"), "above 0"),
        ((1, float("nan")), ("2026-01-01", "2026-01-02"), "above 0"),
        ("cheap", ("2026-01-01", "2026-01-02"), r"\(low, high\)"),
        ((1, 2), ("2026-01-02", "2026-01-01"), "earlier to a later"),
        ((1, 2), ("2026-01-02", None), "a time such as"),
        ((1, 2), None, r"\(from, to\)"),
    ],
)
def test_wrong_boxes_are_named(price: object, time: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Box(price, time)
