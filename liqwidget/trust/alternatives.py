"""Assumptions to estimate with instead: leverage, churn, and how much is how near."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqwidget.domain.ledger import CHURN
from liqwidget.errors import DataError
from liqwidget.field.density import DEFAULT_PRIOR, Prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.field.density import PriorLike

PUBLISHED = (3.755, 0.626)
"""(median, sigma) through the shares of Hyperliquid's open interest published for December 2025 (phemex.com/news): of
7.63 billion USD 2.77 at 0-3x (36 %) and 3.70 at 3-7x (48 %), so 84 % under 7x and about 15 % above. A log-normal has
36 % under 3 and 84 % under 7 where ln 3 = m - 0.3585 s and ln 7 = m + 0.9945 s (quantiles of the normal distribution):
s = ln(7 / 3) / 1.3529 = 0.626, and m = ln 3 + 0.3585 s = 1.323, a median of 3.755."""

SLOW_CHURN, FAST_CHURN = 0.15, 0.8
"""Shares closed per day of normal volume, under half and twice the default: half-lives of 4.6 and 0.9 days."""

NEAR_CAP, FAR_CAP = 0.8, 1.3
"""Factors on a venue's nearest distance: a better tier or a stale table, and larger positions in higher tiers."""

LEAST_NEAR, MOST_NEAR = 0.0001, 0.001
"""Shares of open interest in the book at the cap, a third and three times the default."""

NEAREST_CAP = 0.5
"""The factor that goes with `MOST_NEAR`: nearer than any known table. Of the recorded hours in which much was
liquidated price moved less than the nearest distance in a quarter; without this factor, with `MOST_NEAR` beside it, the
ranges hold what was liquidated in fewer than six hours of ten (the accuracy page has the shares)."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One assumption to estimate with.

    Parameters
    ----------
    name : str
        A column's name.
    prior : str, (median, sigma), mapping or Prior, optional
        The leverage prior; None means the base's.
    churn : float
        Share closed per day of normal volume, as an exponential rate.
    cap : float
        Factor on each venue's nearest distance from entry to liquidation.
    near : float, optional
        Share of open interest in the book at the cap; None means the base's.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> wide = liqwidget.Alternative("wide leverage", prior=(8.0, 1.2))
    >>> found = liqwidget.uncertainty(markets, alternatives=[wide])
    >>> [one.name for one in found.alternatives]
    ['base', 'wide leverage']
    """

    name: str
    prior: PriorLike | Prior | None = None
    churn: float = CHURN
    cap: float = 1.0
    near: float | None = None


def default_alternatives(prior: PriorLike | Prior = DEFAULT_PRIOR) -> tuple[Alternative, ...]:
    """Return the alternatives that `uncertainty` tries: one thing changed from the base each, then two things each.

    The priors 'effective', 'isolated' and `PUBLISHED` (without the base's own), churn 0.15 and 0.8 a day, nearest
    distances x 0.8 and x 1.3, and shares of the book at the cap of 0.0001 and 0.001; then both at once that bring
    liquidations near (nearest distance x 0.5, share 0.001), and both that keep them far (x 1.3, 0.0001). Distances are
    not changed for a nominal ladder, whose rungs may lie nearer than that. 'nominal' is left out on purpose: on
    recorded days it predicted 17 to 176 times the liquidated USD, so its range would say nothing. Pass
    ``Alternative("nominal", "nominal")`` to see it.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.default_alternatives()[0].name, len(liqwidget.default_alternatives())
    ('isolated', 10)
    """
    base = Prior.parse(prior)
    priors = [("effective", Prior.parse("effective")), ("isolated", Prior.parse("isolated"))]
    priors.append(("published shares", Prior.parse(PUBLISHED)))
    others = [Alternative(name, other) for name, other in priors if other != base]
    others += [Alternative(f"churn {rate:g}", churn=rate) for rate in (SLOW_CHURN, FAST_CHURN)]
    if not base.ladder:
        others += [Alternative(f"cap x {factor:g}", cap=factor) for factor in (NEAR_CAP, FAR_CAP)]
    others += [Alternative(f"near {share:g}", near=share) for share in (LEAST_NEAR, MOST_NEAR)]
    if not base.ladder:
        both = (NEAREST_CAP, MOST_NEAR), (FAR_CAP, LEAST_NEAR)
        others += [Alternative(f"cap x {cap:g} and near {near:g}", cap=cap, near=near) for cap, near in both]
    return tuple(others)


def given_alternatives(given: object) -> list[Alternative]:
    """Return alternatives as given, one or many.

    Raises
    ------
    DataError
        If some are none.
    """
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    found = [one for one in listed if isinstance(one, Alternative)]
    if len(found) < len(listed):
        message = f"Expected alternatives as Alternative(name, prior, ...) each, was {given!r:.80}"
        raise DataError(message)
    return found


def check_alternatives(tried: Sequence[Alternative]) -> None:
    """Refuse alternatives, the base first, that cannot be told apart or cannot be estimated.

    Raises
    ------
    DataError
        If names repeat, or a rate, share or factor is out of its range.
    """
    names = [one.name for one in tried]
    if len(set(names)) < len(names):
        message = f"Expected alternatives of different names, none of them 'base', was {', '.join(names[1:])}"
        raise DataError(message)
    wrong = next((one for one in tried if not (0 <= one.churn < math.inf)), None)
    if wrong is not None:
        message = f"Expected the churn of alternative {wrong.name!r} as a rate of at least 0, was {wrong.churn!r:.60}"
        raise DataError(message)
    wrong = next((one for one in tried if one.near is not None and not (0 <= one.near < 1)), None)
    if wrong is not None:
        message = f"Expected the near share of alternative {wrong.name!r} from 0 to under 1, was {wrong.near!r:.60}"
        raise DataError(message)
    wrong = next((one for one in tried if not (0 < one.cap < math.inf)), None)
    if wrong is not None:
        message = f"Expected the cap of alternative {wrong.name!r} as a factor above 0, was {wrong.cap!r:.60}"
        raise DataError(message)
