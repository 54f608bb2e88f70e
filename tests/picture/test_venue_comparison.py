"""Venues beside each other in a notebook: the picture, what is said, and nothing that a venue's name could inject."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from liqwidget import DataError, LiqHeatmap
from tests.markets import walk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def heatmap() -> LiqHeatmap:
    return LiqHeatmap("BTC", source=[walk(seed, 400).market(venue=venue) for seed, venue in enumerate(["okx", "gate"])])


def test_it_compares_what_the_heatmap_shows(heatmap: LiqHeatmap) -> None:
    found = heatmap.compare_venues()
    assert (heatmap.measure, found.measure) == ("heat", "size")
    assert found.clusters == heatmap.clusters
    assert list(found.table.index) == ["okx", "gate"]
    assert list(heatmap.compare_venues(venues=["gate"]).table.index) == ["gate"]
    heatmap.as_of = heatmap.markets[0].close_time[200]
    earlier = heatmap.compare_venues()
    heatmap.as_of = None
    assert earlier.at < found.at
    assert earlier.table["last_price"]["okx"] == heatmap.markets[0].close[200]


@pytest.mark.slow
def test_a_notebook_shows_picture_sentences_and_figures_as_text(heatmap: LiqHeatmap) -> None:
    found = heatmap.compare_venues()
    page = found._repr_html_()
    assert "data:image/png;base64," in page
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert all(sentence in text for sentence in found.sentences)
    evil = replace(found, symbol="<script>", table=found.table.rename(index={"okx": "<b>okx"}))
    assert "<script>" not in evil._repr_html_()
    assert "<b>" not in evil._repr_html_()


@pytest.mark.slow
def test_the_picture_has_the_size_and_theme_asked_for(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    found = heatmap.compare_venues(theme="light")
    with Image.open(found.to_png(tmp_path / "venues.png", width=800, height=500)) as picture:
        assert picture.size == (800, 500)
        assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    with Image.open(found.shown("dark").to_png(tmp_path / "dark.png")) as picture:
        assert picture.convert("RGB").getpixel((2, 2)) == (13, 16, 23)
    with pytest.raises(DataError, match="480 x 320"):
        found.to_png(tmp_path / "small.png", width=100)
    with pytest.raises(DataError, match="theme"):
        heatmap.compare_venues(theme="blue")
