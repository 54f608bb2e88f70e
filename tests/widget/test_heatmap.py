"""The face in a kernel without a browser: traits, selection, messages, errors."""

from __future__ import annotations

import json
import threading
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import traitlets

from liqwidget import DataError, LiqHeatmap, MarketData, SourceError, profile
from liqwidget.market import read
from liqwidget.market.read import ENVIRONMENT, base_symbol
from liqwidget.widget.frame_answers import decode_frame
from tests.answers import answering, gathered, history
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import Selection

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]


def viewport_request(heatmap: LiqHeatmap, number: int = 1) -> dict[str, Any]:
    start, end = heatmap._market["time"]
    return {
        "type": "viewport",
        "view": "a",
        "id": number,
        "time": [start, end],
        "price": [25e3, 35e3],
        "width": 60,
        "height": 40,
    }


# ---------------------------------------------------------------------- sources


def test_without_a_network_the_simulated_market_is_shown_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"okx": SourceError("okx is under maintenance: try again later")})
    heatmap = LiqHeatmap("BTC", live=False)
    assert heatmap._market["simulated"]
    notice = heatmap._market["notice"]
    assert "Simulated market: no exchange could be read: binance, bybit, hyperliquid" in notice
    assert "okx: is under maintenance" in notice
    assert "simulated" in heatmap._market["label"]
    status = heatmap.status
    assert dict(status["state"].value_counts()) == {"no network": 6, "simulated": 4, "refused": 1}
    assert status.loc["okx (real)", "reason"] == "is under maintenance: try again later"
    assert "open interest every 5m" in str(status.loc["okx (real)", "publishes"])
    shown = "simulated, 5m, 7d: 2026-01-24 00:00 to 2026-01-31 00:00 UTC"
    assert repr(heatmap) == f"LiqHeatmap('BTC', {shown})"


def test_what_answers_is_shown_and_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"binance": history("binance"), "bybit": history("bybit")})
    heatmap = LiqHeatmap("BTC", live=False)
    assert heatmap.venues == ("binance", "bybit")
    assert heatmap._market["label"] == "BTC · binance + bybit"
    assert "Without okx, hyperliquid, bitget, gate, htx: cannot be found" in heatmap._market["notice"]
    assert not heatmap._market["simulated"]
    status = heatmap.status
    assert status["state"].tolist() == ["connected"] * 2 + ["no network"] * 5
    assert "2 venues of 7 answered" in heatmap.grade.reasons
    assert status.loc["binance", "candles"] == 400


def test_a_venue_that_answers_later_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {"binance": history("binance"), "bybit": gathered("bybit", 300), "okx": None})
    monkeypatch.setattr(read, "FIRST_SECONDS", 0.0)
    heatmap = LiqHeatmap("BTC", ["binance", "bybit", "okx"], live=False)
    assert heatmap.status["state"].tolist() == ["connected", "connected", "off"]
    assert heatmap.status.loc["bybit", "reason"] == "older candles are still being read"
    joined = threading.Event()
    heatmap.observe(lambda _: joined.set(), "_clusters")
    thread = next(thread for thread in threading.enumerate() if thread.name == "liqwidget-joining")
    made["bybit"].future.set_result(history("bybit"))
    made["okx"].future.set_result(history("okx"))
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert joined.is_set()
    assert heatmap.venues == ("binance", "bybit", "okx")
    assert heatmap._market["label"] == "BTC · binance + bybit + okx"
    assert set(heatmap.status["state"]) == {"connected"}
    assert len(heatmap.markets[1].time) == 400


def test_stop_ends_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {"binance": history("binance"), "okx": None})
    monkeypatch.setattr(read, "FIRST_SECONDS", 0.0)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=False)
    thread = next(thread for thread in threading.enumerate() if thread.name == "liqwidget-joining")
    heatmap.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert made["okx"].future.cancelled()
    assert heatmap.venues == ("binance",)


