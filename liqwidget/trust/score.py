"""The accuracy report: the map against realised liquidations, beside nulls and naive methods.

A map refreshed at each `every` says what the candles up to the next refresh sweep (`liqwidget.field.crossed`): of what
stood at the refresh, what price then reached. Summed to periods this is held against what was liquidated. There is no
look-ahead by construction: what stands at a refresh follows from candles that had closed by then, and of the candles
after it only how far price went is used, which every method is told alike.

Liquidations follow from moves, so a method gets credit for what it says beyond the size of the move. `score_truth` and
`score_positions` hold the map against known positions instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import DAY, HOUR, duration_ns, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.trust.naive import MOVE, THE_MAP, Method, mean_moves, steps, value
from liqwidget.trust.score_inputs import Events, OwnMethods, all_methods, checked, events_of, pairs_of, span_of
from liqwidget.trust.score_standing import score_positions, score_truth
from liqwidget.trust.score_table import Score, Scores
from liqwidget.trust.statistics import (
    FEWEST,
    Moments,
    block_numbers,
    centred,
    draw_blocks,
    interval,
    means,
    quantiles,
    ranks,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from liqwidget.domain.ledger import Ledger

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

MOST_MISSING = 1 / 6
"""Share of a period that may lie in gaps of the candles."""
FEW = 30
"""Periods below which the sentences warn."""
ROUGH = 100
"""Upper over lower quartile of the size ratio above which single sizes say next to nothing."""

_FLOOR = 1e-3
"""Logarithms count what lies below this share of the median as that."""


class _Grid(NamedTuple):
    """Refresh step, period and warm-up [ns]."""

    step: int
    period: int
    warm_up: int


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    """Rows of period, coin and side; arrays of shape (n,)."""

    group: Integers
    time: Integers
    actual: Floats
    said: dict[str, Floats]
    controls: dict[str, Floats]


def score(
    ledger: Any,
    liquidations: Any = None,
    *,
    every: str = "1h",
    period: str = "1d",
    skip: Iterable[Any] = (),
    warm_up: str = "24h",
    methods: OwnMethods | None = None,
    draws: int = 400,
    seed: int = 1,
) -> Scores:
    """Score the map against realised liquidations, beside nulls and naive methods.

    Ranks are taken inside each coin and side: no credit for one coin being larger than another. An interval comes from
    drawing blocks of time with replacement (days, or single periods where they are longer; with few days an eighth of
    the span), all coins and sides of a block together.

    Parameters
    ----------
    ledger : Ledger, or pairs (ledger, liquidations)
        One ledger, or many as an iterable or a mapping by name: several coins are scored together.
    liquidations : DataFrame, Liquidations, MarketData or an iterable of these, optional
        What was liquidated on the ledger's venues. A frame has a UTC DatetimeIndex or a `time` column, side
        ('long' / 'short', of the position) and size [quote]; sums stamped at the start of their period do as well. A
        period without any counts as zero between the first and the last; a side without any is not scored.
    every : str
        How often the map is refreshed.
    period : str
        What is compared: sums over so long, on the UTC grid. Only periods that lie wholly inside the ledger are scored,
        after the warm-up, and none of which more than a sixth lies in gaps of the candles.
    skip : iterable of time or (start, end)
        Periods that are left out, such as gaps of the capture: those that hold a time, or overlap a span.
    warm_up : str
        Time after a venue's first candle that is not scored; the map goes on settling for about 7 days.
    methods : mapping of str to Method or callable, optional
        Further methods by name; see `liqwidget.trust.naive.Method`.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Scores
        Metrics: `rank correlation`; `log correlation`, of logarithms less their mean by coin and side;
        `partial rank correlation`, of what is left of the ranks beyond the move: the sum of the adverse moves of the
        refresh steps and the period's largest excursion, or, where `period` is `every`, the move, its square, the range
        and the volume of the same step; `delta R2`, the share of the variance of the logarithm added to the same
        controls (never below 0: compare it with that of the nulls); `size ratio`: predicted / actual, its quartiles
        over the periods with liquidations, and in total.

    Raises
    ------
    DataError
        If something cannot be used, ledger and liquidations do not overlap, or fewer than 8 periods are left.
    """
    step, length = duration_ns(every), duration_ns(period)
    if length % step:
        message = f"Expected period as a whole number of every={every!r}, was {period!r}"
        raise DataError(message)
    tried = all_methods(methods)
    pairs = pairs_of(ledger, liquidations, "liquidations")
    skipped = [span_of(one) for one in skip]
    panels = [
        _panel(
            name,
            part,
            events_of(facts),
            tried,
            grid=_Grid(step, length, duration_ns(warm_up)),
            skipped=skipped,
            group=2 * place,
        )
        for place, (name, part, facts) in enumerate(pairs)
    ]
    panel = _joined(panels, length)
    found = _scored(panel, tried, draws, seed)
    names = ", ".join(dict.fromkeys(name for name, *_ in pairs))
    said = _sentences(panel, found, length, sides=2 * len(pairs))
    if any(part.relative for _, one, _ in pairs for part in one):
        said = (*said, "Open interest is not known: sizes are relative, and size ratios say nothing.")
    return Scores(_title(names, panel, length), tuple(score for one in found.values() for score in one.scores), said)


def _panel(
    name: str,
    ledger: Ledger,
    events: Events,
    methods: tuple[Method, ...],
    *,
    grid: _Grid,
    skipped: list[tuple[int, int]],
    group: int,
) -> _Panel:
    """Return the rows of one coin; `group` is the number of its longs, the next that of its shorts."""
    step, length, warm_up = grid
    candle = max(part.timeframe for part in ledger)
    if step < candle:
        message = (
            f"Expected every as at least one candle of {name} ({duration_text(candle)}), was {duration_text(step)}"
        )
        raise DataError(message)
    if not len(events.time):
        message = f"Expected realised liquidations of {name}, was none"
        raise DataError(message)
    start = max(int(part.time[0]) for part in ledger) + warm_up
    end = min(int(part.time[part.settled - 1]) for part in ledger)
    first = max(-(-start // length), int(events.time.min()) // length)
    last = min(end // length, int(events.time.max()) // length + 1)
    if last <= first:
        found = f"{timestamp(events.time.min())} to {timestamp(events.time.max())}"
        message = (
            f"Expected liquidations of {name} in whole periods of {duration_text(length)} between {timestamp(start)} "
            f"({duration_text(warm_up)} after the first candle) and {timestamp(end)}, was {found}"
        )
        raise DataError(message)
    count = last - first
    starts = np.arange(first, last) * length
    times = np.arange(first * length, last * length + 1, step)
    place = events.time // length - first
    inside = (place >= 0) & (place < count)
    rows = events.side[inside] * count + place[inside]
    actual = np.bincount(rows, events.size[inside], 2 * count).astype(np.float64).reshape(2, count)

    kept = _missing(ledger, np.append(starts, last * length)) <= MOST_MISSING
    for low, high in skipped:
        kept &= (starts >= high) | (starts + length <= low)
    sides = np.flatnonzero((actual[:, kept] > 0).any(axis=1))
    if not len(sides):
        message = f"Expected realised liquidations of {name} in the periods that are not skipped, was none"
        raise DataError(message)

    def flat(values: Floats) -> Floats:
        return np.asarray(values[sides][:, kept].ravel(), dtype=np.float64)

    def summed(values: Floats) -> Floats:
        return flat(values.reshape(2, count, -1).sum(axis=2))

    return _Panel(
        group=np.repeat(group + sides, kept.sum()),
        time=np.tile(starts[kept], len(sides)),
        actual=flat(actual),
        said={one.name: summed(checked(one.swept(ledger, times), (2, len(times) - 1), one)) for one in methods},
        controls={label: flat(series) for label, series in _controls(ledger, times, length // step).items()},
    )


def _missing(ledger: Ledger, edges: Integers) -> Floats:
    """Return the largest share of each period that a venue's gaps take, shape (periods,)."""
    worst = np.zeros(len(edges) - 1)
    for part in ledger:
        gaps = np.cumsum(np.diff(part.time, prepend=part.time[0]) * (part.inputs.kind == RowKind.GAP))
        taken = np.diff(np.interp(edges - part.time[0], part.time - part.time[0], gaps))
        worst = np.maximum(worst, taken / np.diff(edges))
    return worst


