"""Agreement: how alike two spreads of size over the same prices are, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import price_cell_centre, price_cell_of
from liqwidget.trust.measured_levels import cell_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.domain.positions import Positions

Floats = npt.NDArray[np.float64]

SIDES = (("long", 1), ("short", -1))
"""Names and signs."""

TOP_SHARE = 0.1
"""The share of cells that counts as the estimate's top."""

_FLAT = 1e-9

FEWEST_POSITIONS = 5
FEWEST_CELLS = 4
FEWEST_FILLED = 2
"""Under these a figure would say nothing: it is NaN then."""

FIGURES = (
    "positions",
    "positions_without_level",
    "coverage",
    "measured",
    "estimated",
    "size_ratio",
    "rank_correlation",
    "rank_correlation_given_distance",
    "top_share",
    "top_share_by_chance",
    "earth_movers_distance",
    "total_variation",
)
"""Figures of agreement, in the order they are listed."""

SHAPE_FIGURES = (
    "rank_correlation",
    "rank_correlation_given_distance",
    "top_share",
    "earth_movers_distance",
    "total_variation",
)
"""Figures of two spreads that do not depend on either's total."""


class SideComparison(NamedTuple):
    """One side of a comparison.

    ``edges``, shape (K + 1,), are ascending prices cut at the mark price [quote/base]; ``estimated`` and ``measured``,
    shape (K,), are sizes between them [quote at the liquidation price]; then how many positions were measured, how many
    of them have no level, their coins and the open interest [base, NaN where unknown].
    """

    edges: Floats
    estimated: Floats
    measured: Floats
    positions: int
    without_level: int
    coins: float
    open_interest: float


class Cells(NamedTuple):
    """Cells of one or both sides, in order of ln(price).

    ``distance`` is the cell's place on its side, 0 to 1, from either end (the figures are the same); ``middle`` is
    ln(price / mark) of each cell's middle; ``side`` +1 for longs and -1 for shorts; all of shape (K,).
    """

    distance: Floats
    middle: Floats
    side: Floats


def ranks(values: Floats) -> Floats:
    """Return ranks along the last axis from 1, ties sharing their mean rank; shape (R, K) as given."""
    return np.asarray(pd.DataFrame(values).rank(axis=1).to_numpy(dtype=np.float64))


def correlation(one: Floats, other: Floats) -> Floats:
    """Return Pearson's correlation of the rows of `one` with the rows of `other`, shape (R,); NaN where one is flat."""
    left, right = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    size = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    steep = (np.ptp(left, axis=1) > _FLAT) & (np.ptp(right, axis=1) > _FLAT)
    return np.where(steep, (left * right).sum(axis=1) / np.where(steep, size, 1.0), np.nan)


def _beside_distance(ranked: Floats, cells: Cells) -> Floats:
    """Return what linear and squared distance, per side, leave of ranks, shape (R, K)."""
    powers = np.stack([np.ones_like(cells.distance), cells.distance, cells.distance**2], axis=1)
    terms = np.concatenate([powers * (cells.side == side)[:, None] for side in np.unique(cells.side)], axis=1)
    fitted: Floats = ranked @ np.linalg.pinv(terms).T @ terms.T
    return ranked - fitted


