"""Cascade: sweeps that move the price into more sweeps.

A shock moves the price. What stands between the last price and there is liquidated, and its orders move the price on by
the market's impact; what stands up to the new price is liquidated too, and so on until nothing new is swept. It is an
estimate on an estimate: positions come from the ledger, impact from a law or a frozen order book, and nobody else
trades meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.amount import MINUS, money, plain_price
from liqwidget.domain.lattice import CELL
from liqwidget.domain.overlay import PriceBand, PriceCurve, PriceLine
from liqwidget.domain.quotation import DOLLAR
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
    from liqwidget.domain.overlay import Overlay
    from liqwidget.trust.alternatives import Alternative

Floats = npt.NDArray[np.float64]

FARTHEST = 0.7
"""How far a cascade is followed, in ln(price): to half of the price, or to twice it."""

CURVE = tuple(np.round(np.linspace(-0.1, 0.1, 41), 4).tolist())
"""Shocks of the curve unless told otherwise."""

_ROUNDS = 500
_SETTLED = 1e-7
"""A round that moves the price by less, in ln(price), is the last."""


@dataclass(frozen=True, slots=True)
class CascadeStep:
    """One round of a cascade.

    Parameters
    ----------
    price : float
        Where the price is before its orders [quote/base]; of the first round, after the shock.
    liquidated : float
        What is swept in all by then [quote].
    """

    price: float
    liquidated: float


@dataclass(frozen=True, slots=True, eq=False)
class Cascade:
    """What a shock would set off, as estimated.

    Parameters
    ----------
    shock : float
        Of the price, as a fraction: -0.02 is a fall of 2 %.
    time : int
        The time whose positions are taken [ns].
    side : Side
        Of the positions that are liquidated: LONG in a fall.
    price_start, price_shocked, price_end : float
        The last price, where the shock brings it, and where it ends [quote/base].
    liquidated : float
        What is swept in all [quote].
    standing : float
        What stands on that side as far as a cascade is followed [quote].
    path : tuple of CascadeStep
        Round by round.
    swept : tuple of (Cluster, float)
        Clusters that are reached, the nearest first, and the share of each that is swept.
    impact : str
        What moves the price.
    liquidated_low, liquidated_high, end_low, end_high : float
        Smallest and largest under the alternatives that were asked for; without any, the estimate itself.
    runaway : bool
        Whether it went on to where it is followed no farther: it did not stop by itself.
    """

    shock: float
    time: int = field(repr=False)
    side: Side
    price_start: float
    price_shocked: float
    price_end: float
    liquidated: float
    standing: float = field(repr=False)
    path: tuple[CascadeStep, ...] = field(repr=False)
    swept: tuple[tuple[Cluster, float], ...] = field(repr=False)
    impact: str = field(repr=False)
    liquidated_low: float = field(repr=False)
    liquidated_high: float = field(repr=False)
    end_low: float = field(repr=False)
    end_high: float = field(repr=False)
    runaway: bool = False
    quote: str = field(default=DOLLAR, repr=False)

    @property
    def move(self) -> float:
        """Where the price ends, as a fraction of where it was: -0.031 is 3.1 % lower."""
        return self.price_end / self.price_start - 1

    @property
    def forced_share(self) -> float:
        """Which share of the whole move, in ln(price), is not the shock but liquidations; 0 without a move."""
        return float(_forced(np.log(self.price_shocked / self.price_start), np.log(self.price_end / self.price_start)))

    def overlays(self) -> tuple[Overlay, ...]:
        """Return what is drawn of it: the clusters that go, where the price ends, and on the map how it gets there."""
        began, kind = self.time, "cascade"
        found: list[Overlay] = [
            PriceBand(
                one.price_low, one.price_high, f"{share:.0%} of est. {money(one.size, self.quote)}", began, None, kind
            )
            for one, share in self.swept
        ]
        found.append(PriceLine(self.price_shocked, f"shock {_signed(self.shock)}", kind=kind))
        if self.price_end != self.price_shocked:
            ended = "runs away past" if self.runaway else "ends"
            found.append(PriceLine(self.price_end, f"{ended} {_signed(self.move)}", kind=kind))
        price = np.array([self.price_start, *(step.price for step in self.path), self.price_end])
        amount = np.array([0.0, *(step.liquidated for step in self.path), self.liquidated])
        return (*found, PriceCurve(f"cascade of {_signed(self.shock)}", price, amount, kind))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per round: price [quote/base], move (fraction), liquidated so far and newly [quote]."""
        total = np.array([step.liquidated for step in self.path])
        price = np.array([step.price for step in self.path])
        columns = {
            "price": price,
            "move": price / self.price_start - 1,
            "liquidated": total,
            "newly_liquidated": np.diff(total, prepend=0.0),
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(price), name="round"))

    def clusters_frame(self) -> pd.DataFrame:
        """Return one row per cluster reached: id, price_low, price_high [quote/base], size [quote], swept (share)."""
        rows = [(one.id, one.price_low, one.price_high, one.size, share) for one, share in self.swept]
        return pd.DataFrame(rows, columns=["id", "price_low", "price_high", "size", "swept"]).set_index("id")

    def __repr__(self) -> str:
        """Return what is swept, where it ends and how sure."""
        written = partial(money, quote=self.quote)
        low_high = (
            f" ({written(self.liquidated_low)} to {written(self.liquidated_high)})"
            if self.liquidated_low < self.liquidated_high
            else ""
        )
        ended = "runs away past" if self.runaway else "ends at"
        return (
            f"Cascade({self.shock:+.2%} at {timestamp(self.time):%Y-%m-%d %H:%M} UTC: est. "
            f"{written(self.liquidated)}{low_high} of {self.side.label}s, {ended} {plain_price(self.price_end)} "
            f"({self.move:+.2%}), {self.forced_share:.0%} of the move forced)"
        )

    def _repr_html_(self) -> str:
        """Return the sentence, and the clusters that are reached."""
        frame = self.clusters_frame()
        frame["size"] = frame["size"].map(partial(money, quote=self.quote))
        frame["swept"] = frame["swept"].map("{:.0%}".format)
        frame[["price_low", "price_high"]] = frame[["price_low", "price_high"]].map(plain_price)
        table = frame.to_html() if len(frame) else "<p>No cluster is reached.</p>"
        said = f"An estimate on an estimate, no advice. Impact: {self.impact}."
        return f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{table}<p>{escape(said)}</p></div>'


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
        quote=chosen.quote,
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
        "forced_share": _forced(first, end),
    }
    return pd.DataFrame(columns, index=pd.Index(wanted, name="shock"))


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else MINUS}{abs(100 * share):.1f} %"


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


def _forced(first: npt.ArrayLike, end: npt.ArrayLike) -> Floats:
    """Return the share of a move, in ln(price), that came after the shock."""
    shocked, whole = np.abs(np.asarray(first, dtype=np.float64)), np.abs(np.asarray(end, dtype=np.float64))
    return np.where(whole > shocked, 1 - shocked / np.where(whole > shocked, whole, 1.0), 0.0)


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
