"""Passages: rows taken many at a time leave what they leave one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain import passages
from liqwidget.domain.passages import PASSAGE_ROWS, Passages
from liqwidget.domain.viewport import Viewport
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.evaluate import Measured, standing
from liqwidget.trust.alternatives import Alternative
from liqwidget.trust.uncertainty import under
from tests.ledgers import content
from tests.markets import Frames, frames, walk

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

GROUPS = (0, 1, 3, 5)


def pictures(ledger: Ledger) -> list[np.ndarray]:
    """Return what stands far and near, at a few times, in some groups [quote]."""
    price = ledger.last_price()
    views = [
        Viewport((ledger.start, ledger.end), (price * low, price * high), width, 400)
        for low, high in ((0.5, 1.8), (0.97, 1.02))
        for width in (1, 3, 11)
    ]
    return [standing(ledger, view.time_edges[1:], view.price_edges, Measured(0.0, GROUPS)) for view in views]


def without(ledger: Ledger) -> Ledger:
    parts = tuple(replace(part, checkpoints=(), passages=Passages.none()) for part in ledger)
    return replace(ledger, venues=parts)


@settings(max_examples=10, deadline=None)
@given(frames(most=40), st.integers(1, 9))
def test_they_leave_what_rows_leave_one_by_one(drawn: Frames, length: int) -> None:
    with mock.patch.object(passages, "PASSAGE_ROWS", length):
        ledger = estimate(drawn.market(), prior="nominal")
    assert len(ledger.venues[0].passages.passed) == len(ledger.venues[0].time) // length
    for fast, slow in zip(pictures(ledger), pictures(without(ledger)), strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-13 * slow.max())
        # What a close moves is taken away in its own cell, where rounding may leave a trace.
        trace = 1e-16 * slow.max()
        assert ((np.abs(fast) <= trace) == (np.abs(slow) <= trace)).all()


@pytest.mark.parametrize("timeframe", ["1m", "1d"])
def test_they_are_as_long_as_the_product_has_them(timeframe: str) -> None:
    ledger = estimate(walk(4, 400, timeframe, gaps=True).market())
    assert len(ledger.venues[0].passages.passed) == len(ledger.venues[0].time) // PASSAGE_ROWS > 0
    for fast, slow in zip(pictures(ledger), pictures(without(ledger)), strict=True):
        assert slow.max() > 0
        np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-13 * slow.max())


def test_a_ledger_that_goes_on_has_those_of_one_made_at_once() -> None:
    market = walk(6, 300, gaps=True).market()
    ledger = estimate(market.until(int(market.close_time[70])))
    for row in (100, 130, 131, 230):
        ledger = advance(ledger, market.until(int(market.close_time[row])))
    assert content(advance(ledger, market).venues[0].passages) == content(estimate(market).venues[0].passages)


def test_other_assumptions_have_their_own() -> None:
    market = walk(6, 150).market()
    one = Alternative("other", near=0.01)
    made = under(estimate(market), [one])[0].venues[0].passages
    assert content(made) == content(estimate(market, near=0.01).venues[0].passages)
    assert content(made) != content(estimate(market).venues[0].passages)
