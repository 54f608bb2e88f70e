"""What a cascade is: its rounds, its amounts, where it ends, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.amount import MINUS, money, plain_price
from liqwidget.domain.overlay import PriceBand, PriceCurve, PriceLine
from liqwidget.domain.quotation import DOLLAR, RELATIVE
from liqwidget.domain.time import timestamp

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.domain.overlay import Overlay
    from liqwidget.domain.side import Side
    from liqwidget.study.clusters import Cluster


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

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> impact = liqwidget.SquareRootImpact(volatility=0.02, volume=2e9)
    >>> fall = liqwidget.cascade(ledger, -0.03, impact=impact)
    >>> fall.side.label, fall.liquidated <= fall.standing
    ('long', True)
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
        return float(forced(np.log(self.price_shocked / self.price_start), np.log(self.price_end / self.price_start)))

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
        moved = f"{self.forced_share:.0%} of the move forced"
        if self.quote == RELATIVE:
            moved = "sizes are relative: what they move is not known"
        return (
            f"Cascade({self.shock:+.2%} at {timestamp(self.time):%Y-%m-%d %H:%M} UTC: est. "
            f"{written(self.liquidated)}{low_high} of {self.side.label}s, {ended} {plain_price(self.price_end)} "
            f"({self.move:+.2%}), {moved})"
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


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else MINUS}{abs(100 * share):.1f} %"


def forced(first: npt.ArrayLike, end: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the share of a move, in ln(price), that came after the shock."""
    shocked, whole = np.abs(np.asarray(first, dtype=np.float64)), np.abs(np.asarray(end, dtype=np.float64))
    return np.where(whole > shocked, 1 - shocked / np.where(whole > shocked, whole, 1.0), 0.0)
