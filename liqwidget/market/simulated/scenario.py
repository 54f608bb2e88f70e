"""What the simulated market is given from outside: its venues and coins, and the price before liquidations move it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.time import DAY, MINUTE, time_ns

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

STEP = 5 * MINUTE
STEPS_PER_DAY = DAY // STEP
END = time_ns("2026-01-31 00:00")
"""Close of the last candle [ns UTC]: fixed, so that pictures and tables of the sample never change."""

HISTORY_DAYS = 16
"""Days before the first candle in which the positions that stand at the start were opened."""


@dataclass(frozen=True, slots=True)
class Venue:
    """What distinguishes the traders and prices of one venue, for every coin."""

    name: str
    share: float
    """Share of the coin's open interest."""
    newcomers: float
    """Opened on each side a day at mean activity by those who replace nobody, over the venue's usual open interest."""
    ladder: dict[int, float]
    """Leverage chosen at opening: share of the opened amount."""
    cross_share: float
    """Share of positions on cross margin; the others are isolated."""
    cross_cushion: float
    """Median collateral of a cross position, as a multiple of its initial margin."""
    added_share: float
    """Share of isolated positions to which margin is added."""
    basis: float
    """Standard deviation of the venue's price around the common price [fraction]."""
    overshoot: float
    """How far a wick runs beyond the lasting impact of liquidations, as a multiple of that impact."""
    funding_hours: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The contract of one coin on one venue."""

    ticks_per_unit: int
    """Price steps in one unit of quote currency."""
    max_leverage: int
    maintenance_margin_rate: float
    """Of the lowest tier."""


@dataclass(frozen=True, slots=True)
class Coin:
    """A simulated coin."""

    symbol: str
    price: float
    """Price at the first open [quote / base]."""
    volatility: float
    """Standard deviation of log returns, a year."""
    common_share: float
    """Correlation of its returns with those of the market."""
    open_interest: float
    """All venues together [base]."""
    turnover: float
    """Traded a day, as a multiple of open interest."""
    lots_per_unit: int
    """Order sizes are multiples of 1 / lots_per_unit [base], so that open interest balances exactly."""
    listings: dict[str, Listing]


VENUES = (
    Venue("binance", 0.42, 0.275,
          {1: 0.06, 2: 0.11, 3: 0.20, 5: 0.27, 10: 0.20, 20: 0.09, 50: 0.045, 100: 0.02, 125: 0.005},
          0.62, 2.4, 0.25, 0.00010, 0.5, 8),
    Venue("bybit", 0.25, 0.30,
          {1: 0.02, 2: 0.07, 3: 0.16, 5: 0.28, 10: 0.26, 25: 0.11, 50: 0.06, 100: 0.04},
          0.45, 2.0, 0.30, 0.00013, 0.8, 8),
    Venue("okx", 0.18, 0.19,
          {1: 0.12, 2: 0.16, 3: 0.25, 5: 0.24, 10: 0.14, 20: 0.055, 50: 0.025, 100: 0.01},
          0.70, 2.6, 0.20, 0.00012, 0.6, 8),
    Venue("hyperliquid", 0.15, 0.275,
          {2: 0.07, 3: 0.18, 5: 0.30, 10: 0.24, 20: 0.13, 40: 0.08},
          0.58, 1.8, 0.30, 0.00022, 1.1, 1),
)  # fmt: skip

COINS = {
    coin.symbol: coin
    for coin in (
        Coin("BTC", 90_000.0, 0.52, 1.0, 250_000.0, 1.3, 1_000, {
            "binance": Listing(10, 125, 0.004), "bybit": Listing(10, 100, 0.005),
            "okx": Listing(10, 100, 0.004), "hyperliquid": Listing(1, 40, 0.0125)}),
        Coin("ETH", 3_000.0, 0.62, 0.88, 2_600_000.0, 1.9, 100, {
            "binance": Listing(100, 125, 0.004), "bybit": Listing(100, 100, 0.005),
            "okx": Listing(100, 100, 0.004), "hyperliquid": Listing(10, 25, 0.02)}),
        Coin("SOL", 140.0, 0.74, 0.82, 15_000_000.0, 1.7, 10, {
            "binance": Listing(100, 100, 0.005), "bybit": Listing(100, 100, 0.005),
            "okx": Listing(100, 50, 0.0065), "hyperliquid": Listing(100, 20, 0.025)}),
    )
}  # fmt: skip

# Mean range of real BTC 5m candles by hour of the day (UTC), over its daily mean; then by day of the week from Monday.
_HOURS = (1.03, 0.97, 0.96, 0.82, 0.72, 0.67, 0.68, 0.66, 0.80, 0.76, 0.70, 0.68,
          0.74, 0.98, 1.68, 1.84, 1.54, 1.36, 1.22, 1.18, 1.12, 0.92, 1.00, 0.90)  # fmt: skip
_WEEKDAYS = (1.12, 1.10, 1.10, 1.05, 1.05, 0.55, 0.72)

# Drift of the month: share of the time gone, log price for a coin of BTC's volatility.
_DRIFT = ((0.0, 0.0), (0.06, -0.01), (0.32, 0.075), (0.40, 0.06), (0.58, 0.075), (0.622, 0.06), (0.68, 0.075),
          (0.84, 0.085), (1.0, 0.11))  # fmt: skip
_CRASH_DAY = 0.62
_CRASH_HOUR = 14.0
_CRASH_SHOCK = 0.065
_SHOCK_STEPS = 15
_WICK = 0.8


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that does not depend on the agents, at 5 minute steps.

    Row i of the arrays of length n + history belongs to the step that ends `i - history + 1` steps after the first
    open; `log_price` has one row more, its row i is the start of step i.
    """

    coin: Coin
    start: int
    """First open [ns UTC]."""
    history: int
    """Steps before the first open."""
    log_price: Floats
    """Log of the common price without the impact of liquidations, shape (history + n + 1,)."""
    volatility: Floats
    """Volatility over its mean, shape (history + n,)."""
    dip: Floats
    """Log distance from the candle's body to its low, shape (history + n,)."""
    spike: Floats
    """Log distance from the candle's body to its high, shape (history + n,)."""
    basis: Floats
    """Log of each venue's price over the common price, shape (n, venues)."""
    thinness: Floats
    """Impact of a trade over its mean, because makers step back in the crash; shape (n,)."""
    appetite: Floats
    """Wish for exposure over its mean: grows in trends, breaks in the crash; shape (n,)."""

    @property
    def steps(self) -> int:
        """Number of candles."""
        return len(self.appetite)

    @property
    def clock(self) -> Floats:
        """Trading time gone at the start of each step [days of mean activity], shape (history + n + 1,)."""
        return np.concatenate(([0.0], np.cumsum(np.sqrt(self.volatility)))) / STEPS_PER_DAY


