"""Venues beside each other: their sizes add up, each is swept by its own price, and clusters name who shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liqwidget import DataError, MarketData, compare_venues, estimate, find_clusters, profile
from liqwidget.domain.lattice import price_cell_coordinate
from liqwidget.study.clusters import REACH
from liqwidget.study.standing import cells_to
from tests.markets import walk

if TYPE_CHECKING:
    from liqwidget import Ledger

VENUES = ("binance", "bybit", "okx")


def ledger_of(*seeds: int) -> Ledger:
    return estimate([market_of(seed, venue) for seed, venue in zip(seeds, VENUES, strict=False)])


def market_of(seed: int, venue: str = "binance") -> MarketData:
    return walk(seed, 400).market(venue=venue)


@given(seed=st.integers(0, 50), measure=st.sampled_from(["size", "expected"]))
@settings(deadline=None, max_examples=6)
def test_sizes_of_the_venues_add_up_to_the_profile(seed: int, measure: str) -> None:
    ledger = ledger_of(seed, seed + 1, seed + 2)
    found = compare_venues(ledger, measure=measure)
    whole = profile(ledger, found.edges, measure=measure)
    np.testing.assert_allclose(found.long.sum(axis=0), whole.long, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.short.sum(axis=0), whole.short, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.table["size"].sum(), whole.total.sum(), rtol=1e-9)
    assert found.table["share"].sum() == pytest.approx(1)


def looked_at(*ledgers: Ledger) -> tuple[float, float]:
    """Return the price cells that clusters of all ledgers are looked for in, but for a cluster's width at the ends."""
    middle = [float(price_cell_coordinate(ledger.last_price())) for ledger in ledgers]
    down, up = cells_to(REACH)
    return max(middle) - down + 11, min(middle) + up - 11


@pytest.mark.slow
@given(seed=st.integers(0, 50), sensitivity=st.sampled_from([0.3, 0.5, 0.8]))
@example(seed=8, sensitivity=0.5)
@example(seed=9, sensitivity=0.3)
@settings(deadline=None, max_examples=6)
def test_a_cluster_names_the_venues_whose_own_map_peaks_in_it(seed: int, sensitivity: float) -> None:
    ledger = ledger_of(seed, seed + 1, seed + 2)
    found = compare_venues(ledger, sensitivity=sensitivity)
    assert found.clusters == find_clusters(ledger, sensitivity=sensitivity)
    frame = found.clusters_frame()
    ends = {venue: looked_at(ledger, ledger.only([venue])) for venue in VENUES}
    for cluster in found.clusters:
        low, high = price_cell_coordinate([cluster.price_low, cluster.price_high])
        # Alone, a venue whose price is far off is looked at elsewhere.
        if not all(first <= low and high <= last for first, last in ends.values()):
            continue
        peaks = {
            venue: [
                float(price_cell_coordinate(part.peak_price))
                for part in find_clusters(ledger.only([venue]), sensitivity=sensitivity)
                if part.side is cluster.side
            ]
            for venue in VENUES
        }
        showing = {venue for venue, own in peaks.items() if any(low - 1 <= peak <= high + 1 for peak in own)}
        assert set(cluster.agreeing_venues) == showing
        assert cluster.venues_agreeing == len(showing)
        assert [bool(frame.loc[cluster.id, f"shows {venue}"]) for venue in VENUES] == [
            venue in showing for venue in VENUES
        ]


def test_each_venue_is_swept_by_its_own_price() -> None:
    market = market_of(3)
    cheaper = replace(
        market, venue="bybit", **{name: getattr(market, name) * 0.97 for name in ("open", "high", "low", "close")}
    )
    found = compare_venues(estimate([market, cheaper]))
    prices = found.table["last_price"]
    for row, venue in enumerate(found.venues):
        assert not found.long[row][found.edges[:-1] > prices[venue]].any()
        assert not found.short[row][found.edges[1:] < prices[venue]].any()
    assert found.table["premium_bps"].max() - found.table["premium_bps"].min() == pytest.approx(300, abs=10)


def test_equal_venues_are_alike_and_one_alone_has_nothing_to_be_like() -> None:
    market = market_of(5)
    found = compare_venues(estimate([market, replace(market, venue="bybit")]))
    assert found.table["rank_correlation"].to_list() == pytest.approx([1, 1])
    assert found.table["total_variation"].to_list() == pytest.approx([0, 0], abs=1e-9)
    np.testing.assert_allclose(found.pairs.to_numpy(), 1)
    alone = compare_venues(estimate([market]))
    assert np.isnan(alone.table["rank_correlation"].iloc[0])
    assert alone.sentences


def test_frames_hold_what_the_arrays_hold() -> None:
    found = compare_venues(ledger_of(1, 2))
    frame = found.to_frame()
    np.testing.assert_array_equal(frame["long", "bybit"], found.long[1])
    np.testing.assert_array_equal(frame["price_low"].to_numpy().ravel(), found.edges[:-1])
    assert all(sentence in repr(found) for sentence in found.sentences)


def test_no_later_data_changes_what_was() -> None:
    markets = [market_of(1), market_of(2, "bybit")]
    middle = pd.Timestamp(int(markets[0].close_time[300]), tz="UTC")
    whole = compare_venues(estimate(markets), middle)
    known = compare_venues(estimate([part.until(int(middle.value)) for part in markets]), middle)
    np.testing.assert_array_equal(whole.long, known.long)
    pd.testing.assert_frame_equal(whole.table, known.table)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"step": 0.0001}, "Expected step of 0.001 or more"),
        ({"measure": "volume"}, "measure"),
        ({"venues": ["kraken"]}, "Expected a venue among"),
        ({"at": "2020-01-01"}, "Expected a time from"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, object], text: str) -> None:
    with pytest.raises(DataError, match=text):
        compare_venues(ledger_of(1), **options)  # type: ignore[arg-type]
