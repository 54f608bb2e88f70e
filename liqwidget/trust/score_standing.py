"""The map against known positions: where they stand by distance from price, one side and time after another.

At each time and side both are summed into bins of distance |ln(liquidation price / price)|, and compared. What stands
at a time follows from candles that had closed by then: there is no look-ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from liqwidget.domain import validation as check
from liqwidget.domain.lattice import CELL, cell_coordinate, cell_edge
from liqwidget.domain.time import DAY, duration_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.trust.naive import THE_MAP
from liqwidget.trust.score_inputs import OwnMethods, all_methods, checked, pairs_of, sides_of
from liqwidget.trust.score_standing_words import sentences
from liqwidget.trust.score_table import Score, Scores
from liqwidget.trust.statistics import (
    FEWEST,
    block_numbers,
    draw_blocks,
    interval,
    means,
    partial_correlation,
    quantiles,
    rank_correlation,
    ranks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from liqwidget.domain.ledger import Ledger
    from liqwidget.trust.naive import Method

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK = 3 * DAY
"""Longest block of times that are drawn together [ns]: positions stand for days, so neighbouring times are alike."""

SMOOTHED = 9
"""Bins over which a profile is averaged to be rid of its smooth part."""

FEWEST_POSITIONS = 5
"""Positions that a side of a snapshot must have to be scored."""

BANDS = (("10 %", 0.10, 0.01), ("20 %", 0.20, 0.01), ("all", 1.0, 0.02))
"""Name, reach and bin width, in ln(price), of the bands in which positions are compared."""

_FARTHEST = 3.0
_PARTS = {"median": 0.5, "lower quartile": 0.25, "upper quartile": 0.75}


class Truth(Protocol):
    """What is known to stand, such as `liqwidget.market.simulated.sample.SampleTruth`."""

    def standing(self, at: Any, edges: npt.ArrayLike, venue: str | None = None) -> tuple[Floats, Floats]:
        """Return long and short [quote] between price edges at a time."""


class _Rows(NamedTuple):
    """One method's metric by time and side: times [ns] and what was found, shape (n,)."""

    times: list[int]
    found: list[float]


_Table = dict[str, dict[str, _Rows]]
"""By method, by metric."""


