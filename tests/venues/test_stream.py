"""The unmodified ccxt.pro classes hear from the loopback exchanges what happens as the clock runs."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.venues import faults
from tests.venues.asking import VENUES, ask, symbol, until
from tests.venues.questions import DAY, HOUR, MINUTE
from tests.venues.server import VenueServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.recorded_market import MarketTape

STEP = 5 * MINUTE
LISTENING = {"binance": True, "bybit": True, "okx": True, "hyperliquid": False}
"""Venues: whether they have a public stream of liquidations."""


@pytest.fixture
def live(tape: MarketTape) -> Iterator[VenueServer]:
    """A server one day before the tape's end, in the middle of a candle."""
    with VenueServer(tape, now=tape.end - DAY + MINUTE) as server:
        yield server


def errors(name: str) -> type[Exception]:
    found: type[Exception] = getattr(importlib.import_module("ccxt.base.errors"), name)
    return found


def channels(server: VenueServer, kind: str) -> int:
    return sum(channel.kind == kind for one in server.sockets if one.open for channel in one.channels)


async def follow(watch: Any, *arguments: Any) -> None:
    """Go on watching, so that ccxt's caches fill."""
    while True:
        await watch(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
def test_what_happens_is_heard_once_and_whole(live: VenueServer, venue: str) -> None:
    track, start = live.tape.venues[venue, "BTC"], live.clock.now
    name = symbol(venue)

    async def question(exchange: Any) -> tuple[list[Any], list[Any], list[Any]]:
        await exchange.load_markets()
        kinds = {"candles": (exchange.watch_ohlcv, name, "5m"), "trades": (exchange.watch_trades, name)}
        if exchange.has["watchLiquidations"]:
            kinds["liquidations"] = (exchange.watch_liquidations, name)
        tasks = [asyncio.ensure_future(follow(*kind)) for kind in kinds.values()]
        await until(lambda: all(channels(live, kind) == 1 for kind in kinds))
        for _ in range(72):
            live.clock.advance(STEP)
            await asyncio.sleep(0.006)
        trades = list(track.trades(start, live.clock.now))
        await until(lambda: len(exchange.trades[name]) >= len(trades))
        await until(lambda: exchange.ohlcvs[name]["5m"][-1][0] > live.clock.now - STEP)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return exchange.ohlcvs[name]["5m"], exchange.trades[name], exchange.liquidations or []

    candles, trades, liquidations = ask(live, venue, question, pro=True)
    now = live.clock.now
    shown = track.candles(STEP, now)
    first = shown["time"].tolist().index(start - MINUTE)
    columns = [shown[part][first:].tolist() for part in ("time", "open", "high", "low", "close", "volume")]
    assert list(map(list, candles)) == [list(row) for row in zip(*columns, strict=True)]
    size = 0.01 if venue == "okx" else 1
    expected = [(row["time"], row["price"], {-1: "sell", 1: "buy"}[row["side"]]) for row in track.trades(start, now)]
    assert [(one["timestamp"], one["price"], one["side"]) for one in trades] == expected
    amounts = [row["amount"] for row in track.trades(start, now)]
    assert [one["amount"] * size for one in trades] == pytest.approx(amounts)
    if LISTENING[venue]:
        happened = track.known(track.liquidation, now)
        times = [time for time in happened["time"].tolist() if time > start]
        assert stamps(venue, liquidations) == times
        assert len(times) > 3


def stamps(venue: str, liquidations: list[Any]) -> list[int]:
    """Return when the liquidations happened; OKX sends several in one, of which ccxt reads the first."""
    if venue == "okx":
        return [int(one["ts"]) for event in liquidations for one in event["info"]["details"]]
    return [event["timestamp"] for event in liquidations]


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx"])
def test_the_sides_of_liquidations_are_the_venues_own(live: VenueServer, venue: str) -> None:
    track, start = live.tape.venues[venue, "BTC"], live.clock.now

    async def question(exchange: Any) -> list[Any]:
        await exchange.load_markets()
        task = asyncio.ensure_future(follow(exchange.watch_liquidations, symbol(venue)))
        await until(lambda: channels(live, "liquidations"))
        happened = track.known(track.liquidation, start + DAY - MINUTE)["time"]
        for time in [time for time in happened.tolist() if time > start][:12]:
            live.clock.advance(time - live.clock.now)
            await asyncio.sleep(0.006)
        await until(lambda: stamps(venue, exchange.liquidations or [])[-1:] == [live.clock.now])
        task.cancel()
        infos = [event["info"] for event in exchange.liquidations]
        return [one for info in infos for one in info["details"]] if venue == "okx" else infos

    found = ask(live, venue, question, pro=True)
    events = [row for row in zip(*track.liquidation.values(), strict=True) if start < row[0] <= live.clock.now]
    for info, (_, side, price, size) in zip(found, events, strict=True):
        keys = {"binance": ("S", "z", "ap"), "bybit": ("S", "v", "p"), "okx": ("posSide", "sz", "bkPx")}[venue]
        said, amount, at = (info[key] for key in keys)
        words = {"binance": ("SELL", "BUY"), "bybit": ("Buy", "Sell"), "okx": ("long", "short")}[venue]
        right = said == words[0 if side > 0 else 1]
        contract = 0.01 if venue == "okx" else 1.0
        assert right
        assert float(amount) * contract == pytest.approx(size, rel=1e-6)
        assert float(at) == price


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("mid_frame", [False, True])
def test_a_dropped_socket_is_an_error_and_watching_again_connects(
    live: VenueServer,
    venue: str,
    mid_frame: bool,  # noqa: FBT001 - a case
) -> None:
    live.faults.inject(faults.Drop(after=3, mid_frame=mid_frame), venue=venue, kind="stream")

    async def question(exchange: Any) -> None:
        await exchange.load_markets()
        task = asyncio.ensure_future(follow(exchange.watch_ohlcv, symbol(venue), "5m"))
        await until(lambda: channels(live, "candles"))
        while not task.done():
            live.clock.advance(STEP)
            await asyncio.sleep(0.01)
        assert isinstance(task.exception(), errors("NetworkError"))
        again = asyncio.ensure_future(exchange.watch_ohlcv(symbol(venue), "5m"))
        await until(lambda: len(live.asked(venue, "stream")) == 2 and channels(live, "candles"))
        live.clock.advance(STEP)
        rows = await again
        assert rows[-1][0] <= live.clock.now

    ask(live, venue, question, pro=True)


@pytest.mark.parametrize("venue", VENUES)
def test_silence_is_no_error_of_the_socket(live: VenueServer, venue: str) -> None:
    live.faults.inject(faults.Silence(after=2), venue=venue, kind="stream")

    async def question(exchange: Any) -> None:
        await exchange.load_markets()
        task = asyncio.ensure_future(follow(exchange.watch_ohlcv, symbol(venue), "5m"))
        await until(lambda: channels(live, "candles"))
        for _ in range(8):
            live.clock.advance(STEP)
            await asyncio.sleep(0.01)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.1)
        assert live.sockets[-1].open
        assert len(exchange.ohlcvs[symbol(venue)]["5m"]) <= 3
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    ask(live, venue, question, pro=True)


