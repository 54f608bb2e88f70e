"""Venues beside each other in a notebook: a picture, the sentences and the figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.paths import checked_path
from liqwidget.picture.comparison import checked_look
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS
from liqwidget.trust import venue_comparison
from liqwidget.trust.venue_comparison import VenueComparison

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from liqwidget.domain.ledger import Ledger

_COLUMNS: dict[str, tuple[str, str | Callable[[float, str], str]]] = {
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DrawnVenueComparison(VenueComparison):
    """A comparison of venues that shows itself in a notebook.

    It takes what `VenueComparison` takes, and how it is drawn.

    Parameters
    ----------
    theme : {'dark', 'light'}
        Colours of the picture.
    side_colours : {'red-green', 'blue-orange'}
        Colours of longs and shorts.

    Raises
    ------
    DataError
        If the theme or the side colours are unknown.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> drawn = liqwidget.compare_venues(ledger)
    >>> drawn.venues
    ('binance', 'bybit', 'okx', 'hyperliquid')
    """

    theme: str = "dark"
    side_colours: str = DEFAULT_SIDE_COLOURS

    def __post_init__(self) -> None:
        checked_look(self.theme, self.side_colours)

    @classmethod
    def of(
        cls, found: VenueComparison, theme: str = "dark", side_colours: str = DEFAULT_SIDE_COLOURS
    ) -> DrawnVenueComparison:
        """Return what venues show with how it is drawn."""
        figures = {part.name: getattr(found, part.name) for part in fields(VenueComparison)}
        return cls(**figures, theme=theme, side_colours=side_colours)

    def shown(self, theme: str | None = None, side_colours: str | None = None) -> DrawnVenueComparison:
        """Return the same comparison in other colours."""
        return replace(self, theme=theme or self.theme, side_colours=side_colours or self.side_colours)

    def to_png(self, path: str | Path, *, width: int = 960, height: int = 640) -> Path:
        """Write the picture to a PNG file.

        Raises
        ------
        DataError
            If it is under 480 x 320 pixels, the path does not end in .png, or its folder is not there.
        """
        target = checked_path(path, ".png")
        target.write_bytes(self._png(width, height))
        return target

    def _png(self, width: int, height: int) -> bytes:
        from liqwidget.picture.ink import ink_of
        from liqwidget.picture.venue_comparison_png import png

        return png(self, ink_of(self.theme, self.side_colours), (width, height))

    def _repr_html_(self) -> str:
        """Return the picture, the sentences and the figures as HTML that needs neither a network nor a script."""
        from liqwidget.picture.sheet import shown_page

        alt = f"{self.symbol}: venues beside each other. {' '.join(self.sentences)}"
        return shown_page(self._png(960, 560), alt, self.sentences, self._figures(), simulated=self.simulated)

    def _figures(self) -> str:
        cells = {
            label: [_cell(value, form, self.quote) for value in self.table[name]]
            for name, (label, form) in _COLUMNS.items()
        }
        return str(pd.DataFrame(cells, index=self.table.index).to_html(border=0, escape=True))


def compare_venues(
    ledger: Ledger,
    at: Any = None,
    *,
    theme: str = "dark",
    side_colours: str = DEFAULT_SIDE_COLOURS,
    **options: Any,
) -> DrawnVenueComparison:
    """Set the maps of venues beside each other: sizes, how alike they are, which of them show a cluster.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    at : time, optional
        None means the last close.
    theme, side_colours : str
        How it is drawn: see `DrawnVenueComparison`.
    **options
        measure, horizon, reach, step, sensitivity, leverage, venues: as in
        `liqwidget.trust.venue_comparison.compare_venues`, which says what the figures are.

    Raises
    ------
    DataError
        If an option cannot be used, or nothing is known at the time.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.compare_venues(ledger).sentences[0]
    'binance holds 42% of the $8.04B est. standing on 4 venues.'
    """
    return DrawnVenueComparison.of(venue_comparison.compare_venues(ledger, at, **options), theme, side_colours)


def _cell(value: float, form: str | Callable[[float, str], str], quote: str) -> str:
    if math.isnan(value):
        return "not known"
    return form.format(value) if isinstance(form, str) else form(value, quote)
