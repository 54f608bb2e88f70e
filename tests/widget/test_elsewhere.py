"""What a page that did not run the cell shows: words, since it draws no widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget import LiqHeatmap, Watchlist
from liqwidget.widget.elsewhere import SENTENCE, with_words
from tests.markets import walk

if TYPE_CHECKING:
    from liqwidget import MarketData

VIEW = "application/vnd.jupyter.widget-view+json"


def market() -> MarketData:
    return walk(1, 60).market(symbol="BTC", venue="okx")


def test_a_heatmap_says_what_to_do_where_it_is_not_drawn() -> None:
    heatmap = LiqHeatmap(source=market())
    bundle = heatmap._repr_mimebundle_()
    assert bundle is not None
    data, _ = bundle
    assert data[VIEW]["model_id"] == heatmap.model_id
    assert data["text/plain"] == repr(heatmap)
    assert SENTENCE in data["text/html"]
    assert "LiqHeatmap(" in data["text/html"]
    heatmap.close()


def test_a_watchlist_does_too() -> None:
    watchlist = Watchlist(source=[market()])
    data = watchlist._repr_mimebundle_()
    assert data is not None
    assert data[VIEW]["model_id"] == watchlist.model_id
    assert SENTENCE in data["text/html"]
    watchlist.close()


def test_words_of_a_symbol_stay_words() -> None:
    assert "<code>&lt;img src=x&gt;</code>" in with_words({"text/plain": "<img src=x>"})["text/html"]
