"""Reliability of the chance: of prices said to have a 30 % chance to be touched, how many were."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import CELL
from liqwidget.domain.ledger import Ledger, RowKind
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, duration_ns, duration_text
from liqwidget.errors import DataError
from liqwidget.field.measure import chance, volatility

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]

WARM_UP = DAY
"""As-of times in a venue's first day [ns] are not asked: its volatility is a plain mean of few candles."""

MISSING_SHARE = 0.05
"""Windows that miss candles for more than this share of the horizon are left out: what price did there is unknown."""

CLIP = 1e-4
"""The log score counts a said chance as at least this and at most one minus this."""

_RESAMPLES = 1000
_FEWEST_BLOCKS = 4
_MOST_BINS = 100
_NEAREST, _FARTHEST, _HALVINGS = 1e-6, 1e6, 60


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How well said chances came true at one venue, or at several markets together.

    Parameters
    ----------
    symbol, venue : str
        What and where; of several markets each name once.
    horizon : str
        How long price had to get there, such as ``'24h'``.
    said, seen : ndarray of float64, shape (B,)
        The said chance, and the share of prices that were touched within the horizon.
    low, high : ndarray of float64, shape (B,)
        95 % interval of `seen`: percentiles over blocks of as-of times drawn anew; NaN with fewer than four blocks.
    count : int
        Prices asked for each said chance: as-of times x sides.
    blocks : int
        Blocks of as-of times, each as long as the horizon, at least a day: what is known independently.
    brier, log_score : float
        Mean squared error and mean negative ln likelihood of the said chance at fixed distances (see `reliability`);
        lower is better.
    base_brier, base_log_score : float
        The same scores of the share touched at each distance over the whole time, known only afterwards.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> checked = liqwidget.reliability(ledger, "4h", venue="binance")
    >>> checked.horizon, bool(abs(checked.bias) < 1)
    ('4h', True)
    """

    symbol: str
    venue: str
    horizon: str
    said: Floats = field(repr=False)
    seen: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    count: int
    blocks: int
    brier: float
    log_score: float
    base_brier: float
    base_log_score: float

    @property
    def error(self) -> float:
        """Mean absolute difference between said and seen."""
        return float(np.abs(self.said - self.seen).mean())

    @property
    def bias(self) -> float:
        """Mean of said - seen; above 0 where more was said than came true."""
        return float((self.said - self.seen).mean())

    def to_frame(self) -> pd.DataFrame:
        """Return said, seen, low, high (shares) and count, one row for each said chance."""
        columns = {"said": self.said, "seen": self.seen, "low": self.low, "high": self.high}
        return pd.DataFrame(columns).assign(count=self.count)

    def __repr__(self) -> str:
        """Return the summary."""
        return (
            f"Reliability({self.symbol!r}, {self.venue!r}, {self.horizon}: "
            f"mean error {self.error:.1%}, said - seen {self.bias:+.1%}, "
            f"Brier {self.brier:.3f} (constant shares {self.base_brier:.3f}), "
            f"log score {self.log_score:.3f} ({self.base_log_score:.3f}), "
            f"{self.count} prices for each chance in {self.blocks} blocks)"
        )

    def _repr_html_(self) -> str:
        """Return the curve as a table under the summary."""
        title = escape(f"{self.symbol}, {self.venue}: chance to be touched within {self.horizon}")
        rows = "".join(
            f"<tr><td>{said:.0%}</td><td>{seen:.1%}</td><td>{_interval(low, high)}</td></tr>"
            for said, seen, low, high in zip(self.said, self.seen, self.low, self.high, strict=True)
        )
        return (
            f"<table><caption>{title}. Mean error {self.error:.1%}, said - seen {self.bias:+.1%}, "
            f"Brier {self.brier:.3f} (constant shares {self.base_brier:.3f})</caption>"
            f"<thead><tr><th>said</th><th>seen</th><th>95 % interval</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def _interval(low: float, high: float) -> str:
    return "too few blocks" if math.isnan(low) else f"{low:.1%} to {high:.1%}"


class Excursions(NamedTuple):
    """How far price went within a horizon of as-of rows.

    ``rows``, shape (n,), are rows of the venue's ledger; ``below`` and ``above`` [ln price], shape (n,), how far the
    lowest low and the highest high of the candles that closed in the horizon lay from the row's close, at least 0.
    """

    rows: npt.NDArray[np.int64]
    below: Floats
    above: Floats


def excursions(venue: VenueLedger, horizon: int, every: int | None = None) -> Excursions:
    """Return how far price went within `horizon` [ns] of every as-of row.

    As-of rows are the closes that fall on the UTC grid of `every` [ns], or all (None). Rows of the first day, those
    whose horizon reaches beyond the last settled candle, and those that miss candles for more than 5 % of the horizon
    are left out.
    """
    time = venue.time[: venue.settled]
    rows = np.flatnonzero((time - time[0] >= WARM_UP) & (venue.inputs.kind[: len(time)] != RowKind.PART))
    if every is not None:
        rows = rows[time[rows] % every == 0]
    rows = rows[time[rows] + horizon <= time[-1]]
    last = np.searchsorted(time, time[rows] + horizon, side="right")
    missing = np.cumsum(np.where(venue.inputs.kind[: len(time)] == RowKind.GAP, np.diff(time, prepend=time[0]), 0))
    whole = (missing[last - 1] - missing[rows] <= MISSING_SHARE * horizon) & (last > rows + 1)
    rows, last = rows[whole], last[whole]
    low, high, close = venue.coordinates[:, : len(time)]
    below = close[rows] + _highest(-low, rows + 1, last)
    above = _highest(high, rows + 1, last) - close[rows]
    return Excursions(rows, np.maximum(below, 0.0) * CELL, np.maximum(above, 0.0) * CELL)


def _highest(values: Floats, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Floats:
    """Return the maximum of values[first:last] for each pair; two overlapping windows of 2^k values cover it."""
    found = np.empty(len(first))
    level = np.frexp(last - first)[1] - 1
    window = values
    for power in range(int(level.max(initial=-1)) + 1):
        span = 1 << power
        chosen = level == power
        found[chosen] = np.maximum(window[first[chosen]], window[last[chosen] - span])
        window = np.maximum(window[:-span], window[span:])
    return found


def reliability(
    ledger: Any,
    horizon: str = "24h",
    *,
    every: str | None = "1h",
    bins: int = 10,
    side: str | Side = "both",
    venue: str | None = None,
    volatility_day: npt.ArrayLike | None = None,
) -> Reliability:
    """Check the said chance against what price did, at one venue or pooled over many markets.

    At every as-of time and for each said chance (the middles of `bins` equal bins) there is one price below and one
    above the close of which `expected` says that chance; it counts as touched if the low or high of a candle that
    closed within the horizon got there. Prices are continuous here, in ln(price): the lattice of 10 bps is not asked.
    What is said uses candles up to the as-of time only.

    A curve that is right can still say little, so two proper scores are given as well, at distances that do not depend
    on what is said: those that were reached in 5 %, 15 % .. 95 % (`bins` = 10) of all windows. Scores of different
    volatility estimates can be compared, errors of the curve alone should not be.

    Parameters
    ----------
    ledger : Ledger, or an iterable or mapping of these
        See `liqwidget.estimate`. Of many, as-of times count alike, whichever market they are of, and those of a block
        of time are drawn together; one that is too short for the horizon is left out.
    horizon : str
        Such as ``'24h'``.
    every : str or None
        Distance of as-of times on the UTC grid; None asks every candle. At least a candle and a divisor of its spacing.
    bins : int
        Said chances, 1 to 100.
    side : str or Side
        'both', or the side of the positions that such prices would liquidate: 'long' (below) or 'short' (above).
    venue : str, optional
        By default the one with the most open interest at the end.
    volatility_day : array_like, shape (n,), optional
        Another volatility per row of the venue's ledger, per square root of a day; by default that of `expected`. Of
        one ledger only.

    Returns
    -------
    Reliability

    Raises
    ------
    DataError
        If no as-of time is left, or an argument cannot be used.

    Notes
    -----
    Scores: G. W. Brier, "Verification of forecasts expressed in terms of probability" (1950); I. J. Good, "Rational
    decisions" (1952). Intervals: the block bootstrap of H. R. Kuensch (1989), with fixed blocks.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.reliability(ledger, "4h").to_frame().columns.tolist()
    ['said', 'seen', 'low', 'high', 'count']
    """
    ledgers = _ledgers(ledger)
    if volatility_day is not None and len(ledgers) > 1:
        raise DataError(f"Expected volatility_day beside one ledger, was {len(ledgers)} ledgers")
    span, days = duration_ns(horizon), duration_ns(horizon) / DAY
    step = None if every is None else duration_ns(every)
    chances = (np.arange(_bins(bins)) + 0.5) / bins
    distances = _distance(chances, days)
    parts = [_venue(one, venue) for one in ledgers]
    asked = [found for part in parts if len((found := _asked(part, span, step, volatility_day)).time)]
    if not asked:
        names = ", ".join(dict.fromkeys(part.venue for part in parts))
        have = duration_text(max(int(part.time[part.settled - 1] - part.time[0]) for part in parts))
        raise DataError(
            f"Expected whole windows of {duration_text(span)} after the first day of {names}, was none in {have}"
        )
    went = [np.concatenate([_sides(one.found, side)[place] for one in asked]) for place in range(_count(side))]
    time = np.concatenate([one.time for one in asked])
    scale = np.concatenate([one.volatility for one in asked])
    far = distances * scale[:, np.newaxis]
    touched = np.mean([reached[:, np.newaxis] >= far for reached in went], axis=0)
    low, high, blocks = _resampled(touched, time, max(span, DAY))
    return Reliability(
        ", ".join(dict.fromkeys(one.symbol for one in asked)),
        ", ".join(dict.fromkeys(one.venue for one in asked)),
        str(horizon),
        chances,
        touched.mean(axis=0),
        low,
        high,
        len(went) * len(time),
        blocks,
        *_scores(np.concatenate(went), np.tile(scale, len(went)), days, 1.0 - chances),
    )


class _Asked(NamedTuple):
    """As-of times of one venue: how far price went from them, when [ns], and the volatility known, shape (n,)."""

    symbol: str
    venue: str
    found: Excursions
    time: npt.NDArray[np.int64]
    volatility: Floats


def _asked(part: VenueLedger, span: int, step: int | None, volatility_day: npt.ArrayLike | None) -> _Asked:
    found = excursions(part, span, step)
    return _Asked(part.symbol, part.venue, found, part.time[found.rows], _volatility(part, volatility_day)[found.rows])


def _ledgers(given: Any) -> list[Ledger]:
    """Return the ledgers of one, an iterable or a mapping of these."""
    if isinstance(given, Ledger):
        return [given]
    values = given.values() if isinstance(given, Mapping) else given
    found = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else []
    if found and all(isinstance(one, Ledger) for one in found):
        return found
    raise DataError(f"Expected a Ledger (see liqwidget.estimate) or some of these, was {type(given).__name__}")


def _scores(went: Floats, scale: Floats, days: float, quantiles: Floats) -> tuple[float, float, float, float]:
    """Return Brier and log score of the chance, then of constant shares, at quantiles of how far price went."""
    distances = np.quantile(went, quantiles)
    totals = np.zeros(4)
    for distance in distances:
        true = went >= distance
        for index, said in enumerate((chance(distance, scale, days), np.full(len(went), true.mean()))):
            clipped = np.clip(said, CLIP, 1.0 - CLIP)
            totals[index * 2] += ((said - true) ** 2).mean()
            totals[index * 2 + 1] -= np.log(np.where(true, clipped, 1.0 - clipped)).mean()
    brier, log_score, base_brier, base_log_score = (totals / len(distances)).tolist()
    return brier, log_score, base_brier, base_log_score


def _distance(chances: Floats, days: float) -> Floats:
    """Return the distance in ln(price), over volatility per root of a day, at which each chance is said.

    Halving of an interval: the chance falls with distance, whatever its law.
    """
    low, high = np.full(len(chances), math.log(_NEAREST)), np.full(len(chances), math.log(_FARTHEST))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        nearer = chance(np.exp(middle), 1.0, days) > chances
        low, high = np.where(nearer, middle, low), np.where(nearer, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def _resampled(touched: Floats, time: npt.NDArray[np.int64], length: int) -> tuple[Floats, Floats, int]:
    """Return 2.5 % and 97.5 % points of the mean over resampled blocks of `length` [ns], and how many blocks."""
    block = np.unique((time - time.min()) // length, return_inverse=True)[1]
    blocks = int(block.max()) + 1
    if blocks < _FEWEST_BLOCKS:
        unknown = np.full(touched.shape[1], np.nan)
        return unknown, unknown, blocks
    sums = np.zeros((blocks, touched.shape[1]))
    np.add.at(sums, block, touched)
    drawn = np.random.default_rng(0).multinomial(blocks, np.full(blocks, 1.0 / blocks), _RESAMPLES)
    means = drawn @ sums / (drawn @ np.bincount(block))[:, np.newaxis]
    low, high = np.quantile(means, (0.025, 0.975), axis=0)
    return low, high, blocks


def _venue(ledger: Ledger, name: str | None) -> VenueLedger:
    return ledger.leading() or ledger.venues[0] if name is None else ledger.venue(name)


def _bins(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_BINS:
        return value
    raise DataError(f"Expected bins from 1 to {_MOST_BINS}, was {value!r:.60}")


def _count(side: str | Side) -> int:
    return 2 if side == "both" else 1


def _sides(found: Excursions, side: str | Side) -> list[Floats]:
    if side == "both":
        return [found.below, found.above]
    return [found.below if Side.parse(side) is Side.LONG else found.above]


def _volatility(venue: VenueLedger, given: npt.ArrayLike | None) -> Floats:
    if given is None:
        return volatility(venue)
    array = np.asarray(given, dtype=np.float64)
    if array.shape != venue.time.shape or not (array[1:] > 0).all():
        raise DataError(
            f"Expected volatility_day above 0 for each of {len(venue.time)} rows, was an array of shape {array.shape}"
        )
    return array
