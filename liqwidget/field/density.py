"""The leverage prior: how what opens at a price is spread over liquidation prices.

An entry stands at the centre of a lattice cell (entries between two centres are shared linearly), so the spread is a
table by whole cells of offset. ``table[s, g, k]`` is the share of open interest of side s (0 long, 1 short) and
leverage group g whose liquidation lies k cells from the entry: an exact difference of the normal distribution of
ln(effective leverage), cut to the group's distances, not renormalised.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL
from liqwidget.domain.leverage import FLOOR_DISTANCE, GROUP_DISTANCES, LEVERAGE_GROUPS
from liqwidget.domain.margin import ladder_distance
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger
    from liqwidget.domain.quotation import Contract

NAMED_PRIORS: dict[str, tuple[float, float]] = {
    "effective": (2.5, 1.0),
    "isolated": (8.3, 1.25),
    "nominal": (25.0, 0.8),
}
"""(median effective leverage, sigma of its logarithm) by name."""

LONG_LIMIT = 0.999
"""A long farther than this share of its entry cannot be liquidated and has no level."""

LONG_CELLS = math.ceil(-math.log1p(-LONG_LIMIT) / CELL) + 1
SHORT_CELLS = math.ceil(math.log1p(GROUP_DISTANCES[-1]) / CELL) + 1

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
                message = f"Expected prior among {names}, (median, sigma) or a ladder, was {value!r}"
                raise DataError(message)
            return cls(value, *NAMED_PRIORS[value])
        if isinstance(value, Mapping):
            return cls._from_ladder(value)
        try:
            median, sigma = (float(part) for part in value)
        except (TypeError, ValueError) as error:
            message = f"Expected prior as a name, (median, sigma) or a ladder {{10: 0.3, ...}}, was {value!r}"
            raise DataError(message) from error
        if not (0 < median < math.inf and 0 < sigma < math.inf):
            message = f"Expected prior (median, sigma) as two positive numbers, was {value!r}"
            raise DataError(message)
        return cls("own", median, sigma)

    @classmethod
    def _from_ladder(cls, ladder: Mapping[float, float]) -> Prior:
        try:
            rungs = tuple(sorted(((float(leverage), float(share)) for leverage, share in ladder.items()), reverse=True))
        except (TypeError, ValueError) as error:
            message = f"Expected a ladder of numbers {{leverage: share of open interest}}, was {dict(ladder)!r}"
            raise DataError(message) from error
        total = math.fsum(share for _, share in rungs)
        sound = all(1 <= leverage < math.inf and 0 <= share <= 1 for leverage, share in rungs)
        if not (rungs and sound and 0 < total <= 1 + 1e-9):
            message = (
                "Expected a ladder {leverage >= 1: share of open interest} with shares that add to at most 1, "
                f"was {dict(ladder)!r}"
            )
            raise DataError(message)
        return cls("ladder", math.nan, math.nan, rungs)


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """The spread of one venue's prior over whole lattice cells of offset.

    Parameters
    ----------
    table : ndarray of float64, shape (2, G, K)
        Share of open interest by side, leverage group and offset in cells.
    span : ndarray of int64, shape (2, G, 2)
        First and one past the last offset that holds anything.
    weights : ndarray of float64, shape (G,)
        Share of open interest of each group's book (what lies beyond 0.999 below a long's entry included).
    """

    table: npt.NDArray[np.float64]
    span: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]

    @property
    def per_weight(self) -> npt.NDArray[np.float64]:
        """1 / weights where a book exists, else 0; shape (G,)."""
        return np.divide(1.0, self.weights, out=np.zeros_like(self.weights), where=self.weights > 0)


def _log_normal_mass(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], prior: Prior
) -> npt.NDArray[np.float64]:
    """Probability that the distance 1 / leverage lies in [low, high]; arrays of one shape."""

    def cumulative(distance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        scores = (np.log(distance) + math.log(prior.median)) / (prior.sigma * math.sqrt(2))
        return np.array([0.5 * (1 + math.erf(score)) for score in scores])

    return cumulative(high) - cumulative(low)


def _cell_distances(side: int, cells: int) -> npt.NDArray[np.float64]:
    """Distances from the entry to the cell edges around it, shape (cells + 1,); the first edge is the entry itself."""
    offsets: npt.NDArray[np.float64] = np.maximum(np.arange(cells + 1) - 0.5, 0) * CELL
    if side == 0:
        return np.clip(-np.expm1(-offsets), 1e-9, LONG_LIMIT)
    return np.maximum(np.expm1(offsets), 1e-9)


def _log_normal_table(prior: Prior, minimum_distance: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    table = np.zeros((2, len(LEVERAGE_GROUPS), max(LONG_CELLS, SHORT_CELLS)))
    weights = np.zeros(len(LEVERAGE_GROUPS))
    edges = np.maximum(GROUP_DISTANCES, minimum_distance)
    for group, (nearest, farthest) in enumerate(itertools.pairwise(edges)):
        if farthest <= nearest * 1.0001:
            continue
        weights[group] = _log_normal_mass(np.array([nearest]), np.array([farthest]), prior)[0]
        for side, cells in ((0, LONG_CELLS), (1, SHORT_CELLS)):
            distances = np.clip(_cell_distances(side, cells), nearest, farthest)
            inside = np.flatnonzero(np.diff(distances) > 0)
            table[side, group, inside] = _log_normal_mass(distances[inside], distances[inside + 1], prior)
    return table, weights


def _ladder_table(
    prior: Prior, minimum_distance: float, venue: str, maintenance_margin_rate: float, contract: Contract
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Spread each rung over two neighbouring cells: a narrow density, a few basis points wide."""
    table = np.zeros((2, len(LEVERAGE_GROUPS), max(LONG_CELLS, SHORT_CELLS)))
    weights = np.zeros(len(LEVERAGE_GROUPS))
    for leverage, share in prior.ladder:
        if share == 0:
            continue
        distances = ladder_distance(venue, leverage, maintenance_margin_rate, contract=contract)
        if 1 / leverage - maintenance_margin_rate < minimum_distance * (1 - 1e-9):
            message = (
                f"Expected ladder leverages up to {1 / (minimum_distance + maintenance_margin_rate):.5g}x on {venue} "
                f"(1 / leverage - maintenance rate of at least {minimum_distance:.4f}), was {leverage:g}x"
            )
            raise DataError(message)
        farthest = float(np.fmax(*distances))
        group = int(np.searchsorted(GROUP_DISTANCES[1:-1], farthest, side="right"))
        weights[group] += share
        for side, distance in enumerate(map(float, distances)):
            if not distance < (LONG_LIMIT, GROUP_DISTANCES[-1])[side]:
                continue
            offset = (-math.log1p(-distance) if side == 0 else math.log1p(distance)) / CELL
            near = min(math.floor(offset), table.shape[2] - 2)
            table[side, group, near] += share * (1 - (offset - near))
            table[side, group, near + 1] += share * (offset - near)
    return table, weights


@lru_cache(maxsize=64)
def density(
    prior: Prior,
    minimum_distance: float,
    venue: str = "",
    maintenance_margin_rate: float = 0.0,
    contract: Contract = "linear",
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
    """
    nearest = max(minimum_distance, FLOOR_DISTANCE)
    if prior.ladder:
        table, weights = _ladder_table(prior, nearest, venue, maintenance_margin_rate, contract)
    else:
        table, weights = _log_normal_table(prior, nearest)
    span = np.zeros((2, len(LEVERAGE_GROUPS), 2), dtype=np.int64)
    for side, group in np.ndindex(2, len(LEVERAGE_GROUPS)):
        inside = np.flatnonzero(table[side, group])
        if len(inside):
            span[side, group] = inside[0], inside[-1] + 1
    for array in (table, span, weights):
        array.flags.writeable = False
    return Density(table, span, weights)


def venue_density(ledger: VenueLedger, prior: Prior) -> Density:
    """Return the spread of a prior on a venue."""
    return density(prior, ledger.minimum_distance, ledger.venue, ledger.maintenance_margin_rate, ledger.contract)
