"""What an idea scores: the tests of `evaluate_map.py` with the rows behind each number, and our simulated market."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.market.simulated.sample import sample_market
from tests.accuracy.idea_list import Provider, recorded
from tests.accuracy.scorer import scorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.market.simulated.sample import SampleMarket
    from tests.accuracy.variant_books import Floats, Market

Group = npt.NDArray[Any]

SAMPLES = (("BTC", 24), ("BTC", 25), ("ETH", 26), ("SOL", 27))
DRAWS = 400
MIDDLE_OF_DECEMBER = 1_766_102_400_000
"""2025-12-19 00:00 UTC [ms], the middle of the recorded days of liquidations."""


# ---------------------------------------------------------------- statistics on the scorer's frames
def _residual(values: Floats, given: Floats) -> Floats:
    return np.asarray(values - given @ np.linalg.lstsq(given, values, rcond=None)[0])


def correlation(a: Floats, b: Floats) -> float:
    """Return the correlation, 0 where one does not vary."""
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def daily_rank(rows: Floats) -> float:
    """Rank correlation inside coin and side; columns yr, fr, s1r, s2r, yd, fd, s1d, s2d."""
    return correlation(rows[:, 0], rows[:, 1])


def daily_partial(rows: Floats) -> float:
    """Return the rank correlation given the day's moves."""
    given = np.column_stack([np.ones(len(rows)), rows[:, 2:4]])
    return correlation(_residual(rows[:, 0], given), _residual(rows[:, 1], given))


def daily_gain(rows: Floats) -> float:
    """Return how much of the variance of log USD the map explains beyond the day's moves."""
    moves = np.column_stack([np.ones(len(rows)), rows[:, 6:8]])
    rest = [(_residual(rows[:, 4], given) ** 2).sum() for given in (moves, np.column_stack([moves, rows[:, 5]]))]
    return float((rest[0] - rest[1]) / ((rows[:, 4] - rows[:, 4].mean()) ** 2).sum())


def bar_partial(rows: Floats) -> float:
    """Return the correlation of columns y, f given move, its square, range and volume."""
    given = np.column_stack([np.ones(len(rows)), rows[:, 2], rows[:, 2] ** 2, rows[:, 3:]])
    return correlation(_residual(rows[:, 0], given), _residual(rows[:, 1], given))


def mean(rows: Floats) -> float:
    """Return the mean of the first column."""
    return float(np.nanmean(rows[:, 0]))


@dataclass(frozen=True, slots=True)
class Score:
    """A statistic of rows, bootstrapped by group; for simulated markets the rows are seeds."""

    statistic: Callable[[Floats], float]
    rows: Floats
    groups: Group
    seeds: bool = False

    @property
    def value(self) -> float:
        """The statistic."""
        return self.statistic(self.rows)

    def beside(self, other: Score) -> tuple[float, float, float]:
        """Return the difference to the same score of another map, and its 95 % interval (seeds: extremes)."""
        gain = self.value - other.value
        if self.seeds:
            each = self.rows[:, 0] - other.rows[:, 0]
            return gain, float(each.min()), float(each.max())
        random = np.random.default_rng(7)
        _, codes = np.unique(self.groups, return_inverse=True)
        members = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
        gains = []
        for _ in range(DRAWS):
            drawn = np.concatenate([members[k] for k in random.integers(0, len(members), len(members))])
            gains.append(self.statistic(self.rows[drawn]) - other.statistic(other.rows[drawn]))
        low, high = np.nanpercentile(gains, [2.5, 97.5])
        return gain, float(low), float(high)


# ---------------------------------------------------------------- the tests
def daily_frame(provider: Provider, market: str = "hl1h") -> pd.DataFrame:
    """Return the days of liquidated USD beside the map's: columns of `evaluate_map.e2`."""
    frame: pd.DataFrame = scorer().e2(recorded(), provider, "dev", market=market)[1]
    return frame


def daily_scores(frame: pd.DataFrame) -> dict[str, Score]:
    """Score daily liquidated USD: E2, whole and by halves of the month."""
    rows = frame[["yr", "fr", "s1r", "s2r", "yd", "fd", "s1d", "s2d"]].to_numpy()
    days = frame["day"].to_numpy()
    early = days < MIDDLE_OF_DECEMBER
    return {
        "E2 rank": Score(daily_rank, rows, days),
        "E2 partial": Score(daily_partial, rows, days),
        "E2 first half": Score(daily_partial, rows[early], days[early]),
        "E2 second half": Score(daily_partial, rows[~early], days[~early]),
        "E2 dR2": Score(daily_gain, rows, days),
    }


def positions(provider: Provider) -> dict[str, Score]:
    """Score snapshots of real positions: E1."""
    frame = scorer().e1(recorded(), provider, "dev")[1]
    groups = frame["coin"] + frame["side"] + frame["day"].astype(str)
    near, everything = frame["band"] == 0.2, frame["band"] == 1.0
    return {
        "E1 rho@20": Score(mean, frame.loc[near, ["rho"]].to_numpy(), groups[near].to_numpy()),
        "E1 emd@all": Score(mean, frame.loc[everything, ["emd"]].to_numpy(), groups[everything].to_numpy()),
    }


