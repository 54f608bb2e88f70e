"""The heatmap that is drawn: that of the widget's tests."""

from __future__ import annotations

from tests.widget.conftest import heatmap, markets, small_pictures

__all__ = ["heatmap", "markets", "small_pictures"]
