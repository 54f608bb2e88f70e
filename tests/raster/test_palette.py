"""Colours: monotone in lightness, faint at the low end, and in one palette two sides that every eye tells apart."""

from __future__ import annotations

import numpy as np
import pytest

from liqwidget import DataError
from liqwidget.raster.palette import DEFAULT_PALETTE, LEVELS, PALETTES, Theme, look_up_table

GROUND = {"dark": np.array([13, 16, 23]), "light": np.array([255, 255, 255])}
# Vienot, Brettel and Mollon (1999), linear RGB: what a deuteranope and a protanope see.
DEUTERANOPE = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
PROTANOPE = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])

every = pytest.mark.parametrize("name", PALETTES)
both = pytest.mark.parametrize("theme", ["dark", "light"])


def on_ground(table: np.ndarray, theme: str) -> np.ndarray:
    """Return the linear RGB of the table's entries laid over the plot's background, shape (n, 3)."""
    alpha = table[:, 3:] / 255
    shown = table[:, :3] * alpha + GROUND[theme] * (1 - alpha)
    linear: np.ndarray = (shown / 255) ** 2.2
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


@both
@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPE, PROTANOPE], ids=["full", "deuteranope", "protanope"])
def test_duo_tells_the_sides_apart_for_every_eye(theme: Theme, eye: np.ndarray) -> None:
    linear = on_ground(look_up_table("duo", theme), theme) @ eye.T
    blue_to_yellow = linear[:, 2] - linear[:, :2].mean(axis=1)
    strong = slice(75, 115)
    assert (blue_to_yellow[:LEVELS][strong] > blue_to_yellow[LEVELS:][strong] + 0.08).all()


def test_the_default_is_there() -> None:
    assert DEFAULT_PALETTE in PALETTES


def test_unknown_names_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="ember, viridis"):
        look_up_table("rainbow", "dark")
    with pytest.raises(DataError, match="'dark' or 'light'"):
        look_up_table("ember", "sepia")  # type: ignore[arg-type]
