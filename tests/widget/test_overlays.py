"""What is laid over the picture: by name, for the coin shown, in the state that a save keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import DataError, Line, PriceBand, PriceLine, TimeMark
from liqwidget.look import LOOK
from liqwidget.widget.overlays import MOST_POINTS, Layer, layers_state, thinned

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap

OWN = {theme: LOOK.overlays[theme]["own"] for theme in LOOK.themes}
DAYS = pd.date_range("2026-01-01", periods=5, freq="D", tz="UTC")


def state(heatmap: LiqHeatmap) -> Any:
    return json.loads(json.dumps(heatmap.get_state(["_overlays"])["_overlays"], allow_nan=False))


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_levels_and_series_survive_a_save(heatmap: LiqHeatmap) -> None:
    assert state(heatmap) == []
    heatmap.add_levels(pd.DataFrame({"low": [29_000.0], "high": [29_500.0], "label": ["demand"], "until": DAYS[3:4]}))
    heatmap.add_series(pd.Series([0.5, None, 0.7, 0.7, 0.1], index=DAYS, name="NUPL"), unit="%")
    heatmap.add_series(pd.DataFrame({"time": DAYS[:1], "event": ["Rate decision"]}))
    levels, nupl, event = state(heatmap)
    start = DAYS[0].timestamp() * 1000
    assert levels["values"] == [
        {
            "label": "demand", "color": OWN, "dash": "solid", "low": 29_000.0, "high": 29_500.0, "start": None,
            "end": start + 3 * 864e5,
        }
    ]  # fmt: skip
    assert (levels["name"], levels["symbol"]) == ("levels", "BTC")
    assert nupl["name"] == "NUPL"
    (line,) = nupl["values"]
    assert line["value"] == [0.5, None, 0.7, 0.7, 0.1]
    assert (line["start"], line["steps"], line["unit"], line["on_price"]) == (start, 864e5, "%", False)
    assert event == {
        "name": "event", "symbol": "BTC", "values": [{"label": "Rate decision", "color": OWN, "time": start}],
    }  # fmt: skip
    assert "Rate decision" in heatmap.to_html()


def test_a_name_is_replaced_and_taken_away(heatmap: LiqHeatmap) -> None:
    heatmap.add_levels([30_000])
    heatmap.add_levels([31_000, 32_000])
    assert heatmap.overlays == {"levels": (PriceLine(31_000.0), PriceLine(32_000.0))}
    heatmap.overlay(PriceLine(29_000.0, "stop", kind="stop"))
    heatmap.overlay([PriceBand(1.0, 2.0), [TimeMark(DAYS[0])]], "mine")  # type: ignore[arg-type]
    assert list(heatmap.overlays) == ["levels", "stop", "mine"]
    assert heatmap._own_overlays() == (PriceLine(31_000.0), PriceLine(32_000.0))
    heatmap.clear_overlays("stop")
    with pytest.raises(DataError, match="'levels', 'mine'"):
        heatmap.clear_overlays("stop")
    heatmap.clear_overlays()
    assert heatmap.overlays == {}
    assert state(heatmap) == []


def test_whatever_has_overlays_can_be_laid_over(heatmap: LiqHeatmap) -> None:
    class Plan:
        def overlays(self) -> list[Any]:
            return [PriceLine(30_000.0, "entry", kind="entry"), PriceBand(28_000.0, 29_000.0, kind="stop")]

    heatmap.overlay(Plan())
    assert list(heatmap.overlays) == ["plan"]
    assert heatmap._own_overlays() == ()


@pytest.mark.parametrize(
    "values", [None, 5, "x", {}, {"a": 1}, [1], (), object(), pd.DataFrame({"price": [1.0]}), [PriceLine(1.0), None]]
)
def test_what_is_no_overlay_is_refused(heatmap: LiqHeatmap, values: Any) -> None:
    with pytest.raises(DataError, match="Expected"):
        heatmap.overlay(values)
    assert heatmap.overlays == {}


@pytest.mark.parametrize(
    "call",
    [
        lambda heatmap: heatmap.add_levels([1.0], ""),
        lambda heatmap: heatmap.add_levels([1.0], 5),
        lambda heatmap: heatmap.add_levels([1.0], kind="magic"),
        lambda heatmap: heatmap.add_series(pd.Series([1.0] * 5, index=DAYS), unit=5),
        lambda heatmap: heatmap.add_series(pd.Series([1.0] * 5, index=DAYS), on_price="yes"),
        lambda heatmap: heatmap.overlay(PriceLine(1.0), " "),
    ],
)
def test_options_are_checked(heatmap: LiqHeatmap, call: Any) -> None:
    with pytest.raises(DataError, match="Expected"):
        call(heatmap)


def test_overlays_belong_to_the_coin_they_were_laid_over(heatmap: LiqHeatmap) -> None:
    heatmap.add_levels([30_000])
    other = heatmap._overlays[0].__class__("levels", "ETH", (PriceLine(2_000.0),), own=True)
    heatmap._share({"_overlays": (*heatmap._overlays, other)})
    assert heatmap._own_overlays() == (PriceLine(30_000.0),)
    heatmap.add_levels([31_000])
    heatmap.clear_overlays()
    assert [layer.symbol for layer in heatmap._overlays] == ["ETH"]


def test_a_long_line_is_sent_in_few_points_with_its_extremes() -> None:
    random = np.random.default_rng(3)
    times = np.cumsum(random.integers(1, 9, 30_000)) * 1_000_000
    values = random.normal(size=30_000)
    values[5_000:9_000] = np.nan
    values[777], values[20_001] = 50.0, -50.0
    few, kept = thinned(times, values)
    assert len(few) <= MOST_POINTS
    assert (np.nanmax(kept), np.nanmin(kept)) == (50.0, -50.0)
    assert (np.diff(few) > 0).all()
    np.testing.assert_array_equal(values[np.searchsorted(times, few)], kept)
    line = Line("x", times, values)
    layer = Layer("x", "BTC", (line,))
    text = json.dumps(layers_state([layer]), allow_nan=False)
    assert len(text) < 150_000
    sent = layers_state([layer])[0]["values"][0]
    np.testing.assert_array_equal(sent["start"] + np.append(0, np.cumsum(sent["steps"])), few / 1e6)


def test_confluence_counts_the_levels_of_the_analyst(heatmap: LiqHeatmap) -> None:
    near = max(heatmap.clusters, key=lambda cluster: cluster.size)
    assert "own level" not in {level.kind for level in heatmap.confluence().levels}
    heatmap.add_levels({"mine": near.peak_price})
    assert "own level" in {level.kind for level in heatmap.confluence().levels}
