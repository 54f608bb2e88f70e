"""Which chance comes true: estimates of volatility and laws of touching, checked on recorded and simulated candles.

``python -m tests.accuracy.chance`` prints the tables of the documentation; it reads the recorded markets beside the
checkout (see `tests.recorded`) and takes about a minute. Every candidate says, each hour and for every horizon, the
chance that price gets to prices below and above; the horizon's lows and highs answer.

- Error and bias are those of `liqwidget.trust.reliability`: of prices said to have a chance, what share was touched.
- Skill is 1 - Brier score / Brier score of the share that was touched over the whole time, at distances that do not
  depend on what is said (those reached in 2.5 %, 7.5 % .. 97.5 % of the windows).
- Markets count equally, then horizons. Intervals (95 %) draw two-week blocks of the calendar anew, all coins and venues
  of a block together. Candidates are to be chosen before `SPLIT` and confirmed after it.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import CELL
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.time import DAY, HOUR, duration_ns, time_ns
from liqwidget.estimate.estimator import Rules, estimate, estimated
from liqwidget.field import measure
from liqwidget.field.density import DEFAULT_PRIOR, Prior
from liqwidget.market.simulated.sample import sample_market
from liqwidget.trust.reliability import CLIP, Reliability, excursions, reliability
from tests.recorded import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]

HORIZONS = ("4h", "12h", "24h", "3d", "7d")
SPLIT = time_ns("2025-09-13")
WARM_UP = 4 * DAY
BLOCK = 14 * DAY
SAID = (np.arange(20) + 0.5) / 20
RESAMPLES = 400
FEWEST = 24 * 7
"""Markets with fewer as-of times in a half are left out of it."""
SHIFT = 0.5826
"""-zeta(1/2) / sqrt(2 pi): Broadie, Glasserman, Kou, "A continuity correction for discrete barrier options" (1997)."""


@dataclass(frozen=True)
class Candidate:
    """A way to say the chance: volatility per root of a day, by row, and the chance at x = distance / deviation."""

    volatility: Callable[[VenueLedger, float], Floats]
    chance: Callable[[Floats, float], Floats]


class Asked(NamedTuple):
    """One market and horizon: row and time of each as-of, and how far price went from there."""

    venue: VenueLedger
    days: float
    rows: npt.NDArray[np.int64]
    went: Floats


def mean_square(venue: VenueLedger, squares: Floats, half_life: float) -> Floats:
    """Return the volatility per root of a day from squares per candle, weighted with a half-life [days]."""
    step = venue.timeframe / DAY
    return np.sqrt(pd.Series(squares).ewm(halflife=half_life / step).mean().to_numpy() / step)


def squares(venue: VenueLedger, kind: str, hours: float = 0.0) -> Floats:
    """Return an estimate of each candle's variance: close to close, over `hours`, or from its range."""
    low, high, close = venue.coordinates * CELL
    rows = max(1, round(hours * HOUR / venue.timeframe))
    before = close[np.maximum(np.arange(len(close)) - rows, 0)]
    move, span = (close - before) ** 2, (high - low) ** 2
    if kind == "parkinson":
        return np.asarray(span / (4 * math.log(2)))
    if kind == "garman-klass":
        return np.asarray(0.5 * span - (2 * math.log(2) - 1) * move)
    return np.asarray(move / np.clip(np.arange(len(close)), 1, rows))


def brownian(x: Floats, _days: float) -> Floats:
    """Return 2 Phi(-x): the reflection principle, the law of the first version."""
    return np.asarray(2 * ndtr(-x))


def student(x: Floats, days: float) -> Floats:
    """Return the product's law."""
    return measure.chance(x * math.sqrt(days), 1.0, days)


