"""The colours of longs and shorts, for profile, curves, bands, labels, circles, table marks and panels."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from liqwidget.look import LOOK

SIDE_COLOURS = LOOK.sides
"""Pairs by name, in the order a reader is offered them."""

DEFAULT_SIDE_COLOURS = next(iter(SIDE_COLOURS))
"""What traders know from other maps. No reader needs it to tell the sides apart: longs stand below the price, shorts
above, and words say so; who cannot see the difference takes 'blue-orange'."""


def side_colours_state() -> list[dict[str, Any]]:
    """Return them all as the front end reads them."""
    return [asdict(pair) for pair in SIDE_COLOURS.values()]
