"""Venues beside each other in a notebook: a picture, the sentences and the figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.picture.comparison import checked_look
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.study.clusters import Cluster
    from liqwidget.trust.venue_comparison import VenueComparison

_COLUMNS: dict[str, tuple[str, str | Callable[[float], str]]] = {
    "last_price": ("last price", "{:,.7g}"),
    "premium_bps": ("premium, bps", "{:+.1f}"),
    "open_interest": ("open interest", money),
    "size": ("est. size", money),
    "long": ("long", money),
    "short": ("short", money),
    "share": ("share", "{:.0%}"),
    "clusters": ("clusters of its own", "{:d}"),
    "rank_correlation_given_distance": ("like the others, at equal distance", "{:.2f}"),
    "total_variation": ("size elsewhere than the others'", "{:.1%}"),
}


@dataclass(frozen=True, eq=False)
class VenueComparisonView:
    """A comparison of venues that shows itself in a notebook.

    Parameters
    ----------
    comparison : VenueComparison
        What is shown.
    theme : {'dark', 'light'}
        Colours of the picture.
    side_colours : {'red-green', 'blue-orange'}
        Colours of longs and shorts.

    Raises
    ------
    DataError
        If the theme or the side colours are unknown.
    """

    comparison: VenueComparison
    theme: str = "dark"
    side_colours: str = DEFAULT_SIDE_COLOURS

    def __post_init__(self) -> None:
        checked_look(self.theme, self.side_colours)

    def shown(self, theme: str | None = None, side_colours: str | None = None) -> VenueComparisonView:
        """Return the same comparison in other colours."""
        return replace(self, theme=theme or self.theme, side_colours=side_colours or self.side_colours)

    @property
    def table(self) -> pd.DataFrame:
        """One row per venue; see `liqwidget.compare_venues`."""
        return self.comparison.table

    @property
    def pairs(self) -> pd.DataFrame:
        """Rank correlation of any two venues at equal distance from price."""
        return self.comparison.pairs

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Clusters of all venues together, largest first; `agreeing_venues` names those that show one."""
        return self.comparison.clusters

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the venues show, in plain words."""
        return self.comparison.sentences

    def clusters_frame(self) -> pd.DataFrame:
        """Return one row per cluster and which venues show it; see `VenueComparison.clusters_frame`."""
        return self.comparison.clusters_frame()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per price range; see `VenueComparison.to_frame`."""
        return self.comparison.to_frame()

    def to_png(self, path: str | Path, *, width: int = 960, height: int = 640) -> Path:
        """Write the picture to a PNG file.

        Raises
        ------
        DataError
            If it is under 480 x 320 pixels.
        """
        target = Path(path)
        target.write_bytes(self._png(width, height))
        return target

    def _png(self, width: int, height: int) -> bytes:
        from liqwidget.picture.ink import ink_of
        from liqwidget.picture.venue_comparison_png import png

        return png(self.comparison, ink_of(self.theme, self.side_colours), (width, height))

    def _repr_html_(self) -> str:
        """Return the picture, the sentences and the figures as HTML that needs neither a network nor a script."""
        from liqwidget.picture.sheet import shown_page

        alt = f"{self.comparison.symbol}: venues beside each other. {' '.join(self.sentences)}"
        return shown_page(self._png(960, 560), alt, self.sentences, self._figures())

    def _figures(self) -> str:
        cells = {label: [_cell(value, form) for value in self.table[name]] for name, (label, form) in _COLUMNS.items()}
        return str(pd.DataFrame(cells, index=self.table.index).to_html(border=0, escape=True))

    def __repr__(self) -> str:
        """Return the comparison's text."""
        return repr(self.comparison)


def _cell(value: float, form: str | Callable[[float], str]) -> str:
    if math.isnan(value):
        return "not known"
    return form.format(value) if isinstance(form, str) else form(value)