def shape_figures(estimated: Floats, measured: Floats, cells: Cells) -> dict[str, Floats]:
    """Return how alike the estimate and each of R measured spreads are.

    The definitions are those of test E1 by which the estimator was specified.

    Parameters
    ----------
    estimated : ndarray of float64, shape (K,)
        Size per cell [quote].
    measured : ndarray of float64, shape (R, K)
        Size per cell [quote], one row per spread.
    cells : Cells
        Where the cells are.

    Returns
    -------
    dict of str to ndarray of float64, shape (R,)
        rank_correlation : Spearman's rho over cells, -1 to 1.
        rank_correlation_given_distance : correlation of the ranks after linear and squared distance are taken out of
            both by least squares, on each side by itself: what the estimate says beyond "this far from the price"; 0
            where distance explains one of them wholly.
        top_share : share of measured size in the tenth of the cells where the estimate is largest.
        earth_movers_distance : mean way in ln(price) that measured size would have to move to lie as the estimate's:
            the area between the two cumulated shares (Wasserstein's first distance).
        total_variation : half the sum of the absolute differences of the shares, 0 to 1.
    """
    count = len(estimated)
    total, totals = float(estimated.sum()), measured.sum(axis=1)
    filled = (measured > 0).sum(axis=1)
    usable = (totals > 0) & (filled >= FEWEST_FILLED) & (total > 0) & (count >= FEWEST_CELLS)
    if not usable.any():
        return {name: np.full(len(measured), np.nan) for name in SHAPE_FIGURES}
    shares = measured / np.where(usable, totals, 1.0)[:, None]
    share = estimated / total
    ranked, rank = ranks(measured), ranks(estimated[None])
    left, right = _beside_distance(ranked, cells), _beside_distance(rank, cells)
    apart = np.abs(np.cumsum(shares - share, axis=1))[:, :-1] @ np.diff(cells.middle)
    figures = {
        "rank_correlation": correlation(ranked, rank),
        "rank_correlation_given_distance": np.nan_to_num(correlation(left, right)),
        "top_share": shares[:, top_cells(estimated)].sum(axis=1),
        "earth_movers_distance": apart,
        "total_variation": np.abs(shares - share).sum(axis=1) / 2,
    }
    return {name: np.where(usable, values, np.nan) for name, values in figures.items()}


def top_cells(estimated: Floats) -> npt.NDArray[np.int64]:
    """Return the indices of the tenth of the cells, at least one, where the estimate is largest; of equals the first.

    Shape (max(1, round(K / 10)),).
    """
    count = max(1, round(TOP_SHARE * len(estimated)))
    return np.asarray(np.argsort(-estimated, kind="stable")[:count], dtype=np.int64)


def draws_of(units: int, count: int) -> npt.NDArray[np.float64]:
    """Return how often each unit is drawn in bootstrap resamples, shape (count, units); always the same draws."""
    random = np.random.default_rng(0)
    return random.multinomial(units, np.full(units, 1 / units), count).astype(np.float64)


def interval(values: Floats) -> tuple[float, float]:
    """Return the range that holds the middle 95 % of resampled values; NaN if most could not be computed.

    Resamples are patchier than what they are drawn from, so ranges of shape figures lean towards less agreement.
    """
    known = values[np.isfinite(values)]
    if len(known) * 2 < len(values) or not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


def measured_by_position(held: Positions, edges: Floats) -> Floats:
    """Return what each position with a level adds between price edges, shape (n, K) [quote]."""
    levelled = held.where(held.has_level)
    cell = price_cell_of(levelled.liquidation_price)
    position, row, share = cell_parts(cell, edges)
    parts = np.zeros((len(cell), len(edges) - 1))
    parts[position, row] = (levelled.size * price_cell_centre(cell))[position] * share
    return parts


def _cells(edges: Floats, price: float, sign: int) -> Cells:
    """Return the cells of one side, given by its edges."""
    middle = np.log(edges[:-1] / price) / 2 + np.log(edges[1:] / price) / 2
    place = np.arange(len(middle)) / max(len(middle), 1)
    return Cells(place, middle, np.full(len(middle), float(sign)))


class _Spread(NamedTuple):
    """What is compared: parts of the market, estimated and measured (first row) with its resamples, and the cells."""

    parts: tuple[SideComparison, ...]
    estimated: Floats
    measured: Floats
    cells: Cells