@pytest.mark.parametrize(
    ("symbol", "options", "words"),
    [
        ("BTC", {"source": "binance"}, "BTC could not be read: binance: cannot be found by name"),
        ("BTC", {"source": ["binance", "okx"]}, "BTC could not be read: binance, okx: cannot be found"),
        ("BTC", {"source": ["binance"], "live": True}, "BTC could not be read: binance: cannot be found by name"),
        ("BTC", {"source": "ftx"}, "Expected source among 'auto', 'sample' and venues"),
        ("WAGMI", {}, "WAGMI could not be read: binance, bybit"),
        ("WAGMI", {"source": "sample"}, "Expected a symbol of the simulated market .BTC, ETH, SOL., was 'WAGMI'"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    symbol: str, options: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {})
    with pytest.raises(SourceError, match=words) as caught:
        LiqHeatmap(symbol, **options)
    assert caught.value._render_traceback_() == [f"SourceError: {caught.value}"]


@pytest.mark.parametrize("symbol", ["<img src=x onerror=alert(1)>", "", "B" * 99, None, 7])
def test_a_hostile_symbol_is_refused(symbol: Any, markets: tuple[MarketData, ...]) -> None:
    with pytest.raises(DataError, match="Expected a symbol"):
        LiqHeatmap(symbol)
    frame = markets[0].to_frame()
    with pytest.raises(DataError, match="Expected a symbol"):
        LiqHeatmap.from_frames(frame, symbol=symbol)


@pytest.mark.parametrize(
    "symbol", ["BTC", "btc", "BTC/USDT", "BTCUSDT", "BTC-USDT-SWAP", "BTC/USDT:USDT", "BTC-PERP", "BTC_USDT"]
)
def test_the_usual_spellings_name_the_same_coin(symbol: str) -> None:
    assert base_symbol(symbol) == "BTC"


def test_the_environment_makes_any_source_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "sample")
    heatmap = LiqHeatmap("BTC", source=["binance", "bybit"], live=True)
    assert heatmap._market["simulated"]
    assert ENVIRONMENT in heatmap._market["notice"]


def test_own_frames_are_shown_as_they_are(markets: tuple[MarketData, ...]) -> None:
    candles = markets[0].to_frame().drop(columns="taker_buy_volume")
    with pytest.warns(UserWarning, match="duplicate"):
        heatmap = LiqHeatmap.from_frames(pd.concat([candles, candles[-1:]]), symbol="kPEPE", venue="bybit", window="3d")
    assert (heatmap.symbol, heatmap.window) == ("kPEPE", "3d")
    assert "no open interest, sizes are relative" in heatmap._market["notice"]
    assert not heatmap._market["simulated"]


def test_short_data_say_that_they_warm_up(markets: tuple[MarketData, ...]) -> None:
    heatmap = LiqHeatmap.from_frames(markets[0].to_frame()[:3])
    assert "warming up: 0.8 hours of data" in heatmap._market["notice"]
    assert heatmap._market["grade"]["hatched"]
    assert heatmap.grade.letter == "D"
    with pytest.raises(DataError, match="at least two candles"):
        LiqHeatmap.from_frames(markets[0].to_frame()[:1], timeframe="15m")


def test_a_misspelt_option_is_an_error_that_lists_the_options() -> None:
    with pytest.raises(DataError, match=r"Expected options among .*palette.*was 'pallete'"):
        LiqHeatmap("BTC", pallete="hot")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("side", "longs"), ("window", "2d"), ("measure", "mass"), ("palette", "jet"), ("scale", "sqrt"),
        ("threshold", -1.0),
        ("sensitivity", 1.5), ("leverage", ("100x",)), ("venues", ("okx",)), ("as_of", "soon"), ("horizon", "later"),
        ("time_range", ("2026-01-02", "2026-01-01")), ("price_range", (2, 1)), ("selected_clusters", ("none",)),
    ],
)  # fmt: skip
def test_a_bad_trait_value_is_refused_and_nothing_is_lost(heatmap: LiqHeatmap, name: str, value: Any) -> None:
    before = getattr(heatmap, name)
    with pytest.raises((traitlets.TraitError, DataError)):
        setattr(heatmap, name, value)
    assert getattr(heatmap, name) == before


# ---------------------------------------------------------------------- traits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("measure", "size"),
        ("horizon", "4h"),
        ("window", "24h"),
        ("leverage", ("<3x",)),
        ("venues", ("bybit",)),
        ("as_of", "2026-01-08"),
    ],
)
def test_what_the_kernel_computes_changes_the_picture(heatmap: LiqHeatmap, name: str, value: Any) -> None:
    heatmap.measure = "expected"
    before = bytes(heatmap._frames[0]["pixels"])
    setattr(heatmap, name, value)
    assert bytes(heatmap._frames[0]["pixels"]) != before