@pytest.mark.parametrize("venue", VENUES)
def test_one_garbled_message_silences_the_client(live: VenueServer, venue: str) -> None:
    live.faults.inject(faults.Garbled(after=1), venue=venue, kind="stream")

    async def question(exchange: Any) -> list[Any]:
        await exchange.load_markets()
        broken: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: broken.append(context.get("exception")))
        task = asyncio.ensure_future(follow(exchange.watch_ohlcv, symbol(venue), "5m"))
        await until(lambda: channels(live, "candles"))
        for _ in range(8):
            live.clock.advance(STEP)
            await asyncio.sleep(0.01)
        # ccxt.pro stops reading and tells nobody: neither an error nor a closed socket. Only a watchdog can know.
        assert not task.done()
        assert live.sockets[-1].open
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return broken

    assert all(isinstance(one, ValueError) for one in ask(live, venue, question, pro=True))


@pytest.mark.parametrize("venue", VENUES)
def test_a_refused_socket_is_an_error(live: VenueServer, venue: str) -> None:
    live.faults.inject(faults.Status(403), venue=venue, kind="stream")

    async def question(exchange: Any) -> None:
        await exchange.load_markets()
        with pytest.raises(errors("NetworkError")):
            await exchange.watch_trades(symbol(venue))

    ask(live, venue, question, pro=True)
    assert [one.status for one in live.asked(venue, "stream")] == [403]


@pytest.mark.slow
def test_a_running_clock_plays_by_itself(tape: MarketTape) -> None:
    with VenueServer(tape, now=tape.start + HOUR, speed=7_200) as server:

        async def question(exchange: Any) -> int:
            await exchange.load_markets()
            rows = await exchange.watch_ohlcv(symbol("okx"), "5m")
            opened = rows[-1][0]
            while rows[-1][0] < opened + 2 * HOUR:
                rows = await exchange.watch_ohlcv(symbol("okx"), "5m")
            return len(exchange.ohlcvs[symbol("okx")]["5m"])

        assert ask(server, "okx", question, pro=True) >= 24
