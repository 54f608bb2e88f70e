"""Calibration: one factor, or the prior's two numbers, fitted to realised liquidations."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.frames import MarketData
from liqwidget.domain.realised import read_liquidations
from liqwidget.domain.time import DAY, duration_ns, duration_text, time_index, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.estimate import likelihood
from liqwidget.estimate.calibration import Calibration
from liqwidget.estimate.estimator import Rules, estimated, estimated_beside
from liqwidget.field.crossed import crossed
from liqwidget.field.density import DEFAULT_PRIOR, Prior, PriorLike

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import Ledger
    from liqwidget.estimate.estimate_asked import Markets

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FITS = ("scale", "prior")
LEAST_SUMS = {"scale": 10, "prior": 20}
"""Sums with liquidations that a fit needs: errors of a day's sum are factors of about e^1.5 to e^2.5, so that ten leave
the factor uncertain by about three either way, which is no better than the order of magnitude the map claims by itself;
ten for each number fitted."""
LEAST_DAYS = 5
"""Days (or longer periods) with such sums: fewer are one episode of the market, and cannot be held out in parts."""
FEW_DAYS = 14
"""Below it intervals hold the truth less often than they say: on simulated days with a known factor in 76 to 84 % of
200 cases on 6 days, in 90 to 96 % on 15, 30 and 90."""
WARM_UP = 3 * DAY
"""Left out after a venue's first candle [ns]: what was placed around the first price is 70 % turned over by then."""
FLOOR = 0.01
"""A reported sum below this share of the median one is left out, and predictions are raised to it: feeds lose events,
so that little or nothing reported tells nothing, and no single sum may count for a factor of more than that."""
MEDIANS, SIGMAS = (1.0, 40.0), (0.3, 2.0)
"""Bounds of a fitted prior: median effective leverage, and the standard deviation of its logarithm."""

_COARSE = (11, 7)
_FINER = 6
_REACH, _SCALES = 3.0, 1201
_WIDE = 0.5
_ROUNDING = 1e-6


class _Reported(NamedTuple):
    """Liquidations: times [ns], rows (0 long, 1 short), sizes [quote]; in an order that does not depend on theirs."""

    time: Integers
    row: Integers
    size: Floats


