"""Leverage groups: ranges of effective leverage, the inverse of the distance from entry to liquidation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.errors import DataError
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVERAGE_GROUPS = LOOK.leverage_groups
"""Names of the groups, nearest liquidation first."""

GROUP_DISTANCES = (0.0, 0.02, 0.04, 0.1, 0.2, 1 / 3, 2.5)
"""Edges of the groups as distance |entry - liquidation| / entry."""

NEAR_BOOK = len(LEVERAGE_GROUPS)
"""Index of the book at the cap, behind those of the leverage groups; it counts to the nearest of them."""

NEAR_SHARE = 0.0003
"""Share of open interest in the book at the cap."""

FLOOR_DISTANCE = 0.002
"""The nearest distance the estimator uses, whatever the venue allows."""


def group_indices(names: Iterable[str] | None) -> tuple[int, ...]:
    """Return the indices of leverage groups by name, in lattice order; None means all.

    Raises
    ------
    DataError
        If a name is not one of `LEVERAGE_GROUPS`.
    """
    if names is None:
        return tuple(range(len(LEVERAGE_GROUPS)))
    try:
        wanted = [names] if isinstance(names, str) else list(names)
    except TypeError as error:
        message = f"Expected leverage groups among {', '.join(LEVERAGE_GROUPS)}, was {names!r:.60}"
        raise DataError(message) from error
    unknown = [name for name in wanted if name not in LEVERAGE_GROUPS]
    if unknown:
        message = f"Expected leverage groups among {', '.join(LEVERAGE_GROUPS)}, was {unknown[0]!r:.60}"
        raise DataError(message)
    return tuple(sorted({LEVERAGE_GROUPS.index(name) for name in wanted}))