def test_heat_is_the_default_and_another_measure_has_no_threshold_yet(heatmap: LiqHeatmap) -> None:
    """Its levels are linear to 100, whatever the horizon; a least value of one measure means nothing in another."""
    frame = heatmap._frames[0]
    assert (heatmap.measure, frame["top"], frame["decades"]) == ("heat", 100.0, 0)
    heatmap.threshold = 40
    heatmap.horizon = "4h"
    assert (bytes(heatmap._frames[0]["pixels"]), heatmap.threshold) == (bytes(frame["pixels"]), 40)
    heatmap.measure = "size"
    assert heatmap.threshold == 0
    assert heatmap._frames[0]["decades"] > 0


@pytest.mark.parametrize(
    ("name", "value"), [("side", "long"), ("map_theme", "light"), ("threshold", 5.0), ("follow", False)]
)
def test_what_the_browser_does_alone_costs_the_kernel_nothing(heatmap: LiqHeatmap, name: str, value: Any) -> None:
    before = heatmap._frames
    setattr(heatmap, name, value)
    assert heatmap._frames is before


def test_a_new_window_takes_the_view_back_to_automatic(heatmap: LiqHeatmap) -> None:
    heatmap.time_range = ("2026-01-02", "2026-01-03")
    heatmap.price_range = (29_000, 31_000)
    heatmap.window = "24h"
    assert (heatmap.time_range, heatmap.price_range) == (None, None)


def test_times_cross_the_wire_as_milliseconds(heatmap: LiqHeatmap) -> None:
    heatmap.time_range = (pd.Timestamp("2026-01-02"), "2026-01-03T00:00:00Z")
    state = heatmap.get_state(["time_range"])
    assert state["time_range"] == [1767312000000.0, 1767398400000.0]
    heatmap.set_state({"time_range": [1767312000000.5, 1767398400000.0]})
    assert heatmap.time_range[0] == pd.Timestamp("2026-01-02 00:00:00.0005", tz="UTC")


def test_another_prior_is_another_map(heatmap: LiqHeatmap) -> None:
    edges = [0.9 * heatmap.ledger.last_price(), heatmap.ledger.last_price()]
    near = profile(heatmap.ledger, edges).long[0]
    heatmap.prior = "nominal"
    assert profile(heatmap.ledger, edges).long[0] > 2 * near > 0
    with pytest.raises(DataError, match="Expected prior among"):
        heatmap.prior = "guess"
    assert heatmap.prior == "nominal"


def test_a_selection_follows_what_is_shown(heatmap: LiqHeatmap) -> None:
    before = heatmap.select(price=(1.0, heatmap.ledger.last_price()))
    heatmap.prior = "nominal"
    nominal = heatmap.selection
    heatmap.leverage = (">50x",)
    near = heatmap.selection
    assert nominal is not None
    assert near is not None
    assert 0 < near.long_size < nominal.long_size
    assert before.long_size > 0
    assert nominal.long_size != before.long_size
    assert {cluster.id for cluster in near.clusters} <= {cluster.id for cluster in heatmap.clusters}


def test_the_front_end_names_the_prior_and_chooses_one(heatmap: LiqHeatmap) -> None:
    def shown() -> str:
        state = heatmap.get_state(["_prior", "_priors"])
        return str(next(choice["label"] for choice in state["_priors"] if choice["name"] == state["_prior"]))

    assert (heatmap.prior, shown()) == ("effective", "Effective leverage")
    heatmap.set_state({"_prior": "isolated"})
    assert (heatmap.prior, shown()) == ("isolated", "Isolated margin")
    heatmap.prior = {25: 0.4, 10: 0.6}
    assert shown() == "Ladder 25x, 10x"
    heatmap.prior = (3, 0.8)
    assert shown() == "Own: 3x, 0.8"
    heatmap.set_state({"_prior": "effective"})
    assert shown() == "Effective leverage"
    assert len(heatmap.get_state(["_priors"])["_priors"]) == 3


# ---------------------------------------------------------------------- selection


def test_python_selects_and_callbacks_fire_once(heatmap: LiqHeatmap) -> None:
    seen: list[Selection | None] = []
    stop = heatmap.on_select(seen.append)
    selection = heatmap.select(price=(28_000, 32_000), time=("2026-01-05", "2026-01-09"))
    assert seen == [selection]
    assert heatmap.selection is selection
    assert heatmap._selection["price"] == [28_000, 32_000]
    heatmap.clear_selection()
    assert seen == [selection, None]
    stop()
    heatmap.select(price=(28_000, 32_000))
    assert len(seen) == 2


