"""The estimator with its ingredients exchangeable, to try ideas that the product does not have.

Written from the first specification (cells of 10 basis points, no book at the cap) on a fixed lattice: the default
`Variant` gives that version's map. Only `tests.accuracy.ideas` uses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.leverage import FLOOR_DISTANCE, GROUP_DISTANCES
from liqwidget.field.density import LONG_LIMIT, LONG_REACH, SHORT_REACH

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Market = dict[str, Any]
Signal = Callable[[Market], Floats]

DAY_MS = 86_400_000
LOSERS_EXIT, WINNERS_EXIT = 0.8, 1.2
"""Exit rates over the mean: losers leave at 0.67 times the rate of winners."""
SPREAD_CELLS = math.ceil(max(LONG_REACH, SHORT_REACH) / PRICE_CELL) + 1
SHIFTS = np.linspace(-1.0, 1.0, 41)
"""Shifts of ln(median leverage) for which the groups' weights are tabulated."""


class Spread(NamedTuple):
    """``table[s, g, k]``: share of a side whose liquidation lies k cells off the entry; ``weights[s, g]``: books."""

    table: Floats
    weights: Floats


Mixture = tuple[tuple[float, float, float], ...]
"""Parts of a prior: (share, median effective leverage, sigma of its logarithm)."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An estimator. The default is the specification.

    Parameters
    ----------
    prior : tuple of (share, median, sigma)
        Mixture of log-normal effective leverages.
    spread : callable, optional
        Market -> `Spread`; replaces `prior` and `cap` (a known mix, other groups).
    cap : float
        Factor on the venue's nearest distance.
    churn : float or tuple of six
        Share closed per day of normal volume, as an exponential rate, by group.
    eta : float
        Exponent of the volume clock.
    nodes : int
        Most entry nodes of a candle.
    typical : bool
        All openings at the typical price (high + low + close) / 3.
    path : bool
        The candle as three: open to one extreme, to the other, to the close; green candles go low first.
    losers : bool
        Losers leave at 0.67 times the rate of winners.
    sweep_first : bool
        Falling open interest is taken for the swept positions first, and closes others only beyond those.
    price_tilt, churn_tilt : tuple of (signal, strength)
        Longs open higher in the candle, or leave more slowly, where the signal is positive; shorts the reverse.
    leverage_tilt : tuple of (signal, strength)
        ln(median leverage) of longs shifted up, of shorts down, by strength x signal.
    leverage_level : tuple of (signal, strength)
        ln(median leverage) of both sides shifted by strength x signal.
    """

    prior: Mixture = ((1.0, 2.5, 1.0),)
    spread: Callable[[Market], Spread] | None = None
    cap: float = 1.0
    churn: float | tuple[float, ...] = 0.4
    eta: float = 1.0
    nodes: int = 7
    typical: bool = False
    path: bool = False
    losers: bool = False
    sweep_first: bool = False
    price_tilt: tuple[Signal, float] | None = None
    churn_tilt: tuple[Signal, float] | None = None
    leverage_tilt: tuple[Signal, float] | None = None
    leverage_level: tuple[Signal, float] | None = None

    def __call__(self, market: Market, asof_ms: Integers, edges: Floats) -> tuple[Floats, Floats]:
        """Return long and short quote currency standing, each shape (times, edges - 1)."""
        spread = mixed(self.prior, market["d_min"] * self.cap) if self.spread is None else self.spread(market)
        base, cells = round(float(np.log(edges[0])) / PRICE_CELL), len(edges) - 1
        rows = _rows(market, self, spread)
        ends = market["t"] + market["step_ms"]
        wanted = np.searchsorted(ends, np.asarray(asof_ms), side="right") * (3 if self.path else 1)
        inside = np.divide(spread.table, spread.weights[..., None], where=spread.weights[..., None] > 0,
                           out=np.zeros_like(spread.table))  # fmt: skip
        low, high, close, bottom, top = (np.log(price) / PRICE_CELL - base for price in rows[:5])
        out = _run(
            low, high, close, bottom, top, rows.tilt, rows.wanted, rows.kept, inside, _span(inside), _losing(inside),
            self.nodes, int(self.losers), int(self.sweep_first), wanted, cells,
        )  # fmt: skip
        middle = np.exp((base + np.arange(cells) + 0.5) * PRICE_CELL)
        return out[0] * middle, out[1] * middle


