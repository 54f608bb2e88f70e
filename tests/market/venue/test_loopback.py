"""The real ccxt classes, read through our client, against the loopback exchanges: clean, and with every fault."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.time import MILLISECOND
from liqwidget.errors import SourceError
from liqwidget.market import fetch
from liqwidget.market import read as read_module
from liqwidget.market.fetch import fetch_history
from liqwidget.market.history import KINDS, History
from liqwidget.market.venue import worker
from tests.venues import faults
from tests.venues.asking import Waits
from tests.venues.clients import _rewritten

if TYPE_CHECKING:
    from tests.venues.faults import Fault
    from tests.venues.server import VenueServer

PLACES = ("binance", "bybit", "okx", "hyperliquid")
DAYS = 2


def read(server: VenueServer, name: str, symbol: str = "BTC", timeframe: str = "5m", **options: Any) -> History:
    now = pd.Timestamp(server.clock.now, unit="ms", tz="UTC")
    usual: dict[str, Any] = {"clock": lambda: now.value, "paced": False, "first_wait": 0.01, "request_seconds": 30.0}
    return fetch_history(
        name, symbol, timeframe, now - pd.Timedelta(days=DAYS), kinds=KINDS,
        address=lambda venue, url: str(_rewritten(url, server.base, venue)),
        **(usual | options),
    )  # fmt: skip


def check_candles(server: VenueServer, name: str, found: History) -> None:
    """Compare candles with those that happened, to the last digit."""
    track = server.tape.venues[name, "BTC"].candle
    late = track["time"] >= server.clock.now - DAYS * 86_400_000
    frame = found.frames["candles"]
    assert frame.index.astype("int64").tolist() == (track["time"][late] * MILLISECOND).tolist()
    for column in ("open", "high", "low", "close"):
        assert (frame[column] == track[column][late]).all(), column
    np.testing.assert_allclose(frame["volume"], track["volume"][late], rtol=1e-6)


# ---------------------------------------------------------------------- clean


@pytest.mark.parametrize("name", PLACES)
def test_history_is_what_happened(server: VenueServer, name: str) -> None:
    found = read(server, name)
    check_candles(server, name, found)
    track = server.tape.venues[name, "BTC"]
    start = server.clock.now - DAYS * 86_400_000
    funding = track.funding["time"] >= start
    np.testing.assert_allclose(found.frames["funding"]["funding_rate"], track.funding["rate"][funding], rtol=1e-6)
    interest = found.frames["open_interest"]["open_interest"]
    happened = pd.Series(track.interest["amount"], pd.to_datetime(track.interest["time"], unit="ms", utc=True))
    share = interest / happened.reindex(interest.index)
    # Both sides of bybit, unless it sends the single one too.
    expected = round(float(share.iloc[0]), 6)
    assert expected in ({0.5, 1.0} if name == "bybit" else {1.0})
    np.testing.assert_allclose(share, expected, rtol=1e-5)
    market = found.market()
    assert (market.symbol, market.venue, market.relative) == ("BTC", name, False)
    assert market.complete_until == server.clock.now * MILLISECOND
    assert found.complete


def test_past_liquidations_of_okx_are_read_by_position_side_in_dollars(server: VenueServer) -> None:
    found = read(server, "okx").frames["liquidations"]
    happened = server.tape.venues["okx", "BTC"].liquidation
    late = happened["time"] >= server.clock.now - DAYS * 86_400_000
    assert len(found) == late.sum() > 0
    expected = sorted(zip(happened["time"][late], np.where(happened["side"][late] > 0, "long", "short"), strict=True))
    times = found["time"].dt.as_unit("ms").astype("int64")
    assert sorted(zip(times, found["side"], strict=True)) == expected
    worth = float((happened["size"] * happened["price"])[late].sum())
    assert found["size"].sum() == pytest.approx(worth, rel=1e-3)


@pytest.mark.parametrize("name", PLACES)
def test_no_page_is_asked_for_twice(server: VenueServer, name: str) -> None:
    read(server, name)
    asked = [str((one.path, one.question)) for one in server.asked(name)]
    asked = [one for one in asked if "markets" not in one]  # Hyperliquid tells contracts and open interest in one
    assert len(set(asked)) == len(asked)


def test_other_candles_and_a_symbol_of_the_venue(server: VenueServer) -> None:
    found = read(server, "okx", "ETH-USDT-SWAP", "1h")
    assert len(found.frames["candles"]) == DAYS * 24
    assert found.instrument.contract_size == 0.1
    assert found.market().symbol == "ETH"
    with pytest.raises(SourceError, match="okx lists no linear perpetual swap of BTCC; near names: BTC"):
        read(server, "okx", "BTCC")
    with pytest.raises(SourceError, match="okx has no candles of 7m; it has 1m, 3m"):
        read(server, "okx", "BTC", "7m")


def test_an_unfinished_candle_is_provisional(server: VenueServer) -> None:
    server.clock.advance(-90_000)
    market = read(server, "binance").market()
    assert market.complete_until is not None
    assert market.close_time[-1] > market.complete_until >= market.close_time[-2]


def test_progress_is_told(server: VenueServer) -> None:
    told: list[tuple[str, str, int]] = []
    read(server, "okx", progress=lambda *page: told.append(page))
    candles = [count for _, kind, count in told if kind == "candles"]
    assert candles == sorted(candles)
    assert candles[-1] == DAYS * 288


# ---------------------------------------------------------------------- faults that pass


PASSING = [
    faults.Status(429), faults.Status(429, retry_after=0), faults.Status(500), faults.Truncated(),
    faults.Truncated(cut=True), faults.NotJson(), faults.Empty(), faults.Slow(0.2),
]  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("fault", PASSING, ids=repr)
def test_a_fault_that_passes_loses_nothing(server: VenueServer, name: str, fault: Fault) -> None:
    server.faults.inject(fault, venue=name, kind="candles")
    check_candles(server, name, read(server, name))


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("fault", [faults.Duplicated(), faults.OutOfOrder(), faults.FutureDated()], ids=repr)
def test_rows_that_are_always_odd_change_nothing(server: VenueServer, name: str, fault: Fault) -> None:
    server.faults.inject(fault, venue=name, times=None)
    check_candles(server, name, read(server, name))


@pytest.mark.slow
def test_a_request_that_hangs_is_asked_again(server: VenueServer) -> None:
    server.faults.inject(faults.Hang(), venue="binance", kind="candles")
    check_candles(server, "binance", read(server, "binance", request_seconds=1.0))


def test_missing_candles_are_counted(server: VenueServer) -> None:
    server.faults.inject(faults.Missing(6 * 3_600_000), venue="okx", kind="candles", times=None)
    found = read(server, "okx")
    assert len(found.frames["candles"]) == DAYS * (288 - 4)
    assert any("candles are missing between the first and the last" in note for note in found.notes)


@pytest.mark.slow
def test_asking_to_wait_is_obeyed_by_all_requests(server: VenueServer) -> None:
    server.faults.inject(faults.Status(429, retry_after=1), venue="bybit", kind="candles")
    check_candles(server, "bybit", read(server, "bybit"))
    assert sum("Status" in one.faults for one in server.asked("bybit", "candles")) == 1


# ---------------------------------------------------------------------- faults that stay


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.Status(451), "refuses requests from this country"),
        (faults.Status(403), "refuses requests from this network"),
        (faults.Status(418, retry_after=120), r"has shut this address out .*\(it asks for 120 s\)"),
        (faults.Status(429), "asks to slow down"),
        (faults.Status(429, retry_after=3600), "asks to slow down"),
        (faults.Status(500), "has trouble of its own"),
        (faults.NotJson(), "sent an answer that cannot be read"),
        (faults.Truncated(), "sent an answer that cannot be read"),
        (faults.Empty(), "sent no candles"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_fault_that_stays_is_said(server: VenueServer, name: str, fault: Fault, words: str) -> None:
    server.faults.inject(fault, venue=name, kind="candles", times=None)
    with pytest.raises(SourceError, match=f"^{name} {words}") as caught:
        read(server, name)
    assert caught.value.venue == name
    refused = sum(one.status >= 400 for one in server.asked(name, "candles"))
    assert refused <= 4 * 4  # four pages at a time, four tries each


@pytest.mark.parametrize("name", PLACES)
def test_maintenance_is_said(server: VenueServer, name: str) -> None:
    server.faults.inject(faults.Maintenance(), venue=name, times=None)
    words = "is under maintenance|has trouble of its own|answered with an error"
    with pytest.raises(SourceError, match=f"^{name} ({words})") as caught:
        read(server, name)
    assert caught.value.retryable


@pytest.mark.slow
def test_too_large_an_answer_is_not_read(server: VenueServer) -> None:
    server.faults.inject(faults.Oversized(), venue="binance", kind="candles", times=None)
    with pytest.raises(SourceError, match="binance sent more than 2 MB, which is not read"):
        read(server, "binance")


@pytest.mark.parametrize("kind", ["funding", "ratio", "interest_history"])
def test_without_the_candles_nothing_goes_without_the_rest_a_note_does(server: VenueServer, kind: str) -> None:
    server.faults.inject(faults.Status(403), venue="bybit", kind=kind, times=None)
    found = read(server, "bybit")
    check_candles(server, "bybit", found)
    assert any("could not be read: bybit refuses" in note for note in found.notes)


def test_waiting_ends_when_it_should(server: VenueServer) -> None:
    server.faults.inject(faults.Hang(), venue="okx", times=None)
    with pytest.raises(SourceError, match=r"okx did not answer within 0\.3 s"):
        read(server, "okx", seconds=0.3)


def test_a_restart_of_the_thread_serves_again(server: VenueServer) -> None:
    read(server, "binance")
    worker.close()
    check_candles(server, "binance", read(server, "binance"))


# ---------------------------------------------------------------------- several, against the clock


@pytest.fixture(autouse=True)
def waits(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Let who waits for several venues wait for what they do."""
    waits = Waits(server)
    monkeypatch.setattr(fetch, "wait_for", waits)
    return waits


