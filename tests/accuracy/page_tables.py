"""The tables of the accuracy page, each computed anew; the page's prose names them (see `tests.accuracy.page`)."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from liqwidget.estimate.calibrate import calibrate
from liqwidget.field.density import NAMED_PRIORS, Prior
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market.simulated.sample import sample_market
from liqwidget.trust.alternatives import PUBLISHED, Alternative, default_alternatives
from liqwidget.trust.reliability import reliability
from liqwidget.trust.score import score
from liqwidget.trust.score_standing import score_positions, score_truth
from tests.accuracy import chance, page_hours, page_targets, recorded_truth
from tests.accuracy.cascades import cascades
from tests.accuracy.page_markdown import GAIN, PARTIAL, RANK, RATIO, markdown, of_scores
from tests.accuracy.recorded_truth import COINS
from tests.accuracy.targets import RELIABILITY
from tests.accuracy.test_timeframes import FINE, RECORDINGS, agreement
from tests.ledgers import unheated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.estimate.calibration import Calibration
    from liqwidget.trust.score_table import Scores

FAR = "distance error, all"

CANDIDATES = (
    chance.DEFAULT,
    "Brownian motion",
    "half-life 0.5 d",
    "half-life 1 d",
    "half-life 4 d",
    "half-life 8 d",
    "half-life 2 sqrt(horizon) d",
    "6 h, 2 d and 16 d",
    "6 h, 2 d and 16 d, by the hours to come",
    "Parkinson",
    "Garman-Klass",
    "moves of 4 h",
    "shifted barrier",
    "mixed scales 0.25",
)
NOMINAL = Alternative("nominal", "nominal")


def _gain(value: float, limits: tuple[float, float]) -> str:
    return f"{value:+.2f} [{limits[0]:+.2f}, {limits[1]:+.2f}]"


# ------------------------------------------------------------------ realised liquidations


@cache
def _ledgers(prior: Prior) -> dict[str, Ledger]:
    return {coin: unheated(recorded_truth.hyperliquid_hourly(coin), prior) for coin in COINS}


@cache
def _daily(prior: Prior) -> Scores:
    pairs = [(ledger, recorded_truth.hyperliquid_daily(coin)[1]) for coin, ledger in _ledgers(prior).items()]
    return score(pairs, skip=recorded_truth.unreliable_days())


@cache
def _positions(prior: Prior) -> Scores:
    pairs = [(ledger, recorded_truth.hyperliquid_positions(coin)[1]) for coin, ledger in _ledgers(prior).items()]
    return score_positions(pairs)


def daily() -> str:
    """Return the scores on Hyperliquid's daily liquidations, from its own open interest."""
    return of_scores(_daily(Prior.parse("effective")), (RANK, PARTIAL, GAIN, RATIO), spread=True)


def other_candles() -> str:
    """Return the scores on the same liquidations, from Binance's 5m candles and open interest."""
    pairs = [(unheated(market), facts) for market, facts in map(recorded_truth.binance_5m, COINS)]
    scores = score(pairs, skip=recorded_truth.unreliable_days())
    return of_scores(scores, (RANK, PARTIAL, GAIN, RATIO), spread=True)


def events() -> str:
    """Return the scores on Hyperliquid's single liquidations by the hour."""
    pairs = [(_ledgers(Prior.parse("effective"))[coin], recorded_truth.hyperliquid_events(coin)[1]) for coin in COINS]
    return of_scores(score(pairs, period="1h"), (RANK, PARTIAL, GAIN, RATIO), spread=True)


def sample() -> str:
    """Return the scores on the simulated market's own liquidations."""
    return of_scores(_heatmap().score(), (RANK, PARTIAL, GAIN, RATIO), spread=True)


def sample_coins() -> str:
    """Return what the same says of three simulated coins together."""
    markets = {coin: sample_market(coin).markets() for coin in COINS}
    scores = score({coin: (unheated(one), one) for coin, one in markets.items()})
    rows = [[one.method, str(one), str(scores.of(one.method, RANK))] for one in scores.scores if one.metric == PARTIAL]
    table = [[f"**{name}**" if name == "map" else name, rank, partial] for name, partial, rank in rows]
    return f"**{scores.title}**\n\n{markdown(['method', RANK, PARTIAL], table)}"


