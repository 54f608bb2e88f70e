"""What price crosses, against the levels that the ledger says were swept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.lattice import CELL
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError
from liqwidget.field.crossed import crossed
from liqwidget.study.levels import levels
from tests.ledgers import unheated
from tests.markets import walk


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), timeframe=st.sampled_from(["1m", "5m", "1h"]))
def test_candle_by_candle_it_is_what_was_swept_before_it_unwound(seed: int, timeframe: str) -> None:
    ledger = unheated(walk(seed, 150, timeframe).market(), near=0)
    part = ledger.venues[0]
    ended = levels(ledger, width=CELL)
    swept = np.zeros((2, len(part.time)))
    row = np.searchsorted(part.time, ended.close_time)
    gone = row < len(part.time)
    np.add.at(swept, (np.where(ended.side[gone] > 0, 0, 1), row[gone]), ended.size[gone])
    survived = np.exp(np.diff(part.log_survival))[1:]
    assert crossed(ledger, part.time[1:]) * survived == pytest.approx(swept[:, 2:], rel=1e-6, abs=1e-6)


def test_venues_add_and_each_is_crossed_by_its_own_candles() -> None:
    calm, wild = walk(1, 300).market(), walk(2, 300, volatility=0.02).market(venue="okx")
    both = unheated([calm, wild])
    times = np.arange(both.start + HOUR, both.end, HOUR)
    apart = [crossed(unheated(part), times) for part in (calm, wild)]
    assert crossed(both, times) == pytest.approx(apart[0] + apart[1])


def test_before_the_first_close_nothing_is_crossed() -> None:
    ledger = unheated(walk(3, 50).market())
    times = ledger.start + np.arange(-3, 1) * HOUR
    assert not crossed(ledger, times).any()


def test_where_a_venue_is_absent_nothing_is_crossed_and_around_it_each_step_alone() -> None:
    frames = walk(4, 300, volatility=0.01)
    hole = np.arange(300) // 100 == 1
    holed = replace(frames, candles=frames.candles[~hole]).market()
    both = unheated([holed, walk(4, 300).market(venue="okx")]).only(["binance"])
    (start, end), times = both.venues[0].absent[0], np.arange(both.start, both.end, HOUR // 4)
    found = crossed(both, times)
    within = (times[1:] > start) & (times[:-1] < end)
    assert within.sum() > 5
    assert not found[:, within].any()
    alone = [crossed(both, times[step : step + 2])[:, 0] for step in range(len(times) - 1)]
    assert found == pytest.approx(np.transpose(alone), rel=1e-12)
    assert found[:, ~within].any(axis=0).sum() > 10


def test_times_must_increase() -> None:
    ledger = unheated(walk(3, 50).market())
    with pytest.raises(DataError, match="increasing times"):
        crossed(ledger, np.array([5, 5]))
