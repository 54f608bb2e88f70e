"""The accuracy report: the map against realised liquidations, beside nulls and naive methods.

A map refreshed at each `every` says what the candles up to the next refresh sweep (`liqwidget.field.crossed`): of what
stood at the refresh, what price then reached. Summed to periods this is held against what was liquidated. There is no
look-ahead by construction: what stands at a refresh follows from candles that had closed by then, and of the candles
after it only how far price went is used, which every method is told alike.

Liquidations follow from moves, so a method gets credit for what it says beyond the size of the move. `score_truth` and
`score_positions` hold the map against known positions instead.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import DAY, HOUR, duration_ns, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.trust.naive import MOVE, THE_MAP, Method
from liqwidget.trust.score_inputs import OwnMethods, all_methods, held_against, pairs_of, span_of
from liqwidget.trust.score_panel import Grid, Panel, joined, panel_of
from liqwidget.trust.score_standing import score_positions, score_truth
from liqwidget.trust.score_table import Score, Scores
from liqwidget.trust.statistics import Moments, centred, draw_blocks, interval, means, quantiles, ranks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from liqwidget.trust.score_inputs import Held

__all__ = ["Score", "Scores", "score", "score_positions", "score_truth"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RANK, LOG, PARTIAL, GAIN = "rank correlation", "log correlation", "partial rank correlation", "delta R2"
RATIO = {
    "size ratio, median": 0.5,
    "size ratio, lower quartile": 0.25,
    "size ratio, upper quartile": 0.75,
}
"""Predicted over actual size of the periods in which something was liquidated."""
TOTAL = "size ratio, total"
"""All that was predicted over all that was liquidated."""

LARGE = 10_000.0
MEDIAN_OF_LARGE = "size ratio, median of large"
"""Median of predicted over actual of the periods in which more than `LARGE` [quote] was liquidated."""
MOVES = (0.002, 0.004, 0.006, 0.009, 0.013, 0.02, math.inf)
"""Borders, in ln(price), of the moves by which amounts are told apart."""
BY_MOVE = tuple(
    f"size ratio, moved {100 * low:g}-{100 * high:g} %"
    if high < math.inf
    else f"size ratio, moved over {100 * low:g} %"
    for low, high in pairwise(MOVES)
)
"""All that was predicted over all that was liquidated, by how far price went against the side within the period."""

FEW = 30
"""Periods below which the sentences warn."""
ROUGH = 100
"""Upper over lower quartile of the size ratio above which single sizes say next to nothing."""

_FLOOR = 1e-3
"""Logarithms count what lies below this share of the median as that; within the day smaller amounts are the rule:"""
_LEAST, _LEAST_SAID = 1_000.0, 100.0
"""there they count as this much [quote], of what was liquidated and of what was said."""


def score(
    ledger: Any,
    liquidations: Any = None,
    *,
    every: str = "1h",
    period: str = "1d",
    skip: Iterable[Any] = (),
    warm_up: str = "24h",
    block: str = "1d",
    methods: OwnMethods | None = None,
    draws: int = 400,
    seed: int = 1,
) -> Scores:
    """Score the map against realised liquidations, beside nulls and naive methods; ``period="1h"`` asks hour by hour.

    The methods are those of `liqwidget.trust.naive.METHODS`: nulls, the maps in common use, the market leader's rule.
    Each venue's liquidations are held against that venue's own map where their venue is told. Ranks are taken inside
    each coin, venue and side: no credit for one being larger than another. An interval comes from drawing blocks of
    time with replacement (`block`, or single periods where they are longer; with few an eighth of the span), all coins,
    venues and sides of a block together.

    Parameters
    ----------
    ledger : Ledger, or pairs (ledger, liquidations)
        One ledger, or many as an iterable or a mapping by name: several coins are scored together.
    liquidations : DataFrame, Liquidations, MarketData or an iterable of these, optional
        What was liquidated on the ledger's venues. A frame has a UTC DatetimeIndex or a `time` column, side
        ('long' / 'short', of the position) and size [quote]; sums stamped at the start of their period do as well.
        MarketData and a column `venue` tell the venue; without, all are held against the whole map. A period without
        any counts as zero between the venue's first and last; a side without any is not scored.
    every : str
        How often the map is refreshed.
    period : str
        What is compared: sums over so long, on the UTC grid. Only periods that lie wholly inside the ledger are scored,
        after the warm-up, and none of which more than a sixth lies in gaps of the candles.
    skip : iterable of time or (start, end)
        Periods that are left out, such as gaps of the capture: those that hold a time, or overlap a span.
    warm_up : str
        Time after a venue's first candle that is not scored; the map goes on settling for about 7 days.
    block : str
        Length of the blocks that intervals are drawn from: a day, or longer.
    methods : mapping of str to Method or callable, optional
        Further methods by name; see `liqwidget.trust.naive.Method`.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Scores
        Metrics: `rank correlation`; `log correlation`, of logarithms less their mean by coin, venue and side (within
        the day what was liquidated counts as 1,000 [quote] at least, what is said as 100);
        `partial rank correlation`, of what is left of the ranks beyond the move: the sum of the adverse moves of the
        refresh steps and the period's largest excursion, or, where `period` is `every`, the move, its square, the range
        and the volume of the same step; `delta R2`, the share of the variance of the logarithm added to the same
        controls (never below 0: compare it with that of the nulls); `size ratio`: predicted / actual, its quartiles
        over the periods with liquidations, and in total. Of periods shorter than a day also the median over those with
        more than 10,000 [quote] (`size ratio, median of large`) and the totals by how far price went against the side
        (`BY_MOVE`), so that amounts near and far from price are seen apart.

    Raises
    ------
    DataError
        If something cannot be used, ledger and liquidations do not overlap, or fewer than 8 periods are left.

    Examples
    --------
    >>> import liqwidget
    >>> sample = liqwidget.sample_market(days=3)
    >>> ledger = liqwidget.estimate(sample.markets())
    >>> scores = liqwidget.score(ledger, sample.venues["binance"].liquidations, period="4h", draws=20)
    >>> scores.title
    'BTC: estimated against realised liquidations, 12 periods of 4h, 2026-01-29 00:00 to 2026-01-31 00:00 UTC'
    """
    step, length = duration_ns(every), duration_ns(period)
    if length % step:
        message = f"Expected period as a whole number of every={every!r}, was {period!r:.60}"
        raise DataError(message)
    if duration_ns(block) < DAY:
        message = f"Expected block as a day or longer, since neighbouring hours are alike, was {block!r:.60}"
        raise DataError(message)
    tried = all_methods(methods)
    skipped = tuple(span_of(one) for one in skip)
    grid = Grid(step, length, duration_ns(warm_up), duration_ns(block), skipped)
    held = [held_against(*pair) for pair in pairs_of(ledger, liquidations, "liquidations")]
    panels, left_out = _panels(held, tried, grid)
    panel = joined(panels, length)
    found = _scored(panel, tried, grid, draws, seed)
    names = ", ".join(dict.fromkeys(one.name for one in held))
    said = [
        *_sentences(panel, found, grid, sides=2 * len(panels)),
        *dict.fromkeys(text for one in held for text in one.notes),
    ]
    said += left_out
    if panel.relative:
        said.append("Open interest is not known: sizes are relative, and size ratios say nothing.")
    return Scores(
        _title(names, panel, length), tuple(score for one in found.values() for score in one.scores), tuple(said)
    )


def _panels(held: list[Held], tried: tuple[Method, ...], grid: Grid) -> tuple[list[Panel], list[str]]:
    """Return the rows of every coin and venue; of several venues one that cannot be scored costs a sentence only."""
    panels: list[Panel] = []
    left_out = []
    for one in held:
        faults = []
        before = len(panels)
        for ledger, events in one.parts:
            try:
                panels.append(panel_of(one.name, ledger, events, tried, grid=grid, group=2 * len(panels)))
            except DataError as error:
                faults.append((ledger, error))
        if len(panels) == before:
            raise faults[0][1]
        left_out += [f"{one.name} on {', '.join(ledger.names)} is not scored: {error}" for ledger, error in faults]
    return panels, left_out


# ------------------------------------------------------------------ scoring


class _Found(NamedTuple):
    """One method's scores, and its partial rank correlation by draw, shape (D,)."""

    scores: tuple[Score, ...]
    partial: Floats


