"""The accuracy report of several venues, and hour by hour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from liqwidget.errors import DataError
from liqwidget.trust.naive import mean_moves
from liqwidget.trust.score import BY_MOVE, MEDIAN_OF_LARGE, MOVES, score
from tests.trust.test_score import PARTIAL, RANK, Floats, known, liquidations, named, sample, sample_ledger

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger


@pytest.mark.slow
def test_each_venues_liquidations_are_held_against_its_own_map() -> None:
    """The same as if each venue were a market of its own; a venue without liquidations is in no sum."""
    ledger, names = sample_ledger(), list(sample().venues)
    found = score(ledger, named(), period="6h", draws=20)
    apart = score([(ledger.only(name), named(name).drop(columns="venue")) for name in names], period="6h", draws=20)
    pd.testing.assert_frame_equal(found.to_frame(), apart.to_frame())
    assert any(f"its own map ({', '.join(ledger.names)})" in sentence for sentence in found.sentences)
    first, last = ledger.names[0], ledger.names[-1]
    alone = score(ledger, named(first), period="6h", draws=20)
    plain = score(ledger.only(first), named(first).drop(columns="venue"), period="6h", draws=20)
    pd.testing.assert_frame_equal(alone.to_frame(), plain.to_frame())
    assert any(f"no liquidations of {', '.join(ledger.names[1:])}" in sentence for sentence in alone.sentences)
    foreign = score(ledger.only(first), named(first, last), period="6h", draws=20)
    pd.testing.assert_frame_equal(foreign.to_frame(), plain.to_frame())
    assert any(f"Liquidations of {last} are left out" in sentence for sentence in foreign.sentences)
    other = score(ledger.only(first), named(last), period="6h", draws=20)
    assert any(f"The liquidations are of {last}, the map is of {first}" in sentence for sentence in other.sentences)


def test_a_venue_that_cannot_be_scored_costs_a_sentence() -> None:
    ledger, (first, *others) = sample_ledger(), sample().venues
    old = named(first).assign(time=pd.Timestamp("2020-01-01", tz="UTC"))
    found = score(ledger, pd.concat([old, named(*others)]), period="6h", draws=5)
    pd.testing.assert_frame_equal(found.to_frame(), score(ledger, named(*others), period="6h", draws=5).to_frame())
    assert any(f"ETH on {first} is not scored: Expected liquidations" in sentence for sentence in found.sentences)
    with pytest.raises(DataError, match="2020-01-01"):
        score(ledger, old, period="6h")


# ------------------------------------------------------------------ hour by hour


@pytest.mark.slow
def test_amounts_are_told_apart_by_the_hours_move() -> None:
    """A method that says twice what is liquidated after small moves and half after large ones."""
    ledger, events = sample_ledger(), liquidations()
    oracle = known(events)

    def said(part: Ledger, times: npt.NDArray[np.int64]) -> Floats:
        return oracle(part, times) * np.where(mean_moves(part, times) < MOVES[2], 2.0, 0.5)

    found = score(ledger, events, period="1h", methods={"said": said}, draws=20)
    ratios = [found.of("said", metric) for metric in BY_MOVE]
    assert len(ratios) == 6
    assert all(
        math.isnan(one.value) or one.value == pytest.approx(0.5 if place > 1 else 2) for place, one in enumerate(ratios)
    )
    assert sum(one.n > 0 for one in ratios) > 3
    assert sum(one.n for one in ratios) < found.of("said", RANK).n
    assert BY_MOVE[0] == "size ratio, moved 0.2-0.4 %"
    assert BY_MOVE[-1] == "size ratio, moved over 2 %"
    large = events.assign(hour=events["time"].dt.floor("h")).groupby(["hour", "side"])["size"].sum() > 10_000
    assert 0 < found.of("said", MEDIAN_OF_LARGE).n <= large.sum()
    assert not any(metric in BY_MOVE for metric in score(ledger, events, draws=5).to_frame()["metric"])


@pytest.mark.slow
def test_blocks_are_a_day_or_longer() -> None:
    ledger, events = sample_ledger(), liquidations()
    day, same, longer = (score(ledger, events, period="1h", block=block, draws=60) for block in ("1d", "24h", "36h"))
    pd.testing.assert_frame_equal(day.to_frame(), same.to_frame())
    assert longer.of("map", PARTIAL).value == pytest.approx(day.of("map", PARTIAL).value)
    assert longer.of("map", PARTIAL).low != day.of("map", PARTIAL).low
    with pytest.raises(DataError, match="block as a day or longer"):
        score(ledger, events, period="1h", block="6h")
