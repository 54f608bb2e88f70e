"""What tests see of canvases in the page is what the screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.heatmap import changed_share

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

WORDS = 0.05
"""Most of the frame that words of the page cover, and tags."""


def test_copies_of_canvases_are_the_screen_and_change_with_it(heatmap: Heatmap) -> None:
    before = heatmap.steady_picture(), heatmap.copied()
    assert changed_share(*before) < WORDS
    for code in ("h.palette = 'viridis'", "h.view = 'map'", "h.view = 'heatmap'; h.side = 'long'"):
        heatmap.changes(lambda code=code: heatmap.kernel.run(code))  # type: ignore[misc]
        after = heatmap.steady_picture(), heatmap.copied()
        assert changed_share(*after) < WORDS
        screen, copy = (changed_share(*pair) for pair in zip(before, after, strict=True))
        assert copy == pytest.approx(screen, abs=WORDS)
        assert copy > 2 * WORDS
        before = after