def _controls(ledger: Ledger, times: Integers, each: int) -> dict[str, Floats]:
    """Return what is held fixed in periods of `each` steps, each of shape (2, periods)."""
    moves = mean_moves(ledger, times)
    if each > 1:
        whole = moves.reshape(2, -1, each).sum(axis=2)
        return {"move": whole, "excursion": mean_moves(ledger, times[::each])}
    volume = np.zeros(len(times) - 1)
    for part in ledger:
        done = steps(part, times)
        held = part.coins(np.maximum(done.row, 0))
        volume += done.volume * np.divide(value(part, done.row), held, out=np.zeros_like(held), where=held > 0)
    spread = np.broadcast_to(moves.sum(axis=0), moves.shape)
    return {"move": moves, "range": spread, "volume": np.broadcast_to(volume, moves.shape)}


def _joined(panels: list[_Panel], length: int) -> _Panel:
    def stacked(columns: list[Mapping[str, Floats]]) -> dict[str, Floats]:
        return {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}

    time = np.concatenate([panel.time for panel in panels])
    distinct = len(np.unique(time))
    if distinct < FEWEST:
        message = (
            f"Expected at least {FEWEST} whole periods of {duration_text(length)} with liquidations to score, was "
            f"{distinct}: give more data or a shorter period"
        )
        raise DataError(message)
    return _Panel(
        group=np.unique(np.concatenate([panel.group for panel in panels]), return_inverse=True)[1],
        time=time,
        actual=np.concatenate([panel.actual for panel in panels]),
        said=stacked([panel.said for panel in panels]),
        controls=stacked([panel.controls for panel in panels]),
    )


