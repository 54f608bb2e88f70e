"""Through the store: nothing is lost to faults, nothing kept is asked for again, an interruption costs nothing."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from tqdm.auto import tqdm

import liqwidget
from liqwidget.domain.time import DAY
from liqwidget.errors import SourceError
from liqwidget.estimate.estimator import estimate
from liqwidget.market import download
from liqwidget.market.fetch import fetch_history, request_history
from liqwidget.market.store import files as store_files
from liqwidget.market.store.days import Store
from liqwidget.market.store.keeper import put
from liqwidget.market.venue import worker
from tests.answers import gathered
from tests.venues import faults
from tests.venues.clients import _rewritten, only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer
from tests.waiting import PATIENCE_S, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from liqwidget.market.history import History

DAYS = 3
BTC = ("okx", "BTC/USDT:USDT", "candles", "5m")


@pytest.fixture
def server() -> Iterator[VenueServer]:
    # Noon and a half candle: the last day is unfinished, and so is the last candle.
    tape = sample_tape()
    with only_loopback() as refused, VenueServer(tape, now=tape.end - 43_200_000 + 150_000) as running:
        yield running
        worker.close()
    assert not refused


def options(server: VenueServer) -> dict[str, Any]:
    return {
        "clock": lambda: server.clock.now * 1_000_000, "paced": False, "first_wait": 0.01, "request_seconds": 30.0,
        "address": lambda name, url: str(_rewritten(url, server.base, name)),
    }  # fmt: skip


def since(server: VenueServer) -> pd.Timestamp:
    return pd.Timestamp(server.clock.now // 300_000 * 300_000, unit="ms", tz="UTC") - pd.Timedelta(days=DAYS)


def kept(server: VenueServer, venue: str, **more: Any) -> History:
    request = request_history(venue, "BTC", "5m", since(server), keep=True, **(options(server) | more))
    try:
        return request.future.result(PATIENCE_S)
    finally:
        worker.worker().files.submit(lambda: None).result(PATIENCE_S)


def clean(server: VenueServer, venue: str) -> History:
    return fetch_history(venue, "BTC", "5m", since(server), **options(server))


def same(found: History, expected: History) -> None:
    assert found.frames.keys() == expected.frames.keys()
    for kind, frame in expected.frames.items():
        got = found.frames[kind]
        order = [name for name in ("time", "side", "price", "size") if name in frame.columns]
        if order:
            frame, got = (part.sort_values(order, ignore_index=True) for part in (frame, got))  # noqa: PLW2901
        pd.testing.assert_frame_equal(got[list(frame.columns)], frame, check_freq=False, check_index_type=False)


def asked_from(server: VenueServer, start: int, kind: str | None = None) -> list[int]:
    """Return from when each question since the n-th asked [ms]."""
    asked = [one.question for one in server.served[start:] if one.question is not None]
    return [question.start for question in asked if question.start and kind in {None, question.kind}]


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["okx", "binance"])
def test_a_wrong_row_costs_no_map_and_is_mended_in_the_store_once_the_venue_has_mended_it(
    server: VenueServer, venue: str
) -> None:
    expected = clean(server, venue)
    wrong = since(server) + pd.Timedelta("30h")
    for kind in ("interest_history", "candles"):
        server.faults.inject(faults.Wrong(wrong.value // 1_000_000), venue=venue, kind=kind, times=None)
    found = kept(server, venue)
    interest = found.frames["open_interest"]["open_interest"]
    assert interest[wrong] == pytest.approx(30 * expected.frames["open_interest"]["open_interest"][wrong])
    part = estimate(found.market()).venues[0]
    assert part.open_interest.max() < 1.01 * estimate(expected.market()).venues[0].open_interest.max()
    assert "outliers of open interest held back in 1 candles" in part.notes[-1]
    server.faults.clear()
    worker.close()
    same(kept(server, venue), expected)


# ---------------------------------------------------------------------- what is there is not asked for again


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["binance", "okx", "hyperliquid"])
def test_a_second_reading_asks_for_the_newest_alone_and_the_ledger_is_the_same(server: VenueServer, venue: str) -> None:
    expected = clean(server, venue)
    start = len(server.served)
    same(kept(server, venue), expected)
    between = len(server.served)
    worker.close()
    again = kept(server, venue)
    same(again, expected)
    assert len(server.served) - between <= between - start
    # The unfinished day from its last settlement of funding, all else the last hour.
    assert min(asked_from(server, between), default=server.clock.now) >= server.clock.now - 43_350_000
    assert min(asked_from(server, between, "candles")) >= server.clock.now - 3_900_000
    ledgers = [estimate(part.market()) for part in (expected, again)]
    np.testing.assert_array_equal(ledgers[0].venues[0].log_survival, ledgers[1].venues[0].log_survival)
    assert ledgers[0].venues[0].opened.tobytes() == ledgers[1].venues[0].opened.tobytes()


def test_only_what_is_over_is_kept(server: VenueServer) -> None:
    found = kept(server, "okx")
    last = Store().read(*BTC).index[-1]
    assert found.frames["candles"].index[-1] == last + pd.Timedelta("5min")
    assert last.value + 300_000_000_000 <= server.clock.now * 1_000_000


def test_a_gap_in_the_middle_is_all_that_is_asked_for(server: VenueServer) -> None:
    expected = kept(server, "okx")
    day = since(server).ceil("D")
    assert liqwidget.store.prune(since=day, before=day + pd.Timedelta("1D"), kind="candles") == 1
    start = len(server.served)
    same(kept(server, "okx"), expected)
    asked = asked_from(server, start, "candles")
    first = day.value // 1_000_000
    assert sum(first <= time < first + 86_400_000 for time in asked) == len(asked) - 1


@pytest.mark.slow
def test_values_that_were_wrong_within_the_hour_are_replaced_and_later_ones_on_request(server: VenueServer) -> None:
    expected = kept(server, "okx")
    server.faults.inject(faults.Revised(), venue="okx", kind="candles")
    revised = kept(server, "okx").frames["candles"]["volume"].to_numpy() != expected.frames["candles"]["volume"]
    assert np.flatnonzero(revised).tolist() == [len(revised) - 3, len(revised) - 2, len(revised) - 1]
    same(kept(server, "okx"), expected)
    wrong = expected.frames["candles"].iloc[100:101] * 1.5
    Store().write(*BTC, wrong)
    assert kept(server, "okx").frames["candles"]["close"].iloc[100] == wrong["close"].iloc[0]
    same(kept(server, "okx", refresh=True), expected)
    same(kept(server, "okx"), expected)


@pytest.mark.slow
def test_a_damaged_file_is_told_and_fetched_again(server: VenueServer) -> None:
    expected = kept(server, "okx")
    path = sorted(Store().root.rglob("candles/5m/*.parquet"))[1]
    path.write_bytes(path.read_bytes()[:500])
    again = kept(server, "okx")
    same(again, expected)
    assert any("could not be read" in note and "set aside as" in note for note in again.notes)
    same(kept(server, "okx"), expected)
    assert path.exists()


# ---------------------------------------------------------------------- faults


@pytest.mark.slow
@pytest.mark.parametrize(("venue", "seed"), [("binance", 1), ("okx", 3)])
def test_a_storm_costs_nothing(server: VenueServer, venue: str, seed: int) -> None:
    expected = clean(server, venue)
    server.faults.storm(seed, venue, share=0.3)
    for _ in range(4):
        try:
            kept(server, venue)
        except SourceError:
            continue
    server.faults.clear()
    same(kept(server, venue), expected)


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["binance", "bybit"])
def test_open_interest_that_is_missing_is_asked_for_again_or_told(server: VenueServer, venue: str) -> None:
    expected = clean(server, venue)
    assert not any("open interest are missing" in note for note in expected.notes)
    server.faults.inject(faults.Missing(every=900_000), venue=venue, kind="interest_history")
    same(clean(server, venue), expected)
    server.faults.inject(faults.Missing(every=3_600_000), venue=venue, kind="interest_history", times=None)
    lacking = kept(server, venue)
    count = len(expected.frames["open_interest"]) - len(lacking.frames["open_interest"])
    # At the ends nobody can know; of bybit the present value is an hour's, which is missing too.
    told = [note for note in lacking.notes if "values of open interest are missing" in note]
    assert told in [[f"{venue}: {count - end} values of open interest are missing"] for end in range(3)]
    server.faults.clear()
    same(kept(server, venue), expected)


def test_a_venue_that_refuses_is_an_error_and_leaves_nothing(server: VenueServer) -> None:
    server.faults.inject(faults.Status(451), venue="okx", times=None)
    with pytest.raises(SourceError, match="okx"):
        kept(server, "okx")
    assert liqwidget.store.list().empty


# ---------------------------------------------------------------------- a store that cannot be used


def test_a_full_disk_costs_a_sentence(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_files, "write_day", full)
    found = kept(server, "okx")
    same(found, clean(server, "okx"))
    told = [note for note in found.notes if "the store cannot be used (No space left on device" in note]
    assert len(told) == 1
    assert told[0].startswith("okx: nothing is kept on this machine")
    assert told[0].endswith("; LIQWIDGET_HOME names another folder)")


def test_a_folder_that_is_none_costs_a_sentence(
    server: VenueServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "file"
    home.write_text("no folder")
    monkeypatch.setenv("LIQWIDGET_HOME", str(home))
    found = kept(server, "okx")
    same(found, clean(server, "okx"))
    assert any("the store cannot be used (Not a directory" in note for note in found.notes)
    assert home.read_text() == "no folder"


# ---------------------------------------------------------------------- for scripts


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt, as in a terminal: who runs the suite in the background hands it down as ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_reading_goes_on_where_it_was(server: VenueServer) -> None:
    server.faults.inject(faults.Hang(), venue="okx", kind="candles", after=6, times=None)
    given = options(server) | {"request_seconds": 60.0}

    main = threading.main_thread().ident or 0

    def interrupt() -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and not len(Store().read(*BTC)) >= 200:
            time.sleep(0.02)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        liqwidget.history("okx", "BTC", "5m", since(server), **given)
    thread.join()
    worker.close()
    rows, start = len(Store().read(*BTC)), len(server.served)
    assert rows >= 200
    server.faults.clear()
    market = liqwidget.history("okx", "BTC", "5m", since(server), **given)
    expected = clean(server, "okx").market()
    for name in ("time", "close", "volume", "interest", "interest_time", "funding_rate"):
        np.testing.assert_array_equal(getattr(market, name), getattr(expected, name))
    # Nine pages are the whole, which the clean reading asked for as well.
    assert len(asked_from(server, start, "candles")) - 9 <= 9 - rows // 100 + 2


@pytest.mark.slow
def test_a_long_reading_shows_a_bar_and_a_quiet_one_does_not(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "BAR_SECONDS", 0.0)
    server.faults.inject(faults.Slow(0.4), venue="okx", kind="candles", times=4)
    liqwidget.history("okx", since=since(server), progress=False, **options(server))
    assert capsys.readouterr().err == ""
    liqwidget.store.prune(venue="okx")
    server.faults.inject(faults.Slow(0.4), venue="okx", kind="candles", times=4)
    liqwidget.history("okx", since=since(server), **options(server))
    assert "okx:" in capsys.readouterr().err


@pytest.mark.slow
def test_a_bar_waits_for_no_lock_that_an_interrupt_left_held(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "BAR_SECONDS", 0.0)
    server.faults.inject(faults.Slow(0.4), venue="okx", kind="candles", times=4)
    arguments = {"since": since(server), **options(server)}
    reading = threading.Thread(target=lambda: liqwidget.history("okx", **arguments), daemon=True)
    with tqdm.get_lock():
        reading.start()
        eventually(lambda: not reading.is_alive())
    assert "okx:" in capsys.readouterr().err


def test_a_duration_is_counted_back_from_the_end(server: VenueServer) -> None:
    until = since(server) + pd.Timedelta("2D")
    market = liqwidget.history("okx", since="1d", until=until, **options(server))
    assert market.close_time[-1] - market.time[0] == DAY
    start = len(server.served)
    liqwidget.history("okx", since="1d", until=until, **options(server))
    assert not asked_from(server, start, "candles")


# ---------------------------------------------------------------------- what came live


def test_what_came_live_is_kept_when_it_is_over() -> None:
    gathering = gathered("binance", 50)
    gathering.asked_at -= 150_000_000_000
    assert put(gathering.history()) is None
    listed = liqwidget.store.list()
    # Open interest is what the venue lists itself.
    assert listed[["kind", "rows"]].to_numpy().tolist() == [["candles", 49]]
    assert put(gathered("hyperliquid", 50).history()) is None
    assert liqwidget.store.list(venue="hyperliquid")["kind"].tolist() == ["candles", "open_interest"]


def test_keeping_what_came_live_never_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIQWIDGET_HOME", str(tmp_path / "file"))
    told = put(gathered("binance", 50).history())
    assert told is not None
    assert "the store cannot be used" in told
