"""The questions themselves on trial: nothing is found where there is nothing, and a lean where there is one.

A short market each in the quick tests; the recorded ones, with twenty surrogates or three seeds, take minutes and are
left to `make soak`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.domain.time import DAY, HOUR
from liqwidget.trust.block_statistics import LEVEL, POWER
from liqwidget.trust.evidence import Evidence, _heats, evidence
from liqwidget.trust.evidence_asked import Plan, asked
from liqwidget.trust.evidence_words import BPS
from tests.evidence.planted import FOUND_BY, leaning
from tests.evidence.recorded_markets import market as recorded
from tests.markets import walk
from tests.recorded import needs_recordings

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData

TOLERANCES = {"sweep": 5.0, "gaps": 2.0}
"""Biases that are known [bps, points]."""
PRICES = ("open", "high", "low", "close")


def short(days: int = 70) -> MarketData:
    return walk(1, 24 * days, "1h", volatility=0.006, interest="none").market()


@cache
def development() -> MarketData:
    """Return BTC on Binance, 5m candles of eleven months."""
    return recorded("BTC", "binance").until("2025-12-01T00:00Z")


@pytest.mark.slow
def test_a_planted_lean_is_seen() -> None:
    """One seed, a lean of 20 %: the race sees it; touches against matched levels need not."""
    found = evidence(leaning(short(75), 0.2, 2, every=6), check=0).answer("race")
    assert found.effect > 2 * found.detectable / POWER


def test_candles_that_lean_nowhere_are_the_same_candles_or_their_mirrors() -> None:
    market = short(30)
    drawn = leaning(market, 0.0, 3, every=24 * 30)
    steps = [np.diff(np.log(one.close)) for one in (market, drawn)]
    np.testing.assert_allclose(np.abs(steps[1]), np.abs(steps[0]), atol=1e-12)
    assert 0.4 < (steps[0] * steps[1] > 0).mean() < 0.6


@pytest.mark.slow
def test_nothing_is_found_on_a_market_without_attraction() -> None:
    """A random walk and six mirrors of it: no mean is three standard errors from nothing."""
    found = evidence(short(54), check=6)
    for name in ("race", "mirror", "matched", "extremes"):
        answer = found.answer(name)
        assert answer.checked == 6
        spread = max(answer.null_sd, answer.detectable / POWER)
        assert abs(answer.null_mean) < 3 * spread / np.sqrt(answer.checked), name


# ------------------------------------------------------------------ minutes


@pytest.mark.soak
@needs_recordings
def test_twenty_surrogates_of_a_recorded_market() -> None:
    found = evidence(development(), check=20)
    for answer in found.answers:
        error = 3 * max(answer.null_sd, answer.detectable / POWER) / np.sqrt(answer.checked)
        assert abs(answer.null_mean) < max(error, TOLERANCES.get(answer.name, 0.0)), answer.name


@pytest.mark.soak
@needs_recordings
def test_intervals_of_surrogates_rarely_leave_out_nothing() -> None:
    ((_, _, heat),) = _heats(development(), None)
    plan = Plan(HOUR, DAY, FOUND_BY)
    drawn = [asked(heat, plan, heat.end, 100 + number).tallies for number in range(20)]
    for name in ("race", "mirror", "matched", "extremes", "direction", "sweep", "sweep_size", "gaps"):
        rejected = sum(one[name].estimate().p < LEVEL for one in drawn)
        assert rejected <= 4, name


@pytest.mark.soak
@needs_recordings
def test_a_lean_of_five_per_cent_is_seen_on_three_seeds() -> None:
    market = development().coarser("1h")
    found = [evidence(leaning(market, 0.05, seed, every=1), check=0).answer("race") for seed in (1, 2, 3)]
    error = np.sqrt(sum((one.detectable / POWER) ** 2 for one in found)) / 3
    assert np.mean([one.effect for one in found]) > 2 * error


def _same(found: Evidence, before: Evidence, names: tuple[str, ...]) -> None:
    for name in names:
        error = before.answer(name).detectable / POWER
        assert abs(found.answer(name).effect - before.answer(name).effect) < error / 2, name


@pytest.mark.soak
@needs_recordings
def test_a_recorded_market_upside_down_says_the_same() -> None:
    """Around the border of a cell: off it, other cells are cut, which moves a race by up to one standard error."""
    market = recorded("ETH", "bybit")
    middle = np.exp(0.001 * np.round(2000 * np.log(market.open[0])))
    mirror = {"open": "open", "close": "close", "high": "low", "low": "high"}
    turned = {name: middle / getattr(market, source) for name, source in mirror.items()}
    _same(evidence(replace(market, **turned), check=0), evidence(market, check=0), ("race", "mirror", "matched"))


@pytest.mark.soak
@needs_recordings
def test_another_unit_of_price_says_the_same() -> None:
    market = recorded("ETH", "bybit")
    before = evidence(market, check=0)
    for factor, exact in ((np.exp(0.001 * 777), True), (3.3, False)):
        found = evidence(replace(market, **{name: getattr(market, name) * factor for name in PRICES}), check=0)
        if exact:
            for one, other in zip(found.answers, before.answers, strict=True):
                assert one.effect == pytest.approx(other.effect, abs=1e-3 if one.unit == BPS else 1e-6)
        else:
            _same(found, before, ("race", "matched"))
