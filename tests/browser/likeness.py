"""How alike two pictures look to an eye, with room for other fonts and for a pixel here or there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

Floats = npt.NDArray[np.float32]

_BLUR = 3
_BLOCK = 16
_SHIFTS = (-2, -1, 0, 1, 2)
_WORST = 99.0
_OTHER_SIZE = 0.02

# Ottosson, "A perceptual color space for image processing" (2020): linear sRGB to cone responses, their roots to OKLab.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two pictures are apart, in hundredths of OKLab's lightness.

    Parameters
    ----------
    mean, worst : float
        Over all blocks, and the 99th percentile of them.
    """

    mean: float
    worst: float


def likeness(one: Image.Image, other: Image.Image) -> Likeness:
    """Compare two pictures: averaged over blocks, each shifted by up to two pixels.

    Pictures whose sizes differ by more than 2 % are not alike at all: their difference is infinite.
    """
    width, height = (min(pair) for pair in zip(one.size, other.size, strict=True))
    if any(abs(a - b) > _OTHER_SIZE * max(a, b) for a, b in zip(one.size, other.size, strict=True)):
        return Likeness(np.inf, np.inf)
    a, b = (_oklab(_blurred(_light(part.convert("RGB"))[:height, :width])) for part in (one, other))
    edge = max(_SHIFTS)
    rows, columns = a.shape[1] - 2 * edge, a.shape[2] - 2 * edge
    inner = a[:, edge : edge + rows, edge : edge + columns]
    blocks = np.minimum.reduce(
        [
            _averaged(100 * _length(inner - b[:, edge + down : edge + down + rows, edge + right :][..., :columns]))
            for down, right in product(_SHIFTS, _SHIFTS)
        ]
    )
    return Likeness(float(blocks.mean()), float(np.percentile(blocks, _WORST)))


def _light(image: Image.Image) -> Floats:
    """Return linear light, shape (height, width, 3)."""
    share = np.arange(256, dtype=np.float32) / 255
    table = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(table[np.asarray(image)])


def _blurred(values: Floats) -> Floats:
    """Return means over squares of `_BLUR` pixels."""
    for axis in (0, 1):
        length = values.shape[axis] - _BLUR + 1
        parts = [values.take(range(first, first + length), axis) for first in range(_BLUR)]
        values = np.mean(parts, axis=0, dtype=np.float32)
    return values


def _oklab(light: Floats) -> Floats:
    """Return the coordinates of colours, shape (3, height, width)."""
    planes = np.cbrt(light @ _CONES.T) @ _OKLAB.T
    return np.ascontiguousarray(np.moveaxis(planes, -1, 0))


def _length(planes: Floats) -> Floats:
    """Return the lengths of vectors, shape (height, width)."""
    planes *= planes
    return np.asarray(np.sqrt(planes[0] + planes[1] + planes[2]))


def _averaged(values: Floats) -> Floats:
    """Return means over blocks."""
    height, width = (max(length // _BLOCK, 1) * _BLOCK for length in values.shape)
    parts = values[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    return np.asarray(parts.mean(axis=(1, 3)))