class _Rows(NamedTuple):
    low: Floats
    high: Floats
    close: Floats
    bottom: Floats
    """Lowest entry price; `top` the highest."""
    top: Floats
    tilt: Floats
    wanted: Floats
    """Coins each book holds after the row, shape (n, 2, G)."""
    kept: Floats
    """Share that does not churn, shape (n, 2, G)."""


@lru_cache(maxsize=1024)
def mixed(prior: Mixture, nearest: float) -> Spread:
    """Return a mixture's spread by side, group and cells of offset; no distance under `nearest`."""
    parts = [(share, *_log_normal(median, sigma, max(nearest, FLOOR_DISTANCE))) for share, median, sigma in prior]
    weights = np.asarray(sum(share * part for share, _, part in parts))
    table = np.asarray(sum(share * part for share, part, _ in parts))
    return Spread(table, np.stack([weights, weights]))


def _log_normal(median: float, sigma: float, nearest: float) -> tuple[Floats, Floats]:
    """Return a log-normal leverage's table by side, group and cells of offset, and the groups' weights."""
    edges = np.maximum(GROUP_DISTANCES, nearest)

    def under(distance: Floats) -> Floats:
        return np.asarray(ndtr((np.log(distance) + math.log(median)) / sigma))

    weights = np.diff(under(edges))
    table = np.zeros((2, len(weights), SPREAD_CELLS))
    offsets = np.maximum(np.arange(SPREAD_CELLS + 1) - 0.5, 0) * PRICE_CELL
    for side, distance in enumerate(
        (np.clip(-np.expm1(-offsets), 1e-9, LONG_LIMIT), np.maximum(np.expm1(offsets), 1e-9))
    ):
        for group in np.flatnonzero(weights):
            table[side, group] = np.diff(under(np.clip(distance, edges[group], edges[group + 1])))
    return table, weights


def _span(table: Floats) -> Integers:
    span = np.zeros((*table.shape[:2], 2), np.int64)
    for side, group in np.ndindex(*table.shape[:2]):
        inside = np.flatnonzero(table[side, group])
        if len(inside):
            span[side, group] = inside[0], inside[-1] + 1
    return span


def _losing(table: Floats) -> Floats:
    """Return the share of openings that lie farther than each offset, by side and group."""
    return np.asarray(1.0 - np.cumsum(table, axis=2) / np.maximum(table.sum(axis=2, keepdims=True), 1e-300))


def _rows(market: Market, variant: Variant, spread: Spread) -> _Rows:
    """Return the rows of a market, the start first."""
    count, interest = len(market["t"]), np.append(market["oi0"], market["oi"])
    churn = np.broadcast_to(np.asarray(variant.churn, float), (2, spread.weights.shape[1]))
    rate = np.append(0.0, clock(market, variant.eta))[:, None, None] * churn
    tilt = np.zeros((count + 1, 2))
    signs = np.array([1.0, -1.0])
    if variant.price_tilt is not None:
        signal, strength = variant.price_tilt
        tilt[1:] = np.clip(strength * signal(market), -1, 1)[:, None] * signs
    if variant.churn_tilt is not None:
        signal, strength = variant.churn_tilt
        rate[1:] *= np.maximum(1 - (strength * signal(market))[:, None, None] * signs[:, None], 0.0)
    weights = np.broadcast_to(spread.weights, (count + 1, *spread.weights.shape))
    if variant.leverage_tilt is not None or variant.leverage_level is not None:
        weights = _shifted(variant, market)
    prices = [np.append(market["o"][0], market[name]) for name in "olhc"]
    wanted = weights * interest[:, None, None]
    if not variant.path:
        _, low, high, close = prices
        mean = (low + high + close) / 3
        bottom, top = (mean, mean) if variant.typical else (low, high)
        return _Rows(low, high, close, bottom, top, tilt, wanted, np.exp(-rate))
    return _legs(prices, wanted, rate)


