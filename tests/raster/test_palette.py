"""Colours: monotone in lightness, uniform, faint at the low end, and two sides that every eye tells apart."""

from __future__ import annotations

import numpy as np
import pytest

from liqwidget import DataError
from liqwidget.raster.palette import CONTRAST, DEFAULT_PALETTE, GROUNDS, LEVELS, PALETTES, Theme, look_up_table, oklab
from tests.raster.eyes import EYES, seen_by

GROUND: dict[str, np.ndarray] = {theme: np.array(list(bytes.fromhex(colour[1:]))) for theme, colour in GROUNDS.items()}

every = pytest.mark.parametrize("name", PALETTES)
both = pytest.mark.parametrize("theme", ["dark", "light"])


def laid_over(table: np.ndarray, theme: str) -> np.ndarray:
    """Return the display colours, 0 to 1, of the table's entries laid over the plot's background, shape (n, 3)."""
    alpha = table[:, 3:] / 255
    shown: np.ndarray = (table[:, :3] * alpha + GROUND[theme] * (1 - alpha)) / 255
    return shown


def on_ground(table: np.ndarray, theme: str) -> np.ndarray:
    """Return their linear RGB."""
    linear: np.ndarray = laid_over(table, theme) ** 2.2
    return linear


def lightness(linear: np.ndarray) -> np.ndarray:
    """Return CIE lightness, 0 to 100."""
    return np.asarray(116 * np.cbrt(linear @ np.array([0.2126, 0.7152, 0.0722])) - 16)


@every
@both
def test_a_table_has_a_colour_for_every_byte_and_none_for_nothing(name: str, theme: Theme) -> None:
    table = look_up_table(name, theme)
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert not table[[0, LEVELS]].any()
    assert table[1:LEVELS, 3].all()


@every
@both
@pytest.mark.parametrize("first", [1, LEVELS + 1])
def test_lightness_moves_one_way_from_faint_to_strong(name: str, theme: Theme, first: int) -> None:
    table = look_up_table(name, theme)[first : first + LEVELS - 1]
    steps = np.diff(lightness(on_ground(table, theme))) * (1 if theme == "dark" else -1)
    assert steps.min() > -0.35
    start, end = lightness(on_ground(table, theme))[[0, -1]]
    ground = lightness((GROUND[theme][None] / 255) ** 2.2)[0]
    assert abs(start - ground) < 3
    assert abs(end - ground) > 55
    assert (np.diff(table[:, 3].astype(int)) >= 0).all()
    assert table[-1, 3] == 255


@every
@both
@pytest.mark.parametrize("first", [1, LEVELS + 1])
def test_equal_parts_of_a_ramp_look_equally_long(name: str, theme: Theme, first: int) -> None:
    """Sixteen equal parts differ by less than 15 % from their mean, all of what rounding to bytes leaves of it."""
    shown = laid_over(look_up_table(name, theme)[first : first + LEVELS - 1], theme)
    lab = oklab(shown)
    share = np.linspace(0, 1, LEVELS - 1) ** CONTRAST
    edges = np.searchsorted(share, np.linspace(0, 1, 17))
    passed = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))])
    lengths = np.diff(passed[edges]) / np.diff(share[edges])
    assert np.abs(lengths / lengths.mean() - 1).max() < 0.15


@both
@pytest.mark.parametrize("eye", EYES)
def test_duo_tells_the_sides_apart_for_every_eye(theme: Theme, eye: str) -> None:
    """Between any two strong levels of the two sides lies at least 0.1 in OKLab, and 0.06 at the very top."""
    lab = oklab(seen_by(eye, laid_over(look_up_table("duo", theme), theme)))
    long, short = lab[:LEVELS], lab[LEVELS:]
    apart = np.linalg.norm(long[60:116, None] - short[None, 60:116], axis=2)
    assert apart.min() > 0.1
    assert np.linalg.norm(long[-1] - short[-1]) > 0.06


@both
def test_red_green_is_red_below_and_green_above(theme: Theme) -> None:
    shown = laid_over(look_up_table("red-green", theme), theme)[[80, LEVELS + 80]]
    assert (oklab(shown)[:, 1] > 0).tolist() == [True, False]


@both
def test_hot_goes_by_red_orange_and_yellow(theme: Theme) -> None:
    """Its hues go from red (about 25 degrees in OKLab) to yellow (about 110) the stronger it is, or back."""
    lab = oklab(look_up_table("hot", theme)[40:124, :3] / 255.0)
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))[:: 1 if theme == "dark" else -1]
    assert 20 < hue.min() < 35
    assert 85 < hue.max() < 115
    assert np.diff(hue).min() > -1.5


def test_the_default_is_there() -> None:
    assert DEFAULT_PALETTE in PALETTES


def test_unknown_names_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="ember, viridis"):
        look_up_table("rainbow", "dark")
    with pytest.raises(DataError, match="'dark' or 'light'"):
        look_up_table("ember", "sepia")  # type: ignore[arg-type]
