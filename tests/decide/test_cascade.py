"""A cascade: laws on simulated markets, hand cases of what moves the price, and recorded falls."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liqwidget import DataError, Ledger, LiqHeatmap, cascade, cascade_curve, default_alternatives, estimate, profile
from liqwidget.decide.impact import SquareRootImpact
from liqwidget.domain.order_book import OrderBook
from liqwidget.domain.overlay import PriceBand, PriceCurve, PriceLine
from liqwidget.domain.side import Side
from tests.markets import walk
from tests.recorded import binance, needs_recordings

if TYPE_CHECKING:
    from liqwidget.decide.impact import Impact

SHOCKS = st.floats(-0.3, 0.4).filter(lambda shock: abs(shock) > 1e-4)


@functools.cache
def made() -> Ledger:
    return estimate([walk(seed, 600).market(venue=venue) for seed, venue in enumerate(["okx", "gate"])])


@pytest.fixture
def ledger() -> Ledger:
    return made()


def law(constant: float) -> SquareRootImpact:
    return SquareRootImpact(volatility=0.03, volume=5e6, constant=constant)


@given(SHOCKS, st.floats(0, 3), st.floats(0, 3))
@example(-0.3, 0.0, 0.0)
@settings(max_examples=40, deadline=None)
def test_more_impact_never_liquidates_less_nor_more_than_stands(shock: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    weak, strong = (cascade(made(), shock, impact=law(constant)) for constant in (less, more))
    assert weak.liquidated <= strong.liquidated * (1 + 1e-9) <= strong.standing * (1 + 2e-9)
    assert abs(weak.move) <= abs(strong.move) + 1e-12
    assert 0 <= weak.forced_share < 1
    rounds = weak.to_frame()
    assert (rounds["newly_liquidated"] >= -1e-6).all()
    assert all(0 <= share <= 1 for _, share in weak.swept)
    assert {found.side for found, _ in weak.swept} <= {Side.LONG if shock < 0 else Side.SHORT}


@given(SHOCKS)
@settings(max_examples=20, deadline=None)
def test_without_impact_there_is_the_first_sweep_alone(shock: float) -> None:
    ledger = made()
    found = cascade(ledger, shock, impact=law(0))
    last = ledger.last_price()
    swept = profile(ledger, sorted((last, last * (1 + shock))))
    expected = float((swept.long if shock < 0 else swept.short)[0])
    # Between two cells of the cascade's table what stands is spread evenly.
    assert found.liquidated == pytest.approx(expected, rel=0.02, abs=0.005 * found.standing)
    assert found.price_end == pytest.approx(found.price_shocked)
    assert found.forced_share == pytest.approx(0, abs=1e-12)
    assert len(found.path) == 1


def test_the_order_of_venues_does_not_matter_and_they_can_be_chosen(ledger: Ledger) -> None:
    turned = Ledger(ledger.symbol, ledger.prior, ledger.venues[::-1], None if ledger.heat is None else ledger.heat)
    one, other = (cascade(each, -0.05, impact=law(1)) for each in (ledger, turned))
    assert one.liquidated == pytest.approx(other.liquidated)
    alone = cascade(ledger, -0.05, impact=law(0), venues=["okx"], leverage=["10-25x"])
    assert 0 < alone.liquidated < cascade(ledger, -0.05, impact=law(0)).liquidated


def test_the_curve_is_the_cascade_of_each_shock(ledger: Ledger) -> None:
    shocks = [-0.1, -0.03, 0.0, 0.02, 0.1]
    curve = cascade_curve(ledger, shocks, impact=law(1))
    for shock in shocks:
        row = curve.loc[shock]
        if shock == 0:
            assert (row["liquidated"], row["move"], row["forced_share"]) == (0, 0, 0)
            continue
        alone = cascade(ledger, shock, impact=law(1))
        assert row["liquidated"] == pytest.approx(alone.liquidated, rel=1e-4)
        assert row["move"] == pytest.approx(alone.move, rel=1e-4)
        assert row["forced_share"] == pytest.approx(alone.forced_share, rel=1e-4)


def test_a_range_comes_from_the_alternatives_and_holds_the_estimate(ledger: Ledger) -> None:
    found = cascade(ledger, -0.04, impact=law(1), alternatives=default_alternatives())
    assert found.liquidated_low < found.liquidated < found.liquidated_high
    assert found.end_low <= found.price_end <= found.end_high
    assert " to " in repr(found)
    assert "no advice" in found._repr_html_()


def test_a_market_that_everything_moves_runs_away_and_says_so(ledger: Ledger) -> None:
    found = cascade(ledger, -0.05, impact=law(1e6))
    assert found.runaway
    assert found.liquidated == pytest.approx(found.standing)
    assert "runs away past" in repr(found)


def order_book(bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> OrderBook:
    return OrderBook(np.array(bids), np.array(asks), pd.Timestamp("2026-01-01", tz="UTC"), "okx")


def test_walking_an_order_book() -> None:
    book = order_book([(99, 2), (100, 1), (90, 1)], [(101, 1), (103, 4)])
    assert book.depth(-1) == 100 + 198 + 90
    down = [0.0, math.log(100 / 99), math.log(100 / 99), math.log(100 / 90)]
    np.testing.assert_allclose(book.move([100, 101, 298, 299], -1), down)
    np.testing.assert_allclose(book.move([0, 101, 102], 1), [0, 0, math.log(103 / 101)])
    thin = math.log(100 / 90)
    assert float(book.move(2 * 388, -1)) == pytest.approx(2 * thin)
    moves = book.move(np.linspace(0, 2000, 300), -1)
    assert (np.diff(moves) >= 0).all()


def test_the_square_root_law_of_recorded_candles() -> None:
    market = walk(3, 600).market(venue="okx")
    found = SquareRootImpact.of(market)
    both = SquareRootImpact.of([market, market], constant=0.5)
    assert both.volume == pytest.approx(2 * found.volume)
    assert both.volatility == found.volatility > 0
    assert float(found.move(found.volume, 1)) == pytest.approx(found.volatility)
    assert float(found.move(found.volume / 4, -1)) == pytest.approx(found.volatility / 2)
    assert SquareRootImpact.of(market, market.close_time[300]).volume != found.volume


@pytest.mark.parametrize("shocks", ["2%", ["-2%"], [None], [-0.02, math.nan], [-0.5], 5, [True, "x"]])
def test_shocks_of_a_curve_that_cannot_be_are_refused(ledger: Ledger, shocks: Any) -> None:
    with pytest.raises(DataError, match=r"Expected shock as a fraction above -0\.5 and up to 1 "):
        cascade_curve(ledger, shocks, impact=law(1))


@pytest.mark.parametrize("shock", [0, -0.5, 1.01, math.nan, True, "2%"])
def test_shocks_that_cannot_be_are_refused(ledger: Ledger, shock: object) -> None:
    with pytest.raises(DataError, match="Expected shock as a fraction"):
        cascade(ledger, shock, impact=law(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SquareRootImpact(-1, 1), "Expected volatility"),
        (lambda: SquareRootImpact(0.03, 0), "Expected volume"),
        (lambda: SquareRootImpact(0.03, math.nan), "Expected volume"),
        (lambda: order_book([], [(1, 1)]), "Expected bids as rows of price and size, at least one"),
        (lambda: order_book([(1, 1)], [(1, -1)]), "sizes of at least 0 in asks"),
        (lambda: order_book([(2, 1)], [(1, 1)]), "best bid under the best ask"),
        (lambda: SquareRootImpact.of(walk(3, 50).market(), "2009-06-01"), "Expected candles with volume"),
    ],
)
def test_an_impact_that_cannot_be_is_refused(make: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        make()  # type: ignore[operator]


@needs_recordings
def test_two_recorded_falls_are_forced_in_part() -> None:
    """What the map says before two recorded days; a check of sense, the figures stand in the notebook."""
    market = binance("BTC")
    ledger = estimate(market)
    impact: Impact = SquareRootImpact.of(market, "2025-12-11")
    found = cascade(ledger, -0.02, "2025-12-11", impact=impact)
    assert 1e6 < found.liquidated < 2e9
    assert 0 < found.forced_share < 0.9


def test_the_heatmap_asks_of_what_it_shows() -> None:
    markets = [walk(0, 600, price=price).market(venue=venue) for price, venue in ((100.0, "okx"), (100.2, "gate"))]
    heatmap = LiqHeatmap("BTC", source=markets, venues=("okx",), as_of=pd.Timestamp("2026-01-02", tz="UTC"))
    impact = SquareRootImpact.of(markets[0], "2026-01-02")
    found = heatmap.cascade(-0.03, alternatives=())
    alone = cascade(heatmap.ledger, -0.03, "2026-01-02", impact=impact, venues=["okx"])
    assert (found.liquidated, found.price_end, found.time) == (alone.liquidated, alone.price_end, alone.time)
    assert found.impact == impact.name
    curve = heatmap.cascades([-0.03, 0.02], impact=law(0))
    assert curve["forced_share"].abs().max() < 1e-9
    assert heatmap.cascade(-0.03).liquidated_high > found.liquidated
    heatmap.close()


def test_what_is_drawn_of_a_cascade_says_which_clusters_go_and_where_the_price_ends(ledger: Ledger) -> None:
    found = cascade(ledger, -0.05, impact=law(1.0))
    drawn = found.overlays()
    lines = {value.price for value in drawn if isinstance(value, PriceLine)}
    assert lines == {found.price_shocked, found.price_end}
    bands = [(value.low, value.high) for value in drawn if isinstance(value, PriceBand)]
    assert bands == [(one.price_low, one.price_high) for one, _ in found.swept]
    curve = drawn[-1]
    assert isinstance(curve, PriceCurve)
    assert (curve.price[0], curve.price[-1]) == (found.price_start, found.price_end)
    assert (curve.amount[0], curve.amount[-1]) == (0.0, found.liquidated)
    assert (np.diff(curve.amount) >= 0).all()
