"""The second implementation, on which ideas are tried, gives the first version's map when it changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from liqwidget.domain.lattice import price_cell_edge, price_cell_of
from liqwidget.domain.time import MILLISECOND
from tests.accuracy.provider import standing
from tests.accuracy.variant_books import Floats, Integers, Market, Variant
from tests.ledgers import cells_of_ten_basis_points
from tests.markets import walk


def first_version(market: Market, times: Integers, edges: Floats) -> tuple[Floats, Floats]:
    with cells_of_ten_basis_points():
        return standing(market, times, edges, near=0.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_change_it_gives_the_first_version_s_map(seed: int) -> None:
    data = walk(seed, 900, "1h", volatility=0.01).market()
    known = np.searchsorted(data.interest_time, data.close_time, side="right") - 1
    market = {
        "symbol": "BTC",
        "venue": "binance",
        "step_ms": data.timeframe // MILLISECOND,
        "t": data.time // MILLISECOND,
        "o": data.open,
        "h": data.high,
        "l": data.low,
        "c": data.close,
        "vol": data.volume,
        "oi": data.interest[known],
        "oi0": data.interest[0],
        "mmr": 0.005,
        "d_min": 0.004,
    }
    times = data.close_time[100::160] // MILLISECOND
    first, last = (int(price_cell_of(price)) for price in (data.low.min(), data.high.max()))
    edges = price_cell_edge(np.arange(first - 2600, last + 2000))
    for ours, theirs in zip(first_version(market, times, edges), Variant()(market, times, edges), strict=True):
        assert ours.sum() > 0
        np.testing.assert_allclose(theirs, ours, rtol=5e-7, atol=5e-10 * ours.max(), equal_nan=False)
    changed = Variant(eta=0.0)(market, times, edges)[0]
    assert np.abs(changed - first_version(market, times, edges)[0]).sum() > 0.001 * changed.sum()