def _logs(values: Floats, groups: Integers, least: float = 0.0) -> Floats:
    """Return logarithms less their mean by group; without a `least` the floor follows the group's own size."""
    out = np.zeros(len(values))
    for group in np.unique(groups):
        rows = groups == group
        some = values[rows][values[rows] > 0]
        if len(some):
            out[rows] = np.log(np.maximum(values[rows], least or _FLOOR * np.median(some)))
    return centred(out, groups)


def _held(panel: Panel) -> tuple[list[Floats], list[Floats]]:
    """Return the controls as ranks and as logarithms, shape (n,) each."""
    group, held = panel.group, panel.controls
    ranked = [ranks(series, group) for series in held.values()]
    logs = [centred(np.log(held["move"] + 1e-4), group)]
    if "excursion" in held:
        return ranked, [*logs, centred(np.log(held["excursion"] + 2e-3), group)]
    logs += [centred(logs[0] ** 2, group), centred(np.log(held["range"] + 2e-3), group), _logs(held["volume"], group)]
    return [*ranked, ranked[0] ** 2], logs


def _scored(panel: Panel, methods: tuple[Method, ...], grid: Grid, draws: int, seed: int) -> dict[str, _Found]:
    blocks = panel.blocks(grid)
    count = int(blocks.max()) + 1
    weights = draw_blocks(count, draws, seed)
    rank_held, log_held = _held(panel)
    small = grid.period < DAY and not panel.relative
    truth, log_truth = ranks(panel.actual, panel.group), _logs(panel.actual, panel.group, _LEAST if small else 0.0)
    some = panel.actual > 0
    found = {}
    for method in methods:
        said = panel.said[method.name]
        ranked = Moments.of(ranks(said, panel.group), truth, rank_held, blocks, weights)
        logs = _logs(said, panel.group, _LEAST_SAID if small and method.sized else 0.0)
        logged = Moments.of(logs, log_truth, log_held, blocks, weights)
        partial = ranked.correlation(given_controls=True)
        drawn = {RANK: ranked.correlation(), LOG: logged.correlation(), PARTIAL: partial, GAIN: logged.added()}
        scores = [Score(method.name, name, *interval(one, count), len(said)) for name, one in drawn.items()]
        if method.sized:
            ratios = quantiles(said[some] / panel.actual[some], blocks[some], weights, tuple(RATIO.values()))
            scores += [
                Score(method.name, name, *interval(ratio, count), int(some.sum()))
                for name, ratio in zip(RATIO, ratios, strict=True)
            ]
            total = means(said, blocks, weights) / means(panel.actual, blocks, weights)
            scores.append(Score(method.name, TOTAL, *interval(total, count), len(said)))
            if grid.period < DAY:
                scores += _by_move(method.name, said, panel, blocks, weights)
        found[method.name] = _Found(tuple(scores), partial)
    return found


