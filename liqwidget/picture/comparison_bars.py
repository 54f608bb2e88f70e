"""A comparison as bars of size over price, whatever draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.quotation import DOLLAR
from liqwidget.errors import DataError
from liqwidget.trust.comparison_value import UNEVEN

if TYPE_CHECKING:
    from liqwidget.trust.comparison_value import Comparison

WAYS = ("beside", "over", "minus")
SIMULATED_MARKET = "simulated market · "
"""In the title of a picture of it, after the symbol."""

_LONGEST = 2.0
"""A bar longer than this many times the longest estimated bar, and than most of the measured ones, is cut."""

_MOST = 0.8
"""The share of measured bars that is most."""

_GAP = 0.12
"""Share of a cell's height that stays free between bars."""

_THIN = 0.5
"""Height of a measured bar that lies over an estimated one, as a share of the cell's."""

STRONG, FAINT = 0.95, 0.42
"""Opacity of measured and of estimated bars."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A comparison as bars, whatever draws them.

    Parameters
    ----------
    bars : DataFrame
        left, right [quote], bottom, top [quote/base], side, kind ('estimated' / 'measured' / 'difference'), amount
        [quote, not cut], cut (whether the bar is shorter than its amount), and the row's price_low, price_high,
        distance_pct, estimated, scaled, measured.
    reach : (float, float)
        Ends of the horizontal axis [quote].
    title : str
        What is shown.
    notes : tuple of str
        Of when, of how much, per what; the first counts most.
    heads : (str, str)
        What lies left and right of zero; the left one may be empty.
    quote : str
        The currency of the amounts.
    simulated : bool
        Whether the estimate is of the simulated market: every picture of it says so.
    """

    bars: pd.DataFrame
    reach: tuple[float, float]
    title: str
    notes: tuple[str, ...]
    heads: tuple[str, str]
    quote: str = DOLLAR
    simulated: bool = False

    def subtitle(self, letters: float = 200) -> str:
        """Return as many of the notes as fit into a line, at least the first."""
        text = self.notes[0]
        for note in self.notes[1:]:
            if len(text) + len(note) > letters:
                break
            text = f"{text} · {note}"
        return text

    @property
    def ticks(self) -> dict[float, str]:
        """Amounts at which the horizontal axis is labelled."""
        span = self.reach[1] - self.reach[0]
        step = 10 ** np.floor(np.log10(span / 3))
        step *= max(factor for factor in (1, 2, 5) if factor * step <= span / 3)
        marks = np.arange(np.ceil(self.reach[0] / step), np.floor(self.reach[1] / step) + 1) * step
        return {float(mark): money(mark if self._signed else abs(mark), self.quote) for mark in marks}

    def padded(self, pixels: float) -> tuple[float, float]:
        """Return the ends of a horizontal axis of some pixels that leaves room for the amounts of cut bars [quote]."""
        cut = self.bars[self.bars["cut"]]["amount"]
        rooms = [_LABEL if (cut * sign > 0).any() else _LABEL / 8 for sign in (-1, 1)]
        if self.reach[0] == 0:
            rooms[0] = 0
        each = (self.reach[1] - self.reach[0]) / max(pixels - sum(rooms), 1)
        return self.reach[0] - rooms[0] * each, self.reach[1] + rooms[1] * each

    @property
    def _signed(self) -> bool:
        return bool((self.bars["kind"] == "difference").any())


_LABEL = 66
"""Pixels that the amount at the end of a cut bar needs."""

_LEAST = 0.2
"""The least share of the longest bar that each side of zero gets: room for its heading."""


