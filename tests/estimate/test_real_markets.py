"""Real recorded markets: agreement with the reference of the specification, and what must hold on any market."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import cell_centre, price_cell_centre, price_cell_of
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.passages import Passages
from liqwidget.estimate.estimator import estimate
from liqwidget.study.profile import profile
from tests.ledgers import content, edges_of, price_edges_of
from tests.recorded import binance, binance_frames, needs_recordings, reference_estimator

pytestmark = needs_recordings

COINS = ("BTC", "ETH", "SOL")
Floats = npt.NDArray[np.float64]


@cache
def ledger_of(coin: str) -> Ledger:
    return estimate(binance(coin))


def times_of(coin: str, count: int = 10) -> npt.NDArray[np.int64]:
    close_time = binance(coin).close_time
    return np.asarray(close_time[np.linspace(200, len(close_time) - 1, count).astype(int)])


def total_variation(first: Floats, second: Floats) -> float:
    return float(0.5 * np.abs(first / first.sum() - second / second.sum()).sum())


@pytest.mark.slow
@pytest.mark.parametrize("coin", COINS)
def test_the_map_agrees_with_the_reference_of_the_specification(coin: str) -> None:
    """Law 1, on price cells: total variation <= 0.002 within 20 % and <= 0.005 within 2 % of price, size within 1 %."""
    market, at, part = binance(coin), times_of(coin), ledger_of(coin).venues[0]
    # The reference walks all prices that can matter, whichever are asked for: these are those that are looked at.
    cells = np.arange(int(price_cell_of(0.79 * market.low.min())), int(price_cell_of(1.21 * market.high.max())))
    fine = edges_of(np.arange(5 * int(cells[0]), 5 * int(cells[-1] + 1)))
    given = {
        "t": market.time // 10**6,
        "step_ms": market.timeframe // 10**6,
        "o": market.open,
        "h": market.high,
        "l": market.low,
        "c": market.close,
        "vol": market.volume,
        "oi": part.open_interest[1:],
        "oi0": part.open_interest[0],
        "d_min": 0.004,
    }
    long, short = reference_estimator().recommended(given, at // 10**6, fine)
    reference = (long + short).reshape(len(at), -1, 5).sum(axis=2)
    ours = profile(ledger_of(coin), price_edges_of(cells), at).total
    for row, time in enumerate(at):
        price = market.close[np.searchsorted(market.close_time, time)]
        for share, limit in ((0.2, 0.002), (0.02, 0.005)):
            near = np.abs(price_cell_centre(cells) / price - 1) <= share
            theirs = reference[row, near]
            assert total_variation(theirs, ours[row, near]) <= limit
            assert ours[row, near].sum() == pytest.approx(theirs.sum(), rel=0.01)


@pytest.mark.parametrize("coin", COINS)
def test_standing_of_each_side_never_exceeds_open_interest(coin: str) -> None:
    part, at = ledger_of(coin).venues[0], times_of(coin, 40)
    cells = np.arange(int(part.coordinates[0].min()) - 34_750, int(part.coordinates[1].max()) + 6_500)
    found = profile(ledger_of(coin), edges_of(cells), at)
    interest = part.open_interest[part.row_at(at)]
    for side, least in ((found.long, 0.7), (found.short, 0.9)):
        share = (side / cell_centre(cells)).sum(axis=1) / interest
        assert (share <= 1 + 1e-12).all()
        assert (share >= least).all()


@pytest.mark.parametrize("coin", COINS)
def test_what_price_touched_is_gone_and_what_it_did_not_touch_stands(coin: str) -> None:
    """Over the day of the largest fall: of what stood before it nothing is left in the range that price crossed.

    Openings of that day are taken away, so that everything left stood before. Below the range all but churn stands.
    """
    market, ledger = binance(coin), ledger_of(coin)
    row = int(np.argmin(market.low[288:] / market.close[:-288])) + 288
    before, after = market.close_time[row - 288], market.close_time[row]
    low, price = market.low[row - 287 : row + 1].min(), market.close[row - 288]
    assert low < price * 0.95
    part = ledger.venues[0]
    opened, first = part.opened.copy(), int(part.row_at(before))
    opened[first + 1 :] = 0
    old = Ledger(ledger.symbol, ledger.prior, (replace(part, opened=opened, checkpoints=(), passages=Passages.none()),))
    crossed, below = np.geomspace(low, price, 200), np.geomspace(low / 2, low * 0.999, 200)
    stood = profile(ledger, crossed, before).long
    assert stood.sum() > 0
    assert profile(old, crossed, after).long.max() <= 1e-9 * stood.max()
    kept = np.exp(part.log_survival[part.row_at(after)] - part.log_survival[first])
    assert 0.3 < kept < 1
    np.testing.assert_allclose(profile(old, below, after).long, profile(ledger, below, before).long * kept, rtol=1e-9)


def test_the_past_of_a_real_market_is_the_same_bytes_when_later_data_are_appended() -> None:
    """No look-ahead, across checkpoints of the ledger."""
    market = binance("BTC")
    edges = np.geomspace(60_000, 120_000, 400)
    for row in (2_000, 2_046, 2_047, 5_000):
        now = int(market.close_time[row])
        found = [
            profile(ledger, edges, now, measure="expected")
            for ledger in (estimate(market.until(now)), ledger_of("BTC"))
        ]
        assert content(found[0]) == content(found[1])


def test_a_missing_candle_leaves_the_longer_one_around_it() -> None:
    """Price fell to 91,800 in that hour: longs down to there are gone, also where one candle of the hour is missing."""
    candles, interest = binance_frames("BTC")
    hour = pd.Timestamp("2026-01-19 00:00", tz="UTC")
    hole = candles["time"] != hour + pd.Timedelta("55min")
    whole, holed = (
        MarketData.from_frames(rows, interest, symbol="BTC", minimum_distance=0.004).coarser("1h")
        for rows in (candles, candles[hole])
    )
    assert (whole.partial, holed.partial) == ((), (hour.value,))
    at, edges = hour + pd.Timedelta("2h"), [91_800.0, float(candles.loc[~hole, "open"].iloc[0])]
    left, expected = (profile(estimate(market), edges, at).long.sum() for market in (holed, whole))
    assert 0 < expected < 0.1 * profile(estimate(whole), edges, hour).long.sum()
    assert left == pytest.approx(expected, rel=0.1)
