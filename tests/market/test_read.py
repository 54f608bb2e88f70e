"""Where the market comes from: exchanges side by side, the sample with its reasons, venues that join later."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from liqwidget.domain.status import VenueStatus
from liqwidget.errors import DataError, SourceError
from liqwidget.market import read as read_module
from liqwidget.market.read import ENVIRONMENT, grouped, read
from liqwidget.market.source import VENUES, Source
from tests.answers import START, STEP, answering, gathered, history, no_network
from tests.waiting import PATIENCE_S


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_module, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(read_module, "LONGEST_SECONDS", 0.0)
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def states(found: Source) -> dict[str, str]:
    return {part.venue: part.state for part in found.status}


def test_auto_asks_every_venue_and_takes_what_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {"okx": history("okx"), "bybit": history("bybit"), "gate": None})
    found = read("BTC")
    assert tuple(made) == VENUES
    assert [market.venue for market in found.markets] == ["bybit", "okx"]
    assert states(found) == dict.fromkeys(VENUES, "refused") | {"bybit": "connected", "okx": "connected", "gate": "off"}
    assert found.notice == (
        "Without binance, hyperliquid, bitget, htx: cannot be found by name (no network?); gate: has not answered yet"
    )
    assert (found.label, found.simulated) == ("bybit + okx", False)
    assert found.joining is not None


def test_auto_without_any_answer_shows_the_sample_with_every_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"binance": SourceError("binance refuses requests from this country (451): leave it out")})
    found = read("BTC")
    assert found.simulated
    assert found.notice is not None
    assert "Simulated market: no exchange could be read: binance: refuses requests from this country" in found.notice
    assert "bybit, okx, hyperliquid, bitget, gate, htx: cannot be found by name" in found.notice
    assert len(found.markets) == 4
    assert set(states(found)) == set(VENUES)


def test_a_market_replaces_the_sample_when_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {"okx": None})
    found = read("BTC")
    assert found.simulated
    assert found.joining is not None
    later: list[Source] = []
    done = threading.Event()

    def join(joined: Source) -> None:
        later.append(joined)
        done.set()

    found.joining.then(join)
    made["okx"].future.set_result(history("okx"))
    assert done.wait(PATIENCE_S)
    assert [market.venue for market in later[0].markets] == ["okx"]
    assert not later[0].simulated
    assert later[0].joining is None


def test_named_venues_that_all_refuse_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {"bybit": None})
    with pytest.raises(SourceError, match=r"BTC could not be read: binance: cannot .*; bybit: has not answered yet"):
        read("BTC", ["binance", "Bybit "])
    assert made["bybit"].future.cancelled()


def test_named_venues_are_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_module, "LONGEST_SECONDS", 60.0)
    made = answering(monkeypatch, {"bybit": None})
    threading.Timer(0.05, lambda: made["bybit"].future.set_result(history("bybit"))).start()
    assert [market.venue for market in read("BTC", "bybit").markets] == ["bybit"]


def test_a_coin_that_nobody_lists_is_an_error_with_near_names(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {name: SourceError(f"{name} lists no linear perpetual swap of BTCC; near names: BTC") for name in VENUES}
    answering(monkeypatch, dict(answers))
    with pytest.raises(SourceError, match="lists no linear perpetual swap of BTCC; near names: BTC"):
        read("BTCC")


def test_what_is_there_is_shown_while_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"binance": gathered("binance", 50)})
    found = read("BTC", "binance")
    assert len(found.markets[0].time) == 50
    assert found.status[0].reason == "older candles are still being read"
    assert found.joining is not None


def test_an_old_last_candle_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    late = gathered("binance", 50)
    late.asked_at += 3 * STEP * 1_000_000
    answering(monkeypatch, {"binance": late.history()})
    found = read("BTC", "binance")
    assert states(found) == {"binance": "stale"}
    assert found.status[0].last_time is not None
    assert found.status[0].last_time.value == (START + 50 * STEP) * 1_000_000


def test_relative_sizes_do_not_stand_beside_amounts(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = gathered("okx")
    bare._rows.pop("open_interest")
    answering(monkeypatch, {"binance": history("binance"), "okx": bare.history()})
    found = read("BTC", ["binance", "okx"])
    assert [market.venue for market in found.markets] == ["binance"]
    assert found.status[1].reason == "sent no open interest"
    answering(monkeypatch, {"okx": bare.history()})
    assert read("BTC", "okx").markets[0].relative


def test_odd_data_of_one_venue_do_not_take_the_others_down(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = history("okx")
    broken.frames["candles"].loc[:, "close"] = -1.0
    answering(monkeypatch, {"binance": history("binance"), "okx": broken, "gate": ValueError("<b>" + "x" * 999)})
    found = read("BTC", ["binance", "okx", "gate"])
    assert states(found) == {"binance": "connected", "okx": "refused", "gate": "refused"}
    assert found.status[2].reason.startswith("sent data that cannot be used (ValueError: <b>xxx")
    assert len(found.status[2].reason) <= 220
    assert found.notice is not None
    assert len(found.notice) <= 900


def test_a_venue_without_history_of_open_interest_is_said_to_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    now = gathered("hyperliquid")
    now._rows["open_interest"] = [({"openInterest": "500"}, now.asked_at)]
    answering(monkeypatch, {"hyperliquid": now.history()})
    market = read("BTC", "hyperliquid").markets[0]
    assert market.interest.tolist() == [500.0, 500.0]
    assert market.interest_time[0] == market.time[0]
    assert "publishes no history of open interest" in " ".join(market.notes)


def test_candles_from_before_the_open_interest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    late = gathered("binance")
    late._rows["open_interest"] = late._rows["open_interest"][100:]
    answering(monkeypatch, {"binance": late.history()})
    market = read("BTC", "binance").markets[0]
    assert market.time[0] == late._rows["open_interest"][0][0]["timestamp"] * 1_000_000
    assert len(market.time) == 300


@pytest.mark.parametrize("given", [[], [7], "", ["binance", "ftx"], "sample2", ["sample", "binance"], ["auto", "okx"]])
def test_a_source_that_is_none_is_an_error(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {})
    with pytest.raises((DataError, SourceError), match="Expected source"):
        read("BTC", given)
    assert not made


def test_the_environment_asks_no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answering(monkeypatch, {})
    monkeypatch.setenv(ENVIRONMENT, "sample")
    assert read("BTC", ["binance"]).simulated
    assert not made


def test_reasons_are_grouped() -> None:
    assert no_network("okx").retryable
    parts = [VenueStatus(name, "refused", None, "no") for name in ("a", "b")]
    assert grouped([*parts, VenueStatus("c", "off", None, "later")]) == "a, b: no; c: later"
