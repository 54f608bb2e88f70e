"""What colours look like to eyes that lack one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1."""

from __future__ import annotations

import numpy as np

EYES = {
    "full": np.eye(3),
    "protanope": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranope": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanope": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Matrices on linear RGB."""


def linear(colour: np.ndarray) -> np.ndarray:
    """Return the light of display colours, both 0 to 1 (sRGB)."""
    return np.asarray(np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4))


def seen_by(eye: str, colour: np.ndarray) -> np.ndarray:
    """Return the display colours, 0 to 1, shape (..., 3), that look to full sight as the given ones do to an eye."""
    light = np.clip(linear(colour) @ EYES[eye].T, 0, 1)
    return np.asarray(np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` (WCAG 2.2, 1 to 21)."""
    colours = np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in (one, other)]) / 255
    low, high = np.sort(linear(colours) @ np.array([0.2126, 0.7152, 0.0722]))
    return float((high + 0.05) / (low + 0.05))
