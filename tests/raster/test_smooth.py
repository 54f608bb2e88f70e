"""Smoothing: the mean of a rectangle, the same in the picture file and on the page, and never what is read out.

The recorded image is read by js/test/heat/smooth.test.ts too. Write it anew: ``python -m tests.raster.test_smooth``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from liqwidget.raster.smooth import reach, smooth

RECORDED = Path(__file__).with_name("smooth.json")


def recorded() -> dict[str, object]:
    """Return an image with holes, faint and strong colours, and what comes of it, as little-endian RGBA words."""
    random = np.random.default_rng(3)
    image = random.integers(0, 256, (7, 9, 4)).astype(np.uint8)
    image[random.random((7, 9)) < 0.3] = 0
    image[:3, :3] = (0, 0, 0, 0)
    wanted = smooth(image, 2, 1)
    words = [part.view("<u4").ravel().tolist() for part in (image, wanted)]
    return {"width": 9, "height": 7, "across": 2, "down": 1, "image": words[0], "wanted": words[1]}


def test_the_recorded_image_is_what_comes_of_it() -> None:
    assert json.loads(RECORDED.read_text(encoding="ascii")) == recorded()


def test_it_is_the_mean_by_hand() -> None:
    image = np.zeros((3, 3, 4), np.uint8)
    image[0, 0] = (200, 0, 0, 255)
    image[1, 1] = (0, 100, 0, 51)
    blended = smooth(image, 1, 1)
    assert blended[1, 1].tolist() == [167, 17, 0, 34]
    assert blended[0, 0].tolist() == [167, 17, 0, 77]
    assert blended[2, 2].tolist() == [0, 100, 0, 13]


@pytest.mark.parametrize(("across", "down"), [(1, 1), (3, 0), (0, 12), (12, 12)])
def test_it_keeps_what_is_even_and_stays_between_what_there_is(across: int, down: int) -> None:
    even = np.full((20, 30, 4), (12, 200, 77, 180), np.uint8)
    np.testing.assert_array_equal(smooth(even, across, down), even)
    image = np.random.default_rng(1).integers(40, 200, (20, 30, 4)).astype(np.uint8)
    blended = smooth(image, across, down)
    assert (blended >= image.min(axis=(0, 1))).all()
    assert (blended <= image.max(axis=(0, 1))).all()


def test_a_step_between_cells_becomes_a_slope_as_long_as_a_cell() -> None:
    image = np.zeros((1, 40, 4), np.uint8)
    image[..., 3] = 255
    image[:, 20:, 0] = 200
    red = smooth(image, reach(8.0), 0)[0, :, 0].astype(int)
    assert (np.diff(red) >= 0).all()
    assert np.count_nonzero(np.diff(red)) == 2 * reach(8.0) + 1
    assert [reach(size) for size in (0.2, 3.0, 8.0, 500.0)] == [1, 2, 4, 12]


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(recorded(), indent=None) + "\n", encoding="ascii")
