"""Ideas put to the hours of B and K, each beside the map: ``python -m tests.accuracy.hour_ideas``.

Prints per idea the rank, log and partial rank correlation and the median size ratio of large hours, and how much they
differ from the map's, with the 95 % interval of the *difference*: the same draws of days for both. A star marks an
interval that leaves out 0.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pandas as pd

from liqwidget.domain.frames import MarketData
from liqwidget.domain.passages import Passages
from liqwidget.domain.time import DAY
from liqwidget.estimate.estimator import estimate
from liqwidget.field.crossed import crossed
from liqwidget.trust import score as scoring
from liqwidget.trust.naive import THE_MAP, Method
from liqwidget.trust.statistics import interval
from tests.accuracy.hourly import WARM_UP, ledgers
from tests.accuracy.recorded_hours import NEAREST, PRICES, hours, timed
from tests.accuracy.recorded_truth import COINS, HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from liqwidget.domain.ledger import Ledger
    from liqwidget.trust.score_table import Score
    from liqwidget.trust.statistics import Interval

    Floats = npt.NDArray[np.float64]

METRICS = ("rank correlation", "log correlation", "partial rank correlation", "size ratio, median of large")
STRENGTHS = (0.1, 0.25, -0.25)
SWEEP, AFTER = 0.98, 3
"""A sweep is a candle whose range is above this quantile of the last week's; candles that count as after it."""


# ---------------------------------------------------------------- long/short ratio, takers
def known(series: pd.Series[float], times: npt.NDArray[np.int64]) -> Floats:
    """Return what is known at times [ns] in deviations of the last 30 days, cut at 2; stamps say when it is known."""
    window = series.rolling("30D", min_periods=24)
    scores = ((series - window.mean()) / window.std()).replace([np.inf, -np.inf], 0.0).fillna(0.0).clip(-2, 2)
    stamps = pd.DatetimeIndex(scores.index).as_unit("ns").asi8
    row = np.searchsorted(stamps, times, side="right") - 1
    return np.where(row >= 0, scores.to_numpy()[np.maximum(row, 0)], 0.0)


def tilted(name: str, signals: Mapping[str, pd.Series[float]], strength: float) -> Method:
    """Return the map with longs times e^(strength x signal) and shorts divided by it."""

    def swept(ledger: Ledger, times: npt.NDArray[np.int64]) -> Floats:
        lean = strength * known(signals[ledger.symbol], times[:-1])
        return crossed(ledger, times) * np.exp(np.stack([lean, -lean]))

    return Method(f"{name} {strength:+g}", swept)


def leanings() -> Iterator[Method]:
    """Return sides by the long/short ratio, by takers of a day and of the last hour; K alone has them throughout."""
    frames = {coin: timed(f"coinalyze_binance_1h_2024-06/{coin}USDT_1h.csv.gz") for coin in COINS}
    closed = {coin: frame.set_axis(frame.index + HOUR) for coin, frame in frames.items()}
    takers = {coin: 2 * frame["taker_buy_volume"] / frame["volume"] - 1 for coin, frame in closed.items()}
    signals = {
        "sides by long/short ratio": {coin: np.log(frame["ls_ratio"]) for coin, frame in closed.items()},
        "sides by takers of a day": {coin: one.ewm(halflife=24).mean() for coin, one in takers.items()},
        "sides by takers of the hour": takers,
    }
    for name, series in signals.items():
        yield from (tilted(name, series, strength) for strength in STRENGTHS)


# ---------------------------------------------------------------- other maps of B
def of(name: str, made: Ledger) -> Method:
    """Return another ledger as a method."""
    return Method(name, lambda _, times: crossed(made, times))


def made_of(candles: pd.DataFrame, venue: str, nearest: float) -> Ledger:
    """Return the ledger of candles with Binance's open interest of B."""
    interest = timed("binance_um_5m_2025-12/BTCUSDT_oi_5m.csv.gz")[["oi"]].set_axis(["open_interest"], axis=1)
    candles = candles[candles.index >= interest.index[0].floor("1h")]
    return estimate(MarketData.from_frames(candles, interest, symbol="BTC", venue=venue, minimum_distance=nearest))


