"""Rows in any order, twice, late, wrong at first or with holes become the ledger of clean history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.estimate.estimator import estimate
from liqwidget.field.density import Prior
from liqwidget.market.history import History
from liqwidget.market.simulated.sample import sample_market
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.run.growing_market import GrowingMarket
from tests.run.feeding import whole

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData

MARKET = replace(sample_market("BTC", days=2).markets()[0].until("2026-01-29T06:00Z"), notes=())
STEP = MARKET.timeframe
INSTRUMENT = Instrument("binance", "BTC/USDT:USDT", "BTCUSDT", parse_symbol("BTC"), "USDT", False, 1.0, 1)  # noqa: FBT003
BEGUN = 30


def told(market: MarketData, since: int, now: int, wrong: set[int], missing: set[int]) -> History:
    """Return what a venue says at a time of the time since: volumes of some rows halved, others missing."""
    rows = [row for row in range(len(market.time)) if since <= market.time[row] < now and row not in missing]
    frame = market.to_frame().iloc[rows][["open", "high", "low", "close", "volume"]].copy()
    frame["volume"] *= [0.5 if row in wrong else 1.0 for row in rows]
    stamps = (market.interest_time >= since) & (market.interest_time <= now)
    interest = pd.DataFrame(
        {"open_interest": market.interest[stamps]}, index=pd.to_datetime(market.interest_time[stamps], utc=True)
    )
    return History(INSTRUMENT, STEP, now, {"candles": frame, "open_interest": interest})


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_whatever_is_said_on_the_way_the_ledger_is_that_of_clean_history(data: st.DataObject) -> None:
    clean = replace(
        MARKET, taker_buy_volume=MARKET.taker_buy_volume * float("nan"), complete_until=int(MARKET.close_time[-1])
    )
    prior = Prior.parse("effective")
    track = GrowingMarket(clean.until(int(clean.close_time[BEGUN])), prior, 0.4, STEP)
    now, end = int(clean.close_time[BEGUN]), int(clean.close_time[-1])
    while now < end:
        now = min(now + data.draw(st.integers(1, 14)) * STEP + data.draw(st.integers(0, STEP - 1)), end)
        newest = int((now - clean.time[0]) // STEP)
        near = st.sets(st.integers(newest - 3, newest))
        track.merge(told(clean, track.since, now, data.draw(near), data.draw(near)))
        shown, market = track.shown(now)
        assert shown.venues[0].time[-1] <= now
        assert (market.time[1:] > market.time[:-1]).all()
    track.merge(told(clean, track.since, end, set(), set()))
    shown, _ = track.shown(end)
    assert whole(shown) == whole(estimate(clean))
    assert track.recomputed == 0
