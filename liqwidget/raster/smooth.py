"""Smoothing of drawn colours, for the eye only: no number is read from a smoothed picture."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from liqwidget.look import LOOK


def reach(cell: float) -> int:
    """Return how many pixels each way are blended where a cell is `cell` pixels long: half a cell, within limits."""
    return max(1, min(LOOK.smoothest, math.floor(cell / 2 + 0.5)))


def smooth(image: npt.NDArray[np.uint8], across: int, down: int) -> npt.NDArray[np.uint8]:
    """Return an image each of whose pixels is the mean of the rectangle around it; the page does the same.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W, 4)
        Red, green, blue, alpha (not premultiplied).
    across, down : int
        Pixels that the rectangle reaches to each side; at the edges it is cut.

    Returns
    -------
    ndarray of uint8, shape (H, W, 4)
        A colour counts as much as it is opaque. With ``across`` and ``down`` half a cell this is linear interpolation
        between the middles of cells.
    """
    alpha = image[..., 3:].astype(np.int64)
    total = _sums(_sums(np.concatenate([image[..., :3] * alpha, alpha], axis=2), across, 1), down, 0)
    count = _sums(_sums(np.ones_like(alpha), across, 1), down, 0)
    opaque = total[..., 3:]
    colour = np.floor(total[..., :3] / np.maximum(opaque, 1) + 0.5)
    return np.concatenate([colour, np.floor(opaque / count + 0.5)], axis=2).astype(np.uint8)


def _sums(values: npt.NDArray[np.int64], reach: int, axis: int) -> npt.NDArray[np.int64]:
    """Return the sums of what lies within a reach along an axis."""
    length = values.shape[axis]
    until = np.insert(np.cumsum(values, axis=axis), 0, 0, axis=axis)
    at = np.arange(length)
    last, first = np.minimum(at + reach + 1, length), np.maximum(at - reach, 0)
    return np.asarray(np.take(until, last, axis) - np.take(until, first, axis))
