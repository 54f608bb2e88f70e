"""BokehJS and our front end: sent once a kernel, and again to whom they are missing."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

from liqwidget.widget import assets

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import LiqHeatmap

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]


def test_bokeh_can_be_asked_for(ask: Ask) -> None:
    content, buffers = ask({"type": "bokeh", "view": "a", "id": 1})
    assert content["version"].startswith("3.9")
    assert buffers[0][:2] == b"\x1f\x8b"


def test_the_front_end_can_be_asked_for(ask: Ask) -> None:
    content, buffers = ask({"type": "code", "view": "a", "id": 1})
    assert (content["type"], content["view"], content["id"]) == ("code", "a", 1)
    assert gzip.decompress(buffers[0]) == assets.FRONT_END


def test_a_heatmap_carries_a_loader_that_names_the_front_end_of_its_kernel(heatmap: LiqHeatmap) -> None:
    digest = hashlib.sha256(assets.FRONT_END).hexdigest()
    assert f'"{digest[:16]}"' in str(heatmap._esm)
    assert len(str(heatmap._esm)) < 4000