def bars(provider: Provider, *, only: str | None = None) -> dict[str, Score]:
    """Score liquidated shorts by the hour against what the map says was crossed: E3b."""
    parts, groups = [], []
    for coin, market, index, counts in bar_truth():
        if only in {None, coin}:
            found = crossed_shorts(provider, market, index)
            parts.append(ranked_bars(market, index, counts, found))
            groups.append(np.char.add(coin + ":", (market["t"][index] // 7_200_000).astype(str)))
    return {"E3b partial": Score(bar_partial, np.concatenate(parts), np.concatenate(groups))}


@cache
def bar_truth() -> list[tuple[str, Market, npt.NDArray[np.intp], Floats]]:
    """Return coin, market, its candles that the feed covers and the USD of shorts liquidated in each."""
    found: list[tuple[str, Market, npt.NDArray[np.intp], Floats]] = []
    for name, market, events in recorded().events("dev"):
        if name.startswith("binance"):
            continue
        step, times = market["step_ms"], events["t"].to_numpy()
        first = np.searchsorted(market["t"], times.min() - step, side="right")
        index = np.arange(first, np.searchsorted(market["t"], times.max(), side="right"))
        place = np.clip(np.searchsorted(market["t"][index], times, side="right") - 1, 0, len(index) - 1)
        usd = np.bincount(place, weights=events["usd"].to_numpy(), minlength=len(index)).astype(np.float64)
        found.append((market["symbol"], market, index.astype(np.intp), usd))
    return found


def crossed_shorts(provider: Provider, market: Market, index: npt.NDArray[np.intp]) -> Floats:
    """Return the shorts [quote] that stood between each candle's previous close and its high."""
    asof = market["t"][index]
    edges = scorer().grid_edges(market, np.append(asof, asof[-1] + market["step_ms"]))
    middle = np.sqrt(edges[1:] * edges[:-1])
    shorts = scorer().evaluate(provider, market, asof, edges)[1]
    before = market["c"][index - 1]
    within = (middle <= market["h"][index][:, None]) & (middle > before[:, None])
    return np.asarray((shorts * within).sum(axis=1))


def ranked_bars(market: Market, index: npt.NDArray[np.intp], usd: Floats, found: Floats) -> Floats:
    """Return ranks of USD, map, move, range and volume, shape (bars, 5)."""
    before, high, low = market["c"][index - 1], market["h"][index], market["l"][index]
    lines = usd, found, np.log(np.maximum(high, before) / before), np.log(high / low), market["vol"][index]
    return np.column_stack([pd.Series(line).rank(pct=True) - 0.5 for line in lines])


def synthetic(provider: Provider) -> dict[str, Score]:
    """Score the scorer's simulated market with known positions: E4."""
    rows: list[tuple[float, ...]] = []
    for seed in range(3):
        found = {name: value for name, value, *_ in scorer().e4(provider, seeds=(seed,))[0]}
        rows.append((found["rho@20%"], found["local_rho@20%"], found["tv_dist@20%"]))
    return _by_seed(("E4 rho", "E4 local rho", "E4 TV"), rows)


def _by_seed(names: tuple[str, ...], rows: list[tuple[float, ...]]) -> dict[str, Score]:
    values, seeds = np.array(rows), np.arange(len(rows))
    return {name: Score(mean, values[:, [number]], seeds, seeds=True) for number, name in enumerate(names)}


@cache
def sample(symbol: str, seed: int) -> tuple[SampleMarket, tuple[Market, ...]]:
    """Return our simulated market and its venues as the scorer's markets, with taker volume and funding."""
    made = sample_market(symbol, seed=seed, days=30)
    markets = tuple(
        {
            "symbol": symbol, "venue": part.venue, "step_ms": part.timeframe // 1_000_000, "t": part.time // 1_000_000,
            "o": part.open, "h": part.high, "l": part.low, "c": part.close, "vol": part.volume,
            "oi": part.interest[1:], "oi0": part.interest[0], "d_min": part.minimum_distance,
            "taker": part.taker_buy_volume, "funding": (part.funding_time // 1_000_000, part.funding_rate),
            "truth": made.truth,
        }
        for part in made.markets()
    )  # fmt: skip
    return made, markets


def simulated(provider: Provider) -> dict[str, Score]:
    """Score our own simulated market: the map of all venues against every position, as E4 does, every 12 hours."""
    rows = []
    for symbol, seed in SAMPLES:
        made, markets = sample(symbol, seed)
        asof = markets[0]["t"][8 * 288 :: 144] + markets[0]["step_ms"]
        edges = scorer().grid_edges(markets[0], asof)
        maps = [provider(market, asof, edges) for market in markets]
        middle, scores = np.log(np.sqrt(edges[1:] * edges[:-1])), []
        for number, time in enumerate(asof):
            price = markets[0]["c"][np.searchsorted(markets[0]["t"] + markets[0]["step_ms"], time, side="right") - 1]
            truth = made.truth.standing(pd.Timestamp(time, unit="ms", tz="UTC"), edges)
            for side, sign in enumerate((-1, 1)):
                distance = sign * (middle - np.log(price))
                scores.append(alike(distance, truth[side], np.sum([part[side][number] for part in maps], axis=0)))
        rows.append(tuple(np.nanmean(scores, axis=0)))
    return _by_seed(("sample rho", "sample TV"), rows)


def alike(distance: Floats, truth: Floats, estimate: Floats) -> tuple[float, float]:
    """Return rank correlation and total variation within 20 % of price, in bins of 0.5 %."""
    bins = np.arange(0, 0.2001, 0.005)
    a, b = (np.histogram(distance, bins, weights=values)[0] for values in (truth, estimate))
    return scorer().spear(a, b), float(0.5 * np.abs(a / a.sum() - b / b.sum()).sum())


def scores(provider: Provider) -> dict[str, Score]:
    """Return all scores of a map by column."""
    binance = daily_scores(daily_frame(provider, "bn5m"))["E2 partial"]
    return (
        daily_scores(daily_frame(provider)) | {"E2b partial": binance} | bars(provider) | positions(provider)
        | synthetic(provider) | simulated(provider)
    )  # fmt: skip
