"""The scene: all that a picture of a heatmap is drawn from, at one moment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.display import Shown
    from liqwidget.widget.session import Session, Settings
    from liqwidget.widget.view import HeatmapWidget


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown, and how: every field but the first four is the trait of that name.

    Parameters
    ----------
    session, settings : Session, Settings
        Who answers, and what for.
    found : tuple of Cluster
        Clusters that stand at the end shown.
    market_state : dict
        What the front end knows of the market; see `Session.market`.
    """

    session: Session
    settings: Settings
    found: tuple[Cluster, ...]
    market_state: dict[str, Any]
    symbol: str
    side: str
    measure: str
    horizon: str
    threshold: float
    palette: str
    side_colours: str
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


def scene_of(widget: HeatmapWidget, shown: Shown, market: dict[str, Any]) -> Scene:
    """Return the scene of a widget as it is set up."""
    traits = {field.name: getattr(widget, field.name) for field in fields(Scene)[4:]}
    return Scene(shown.session, shown.settings, shown.clusters, market, **traits)