def make_scenario(coin: Coin, *, seed: int, days: int) -> Scenario:
    """Draw the scenario of one coin; coins of the same seed share the market's moves and its crash.

    Parameters
    ----------
    coin : Coin
        The coin.
    seed : int
        Seed of the random numbers.
    days : int
        Length [days], ending at `END`.
    """
    market = np.random.default_rng([seed, 0])
    own = np.random.default_rng([seed, *coin.symbol.encode()])
    steps, history = days * STEPS_PER_DAY, HISTORY_DAYS * STEPS_PER_DAY
    total, start = history + steps, END - days * DAY
    crash = history + int(_CRASH_DAY * days) * STEPS_PER_DAY + int(_CRASH_HOUR / 24 * STEPS_PER_DAY)
    panic = _panic(total, crash)
    volatility = _volatility(market, start - history * STEP, total) * panic
    deviation = coin.volatility / np.sqrt(365 * STEPS_PER_DAY) * volatility
    shared, alone = (_fat_tailed(rng, total) for rng in (market, own))
    moves = deviation * (coin.common_share * shared + np.sqrt(1 - coin.common_share**2) * alone)
    moves[crash : crash + _SHOCK_STEPS] *= 0.4
    moves += coin.volatility / COINS["BTC"].volatility * _drift(market, history, steps, crash)
    path = np.concatenate(([0.0], np.cumsum(moves)))
    path += np.log(coin.price) - path[history]
    return Scenario(
        coin=coin,
        start=start,
        history=history,
        log_price=path,
        volatility=volatility,
        dip=_wick(own, -moves, _WICK * deviation),
        spike=_wick(own, moves, _WICK * deviation),
        basis=_basis(own, volatility[history:]),
        thinness=panic[history:],
        appetite=_appetite(market, moves / deviation, crash)[history:],
    )