class _Seen(NamedTuple):
    """Sums by side and period: what was reported, what the uncalibrated map predicts [quote], and which are used.

    `starts` [ns] has shape (P,), `edges` those of the steps in them, the others (2, P).
    """

    starts: Integers
    edges: Integers
    actual: Floats
    plain: Floats
    enough: npt.NDArray[np.bool_]
    left_out: int

    def used(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the used of values, shape (2, P), in time order; shape (N,)."""
        return values.T[self.enough.T]

    def days(self, length: int) -> Integers:
        """Return the day, or the longer period, of each used sum: 0, 1, .. without those that have none."""
        day = self.starts // max(length, DAY)
        return np.unique(self.used(np.stack([day, day])), return_inverse=True)[1].astype(np.int64)


class _Candidates(NamedTuple):
    """Numbers by name, each shape (G,), and ln of what they predict, shape (G, N); ln without calibration, (N,)."""

    numbers: dict[str, Floats]
    predicted: Floats
    plain: Floats

    def chosen(self, row: int) -> dict[str, float]:
        """Return the numbers of one candidate."""
        return {name: float(column[row]) for name, column in self.numbers.items()}


def calibrate(
    market: Markets,
    liquidations: pd.DataFrame | None = None,
    *,
    fit: str = "scale",
    prior: PriorLike | Prior = DEFAULT_PRIOR,
    every: str = "1h",
    period: str = "1d",
    skip: Iterable[Any] = (),
) -> Calibration:
    """Fit one factor, or the prior's median and sigma, to realised liquidations by maximum likelihood.

    What the map of each step says will be crossed until the next (`liqwidget.field.crossed`) is summed per period and
    side and compared with what was liquidated. Venues' nearest distances stay as they are, and group weights are never
    free: 24 weights fitted to recorded daily sums fitted noise, and did worse than no fit on other coins. The model of
    errors is in `liqwidget.estimate.likelihood`.

    What price crosses in a day lies near: sums of it tell the near end of the prior and hardly its middle, so that
    median and sigma are often not found apart (the sentence says so).

    Public feeds of most venues are lower bounds (one event a second, or samples): a factor fitted to them is one of
    what the feed reports, not of what was liquidated. Give the markets of the venues that the feed covers, and no
    others.

    Parameters
    ----------
    market : MarketData or iterable of MarketData
        One per venue, all of one symbol, with open interest.
    liquidations : DataFrame, optional
        By UTC DatetimeIndex or `time` column: side ('long' / 'short', of the position), size [quote]. A row may be a
        sum over a period, stamped inside it. None means the market data's own.
    fit : str
        'scale' (one factor) or 'prior' (median and sigma, within `MEDIANS` and `SIGMAS`).
    prior : str, (median, sigma), mapping or Prior
        The prior of the map that is scaled, or that a fitted one must beat.
    every : str
        Step between maps. What is opened and liquidated within a step is in no map, so a factor belongs to its step.
    period : str
        Length of a sum, on the UTC grid; a whole multiple of `every`.
    skip : iterable of times or (start, end)
        Periods that hold such a time, or overlap such a span, are left out: outages, partly recorded days.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        If liquidations are too few or too short (`LEAST_SUMS`, `LEAST_DAYS`), lie outside the candles, or open
        interest is unknown; or an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> found = liqwidget.calibrate(liqwidget.sample_market(days=8).markets())
    >>> low, high = found.intervals["scale"]
    >>> low < found.scale < high
    True
    """
    markets = (market,) if isinstance(market, MarketData) else tuple(market)
    step, length = duration_ns(every), duration_ns(period)
    if fit not in FITS or length % step:
        message = (
            "Expected fit= as 'scale' or 'prior' and period= as a whole number of every=, was "
            f"fit={fit!r:.60}, period={period!r:.60}, every={every!r:.60}"
        )
        raise DataError(message)
    base = estimated(markets, Prior.parse(prior), Rules())
    relative = next((part.venue for part in base if part.relative), None)
    if relative is not None:
        message = f"Expected open interest to calibrate amounts, was none on {relative}: its sizes are relative"
        raise DataError(message)
    seen = _seen(base, _reported(markets, liquidations), step, length, skip)
    _refuse_few(fit, seen, length)
    found = _scales(seen) if fit == "scale" else _priors(base, seen)
    logs = np.log(seen.used(seen.actual))
    sums = likelihood.Sums(logs - found.predicted, logs - found.plain, seen.days(length))
    best = likelihood.choose(sums.errors)
    values = found.chosen(best.row)
    if fit == "scale":
        fitted, after = base.prior, seen.plain * values["scale"]
    else:
        fitted = Prior.parse((values["median"], values["sigma"]))
        after = _predicted(estimated_beside(base, fitted, Rules()), seen.edges, len(seen.starts))
    return _judged(fit, fitted, seen=seen, after=after, found=found, sums=sums, best=best)


def _judged(
    fit: str,
    prior: Prior,
    *,
    seen: _Seen,
    after: Floats,
    found: _Candidates,
    sums: likelihood.Sums,
    best: likelihood.Choice,
) -> Calibration:
    drawn = likelihood.drawn_choices(sums, best.spread)
    values = found.chosen(best.row)
    intervals = {name: likelihood.interval(column[drawn]) for name, column in found.numbers.items()}
    parts, later = likelihood.folds(sums), likelihood.later(sums)
    gains = np.empty(len(sums.plain))
    for part in parts:
        gains[part.held] = part.gain
    return Calibration(
        fit=fit,
        prior=prior,
        scale=values.get("scale", 1.0),
        intervals=intervals,
        spread=best.spread,
        sums=len(gains),
        left_out=seen.left_out,
        days=sums.days,
        gain=best.likelihood - likelihood.choose(sums.plain[None]).likelihood,
        held_out=float(gains.mean()),
        held_out_interval=likelihood.mean_interval(gains, sums.day),
        later=float(later.gain.mean()),
        later_interval=likelihood.mean_interval(later.gain, sums.day[later.held]),
        notes=_notes(fit, sums.days, values, intervals),
        table=_table(seen, after),
        fold_table=_folds_frame((*parts, later), found, sums, seen.used(np.stack([seen.starts] * 2))),
    )


def _reported(markets: tuple[MarketData, ...], frame: pd.DataFrame | None) -> _Reported:
    if frame is None:
        own = [part.liquidations for part in markets]
        time = np.concatenate([part.time for part in own])
        sides, size = np.concatenate([part.side for part in own]), np.concatenate([part.size for part in own])
        if not len(time):
            raise DataError("Expected liquidations as a frame, or in the market data, was none")
    else:
        faults = check.Faults()
        found, _ = read_liquidations(frame, markets[0].symbol, faults, priced=False)
        faults.stop()
        time, sides, size = found["time"], found["side"], found["size"]
    row = np.where(sides > 0, 0, 1).astype(np.int64)
    order = np.lexsort((size, row, time))
    return _Reported(time[order], row[order], size[order])


def _seen(base: Ledger, reported: _Reported, step: int, length: int, skip: Iterable[Any]) -> _Seen:
    starts = _periods(base, reported, length)
    edges = np.arange(starts[0], starts[-1] + length + 1, step)
    number = (reported.time - starts[0]) // length
    inside = (number >= 0) & (number < len(starts))
    actual = np.zeros((2, len(starts)))
    np.add.at(actual, (reported.row[inside], number[inside]), reported.size[inside])
    plain = _predicted(base, edges, len(starts))
    usable = np.stack([~_skipped(starts, length, skip)] * 2)
    enough = usable & (actual > 0)
    if enough.any():
        enough &= (actual >= FLOOR * np.median(actual[enough])) & (plain > 0)
    return _Seen(starts, edges, actual, plain, enough, int((usable & ~enough).sum()))


def _periods(ledger: Ledger, reported: _Reported, length: int) -> Integers:
    """Return the starts of the periods with liquidations that the ledger covers, and those between [ns]; shape (P,)."""
    first = max(int(part.time[0]) for part in ledger) + WARM_UP
    last = min(int(part.time[part.settled - 1]) for part in ledger)
    start, end = -(-first // length) * length, last // length * length
    inside = reported.time[(reported.time >= start) & (reported.time < end) & (reported.size > 0)]
    if not len(inside):
        message = (
            f"Expected liquidations in whole periods of {duration_text(length)} from {timestamp(first)} (3 days after "
            f"the first candle) to {timestamp(last)}, was none; they lie from {timestamp(reported.time[0])} to "
            f"{timestamp(reported.time[-1])}"
        )
        raise DataError(message)
    return np.arange(inside[0] // length, inside[-1] // length + 1, dtype=np.int64) * length


def _predicted(ledger: Ledger, edges: Integers, periods: int) -> Floats:
    """Return what the maps at the steps' edges say is crossed, per side and period, shape (2, P) [quote]."""
    return np.asarray(crossed(ledger, edges).reshape(2, periods, -1).sum(axis=2))


def _skipped(starts: Integers, length: int, skip: Iterable[Any]) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(starts), dtype=np.bool_)
    for entry in skip:
        span = entry if isinstance(entry, tuple | list) else (entry, entry)
        if len(span) != 2:  # noqa: PLR2004 - a span has two ends
            message = f"Expected skip= as times or (start, end), was {entry!r:.60}"
            raise DataError(message)
        first, last = (time_ns(one, "skip") for one in span)
        out |= (starts <= max(first, last - 1)) & (starts + length > first)
    return out


