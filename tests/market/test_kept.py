"""Through the store: nothing is lost to faults, nothing kept is asked for again, an interruption costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget.errors import SourceError
from liqwidget.market import exchange
from liqwidget.market.exchange import fetch_history
from liqwidget.market.kept import fetch_kept
from liqwidget.market.store import Store
from tests.exchanges import faults
from tests.exchanges.clients import _rewritten, only_loopback
from tests.exchanges.market_tape import sample_tape
from tests.exchanges.server import ExchangeServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from liqwidget.market.history import History

VENUES = ("binance", "bybit", "okx", "hyperliquid")
DAYS = 3


@pytest.fixture
def server() -> Iterator[ExchangeServer]:
    # Noon: the last day is unfinished.
    tape = sample_tape()
    with only_loopback() as refused, ExchangeServer(tape, now=tape.end - 43_200_000) as running:
        yield running
        exchange.close()
    assert not refused


def read(server: ExchangeServer, venue: str, reader: Callable[..., History], **options: Any) -> History:
    now = pd.Timestamp(server.clock.now, unit="ms", tz="UTC")
    return reader(
        venue, "BTC", "5m", now - pd.Timedelta(days=DAYS), clock=lambda: now.value, paced=False, first_wait=0.01,
        request_seconds=5.0, address=lambda name, url: str(_rewritten(url, server.base, name)), **options,
    )  # fmt: skip


def at(folder: Path, server: ExchangeServer) -> Store:
    return Store(folder, now=lambda: server.clock.now * 1_000_000)


def same(found: History, clean: History) -> None:
    assert found.frames.keys() == clean.frames.keys()
    for kind, frame in clean.frames.items():
        got = found.frames[kind]
        order = [name for name in ("time", "side", "price", "size") if name in frame.columns]
        if order:
            frame, got = (part.sort_values(order, ignore_index=True) for part in (frame, got))  # noqa: PLW2901
        pd.testing.assert_frame_equal(got[list(frame.columns)], frame, check_freq=False, check_index_type=False)


@pytest.mark.parametrize("venue", VENUES)
def test_a_kept_history_is_the_clean_one_and_little_is_asked_for_again(
    server: ExchangeServer, venue: str, tmp_path: Path
) -> None:
    clean = read(server, venue, fetch_history)
    store, start = at(tmp_path, server), len(server.served)
    first = read(server, venue, fetch_kept, store=store)
    between = len(server.served)
    again = read(server, venue, fetch_kept, store=store)
    same(first, clean)
    same(again, clean)
    assert len(server.served) - between < between - start
    # The unfinished day, from its last row of each kind.
    starts = [one.question.start for one in server.served[between:] if one.question and one.question.start]
    assert min(starts, default=server.clock.now) >= server.clock.now - 43_200_000


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("seed", [1, 3])
def test_a_storm_costs_nothing(server: ExchangeServer, venue: str, seed: int, tmp_path: Path) -> None:
    clean = read(server, venue, fetch_history)
    server.faults.storm(seed, venue, share=0.3)
    store = at(tmp_path, server)
    for _ in range(4):
        try:
            read(server, venue, fetch_kept, store=store)
        except SourceError:
            continue
    server.faults.clear()
    same(read(server, venue, fetch_kept, store=store), clean)


def test_an_interrupted_reading_goes_on_where_it_was(server: ExchangeServer, tmp_path: Path) -> None:
    store, calls = at(tmp_path, server), list[pd.Timestamp]()

    def interrupted(*arguments: Any, **options: Any) -> History:
        calls.append(pd.Timestamp(arguments[3]))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return fetch_history(*arguments, **options)

    with pytest.raises(KeyboardInterrupt):
        read(server, "okx", fetch_kept, store=store, fetch=interrupted)
    kept = store.list().set_index("kind")["rows"]
    assert kept["candles"] >= 12
    same(read(server, "okx", fetch_kept, store=store), read(server, "okx", fetch_history))


def test_a_store_that_cannot_be_written_is_done_without(
    server: ExchangeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    store = at(tmp_path, server)
    monkeypatch.setattr(store, "write", full)
    same(read(server, "okx", fetch_kept, store=store), read(server, "okx", fetch_history))


def test_a_venue_that_refuses_is_an_error_and_leaves_nothing(server: ExchangeServer, tmp_path: Path) -> None:
    server.faults.inject(faults.Status(451), venue="okx", times=None)
    with pytest.raises(SourceError, match="okx"):
        read(server, "okx", fetch_kept, store=at(tmp_path, server))
    assert at(tmp_path, server).list().empty
