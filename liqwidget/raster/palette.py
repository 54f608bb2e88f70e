"""Look-up tables that turn a pixel byte into a colour, for dark and light plots."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from liqwidget.errors import DataError
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from numpy.typing import NDArray

Theme = Literal["dark", "light"]

LEVELS = 128
"""Entries per side: level 0 (nothing) and the levels 1 to 127."""

CONTRAST = LOOK.contrast
"""Exponent from the share of the levels to the position on a ramp: it leaves half of the colours to the top decade.
A linear scale takes it back: it looks up level 127 * share ** (1 / CONTRAST)."""

GROUNDS: dict[Theme, str] = {"dark": LOOK.themes["dark"].ground, "light": LOOK.themes["light"].ground}
"""The backgrounds that the colours lie on."""

_FINE = 2049
_KNEE, _SLOPE = 0.0031308, 12.92
_LINEAR_TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONE_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True, slots=True)
class Ramp:
    """A run of colours from the lowest to the highest level."""

    anchors: tuple[str, ...]
    """The colours that it goes through, ``#rrggbb``, from the lowest on."""
    opaque_at: float
    """Share of the anchors (0 to 1) from which a colour is fully opaque; below, it fades to transparent."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The ramps of one palette; without ramps of their own, shorts use those of longs."""

    label: str
    """The name that a reader sees."""
    dark: Ramp
    light: Ramp
    dark_short: Ramp | None = None
    light_short: Ramp | None = None


_DUO_DARK = Ramp(("#07304f", "#0a5f99", "#1f93d6", "#6cc6f7", "#d8f3ff"), 0.45)
_DUO_DARK_SHORT = Ramp(("#4a2206", "#96480a", "#dd7a15", "#fbb552", "#fff0cf"), 0.45)
_DUO_LIGHT = Ramp(("#d3ebfa", "#7cc0ea", "#2c8fce", "#0d5f9e", "#06335e"), 0.35)
_DUO_LIGHT_SHORT = Ramp(("#fdeccf", "#f9bd68", "#e0801d", "#a94f0a", "#5c2803"), 0.35)
_RED_DARK = Ramp(("#3d0a10", "#8a1620", "#d93a3a", "#ff8577", "#ffe0d6"), 0.45)
_GREEN_DARK = Ramp(("#06301a", "#0e6b36", "#27a957", "#7fe08f", "#e0ffdc"), 0.45)
_RED_LIGHT = Ramp(("#fde0dc", "#f5a29a", "#dd5148", "#a3211f", "#560c10"), 0.35)
_GREEN_LIGHT = Ramp(("#d9f2dc", "#90d49a", "#3fa058", "#14703a", "#06381c"), 0.35)

PALETTES: dict[str, Palette] = {
    "ember": Palette(
        "Ember",
        Ramp(("#150f35", "#431464", "#86206b", "#c93b55", "#f4742f", "#fdb73a", "#fff3b8"), 0.40),
        Ramp(("#fff0c9", "#fdc972", "#f7913c", "#dd4f45", "#a5235f", "#5f1565", "#240b3d"), 0.30),
    ),
    "viridis": Palette(
        "Viridis",
        Ramp(("#37105c", "#433e85", "#30678d", "#20918c", "#36b778", "#90d743", "#fde725"), 0.40),
        Ramp(("#f3f3a4", "#a8db5e", "#4dc06f", "#1f988b", "#2c718e", "#3f4788", "#440154"), 0.30),
    ),
    "hot": Palette(
        "Hot",
        Ramp(("#3a0606", "#7d0c0a", "#c41f0e", "#f2561a", "#ff9a1f", "#ffd84a", "#fffbd6"), 0.40),
        Ramp(("#fff1c4", "#ffcf62", "#ff9a2e", "#f0571d", "#c01f17", "#7e0b14", "#3c040c"), 0.30),
    ),
    "duo": Palette("Blue-orange", _DUO_DARK, _DUO_LIGHT, _DUO_DARK_SHORT, _DUO_LIGHT_SHORT),
    "red-green": Palette("Red-green", _RED_DARK, _RED_LIGHT, _GREEN_DARK, _GREEN_LIGHT),
    "mono": Palette(
        "Mono",
        Ramp(("#20262f", "#4a5361", "#7d8794", "#b4bcc6", "#f5f7fa"), 0.40),
        Ramp(("#e3e7ec", "#b3bbc5", "#7f8997", "#4a5462", "#12171e"), 0.30),
    ),
}
"""Palettes by name, in the order a reader is offered them. All are perceptually uniform; 'hot' is the convention of
commercial maps; 'duo' and 'red-green' have a ramp a side, of which those of 'duo' are apart for every kind of colour
vision."""

