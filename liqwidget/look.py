"""What the page and the picture file look alike by: the colours and measures of ``look.json``, which both read.

The bundler reads the same file for the front end. Lengths are CSS pixels, shares and alphas are 0 to 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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
class Screen:
    """The largest screen that a picture is computed for, pixel by pixel."""

    widest: int
    tallest: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """How a picture of the simulated market says so."""

    banner: str
    watermark: str
    ground: str
    ink: str
    strength: float
    """How opaque the watermark is."""
    angle: float
    """How far it rises [degrees]."""


@dataclass(frozen=True, slots=True)
class CandleColours:
    """Colours of candles on each ground; without, those of its theme."""

    name: str
    label: str
    """The name that a reader sees."""
    title: str
    """What they are for."""
    dark: dict[str, str] = field(default_factory=dict)
    """By direction ('rise', 'fall'), ``#rrggbb``."""
    light: dict[str, str] = field(default_factory=dict)

    def of(self, theme: str) -> dict[str, str]:
        """Return the colours by direction on the ground of a theme."""
        colours = LOOK.themes[theme]
        return {"rise": colours.rise, "fall": colours.fall} | (self.dark if theme == "dark" else self.light)


@dataclass(frozen=True, slots=True)
class Fit:
    """Room above and below the candles of a view: a share of their range, and at least so much of price.

    The next levels are to be seen: `reach` of price from `reach_hours` on, and less by the root of time before, as far
    as price is likely to go in a time like the one shown.
    """

    padding: float
    least: float
    reach: float
    reach_hours: float
    lowest: float
    """No lower than this share of the lowest price."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left free at the right of the newest candle, for the labels of clusters."""

    future: float
    """At least this share of the width."""
    label: float
    short_label: float
    whiskers: float
    """Pixels of a label with its side, of one that says the amount alone, and of the whiskers left of either."""
    most: float
    """At most this share of the width."""
    followed: float
    """The share where the price that followed is shown."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The labels of the time axis."""

    least: float
    most: float
    """Pixels from one to the next."""
    nearest: float
    """As near they may come where the next longer step would leave more than the most."""
    letter: float
    """Pixels of a letter."""
    minutes: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    """Steps, in these units."""


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
    """Clusters in the strip right of now."""

    gap: float
    tick: float
    """Pixels from now to a bracket, and of its ends."""
    line: float
    lit_line: float
    halo: float
    """Widths of its lines [px]: as it is, of one that is ticked or pointed at, and of the ground under it."""
    wide: float
    """Alpha of a range over the whole width, which is ticked."""
    lit: float
    """Alpha of one in the strip, which is pointed at."""


@dataclass(frozen=True, slots=True)
class Label:
    """The labels of clusters."""

    line: float
    """Labels are at least so far apart."""
    room: float
    """Half of what one needs; also how near to an edge its middle comes."""
    worth: float
    """Clusters under this share of the largest are labelled where their range has room."""
    most: int
    letter: float
    """Pixels of a letter."""
    inset: float
    plate: float
    """Pixels from a label to the edge, and of the ground around it."""
    cold: float
    """Heat of a peak under which a cluster is hardly to be seen on the picture."""
    faint: float
    """Alpha of its label and bracket then: what is bright is where much stands."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Levels, events and series that are laid over the picture."""

    width: float
    halo: float
    """Widths of a line, and of the ground under it [px]."""
    fill: float
    """Alpha of a range."""
    step: float
    """Pixels from one place for a label to the next."""
    inset: float
    """Pixels from an edge of the picture to the nearest label."""
    column: float
    """Pixels of a column in which candles are looked for under a label."""
    rows: int
    top: float
    """How many lines from the top an event may be said, and how far under the edge the middle of the first is [px]."""
    most: int
    """Labels at most."""
    beyond: int
    """Of levels beyond the picture, at each of its edges at most."""
    plate: float
    """How opaque the ground under a label is, which lies on its line."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The clusters in words under a picture file: how many at most, and pixels of a line and between two columns."""

    most: int
    line: float
    apart: float


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
    price_cell: float
    """Width of a price cell in ln(price)."""
    default_prior: str
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
    candle_colours: dict[str, CandleColours]
    """By name, in the order a reader is offered them; the first is the default."""
    venues: dict[str, tuple[str, ...]]
    """Colours of venues by theme, apart for every kind of colour vision (Okabe and Ito, without those of the sides)."""
    overlays: dict[str, dict[str, str]]
    """Colours of what is laid over the picture, by theme and kind."""
    overlay_lines: dict[str, tuple[str, ...]]
    """Colours of series, by theme."""
    overlay_dashes: dict[str, str]
    """How lines of a kind are drawn: 'solid', 'dashed', 'dotted' or 'dashdot'."""
    simulated: Simulated
    faintest_share: float
    """How much of a side's colour the farthest leverage group has."""
    amount_tint: float
    """How much of a side's colour lies under the amounts of the table."""
    plate: float
    """How opaque the ground under a label is."""
    hatch: float
    smoothest: int
    """Pixels each way that are blended at most."""
    screen: Screen
    axis_ticks: int
    """About so many prices of an axis are told apart by their decimals."""
    price_tick: int
    """Pixels from a price at the axis to the next at least."""
    time_axis: TimeAxis
    provenance_height: int
    """The bars at the bottom edge that say when what is selected was opened."""
    fit: Fit
    margin: Margin
    candle: Candle
    price_line: PriceLine
    circle: Circle
    band: Band
    overlay: Overlay
    label: Label
    listed: Listed
    panel: Panel
    profile: Profile
    map: Map
    curve: Curve


THEME_CHOICES = ("auto", "dark", "light")
"""What a theme may be told to be: as the page, or one of ours."""

_PARTS = {
    "screen": Screen,
    "simulated": Simulated,
    "fit": Fit,
    "margin": Margin,
    "candle": Candle,
    "price_line": PriceLine,
    "circle": Circle,
    "band": Band,
    "overlay": Overlay,
    "label": Label,
    "listed": Listed,
    "panel": Panel,
    "profile": Profile,
    "map": Map,
    "curve": Curve,
}


def _read(known: dict[str, Any]) -> Look:
    made: dict[str, Any] = known | {name: kind(**known[name]) for name, kind in _PARTS.items()}
    steps = {name: tuple(known["time_axis"][name]) for name in ("minutes", "days", "months")}
    made["time_axis"] = TimeAxis(**(known["time_axis"] | steps))
    made["leverage_groups"] = tuple(known["leverage_groups"])
    made["themes"] = {name: Theme(**colours) for name, colours in known["themes"].items()}
    made["sides"] = {pair["name"]: SideColours(**pair) for pair in known["sides"]}
    made["candle_colours"] = {one["name"]: CandleColours(**one) for one in known["candle_colours"]}
    made["overlay_lines"] = {theme: tuple(colours) for theme, colours in known["overlay_lines"].items()}
    made["venues"] = {theme: tuple(colours) for theme, colours in known["venues"].items()}
    return Look(**made)


LOOK = _read(json.loads(Path(__file__).with_name("look.json").read_text(encoding="ascii")))
