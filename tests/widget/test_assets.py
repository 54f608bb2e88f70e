"""BokehJS and our front end: sent once a kernel, and again to whom they are missing."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import LiqHeatmap, SourceError
from liqwidget import heatmap as heatmap_module
from liqwidget.widget import assets

if TYPE_CHECKING:
    from collections.abc import Callable

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


def test_what_pages_share_is_on_its_way_while_the_market_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(heatmap_module, "bokeh_asset", lambda: opened.append("assets"))

    def read(*_: object, **__: object) -> None:
        opened.append("market")
        raise SourceError("Expected a market, was none")

    monkeypatch.setattr(heatmap_module, "read", read)
    with pytest.raises(SourceError):
        LiqHeatmap("BTC", source="sample")
    assert opened == ["assets", "market"]


def test_the_asset_unpacks_the_front_end_that_it_holds() -> None:
    asset = assets.bokeh_asset()
    assert _digest(gzip.decompress(asset.code)) in str(asset._esm)


def test_the_front_end_names_what_it_loads_on_demand() -> None:
    assert _digest(assets.ON_DEMAND) in assets.FRONT_END.decode()


def _digest(file: bytes) -> str:
    return f'"{hashlib.sha256(file).hexdigest()[:16]}"'
