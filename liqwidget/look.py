"""What the page and the picture file look alike by: the colours and measures of ``look.json``, which both read.

The bundler reads the same file for the front end. Lengths are CSS pixels, shares and alphas are 0 to 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours on one ground, ``#rrggbb``."""

    page: str
    """Around the widget, where it is a page of its own."""
    ground: str
    """Behind the picture."""
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    warning: str
    alarm: str
    rise: str
    """Candles that rose; the text colours keep off the heat."""
    fall: str
    mix_near: str
    """The shares of leverage groups in the table, from the nearest liquidations to the farthest."""
    mix_far: str
    grid: float
    """How opaque the lines of the grid are, in the muted colour."""


@dataclass(frozen=True, slots=True)
class SideColours:
    """A colour for each side on each ground; as text it has a contrast of at least 4.5 to it (WCAG 2.2 AA)."""

    name: str
    label: str
    """The name that a reader sees."""
    title: str
    """What it is for."""
    dark: dict[str, str]
    """By side, ``#rrggbb``, on a dark ground."""
    light: dict[str, str]

    def of(self, theme: str) -> dict[str, str]:
        """Return the colours by side."""
        return dict(self.dark if theme == "dark" else self.light)


@dataclass(frozen=True, slots=True)
class Fit:
    """Room above and below the candles of a view, as a share of their range, and at least of price."""

    padding: float
    least: float
    lowest: float
    """No lower than this share of the lowest price."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left free at the right of the newest candle, for the labels of clusters."""

    future: float
    """At least this share of the width."""
    label: float
    whiskers: float
    """Pixels of a label, and of the whiskers left of it."""
    most: float
    most_with_whiskers: float
    """At most these shares of the width."""
    followed: float
    """The share where the price that followed is shown."""


@dataclass(frozen=True, slots=True)
class Candle:
    """How candles are drawn."""

    body: float
    """Share of its time that a candle's body covers."""
    faded: float
    """How opaque candles after the time shown are."""
    halo: float
    halo_alpha: float


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The price as a line, on a halo with the alpha of the candles'."""

    halo: float
    width: float


@dataclass(frozen=True, slots=True)
class Circle:
    """Realised liquidations: the diameters of the least and of the largest, and how opaque they are filled."""

    least: float
    most: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Band:
    """Clusters at the right edge of the picture."""

    least_share: float
    """They are at least this share of the width."""
    edge_share: float
    edge: float
    """Width, as a share of the picture's, and alpha of the stroke where a band begins."""
    weakest: float
    strongest: float
    """Alphas of a band next to nothing and of the largest."""
    wide: float
    """Alpha of a band over the whole width, which is ticked."""
    lit: float
    """What is added where it is pointed at."""


@dataclass(frozen=True, slots=True)
class Label:
    """The labels of clusters."""

    line: float
    """Labels are at least so far apart."""
    room: float
    """Half of what one needs; also how near to an edge its middle comes."""
    worth: float
    """Clusters under this share of the largest are labelled where their band has room."""
    most: int


@dataclass(frozen=True, slots=True)
class Panel:
    """The panels under the picture."""

    title: float
    """Pixels at the top that the text has for itself."""
    body: float
    """Share of its time that a bar covers."""
    padding: float
    least: float
    """Room around a line, as a share of its range, and at least of its highest value."""
    base: float
    """Alpha of the line at zero."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile beside the picture."""

    bar: float
    fewest: int
    """Pixels of price that a bar covers, and how many there are at least."""
    room: float
    """The longest bar's share of the width."""


@dataclass(frozen=True, slots=True)
class Map:
    """The liquidation map."""

    bar: float
    fewest: int
    room: float
    reach: float
    """How far it shows prices to each side of the last one, as a share of it."""
    ticks: int
    """About so many amounts on an axis."""
    tick_room: float
    """Pixels that a price on the axis has for itself."""
    grid: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The curves of what adds up, on a casing of the ground's colour."""

    casing: float
    width: float


@dataclass(frozen=True, slots=True)
class Look:
    """Everything in ``look.json``."""

    font: str
    cell: float
    """Width of a price cell in ln(price)."""
    leverage_groups: tuple[str, ...]
    """Names, nearest liquidation first."""
    fresh_ms: int
    """How old a live venue's data may be before it counts as stale [ms]."""
    contrast: float
    """Exponent from the share of the levels to the position on a palette's ramp."""
    neutral: str
    """A colour for lines on either ground."""
    themes: dict[str, Theme]
    sides: dict[str, SideColours]
    """By name, in the order a reader is offered them; the first is the default."""
    venues: dict[str, tuple[str, ...]]
    """Colours of venues by theme, apart for every kind of colour vision (Okabe and Ito, without those of the sides)."""
    faintest_share: float
    """How much of a side's colour the farthest leverage group has."""
    amount_tint: float
    """How much of a side's colour lies under the amounts of the table."""
    plate: float
    """How opaque the ground under a label is."""
    hatch: float
    smoothest: int
    """Pixels each way that are blended at most."""
    axis_ticks: int
    """About so many prices of an axis are told apart by their decimals."""
    opened_height: int
    """The bars at the bottom edge that say when what is selected was opened."""
    fit: Fit
    margin: Margin
    candle: Candle
    price_line: PriceLine
    circle: Circle
    band: Band
    label: Label
    panel: Panel
    profile: Profile
    map: Map
    curve: Curve


_PARTS = {
    "fit": Fit,
    "margin": Margin,
    "candle": Candle,
    "price_line": PriceLine,
    "circle": Circle,
    "band": Band,
    "label": Label,
    "panel": Panel,
    "profile": Profile,
    "map": Map,
    "curve": Curve,
}


def _read(known: dict[str, Any]) -> Look:
    made: dict[str, Any] = known | {name: kind(**known[name]) for name, kind in _PARTS.items()}
    made["leverage_groups"] = tuple(known["leverage_groups"])
    made["themes"] = {name: Theme(**colours) for name, colours in known["themes"].items()}
    made["sides"] = {pair["name"]: SideColours(**pair) for pair in known["sides"]}
    made["venues"] = {theme: tuple(colours) for theme, colours in known["venues"].items()}
    return Look(**made)


LOOK = _read(json.loads(Path(__file__).with_name("look.json").read_text(encoding="ascii")))