def wandering(rng: np.random.Generator, steps: int, *, deviation: float, half_life: float) -> Floats:
    """Return a stationary first-order autoregression, shape (steps,); `half_life` in steps."""
    keep = 0.5 ** (1 / half_life)
    noise = deviation * rng.standard_normal(steps)
    noise[1:] *= np.sqrt(1 - keep**2)
    return np.fromiter(accumulate(noise.tolist(), lambda state, kick: keep * state + kick), np.float64, steps)


def _fat_tailed(rng: np.random.Generator, steps: int) -> Floats:
    """Return Student t noise with 5 degrees of freedom and unit variance, shape (steps,)."""
    return np.asarray(rng.standard_t(5, steps) * np.sqrt(3 / 5))


def _panic(steps: int, crash: int) -> Floats:
    """Return the crash's own multiple of volatility and impact: it announces itself and dies down over days."""
    since = np.arange(steps) - crash
    before = 0.25 * np.exp(np.minimum(since, 0) / 60)
    after = 1.7 * np.exp(-np.maximum(since, 0) / 40) + 0.5 * np.exp(-np.maximum(since, 0) / 500)
    return np.asarray(1 + np.where(since < 0, before, after))


def _volatility(rng: np.random.Generator, first: int, steps: int) -> Floats:
    """Return volatility over its mean: slow and fast clusters, hours and weekdays; shape (steps,)."""
    clusters = wandering(rng, steps, deviation=0.28, half_life=2.5 * STEPS_PER_DAY)
    clusters += wandering(rng, steps, deviation=0.34, half_life=30)
    minutes = first // MINUTE + 5 * np.arange(steps)
    hour = np.interp(minutes % 1440 / 60, np.arange(25), (*_HOURS, _HOURS[0]))
    weekday = np.array(_WEEKDAYS)[(minutes // 1440 + 3) % 7]
    plain = np.exp(clusters) * hour * weekday
    return np.asarray(plain / np.sqrt(np.mean(plain**2)))


def _drift(rng: np.random.Generator, history: int, steps: int, crash: int) -> Floats:
    """Return the regimes' share of each step's log move for a coin of BTC's volatility, shape (history + steps,)."""
    when, level = np.array(_DRIFT).T
    path = np.interp(np.arange(-history, steps + 1) / steps, when, level)
    moves = np.diff(path)
    weights = np.linspace(0.4, 1.6, _SHOCK_STEPS) * rng.uniform(0.3, 1.7, _SHOCK_STEPS)
    moves[crash : crash + _SHOCK_STEPS] -= _CRASH_SHOCK * weights / weights.sum()
    return np.asarray(moves)


def _wick(rng: np.random.Generator, moves: Floats, deviation: Floats) -> Floats:
    """Return how far a Brownian bridge of the given moves rises above both of its ends, shape of `moves`."""
    draw = np.log(rng.random(len(moves)) + 1e-12)
    top = (moves + np.sqrt(moves**2 - 2 * deviation**2 * draw)) / 2
    return np.asarray(top - np.maximum(moves, 0))


def _basis(rng: np.random.Generator, volatility: Floats) -> Floats:
    """Return each venue's log price over the common one, wider where volatility is high; shape (steps, venues)."""
    steps = len(volatility)
    columns = [
        wandering(rng, steps, deviation=0.8 * venue.basis, half_life=24)
        + 0.6 * venue.basis * rng.standard_normal(steps)
        for venue in VENUES
    ]
    return np.asarray(np.column_stack(columns) * np.sqrt(volatility)[:, np.newaxis])


def _appetite(rng: np.random.Generator, standard_moves: Floats, crash: int) -> Floats:
    """Return the wish for exposure over its mean: trends build it, the crash breaks it for a week; shape (steps,)."""
    steps = len(standard_moves)
    keep = 0.5 ** (1 / (2 * STEPS_PER_DAY))
    trend = np.fromiter(
        accumulate(standard_moves.tolist(), lambda state, move: keep * state + np.sqrt(1 - keep**2) * move),
        np.float64,
        steps,
    )
    mood = wandering(rng, steps, deviation=0.06, half_life=3 * STEPS_PER_DAY) + 0.10 * np.tanh(np.abs(trend))
    mood += wandering(rng, steps, deviation=0.2, half_life=40)
    since = np.arange(steps) - crash
    fear = np.where(since < 0, 0.0, 0.30 * np.exp(-since / (8 * STEPS_PER_DAY)))
    return np.asarray(np.exp(mood - 0.1) * (1 - fear))