def _refuse_few(fit: str, seen: _Seen, length: int) -> None:
    least, count = LEAST_SUMS[fit], int(seen.enough.sum())
    days = len(np.unique(seen.days(length)))
    if count < least or days < LEAST_DAYS:
        message = (
            f"Expected at least {least} sums of liquidations (one per {duration_text(length)} and side) on "
            f"{LEAST_DAYS} days to fit {fit!r}, was {count} on {days}"
        )
        raise DataError(message)


def _scales(seen: _Seen) -> _Candidates:
    """Return factors around the median ratio; predictions are raised to a share of their median."""
    plain = seen.used(seen.plain)
    predicted = np.log(np.maximum(plain, FLOOR * np.median(plain)))
    middle = float(np.median(np.log(seen.used(seen.actual)) - predicted))
    offsets = middle + np.linspace(-_REACH, _REACH, _SCALES)
    return _Candidates({"scale": np.exp(offsets)}, predicted + offsets[:, None], predicted)


def _priors(base: Ledger, seen: _Seen) -> _Candidates:
    """Return priors on a grid: estimated on a coarse one, ln of what they predict interpolated between.

    Predictions are raised to a share of the median reported sum.
    """
    floor = float(np.log(FLOOR * np.median(seen.used(seen.actual))))
    medians, sigmas = np.geomspace(*MEDIANS, _COARSE[0]), np.geomspace(*SIGMAS, _COARSE[1])

    def logs(pair: tuple[float, float]) -> Floats:
        ledger = estimated_beside(base, Prior.parse(pair), Rules())
        amounts = seen.used(_predicted(ledger, seen.edges, len(seen.starts)))
        return np.asarray(np.log(np.maximum(amounts, np.exp(floor) * FLOOR)))

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pairs = [(float(median), float(sigma)) for median in medians for sigma in sigmas]
        coarse = np.stack(list(pool.map(logs, pairs))).reshape(*_COARSE, -1)
    across, along = (_between(count) for count in _COARSE)
    fine = np.einsum("am,bs,msn->abn", across, along, coarse, optimize=True).reshape(len(across) * len(along), -1)
    numbers = {
        "median": np.repeat(np.exp(across @ np.log(medians)), len(along)),
        "sigma": np.tile(np.exp(along @ np.log(sigmas)), len(across)),
    }
    return _Candidates(numbers, np.maximum(fine, floor), np.maximum(np.log(seen.used(seen.plain)), floor))


