"""The leverage prior: how what opens at a price is spread over liquidation prices.

Seven books a side: one per leverage group, and the book at the venue's cap, which counts to the nearest group
(docs/method.md, section 3). A book's openings stand on units of its own: single lattice cells where liquidation may lie
within 2 % of the entry, whole price cells, whose mass lies evenly on their lattice cells, where the density is smooth.
An entry stands at the centre of a unit (entries between two centres are shared linearly), so the spread is a table by
whole units of offset. ``table[s, b, k]`` is the share of open interest of side s (0 long, 1 short) and book b whose
liquidation lies k units from the entry: of a group an exact difference of the normal distribution of ln(effective
leverage), cut to the group's distances; of the book at the cap, of the folded normal of ln(distance / nearest). Neither
is renormalised.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL, PRICE_CELL, cells_in_price_cell
from liqwidget.domain.leverage import FLOOR_DISTANCE, GROUP_DISTANCES, NEAR_BOOK, NEAR_SHARE
from liqwidget.domain.margin import ladder_distance
from liqwidget.errors import DataError
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger
    from liqwidget.domain.quotation import Contract

NAMED_PRIORS: dict[str, tuple[float, float]] = {
    "effective": (2.5, 1.0),
    "isolated": (8.3, 1.25),
    "nominal": (25.0, 0.8),
}
"""(median effective leverage, sigma of its logarithm) by name."""
DEFAULT_PRIOR = LOOK.default_prior

LONG_LIMIT = 0.999
"""A long farther than this share of its entry cannot be liquidated and has no level."""

LONG_REACH, SHORT_REACH = -math.log1p(-LONG_LIMIT), math.log1p(GROUP_DISTANCES[-1])
"""How far from the entry anything can stand, in ln(price)."""

FINE_DISTANCE = 0.02
"""Books that begin nearer than this stand on lattice cells, the others on price cells."""

NEAR_WIDTH, NEAR_FARTHEST = 0.3, 4.0
"""The book at the cap: standard deviation of ln(distance / nearest), and where it is cut, in deviations."""

Ladder = tuple[tuple[float, float], ...]
PriorLike = str | tuple[float, float] | Mapping[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """A leverage prior: log-normal effective leverage, or a ladder of nominal leverages.

    Two are equal if they spread alike and are named alike; of a ladder, which has no median, the rungs count.

    Parameters
    ----------
    name : str
        ``'effective'``, ``'isolated'``, ``'nominal'`` or ``'own'``.
    median : float
        Median effective leverage, the inverse of the distance from entry to liquidation; NaN for a ladder.
    sigma : float
        Standard deviation of ln(effective leverage).
    ladder : tuple of (leverage, share)
        Nominal leverages with their share of open interest; empty for a log-normal prior.
    """

    name: str
    median: float
    sigma: float
    ladder: Ladder = ()

    def __eq__(self, other: object) -> bool:
        """Compare by name and numbers; NaN, which does not equal itself, stands in none of them."""
        return isinstance(other, Prior) and self._key == other._key

    def __hash__(self) -> int:
        """Return the hash of what is compared."""
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, Ladder | tuple[float, float]]:
        return self.name, self.ladder or (self.median, self.sigma)

    @property
    def like(self) -> PriorLike:
        """What `parse` makes it of: its name, its numbers or its ladder."""
        if NAMED_PRIORS.get(self.name) == (self.median, self.sigma):
            return self.name
        return dict(self.ladder) if self.ladder else (self.median, self.sigma)

    @classmethod
    def parse(cls, value: PriorLike | Prior) -> Prior:
        """Return the prior named or described by `value`.

        Raises
        ------
        DataError
            If the name is unknown, median or sigma are not positive, or a ladder's shares are not in (0, 1] in sum.
        """
        if isinstance(value, Prior):
            return value
        if isinstance(value, str):
            if value not in NAMED_PRIORS:
                names = ", ".join(map(repr, NAMED_PRIORS))
                message = f"Expected prior among {names}, (median, sigma) or a ladder, was {value!r:.60}"
                raise DataError(message)
            return cls(value, *NAMED_PRIORS[value])
        if isinstance(value, Mapping):
            return cls._from_ladder(value)
        try:
            median, sigma = (float(part) for part in value)
        except (TypeError, ValueError) as error:
            message = f"Expected prior as a name, (median, sigma) or a ladder {{10: 0.3, ...}}, was {value!r:.60}"
            raise DataError(message) from error
        if not (0 < median < math.inf and 0 < sigma < math.inf):
            message = f"Expected prior (median, sigma) as two positive numbers, was {value!r:.60}"
            raise DataError(message)
        return cls("own", median, sigma)

    @classmethod
    def _from_ladder(cls, ladder: Mapping[float, float]) -> Prior:
        try:
            rungs = tuple(sorted(((float(leverage), float(share)) for leverage, share in ladder.items()), reverse=True))
        except (TypeError, ValueError) as error:
            message = f"Expected a ladder of numbers {{leverage: share of open interest}}, was {dict(ladder)!r:.60}"
            raise DataError(message) from error
        total = math.fsum(share for _, share in rungs)
        sound = all(1 <= leverage < math.inf and 0 <= share <= 1 for leverage, share in rungs)
        if not (rungs and sound and 0 < total <= 1 + 1e-9):
            message = (
                "Expected a ladder {leverage >= 1: share of open interest} with shares that add to at most 1, "
                f"was {dict(ladder)!r:.60}"
            )
            raise DataError(message)
        return cls("ladder", math.nan, math.nan, rungs)


HEAT_PRIOR = Prior.parse("nominal")
"""What heat is drawn from: its amounts are too large by far, its levels stand near price (docs/method.md)."""


@dataclass(frozen=True, eq=False)
class Density:
    """The spread of one venue's prior over whole units of offset.

    Parameters
    ----------
    table : ndarray of float64, shape (2, B, K)
        Share of open interest by side, book and offset in units.
    span : ndarray of int64, shape (2, B, 2)
        First and one past the last offset that holds anything.
    weights : ndarray of float64, shape (B,)
        Share of open interest of each book (what lies beyond 0.999 below a long's entry included).
    units : ndarray of int64, shape (B,)
        Lattice cells in a unit of each book.
    nearest : int
        The leverage group that the book at the cap counts to.
    """

    table: npt.NDArray[np.float64]
    span: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    units: npt.NDArray[np.int64]
    nearest: int

    @property
    def per_weight(self) -> npt.NDArray[np.float64]:
        """1 / weights where a book exists, else 0; shape (B,)."""
        return np.divide(1.0, self.weights, out=np.zeros_like(self.weights), where=self.weights > 0)

    def shown(self, groups: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return which books count to some of the leverage groups, given by index; shape (B,)."""
        books = np.zeros(len(self.weights), dtype=np.bool_)
        books[list(groups)] = True
        books[NEAR_BOOK] = self.nearest in groups
        return books

    @cached_property
    def by_cell(self) -> npt.NDArray[np.float64]:
        """The table by lattice cells from the unit's far border on; shape (2, B, K x cells in a price cell).

        A unit's mass lies evenly on its cells: offsets of a long count down from the highest cell of the entry's unit,
        of a short up from the lowest.
        """
        wide = int(self.units.max())
        out = np.zeros((*self.table.shape[:2], self.table.shape[2] * wide))
        for book, unit in enumerate(self.units):
            out[:, book, : self.table.shape[2] * unit] = np.repeat(self.table[:, book], unit, axis=-1) / unit
        out.flags.writeable = False
        return out


def _normal(distance: npt.NDArray[np.float64], median: float, sigma: float) -> npt.NDArray[np.float64]:
    """Return the probability that a log-normal distance with this median lies under the given ones."""
    scores = np.log(distance / median) / (sigma * math.sqrt(2))
    return 0.5 * (1 + np.array(list(map(math.erf, scores.tolist()))))


def _unit_distances(side: int, unit: int, count: int) -> npt.NDArray[np.float64]:
    """Distances from the entry to the edges of the units around it, shape (count + 1,); the first is the entry."""
    offsets: npt.NDArray[np.float64] = np.maximum(np.arange(count + 1) - 0.5, 0) * (unit * CELL)
    if side == 0:
        return np.clip(-np.expm1(-offsets), 1e-9, LONG_LIMIT)
    return np.maximum(np.expm1(offsets), 1e-9)


def _fill(table: npt.NDArray[np.float64], unit: int, limits: tuple[float, float], median: float, sigma: float) -> None:
    """Write the log-normal mass between two distances into one book's table, shape (2, K)."""
    for side in range(2):
        distances = np.clip(_unit_distances(side, unit, table.shape[1]), *limits)
        inside = np.flatnonzero(np.diff(distances) > 0)
        if len(inside):
            # Between the limits distances grow from each unit to the next: none of it is left out.
            part = slice(inside[0], inside[-1] + 1)
            table[side, part] = np.diff(_normal(distances[part.start : part.stop + 1], median, sigma))


def _log_normal(prior: Prior, nearest: float, blank: Density) -> None:
    """Write the books of the leverage groups."""
    edges = np.maximum(GROUP_DISTANCES, nearest)
    for group, limits in enumerate(itertools.pairwise(map(float, edges))):
        if limits[1] <= limits[0] * 1.0001:
            continue
        under = _normal(np.array(limits), 1 / prior.median, prior.sigma)
        blank.weights[group] = under[1] - under[0]
        _fill(blank.table[:, group], int(blank.units[group]), limits, 1 / prior.median, prior.sigma)


def _ladder(
    prior: Prior, nearest: float, blank: Density, *, venue: str, maintenance_margin_rate: float, contract: Contract
) -> None:
    """Write the rungs, each spread over two neighbouring units: a narrow density, a few basis points wide."""
    for leverage, share in prior.ladder:
        if share == 0:
            continue
        distances = ladder_distance(venue, leverage, maintenance_margin_rate, contract=contract)
        if 1 / leverage - maintenance_margin_rate < nearest * (1 - 1e-9):
            message = (
                f"Expected ladder leverages up to {1 / (nearest + maintenance_margin_rate):.5g}x on {venue} "
                f"(1 / leverage - maintenance rate of at least {nearest:.4f}), was {leverage:g}x"
            )
            raise DataError(message)
        group = _group_of(float(np.fmax(*distances)))
        blank.weights[group] += share
        for side, distance in enumerate(map(float, distances)):
            if not distance < (LONG_LIMIT, GROUP_DISTANCES[-1])[side]:
                continue
            offset = (-math.log1p(-distance) if side == 0 else math.log1p(distance)) / (CELL * blank.units[group])
            near = min(math.floor(offset), blank.table.shape[2] - 2)
            blank.table[side, group, near] += share * (1 - (offset - near))
            blank.table[side, group, near + 1] += share * (offset - near)


def _near(nearest: float, share: float, blank: Density) -> None:
    """Write the book at the cap: distance ``nearest x e^|z|``, z normal; the groups make room for it if they must."""
    total = float(blank.weights.sum())
    if total + share > 1:
        blank.weights[:NEAR_BOOK] *= 1 - share
        blank.table[:, :NEAR_BOOK] *= 1 - share
    limits = (nearest, nearest * math.exp(NEAR_FARTHEST * NEAR_WIDTH))
    _fill(blank.table[:, NEAR_BOOK], int(blank.units[NEAR_BOOK]), limits, nearest, NEAR_WIDTH)
    blank.table[:, NEAR_BOOK] *= 2 * share
    under = _normal(np.array(limits), nearest, NEAR_WIDTH)
    blank.weights[NEAR_BOOK] = 2 * share * (under[1] - under[0])


def _group_of(distance: float) -> int:
    return int(np.searchsorted(GROUP_DISTANCES[1:-1], distance, side="right"))


@lru_cache(maxsize=64)
def density(
    prior: Prior,
    minimum_distance: float,
    venue: str = "",
    maintenance_margin_rate: float = 0.0,
    contract: Contract = "linear",
    *,
    near: float = NEAR_SHARE,
) -> Density:
    """Return the density of a prior for a venue whose nearest allowed distance is `minimum_distance`.

    Parameters
    ----------
    prior : Prior
        The leverage prior.
    minimum_distance : float
        1 / maximum leverage - maintenance margin rate of the venue's lowest tier; never under 0.002.
    venue, maintenance_margin_rate, contract : str, float, str
        Used by nominal ladders only: what a log-normal prior spreads is distances, whatever the contract.
    near : float
        Share of open interest in the book at the cap; 0 is without it.
    """
    nearest = max(minimum_distance, FLOOR_DISTANCE)
    books = NEAR_BOOK + 1
    begins = np.array([*GROUP_DISTANCES[:-1], nearest])
    units = np.where(begins < FINE_DISTANCE, 1, cells_in_price_cell())
    longest = math.ceil(max(LONG_REACH, SHORT_REACH) / PRICE_CELL) + 1
    made = Density(
        table=np.zeros((2, books, longest)),
        span=np.zeros((2, books, 2), dtype=np.int64),
        weights=np.zeros(books),
        units=units,
        nearest=_group_of(nearest),
    )
    if prior.ladder:
        _ladder(prior, nearest, made, venue=venue, maintenance_margin_rate=maintenance_margin_rate, contract=contract)
    else:
        _log_normal(prior, nearest, made)
    if near > 0:
        _near(nearest, near, made)
    for side, book in np.ndindex(2, books):
        inside = np.flatnonzero(made.table[side, book])
        if len(inside):
            made.span[side, book] = inside[0], inside[-1] + 1
    for array in (made.table, made.span, made.weights, made.units):
        array.flags.writeable = False
    return made


def venue_density(ledger: VenueLedger, prior: Prior) -> Density:
    """Return the spread of a prior on a venue."""
    return density(
        prior, ledger.minimum_distance, ledger.venue, ledger.maintenance_margin_rate, ledger.contract, near=ledger.near
    )
