"""Files out of the notebook: one HTML file that needs nothing, and a PNG."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import matplotlib.image
import numpy as np
import pytest

from liqwidget import DataError, LiqHeatmap
from liqwidget.domain.amount import money
from liqwidget.widget.assets import bokeh_gzip
from liqwidget.widget.export import html_page
from liqwidget.widget.names import shared_names
from liqwidget.widget.notices import notices
from liqwidget.widget.view import HeatmapWidget
from tests.recorded import binance, needs_recordings

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 6_000_000


def state_of(page: str) -> dict[str, Any]:
    match = re.search(r'id="liqwidget-state">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    state: dict[str, Any] = json.loads(match[1])
    return state


def unpacked(part: dict[str, str]) -> bytes:
    return gzip.decompress(base64.b64decode(part["gzip"])) if "gzip" in part else base64.b64decode(part["b64"])


@pytest.mark.slow
def test_html_is_one_file_without_addresses_and_says_of_when(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    path = heatmap.to_html(tmp_path / "map.html")
    page = path.read_text(encoding="utf-8")
    assert len(page) < LARGEST
    code = re.sub(r'id="liqwidget-(state|code)">.*?</script>', "", page, flags=re.DOTALL)
    assert not re.search(r"(src|href)\s*=|https?://", code)
    state = state_of(page)
    assert state["_offline"] is True
    assert {frame["measure"] for frame in state["_frames"]} == {"heat", "expected", "size"}
    first = state["_frames"][0]
    assert len(unpacked(first["pixels"])) == first["width"] * first["height"]
    assert unpacked(state["_standing"]["venue"]) == heatmap._standing["venue"]
    assert state["_clusters"][0]["id"] == heatmap.clusters[0].id
    said = re.search(r'<p id="liqwidget-made">(.*?)</p>', page)
    assert said is not None
    assert re.match(
        r"A saved picture of BTC, made \d{4}-\d\d-\d\d \d\d:\d\d UTC; its data end 2026-01-10 00:00 UTC", said[1]
    )


@pytest.mark.slow
@needs_recordings
def test_a_long_history_stays_well_under_the_limit(tmp_path: Path) -> None:
    page = LiqHeatmap("BTC", source=binance("BTC"), window="all").to_html(tmp_path / "map.html")
    size = page.stat().st_size
    assert 3_000_000 < size < LARGEST - 1_000_000


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_nothing_in_the_state_can_end_its_script(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    heatmap._market = heatmap._market | {"notice": "</script><script>alert(1)</script><!--"}
    page = heatmap.to_html(tmp_path / "map.html", title="<b>&").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page
    assert "<title>&lt;b&gt;&amp;</title>" in page
    assert state_of(page)["_market"]["notice"].startswith("</script>")


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_a_file_names_what_it_shows_while_another_coin_is_read(heatmap: LiqHeatmap) -> None:
    asked = heatmap.get_state(shared_names(HeatmapWidget)) | {"symbol": "SOL"}
    assert state_of(html_page(asked, "", heatmap._shown()))["symbol"] == "BTC"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_png_has_heat_candles_and_its_size(heatmap: LiqHeatmap, tmp_path: Path, theme: str) -> None:
    path = heatmap.to_png(tmp_path / "map.png", width=800, height=450, theme=theme)
    pixels = matplotlib.image.imread(path)
    assert pixels.shape[:2] == (450, 800)
    colours = np.unique((pixels[..., :3] * 255).astype(np.int64) @ [1 << 16, 1 << 8, 1])
    assert len(colours) > 200


@pytest.mark.slow
def test_png_follows_side_threshold_and_range(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    def picture() -> bytes:
        return heatmap.to_png(tmp_path / "map.png", width=400, height=300).read_bytes()

    both = picture()
    heatmap.side = "long"
    long = picture()
    heatmap.threshold = heatmap._frames[0]["top"]
    none = picture()
    heatmap.price_range = (29_000, 31_000)
    assert len({both, long, none, picture()}) == 4


def test_png_refuses_what_it_cannot_draw(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="theme as 'dark' or 'light'"):
        heatmap.to_png(tmp_path / "map.png", theme="sepia")
    with pytest.raises(DataError, match="at least 200 x 200"):
        heatmap.to_png(tmp_path / "map.png", width=50)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12_345_678, "$12.3M"),
        (999, "$999"),
        (1_500, "$1.5K"),
        (2.5e9, "$2.5B"),
        (3.4e12, "$3.4T"),
        (999_999, "$1M"),
        (0.0, "$0"),
        (-1_500, "\N{MINUS SIGN}$1.5K"),
    ],
)
def test_money_is_short(value: float, text: str) -> None:
    assert money(value) == text


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_the_licences_of_all_that_stands_in_the_file_can_be_read(heatmap: LiqHeatmap) -> None:
    page = heatmap.to_html()
    readable = page[page.index('<details id="liqwidget-notices">') : page.index("</details>")]
    for words in (
        "the liqwidget developers", "2015-present Jason Miller", "2022-present Preact Team", "BokehJS ",
        "Copyright (c) Anaconda, Inc., and Bokeh Contributors", "BSD 3-Clause License", "The MIT License (MIT)",
        "numbro.js", "Underscore may be freely distributed", "jQuery Mousewheel", "Tabler Icons",
    ):  # fmt: skip
        assert words in readable
    assert readable.count("<") == 5


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ("Flatbush format", "Vladimir Agafonkin"), ("[sprintf]", "Alexandru M"), ("invalid zip data", "Arjun Barrett"),
        ("EPSG:3857", "Mike Adair"), ("_strftime", "Alan Gutierrez"), ("__spreadArray", "Microsoft Corporation"),
    ],
)  # fmt: skip
def test_what_bokeh_bundles_without_a_notice_is_named_too(mark: str, name: str) -> None:
    assert mark in gzip.decompress(bokeh_gzip()).decode()
    assert name in notices()
