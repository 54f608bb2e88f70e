"""The traders of the simulated market: what each intends, drawn before any of them trades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.market.simulated.scenario import STEPS_PER_DAY, VENUES

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.market.simulated.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

MARGIN_MODES = ("isolated", "isolated, margin added", "cross")
BOOKS = 2 * len(VENUES)
"""Books are numbered 2 * venue for longs, 2 * venue + 1 for shorts."""

_OPENED_PER_STEP = 11.0
"""Positions opened in a step of mean activity, beyond one per book."""
_EXITS_PER_DAY = 0.30
"""Hazard of a planned exit of a position whose margin is its whole value."""
_EXITS_BY_LEVERAGE = 0.6
_SMALLER_BY_LEVERAGE = 0.9
"""High leverage is for small accounts: there are more of them, and each trades less."""
_WITHOUT_STOP, _WITHOUT_TARGET = 0.45, 0.30
_LARGE_LEVERAGE = 20
"""Most leverage of the large account that is part of what each book opens in a step."""
_LARGE_SIZE = 0.35
"""Its size over that of an account without leverage, which would open far less often."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Intentions of every position, sorted by opening step, then book; arrays of shape (positions,).

    The sizes are decided in the market: what a book opens in a step is shared out by `weight`.
    """

    book: Integers
    leverage: Integers
    """As chosen at the venue; what counts for liquidation is `distance`."""
    margin_mode: npt.NDArray[np.int8]
    """Index in `MARGIN_MODES`."""
    distance: Floats
    """From entry to liquidation price [fraction of entry]; longs of 1 and more cannot be liquidated."""
    stop: Floats
    """Loss at which it is closed [fraction of entry], inf for never."""
    target: Floats
    """Profit at which it is closed [fraction of entry], inf for never."""
    open_step: Integers
    """Step at whose close it stands, from -history; under 0 it stands at the first open."""
    exit_step: Integers
    """Step at whose close it leaves, if nothing happens before."""
    entry_jitter: Floats
    """Entry price over the candle's close, before it is brought into the candle's range."""
    weight: Floats
    """Share of what its book opens in its step; sums to 1 over those."""


def make_plan(scenario: Scenario, *, seed: int) -> Plan:
    """Draw the intentions of all positions, from `scenario.history` steps before the first open to the last close."""
    rng = np.random.default_rng([seed, 2, *scenario.coin.symbol.encode()])
    group = _arrivals(rng, scenario)
    count, open_row, book = len(group), group // BOOKS, group % BOOKS
    large = np.diff(group, prepend=-1) > 0
    leverage, margin_mode, margin = _margins(rng, scenario, book, large)
    side = 1 - 2 * (book % 2)
    maintenance = _by_venue(scenario, "maintenance_margin_rate")[book // 2]
    distance = (margin - maintenance) / (1 - side * maintenance)
    distance = np.maximum(distance, 0.0015)
    clock = scenario.clock
    hazard = _EXITS_PER_DAY * np.maximum(1 / distance, 0.3) ** _EXITS_BY_LEVERAGE
    patience = rng.standard_exponential(count) / hazard
    exit_row = np.searchsorted(clock, clock[open_row + 1] + patience)
    stop, target = _intentions(rng, distance)
    size = np.minimum(rng.pareto(1.6, count) + 0.3, 10.0)
    size *= np.where(large, _LARGE_SIZE, 1.0 / leverage**_SMALLER_BY_LEVERAGE)
    deviation = scenario.coin.volatility / np.sqrt(365 * STEPS_PER_DAY) * scenario.volatility[open_row]
    return Plan(
        book=book,
        leverage=leverage,
        margin_mode=margin_mode,
        distance=distance,
        stop=stop,
        target=target,
        open_step=open_row - scenario.history,
        exit_step=np.maximum(exit_row - 1, open_row + 1) - scenario.history,
        entry_jitter=1 + 0.4 * deviation * rng.standard_normal(count),
        weight=size / np.bincount(group, size)[group],
    )


def _arrivals(rng: np.random.Generator, scenario: Scenario) -> Integers:
    """Return the scenario row times `BOOKS` plus the book in which each position opens, sorted; one or more of each."""
    share = np.repeat([venue.share for venue in VENUES], 2) / 2
    counts = 1 + rng.poisson(_OPENED_PER_STEP * scenario.volatility[:, np.newaxis] * share)
    return np.repeat(np.arange(counts.size), counts.ravel())


def _margins(
    rng: np.random.Generator, scenario: Scenario, book: Integers, large: npt.NDArray[np.bool_]
) -> tuple[Integers, npt.NDArray[np.int8], Floats]:
    """Return the chosen leverage, the margin mode, and the collateral as a fraction of the entry value."""
    count, venue = len(book), book // 2
    draw, leverage = rng.random(count), np.zeros(count, np.int64)
    cross = rng.random(count) < np.array([venue.cross_share for venue in VENUES])[venue]
    added = rng.random(count) < np.array([venue.added_share for venue in VENUES])[venue]
    spread = rng.standard_normal(count)
    for number, traders in enumerate(VENUES):
        steps, amounts = np.array(list(traders.ladder)), np.array(list(traders.ladder.values()))
        counts = amounts * steps**_SMALLER_BY_LEVERAGE, amounts * (steps <= _LARGE_LEVERAGE)
        for there, shares in zip(((venue == number) & ~large, (venue == number) & large), counts, strict=True):
            cumulative = np.cumsum(shares) / shares.sum()
            leverage[there] = steps[np.searchsorted(cumulative, draw[there], side="right")]
    leverage = np.minimum(leverage, _by_venue(scenario, "max_leverage")[venue].astype(np.int64))
    cushion = np.array([venue.cross_cushion for venue in VENUES])[venue] * np.exp(0.55 * spread)
    multiple = np.where(cross, np.maximum(cushion, 1.0), np.where(added, 1.1 + 0.9 * np.abs(spread), 1.0))
    margin_mode = np.where(cross, 2, np.where(added, 1, 0)).astype(np.int8)
    return leverage, margin_mode, multiple / leverage


def _intentions(rng: np.random.Generator, distance: Floats) -> tuple[Floats, Floats]:
    """Return stop and target of each position; inf where there is none."""
    count = len(distance)
    own = np.minimum(distance * rng.uniform(0.3, 0.95, count), 0.06 * np.exp(0.5 * rng.standard_normal(count)))
    stop = np.where(rng.random(count) < _WITHOUT_STOP, np.inf, own)
    goal = 0.45 * np.minimum(distance, 0.25) ** 0.7 * np.exp(0.6 * rng.standard_normal(count))
    return stop, np.where(rng.random(count) < _WITHOUT_TARGET, np.inf, goal)


def _by_venue(scenario: Scenario, field: str) -> Floats:
    """Return one number of the coin's listings, shape (venues,)."""
    return np.array([float(getattr(scenario.coin.listings[venue.name], field)) for venue in VENUES])
