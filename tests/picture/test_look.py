"""What only changes how the picture looks: the picture file follows it, and no number does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.image
import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget import LiqHeatmap


@pytest.mark.slow
def test_smoothing_and_threshold_change_the_picture_and_no_number(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    def picture() -> np.ndarray:
        path = heatmap.to_png(tmp_path / "map.png", width=600, height=400)
        return np.asarray(matplotlib.image.imread(path)[40:330, 20:480, :3] * 255)

    def numbers() -> list[object]:
        price = heatmap._market["last_price"] * 0.98
        reading = heatmap._display.session.reading(heatmap._settings(), heatmap._market["time"][1], price)
        return [heatmap._frames[0]["pixels"], heatmap._standing, heatmap.clusters, reading]

    heatmap.price_style, heatmap.circles, heatmap.measure = "off", False, "size"
    assert heatmap.smooth is False
    plain, before = picture(), numbers()
    heatmap.smooth = True
    blended = picture()

    def roughness(image: np.ndarray) -> float:
        return float(np.abs(np.diff(image.mean(axis=2), n=2, axis=0)).mean())

    assert roughness(blended) < 0.95 * roughness(plain)
    assert abs(blended.mean() - plain.mean()) < 3
    heatmap.smooth, heatmap.threshold = False, heatmap._frames[0]["top"] / 3
    assert picture().mean() < plain.mean() - 1
    assert numbers() == before