DEFAULT_PALETTE = "ember"


def look_up_table(name: str, theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of all pixel bytes.

    Parameters
    ----------
    name : str
        A key of :data:`PALETTES`.
    theme : {'dark', 'light'}
        The background that the colours are made for.

    Returns
    -------
    ndarray of uint8, shape (256, 4)
        Red, green, blue, alpha (not premultiplied); the index is the pixel byte: bit 7 is the side (0 long,
        1 short), bits 0 to 6 the level. Level 0 is fully transparent, lightness and alpha change monotonically.

    Notes
    -----
    The ramps are perceptually uniform as they are seen: over the background of the theme, equal parts of a ramp are
    equally long in OKLab (Ottosson 2020). Levels are spread over a ramp by :data:`CONTRAST`.
    """
    if name not in PALETTES:
        message = f"Expected a palette out of {', '.join(PALETTES)}, was {name!r:.60}"
        raise DataError(message)
    if theme not in ("dark", "light"):
        message = f"Expected theme as 'dark' or 'light', was {theme!r:.60}"
        raise DataError(message)
    palette = PALETTES[name]
    if theme == "dark":
        long, short = palette.dark, palette.dark_short or palette.dark
    else:
        long, short = palette.light, palette.light_short or palette.light
    table = np.concatenate([_ramp_colours(long, theme), _ramp_colours(short, theme)])
    table.setflags(write=False)
    return table


def palettes_state() -> list[dict[str, Any]]:
    """Return them all as the front end reads them."""
    themes: tuple[Theme, ...] = ("dark", "light")
    return [
        {"name": name, "label": palette.label} | {theme: _bytes(name, theme) for theme in themes}
        for name, palette in PALETTES.items()
    ]


@functools.cache
def _bytes(name: str, theme: Theme) -> bytes:
    return look_up_table(name, theme).tobytes()


def _ramp_colours(ramp: Ramp, theme: Theme) -> NDArray[np.uint8]:
    """Return uint8 RGBA, shape (128, 4), in steps along the ramp that look alike on the theme's background."""
    colour, alpha = _through(ramp, np.linspace(0.0, 1.0, _FINE))
    seen = oklab(colour * alpha + _rgb(GROUNDS[theme]) * (1 - alpha))
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(seen, axis=0), axis=1))])
    position = np.linspace(0.0, 1.0, LEVELS - 1) ** CONTRAST
    colour, alpha = _through(ramp, np.interp(position * length[-1], length, np.linspace(0.0, 1.0, _FINE)))
    table = np.zeros((LEVELS, 4), dtype=np.uint8)
    table[1:] = np.rint(255.0 * np.column_stack([colour, alpha]))
    return table


def _through(ramp: Ramp, share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return display colours (n, 3) and alphas (n, 1), 0 to 1, at shares of the way through the anchors in OKLab."""
    lab = oklab(np.array([_rgb(text) for text in ramp.anchors]))
    knots = np.linspace(0.0, 1.0, len(ramp.anchors))
    mixed = np.stack([np.interp(share, knots, lab[:, channel]) for channel in range(3)], axis=1)
    cone = mixed @ np.linalg.inv(_CONE_TO_OKLAB).T
    colour = _to_display(cone**3 @ np.linalg.inv(_LINEAR_TO_CONE).T)
    return colour, np.clip(0.06 + 0.94 * share / ramp.opaque_at, 0.0, 1.0)[:, None]


def oklab(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lightness, green to red, blue to yellow (Ottosson 2020) of display colours, 0 to 1, shape (..., 3)."""
    return np.asarray(np.cbrt(_to_linear(colour) @ _LINEAR_TO_CONE.T) @ _CONE_TO_OKLAB.T)


def _rgb(text: str) -> NDArray[np.float64]:
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def _to_linear(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of a display value, both 0 to 1 (sRGB, IEC 61966-2-1)."""
    return np.where(colour <= _KNEE * _SLOPE, colour / _SLOPE, ((colour + 0.055) / 1.055) ** 2.4)


def _to_display(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the display value of light, clipped to 0 to 1; the inverse of :func:`_to_linear`."""
    inside = np.clip(light, 0.0, 1.0)
    return np.where(inside <= _KNEE, inside * _SLOPE, 1.055 * inside ** (1 / 2.4) - 0.055)
