"""The default picture of real markets is read at a glance: half dark, little of it bright, levels steady in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from liqwidget import estimate
from liqwidget.raster.quantise import LEVELS, level_value
from liqwidget.widget.session import Session, Settings
from tests.recorded import binance, needs_recordings

pytestmark = needs_recordings

DARK, BRIGHT = 0.1, 0.5
"""Shares of the brightest colour under which a cell is dark, and above which it is bright."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How a picture is lit."""

    dark: float
    bright: float
    flicker: float
    """Mean change between neighbouring columns, as a share of the range."""


def shares(session: Session, measure: str) -> Shares:
    """Return how the default window is lit, in rows of 10 basis points and a column a candle."""
    settings = Settings(measure=measure)
    time = session.window(settings)
    low, high = session.fitted(settings, time)
    columns = (time[1] - time[0]) // session.ledger.timeframe
    frame = session._frame(settings, time, (low, high), columns, round(np.log(high / low) / 0.001))
    level = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width) & LEVELS
    drawn = level_value(level, frame.top, frame.decades) / frame.top
    return Shares(
        float((drawn < DARK).mean()), float((drawn > BRIGHT).mean()), float(np.abs(np.diff(drawn, axis=1)).mean())
    )


@pytest.mark.parametrize("coin", ["BTC", "ETH", "SOL"])
def test_half_is_dark_little_is_bright_and_levels_are_steady(coin: str) -> None:
    market = binance(coin)
    session = Session(estimate(market), [market])
    heat = shares(session, "heat")
    assert 0.5 <= heat.dark <= 0.7
    assert 0.02 <= heat.bright <= 0.08
    assert heat.flicker <= 0.006
    # The other measures on the same colours are what heat was made against.
    assert shares(session, "expected").flicker > 3 * heat.flicker
    assert shares(session, "size").dark < heat.dark