# ------------------------------------------------------------------ positions


def positions() -> str:
    """Return the scores on measured positions."""
    bands = [f"{RANK}, {band}" for band in ("10 %", "20 %")]
    given = "rank correlation given distance, 20 %"
    return of_scores(_positions(Prior.parse("effective")), (*bands, given, FAR, RATIO))


def truth() -> str:
    """Return the scores on the simulated market's known positions."""
    scores = score_truth(_heatmap().ledger, sample_market("BTC").truth)
    metrics = (RANK, "local rank correlation", "total variation", "distance error", RATIO)
    return of_scores(scores, metrics)


@cache
def _heatmap() -> LiqHeatmap:
    return LiqHeatmap("BTC", source="sample")


# ------------------------------------------------------------------ the chance


def said_and_seen() -> str:
    """Return how often price got where it was said to have a chance to get, mean over the recorded markets."""
    found = {horizon: chance.pooled(horizon) for horizon in chance.HORIZONS}
    said = found["24h"].said
    columns = [one.seen for one in found.values()] + [reliability(_heatmap().ledger, "24h").seen]
    rows = [
        [f"{one:.0%}".replace("%", " %"), *(f"{column[row]:.0%}".replace("%", " %") for column in columns)]
        for row, one in enumerate(said)
    ]
    rows.append(["mean error, points", *(f"{100 * np.abs(column - said).mean():.1f}" for column in columns)])
    rows.append(["said - seen, points", *(f"{100 * (said - column).mean():+.1f}" for column in columns)])
    musts = [f"{100 * RELIABILITY[name][0]:.1f}" if name in RELIABILITY else "-" for name in found]
    rows.append(["asked for, at most", *musts, "-"])
    heads = ["said", *(f"seen in {horizon}" for horizon in found), "simulated market, 24h"]
    names, hours = list(chance.every_market()), found["24h"].count // 2
    return f"**{len(names)} markets ({'; '.join(names)}), {hours:,} hours asked for 24h**\n\n{markdown(heads, rows)}"


