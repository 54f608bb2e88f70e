"""BokehJS and our front end: sent once a kernel, and again to whom they are missing."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.widget import assets

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import LiqHeatmap

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]


def test_bokeh_can_be_asked_for(ask: Ask) -> None:
    content, buffers = ask({"type": "bokeh", "view": "a", "id": 1})
    assert content["version"].startswith("3.9")
    assert buffers[0][:2] == b"\x1f\x8b"


@pytest.mark.parametrize(("kind", "file"), [("code", assets.FRONT_END), ("on_demand", assets.ON_DEMAND)])
def test_the_front_end_can_be_asked_for(ask: Ask, kind: str, file: bytes) -> None:
    content, buffers = ask({"type": kind, "view": "a", "id": 1})
    assert (content["type"], content["view"], content["id"]) == (kind, "a", 1)
    assert gzip.decompress(buffers[0]) == file


def test_a_heatmap_carries_a_loader_that_names_the_front_end_of_its_kernel(heatmap: LiqHeatmap) -> None:
    assert _digest(assets.FRONT_END) in str(heatmap._esm)
    assert len(str(heatmap._esm)) < 4000


def test_the_front_end_names_what_it_loads_on_demand() -> None:
    assert _digest(assets.ON_DEMAND) in assets.FRONT_END.decode()


def _digest(file: bytes) -> str:
    return f'"{hashlib.sha256(file).hexdigest()[:16]}"'
