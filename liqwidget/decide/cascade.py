"""Cascade: sweeps that move the price into more sweeps.

A shock moves the price. What stands between the last price and there is liquidated, and its orders move the price on by
the market's impact; what stands up to the new price is liquidated too, and so on until nothing new is swept. It is an
estimate on an estimate: positions come from the ledger, impact from a law or a frozen order book, and nobody else
trades meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.decide.cascade_value import Cascade, CascadeStep, forced
from liqwidget.domain.lattice import CELL
from liqwidget.domain.side import Side
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.study.clusters import Cluster, find_clusters
from liqwidget.study.profile import profile
from liqwidget.trust.alternatives import given_alternatives
from liqwidget.trust.uncertainty import under

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.decide.impact import Impact
    from liqwidget.domain.ledger import Ledger
    from liqwidget.trust.alternatives import Alternative

Floats = npt.NDArray[np.float64]

FARTHEST = 0.7
"""How far a cascade is followed, in ln(price): to half of the price, or to twice it."""

CURVE = tuple(np.round(np.linspace(-0.1, 0.1, 41), 4).tolist())
"""Shocks of the curve unless told otherwise."""

_ROUNDS = 500
_SETTLED = 1e-7
"""A round that moves the price by less, in ln(price), is the last."""


def cascade(
    ledger: Ledger,
    shock: float = -0.02,
    at: Any = None,
    *,
    impact: Impact,
    alternatives: Iterable[Alternative] = (),
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> Cascade:
    """Return what a shock of the price would set off.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    shock : float
        By which fraction the price moves at first: above -0.5, up to 1, not 0.
    at : time, optional
        Whose positions; None means the last close.
    impact : SquareRootImpact or OrderBook
        What moves the price; ``SquareRootImpact.of(markets)`` is that of recorded markets.
    alternatives : iterable of Alternative
        Assumptions under which it is done again, for the range; ``default_alternatives()`` are those of `uncertainty`.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count; None means all.

    Returns
    -------
    Cascade

    Raises
    ------
    DataError
        If an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> impact = liqwidget.SquareRootImpact(volatility=0.02, volume=2e9)
    >>> fall = liqwidget.cascade(ledger, -0.03, impact=impact)
    >>> fall.price_end <= fall.price_shocked < fall.price_start
    True
    """
    size = _checked(shock)
    chosen = ledger.only(venues)
    time = chosen.instant(at)
    start = chosen.last_price(time)
    side = Side.LONG if size < 0 else Side.SHORT
    groups = None if leverage is None else tuple(leverage)
    first = np.array([abs(np.log1p(size))])
    totals = [
        _total(one, time, start, side, groups) for one in (chosen, *under(chosen, given_alternatives(alternatives)))
    ]
    settled = [_settled(first, edges, total, impact, -side) for edges, total in totals]
    distances = np.array([end[0] for end, _ in settled])
    amounts = np.array([np.interp(end, *table) for end, table in zip(distances, totals, strict=True)])
    prices = start * np.exp(-side * distances)
    (_, rounds), (edges, total) = settled[0], totals[0]
    return Cascade(
        shock=size,
        time=time,
        side=side,
        price_start=start,
        price_shocked=start * (1 + size),
        price_end=float(prices[0]),
        liquidated=float(amounts[0]),
        standing=float(total[-1]),
        path=tuple(
            CascadeStep(float(start * np.exp(-side * distance[0])), float(np.interp(distance[0], edges, total)))
            for distance in rounds
        ),
        swept=_swept(chosen, time, (start, float(prices[0])), side, groups),
        impact=impact.name,
        liquidated_low=float(amounts.min()),
        liquidated_high=float(amounts.max()),
        end_low=float(prices.min()),
        end_high=float(prices.max()),
        runaway=bool(distances[0] >= FARTHEST),
        quote=chosen.unit,
    )


def cascade_curve(
    ledger: Ledger,
    shocks: npt.ArrayLike = CURVE,
    at: Any = None,
    *,
    impact: Impact,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return what each of many shocks would set off.

    Parameters
    ----------
    ledger, at, impact, leverage, venues
        As in `cascade`.
    shocks : array_like, shape (N,)
        Fractions; 0 is no shock.

    Returns
    -------
    DataFrame
        Indexed by shock: price_shocked, price_end [quote/base], move (fraction), liquidated [quote], forced_share.

    Raises
    ------
    DataError
        If a shock or an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> impact = liqwidget.SquareRootImpact(volatility=0.02, volume=2e9)
    >>> curve = liqwidget.cascade_curve(ledger, (-0.02, 0.0, 0.02), impact=impact)
    >>> curve.columns.tolist()
    ['price_shocked', 'price_end', 'move', 'liquidated', 'forced_share']
    """
    given = np.asarray(shocks).ravel().tolist()
    wanted = np.array([_checked(one, zero=True) for one in given], np.float64)
    chosen = ledger.only(venues)
    time = chosen.instant(at)
    start = chosen.last_price(time)
    groups = None if leverage is None else tuple(leverage)
    first, end, liquidated = (np.abs(np.log1p(wanted)), np.zeros(len(wanted)), np.zeros(len(wanted)))
    for side in Side:
        mine = wanted * side < 0
        if mine.any():
            edges, total = _total(chosen, time, start, side, groups)
            end[mine], _ = _settled(first[mine], edges, total, impact, -side)
            liquidated[mine] = np.interp(end[mine], edges, total)
    sign = np.sign(wanted)
    columns = {
        "price_shocked": start * (1 + wanted),
        "price_end": start * np.exp(sign * end),
        "move": np.expm1(sign * end),
        "liquidated": liquidated,
        "forced_share": forced(first, end),
    }
    return pd.DataFrame(columns, index=pd.Index(wanted, name="shock"))


