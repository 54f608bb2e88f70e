"""What is asked of an hour was known by then: features and events of a shorter history are the same to the byte."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.leverage import group_indices
from liqwidget.domain.time import DAY, HOUR
from liqwidget.estimate.estimator import estimate
from liqwidget.study.clustering import Rule
from liqwidget.study.clusters import find_clusters, find_gaps
from liqwidget.trust import evidence_levels, evidence_touches
from liqwidget.trust.evidence_hours import WARM_UP, Hours, Map, clusters_at, hours_of
from tests.markets import START, walk

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

FOUND_BY = Map(group_indices(None), Rule.of(0.5), 10)


@cache
def ledger(timeframe: str = "15m") -> Ledger:
    count = 96 * 22 if timeframe == "15m" else 24 * 30
    return estimate(walk(11, count, timeframe, gaps=True, volatility=0.004).market())


def heat(whole: Ledger) -> Ledger:
    assert whole.heat is not None
    return whole.heat


def asked(whole: Ledger, until: int | None = None) -> Hours:
    return hours_of(heat(whole), HOUR, FOUND_BY, whole.end if until is None else until)


FEATURES = ("time", "price", "sigma", "tempo", "moves", "lean", "cells", "ages", "heat", "owners")


def test_a_shorter_history_changes_nothing_before_its_end() -> None:
    whole = asked(ledger())
    until = int(whole.time[len(whole.time) // 2]) + HOUR // 2
    market = walk(11, 96 * 22, "15m", gaps=True, volatility=0.004).market()
    cut = asked(estimate(market.until(pd.Timestamp(until, tz="UTC"))), until)
    count = len(cut.time)
    assert 50 < count < len(whole.time)
    for name in FEATURES:
        assert getattr(cut, name).tobytes() == getattr(whole, name)[:count].tobytes(), name
    same = whole.clusters.asked < count
    for ours, theirs in zip(cut.clusters, whole.clusters, strict=True):
        assert ours.tobytes() == theirs[same].tobytes()


def test_as_of_is_the_same_as_a_shorter_history() -> None:
    whole = ledger()
    until = int(asked(whole).time[40])
    market = walk(11, 96 * 22, "15m", gaps=True, volatility=0.004).market()
    cut, seen = asked(estimate(market.until(pd.Timestamp(until, tz="UTC")))), asked(whole, until)
    for name in FEATURES:
        assert getattr(cut, name).tobytes() == getattr(seen, name).tobytes(), name


def test_events_of_a_shorter_history_are_the_first_of_a_longer() -> None:
    whole = asked(ledger())
    until = int(whole.time[len(whole.time) // 2])
    cut = asked(ledger(), until)
    pairs = [(one, evidence_touches.Candles.of(one)) for one in (cut, whole)]
    short, long = (evidence_touches._nearest_touches(*pair) for pair in pairs)
    for ours, theirs in zip(short, long, strict=True):
        early = pairs[1][1].known[theirs.row] <= until
        assert early.any()
        for few, many in zip(ours, theirs.some(early), strict=True):
            np.testing.assert_array_equal(few, many)
    short, long = (evidence_touches._windows(*pair) for pair in pairs)
    for ours, theirs in zip(short, long, strict=True):
        early = pairs[1][1].known[theirs.row] <= until - HOUR
        for few, many in zip(ours, theirs.some(early), strict=True):
            np.testing.assert_array_equal(few, many)


def test_clusters_are_those_of_find_clusters() -> None:
    whole, hours = ledger(), asked(ledger())
    for number in range(0, len(hours.time), 37):
        found = find_clusters(whole, pd.Timestamp(hours.time[number], tz="UTC"))
        mine = hours.clusters
        rows = np.flatnonzero(mine.asked == number)
        assert sorted(np.exp(mine.edge[rows] * 0.001)) == pytest.approx(sorted(one.near_edge for one in found))
        assert (mine.size[rows] > 0).all()
        assert mine.size[rows].sum() <= 1 + 1e-9


def test_the_clusters_of_the_end_are_those_of_its_hour() -> None:
    hours = asked(ledger())
    until = int(hours.time[-1])
    market = walk(11, 96 * 22, "15m", gaps=True, volatility=0.004).market().until(pd.Timestamp(until, tz="UTC"))
    found = clusters_at(heat(estimate(market)), FOUND_BY)
    last = hours.clusters.asked == len(hours.time) - 1
    assert found.edge.tolist() == pytest.approx(hours.clusters.edge[last].tolist())


def test_cold_cells_are_those_of_find_gaps() -> None:
    whole, hours = ledger(), asked(ledger())
    number = len(hours.time) - 1
    found = find_gaps(whole, pd.Timestamp(hours.time[number], tz="UTC"))
    cells = np.arange(hours.width) - hours.down + hours.cells[number]
    for gap in found:
        low, high = np.log([gap.price_low, gap.price_high]) / 0.001
        inside = (cells >= round(low)) & (cells < round(high)) & (cells != hours.cells[number])
        assert (hours.heat[number, inside] < 0.1).all()


def test_what_is_asked_begins_after_two_weeks_and_only_where_a_candle_closed() -> None:
    hours = asked(ledger("1h"))
    part = ledger("1h").venues[0]
    assert hours.time[0] >= part.time[0] + WARM_UP
    assert np.isin(hours.time, part.known).all()
    assert (hours.time % HOUR == 0).all()


def test_ages_by_hand() -> None:
    hours = asked(ledger("1h"))
    part = ledger("1h").venues[0]
    number = len(hours.time) // 2
    rows = part.known <= hours.time[number]
    low, high = (np.floor(np.log(prices[rows]) / 0.001) for prices in (part.inputs.low, part.inputs.high))
    for column in range(0, hours.width, 9):
        cell = hours.cells[number] + column - hours.down
        touched = part.known[rows][(low <= cell) & (high >= cell)]
        age = (hours.time[number] - touched[-1]) / HOUR if len(touched) else 45 * 24
        assert hours.ages[number, column] == pytest.approx(min(age, 45 * 24))


def test_the_race_by_hand() -> None:
    hours = asked(ledger("1h"))
    tally = evidence_levels.race(hours)
    found = hours.clusters
    won, total = 0.0, 0
    for number in range(len(hours.time)):
        mine = np.flatnonzero(found.asked == number)
        edges = [
            edge
            for edge in found.edge[mine]
            if 0.25 <= abs(edge - hours.price[number]) * 0.001 / hours.sigma[number] <= 2.5
        ]
        edges = [
            edge for edge in edges if -hours.down <= np.floor(edge) - hours.cells[number] < hours.width - hours.down
        ]
        start = hours.bars[number] + 1
        if not edges or start + 168 > len(hours.close):
            continue
        edge = min(edges, key=lambda edge: abs(edge - hours.price[number]))
        other = 2 * hours.price[number] - edge
        for bar in range(start, start + 168):
            ours, theirs = (hours.low[bar] <= one <= hours.high[bar] for one in (edge, other))
            if ours or theirs:
                won, total = won + (ours and not theirs), total + (ours != theirs)
                break
    assert tally.events == total
    assert tally.sums[:, 0, 0].sum() / total == pytest.approx(100 * (won / total - 0.5))


def test_a_touch_against_its_mirror_by_hand() -> None:
    hours = asked(ledger("1h"))
    tally = evidence_levels.mirrored_touches(hours, DAY)
    found, gained = hours.clusters, []
    for number in range(len(hours.time)):
        bars = slice(hours.bars[number] + 1, hours.bars[number] + 25)
        if bars.stop > len(hours.close):
            continue
        for one in np.flatnonzero(found.asked == number):
            edge, price = found.edge[one], hours.price[number]
            other = 2 * price - edge
            column = int(np.floor(other)) - hours.cells[number] + hours.down
            near = int(found.cell[one]) - hours.cells[number] + hours.down
            distance = abs(edge - price) * 0.001 / hours.sigma[number]
            inside = 0 <= column < hours.width and 0 <= near < hours.width
            if not (0.25 <= distance <= 2.5 and inside) or hours.owners[number, column] >= 0:
                continue
            ours, theirs = (
                hours.high[bars].max() >= level if level > price else hours.low[bars].min() <= level
                for level in (edge, other)
            )
            gained.append(100 * (float(ours) - float(theirs)))
    assert tally.events == len(gained)
    assert tally.estimate().effect == pytest.approx(np.mean(gained))


def test_prices_of_any_size_and_any_grid_of_asks() -> None:
    frames = walk(2, 24 * 20, "1h", price=3e-7)
    tiny = hours_of(heat(estimate(frames.market())), 4 * HOUR, FOUND_BY, frames.market().close_time[-1])
    assert len(tiny.time) > 20
    assert np.isfinite(tiny.sigma).all()
    assert (tiny.time % (4 * HOUR) == 0).all()
    assert len(tiny.clusters.asked)
    assert START.value <= tiny.time[0]
