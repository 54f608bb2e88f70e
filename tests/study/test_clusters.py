"""Law 5, clusters: no price is claimed twice, sizes add up, and nothing but ledger, time and options counts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.lattice import CELL
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, HOUR
from liqwidget.domain.viewport import Viewport
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.raster.grid import rasterise
from liqwidget.study.clusters import COLUMNS, REACH, Cluster, clusters_frame, find_clusters, find_gaps
from liqwidget.study.profile import profile
from tests.ledgers import price_cells, price_edges_of
from tests.markets import Frames, candles_of, frames, interest_of, two_venues, walk
from tests.recorded import binance, needs_recordings

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

laws = settings(max_examples=10, deadline=None)
sensitivities = st.floats(0, 1)
LEDGER = estimate(two_venues(9, 200))


def size_of(ledger: Ledger, cluster: Cluster, measure: str) -> float:
    edges = [cluster.price_low, cluster.price_high]
    found = profile(ledger, edges, measure=measure)
    return float((found.long if cluster.side is Side.LONG else found.short)[0])


@laws
@given(frames(), sensitivities)
def test_clusters_are_disjoint_and_inside_their_side(drawn: Frames, sensitivity: float) -> None:
    """Law 5: no price is claimed twice by a side; longs lie below the last close, shorts above, to a price cell."""
    ledger = estimate(drawn.market())
    found = find_clusters(ledger, sensitivity=sensitivity)
    close = ledger.last_price()
    for side in Side:
        mine = sorted((c for c in found if c.side is side), key=lambda c: c.price_low)
        assert all(c.price_low < c.peak_price < c.price_high for c in mine)
        assert all(one.price_high <= other.price_low for one, other in itertools.pairwise(mine))
        assert all(c.price_high <= close * 1.0011 if side is Side.LONG else c.price_low >= close / 1.0011 for c in mine)
        assert all(c.distance_pct * int(side) < 0.11 for c in mine)


@laws
@given(frames(), sensitivities)
def test_sizes_are_the_profile_summed_over_the_range(drawn: Frames, sensitivity: float) -> None:
    """Law 5: sizes add up, in both measures; the hottest comes first."""
    ledger = estimate(drawn.market())
    found = find_clusters(ledger, sensitivity=sensitivity)
    for cluster in found:
        assert cluster.size == pytest.approx(size_of(ledger, cluster, "size"), rel=1e-6)
        assert cluster.expected_size == pytest.approx(size_of(ledger, cluster, "expected"), rel=1e-6, abs=1e-12)
        assert cluster.expected_size <= cluster.size * (1 + 1e-9)
    heats = [cluster.heat for cluster in found]
    assert heats == sorted(heats, reverse=True)
    assert all(0 < heat <= 100 for heat in heats)


@laws
@given(frames(), sensitivities)
def test_the_peak_is_the_hottest_cell_of_its_run(drawn: Frames, sensitivity: float) -> None:
    ledger = estimate(drawn.market())
    edges = price_edges_of(price_cells(ledger, down=300, up=300))
    values = profile(ledger, edges, measure="heat")
    for cluster in find_clusters(ledger, sensitivity=sensitivity):
        side = values.long if cluster.side is Side.LONG else values.short
        inside = (edges[:-1] > cluster.price_low * 0.9995) & (edges[1:] < cluster.price_high * 1.0005)
        peak = (edges[:-1] < cluster.peak_price) & (edges[1:] > cluster.peak_price)
        assert side[peak][0] >= side[inside].max() * (1 - 1e-9)


@laws
@given(frames(), sensitivities, st.floats(0.001, 0.05))
def test_none_is_wider_or_farther_than_asked(drawn: Frames, sensitivity: float, width: float) -> None:
    ledger = estimate(drawn.market())
    for cluster in find_clusters(ledger, sensitivity=sensitivity, width=width):
        assert np.log(cluster.price_high / cluster.price_low) <= width * (1 + 1e-6)
        assert abs(cluster.near_edge / ledger.last_price() - 1) <= REACH + 0.0011
        assert cluster.price_low <= cluster.near_edge <= cluster.price_high or cluster.near_edge == ledger.last_price()


@laws
@given(frames())
def test_gaps_hold_under_a_tenth_of_the_hottest_cell_everywhere(drawn: Frames) -> None:
    """Half a percent wide or more, apart from each other and from every peak; by the profile of heat."""
    ledger = estimate(drawn.market())
    edges = price_edges_of(price_cells(ledger, down=240, up=190))
    heat = profile(ledger, edges, measure="heat")
    reached = np.abs(np.log(edges / ledger.last_price()))
    for gap in find_gaps(ledger):
        side = heat.long if gap.side is Side.LONG else heat.short
        inside = (edges[:-1] > gap.price_low * 0.9995) & (edges[1:] < gap.price_high * 1.0005)
        assert np.log(gap.price_high / gap.price_low) >= 0.005 - 1e-9
        assert reached[:-1][inside].max() < 0.225
        assert side[inside].max() < 0.1 * side.max()
        peaks = [cluster.peak_price for cluster in find_clusters(ledger) if cluster.side is gap.side]
        assert not any(gap.price_low < peak < gap.price_high for peak in peaks)


@laws
@given(st.floats(0, 1))
def test_mixes_sum_to_one(sensitivity: float) -> None:
    """Law 5: over groups and over venues, and a venue's share is its own profile's."""
    for cluster in find_clusters(LEDGER, sensitivity=sensitivity):
        assert sum(cluster.leverage_mix.values()) == pytest.approx(1)
        assert sum(cluster.venue_mix.values()) == pytest.approx(1)
        assert set(cluster.leverage_mix) == set(LEVERAGE_GROUPS)
        for name, share in cluster.venue_mix.items():
            alone = size_of(LEDGER.only([name]), cluster, "size")
            assert share * cluster.size == pytest.approx(alone, rel=1e-6, abs=1e-9 * cluster.size)


def test_nothing_but_ledger_time_and_options_counts() -> None:
    """Law 5: no view changes clusters, their identities stay, and filters are those of the picture."""
    at = LEDGER.end - 10**12
    found = find_clusters(LEDGER, at)
    rasterise(LEDGER, Viewport(("2026-01-01", "2026-01-02"), (99, 101), 50, 50))
    assert find_clusters(LEDGER, at) == found
    assert find_clusters(LEDGER, pd.Timestamp(at, tz="UTC")) == found
    assert len({cluster.id for cluster in found}) == len(found) > 0
    assert find_clusters(LEDGER, at, venues=LEDGER.names, leverage=LEVERAGE_GROUPS) == found
    near = find_clusters(LEDGER, at, leverage=["25-50x"])
    assert near
    assert all(set(cluster.leverage_mix) == {"25-50x"} for cluster in near)


def test_a_cluster_keeps_its_identity_while_its_peak_stays() -> None:
    """A still market after the first move: the same clusters, candle after candle; at most a faint one fades."""
    still = [(100.0, 104.0, 99.0, 100.0)] + [(100.0, 100.0, 100.0, 100.0)] * 12
    ledger = estimate(Frames(candles_of(still), interest_of([1000.0] * 14), "5m").market(), near=0)
    ids = [{cluster.id for cluster in find_clusters(ledger, time)} for time in ledger.venues[0].time[6:]]
    assert len(ids[-1]) > 5
    assert all(later <= earlier for earlier, later in itertools.pairwise(ids))
    assert len(ids[0] - ids[-1]) <= 1


def test_age_counts_from_the_last_touch_of_the_peak() -> None:
    """A wick down to 95 an hour ago touched the prices above it; those below were never touched."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 24
    rows[11] = (100.0, 100.0, 95.0, 100.0)
    ledger = estimate(Frames(candles_of(rows), interest_of([1000.0] * 25), "5m").market(), near=0)
    found = [c for c in find_clusters(ledger) if c.side is Side.LONG]
    ages = {c.peak_price > 95: c.age for c in found}
    assert ages[True] == pd.Timedelta("1h")
    assert ages[False] == pd.Timedelta("2h")