def drawing(comparison: Comparison, how: str = "beside") -> Drawing:
    """Return a comparison as bars.

    Parameters
    ----------
    comparison : Comparison
        See `liqwidget.trust.comparison.compare`.
    how : {'beside', 'over', 'minus'}
        Estimate to the left and measured to the right; both to the right, the measured bar thinner; or measured minus
        estimate.

    Raises
    ------
    DataError
        If the way is unknown.
    """
    if how not in WAYS:
        message = f"Expected how= as 'beside', 'over' or 'minus', was {how!r:.60}"
        raise DataError(message)
    frame = comparison.to_frame()
    parts = {
        "beside": (("estimated", -frame["scaled"], 1.0), ("measured", frame["measured"], 1.0)),
        "over": (("estimated", frame["scaled"], 1.0), ("measured", frame["measured"], _THIN)),
        "minus": (("difference", frame["difference"], 1.0),),
    }[how]
    longest = _longest(frame, how)
    bars = pd.concat([_bars(frame, kind, amount, share, longest) for kind, amount, share in parts], ignore_index=True)
    bars = bars[bars["amount"] != 0].reset_index(drop=True)
    factor = f" x {comparison.scale:.3g}" if comparison.scale != 1 else ""
    heads = {
        "beside": (f"← est.{factor}", "measured →"),
        "over": ("", f"est.{factor} (wide) and measured (narrow) →"),
        "minus": (f"← est.{factor} is more", "measured is more →"),
    }[how]
    left, right = float(bars["left"].min()) if len(bars) else 0.0, float(bars["right"].max()) if len(bars) else 0.0
    return Drawing(
        bars=bars,
        reach=(0.0 if how == "over" else min(left, -longest * _LEAST), max(right, longest * _LEAST)),
        title=f"{comparison.symbol} · {SIMULATED_MARKET if comparison.simulated else ''}"
        + ("measured liquidation levels minus est." if how == "minus" else "est. and measured liquidation levels"),
        notes=_notes(comparison, frame),
        heads=heads,
        quote=comparison.quote,
        simulated=comparison.simulated,
    )


def cut_text(amount: float, quote: str) -> str:
    """Return the amount [quote] that is written at the end of a bar that is cut."""
    return f"{money(amount, quote)} →" if amount > 0 else f"← {money(-amount, quote)}"


def _longest(frame: pd.DataFrame, how: str) -> float:
    """Return the length at which bars are cut [quote]: a single large position must not flatten all others."""
    drawn = frame["difference"].abs() if how == "minus" else frame["measured"]
    filled = drawn[drawn > 0]
    usual = float(np.quantile(filled, _MOST)) if len(filled) else 0.0
    estimated = float(frame["scaled"].max()) if len(frame) else 0.0
    most = max(float(drawn.max()) if len(drawn) else 0.0, estimated)
    return min(most, max(_LONGEST * estimated, usual)) or 1.0


def _bars(frame: pd.DataFrame, kind: str, amount: pd.Series, share: float, longest: float) -> pd.DataFrame:
    height = (frame["price_high"] - frame["price_low"]) * (1 - _GAP) * share
    middle = (frame["price_high"] + frame["price_low"]) / 2
    end = amount.clip(-longest, longest)
    return frame.assign(
        left=end.clip(upper=0),
        right=end.clip(lower=0),
        bottom=middle - height / 2,
        top=middle + height / 2,
        kind=kind,
        amount=amount,
        cut=end != amount,
    )


def _notes(comparison: Comparison, frame: pd.DataFrame) -> tuple[str, ...]:
    count = comparison.long.positions + comparison.short.positions
    said = [f"{comparison.at:%Y-%m-%d %H:%M} UTC"]
    widths = np.log(frame["price_high"].to_numpy() / frame["price_low"].to_numpy()) * 100
    even = len(widths) > 0 and np.ptp(widths) <= UNEVEN * widths.mean()
    said.append(f"quote currency per {widths.mean():.2g} % of price" if even else "quote currency per row")
    said.append(f"{count:,} measured positions")
    shares = [comparison.figure_of("coverage", side)[0] for side in ("long", "short")]
    if np.isfinite(shares).all():
        said.append(f"{shares[0]:.0%} of long, {shares[1]:.0%} of short open interest")
    return tuple(said)