def candles_of(venue: str) -> pd.DataFrame:
    """Return BTC of 5m candles."""
    return timed(f"candles_5m_2024-12/{venue}_BTCUSDT_5m.csv.gz")[PRICES]


def venue_weights() -> Iterator[Method]:
    """Return the sums of Binance's map and of one of Bybit's prices, at the same open interest."""
    bybit = made_of(candles_of("bybit"), "bybit", 0.005)

    def both(share: float) -> Method:
        return Method(
            f"Bybit's map at weight {share:g}",
            lambda ledger, times: (1 - share) * crossed(ledger, times) + share * crossed(bybit, times),
        )

    return map(both, (0.25, 0.5, 1.0))


def coarser() -> Iterator[Method]:
    """Return the map of longer candles: what the path inside a candle is worth."""
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    for length in ("15min", "1h"):
        candles = candles_of("binance").resample(length).agg(how).dropna()
        yield of(f"candles of {length}", made_of(candles, "binance", NEAREST["BTC"]))


def after_sweeps() -> Iterator[Method]:
    """Return maps in which what opens in the first quarter of an hour after a sweep, or is traded then, counts less."""
    ((market, _),) = hours("B")
    (ledger,) = ledgers("B")
    part = ledger.venues[0]
    rows = following(np.log(part.inputs.high / part.inputs.low), DAY // part.timeframe)
    for factor in (0.0, 0.5, 2.0):
        opened = np.where(rows[:, None, None], factor * part.opened, part.opened)
        changed = replace(part, opened=opened, checkpoints=(), passages=Passages.none())
        yield of(f"opened after a sweep x {factor:g}", replace(ledger, venues=(changed,)))
    rows = following(np.log(market.high / market.low), DAY // part.timeframe)
    usual = pd.Series(market.volume).rolling(7 * DAY // part.timeframe, min_periods=20).median().shift(1).to_numpy()
    for name, volume in (("is usual", np.fmin(market.volume, usual)), ("x 2", 2 * market.volume)):
        made = estimate(replace(market, volume=np.where(rows, volume, market.volume)))
        yield of(f"volume after a sweep {name}", made)


def following(spread: Floats, day: int) -> npt.NDArray[np.bool_]:
    """Return which candles follow a sweep; what counts as one is known before it."""
    limit = pd.Series(spread).rolling(7 * day, min_periods=day).quantile(SWEEP).shift(1).to_numpy()
    swept = spread > limit
    after = np.zeros(len(swept), np.bool_)
    for candles in range(1, AFTER + 1):
        after[candles:] |= swept[:-candles]
    return after


# ---------------------------------------------------------------- scores
def show(name: str, methods: list[Method]) -> None:
    """Print the map and the methods on a set."""
    drawn: list[tuple[Floats, int]] = []

    def kept(values: Floats, blocks: int) -> Interval:
        drawn.append((values.copy(), blocks))
        return interval(values, blocks)

    facts = [labels for _, labels in hours(name)]
    pairs = list(zip(ledgers(name), facts, strict=True))
    with mock.patch.object(scoring, "interval", kept):
        found = scoring.score(pairs, period="1h", warm_up=WARM_UP, methods={one.name: one for one in methods})
    table = {(score.method, score.metric): (score, *one) for score, one in zip(found.scores, drawn, strict=False)}
    sys.stdout.write(f"\n| {name} | {' | '.join(METRICS)} |\n| --- {'| --- ' * len(METRICS)}|\n")
    for method in (THE_MAP.name, *(one.name for one in methods)):
        cells = []
        for metric in METRICS:
            score, values, blocks = table[method, metric]
            beside = interval(values - table[THE_MAP.name, metric][1], blocks)
            cells.append(cell(score, beside if method != THE_MAP.name else None))
        sys.stdout.write(f"| {method} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


def cell(score: Score, beside: Interval | None) -> str:
    """Return a score, and how it differs from the map's."""
    if beside is None:
        return f"{score.value:.3f}"
    gain, low, high = beside
    return f"{score.value:.3f} ({gain:+.3f} [{low:+.3f}, {high:+.3f}]{'*' if low > 0 or high < 0 else ''})"


def main() -> None:
    """Print the tables."""
    show("K", list(leanings()))
    show("B", [*venue_weights(), *coarser(), *after_sweeps()])


if __name__ == "__main__":
    main()