@laws
@given(frames(most=120), sensitivities, st.floats(0, 1))
def test_persistence_is_the_share_of_past_hours_that_held_half(drawn: Frames, sensitivity: float, part: float) -> None:
    """By the profile at each full hour of the last day that the data reach, for any time shown."""
    ledger = estimate([drawn.market(), drawn.market(venue="bybit", minimum_distance=0.01)])
    time = int(ledger.start + part * (ledger.end - ledger.start))
    hours = [time - hour * 3_600 * 10**9 for hour in range(1, 25)]
    known = [hour for hour in hours if any(venue.row_at(hour) >= 0 for venue in ledger)]
    for cluster in find_clusters(ledger, time, sensitivity=sensitivity)[:4]:
        edges = [cluster.price_low, cluster.price_high]
        name = cluster.side.label
        held = [float(getattr(profile(ledger, edges, hour), name)[0]) for hour in known]
        sure = [size for size in held if abs(size / cluster.size - 0.5) > 1e-9]
        least, most = (sum(size >= limit * cluster.size for size in held) for limit in (0.5 + 1e-9, 0.5 - 1e-9))
        assert least <= cluster.persistence * max(len(known), 1) + 1e-9
        assert cluster.persistence * max(len(known), 1) <= most + 1e-9
        assert len(sure) <= len(held)


