"""Another coin of the same source: read and put in place of the one before, or refused in words."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import traitlets

from liqwidget import LiqHeatmap
from liqwidget.domain.status import VenueStatus
from liqwidget.errors import SourceError
from liqwidget.market.source import Source
from liqwidget.run import moving
from tests.markets import two_venues
from tests.waiting import eventually

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData


def venues_of(coin: str, count: int = 200) -> tuple[MarketData, ...]:
    """Return small markets of a coin."""
    import dataclasses

    return tuple(dataclasses.replace(part, symbol=coin) for part in two_venues(4, count))


def source_of(coin: str) -> Source:
    markets = venues_of(coin)
    status = tuple(VenueStatus(part.venue, "connected") for part in markets)
    return Source(markets, " + ".join(part.venue for part in markets), status=status)


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what is asked, in order, and an event that lets the answer come."""
    asked: dict[str, Any] = {"coins": [], "go": threading.Event()}
    asked["go"].set()

    def read(symbol: str, source: Any, timeframe: str, *, since: Any) -> Source:
        assert since is None
        asked["coins"].append((symbol, source, timeframe))
        assert asked["go"].wait(30)
        if symbol == "WAGMI":
            message = "WAGMI could not be read: binance: does not list this contract"
            raise SourceError(message)
        return source_of(symbol)

    monkeypatch.setattr(moving, "read", read)
    monkeypatch.setattr("liqwidget.heatmap.read", lambda symbol, *_, **__: source_of(symbol))
    return asked


def heatmap() -> LiqHeatmap:
    return LiqHeatmap("BTC", source=["binance", "bybit"], live=False)


def test_exchanges_are_read_while_the_coin_before_stays(exchanges: dict[str, Any]) -> None:
    h = heatmap()
    h.selected_clusters = h.clusters[:1]
    h.measure, h.threshold = "size", 5.0
    exchanges["go"].clear()
    h.symbol = "eth"
    assert (h.symbol, h.ledger.symbol) == ("ETH", "BTC")
    assert h._market["reading"] == "Reading ETH; until it is there the map shows BTC"
    exchanges["go"].set()
    eventually(lambda: h._market["symbol"] == "ETH" and h._market["reading"] is None)
    assert exchanges["coins"] == [("ETH", ["binance", "bybit"], h.timeframe)]
    assert (h.symbol, h._market["symbol"], h._market["reading"], h._error) == ("ETH", "ETH", None, "")
    assert (h.selected_clusters, h.selection, h.threshold, h.time_range) == ((), None, 0.0, None)
    assert h.venues == h.ledger.names
    h.close()


@pytest.mark.usefixtures("exchanges")
def test_a_coin_that_is_not_there_is_refused_in_words_and_changes_nothing() -> None:
    h = heatmap()
    before, frames = h.ledger, h._frames
    h.symbol = "WAGMI"
    eventually(lambda: h._error)
    assert h._error.startswith("WAGMI could not be read, BTC stays: ")
    assert "does not list this contract" in h._error
    assert (h.symbol, h._market["reading"]) == ("BTC", None)
    assert h.ledger is before
    assert h._frames[0]["pixels"] == frames[0]["pixels"]
    h.close()


def test_of_several_coins_the_newest_wins_and_the_one_shown_ends_what_is_read(exchanges: dict[str, Any]) -> None:
    h = heatmap()
    exchanges["go"].clear()
    h.symbol = "SOL"
    h.symbol = "ETH"
    exchanges["go"].set()
    eventually(lambda: h._market["symbol"] == "ETH" and h._market["reading"] is None)
    exchanges["go"].clear()
    h.symbol = "SOL"
    h.symbol = "ETH"
    assert h._market["reading"] is None
    exchanges["go"].set()
    assert (h.symbol, h.ledger.symbol) == ("ETH", "ETH")
    h.close()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("WAGMI", r"simulated market \(BTC, ETH, SOL\), was 'WAGMI'"),
        ("<img src=x>", "Expected a symbol"),
        ("", "Expected a symbol"),
    ],
)
def test_the_sample_refuses_at_once(wrong: str, words: str) -> None:
    h = LiqHeatmap("BTC", source="sample")
    with pytest.raises(traitlets.TraitError, match=words):
        h.symbol = wrong
    h.set_state({"symbol": wrong})
    assert h._error.startswith("symbol: Expected")
    assert (h.symbol, h.ledger.symbol) == ("BTC", "BTC")


@pytest.mark.slow
def test_the_sample_has_its_coins_at_once() -> None:
    h = LiqHeatmap("BTC", source="sample")
    assert h._market["coins"] == ["BTC", "ETH", "SOL"]
    assert h._market["held"] is None
    h.set_state({"symbol": "ETH"})
    assert (h.symbol, h.ledger.symbol, h._market["symbol"]) == ("ETH", "ETH", "ETH")
    assert "ETH" in h._market["label"]
    h.symbol = "BTC/USDT:USDT"
    assert h.symbol == "BTC"


def test_own_data_say_why_not() -> None:
    h = LiqHeatmap("BTC", source=two_venues(3, 200))
    assert "from_frames" in h._market["held"]
    assert h._market["coins"] == ["BTC"]
    with pytest.raises(traitlets.TraitError, match=r"which your own data hold, was 'ETH': use LiqHeatmap\.from_frames"):
        h.symbol = "ETH"
    h.symbol = "btc"
    assert h.symbol == "BTC"