@pytest.fixture
def asked(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> VenueServer:
    """Let `liqwidget.market.read` ask the loopback exchanges."""
    now = pd.Timestamp(server.clock.now, unit="ms", tz="UTC").value
    here = functools.partial(
        fetch.request_history, clock=lambda: now, paced=False, first_wait=0.01,
        address=lambda venue, url: str(_rewritten(url, server.base, venue)),
    )  # fmt: skip
    monkeypatch.setattr(fetch, "request_history", here)
    monkeypatch.delenv(read_module.ENVIRONMENT, raising=False)
    return server


@pytest.mark.slow
def test_four_venues_are_read_side_by_side(asked: VenueServer) -> None:
    found = read_module.read("BTC", PLACES)
    assert tuple(market.venue for market in found.markets) == PLACES
    assert [part.state for part in found.status] == ["connected"] * 4
    assert found.joining is None
    assert found.notice is None
    assert len({market.symbol for market in found.markets}) == 1
    assert {one.venue for one in asked.served} == set(PLACES)


@pytest.mark.slow
def test_a_refusal_and_silence_do_not_hold_up_the_rest(asked: VenueServer, waits: Waits) -> None:
    asked.faults.inject(faults.Status(451), venue="binance", times=None)
    asked.faults.inject(faults.Hang(), venue="okx", kind="markets", times=None)
    found = read_module.read("BTC", PLACES, seconds=2.5)
    assert sum(waits) <= 2.5
    assert [market.venue for market in found.markets] == ["bybit", "hyperliquid"]
    assert [part.state for part in found.status] == ["refused", "connected", "off", "connected"]
    assert found.notice is not None
    assert "binance: refuses requests from this country (451)" in found.notice
    assert found.joining is not None
    found.joining.stop()


@pytest.mark.slow
def test_a_slow_venue_joins_with_its_newest_candles_first(asked: VenueServer) -> None:
    asked.faults.inject(faults.Hang(), venue="okx", kind="candles", after=8, times=None)
    found = read_module.read("BTC", PLACES, seconds=4.0)
    assert [market.venue for market in found.markets] == list(PLACES)
    partial = found.markets[2]
    assert partial.close_time[-1] == asked.clock.now * MILLISECOND
    assert len(partial.time) < len(found.markets[0].time)
    assert found.status[2].reason.startswith("older candles are still being read (")
    assert found.joining is not None
    found.joining.stop()