def _checked(shock: object, *, zero: bool = False) -> float:
    """Return a shock that can be followed."""
    if isinstance(shock, int | float | np.floating) and not isinstance(shock, bool):
        size = float(shock)
        if -0.5 < size <= 1 and (zero or size != 0):  # noqa: PLR2004 - as said
            return size
    range_ = "above -0.5 and up to 1" if zero else "above -0.5 and up to 1, not 0"
    raise DataError(f"Expected shock as a fraction {range_} (-0.02 is a fall of 2 %), was {shock!r:.40}")


def _total(
    ledger: Ledger, time: int, start: float, side: Side, groups: tuple[str, ...] | None
) -> tuple[Floats, Floats]:
    """Return distances from the last price in ln(price), and what stands up to each on a side [quote], shape (K,)."""
    distance = np.linspace(0.0, FARTHEST, round(FARTHEST / CELL) + 1)
    prices = start * np.exp(-side * distance)
    standing = profile(ledger, np.sort(prices), timestamp(time), leverage=groups)
    rows = standing.long[::-1] if side is Side.LONG else standing.short
    return distance, np.concatenate([[0.0], np.cumsum(rows)]).astype(np.float64)


def _settled(
    first: Floats, edges: Floats, total: Floats, impact: Impact, direction: int
) -> tuple[Floats, list[Floats]]:
    """Return where cascades end, as distances in ln(price), shape (N,), and where they are round by round.

    From the shock on each round only adds, so the rounds rise to the least distance at which shock and impact of what
    is swept up to there balance.
    """
    distance, rounds = first, [first]
    for _ in range(_ROUNDS):
        pushed = first + impact.move(np.interp(distance, edges, total), direction)
        after = np.minimum(np.maximum(pushed, distance), max(FARTHEST, float(first.max())))
        done = not (after - distance > _SETTLED).any()
        distance = after
        if done:
            break
        rounds.append(distance)
    return distance, rounds


def _swept(
    ledger: Ledger, time: int, way: tuple[float, float], side: Side, groups: tuple[str, ...] | None
) -> tuple[tuple[Cluster, float], ...]:
    """Return the clusters of a side that are reached, the nearest first, and which share of each is swept."""
    found = []
    for cluster in find_clusters(ledger, timestamp(time), leverage=groups):
        low, high = max(cluster.price_low, min(way)), min(cluster.price_high, max(way))
        if cluster.side is not side or low >= high:
            continue
        swept = profile(ledger, [low, high], timestamp(time), leverage=groups)
        part = float((swept.long if side is Side.LONG else swept.short)[0])
        found.append((cluster, min(part / cluster.size, 1.0) if cluster.size > 0 else 1.0))
    return tuple(sorted(found, key=lambda pair: abs(pair[0].near_edge / way[0] - 1)))
