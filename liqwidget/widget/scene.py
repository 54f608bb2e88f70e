"""The scene: all that a picture of a heatmap is drawn from, at one moment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from liqwidget.widget.overlays import shown_layers

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.domain.overlay import Overlay
    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.display import Shown
    from liqwidget.widget.session import Session, Settings
    from liqwidget.widget.view import HeatmapWidget


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown, and how: every field but the first seven is the trait of that name.

    Parameters
    ----------
    session, settings : Session, Settings
        Who answers, and what for.
    found : tuple of Cluster
        Clusters that stand at the end shown.
    market_state : dict
        What the front end knows of the market; see `Session.market`.
    overlays : tuple of overlay values
        What is laid over the picture.
    lives : tuple of dict
        The lives of clusters that are ticked, as the page reads them.
    ranges : dict or None
        How far clusters move under other assumptions, as the page reads it; None: it is not asked for.
    """

    session: Session
    settings: Settings
    found: tuple[Cluster, ...]
    market_state: dict[str, Any]
    overlays: tuple[Overlay, ...]
    lives: tuple[dict[str, Any], ...]
    ranges: dict[str, Any] | None
    symbol: str
    side: str
    measure: str
    horizon: str
    threshold: float
    palette: str
    side_colours: str
    candle_colours: str
    map_theme: str
    timezone: str
    scale: str
    smooth: bool
    price_style: str
    circles: bool
    panels: tuple[str, ...]
    profile: str
    view: str
    future: bool
    as_of: pd.Timestamp | None
    time_range: tuple[pd.Timestamp, pd.Timestamp] | None
    price_range: tuple[float, float] | None


def scene_of(
    widget: HeatmapWidget, shown: Shown, market: dict[str, Any], ranges: dict[str, Any] | None = None
) -> Scene:
    """Return the scene of a widget as it is set up."""
    traits = {field.name: getattr(widget, field.name) for field in fields(Scene)[7:]}
    overlays = shown_layers(widget._overlays, widget.symbol)  # noqa: SLF001 - its own trait
    lives = tuple(widget._lives)  # noqa: SLF001
    return Scene(shown.session, shown.settings, shown.clusters, market, overlays, lives, ranges, **traits)