def other_chances(candidates: Sequence[str] = CANDIDATES) -> str:
    """Return what other estimates of volatility, and another law, give."""
    questions = chance.asked(chance.recorded_markets())
    blocks = np.unique(np.concatenate([one.venue.time[one.rows] // chance.BLOCK for one in questions]))
    count = len(blocks)
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), chance.RESAMPLES)
    weights = np.vstack([np.ones(count), drawn])
    day = chance.HORIZONS.index("24h")
    base = np.zeros(0)
    rows: list[list[str]] = []
    for name in candidates:
        sums = [chance.sums(one, chance.CANDIDATES[name], blocks) for one in questions]
        table = chance.figures(sums, weights)
        means = table.mean(axis=0)
        base = base if len(base) else means
        cells = [f"{table[day, 0, 0]:.1f}", f"{table[day, 0, 1]:+.1f}", f"{means[0, 0]:.1f}"]
        gains = [chance.interval((means - base)[:, column]) for column in (2, 3)] if rows else ["-", "-"]
        rows.append([name, *cells, *gains])
    heads = ["estimate", "error 24h", "said - seen 24h", "error, all horizons", "skill gained", "log skill gained"]
    return markdown(heads, rows)


# ------------------------------------------------------------------ candles


def timeframes() -> str:
    """Return how far maps of other candles agree: Spearman's correlation / total variation."""
    pairs = list(combinations(FINE, 2))
    rows = []
    for data, recording in RECORDINGS.items():
        for coin in recording.coins:
            cells = []
            worst = (1.0, 0.0)
            for pair in pairs:
                if pair[0] not in recording.frames:
                    cells.append("-")
                    continue
                ranks, apart = agreement(data, coin, pair)
                cells.append(f"{ranks.mean():.4f} / {apart.mean():.4f}")
                worst = min(worst[0], float(ranks.min())), max(worst[1], float(apart.max()))
            rows.append([f"{data}, {coin}", *cells, f"{worst[0]:.3f} / {worst[1]:.3f}"])
    return markdown(["data", *(" and ".join(pair) for pair in pairs), "worst single time"], rows)


# ------------------------------------------------------------------ assumptions


class _Fit(NamedTuple):
    name: str
    markets: MarketData | tuple[MarketData, ...]
    liquidations: pd.DataFrame | None
    kinds: tuple[str, ...]


def calibrations() -> str:
    """Return what one factor, or a fitted prior, gives on held-out days."""
    both = ("scale", "prior")
    fits = [_Fit(f"Hyperliquid, {coin}", *recorded_truth.hyperliquid_daily(coin), both) for coin in COINS]
    fits += [_Fit(f"Binance map, {coin}", *recorded_truth.binance_5m(coin), ("scale",)) for coin in COINS]
    fits += [_Fit(f"simulated market, {coin}", tuple(sample_market(coin).markets()), None, both) for coin in COINS]
    rows = []
    for name, markets, facts, kinds in fits:
        skip = () if facts is None else recorded_truth.unreliable_days()
        rows += [_calibrated(name, calibrate(markets, facts, fit=kind, skip=skip)) for kind in kinds]
    heads = [
        "data",
        "fitted",
        "sums",
        "gain a sum on held-out days",
        "on the last third",
        "no calibration",
        "still misses by",
    ]
    return markdown(heads, rows)


def _calibrated(name: str, found: Calibration) -> list[str]:
    values = {"scale": found.scale, "median": found.prior.median, "sigma": found.prior.sigma}
    words = {"scale": "all sizes times", "median": "median", "sigma": "sigma"}
    what = [
        f"{words[key]} {values[key]:.3g} [{limits[0]:.3g}, {limits[1]:.3g}]" for key, limits in found.intervals.items()
    ]
    verdict = "**beats** it" if found.beats else "does not beat it"
    gains = [_gain(found.held_out, found.held_out_interval), f"{found.later:+.2f}"]
    return [name, ", ".join(what), str(found.sums), *gains, verdict, f"x {np.exp(found.spread):.1f}"]


def assumptions() -> str:
    """Return how much each alternative assumption moves the clusters of the simulated market."""
    found = _heatmap().uncertainty([*default_alternatives(), NOMINAL])
    first = found.clusters[0].id
    rows = []
    times = {measure: found.by_alternative(measure) for measure in ("size", "expected")}
    for one in found.alternatives[1:]:
        cells = []
        for table in times.values():
            ratio = table[one.name] / table["base"]
            cells += [_multiple(float(ratio[first])), f"{_multiple(ratio.min())} to {_multiple(ratio.max())}"]
        rows.append([one.name, *cells])
    heads = ["assumed instead", f"size of {first}", f"sizes of all {len(found.clusters)}", f"expected size of {first}"]
    return markdown([*heads, "expected sizes of all"], rows)


def _multiple(value: float) -> str:
    return f"x {value:.0f}" if value >= 10 else f"x {value:.2g}"


PRIORS: dict[str, Any] = {**{name: name for name in NAMED_PRIORS}, "published shares": PUBLISHED}


def priors(names: Sequence[str] = tuple(PRIORS)) -> str:
    """Return what other priors score on Hyperliquid's liquidations and positions."""
    rows = []
    for name in names:
        prior = Prior.parse(PRIORS[name])
        days, held = _daily(prior), _positions(prior)
        cells = [str(days.of("map", metric)) for metric in (PARTIAL, GAIN, RATIO)]
        cells += [str(held.of("map", metric)) for metric in (f"{RANK}, 20 %", FAR)]
        rows.append([f"{name}: {prior.median:g}x, {prior.sigma:g}", *cells])
    heads = ["prior: median, sigma", PARTIAL, GAIN, RATIO, f"positions: {RANK}, 20 %", f"positions: {FAR}"]
    return markdown(heads, rows)


SIMULATED: dict[str, Callable[[], str]] = {
    "sample": sample,
    "sample_coins": sample_coins,
    "truth": truth,
    "assumptions": assumptions,
}
"""What can be made anywhere."""

RECORDED: dict[str, Callable[[], str]] = {
    **page_hours.TABLES,
    **page_targets.TABLES,
    "daily": daily,
    "other_candles": other_candles,
    "events": events,
    "positions": positions,
    "said_and_seen": said_and_seen,
    "other_chances": other_chances,
    "timeframes": timeframes,
    "calibrations": calibrations,
    "priors": priors,
    "cascades": cascades,
}
"""What needs the recorded markets beside the checkout."""