def _legs(prices: list[Floats], wanted: Floats, rate: Floats) -> _Rows:
    """Return three rows a candle: to one extreme, to the other, to the close; churn by length, interest in a line."""
    opened, low, high, close = (line[1:] for line in prices)
    green = close >= opened
    stops = np.stack([opened, np.where(green, low, high), np.where(green, high, low), close], axis=1)
    length = np.abs(np.diff(np.log(stops), axis=1)) + 1e-9
    share = length / length.sum(axis=1, keepdims=True)
    along = np.cumsum(share, axis=1)[..., None, None]
    start, end = wanted[:-1, None], wanted[1:, None]

    def joined(first: Floats, rest: Floats) -> Floats:
        return np.concatenate([first[None], rest.reshape(-1, *rest.shape[2:])])

    lows = joined(prices[1][0], np.minimum(stops[:, :-1], stops[:, 1:]))
    highs = joined(prices[2][0], np.maximum(stops[:, :-1], stops[:, 1:]))
    books = joined(wanted[0], start + along * (end - start))
    kept = joined(np.ones_like(rate[0]), np.exp(-rate[1:, None] * share[..., None, None]))
    return _Rows(lows, highs, joined(prices[3][0], stops[:, 1:]), lows, highs, np.zeros((len(lows), 2)), books, kept)


def clock(market: Market, eta: float) -> Floats:
    """Return the days of normal volume that each candle lasts."""
    days, volume = market["step_ms"] / DAY_MS, np.asarray(market["vol"], float)
    window, index = max(1, int(7 / days)), np.arange(len(volume))
    first, total = np.maximum(index - window + 1, 0), np.append(0.0, np.cumsum(volume))
    mean = (total[index + 1] - total[first]) / (index + 1 - first)
    return np.asarray(days * np.maximum(volume / np.maximum(mean, 1e-12), 0.05) ** eta)


def _shifted(variant: Variant, market: Market) -> Floats:
    """Return the books' weights by row, side and group when ln(median) is shifted; every side keeps its total."""
    nearest = market["d_min"] * variant.cap
    apart, both = (
        np.zeros(len(market["t"]) + 1) if part is None else np.append(0.0, part[1] * part[0](market))
        for part in (variant.leverage_tilt, variant.leverage_level)
    )
    plain = mixed(variant.prior, nearest).weights[0]
    shifted = [tuple((share, median * math.exp(by), sigma) for share, median, sigma in variant.prior) for by in SHIFTS]
    moved = np.array([mixed(prior, nearest).weights[0] for prior in shifted])
    moved *= plain.sum() / moved.sum(axis=1, keepdims=True)
    sides = [np.stack([np.interp(by, SHIFTS, line) for line in moved.T], axis=1) for by in (both + apart, both - apart)]
    return np.stack(sides, axis=1)


@nb.njit(nogil=True, cache=True)
def _leave(book: Floats, held: float, rate: float, losing: Floats, closed: int, sign: int) -> float:
    """Let positions leave by whether they lose, given where they stand; return what the book holds then."""
    before, after = 0.0, 0.0
    for cell in range(book.shape[0]):
        amount = book[cell]
        if amount > 0.0:
            offset = min(max(sign * (cell - closed), 0), losing.shape[0] - 1)
            gone = rate * (WINNERS_EXIT - (WINNERS_EXIT - LOSERS_EXIT) * losing[offset])
            book[cell] = amount * (1.0 - gone + 0.5 * gone * gone)
            before += amount
            after += book[cell]
    return after + max(held - before, 0.0) * math.exp(-rate)


