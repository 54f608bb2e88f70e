"""The estimate and measured positions in one drawing: beside, over or minus each other."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.levels import STANDING
from liqwidget.domain.paths import checked_path
from liqwidget.domain.time import MILLISECOND, time_ns
from liqwidget.errors import DataError
from liqwidget.picture.comparison_bars import drawing
from liqwidget.raster.grid import Grid
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS
from liqwidget.trust import comparison
from liqwidget.trust.comparison_value import Comparison

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models.renderers import GlyphRenderer
    from bokeh.plotting import figure

    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.positions import Positions
    from liqwidget.domain.viewport import Viewport
    from liqwidget.trust.measured_levels import MeasuredLevels

THEMES = ("dark", "light")

LABELS = {
    "positions": "measured positions",
    "positions_without_level": "of them without a liquidation price",
    "coverage": "share of open interest measured",
    "measured": "measured in the range",
    "estimated": "est. in the range",
    "size_ratio": "est. / measured",
    "rank_correlation": "rank correlation",
    "rank_correlation_given_distance": "rank correlation at equal distance",
    "top_share": "measured size in the est. top tenth",
    "top_share_by_chance": "the same by chance",
    "earth_movers_distance": "earth mover's distance",
    "total_variation": "total variation",
}
"""Names of the figures in a notebook's table."""


def checked_look(theme: str, side_colours: str) -> tuple[str, str]:
    """Return the names of a theme and of a pair of side colours.

    Raises
    ------
    DataError
        If either is unknown.
    """
    if theme not in THEMES:
        message = f"Expected theme as 'dark' or 'light', was {theme!r:.60}"
        raise DataError(message)
    if side_colours not in SIDE_COLOURS:
        message = f"Expected side_colours out of {', '.join(SIDE_COLOURS)}, was {side_colours!r:.60}"
        raise DataError(message)
    return theme, side_colours


def comparison_figure(
    found: Comparison, how: str = "beside", theme: str = "dark", side_colours: str = DEFAULT_SIDE_COLOURS
) -> figure:
    """Return a Bokeh figure of a comparison: price on the vertical axis, bars of size, the mark price as a line.

    Parameters
    ----------
    found : Comparison
        See `liqwidget.compare`.
    how : {'beside', 'over', 'minus'}
        See `drawing`.
    theme : {'dark', 'light'}
        Colours.
    side_colours : {'red-green', 'blue-orange'}
        Colours of longs and shorts.

    Raises
    ------
    DataError
        If the way, the theme or the side colours are unknown.
    """
    from liqwidget.picture.comparison_figure import draw
    from liqwidget.picture.ink import ink_of

    return draw(drawing(found, how), found.price, ink_of(*checked_look(theme, side_colours)))


def measured_grid(levels: MeasuredLevels, viewport: Viewport) -> Grid:
    """Return measured levels on a viewport, as `liqwidget.rasterise` returns the estimate: they can be subtracted."""
    long, short = levels.rasterise(viewport)
    return Grid(long, short, viewport.price_edges, viewport.time_edges, "size", "24h")


def overlay(
    figure: figure,
    levels: MeasuredLevels,
    *,
    until: Any = None,
    theme: str = "dark",
    side_colours: str = DEFAULT_SIDE_COLOURS,
) -> GlyphRenderer[Any]:
    """Draw measured levels over a heatmap's figure: a line per level from its snapshot to its end.

    Parameters
    ----------
    figure : bokeh.plotting.figure
        ``h.figure``, or any with milliseconds of UTC on x and price on y.
    levels : MeasuredLevels
        Choose those of a price range with `MeasuredLevels.inside`; lines are wider the more coins they hold.
    until : time, optional
        Where levels that still stand end; None means one usual distance between snapshots after the last.
    theme : {'dark', 'light'}
        Colours.
    side_colours : {'red-green', 'blue-orange'}
        Colours of longs and shorts.

    Returns
    -------
    GlyphRenderer
        ``visible = False`` hides it.
    """
    from liqwidget.picture.comparison_figure import draw_levels
    from liqwidget.picture.ink import ink_of

    return draw_levels(figure, segments(levels, until), ink_of(*checked_look(theme, side_colours)))


