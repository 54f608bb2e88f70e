"""What a comparison of the estimate with measured positions is: its figures, and what they say in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.quotation import DOLLAR
from liqwidget.trust.agreement import SIDES, TOP_SHARE, SideComparison
from liqwidget.trust.naive import THE_MAP

Figure = tuple[float, float, float]

UNEVEN = 0.02
"""Rows whose widths differ by more than this share are not equally wide."""

TESTED = "over the 29 snapshots of BTC, ETH and SOL that the map was tested on it averages 0.00 [-0.06, 0.06]"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The estimate and measured positions at one snapshot, made by `compare`.

    Parameters
    ----------
    symbol : str
        What.
    at : Timestamp
        The snapshot, UTC: the estimate is as of the last close by then.
    price : float
        Mark price at the snapshot, or the last close where it is unknown [quote/base].
    long, short : SideComparison
        Per side.
    scale : float
        What the estimate is multiplied by to be compared with the measured part of the market; 1 with ``scale=None``.
    agreement : DataFrame
        Index (figure, side), columns value, low, high: 95 % by bootstrap over accounts where they are known, else over
        positions; see `compare` for the figures.
    accounts : int
        How many accounts the positions are of; 0 where unknown.
    venues : tuple of str
        Venues of the estimate.
    notes : tuple of str
        What was dropped and why.
    methods : DataFrame
        The map beside simple maps of the same candles and open interest (`liqwidget.trust.naive.METHODS`), on the same
        positions, both sides together: index method, columns size_ratio, rank_correlation,
        rank_correlation_given_distance, top_share, earth_movers_distance, total_variation.
    simulated : bool
        Whether the estimate is of the simulated market.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> compared = liqwidget.compare(ledger, positions)
    >>> isinstance(compared, liqwidget.Comparison), compared.symbol, compared.price == ledger.last_price()
    (True, 'BTC', True)
    """

    symbol: str
    at: pd.Timestamp
    price: float
    long: SideComparison = field(repr=False)
    short: SideComparison = field(repr=False)
    scale: float
    agreement: pd.DataFrame = field(repr=False)
    accounts: int
    venues: tuple[str, ...]
    notes: tuple[str, ...] = ()
    quote: str = field(default=DOLLAR, repr=False)
    methods: pd.DataFrame = field(kw_only=True, repr=False)
    simulated: bool = field(default=False, kw_only=True, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per side and cell, from the lowest price.

        Returns
        -------
        DataFrame
            price_low, price_high [quote/base], side ('long' / 'short'), distance_pct [%, from the mark price to the
            cell's middle], estimated, measured [quote at the liquidation price], scaled (estimated x `scale`),
            difference (measured - scaled).
        """
        frames = []
        for name, _ in SIDES:
            part: SideComparison = getattr(self, name)
            low, high = part.edges[:-1], part.edges[1:]
            scaled = part.estimated * self.scale
            frames.append(
                pd.DataFrame(
                    {
                        "price_low": low,
                        "price_high": high,
                        "side": name,
                        "distance_pct": (np.sqrt(low * high) / self.price - 1) * 100,
                        "estimated": part.estimated,
                        "measured": part.measured,
                        "scaled": scaled,
                        "difference": part.measured - scaled,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def figure_of(self, name: str, side: str = "both") -> tuple[float, float, float]:
        """Return value, low and high of a figure."""
        row: Any = self.agreement.loc[(name, side)]
        return float(row["value"]), float(row["low"]), float(row["high"])

    @property
    def sentences(self) -> tuple[str, ...]:
        """What agrees and what does not, in plain words."""
        return _findings(self)

    @property
    def sentence(self) -> str:
        """All sentences in one text."""
        return " ".join(self.sentences)

    def __repr__(self) -> str:
        """Return what, when and the sentences."""
        return f"Comparison({self.symbol!r}, {self.at:%Y-%m-%d %H:%M} UTC). {self.sentence}"


# ---------------------------------------------------------------------- in plain words


def _findings(of: Comparison) -> tuple[str, ...]:
    """Return what agrees and what does not, one sentence each."""
    said = [_sample(of), _sizes(of)]
    rho, given, moved, top = (
        of.figure_of(name)
        for name in (
            "rank_correlation",
            "rank_correlation_given_distance",
            "earth_movers_distance",
            "top_share",
        )
    )
    if not math.isfinite(rho[0]):
        return (*said, "There are too few measured positions in the range to say how far the two agree.")
    chance = of.figure_of("top_share_by_chance")[0]
    verdict = "agrees in part" if rho[1] > 0 else "is not shown to agree"
    where = (
        f"Where size lies {verdict}: rank correlation {_text(rho, '.2f')}; measured size would have to move by "
        f"{_text(moved, '.1f', 100)} % of price to lie as estimated."
    )
    largest = (
        f"The {TOP_SHARE:.0%} of cells where the estimate is largest hold {_text(top, '.0f', 100)} % of measured size, "
        f"{chance * 100:.0f} % by chance."
    )
    uneven = ("Rows are not equally wide, which alone raises rank correlations.",) if _uneven(of) else ()
    return (*said, where, largest, _given_distance(given), *_others(of), *uneven)


def _others(of: Comparison) -> tuple[str, ...]:
    """Say how far simple maps agree with the same positions, and where one of them is ahead."""
    table: Any = of.methods
    ranked: Any = table["rank_correlation"].drop(THE_MAP.name).dropna()
    if not len(ranked):
        return ()
    name = str(ranked.idxmax())
    ours, theirs, beyond = (
        float(table.loc[one, figure])
        for one, figure in (
            (THE_MAP.name, "rank_correlation"),
            (name, "rank_correlation"),
            (name, "rank_correlation_given_distance"),
        )
    )
    verdict = "more than the map's" if theirs > ours else "not more than the map's"
    text = f"Of {len(ranked)} simple maps {name} agrees most here: rank correlation {theirs:.2f}, {verdict} {ours:.2f}"
    return (f"{text}; at equal distance {beyond:.2f}. One snapshot does not choose between them (see `methods`).",)


def _uneven(of: Comparison) -> bool:
    """Tell whether some rows are wider than others: wide rows hold more of anything."""
    widths = np.concatenate([np.diff(np.log(part.edges)) for part in (of.long, of.short)])
    return bool(np.ptp(widths) > UNEVEN * widths.mean())


def _sample(of: Comparison) -> str:
    count = of.long.positions + of.short.positions
    bare = of.long.without_level + of.short.without_level
    holders = f" of {of.accounts:,} accounts" if of.accounts else ""
    shares = [of.figure_of("coverage", side)[0] for side in ("long", "short")]
    part = f", {shares[0]:.0%} of long and {shares[1]:.0%} of short open interest" if all(shares) else ""
    part = part if all(math.isfinite(share) for share in shares) else ""
    none = f"; {bare:,} of them cannot be liquidated and have no level" if bare else ""
    return f"{count:,} measured positions{holders}{part}{none}."


def _sizes(of: Comparison) -> str:
    measured, estimated = of.figure_of("measured")[0], of.figure_of("estimated")[0]
    scaled = f"; the estimate is multiplied by {of.scale:.3g} to be compared" if of.scale != 1 else ""
    whole = f"{money(estimated, of.quote)} is estimated for the whole market"
    return f"Inside the range {money(measured, of.quote)} was measured and {whole}{scaled}."


def _given_distance(given: Figure) -> str:
    if given[1] > 0:
        beyond = f"more than distance alone gives in this snapshot; {TESTED}"
    elif given[2] < 0:
        beyond = f"less than distance alone gives in this snapshot; {TESTED}"
    else:
        beyond = "not told apart from none"
    return (
        f"At equal distance from the price the rank correlation is {_text(given, '.2f')}, {beyond}. The estimate "
        "spreads size smoothly over leverage that nobody publishes: it does not find single positions."
    )


def _text(figure: Figure, form: str, factor: float = 1.0) -> str:
    value, low, high = (part * factor + 0.0 for part in figure)
    return f"{value:{form}} [{low:{form}}, {high:{form}}]" if math.isfinite(low) else f"{value:{form}}"
