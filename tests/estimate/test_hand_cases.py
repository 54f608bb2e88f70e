"""Small markets computed by hand.

The prior is one nominal rung, 10x with a maintenance margin rate of 0.5 %: a long from 100 is liquidated at
100 x 0.9 / 0.995 = 90.4523, a short at 100 x 1.1 / 1.005 = 109.4527. Open interest is 1,000 coins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import CELL, PRICE_CELL
from liqwidget.domain.ledger import CHURN, Ledger, RowFlag, RowKind
from liqwidget.domain.time import DAY, HOUR, MINUTE, timestamp
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.field import oracle
from liqwidget.field.engine import engine
from liqwidget.study.clusters import find_clusters
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from tests.ledgers import coins, content
from tests.markets import START, candles_of, interest_of

if TYPE_CHECKING:
    from types import ModuleType

FLAT = (100.0, 100.0, 100.0, 100.0)
LONG, SHORT = 100 * 0.9 / 0.995, 100 * 1.1 / 1.005
GROUP = 2
"""10x lies in the group 10-25x: its short distance is 9.45 %."""


def market(
    prices: list[tuple[float, float, float, float]],
    interest: list[float] | None = None,
    timeframe: str = "5m",
    volume: float | list[float] = 10.0,
    **options: Any,
) -> MarketData:
    values = [1000.0] * (len(prices) + 1) if interest is None else interest
    candles, known = candles_of(prices, timeframe, volume), interest_of(values, timeframe)
    made = MarketData.from_frames(candles, known, timeframe=timeframe, minimum_distance=0.01, **options)
    return replace(made, maintenance_margin_rate=0.005)


def estimated(*arguments: Any, **options: Any) -> Ledger:
    return estimate(market(*arguments, **options), prior={10: 1.0}, near=0)


def mean_price(cells: np.ndarray, held: np.ndarray) -> float:
    """Return the price at which coins stand, in the mean of ln(price)."""
    return float(np.exp(((cells + 0.5) * held).sum() / held.sum() * CELL))


def decay(days: float) -> float:
    return float(np.exp(-CHURN * days))


FIVE_MINUTES = 5 / 1440


def test_one_candle() -> None:
    ledger = estimated([FLAT])
    part = ledger.venues[0]
    assert part.inputs.kind.tolist() == [RowKind.START, RowKind.CANDLE]
    assert part.time.tolist() == [START.value, START.value + 5 * MINUTE]
    assert part.opened[0, :, GROUP].tolist() == [1000, 1000]
    refilled = 1000 * (1 - decay(FIVE_MINUTES))
    assert part.opened[1, :, GROUP] == pytest.approx([refilled, refilled])
    assert part.log_survival == pytest.approx([0, -CHURN * FIVE_MINUTES])
    cells, held = coins(ledger)
    assert held.sum(axis=1) == pytest.approx([1000, 1000])
    assert np.count_nonzero(held > 1e-9, axis=1).max() <= 15
    assert mean_price(cells, held[0]) == pytest.approx(LONG, rel=1e-6)
    assert mean_price(cells, held[1]) == pytest.approx(SHORT, rel=1e-6)
    value = profile(ledger, (80, 120)).long[0]
    assert value == pytest.approx(1000 * LONG, rel=5e-4), "coins are valued at their cell's centre"


def test_two_candles_the_second_sweeps_the_longs() -> None:
    """From 100 to 85: all longs of the first are gone, and as many open over the range of 162.5 price cells.

    A long is liquidated 100.4 price cells below its entry. Of seven nodes, 11.6 to 150.9 above the close, three lie
    so high that theirs would be above the close: they are placed from the close instead.
    """
    ledger = estimated([FLAT, (100.0, 100.0, 85.0, 85.0)])
    opened = ledger.venues[0].opened[:, :, GROUP]
    assert opened[2, 0] == pytest.approx(1000)
    assert opened[2, 1] == pytest.approx(1000 * (1 - decay(FIVE_MINUTES)))
    cells, held = coins(ledger)
    assert held.sum(axis=1) == pytest.approx([1000, 1000])
    from_close = ((cells + 0.5) * CELL - np.log(85)) / PRICE_CELL
    assert held[0, from_close >= 0].sum() == 0, "no long at or above the close"
    assert held[0, np.abs(from_close + 100.4) < 3].sum() == pytest.approx(1000 * 3 / 7)
    for node in range(4):
        liquidation = (node + 0.5) / 7 * 162.5 - 100.4
        assert held[0, np.abs(from_close - liquidation) < 3].sum() == pytest.approx(1000 / 7)


def test_a_touch_that_only_reaches_some_cells_leaves_the_rest() -> None:
    """A wick to 90.4 x exp(0.0005) takes the uppermost of the cells that hold longs and no other."""
    cells, before = coins(estimated([FLAT]))
    upper = cells[before[0] > 1e-9].max()
    low = float(np.exp((upper + 0.5) * CELL))
    ledger = estimated([FLAT, (100.0, 100.0, low, 100.0)])
    kept = decay(FIVE_MINUTES) * (before[0].sum() - before[0, cells == upper][0])
    assert ledger.venues[0].opened[2, 0, GROUP] == pytest.approx(1000 - kept, rel=1e-9)


def test_a_gap_is_one_row_that_sweeps_from_close_to_open() -> None:
    """Three candles are missing: 15 minutes of churn without volume, longs between 100 and 90 are swept."""
    candles = candles_of([FLAT] * 4 + [(90.0, 90.0, 90.0, 90.0)]).iloc[[0, 4]]
    made = MarketData.from_frames(candles, interest_of([1000.0] * 6), timeframe="5m", minimum_distance=0.01)
    part = estimate(replace(made, maintenance_margin_rate=0.005), prior={10: 1.0}, near=0).venues[0]
    assert part.inputs.kind.tolist() == [RowKind.START, RowKind.CANDLE, RowKind.GAP, RowKind.CANDLE]
    assert part.time[2] == START.value + 20 * MINUTE
    assert (part.inputs.low[2], part.inputs.high[2], part.inputs.close[2]) == (90, 100, 90)
    assert np.diff(part.log_survival)[1] == pytest.approx(-CHURN * 15 / 1440)
    assert part.opened[2, 0, GROUP] == pytest.approx(1000)


def test_falling_open_interest_closes_everyone_in_proportion() -> None:
    part = estimated([FLAT, FLAT], [1000, 1000, 800]).venues[0]
    assert np.exp(np.diff(part.log_survival)[1]) == pytest.approx(0.8)
    assert part.opened[2] == pytest.approx(0, abs=1e-9)
    assert part.books.mass[:, GROUP] == pytest.approx([800, 800])


def test_rising_open_interest_opens_both_sides() -> None:
    part = estimated([FLAT, FLAT], [1000, 1000, 1200]).venues[0]
    opened = 1200 - 1000 * decay(FIVE_MINUTES)
    assert part.opened[2, :, GROUP] == pytest.approx([opened, opened])


def test_busy_candles_churn_more() -> None:
    """Volume 10, then 30: the mean is 20, so the clock runs 1.5 times as fast; 1 after them at 5 % at least."""
    part = estimated([FLAT] * 3, volume=[10.0, 30.0, 0.001]).venues[0]
    assert np.diff(part.log_survival) / -CHURN / FIVE_MINUTES == pytest.approx([1, 1.5, 0.05])


@pytest.mark.parametrize("volume", [0.0, float("nan")])
def test_without_volume_time_is_the_clock(volume: float) -> None:
    part = estimated([FLAT] * 3, volume=volume).venues[0]
    assert np.diff(part.log_survival) == pytest.approx(-CHURN * FIVE_MINUTES)


def test_an_outlier_is_held_back_for_three_candles_and_accepted_at_the_fourth() -> None:
    part = estimated([FLAT] * 6, [1000, 1000, 400, 400, 400, 400, 410]).venues[0]
    assert part.open_interest.tolist() == [1000, 1000, 1000, 1000, 1000, 400, 410]
    assert ((part.flags & RowFlag.HELD) > 0).tolist() == [False, False, True, True, True, False, False]
    assert np.exp(np.diff(part.log_survival)[4]) == pytest.approx(0.4)


def test_an_outlier_that_goes_away_leaves_no_trace() -> None:
    part = estimated([FLAT] * 3, [1000, 1000, 400, 1000]).venues[0]
    assert part.open_interest.tolist() == [1000] * 4


def test_open_interest_too_high_is_held_back_too_and_noted() -> None:
    part = estimated([FLAT] * 3, [1000, 1000, 30_000, 1000]).venues[0]
    assert part.open_interest.tolist() == [1000] * 4
    assert (part.flags & RowFlag.OUTLIER > 0).tolist() == [False, False, True, False]
    assert part.notes[-1].startswith("outliers of open interest held back in 1 candles, the last at 2026-01-01 00:10")
    assert estimated([FLAT] * 2, [1000, 1000, 10_000]).venues[0].open_interest[-1] == 1000


def test_a_value_that_stands_for_several_candles_counts_once() -> None:
    candles, known = candles_of([FLAT] * 20, "1m"), interest_of([1000, 1000, 30_000, 1000, 1000])
    part = estimate(MarketData.from_frames(candles, known, timeframe="1m", minimum_distance=0.004)).venues[0]
    assert (part.open_interest == 1000).all()


def test_outliers_on_both_sides_are_not_taken_for_one_that_lasts() -> None:
    part = estimated([FLAT] * 6, [1000, 1000, 9000, 200, 9000, 200, 1000]).venues[0]
    assert (part.open_interest == 1000).all()


def test_a_new_listing_grows_suddenly() -> None:
    part = estimated([FLAT] * 6, [100, 5000, 5000, 5000, 5000, 5100, 5200]).venues[0]
    assert part.open_interest.tolist() == [100, 100, 100, 100, 5000, 5100, 5200]


def test_a_zero_that_lasts_is_a_value_and_nothing_stands() -> None:
    """A single 0 is an outlier; after the fourth nothing stands anywhere, and what opens later stands alone."""
    ledger = estimated([FLAT] * 8, [1000, 1000, 0, 1000, 0, 0, 0, 0, 0])
    part = ledger.venues[0]
    assert part.open_interest.tolist() == [1000] * 7 + [0, 0]
    stands = [float(profile(ledger, [50, 200], timestamp(int(time))).long.sum()) for time in part.time[1:]]
    assert min(stands[:6]) > 1000
    assert stands[6:] == [0.0, 0.0]
    assert len(levels(ledger).standing) == 0
    assert find_clusters(ledger) == ()
    assert part.notes[-1] == "open interest is 0 since 2026-01-01 00:35: nothing stands"
    again = estimated([FLAT] * 9, [1000, 1000, 0, 0, 0, 0, 0, 500, 500, 500])
    alone = estimated([FLAT] * 3, [500, 500, 500, 500])
    found, other = (float(profile(each, [50, 200]).short.sum()) for each in (again, alone))
    assert found == pytest.approx(other, rel=0.02)


@pytest.mark.parametrize("kernels", [engine(), oracle], ids=["as it is", "numpy"])
def test_levels_that_a_settlement_closes_end_then_and_are_named(
    kernels: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liqwidget.study.levels.engine", lambda: kernels)
    settled = estimated([FLAT] * 9, [1000.0] * 5 + [0.0] * 5)
    row = int(np.argmax(settled.venues[0].open_interest == 0))
    table, before = levels(settled).to_frame(), levels(estimated([FLAT] * (row - 1), [1000.0] * row)).standing
    closed = table.query("ended_by == 'settlement'")
    assert set(closed["close_time"]) == {timestamp(int(settled.venues[0].time[row]))}
    assert closed["size"].sum() == pytest.approx(before.size.sum())
    assert len(closed) == len(before) > 0
    assert "standing" not in set(table["ended_by"])
    again = estimated([FLAT] * 12, [1000.0] * 5 + [0.0] * 5 + [500.0] * 3)
    assert levels(again).standing.size.sum() > 0
    assert set(levels(again).to_frame()["ended_by"]) == {"settlement", "standing"}


def test_a_true_crash_stays() -> None:
    assert estimated([FLAT] * 2, [1000, 1000, 680]).venues[0].open_interest[-1] == 680


def test_open_interest_missing_for_more_than_a_day_freezes_churn_and_openings_but_not_sweeps() -> None:
    """Known at the first close, then only at the 30th: rows 25 hours after it and later are frozen."""
    prices = [FLAT] * 30
    prices[27] = (100.0, 100.0, 90.0, 100.0)
    interest = [1000.0, 1000.0] + [float("nan")] * 28 + [900.0]
    ledger = estimated(prices, interest, timeframe="1h")
    part = ledger.venues[0]
    frozen = np.flatnonzero(part.flags & RowFlag.FROZEN)
    assert frozen.tolist() == [26, 27, 28, 29]
    assert np.flatnonzero(part.flags & RowFlag.HELD).tolist() == list(range(2, 30))
    assert (np.diff(part.log_survival)[frozen - 1] == 0).all()
    assert not part.opened[frozen].any()
    standing = [coins(ledger, START + pd.Timedelta(hours=hours))[1].sum(axis=1) for hours in (25, 27, 28, 30)]
    assert standing[0] == pytest.approx([1000, 1000])
    assert standing[1] == pytest.approx([1000, 1000])
    assert standing[2] == pytest.approx([0, 1000], abs=1e-9)
    assert standing[3] == pytest.approx([900, 900])


def test_a_market_without_a_trade_and_open_interest_for_a_day_is_settled() -> None:
    """Its open interest simply stops; where volume is not known, price moves or trades go on, it is held."""
    interest = [1000.0] * 5 + [float("nan")] * 36
    quiet = [10.0] * 5 + [0.0] * 35
    part = estimated([FLAT] * 40, interest, "1h", quiet).venues[0]
    assert part.open_interest[:29].tolist() == [1000.0] * 29
    assert part.open_interest[29:].tolist() == [0.0] * 12
    assert part.notes[-1] == "open interest is 0 since 2026-01-02 05:00: nothing stands"
    again = estimated([FLAT] * 43, [*interest, 500.0, 500.0, 500.0], "1h", [*quiet, 10.0, 10.0, 10.0]).venues[0]
    assert again.open_interest[-3:].tolist() == [500.0] * 3
    moves = [FLAT, (100.0, 101.0, 99.0, 100.0)] * 20
    for prices, volume in (([FLAT] * 40, [10.0] * 40), ([FLAT] * 40, [float("nan")] * 40), ([FLAT] * 40, [0.0] * 40)):
        assert estimated(prices, interest, "1h", volume).venues[0].open_interest[-1] == 1000.0
    assert estimated(moves, interest, "1h", quiet).venues[0].open_interest[-1] == 1000.0


@pytest.mark.parametrize("factor", [1000, 0.001, 100.3])
def test_a_change_of_unit_that_stays_is_refused_at_the_door(factor: float) -> None:
    with pytest.raises(DataError, match=r"binance BTC in one unit, was .* from 2026-01-01 00:25.*Contracts and coins"):
        market([FLAT] * 11, [1000] * 5 + [value * factor for value in (1000, 1000, 1010, 990, 1000, 1000, 1000)])


def test_without_open_interest_sizes_are_relative_and_it_is_said() -> None:
    ledger = estimate(MarketData.from_frames(candles_of([FLAT] * 3)))
    part = ledger.venues[0]
    assert part.relative
    assert (part.open_interest == 1).all()
    assert any("relative" in note for note in part.notes)
    assert profile(ledger, (1, 1000)).short[0] > 0


def test_open_interest_known_only_later_opens_then() -> None:
    part = estimated([FLAT] * 3, [float("nan"), float("nan"), 500.0, 500.0]).venues[0]
    assert part.open_interest.tolist() == [0, 0, 500, 500]
    assert part.opened[:, 0, GROUP] == pytest.approx([0, 0, 500, 500 * (1 - decay(FIVE_MINUTES))])


def test_the_first_candles_own_open_interest_serves_where_none_is_known_before() -> None:
    part = estimated([FLAT] * 2, [float("nan"), 700.0, 700.0]).venues[0]
    assert part.open_interest.tolist() == [700, 700, 700]


def test_a_stamp_two_seconds_late_counts_for_its_close() -> None:
    candles, interest = candles_of([FLAT] * 2), interest_of([1000, 1100, 1200])
    late = interest.set_axis(interest.index + pd.Timedelta(seconds=2))
    later = interest.set_axis(interest.index + pd.Timedelta(seconds=30))
    known = [estimate(MarketData.from_frames(candles, frame)).venues[0].open_interest for frame in (late, later)]
    assert known[0].tolist() == [1000, 1100, 1200]
    assert known[1].tolist() == [1000, 1000, 1100]


def test_open_interest_value_is_divided_by_the_price_at_the_same_instant() -> None:
    candles = candles_of([(100.0, 110.0, 100.0, 110.0), (110.0, 125.0, 110.0, 125.0)])
    frame = interest_of([100_000.0, 110_000.0, 125_000.0]).rename(columns={"open_interest": "open_interest_value"})
    assert MarketData.from_frames(candles, frame).interest == pytest.approx([1000, 1000, 1000])


def test_a_provisional_candle_is_replaced() -> None:
    """Two of five minutes have passed: 2 minutes of churn, volume scaled to a whole candle."""
    whole = market([FLAT] * 2, [1000, 1000, 1000])
    now = START + pd.Timedelta(minutes=7)
    seen = replace(whole, complete_until=now.value, volume=np.array([10.0, 4.0]))
    ledger = advance(estimate(whole.until(START + pd.Timedelta(minutes=5)), prior={10: 1.0}), seen)
    part = ledger.venues[0]
    assert part.inputs.kind.tolist() == [RowKind.START, RowKind.CANDLE, RowKind.PROVISIONAL]
    assert part.time[-1] == now.value
    assert part.settled == 2
    assert np.diff(part.log_survival)[1] == pytest.approx(-CHURN * 2 / 1440)
    assert content(advance(ledger, whole)) == content(estimate(whole, prior={10: 1.0}))


def test_candles_that_have_not_opened_are_left_out() -> None:
    seen = market([FLAT] * 4, complete_until=START + pd.Timedelta(minutes=10))
    part = estimate(seen).venues[0]
    assert part.inputs.kind.tolist() == [RowKind.START, RowKind.CANDLE, RowKind.CANDLE]


def test_times_count_in_ns() -> None:
    assert (HOUR, DAY) == (60 * MINUTE, 24 * HOUR)
    assert pd.Timedelta("1min").as_unit("ns").value == MINUTE


def test_churn_is_a_choice_that_the_fold_keeps() -> None:
    whole = market([FLAT] * 6)
    part = whole.until(whole.close_time[2])
    start = estimate(part, prior={10: 1.0}, churn=0.8)
    for folded in (advance(start, whole), recompute(start, whole, whole.time[0])):
        assert np.diff(folded.venues[0].log_survival) == pytest.approx(-0.8 * FIVE_MINUTES)


@pytest.mark.parametrize("churn", [-0.1, float("nan"), float("inf"), "fast"])
def test_a_churn_that_is_no_rate_is_refused(churn: Any) -> None:
    with pytest.raises(DataError, match="Expected churn as a rate"):
        estimate(market([FLAT] * 3), churn=churn)