def _between(count: int) -> Floats:
    """Return the matrix that interpolates even points at `_FINER` times as many, cubic through the nearest four."""
    at = np.linspace(0, count - 1, (count - 1) * _FINER + 1)
    first = np.clip(np.floor(at).astype(int) - 1, 0, count - 4)
    matrix = np.zeros((len(at), count))
    for near in range(4):
        weight = np.ones(len(at))
        for other in range(4):
            if other != near:
                weight *= (at - first - other) / (near - other)
        matrix[np.arange(len(at)), first + near] = weight
    return matrix


def _notes(fit: str, days: int, values: dict[str, float], intervals: dict[str, tuple[float, float]]) -> tuple[str, ...]:
    notes = []
    if days < FEW_DAYS:
        notes.append(f"With fewer than {FEW_DAYS} days the intervals are too narrow.")
    if fit == "scale":
        return tuple(notes)
    for name, limits in (("median", MEDIANS), ("sigma", SIGMAS)):
        bounds = f"the bound of the search ({limits[0]:g} to {limits[1]:g})"
        if _at_a_bound([values[name]], limits):
            notes.append(
                f"The {name} lies at {bounds} and is not found: what price crosses tells of near liquidations alone."
            )
        elif _at_a_bound(intervals[name], limits):
            notes.append(f"The interval of the {name} ends at {bounds}: it may be wider.")
        elif np.log(intervals[name][1] / intervals[name][0]) > _WIDE * np.log(limits[1] / limits[0]):
            notes.append(f"The data hardly tell the {name}: its interval covers more than half of the search.")
    return tuple(notes)


def _at_a_bound(values: Iterable[float], limits: tuple[float, float]) -> bool:
    return any(abs(np.log(value / limit)) < _ROUNDING for value in values for limit in limits)


def _table(seen: _Seen, after: Floats) -> pd.DataFrame:
    columns = {"reported": seen.actual, "predicted": seen.plain, "calibrated": after, "fitted": seen.enough}
    names = {"time": time_index(np.repeat(seen.starts, 2)), "side": ["long", "short"] * len(seen.starts)}
    return pd.DataFrame(names | {name: column.T.ravel() for name, column in columns.items()})


def _folds_frame(
    parts: tuple[likelihood.Fold, ...], found: _Candidates, sums: likelihood.Sums, times: Integers
) -> pd.DataFrame:
    rows = [
        {
            "start": timestamp(times[part.held][0]),
            "end": timestamp(times[part.held][-1]),
            "sums": int(part.held.sum()),
            **found.chosen(part.choice.row),
            "ratio_before": float(np.exp(np.median(-sums.plain[part.held]))),
            "ratio_after": float(np.exp(np.median(-sums.errors[part.choice.row, part.held]))),
            "gain": float(part.gain.mean()),
        }
        for part in parts
    ]
    names = [f"fold {number + 1}" for number in range(len(parts) - 1)]
    return pd.DataFrame(rows, index=pd.Index([*names, "later"], name="held_out"))
