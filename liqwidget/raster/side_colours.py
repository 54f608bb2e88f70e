"""The colours of longs and shorts, for profile, curves, bands, labels, circles, table marks and panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SideColours:
    """A colour for each side on each ground; as text it has a contrast of at least 4.5 to it (WCAG 2.2 AA)."""

    label: str
    """The name that a reader sees."""
    title: str
    """What it is for."""
    dark: tuple[str, str]
    """Of longs and of shorts, ``#rrggbb``, on a dark ground."""
    light: tuple[str, str]

    def of(self, theme: str) -> dict[str, str]:
        """Return the colours by side."""
        long, short = self.dark if theme == "dark" else self.light
        return {"long": long, "short": short}


SIDE_COLOURS = {
    "red-green": SideColours(
        "Red and green",
        "The convention: longs, below the price, red; shorts, above it, green",
        ("#ff6f69", "#5ed37f"),
        ("#c8281e", "#127a40"),
    ),
    "blue-orange": SideColours(
        "Blue and orange",
        "Apart for every kind of colour vision: longs blue, shorts orange",
        ("#5cb8f2", "#f7a23b"),
        ("#0b6bb5", "#b3560a"),
    ),
}
"""Pairs by name, in the order a reader is offered them."""

DEFAULT_SIDE_COLOURS = "red-green"
"""What traders know from other maps. No reader needs it to tell the sides apart: longs stand below the price, shorts
above, and words say so; who cannot see the difference takes 'blue-orange'."""


def side_colours_state() -> list[dict[str, Any]]:
    """Return them all as the front end reads them."""
    return [
        {"name": name, "label": pair.label, "title": pair.title, "dark": pair.of("dark"), "light": pair.of("light")}
        for name, pair in SIDE_COLOURS.items()
    ]
