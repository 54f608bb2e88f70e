"""Two small pictures, byte for byte. Draw them anew after a wanted change: ``make golden``.

A picture is a text of 24 lines of 32 pixels, highest price first, two hexadecimal digits a pixel: below 80 a long, from
80 on a short, 00 nothing; see `liqwidget.raster.quantise`.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.viewport import Viewport
from liqwidget.estimate.estimator import estimate
from liqwidget.raster.grid import rasterise
from liqwidget.raster.quantise import quantise
from tests.markets import candles_of, interest_of

FOLDER = Path(__file__).parent / "golden"
NAMES = ("one_venue_size", "two_venues_expected")


def market(venue: str, phase: float) -> MarketData:
    """Return 96 candles of a wave with a crash in it, and open interest that swells before and falls in the crash."""
    closes = [
        100 * (1 + 0.02 * math.sin(row / 9 + phase) - 0.04 * (row > 60) + 0.0005 * (row % 5)) for row in range(97)
    ]
    rows = [
        (first, max(first, last) * 1.001, min(first, last) * 0.998, last) for first, last in itertools.pairwise(closes)
    ]
    candles = candles_of(rows, volume=[5.0 + row % 7 for row in range(96)])
    if venue == "okx":
        candles = candles.drop(candles.index[30:42])
    interest = interest_of([1000 + 4 * row - 300 * (row > 61) for row in range(97)])
    return MarketData.from_frames(candles, interest, symbol="BTC", venue=venue, minimum_distance=0.004)


def picture(name: str) -> str:
    """Draw one of NAMES as text."""
    one = name == "one_venue_size"
    ledger = estimate([market("binance", 0.0)] if one else [market("binance", 0.0), market("okx", 0.3)])
    view = Viewport(
        ("2025-12-31 23:00", "2026-01-01 09:00"), (85, 115), width=32, height=24, price_scale="linear" if one else "log"
    )
    image = quantise(rasterise(ledger, view, measure="size" if one else "expected"))
    return "\n".join(" ".join(f"{pixel:02x}" for pixel in line) for line in image.pixels[::-1]) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_the_golden_one(name: str) -> None:
    assert picture(name) == (FOLDER / f"{name}.txt").read_text(encoding="ascii")
