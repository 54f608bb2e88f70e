"""How far a heatmap can be trusted: uncertainty, score, calibration, measured positions, grade."""

from __future__ import annotations

import pandas as pd
import pytest

import liqwidget
from liqwidget import DataError, LiqHeatmap, sample_market, score, score_truth, uncertainty


@pytest.fixture(scope="module")
def sample() -> LiqHeatmap:
    return LiqHeatmap("BTC", source="sample")


@pytest.mark.slow
def test_uncertainty_is_of_the_clusters_shown(sample: LiqHeatmap) -> None:
    found = sample.uncertainty()
    frame = found.to_frame()
    assert list(frame.index) == [cluster.id for cluster in sample.clusters]
    assert frame["expected_size"].to_numpy() == pytest.approx([part.expected_size for part in sample.clusters])
    assert (frame["size_low"] < frame["size"]).all()
    assert (frame["size"] < frame["size_high"]).all()
    assert found.clusters == sample.clusters


@pytest.mark.slow
def test_uncertainty_as_of_a_time_and_of_some_venues_is_of_what_is_shown() -> None:
    heatmap = LiqHeatmap("BTC", source="sample", venues=("binance", "okx"))
    heatmap.as_of = "2026-01-20"
    markets = [part for part in heatmap.markets if part.venue in heatmap.venues]
    alone = uncertainty([part.until("2026-01-20") for part in markets], clusters=heatmap.clusters)
    shown, expected = (found.to_frame().iloc[:, 1:].astype(float) for found in (heatmap.uncertainty(), alone))
    assert shown.to_numpy() == pytest.approx(expected.to_numpy())


@pytest.mark.slow
def test_the_sample_is_scored_against_its_liquidations_and_its_truth(sample: LiqHeatmap) -> None:
    scores = sample.score()
    assert scores.of("map", "rank correlation").value > scores.of("turnover, 3-25x", "rank correlation").value
    truth = sample_market("BTC").truth
    prior = LiqHeatmap("BTC", source="sample", prior="nominal")
    ours, wrong = (score_truth(part.ledger, truth).of("map", "total variation").value for part in (sample, prior))
    assert ours < 0.35 < wrong


@pytest.mark.slow
def test_venues_are_scored_hour_by_hour_each_against_its_own_map(sample: LiqHeatmap) -> None:
    found = sample.score(period="1h", draws=5)
    pairs = [(sample.ledger.only(part.venue), part.liquidations) for part in sample.markets]
    pd.testing.assert_frame_equal(found.to_frame(), score(pairs, period="1h", draws=5).to_frame())
    assert any("its own map (binance, " in sentence for sentence in found.sentences)
    assert {"market leader's rule", "turnover, 10-100x"} <= set(found.to_frame()["method"])
    assert 0 < found.of("map", "size ratio, moved 0.2-0.4 %").n < found.of("map", "rank correlation").n


@pytest.mark.slow
def test_a_calibration_uses_the_markets_own_liquidations(sample: LiqHeatmap) -> None:
    found = sample.calibrate()
    low, high = found.intervals["scale"]
    assert low < found.scale < high
    with pytest.raises(DataError, match="Expected"):
        LiqHeatmap.from_frames(sample.markets[0].to_frame()).calibrate()


def measured(sample: LiqHeatmap, at: str) -> pd.DataFrame:
    """Return the sample's true positions on one venue as a venue's users would publish them."""
    positions = sample_market("BTC").truth.to_frame()
    time = pd.Timestamp(at, tz="UTC")
    stands = (positions["open_time"] <= time) & ~(positions["close_time"] <= time)
    mine = positions[stands & (positions["venue"] == "hyperliquid")].assign(time=time)
    return mine[["time", "side", "liquidation_price", "size"]].assign(
        mark_price=sample.ledger.venue("hyperliquid").close[-1], venue="hyperliquid"
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", ["beside", "over", "minus"])
def test_measured_positions_are_compared_with_the_estimate(sample: LiqHeatmap, how: str) -> None:
    view = sample.compare(measured(sample, "2026-01-31"), how=how)
    assert 0 < view.figure_of("rank_correlation")[0] < 1
    page = view._repr_html_()
    assert "data:image/png" in page
    assert all(name in page for name in ("market leader's rule", "turnover, 10-100x", "distance only"))
    assert view.to_frame()["measured"].sum() > 0


def test_a_comparison_knows_nothing_later_than_what_is_shown(sample: LiqHeatmap) -> None:
    heatmap = LiqHeatmap("BTC", source="sample", as_of="2026-01-20")
    with pytest.raises(DataError, match="snapshot"):
        heatmap.compare(measured(sample, "2026-01-31"))


@pytest.mark.slow
def test_the_grade_is_of_the_time_shown(sample: LiqHeatmap) -> None:
    heatmap = LiqHeatmap("BTC", source=sample.markets)
    assert heatmap.grade.letter == "A"
    assert "Data complete: 30 days of candles, none missing" in heatmap._market["notice"]
    heatmap.as_of = "2026-01-05"
    assert heatmap.grade.warming_up
    assert "warming up: 4.0 days of data" in heatmap._market["notice"]


@pytest.mark.slow
def test_compare_is_the_same_with_and_without_a_heatmap(sample: LiqHeatmap) -> None:
    held = measured(sample, "2026-01-31")
    positions = liqwidget.Positions.from_frame(held, symbol="BTC")
    alone, shown = liqwidget.compare(sample.ledger, positions), sample.compare(held)
    assert type(alone) is type(shown)
    assert repr(alone) == repr(shown)
    pd.testing.assert_frame_equal(alone.to_frame(), shown.to_frame())
    assert "data:image/png" in alone._repr_html_()
    venues = liqwidget.compare_venues(sample.ledger)
    assert type(venues) is type(sample.compare_venues())
    assert venues.sentences == sample.compare_venues().sentences
