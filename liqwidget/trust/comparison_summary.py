"""Findings: what a comparison of the estimate with measured positions says, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.amount import money
from liqwidget.trust.agreement import TOP_SHARE

if TYPE_CHECKING:
    from liqwidget.trust.comparison import Comparison

Figure = tuple[float, float, float]

UNEVEN = 0.02
"""Rows whose widths differ by more than this share are not equally wide."""

TESTED = "over the 29 snapshots of BTC, ETH and SOL that the map was tested on it averages 0.00 [-0.06, 0.06]"


def findings(of: Comparison) -> tuple[str, ...]:
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
    return (*said, where, largest, _given_distance(given), *uneven)


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
    whole = f"{money(estimated)} is estimated for the whole market"
    return f"Inside the range {money(measured)} was measured and {whole}{scaled}."


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