def test_persistence_by_hand() -> None:
    """Every candle emptied what is above 95 until six hours ago; what is below stood all day, while there are data."""
    rows = [(100.0, 100.0, 95.0, 100.0)] * 12 * 24 + [(100.0, 100.0, 100.0, 100.0)] * 12 * 6
    ledger = estimate(Frames(candles_of(rows), interest_of([1000.0] * (len(rows) + 1)), "5m").market(), near=0)
    found = [c for c in find_clusters(ledger, sensitivity=1) if c.side is Side.LONG]
    above = [c for c in found if c.age == pd.Timedelta("6h")]
    below = [c for c in found if c.price_high < 95.1]
    assert above
    assert below
    assert all(0 < c.persistence < 6 / 24 for c in above)
    assert all(c.persistence == 1 for c in below)
    early = find_clusters(ledger, ledger.start + 4 * 3_600 * 10**9)
    assert {c.persistence * 3 for c in early} <= {0.0, 1.0, 2.0, 3.0}
    assert all(c.persistence == 0 for c in find_clusters(ledger, ledger.start + 1_800 * 10**9))


@pytest.mark.parametrize(("now", "share"), [(1_800.0, 1.0), (2_200.0, 5 / 24)])
def test_a_range_already_stood_from_half_of_what_it_holds_now(now: float, share: float) -> None:
    """A still market whose open interest jumped five hours ago: before, 56 % or 45 % of it stood everywhere."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 12 * 26
    interest = [1000.0] * (len(rows) - 60) + [now] * 61
    ledger = estimate(Frames(candles_of(rows), interest_of(interest), "5m").market())
    found = find_clusters(ledger)
    assert found
    assert all(c.persistence == pytest.approx(share) for c in found)


def test_persistence_reads_nothing_later() -> None:
    market = walk(3, 400).market()
    cut = int(market.close_time[300])
    assert find_clusters(estimate(market), cut) == find_clusters(estimate(market.until(cut)), cut)


@laws
@given(frames(), sensitivities)
def test_one_venue_agrees_with_itself_and_with_its_copies(drawn: Frames, sensitivity: float) -> None:
    copies = [drawn.market(venue=name) for name in ("binance", "bybit", "okx")]
    alone = find_clusters(estimate(copies[0]), sensitivity=sensitivity)
    assert all((c.venues_agreeing, c.agreement) == (1, 1.0) for c in alone)
    for cluster in find_clusters(estimate(copies), sensitivity=sensitivity):
        assert (cluster.venues_agreeing, cluster.agreement) == (3, 1.0)


@laws
@given(st.integers(0, 500), sensitivities)
def test_agreeing_venues_have_their_own_peak_in_the_range(seed: int, sensitivity: float) -> None:
    """Venues of different markets, each searched alone, to a lattice cell."""
    markets = [walk(seed + step, 150).market(venue=name) for step, name in enumerate(("binance", "bybit", "okx"))]
    ledger = estimate(markets)
    found = find_clusters(ledger, sensitivity=sensitivity)
    alone = [find_clusters(ledger.only([name]), sensitivity=sensitivity) for name in ledger.names]
    middle = {name: ledger.only([name]).last_price() for name in ledger.names}
    low, high = max(middle.values()) * 0.06, min(middle.values()) * 3.5
    for cluster in found:
        if low < cluster.price_low and cluster.price_high < high:
            peaks = [
                any(
                    own.side is cluster.side
                    and cluster.price_low / 1.00101 < own.peak_price < cluster.price_high * 1.00101
                    for own in mine
                )
                for mine in alone
            ]
            assert cluster.venues_agreeing == sum(peaks)
        assert cluster.agreement == pytest.approx(cluster.venues_agreeing / 3)


@pytest.mark.parametrize("leverage", [[], [">50x"]])
def test_nothing_standing_gives_no_clusters(leverage: list[str]) -> None:
    """No group chosen; a group that cannot exist where the nearest distance is 5 %."""
    ledger = estimate(walk(1, 30).market(minimum_distance=0.05))
    assert find_clusters(ledger, leverage=leverage) == ()


def test_before_the_first_close_and_without_open_interest_yet_there_are_none() -> None:
    assert find_clusters(LEDGER, LEDGER.start) == ()
    assert find_clusters(LEDGER, "2020-01-01") == ()
    assert find_clusters(LEDGER, venues=[]) == ()
    unknown = Frames(candles_of([(100.0, 100.0, 100.0, 100.0)] * 3), interest_of([float("nan")] * 3 + [10.0]), "5m")
    assert find_clusters(estimate(unknown.market()), "2026-01-01 00:10") == ()


def test_frame_has_the_documented_columns() -> None:
    found = find_clusters(LEDGER)
    frame = clusters_frame(found)
    assert tuple(frame.columns) == COLUMNS
    assert COLUMNS[-2:] == ("heat", "near_edge")
    assert frame["side"].isin(["long", "short"]).all()
    assert len(frame) == len(found)
    assert tuple(clusters_frame(()).columns) == COLUMNS


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sensitivity": 1.5}, "sensitivity from 0"),
        ({"sensitivity": float("nan")}, "sensitivity from 0"),
        ({"sensitivity": "high"}, "sensitivity from 0"),
        ({"width": 0.0005}, "width from 0.001"),
        ({"width": float("nan")}, "width from 0.001"),
        ({"width": "1 %"}, "width from 0.001"),
        ({"horizon": "soon"}, "duration"),
        ({"at": "yesterday?"}, "a time such as"),
        ({"leverage": ["1000x"]}, ">50x"),
        ({"venues": ["mtgox"]}, "binance, bybit"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        find_clusters(LEDGER, **wrong)  # type: ignore[arg-type]


@pytest.mark.slow
@needs_recordings
@pytest.mark.parametrize("coin", ["BTC", "ETH", "SOL"])
def test_a_real_market_has_a_few_narrow_clusters_a_side_that_stay(coin: str) -> None:
    """At 48 times: 1 to 6 a side within 10 % in nine of ten; nine of ten that price left alone for an hour stay."""
    ledger = estimate(binance(coin))
    part = ledger.venues[0]
    counts, stayed = [], []
    for time in np.linspace(ledger.start + 10 * DAY, ledger.end, 48).astype(np.int64).tolist():
        found, before = find_clusters(ledger, time), find_clusters(ledger, time - HOUR)
        assert all(cluster.price_high / cluster.price_low < 1.0101 for cluster in found)
        near = [cluster for cluster in found if abs(cluster.near_edge / ledger.last_price(time) - 1) <= 0.1]
        counts += [sum(cluster.side is side for cluster in near) for side in Side]
        rows = slice(int(part.row_at(time - HOUR)) + 1, int(part.row_at(time)) + 1)
        low, high, _ = part.coordinates[:, rows]
        swept = np.exp(low.min() * CELL), np.exp((high.max() + 1) * CELL)
        now = {cluster.id for cluster in found}
        stayed += [one.id in now for one in before if one.price_high < swept[0] or one.price_low > swept[1]]
    assert np.mean([1 <= count <= 6 for count in counts]) >= 0.9
    assert np.mean(stayed) >= 0.9
    assert len(stayed) > 150
