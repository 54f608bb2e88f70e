"""Comparison: the estimate and measured positions on the same prices, and how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.status import is_simulated
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.study.profile import checked_edges, edges_around, profile
from liqwidget.trust.agreement import (
    SIDES,
    SideComparison,
    agreement,
    measured_by_position,
    method_figures,
)
from liqwidget.trust.comparison_value import Comparison
from liqwidget.trust.naive import THE_MAP, standing_by_method

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.positions import Positions

Floats = npt.NDArray[np.float64]

SCALES = ("coverage", None)


def compare(
    ledger: Ledger,
    positions: Positions,
    at: Any = None,
    *,
    edges: npt.ArrayLike | None = None,
    reach: float = 0.2,
    step: float = 0.01,
    venue: str | None = None,
    scale: str | None = "coverage",
    draws: int = 400,
) -> Comparison:
    """Set measured positions beside the estimate.

    Both are as of a snapshot: the estimate from candles that had closed by then. Longs count below the mark price and
    shorts above it.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    positions : Positions
        Measured positions of the same symbol.
    at : time, optional
        The last snapshot at or before it is taken; None means the last one that the ledger's candles reach.
    edges : array_like, shape (K + 1,), optional
        Ascending prices [quote/base], cut at the mark price; equal steps of ln(price) where rank correlations are to
        mean anything, since wide rows hold more of both. None means steps of whole lattice cells from the border
        nearest to the mark price, so that no lattice cell is parted.
    reach, step : float
        How far from the mark price, and how wide a step, in ln(price); without `edges`.
    venue : str, optional
        The venue of the estimate; None means the venues that the positions name, or all where they name none of the
        ledger's. Positions of that venue are taken where they name it.
    scale : {'coverage', None}
        Measured accounts are a part of the market. With ``'coverage'`` the estimate is multiplied, for the difference,
        by measured / estimated size of both sides together inside the edges; with None by 1.
    draws : int
        Resamples of the intervals; 0 for none.

    Returns
    -------
    Comparison
        Its figures are, per side and for both sides as one map: positions, positions_without_level; coverage (coins
        measured over open interest, each side); measured, estimated [quote inside the edges], size_ratio (estimated /
        measured); the figures of `liqwidget.trust.agreement.shape_figures`; top_share_by_chance. A figure of fewer
        than 5 positions with a level or 2 filled cells is NaN.

    Raises
    ------
    DataError
        If symbols differ, no snapshot lies in the ledger's time, or an option cannot be used.
    """
    _check(ledger, positions, scale, draws)
    if venue is None:
        named = tuple(name for name in positions.venues if name in ledger.names)
        ledger = ledger.only(named or None)
    else:
        ledger = ledger.only(venue)
    if set(ledger.names) & set(positions.venues):
        positions = positions.where(
            np.isin(positions.venue, [code for code, name in enumerate(positions.venues) if name in ledger.names])
        )
    limit = ledger.end + ledger.timeframe
    if at is None and len(positions) and int(positions.time.min()) > limit:
        raise DataError(_apart(ledger, int(positions.time.min())))
    time = positions.snapshot_time(timestamp(limit) if at is None else at)
    price = positions.mark(time)
    last = ledger.last_price(time)
    if not last > 0 or time > limit:
        raise DataError(_apart(ledger, time))
    price = price if price > 0 else last
    prices = edges_around(price, reach, step) if edges is None else checked_edges(edges)
    cut = float(prices[len(prices) // 2]) if edges is None else price
    shown = positions.snapshot(timestamp(time))
    sides = {}
    for name, sign in SIDES:
        apart = np.log(prices / cut) * sign < -_SAME
        own = np.append(prices[apart], cut) if sign > 0 else np.append(cut, prices[apart])
        sides[name] = _side(ledger, shown.where(shown.side == sign), time, own, name)
    totals = [sum(float(getattr(part, name).sum()) for part in sides.values()) for name in ("measured", "estimated")]
    simple = standing_by_method(ledger, time, *(sides[name].edges for name, _ in SIDES))
    by_method = {THE_MAP.name: np.concatenate([sides[name].estimated for name, _ in SIDES])} | simple
    factor = totals[0] / totals[1] if scale == "coverage" and min(totals) > 0 else 1.0
    return Comparison(
        symbol=ledger.symbol,
        quote=ledger.quote,
        at=timestamp(time),
        price=price,
        **sides,
        scale=factor,
        agreement=agreement(shown, sides, price, draws),
        accounts=len(set(shown.account.tolist()) - {""}),
        venues=ledger.names,
        notes=positions.notes,
        methods=method_figures(by_method, sides, price),
        simulated=is_simulated(ledger),
    )


def compare_snapshots(
    ledger: Ledger, positions: Positions, *, reach: float = 0.2, step: float = 0.01, venue: str | None = None
) -> pd.DataFrame:
    """Return the figures of every snapshot that the ledger's candles reach; one snapshot alone says little.

    Parameters
    ----------
    ledger, positions, reach, step, venue
        As in `compare`.

    Returns
    -------
    DataFrame
        Index (time, side), one column per figure. Snapshots hold mostly the same positions: their figures are not
        independent.

    Raises
    ------
    DataError
        As `compare`.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> len(liqwidget.compare_snapshots(ledger, positions))
    3
    """
    limit = ledger.end + ledger.timeframe
    times = [time for time in positions.snapshots if ledger.start + ledger.timeframe <= time.value <= limit]
    if not times:
        span = f"{timestamp(ledger.start)} to {timestamp(ledger.end)}"
        message = f"Expected a snapshot while the candles run ({span}), was none in {positions!r}"
        raise DataError(message)
    tables = {
        time: compare(ledger, positions, time, reach=reach, step=step, venue=venue, draws=0).agreement["value"]
        for time in times
    }
    stacked = pd.concat(tables, names=["time"])
    frame: pd.DataFrame = stacked.unstack("figure")  # noqa: PD010
    return frame[list(dict.fromkeys(stacked.index.get_level_values("figure")))]


def _apart(ledger: Ledger, time: int) -> str:
    """Return the sentence about a snapshot at a time [ns] of which the candles of a ledger do not tell."""
    later = ": a heatmap that is live, or made after the positions were read, has them" if time > ledger.end else ""
    span = f"{timestamp(ledger.start)} to {timestamp(ledger.end)}"
    return f"Expected a snapshot while the candles run ({span}), was {timestamp(time)}{later}"


def _check(ledger: Ledger, positions: Positions, scale: object, draws: object) -> None:
    if positions.symbol is not None and positions.symbol != ledger.symbol:
        message = f"Expected positions of {ledger.symbol!r}, was {positions.symbol!r}"
        raise DataError(message)
    if scale not in SCALES:
        message = f"Expected scale as 'coverage' or None, was {scale!r:.60}"
        raise DataError(message)
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 0:
        message = f"Expected draws of at least 0, was {draws!r:.60}"
        raise DataError(message)


def _side(ledger: Ledger, held: Positions, time: int, edges: Floats, name: str) -> SideComparison:
    rows = [(part, int(part.row_at(time))) for part in ledger]
    interest = sum(float(part.coins(row)) for part, row in rows if row >= 0)
    estimated = measured = np.zeros(0)
    if len(edges) > 1:
        estimated = getattr(profile(ledger, edges, time), name)
        measured = measured_by_position(held, edges).sum(axis=0)
    return SideComparison(
        edges=edges,
        estimated=estimated,
        measured=measured,
        positions=len(held),
        without_level=int((~held.has_level).sum()),
        coins=float(held.size.sum()),
        open_interest=float("nan") if any(part.relative for part in ledger) else interest,
    )


_SAME = 1e-9
"""How far an edge may lie from the mark price in ln(price) and still be it."""