def score_truth(
    ledger: Any,
    truth: Truth | None = None,
    *,
    every: str = "1d",
    reach: float = 0.2,
    width: float = 0.005,
    warm_up: str = "24h",
    methods: OwnMethods | None = None,
    draws: int = 400,
    seed: int = 1,
) -> Scores:
    """Score the map against known positions, beside nulls and naive methods that have a map.

    Parameters
    ----------
    ledger : Ledger, or pairs (ledger, truth)
        One ledger, or many as an iterable or a mapping by name.
    truth : object with ``standing(at, edges, venue)``, optional
        Asked for each of the ledger's venues; the truth of the sample is one.
    every : str
        Time between comparisons, on the UTC grid.
    reach, width : float
        How far from price, and the width of a bin, in ln(price).
    warm_up : str
        Time after a venue's first candle that is not scored; the map goes on settling for about 7 days.
    methods : mapping of str to Method, optional
        Further methods by name; they need `standing`.
    draws, seed : int
        Of the bootstrap, which draws blocks of up to three days.

    Returns
    -------
    Scores
        Means over times and sides of `rank correlation` of the profiles; `local rank correlation`, their average over
        nine bins removed; `total variation`, the share that stands in other bins (0 is best); `distance error`, how far
        the mean unit of size would have to be moved, in ln(price) (0 is best). `size ratio`: predicted / actual.

    Raises
    ------
    DataError
        If something cannot be used, or fewer than 8 times are left.

    Examples
    --------
    >>> import liqwidget
    >>> sample = liqwidget.sample_market(days=3)
    >>> ledger = liqwidget.estimate(sample.markets())
    >>> scores = liqwidget.score_truth(ledger, sample.truth, every="4h", draws=20)
    >>> scores.title
    'BTC: estimated against true positions by distance from price, 13 times, 2026-01-29 00:00 to 2026-01-31 00:00 UTC'
    """
    step = duration_ns(every)
    if not 0 < 2 * width <= reach <= _FARTHEST:
        message = f"Expected a reach up to {_FARTHEST:g} of two or more widths, was {reach!r:.60} and {width!r:.60}"
        raise DataError(message)
    tried = _with_map(methods)
    pairs = pairs_of(ledger, truth, "truth")
    bins = np.linspace(0.0, reach, round(reach / width) + 1)
    table: _Table = {}
    for name, part, known in pairs:
        if not callable(getattr(known, "standing", None)):
            message = f"Expected truth of {name} with a method standing(at, edges, venue), was {type(known).__name__}"
            raise DataError(message)
        start, end = _span(part, duration_ns(warm_up))
        times = np.arange(-(-start // step), end // step + 1) * step
        if not len(times):
            message = f"Expected more than {warm_up} of candles of {name}, was {part!r}"
            raise DataError(message)
        prices = np.array([part.last_price(int(time)) for time in times])
        actual = np.stack([_true_profile(known, part, *one, bins) for one in zip(times.tolist(), prices, strict=True)])
        for method in tried:
            found = _Found(times, _profiles(method, part, times, prices, bins), actual)
            _compare(table, method, found, width)
    return _report(", ".join(dict.fromkeys(name for name, *_ in pairs)), "true positions", table, draws, seed)


def score_positions(
    ledger: Any,
    positions: pd.DataFrame | None = None,
    *,
    methods: OwnMethods | None = None,
    draws: int = 400,
    seed: int = 1,
) -> Scores:
    """Score the map against snapshots of measured positions, beside nulls and naive methods that have a map.

    A side of a snapshot counts where it has five positions with their liquidation price on the right side of the price,
    in two bins or more. Bins are 1 % wide within 10 and 20 % of price, 2 % in all (one unit of ln(price)).

    Parameters
    ----------
    ledger : Ledger, or pairs (ledger, positions)
        One ledger, or many as an iterable or a mapping by name.
    positions : DataFrame, optional
        time (of the snapshot, UTC; or the index), side ('long' / 'short'), liquidation_price [quote/base], size
        [quote]; optionally mark_price [quote/base], of which a snapshot's median is its price (the last close else).
        Rows without a liquidation price are left out.
    methods, draws, seed
        As in `score_truth`; blocks are days.

    Returns
    -------
    Scores
        Metrics of a band (10 %, 20 %, all): means over snapshots and sides of `rank correlation` and `distance error`
        in ln(price); `rank correlation given distance`, linear and squared distance removed from the ranks, within
        20 %; `size ratio` over all: predicted / measured. Positions measured are rarely all there are.

    Raises
    ------
    DataError
        If something cannot be used, no snapshot lies inside the ledger, or fewer than 8 times are left.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> times = pd.date_range("2026-01-29", periods=8, freq="4h", tz="UTC")
    >>> held = [(time, "long", 60_000 + 5_000 * step, 1e6) for time in times for step in range(5)]
    >>> positions = pd.DataFrame(held, columns=["time", "side", "liquidation_price", "size"])
    >>> liqwidget.score_positions(ledger, positions, draws=20).title[:58]
    'BTC: estimated against measured positions by distance from'
    """
    tried = _with_map(methods)
    pairs = pairs_of(ledger, positions, "positions")
    table: _Table = {}
    for name, part, known in pairs:
        seen = [one for one in _snapshots(known) if _span(part)[0] <= one.time <= _span(part)[1] + part.timeframe]
        if not seen:
            message = f"Expected snapshots of {name} from 24 hours after the first candle on, in {part!r}, was none"
            raise DataError(message)
        times = np.array([one.time for one in seen])
        prices = np.array([one.price or part.last_price(one.time) for one in seen])
        for band in BANDS:
            bins = np.linspace(0.0, band[1], round(band[1] / band[2]) + 1)
            actual = np.stack([_measured(one, price, bins) for one, price in zip(seen, prices, strict=True)])
            for method in tried:
                found = _Found(times, _profiles(method, part, times, prices, bins), actual)
                _compare_band(table, method, found, band)
    if not table:
        message = "Expected snapshots with at least five positions a side within reach of price, was none"
        raise DataError(message)
    names = ", ".join(dict.fromkeys(name for name, *_ in pairs))
    return _report(names, "measured positions", table, draws, seed, longest=DAY)


def _with_map(own: OwnMethods | None) -> tuple[Method, ...]:
    tried = all_methods(own)
    flat = next((method.name for method in tried if method.standing is None and method.name in (own or {})), None)
    if flat is not None:
        message = f"Expected methods with a map (Method(name, swept, standing)) for this score, was {flat!r} without"
        raise DataError(message)
    return tuple(method for method in tried if method.standing is not None)


def _span(ledger: Ledger, warm_up: int = DAY) -> tuple[int, int]:
    """Return the times [ns] between which the ledger is scored: a warm-up after the first candles to the last close."""
    ends = [int(part.time[part.settled - 1]) for part in ledger]
    return max(int(part.time[0]) for part in ledger) + warm_up, min(ends)


# ------------------------------------------------------------------ profiles by distance


def _profiles(method: Method, ledger: Ledger, times: Integers, prices: Floats, bins: Floats) -> Floats:
    """Return what a method says stands by distance from price at times, shape (T, 2, K) [quote]."""
    order = np.argsort(times, kind="stable")
    reach = bins[-1] / CELL + 1
    here = cell_coordinate(prices)
    cells = np.arange(np.floor(here.min() - reach), np.ceil(here.max() + reach) + 1)
    sizes = np.empty((2, len(cells) - 1, len(times)))
    if method.standing is not None:
        sizes[:, :, order] = checked(method.standing(ledger, times[order], cell_edge(cells)), sizes.shape, method)
    upto = np.concatenate([np.zeros((2, 1, len(times))), sizes.cumsum(axis=1)], axis=1)
    out = np.empty((len(times), 2, len(bins) - 1))
    for column in range(len(times)):
        for side, sign in enumerate((-1, 1)):
            place = here[column] + sign * bins / CELL
            out[column, side] = sign * np.diff(np.interp(place, cells, upto[side, :, column]))
    return np.maximum(out, 0.0)


def _true_profile(truth: Truth, ledger: Ledger, time: int, price: float, bins: Floats) -> Floats:
    """Return what stands in truth by distance from price, shape (2, K) [quote]."""
    out = np.zeros((2, len(bins) - 1))
    for name in ledger.names:
        out[0] += truth.standing(timestamp(time), price * np.exp(-bins[::-1]), name)[0][::-1]
        out[1] += truth.standing(timestamp(time), price * np.exp(bins), name)[1]
    return out


class _Snapshot(NamedTuple):
    """Positions at a time [ns]: price [quote/base] or 0, rows of sides, liquidation prices, sizes [quote]."""

    time: int
    price: float
    side: Integers
    level: Floats
    size: Floats


def _snapshots(frame: Any) -> Iterator[_Snapshot]:
    frame, times, size, side = sides_of(frame, "positions")
    level = check.numbers(frame, "liquidation_price", "positions", times, missing=True)
    marked = "mark_price" in frame.columns
    mark = check.numbers(frame, "mark_price", "positions", times) if marked else np.zeros(len(times))
    for time in np.unique(times):
        here = np.flatnonzero((times == time) & (level > 0))
        if len(here):
            yield _Snapshot(int(time), float(np.median(mark[here])), side[here], level[here], size[here])


def _measured(snapshot: _Snapshot, price: float, bins: Floats) -> Floats:
    """Return measured size by distance from price, shape (2, K) [quote]; zeros where a side has too few positions."""
    distance = np.where(snapshot.side == 0, -1, 1) * np.log(snapshot.level / price)
    out = np.zeros((2, len(bins) - 1))
    for side in (0, 1):
        here = (snapshot.side == side) & (distance > 0)
        if here.sum() >= FEWEST_POSITIONS:
            out[side] = np.histogram(distance[here], bins, weights=snapshot.size[here])[0]
    return out


# ------------------------------------------------------------------ comparing


class _Found(NamedTuple):
    """What a method says and what was there at times [ns]: shape (T, 2, K) [quote] each."""

    times: Integers
    said: Floats
    actual: Floats


def _add(table: _Table, method: Method, time: int, values: dict[str, float]) -> None:
    for metric, one in values.items():
        rows = table.setdefault(method.name, {}).setdefault(metric, _Rows([], []))
        rows.times.append(time)
        rows.found.append(one)


def _shares(profile: Floats) -> Floats:
    total = profile.sum()
    return profile / total if total > 0 else np.full(len(profile), 1 / len(profile))


def _local(shares: Floats) -> Floats:
    around = np.pad(shares, SMOOTHED // 2, mode="edge")
    return shares - np.convolve(around, np.full(SMOOTHED, 1 / SMOOTHED), "valid")


def _moved(said: Floats, actual: Floats, width: float) -> float:
    """Return the earth mover's distance of two sets of shares in bins of `width`."""
    return float(np.abs(np.cumsum(said - actual)).sum() * width)


def _compare(table: _Table, method: Method, found: _Found, width: float) -> None:
    for column, side in np.ndindex(len(found.times), 2):
        ours, theirs = found.said[column, side], found.actual[column, side]
        if not theirs.sum() > 0:
            continue
        x, y = _shares(ours), _shares(theirs)
        values = {
            "rank correlation": rank_correlation(ours, theirs),
            "local rank correlation": rank_correlation(_local(x), _local(y)) if ours.any() else 0.0,
            "total variation": float(np.abs(x - y).sum() / 2),
            "distance error": _moved(x, y, width),
            "size ratio": float(ours.sum() / theirs.sum()),
        }
        _add(table, method, int(found.times[column]), values)


def _compare_band(table: _Table, method: Method, found: _Found, band: tuple[str, float, float]) -> None:
    name, _, width = band
    for column, side in np.ndindex(len(found.times), 2):
        ours, theirs = found.said[column, side], found.actual[column, side]
        if np.count_nonzero(theirs) < 2:  # noqa: PLR2004 - one bin has no order
            continue
        values = {f"rank correlation, {name}": rank_correlation(ours, theirs)}
        if name == "20 %":
            place = np.arange(len(ours)) / len(ours)
            given = partial_correlation(ranks(ours), ranks(theirs), (place, place**2))
            values["rank correlation given distance, 20 %"] = given
        values[f"distance error, {name}"] = _moved(_shares(ours), _shares(theirs), width)
        if name == "all":
            values["size ratio"] = float(ours.sum() / theirs.sum())
        _add(table, method, int(found.times[column]), values)


# ------------------------------------------------------------------ the report


def _report(names: str, what: str, table: _Table, draws: int, seed: int, *, longest: int = BLOCK) -> Scores:
    distinct = np.unique([time for rows in table.get(THE_MAP.name, {}).values() for time in rows.times])
    if len(distinct) < FEWEST:
        message = f"Expected at least {FEWEST} times at which {what} stand, was {len(distinct)}"
        raise DataError(message)
    scores = []
    for method, metrics in table.items():
        for metric, rows in metrics.items():
            values, blocks = np.array(rows.found), block_numbers(np.array(rows.times), longest)
            count = int(blocks.max()) + 1
            weights = draw_blocks(count, draws, seed)
            if metric == "size ratio":
                for part, drawn in zip(_PARTS, quantiles(values, blocks, weights, tuple(_PARTS.values())), strict=True):
                    scores.append(Score(method, f"size ratio, {part}", *interval(drawn, count), len(values)))
            else:
                drawn = means(values, blocks, weights)
                scores.append(Score(method, metric, *interval(drawn, count), len(values)))
    span = f"{timestamp(distinct[0]):%Y-%m-%d %H:%M} to {timestamp(distinct[-1]):%Y-%m-%d %H:%M} UTC"
    title = f"{names}: estimated against {what} by distance from price, {len(distinct)} times, {span}"
    return Scores(title, tuple(scores), sentences(scores, what))
