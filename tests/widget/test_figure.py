"""The Bokeh figure holds what the front end looks for by name, and nothing of the analyst's data."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Plot
from bokeh.plotting import figure

from liqwidget.widget import assets
from liqwidget.widget.empty_figure import KEPT, empty_document_json
from liqwidget.widget.figure import build_figure, document_json, empty_document, kept_text
from tests.recorded_look import cases


@pytest.fixture
def document() -> Document:
    document = Document()
    document.add_root(build_figure())
    return document


def test_every_name_that_the_front_end_looks_for_is_there(document: Document) -> None:
    ((_, asked),) = cases("figure", "names")
    assert {"liq-figure", "liq-heat", "liq-candles", "liq-clusters", "liq-last", "liq-selection", "liq-box"} <= {*asked}
    for name in asked:
        assert document.get_model_by_name(name) is not None, name


def test_the_front_end_fills_the_columns_that_the_figure_draws(document: Document) -> None:
    filled = dict(cases("figure", "columns"))
    sources = [model for model in document.models if isinstance(model, ColumnDataSource) and model.name]
    assert {source.name for source in sources} == set(filled)
    for source in sources:
        assert sorted(map(str, source.data)) == filled[source.name], source.name


def test_the_json_is_small_and_reads_back(document: Document) -> None:
    text = document_json(document)
    assert len(text) < 40_000
    again = Document.from_json(json.loads(text))
    plot = again.get_model_by_name("liq-figure")
    assert isinstance(plot, Plot)
    assert plot.y_range.name == "liq-price"


def test_the_text_that_is_kept_is_the_figure_and_names_no_model_as_bokeh_does() -> None:
    assert KEPT.read_text(encoding="utf-8").strip() == kept_text(), "make golden writes it anew"
    known = json.loads(empty_document_json())
    assert known["version"] == assets.bokeh_version()
    assert all(name.startswith("liq-") for name in re.findall(r'"id":"([^"]+)"', empty_document_json()))


def test_all_heatmaps_begin_with_one_text_and_have_models_of_their_own() -> None:
    text = empty_document_json()
    assert empty_document_json() is text
    ours, others = empty_document(), empty_document()
    written = set(re.findall(r'"id":"([^"]+)"', text))
    for document in (ours, others):
        assert {model.id for model in document.models} <= written
    assert not {id(model) for model in ours.models} & {id(model) for model in others.models}
    plot = ours.get_model_by_name("liq-figure")
    assert isinstance(plot, figure)
    plot.line([1, 2], [3, 4], name="of-the-analyst")
    assert ours.get_model_by_name("of-the-analyst") is not None
    assert others.get_model_by_name("of-the-analyst") is None
    assert "of-the-analyst" not in empty_document_json()


def test_the_asset_is_the_installed_bokeh_and_one_a_kernel() -> None:
    asset = assets.bokeh_asset()
    assert assets.bokeh_asset() is asset
    assert asset.version == assets.bokeh_version()
    assert b"Bokeh" in gzip.decompress(asset.bokeh)
    assert gzip.decompress(asset.code) == assets.FRONT_END
    assert gzip.decompress(asset.on_demand) == assets.ON_DEMAND
    asset.close()
    assert assets.bokeh_asset() is not asset


def test_importing_the_assets_does_not_import_bokeh() -> None:
    code = "import sys, liqwidget.widget.assets as a; a.bokeh_gzip(); print('bokeh' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_by_itself_the_figure_says_what_to_use(document: Document) -> None:
    notice: Any
    (notice,) = (model for model in document.models if model.name == "liq-notice")
    assert notice.visible
    for way in ("h.to_html()", "h.to_png()"):
        assert way in notice.text