def mixed(spread: float) -> Callable[[Floats, float], Floats]:
    """Return 2 Phi(-x / S) averaged over a log-normal S with E[S^2] = 1: the volatility to come is not known."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    scales = np.exp(spread * nodes - spread**2)
    shares = weights / weights.sum()

    def chance(x: Floats, days: float) -> Floats:
        chances = [share * brownian(x / scale, days) for share, scale in zip(shares, scales, strict=True)]
        return np.asarray(np.sum(chances, axis=0))

    return chance


def half_life(length: float, scale: float = 1.0) -> Callable[[VenueLedger, float], Floats]:
    """Return close-to-close volatility with a half-life [days], times a constant."""
    return lambda venue, _days: scale * mean_square(venue, squares(venue, "close"), length)


def by_horizon(venue: VenueLedger, days: float) -> Floats:
    """Return close-to-close volatility with a half-life of 2 sqrt(horizon) [days]."""
    return mean_square(venue, squares(venue, "close"), 2 * math.sqrt(days))


def of_kind(kind: str, hours: float = 0.0) -> Callable[[VenueLedger, float], Floats]:
    """Return volatility from another kind of square, half-life 2 days."""
    return lambda venue, _days: mean_square(venue, squares(venue, kind, hours), 2.0)


def blended(venue: VenueLedger, _days: float) -> Floats:
    """Return the root of half the 2-day and half the 16-day mean square."""
    near, far = (mean_square(venue, squares(venue, "close"), length) for length in (2.0, 16.0))
    return np.sqrt(0.5 * near**2 + 0.5 * far**2)


def hours_of_day(venue: VenueLedger) -> Floats:
    """Return how large the squares of each hour of the day are beside all, by what is known at each row, shape (n, 24).

    Forty days of the mean stand before what is known, so that few days change little.
    """
    found = squares(venue, "close")
    hour = (venue.time - 1) // HOUR % 24
    there = hour[:, np.newaxis] == np.arange(24)
    number = np.arange(1, len(found) + 1)
    mean = np.maximum(np.cumsum(found) / number, 1e-300)[:, np.newaxis]
    before = 40 * HOUR / venue.timeframe
    by_hour = np.cumsum(np.where(there, found[:, np.newaxis], 0.0), axis=0)
    return np.asarray((by_hour / mean + before) / (np.cumsum(there, axis=0) + before))


def of_three(venue: VenueLedger, values: Floats) -> Floats:
    """Return the root of the average of the mean squares of 6 hours, 2 days and 16 days."""
    parts = [mean_square(venue, values, length) ** 2 for length in (0.25, 2.0, 16.0)]
    return np.asarray(np.sqrt(np.mean(parts, axis=0)), dtype=np.float64)


def three(venue: VenueLedger, _days: float) -> Floats:
    """Return the volatility of 6 hours, 2 days and 16 days, averaged."""
    return of_three(venue, squares(venue, "close"))


def coming(venue: VenueLedger, days: float) -> Floats:
    """Return the same without the hours' own share, times that of the hours to come."""
    factors, row = hours_of_day(venue), np.arange(len(venue.time))
    known = factors[np.maximum(row - 1, 0), (venue.time - 1) // HOUR % 24]
    ahead = (venue.time // HOUR % 24)[:, np.newaxis] + np.arange(round(24 * days))
    expected = factors[row[:, np.newaxis], ahead % 24].mean(axis=1) if days < 1 else factors.mean(axis=1)
    return np.asarray(of_three(venue, squares(venue, "close") / known) * np.sqrt(expected), dtype=np.float64)


def shifted(x: Floats, days: float) -> Floats:
    """Return 2 Phi(-x) at a barrier shifted outwards, as if price were looked at every five minutes only."""
    return brownian(x + SHIFT * math.sqrt(5 / (24 * 60) / days), days)


DEFAULT = "Student's t, half-life 2 d (as built)"
CANDIDATES = {
    DEFAULT: Candidate(lambda venue, _days: measure.volatility(venue), student),
    "Brownian motion": Candidate(half_life(2.0), brownian),
    **{f"half-life {length:g} d": Candidate(half_life(length), student) for length in (0.5, 1, 1.5, 3, 4, 8)},
    "half-life 2 sqrt(horizon) d": Candidate(by_horizon, student),
    "Parkinson": Candidate(of_kind("parkinson"), student),
    "Garman-Klass": Candidate(of_kind("garman-klass"), student),
    "moves of 1 h": Candidate(of_kind("close", 1), student),
    "moves of 4 h": Candidate(of_kind("close", 4), student),
    "half 2 d, half 16 d": Candidate(blended, student),
    "6 h, 2 d and 16 d": Candidate(three, student),
    "6 h, 2 d and 16 d, by the hours to come": Candidate(coming, student),
    "times 0.9": Candidate(half_life(2.0, 0.9), student),
    "shifted barrier": Candidate(half_life(2.0), shifted),
    **{f"mixed scales {spread:g}": Candidate(half_life(2.0), mixed(spread)) for spread in (0.2, 0.25, 0.3, 0.4)},
    "2 sqrt(horizon) d, mixed 0.25": Candidate(by_horizon, mixed(0.25)),
}


def ledger_of(frame: pd.DataFrame, coin: str, venue: str = "binance") -> VenueLedger:
    """Return candles, whose first column is their open time, as the ledger of one venue."""
    frame = frame.rename(columns={"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"})
    frame["time"] = pd.to_datetime(frame.iloc[:, 0], utc=True)
    market = MarketData.from_frames(frame, symbol=coin, venue=venue, minimum_distance=0.004)
    return estimated(market, Prior.parse(DEFAULT_PRIOR), Rules()).venues[0]


@cache
def recorded_markets() -> dict[str, VenueLedger]:
    """Return the recorded markets that candidates are compared on, by name."""
    folder = FOLDER / "data" / "real"
    files = {
        **{f"{coin} 5m 2025-12": f"binance_um_5m_2025-12/{coin}USDT_ohlcv_5m.csv.gz" for coin in ("BTC", "ETH", "SOL")},
        **{f"{coin} 1m 2025-05": f"binance_um_1m_2025-05/{coin}USDT_ohlcv_1m.csv.gz" for coin in ("BTC", "ETH")},
        "SOL 5m 2025-05": "binance_um_1m_2025-05/SOLUSDT_ohlcv_5m.csv.gz",
        "ETH 1h 2024-09": "binance_um_eth_1h_taker_2024-09/ETHUSDT_ohlcv_1h_taker.csv.gz",
    }
    found = {name: ledger_of(pd.read_csv(folder / path), name[:3]) for name, path in files.items()}
    hourly = pd.read_csv(folder / "multi_venue_1h_2025-03" / "candles_1h.csv.gz")
    for (venue, coin), frame in hourly.groupby(["venue", "coin"]):
        if venue == "binance":
            found[f"{coin} 1h 2025-03"] = ledger_of(frame.copy(), str(coin))
    return found


def more_markets() -> dict[str, VenueLedger]:
    """Return the recorded markets that no candidate was chosen on: another venue, and other times."""
    folder = FOLDER / "data" / "real"
    newer, early = "candles_5m_2024-12", "bybit_btc_liquidations_2024-02"
    coins = ("BTC", "ETH", "SOL")
    files = {
        "BTC 5m 2024-12": f"{newer}/binance_BTCUSDT_5m.csv.gz",
        "BTC 5m 2024-02": f"{early}/binance_BTCUSDT_5m.csv.gz",
        "BTC 5m 2024-09": "coinalyze_binance_5m_2024-09/BTCUSDT_5m.csv.gz",
        **{f"{coin} 1h 2024-06": f"coinalyze_binance_1h_2024-06/{coin}USDT_1h.csv.gz" for coin in coins},
        **{f"{coin} 5m 2025-09, bybit": f"{newer}/bybit_{coin}USDT_5m.csv.gz" for coin in coins},
        "BTC 15m 2024-02, bybit": f"{early}/bybit_BTCUSDT_15m.csv.gz",
    }
    columns = ["t", "open", "high", "low", "close", "volume"]
    found = {}
    for name, path in files.items():
        frame = pd.read_csv(folder / path, usecols=columns)[columns]
        numbers = pd.api.types.is_numeric_dtype(frame["t"])
        frame["t"] = pd.to_datetime(frame["t"], unit="ms" if numbers else None, utc=True)
        found[name] = ledger_of(frame, name[:3], "bybit" if name.endswith("bybit") else "binance")
    return found


@cache
def every_market() -> dict[str, Ledger]:
    """Return all recorded markets by name, each as a ledger of its own."""
    markets = recorded_markets() | more_markets()
    return {name: Ledger(part.symbol, None, (part,)) for name, part in markets.items()}


@cache
def pooled(horizon: str) -> Reliability:
    """Return how the chance came true over all recorded markets together."""
    return reliability(every_market(), horizon)


def asked(markets: dict[str, VenueLedger]) -> list[Asked]:
    """Return what is asked of every market and horizon."""
    questions = []
    for venue in markets.values():
        for horizon in HORIZONS:
            found = excursions(venue, duration_ns(horizon), HOUR)
            late = venue.time[found.rows] >= venue.time[0] + WARM_UP
            went = np.stack([found.below[late], found.above[late]])
            questions.append(Asked(venue, duration_ns(horizon) / DAY, found.rows[late], went))
    return questions


def sums(question: Asked, candidate: Candidate, blocks: npt.NDArray[np.int64]) -> Floats:
    """Return per block: as-of times, touched prices for each said chance, Brier and log score over a constant's."""
    out = np.zeros((len(blocks), len(SAID) + 3))
    if not len(question.rows):
        return out
    scale = candidate.volatility(question.venue, question.days)[question.rows] * math.sqrt(question.days)
    said_here = candidate.chance(question.went / scale, question.days)
    touched = (said_here[..., np.newaxis] <= SAID).mean(axis=0)
    distances = np.quantile(question.went, 1 - SAID)
    said = np.clip(candidate.chance(distances / scale[:, np.newaxis], question.days), CLIP, 1 - CLIP)
    true = (question.went[..., np.newaxis] >= distances).mean(axis=0)
    brier = (said**2 - 2 * said * true + true).mean(axis=1) / (SAID * (1 - SAID)).mean()
    likelihood = (true * np.log(said) + (1 - true) * np.log1p(-said)).mean(axis=1)
    constant = (SAID * np.log(SAID) + (1 - SAID) * np.log1p(-SAID)).mean()
    columns = np.column_stack([np.ones(len(scale)), touched, brier, likelihood / constant])
    np.add.at(out, np.searchsorted(blocks, question.venue.time[question.rows] // BLOCK), columns)
    return out


def figures(parts: list[Floats], weights: Floats) -> Floats:
    """Return error, bias, Brier skill and log skill in points, shape (horizons, resamples, 4): means over markets."""
    means = []
    for part in parts:
        total = weights @ part
        if weights[0] @ part[:, 0] < FEWEST:
            means.append(np.full((len(weights), 4), np.nan))
            continue
        total = np.where(total[:, :1] > 0, total / np.maximum(total[:, :1], 1), np.nan)
        difference = SAID - total[:, 1 : 1 + len(SAID)]
        skills = 1 - total[:, -2:]
        means.append(np.column_stack([np.abs(difference).mean(axis=1), difference.mean(axis=1), skills]))
    table = np.stack(means).reshape(-1, len(HORIZONS), len(weights), 4)
    held = ~np.isnan(table)
    return np.asarray(100 * np.where(held, table, 0).sum(axis=0) / np.maximum(held.sum(axis=0), 1))


def tables(markets: dict[str, VenueLedger], *, resample: bool) -> str:
    """Return the Markdown tables of one set of markets."""
    questions = asked(markets)
    blocks = np.unique(np.concatenate([question.venue.time[question.rows] // BLOCK for question in questions]))
    parts = {name: [sums(q, candidate, blocks) for q in questions] for name, candidate in CANDIDATES.items()}
    count = len(blocks)
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLES if resample else 0)
    weights = np.vstack([np.ones(count), drawn])
    lines = [
        "| candidate | " + " | ".join(f"error {h} (bias)" for h in HORIZONS) + " | error | skill |",
        "|---" * (len(HORIZONS) + 3) + "|",
    ]
    for name in CANDIDATES:
        table = figures(parts[name], weights[:1])[:, 0]
        cells = [f"{error:.1f} ({bias:+.1f})" for error, bias in table[:, :2]]
        means = table.mean(axis=0)
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {means[0]:.1f} | {means[2]:+.1f} |")
    return "\n".join(lines) + (f"\n\n{comparison(parts, blocks, weights)}" if resample else "")


def comparison(parts: dict[str, list[Floats]], blocks: npt.NDArray[np.int64], weights: Floats) -> str:
    """Return the Markdown table of differences from the default, means over markets and horizons."""
    before = (blocks < SPLIT // BLOCK).astype(np.float64)
    halves = (before, 1 - before, np.ones(len(blocks)))
    base = [figures(parts[DEFAULT], weights * half).mean(axis=0) for half in halves]
    lines = [
        "| minus the default | skill, choosing half | confirming half | skill, all | error, all | log skill, all |",
        "|---" * 6 + "|",
    ]
    for name in list(parts)[1:]:
        found = [figures(parts[name], weights * half).mean(axis=0) for half in halves]
        gains = [after - then for after, then in zip(found, base, strict=True)]
        cells = [interval(gain[:, 2]) for gain in gains] + [interval(gains[2][:, column]) for column in (0, 3)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def interval(values: Floats) -> str:
    """Return the first value and the 95 % interval of the others."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return f"{values[0]:+.2f} [{low:+.2f}, {high:+.2f}]"


def main() -> None:
    """Print the tables."""
    markets = recorded_markets()
    sys.stdout.write(f"Recorded markets: {', '.join(markets)}\n\n{tables(markets, resample=True)}\n\n")
    others = more_markets()
    sys.stdout.write(f"Markets that no candidate was chosen on: {', '.join(others)}\n\n")
    sys.stdout.write(f"{tables(others, resample=True)}\n\n")
    coins = ("BTC", "ETH", "SOL")
    simulated = {coin: estimate(sample_market(coin, days=60).markets()[0]).venues[0] for coin in coins}
    sys.stdout.write(f"Simulated market, 60 days of {', '.join(coins)}\n\n{tables(simulated, resample=False)}\n")


if __name__ == "__main__":
    main()
