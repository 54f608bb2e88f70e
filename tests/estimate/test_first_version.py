"""The first version of the estimator, on cells of 10 basis points without the book at the cap, is a case of this."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import price_cell_edge
from liqwidget.domain.leverage import NEAR_BOOK
from liqwidget.estimate.estimator import estimate
from liqwidget.study.profile import profile
from tests.ledgers import cells_of_ten_basis_points, numpy_engine

RECORDED = json.loads(Path(__file__).with_name("first_version.json").read_text())
"""What the first version said of `market`, written by it before the lattice changed."""


def market() -> MarketData:
    row = np.arange(400)
    close = 1000 * np.exp(0.03 * np.sin(row / 23) + 0.012 * np.sin(row * 1.7) + 0.004 * np.cos(row * row / 7))
    opens = np.append(1000.0, close[:-1])
    time = pd.date_range("2026-01-05", periods=len(row), freq="1h", tz="UTC")
    candles = pd.DataFrame(
        {
            "time": time,
            "open": opens,
            "high": np.maximum(opens, close) * (1 + 0.002 * np.abs(np.sin(row * 0.9))),
            "low": np.minimum(opens, close) * (1 - 0.003 * np.abs(np.cos(row * 1.3))),
            "close": close,
            "volume": 50 + 40 * np.sin(row / 11) + 5 * np.cos(row * 3.1),
        }
    ).drop(index=range(120, 124))
    interest = pd.DataFrame(
        {
            "time": time + pd.Timedelta("1h"),
            "open_interest": 5000 * (1 + 0.1 * np.sin(row / 37) + 0.02 * np.cos(row)),
        }
    ).drop(index=range(200, 205))
    return MarketData.from_frames(candles.reset_index(drop=True), interest, symbol="ABC", minimum_distance=0.004)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "numpy"])
def test_cells_of_ten_basis_points_without_the_book_at_the_cap_are_the_first_version(*, compiled: bool) -> None:
    edges = price_cell_edge(RECORDED["base"] + np.arange(len(RECORDED["long"][0]) + 1))
    with cells_of_ten_basis_points(), contextlib.nullcontext() if compiled else numpy_engine():
        ledger = estimate(market(), near=0)
        found = profile(ledger, edges, RECORDED["times"])
    opened = ledger.venues[0].opened.sum(axis=0)
    np.testing.assert_allclose(opened[:, :NEAR_BOOK], RECORDED["opened"], rtol=1e-9)
    assert not opened[:, NEAR_BOOK].any()
    for side in ("long", "short"):
        expected = np.array(RECORDED[side])
        assert expected.any()
        np.testing.assert_allclose(getattr(found, side), expected, rtol=1e-9, atol=1e-9 * expected.max())


def test_cells_of_two_basis_points_are_another_version() -> None:
    edges = price_cell_edge(RECORDED["base"] + np.arange(len(RECORDED["long"][0]) + 1))
    found = profile(estimate(market(), near=0), edges, RECORDED["times"])
    assert np.abs(found.long / np.maximum(RECORDED["long"], 1e-300) - 1).max() > 0.1