def agreement(shown: Positions, sides: dict[str, SideComparison], price: float, draws: int) -> pd.DataFrame:
    """Return the figures of both sides and of the two as one map.

    Parameters
    ----------
    shown : Positions
        Those of one snapshot.
    sides : dict of str to SideComparison
        ``'long'`` and ``'short'``.
    price : float
        Mark price [quote/base].
    draws : int
        Bootstrap resamples of accounts where all are known, else of positions.

    Returns
    -------
    DataFrame
        Index (figure, side), columns value, low, high.
    """
    levelled = shown.where(shown.has_level)
    by_account = bool((levelled.account != "").all())
    units = np.unique(levelled.account.astype(str), return_inverse=True)[1] if by_account else np.arange(len(levelled))
    drawn = draws_of(int(units.max()) + 1, draws) if len(units) else np.zeros((draws, 0))
    spreads = {}
    for name, sign in SIDES:
        part, own = sides[name], levelled.side == sign
        pieces = np.zeros((drawn.shape[1], len(part.measured)))
        if len(part.measured):
            np.add.at(pieces, units[own], measured_by_position(levelled.where(own), part.edges))
        measured = np.concatenate([part.measured[None], drawn @ pieces])
        spreads[name] = _Spread((part,), part.estimated, measured, _cells(part.edges, price, sign))
    long, short = spreads["long"], spreads["short"]
    spreads["both"] = _Spread(
        long.parts + short.parts,
        np.concatenate([long.estimated, short.estimated]),
        np.concatenate([long.measured, short.measured], axis=1),
        Cells(*(np.concatenate(pair) for pair in zip(long.cells, short.cells, strict=True))),
    )
    rows = {(figure, name): values for name, spread in spreads.items() for figure, values in _figures(spread).items()}
    names = sorted(rows, key=lambda key: (FIGURES.index(key[0]), tuple(spreads).index(key[1])))
    index = pd.MultiIndex.from_tuples(names, names=["figure", "side"])
    return pd.DataFrame([rows[name] for name in names], index=index, columns=["value", "low", "high"])


def method_figures(sizes: Mapping[str, Floats], sides: dict[str, SideComparison], price: float) -> pd.DataFrame:
    """Return how far each method's map agrees with what was measured, both sides as one map.

    Parameters
    ----------
    sizes : mapping of str to ndarray of float64, shape (K long + K short,)
        What stands by method [quote].
    sides : dict of str to SideComparison
        ``'long'`` and ``'short'``.
    price : float
        Mark price [quote/base].

    Returns
    -------
    DataFrame
        Index method, columns size_ratio and the figures of `shape_figures`; NaN where these say nothing.
    """
    parts = [_cells(sides[name].edges, price, sign) for name, sign in SIDES]
    cells = Cells(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))
    measured = np.concatenate([sides[name].measured for name, _ in SIDES])
    few = sum(sides[name].positions - sides[name].without_level for name, _ in SIDES) < FEWEST_POSITIONS
    total = measured.sum()
    rows = {}
    for method, held in sizes.items():
        shapes = shape_figures(held, measured[None], cells)
        ratio = {"size_ratio": float(held.sum() / total) if total > 0 else float("nan")}
        rows[method] = ratio | {name: float("nan") if few else float(values[0]) for name, values in shapes.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")


def _figures(spread: _Spread) -> dict[str, tuple[float, float, float]]:
    nan = float("nan")
    estimated, measured = spread.estimated, spread.measured
    totals, total = measured.sum(axis=1), float(estimated.sum())
    interest = sum(part.open_interest for part in spread.parts)
    count, bare = (sum(getattr(part, name) for part in spread.parts) for name in ("positions", "without_level"))
    single = {
        "positions": float(count),
        "positions_without_level": float(bare),
        "coverage": sum(part.coins for part in spread.parts) / interest if interest > 0 else nan,
        "estimated": total,
        "top_share_by_chance": len(top_cells(estimated)) / len(estimated) if len(estimated) else nan,
    }
    ratios = np.divide(total, totals, out=np.full(len(totals), nan), where=totals > 0)
    shapes = shape_figures(estimated, measured, spread.cells)
    if count - bare < FEWEST_POSITIONS:
        shapes = {key: np.full(len(totals), nan) for key in shapes}
    # Resamples are patchier than the sample, so its total variation would lie outside their range.
    single["total_variation"] = float(shapes.pop("total_variation")[0])
    drawn = {"measured": totals, "size_ratio": ratios, **shapes}
    return {key: (value, nan, nan) for key, value in single.items()} | {
        key: (float(known[0]), *interval(known[1:])) for key, known in drawn.items()
    }