def test_the_browser_selects_the_same_thing(heatmap: LiqHeatmap) -> None:
    python = heatmap.select(price=(28_000, 32_000), time=("2026-01-05", "2026-01-09"))
    heatmap.clear_selection()
    seen: list[Any] = []
    heatmap.observe(seen.append, "selection")
    heatmap.set_state({"_selection": {"time": [1767571200000, 1767916800000], "price": [28_000, 32_000]}})
    assert len(seen) == 1
    assert heatmap.selection is not None
    assert heatmap.selection.box == python.box
    assert heatmap.selection.long_size == python.long_size
    pd.testing.assert_frame_equal(heatmap.selection.to_frame(), python.to_frame())


def test_a_selection_is_python_objects(heatmap: LiqHeatmap) -> None:
    selection = heatmap.select(price=(25_000, 36_000))
    frame = selection.to_frame()
    assert list(frame.columns) == ["side", "price_low", "price_high", "size", "expected_size", "distance_pct"]
    assert frame["size"].sum() == pytest.approx(selection.long_size + selection.short_size)
    assert {cluster.id for cluster in selection.clusters} <= {cluster.id for cluster in heatmap.clusters}
    assert len(selection.levels) > 0
    assert "est. long" in repr(selection)


def test_ticked_clusters_are_the_same_on_both_sides(heatmap: LiqHeatmap) -> None:
    first, second = heatmap.clusters[:2]
    heatmap.set_state({"_selected": [first.id]})
    assert heatmap.selected_clusters == (first,)
    heatmap.selected_clusters = (second,)
    assert list(heatmap._selected) == [second.id]
    heatmap.clear_selection()
    assert not heatmap.selected_clusters


def test_frames_have_documented_columns(heatmap: LiqHeatmap) -> None:
    clusters = heatmap.clusters_frame()
    assert list(clusters.columns) == [
        "id", "side", "price_low", "price_high", "peak_price", "size", "expected_size", "distance_pct", "age",
        "leverage_mix", "venue_mix", "persistence", "venues_agreeing", "agreement",
        "agreeing_venues", "heat", "near_edge",
    ]  # fmt: skip
    assert list(heatmap.levels.to_frame().columns) == [
        "price_low", "price_high", "open_time", "close_time", "size", "peak_size", "side", "leverage", "venue",
        "ended_by",
    ]  # fmt: skip


# ---------------------------------------------------------------------- messages


def test_a_viewport_request_is_answered_with_its_picture(heatmap: LiqHeatmap, ask: Ask) -> None:
    content, buffers = ask(viewport_request(heatmap, 5))
    assert (content["type"], content["view"], content["id"]) == ("frame", "a", 5)
    frame = decode_frame(content, buffers)
    assert (frame.width, frame.height) == (60, 40)
    assert np.count_nonzero(np.frombuffer(frame.pixels, np.uint8)) > 100
    json.dumps(content, allow_nan=False)


def test_a_reading_request_is_answered_with_numbers(heatmap: LiqHeatmap, ask: Ask) -> None:
    time = heatmap._market["time"][1]
    content, _ = ask({"type": "reading", "view": "a", "id": 2, "time": time, "price": 20_000})
    assert content["long"]["size"] > 0
    json.dumps(content, allow_nan=False)


def test_an_error_is_an_answer(heatmap: LiqHeatmap, ask: Ask) -> None:
    content, _ = ask(viewport_request(heatmap, 9) | {"time": [2, 1]})
    assert (content["type"], content["view"], content["id"]) == ("error", "a", 9)
    assert "from low to high" in content["message"]
    content, _ = ask({"type": "nonsense"})
    assert content["type"] == "error"


def test_a_failure_inside_is_an_answer_too(heatmap: LiqHeatmap, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr(heatmap._display.session, "frame", broken)
    content, _ = ask(viewport_request(heatmap))
    assert (content["type"], content["message"]) == ("error", "by hand")


@pytest.mark.slow
def test_a_glyph_added_to_the_figure_reaches_open_and_later_views(heatmap: LiqHeatmap) -> None:
    sent: list[dict[str, Any]] = []
    heatmap.send = lambda content, _buffers=None: sent.append(content)
    heatmap.figure.line([1, 2], [3, 4], name="overlay")
    assert {content["type"] for content in sent} == {"patch"}
    assert "overlay" in json.dumps(sent)
    assert "overlay" in heatmap._figure_document


def test_saved_state_holds_a_picture(heatmap: LiqHeatmap) -> None:
    state = heatmap.get_state()
    assert len(zlib.decompress(state["_frames"][0]["pixels"])) == 640 * 320
    assert json.loads(state["_figure_document"])["roots"]
    assert len(state["_palettes"]) >= 3