def _by_move(name: str, said: Floats, panel: Panel, blocks: Integers, weights: Floats) -> list[Score]:
    """Return the ratio in large periods, and of all that fell into each range of moves; NaN where nothing did."""
    actual, count = panel.actual, weights.shape[1]
    large = actual > LARGE
    (ratio,) = quantiles(said[large] / actual[large], blocks[large], weights, (0.5,))
    scores = [Score(name, MEDIAN_OF_LARGE, *interval(ratio, count), int(large.sum()))]
    for metric, (low, high) in zip(BY_MOVE, pairwise(MOVES), strict=True):
        rows = (panel.move >= low) & (panel.move < high)
        ours, theirs = (weights @ np.bincount(blocks[rows], values[rows], count) for values in (said, actual))
        drawn = np.divide(ours, theirs, out=np.full(len(weights), np.nan), where=theirs > 0)
        scores.append(Score(name, metric, *interval(drawn, count), int(rows.sum())))
    return scores


# ------------------------------------------------------------------ in words


def _word(length: int) -> str:
    return {DAY: "days", HOUR: "hours"}.get(length, f"periods of {duration_text(length)}")


def _title(names: str, panel: Panel, length: int) -> str:
    span = f"{timestamp(panel.time.min()):%Y-%m-%d %H:%M} to {timestamp(panel.time.max() + length):%Y-%m-%d %H:%M} UTC"
    return f"{names}: estimated against realised liquidations, {len(np.unique(panel.time))} {_word(length)}, {span}"


def _sentences(panel: Panel, found: Mapping[str, _Found], grid: Grid, sides: int) -> tuple[str, ...]:
    ours = {score.metric: score for score in found[THE_MAP.name].scores}
    others = {name: one for name, one in found.items() if name != THE_MAP.name}
    word, count = _word(grid.period), len(np.unique(panel.time))
    move = others[MOVE.name].scores[0]
    said = [f"Inside each coin and side the map ranks {word} with r = {ours[RANK]}; the size of the move with {move}."]
    partial = ours[PARTIAL]
    best = max(others, key=lambda name: others[name].partial[0])
    rival = next(score for score in others[best].scores if score.metric == PARTIAL)
    blocks = int(panel.blocks(grid).max()) + 1
    ahead = interval(found[THE_MAP.name].partial - others[best].partial, blocks)
    if partial.low > 0:
        text = f"Beyond the size of the move, the map ranks {word} with r = {partial}"
    else:
        text = f"Beyond the size of the move, these {word} do not show that the map says anything (r = {partial})"
    said.append(f"{text}; the best other method ({best}) reaches {rival}.")
    difference = Score(best, PARTIAL, *ahead, count)
    if ahead.high < 0:
        said.append(f"In these data {best} is ahead of the map: the map less {best} is {difference}.")
    elif ahead.low <= 0:
        said.append(f"The difference to {best} is within what chance gives: {difference}.")
    middle, lower, upper = (ours[name] for name in RATIO)
    advice = "read sizes as orders of magnitude"
    if upper.value > ROUGH * lower.value:
        advice = f"do not read sizes of single {word}"
    said.append(
        f"Predicted over actual size is {middle} in the median, {lower.text(lower.value)} to "
        f"{upper.text(upper.value)} in the middle half: {advice}."
    )
    if count < FEW:
        said.append(f"Only {count} {word}: the intervals are rough, and other times may differ.")
    missing = sides - len(np.unique(panel.group))
    if missing:
        said.append(f"{missing} of {sides} sides have no realised liquidations in these data and are not scored.")
    said.append("This does not say that single prices or single positions are found: see score_truth, score_positions.")
    return tuple(said)