# ------------------------------------------------------------------ scoring


class _Found(NamedTuple):
    """One method's scores, and its partial rank correlation by draw, shape (D,)."""

    scores: tuple[Score, ...]
    partial: Floats


def _logs(values: Floats, groups: Integers) -> Floats:
    """Return logarithms less their mean by group; the floor follows the group's own size, so that a unit does not."""
    out = np.zeros(len(values))
    for group in np.unique(groups):
        rows = groups == group
        some = values[rows][values[rows] > 0]
        if len(some):
            out[rows] = np.log(np.maximum(values[rows], _FLOOR * np.median(some)))
    return centred(out, groups)


def _held(panel: _Panel) -> tuple[list[Floats], list[Floats]]:
    """Return the controls as ranks and as logarithms, shape (n,) each."""
    group, held = panel.group, panel.controls
    ranked = [ranks(series, group) for series in held.values()]
    logs = [centred(np.log(held["move"] + 1e-4), group)]
    if "excursion" in held:
        return ranked, [*logs, centred(np.log(held["excursion"] + 2e-3), group)]
    logs += [centred(logs[0] ** 2, group), centred(np.log(held["range"] + 2e-3), group), _logs(held["volume"], group)]
    return [*ranked, ranked[0] ** 2], logs


def _scored(panel: _Panel, methods: tuple[Method, ...], draws: int, seed: int) -> dict[str, _Found]:
    blocks = block_numbers(panel.time)
    count = int(blocks.max()) + 1
    weights = draw_blocks(count, draws, seed)
    rank_held, log_held = _held(panel)
    truth, log_truth = ranks(panel.actual, panel.group), _logs(panel.actual, panel.group)
    some = panel.actual > 0
    found = {}
    for method in methods:
        said = panel.said[method.name]
        ranked = Moments.of(ranks(said, panel.group), truth, rank_held, blocks, weights)
        logged = Moments.of(_logs(said, panel.group), log_truth, log_held, blocks, weights)
        partial = ranked.correlation(given_controls=True)
        drawn = {RANK: ranked.correlation(), LOG: logged.correlation(), PARTIAL: partial, GAIN: logged.added()}
        scores = [Score(method.name, name, *interval(one, count), len(said)) for name, one in drawn.items()]
        for name, share in RATIO.items() if method.sized else ():
            ratio = quantiles(said[some] / panel.actual[some], blocks[some], weights, share)
            scores.append(Score(method.name, name, *interval(ratio, count), int(some.sum())))
        if method.sized:
            total = means(said, blocks, weights) / means(panel.actual, blocks, weights)
            scores.append(Score(method.name, TOTAL, *interval(total, count), len(said)))
        found[method.name] = _Found(tuple(scores), partial)
    return found


# ------------------------------------------------------------------ in words


def _word(length: int) -> str:
    return {DAY: "days", HOUR: "hours"}.get(length, f"periods of {duration_text(length)}")


def _title(names: str, panel: _Panel, length: int) -> str:
    span = f"{timestamp(panel.time.min()):%Y-%m-%d %H:%M} to {timestamp(panel.time.max() + length):%Y-%m-%d %H:%M} UTC"
    return f"{names}: estimated against realised liquidations, {len(np.unique(panel.time))} {_word(length)}, {span}"


def _sentences(panel: _Panel, found: Mapping[str, _Found], length: int, sides: int) -> tuple[str, ...]:
    ours = {score.metric: score for score in found[THE_MAP.name].scores}
    others = {name: one for name, one in found.items() if name != THE_MAP.name}
    word, count = _word(length), len(np.unique(panel.time))
    move = others[MOVE.name].scores[0]
    said = [f"Inside each coin and side the map ranks {word} with r = {ours[RANK]}; the size of the move with {move}."]
    partial = ours[PARTIAL]
    best = max(others, key=lambda name: others[name].partial[0])
    rival = next(score for score in others[best].scores if score.metric == PARTIAL)
    blocks = int(block_numbers(panel.time).max()) + 1
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