def segments(levels: MeasuredLevels, until: Any = None) -> pd.DataFrame:
    """Return levels as lines: start, end [ms UTC], price [quote/base], side, share (of the widest line), size."""
    opens = np.unique(levels.open_time)
    spacing = int(np.median(np.diff(opens))) if len(opens) > 1 else 0
    last = (int(opens[-1]) + spacing if len(opens) else 0) if until is None else time_ns(until, "until")
    end: npt.NDArray[np.int64] = np.where(levels.close_time == STANDING, last, levels.close_time)
    widest = float(np.quantile(levels.coins, 0.99)) if len(levels) else 1.0
    frame = pd.DataFrame(
        {
            "start": levels.open_time / MILLISECOND,
            "end": end / MILLISECOND,
            "price": np.sqrt(levels.price_low * levels.price_high),
            "side": np.where(levels.side > 0, "long", "short"),
            "share": np.sqrt(np.minimum(levels.coins / widest, 1)),
            "size": levels.size,
        }
    )
    return frame[frame["end"] > frame["start"]].reset_index(drop=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DrawnComparison(Comparison):
    """A comparison that shows itself in a notebook: a picture, the sentences and the figures of agreement.

    It takes what `Comparison` takes, and how it is drawn.

    Parameters
    ----------
    how : {'beside', 'over', 'minus'}
        See `drawing`.
    theme : {'dark', 'light'}
        Colours of the picture.
    side_colours : {'red-green', 'blue-orange'}
        Colours of longs and shorts.

    Raises
    ------
    DataError
        If the way, the theme or the side colours are unknown.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> drawn = liqwidget.compare(ledger, positions, how="minus")
    >>> drawn.how, drawn.theme
    ('minus', 'dark')
    """

    how: str = "beside"
    theme: str = "dark"
    side_colours: str = DEFAULT_SIDE_COLOURS
    _made: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        checked_look(self.theme, self.side_colours)
        drawing(self, self.how)

    @classmethod
    def of(
        cls, found: Comparison, how: str = "beside", theme: str = "dark", side_colours: str = DEFAULT_SIDE_COLOURS
    ) -> DrawnComparison:
        """Return figures of agreement with how they are drawn."""
        figures = {part.name: getattr(found, part.name) for part in fields(Comparison)}
        return cls(**figures, how=how, theme=theme, side_colours=side_colours)

    def shown(
        self, how: str | None = None, theme: str | None = None, side_colours: str | None = None
    ) -> DrawnComparison:
        """Return the same comparison drawn another way."""
        colours = side_colours or self.side_colours
        return replace(self, how=how or self.how, theme=theme or self.theme, side_colours=colours)

    @property
    def figure(self) -> figure:
        """The Bokeh figure; the same one each time, so that glyphs can be added to it."""
        if "figure" not in self._made:
            self._made["figure"] = comparison_figure(self, self.how, self.theme, self.side_colours)
        made: figure = self._made["figure"]
        return made

    def to_png(self, path: str | Path, *, width: int = 960, height: int = 720) -> Path:
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
        from liqwidget.picture.comparison_png import png
        from liqwidget.picture.ink import ink_of

        ink = ink_of(self.theme, self.side_colours)
        return png(drawing(self, self.how), self.price, ink, (width, height))

    def _repr_html_(self) -> str:
        """Return the picture, the sentences and the figures as HTML that needs neither a network nor a script."""
        from liqwidget.picture.sheet import shown_page

        alt = f"{self.symbol}: estimate and measured positions. {self.sentence}"
        said = [*self.sentences, *self.notes]
        return shown_page(self._png(960, 640), alt, said, self._table(), simulated=self.simulated)

    def _table(self) -> str:
        frame = self.agreement
        names = list(dict.fromkeys(frame.index.get_level_values("figure")))
        rows = {
            LABELS[name]: {side: _cell(name, frame.loc[(name, side)], self.quote) for side in ("long", "short", "both")}
            for name in names
        }
        return str(pd.DataFrame(rows).T.to_html(border=0, escape=True)) + self._methods()

    def _methods(self) -> str:
        """Return how far simple maps agree with the same positions."""
        names = [name for name in self.methods.columns if name in LABELS]
        rows = {
            str(method): {LABELS[name]: f"{self.methods.loc[method, name]:.3g}" for name in names}
            for method in self.methods.index
        }
        return str(pd.DataFrame(rows).T.to_html(border=0, escape=True)) if rows else ""


def compare(
    ledger: Ledger,
    positions: Positions,
    at: Any = None,
    *,
    how: str = "beside",
    theme: str = "dark",
    side_colours: str = DEFAULT_SIDE_COLOURS,
    **options: Any,
) -> DrawnComparison:
    """Set measured positions beside, over or minus the estimate, with figures of how far they agree.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    positions : Positions
        Measured positions of the same symbol.
    at : time, optional
        The last snapshot at or before it is taken; None means the last one that the ledger's candles reach.
    how, theme, side_colours : str
        How it is drawn: see `DrawnComparison`.
    **options
        edges, reach, step, venue, scale, draws: as in `liqwidget.trust.comparison.compare`, which says what the figures
        are.

    Raises
    ------
    DataError
        If symbols differ, no snapshot lies in the ledger's time, or an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> drawn = liqwidget.compare(ledger, positions, how="over")
    >>> drawn.how
    'over'
    """
    return DrawnComparison.of(comparison.compare(ledger, positions, at, **options), how, theme, side_colours)


def _cell(name: str, row: Any, quote: str) -> str:
    """Return a figure as it stands in the table, with its interval."""

    def text(value: float) -> str:
        if name in {"measured", "estimated"}:
            return money(value, quote)
        if name.startswith("positions"):
            return f"{value:,.0f}"
        if name == "size_ratio":
            return f"{value:.3g}"
        return f"{value + 0.0:.2f}" if name.startswith(("rank", "total")) else f"{value:.1%}"

    if not np.isfinite(row["value"]):
        return "not known"
    known = text(row["value"])
    return f"{known} [{text(row['low'])}, {text(row['high'])}]" if np.isfinite(row["low"]) else known
