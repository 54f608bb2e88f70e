"""Names: a misspelt one is refused beside those that are near, and every public trait is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import DataError, LiqHeatmap
from liqwidget.errors import UnknownNameError
from liqwidget.widget.names import near, option_names, own_traits
from liqwidget.widget.view import HeatmapWidget

if TYPE_CHECKING:
    from liqwidget import MarketData

INTERNAL = {"complete", "found", "offer", "session", "market_state", "settings", "shared_names"}


def test_an_unknown_attribute_is_refused_with_names_that_are_near(heatmap: LiqHeatmap) -> None:
    with pytest.raises(UnknownNameError, match=r"Expected a trait of a heatmap, was 'mesure'; did you mean 'measure'"):
        heatmap.mesure = "size"
    with pytest.raises(AttributeError, match="was 'zzz' "):
        heatmap.zzz = 1
    assert not hasattr(heatmap, "mesure")
    assert isinstance(UnknownNameError("x"), DataError)


@pytest.mark.parametrize("name", ["_document", "_shiny_widget", "_solara_context", "_model_id"])
def test_what_other_places_keep_on_a_widget_is_no_trait_of_ours(heatmap: LiqHeatmap, name: str) -> None:
    """Panel writes its document to `_document` of each widget that it shows, and reads it with every message."""
    assert name not in heatmap.trait_names()
    sent: list[Any] = []
    kept = object()
    heatmap.observe(sent.append)
    setattr(heatmap, name, kept)
    assert getattr(heatmap, name) is kept
    assert sent == []
    heatmap.unobserve(sent.append)
    delattr(heatmap, name)


def test_an_unknown_option_is_refused_with_names_that_are_near(markets: tuple[MarketData, ...]) -> None:
    with pytest.raises(DataError, match=r"was 'mesure'; did you mean 'measure'"):
        LiqHeatmap("BTC", source=markets, mesure="size")
    with pytest.raises(DataError, match=r"was 'zzz'$"):
        LiqHeatmap("BTC", source=markets, zzz=1)


def test_what_a_heatmap_has_can_be_set(heatmap: LiqHeatmap) -> None:
    heatmap.measure, heatmap.layout.height, heatmap.tooltip = "size", "400px", "mine"
    heatmap._mine = 1
    heatmap.send = lambda *_: None
    heatmap.add_traits()
    heatmap.close()
    assert heatmap.comm is None


def test_a_subclass_sets_what_it_declares(markets: tuple[MarketData, ...]) -> None:
    class Mine(LiqHeatmap):
        """A heatmap of a user."""

        colour = "red"
        note: str
        _seen: int

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.note, self.colour, self._seen = "kept", "blue", 3

        @property
        def doubled(self) -> int:
            """Return twice what was seen."""
            return 2 * self._seen

        @doubled.setter
        def doubled(self, value: int) -> None:
            self._seen = value // 2

    mine = Mine("BTC", source=markets)
    mine.doubled = 10
    assert (mine.note, mine.colour, mine._seen) == ("kept", "blue", 5)
    with pytest.raises(UnknownNameError, match="a subclass may declare"):
        mine.nota = "lost"


def test_near_names_are_those_spelt_alike() -> None:
    assert near("thresold", ["threshold", "side"]) == "; did you mean 'threshold'?"
    assert near("qqq", ["threshold", "side"]) == ""


def test_internals_are_not_offered_by_tab_completion(heatmap: LiqHeatmap) -> None:
    assert set(dir(heatmap)) & INTERNAL == set()


@pytest.mark.parametrize("name", [name for name in own_traits(HeatmapWidget) if not name.startswith("_")])
def test_every_public_trait_has_a_help_that_the_docstring_shows(name: str) -> None:
    trait: Any = own_traits(HeatmapWidget)[name]
    meaning = trait.help
    assert meaning.endswith(".")
    assert f"    {name}\n        {meaning}\n" in str(LiqHeatmap.__doc__)


def test_the_options_are_the_traits_that_a_page_shares() -> None:
    traits = own_traits(HeatmapWidget, sync=True)
    assert set(option_names(HeatmapWidget)) < {name for name in traits if not name.startswith("_")}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "'BTC', binance + bybit, 15m, 7d: 2026-01-03 00:00 to 2026-01-10 00:00 UTC"),
        ({"venues": ("bybit",), "window": "24h"}, "'BTC', bybit, 15m, 24h: 2026-01-09 00:00 to 2026-01-10 00:00 UTC"),
        ({"time_range": ("2026-01-04", "2026-01-05")}, "7d: 2026-01-04 00:00 to 2026-01-05 00:00 UTC"),
        ({"as_of": "2026-01-08 06:00"}, "7d: 2026-01-01 06:00 to 2026-01-08 06:00 UTC"),
    ],
)
def test_the_repr_says_what_is_shown(markets: tuple[MarketData, ...], options: dict[str, Any], words: str) -> None:
    shown = repr(LiqHeatmap("BTC", source=markets, **options))
    assert shown.startswith("LiqHeatmap('BTC', ")
    assert words in shown


def test_the_repr_counts_venues_that_are_many(markets: tuple[MarketData, ...]) -> None:
    from dataclasses import replace

    many = [replace(markets[0], venue=name) for name in ("binance", "bybit", "okx", "gate")]
    assert "4 venues, 15m" in repr(LiqHeatmap("BTC", source=many))


def test_a_heatmap_that_could_not_be_made_has_a_repr_and_can_be_closed() -> None:
    half = LiqHeatmap.__new__(LiqHeatmap)
    assert repr(half) == "LiqHeatmap()"
    half.close()