@nb.njit(nogil=True, cache=True)
def _open(
    book: Floats, amount: float, table: Floats, first: int, last: int, sign: int, bottom: float, top: float,
    closed: int, most: int, tilt: float,
) -> None:  # fmt: skip
    """Spread openings over entry nodes between `bottom` and `top`; what lies beyond the close starts from it."""
    nodes = min(most, max(1, int(np.ceil(top - bottom))))
    for node in range(nodes):
        place = (node + 0.5) / nodes
        position = bottom + (top - bottom) * place - 0.5
        entry = int(np.floor(position))
        part = amount / nodes * (1.0 + tilt * (2.0 * place - 1.0))
        for step in range(2):
            share = part * (position - entry if step == 1 else 1.0 - position + entry)
            start = entry + step
            for offset in range(first, last):
                cell = start + sign * offset
                if sign * (cell - closed) <= 0:
                    cell = closed + sign * offset
                if cell < 0 or cell >= book.shape[0]:
                    break
                book[cell] += share * table[offset]


@nb.njit(nogil=True, cache=True)
def _run(  # noqa: C901, PLR0912 - one compiled loop
    low: Floats, high: Floats, close: Floats, bottom: Floats, top: Floats, tilt: Floats, wanted: Floats, kept: Floats,
    table: Floats, span: Integers, losing: Floats, nodes: int, losers: int, sweep_first: int,
    shown: Integers, cells: int,
) -> Floats:  # fmt: skip
    """Run the books over all rows and return the coins standing at the rows `shown`, shape (2, times, cells)."""
    groups = table.shape[1]
    books, held, scale = np.zeros((2, groups, cells)), np.zeros((2, groups)), np.ones((2, groups))
    out = np.zeros((2, shown.shape[0], cells))
    column = 0
    for row in range(low.shape[0]):
        closed, before = int(np.floor(close[row])), int(np.floor(close[max(row - 1, 0)]))
        lowest = int(np.floor(min(low[row], close[max(row - 1, 0)])))
        highest = int(np.floor(max(high[row], close[max(row - 1, 0)])))
        for side in range(2):
            sign = 2 * side - 1
            for group in range(groups):
                book = books[side, group]
                if losers:
                    held[side, group] = scale[side, group] * _leave(
                        book, held[side, group] / scale[side, group], -np.log(kept[row, side, group]),
                        losing[side, group], before, sign,
                    )  # fmt: skip
                else:
                    held[side, group] *= kept[row, side, group]
                    scale[side, group] *= kept[row, side, group]
                if not sweep_first and held[side, group] > wanted[row, side, group]:
                    scale[side, group] *= wanted[row, side, group] / held[side, group]
                    held[side, group] = wanted[row, side, group]
                for cell in range(max(lowest if side == 0 else before, 0),
                                  min((before if side == 0 else highest) + 1, cells)):  # fmt: skip
                    held[side, group] -= book[cell] * scale[side, group]
                    book[cell] = 0.0
                if sweep_first and held[side, group] > wanted[row, side, group]:
                    scale[side, group] *= wanted[row, side, group] / held[side, group]
                    held[side, group] = wanted[row, side, group]
                amount = wanted[row, side, group] - max(held[side, group], 0.0)
                if amount > 0.0:
                    _open(
                        book, amount / scale[side, group], table[side, group], span[side, group, 0],
                        span[side, group, 1], sign, bottom[row], top[row], closed, nodes, tilt[row, side],
                    )  # fmt: skip
                held[side, group] = wanted[row, side, group]
                if scale[side, group] < 1e-100:
                    for cell in range(cells):
                        book[cell] *= scale[side, group]
                    scale[side, group] = 1.0
        while column < shown.shape[0] and shown[column] == row:
            for side in range(2):
                for group in range(groups):
                    for cell in range(cells):
                        out[side, column, cell] += books[side, group, cell] * scale[side, group]
            column += 1
    return out
