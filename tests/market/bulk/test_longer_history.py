"""Years from files, the newest days from the venue: one market, which heatmaps read from the store."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import liqwidget
from liqwidget import heatmap
from liqwidget.domain.time import DAY
from liqwidget.errors import DataError
from liqwidget.market import fetch, read
from liqwidget.market.venue import worker
from tests.market.bulk.served import FileServer, rows
from tests.market.bulk.written import BINANCE, METRICS, candle_file, candle_rows, metric_rows
from tests.venues.asking import Waits
from tests.venues.clients import _rewritten, only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SINCE = pd.Timestamp("2026-01-21", tz="UTC")


@pytest.fixture
def venue() -> Iterator[VenueServer]:
    with only_loopback() as refused, VenueServer(sample_tape()) as server:
        yield server
        worker.close()
    assert not refused
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]


def filled(files: FileServer) -> None:
    """Serve candles and open interest of the week before the venue's own begin, but no open interest of one day."""
    um = f"{BINANCE}/um/daily"
    for day in pd.date_range("2026-01-21", "2026-01-26"):
        low, high = str(day.date()), str((day + pd.Timedelta("1D")).date())
        files.put(f"{um}/klines/BTCUSDT/5m/BTCUSDT-5m-{low}.zip", candle_file(candle_rows(low, high)))
        if low != "2026-01-23":
            files.put(f"{um}/metrics/BTCUSDT/BTCUSDT-metrics-{low}.zip", rows(metric_rows(low, high), METRICS))


@pytest.mark.slow
def test_what_files_told_is_read_from_the_store_without_asking_again(
    venue: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(read.ENVIRONMENT, raising=False)
    with FileServer() as files:
        filled(files)

        def address(name: str, url: str) -> str:
            host = url.split("/")[2]
            return files.address(name, url) if "vision" in host else str(_rewritten(url, venue.base, name))

        options: dict[str, Any] = {
            "address": address, "clock": lambda: venue.clock.now * 1_000_000, "first_wait": 0.01, "paced": False,
        }  # fmt: skip
        market = liqwidget.history("binance", "BTC", "5m", SINCE, files=True, progress=False, **options)
        end = venue.clock.now * 1_000_000
        assert market.close_time[0] == pd.Timestamp("2026-01-21 00:10", tz="UTC").value
        assert market.close_time[-1] > end - DAY
        assert "binance has no public files of open interest and ratios for 2026-01-23" in market.notes
        asked = venue.asked("binance", "candles")
        assert asked  # the newest days
        count, files_asked = len(asked), len(files.asked)
        here = functools.partial(fetch.request_history, **options)
        monkeypatch.setattr(fetch, "request_history", here)
        monkeypatch.setattr(fetch, "wait_for", Waits(venue))
        source = read.read("BTC", "binance", since=SINCE)
        shown = source.markets[0]
        assert shown.close_time[0] == market.close_time[0]
        np.testing.assert_array_equal(shown.close[: len(market.close)], market.close)
        assert len(files.asked) == files_asked
        newer = [one.question.start for one in venue.asked("binance", "candles")[count:] if one.question is not None]
        assert newer
        assert min(start or 0 for start in newer) * 1_000_000 > end - DAY
        assert source.arguments(market.timeframe) == 'source=["binance"], since="2026-01-21 00:00:00+00:00"'


def test_a_heatmap_reads_since_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class HeardError(Exception):
        """Ends the reading."""

    def heard(symbol: str, source: Any, timeframe: Any, **given: Any) -> None:
        raise HeardError(symbol, source, timeframe, given["since"])

    monkeypatch.setattr(heatmap, "read", heard)
    with pytest.raises(HeardError) as told:
        liqwidget.LiqHeatmap("BTC", source="binance", timeframe="1h", since="2y")
    assert told.value.args == ("BTC", "binance", "1h", "2y")


def test_own_data_are_cut_by_their_owner() -> None:
    market = liqwidget.sample_market("BTC", days=2).markets()[0]
    with pytest.raises(DataError, match="Expected since= of exchanges, was '2y' beside your own data"):
        liqwidget.LiqHeatmap("BTC", source=market, since="2y")


@pytest.mark.slow
def test_a_file_without_rows_is_a_gap_that_is_asked_for_again(files: FileServer, history: Callable[..., Any]) -> None:
    """A header, or nothing at all: the day is named, and read once the venue has mended it."""
    month = f"{BINANCE}/um/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2024-04.zip"
    files.put(month, candle_file(candle_rows("2024-04-01", "2024-04-05")))

    def day_of_metrics(day: int, part: list[str]) -> str:
        return files.put(f"{BINANCE}/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-04-0{day}.zip", rows(part, METRICS))

    for day in (1, 2, 4):
        day_of_metrics(day, metric_rows(f"2024-04-0{day}", f"2024-04-0{day + 1}"))
    place = day_of_metrics(3, [])
    given: dict[str, Any] = {"since": "2024-04-01", "until": "2024-04-05", "kinds": ("candles", "open_interest")}
    for _ in range(2):
        market = history("binance", "BTC", **given)
        assert "binance has no public files of open interest and ratios for 2024-04-03" in market.notes
        said = "BTCUSDT-metrics-2024-04-03.zip cannot be read (it has no rows)"
        assert any(said in note for note in market.notes)
    files.files[place] = b"<html>no zip</html>"
    files.files.pop(f"{place}.CHECKSUM")
    words = "BTCUSDT-metrics-2024-04-03.zip cannot be read (File is not a zip file)"
    assert any(words in note for note in history("binance", "BTC", **given).notes)
    day_of_metrics(3, metric_rows("2024-04-03", "2024-04-04"))
    assert not [note for note in history("binance", "BTC", **given).notes if "no public files of open" in note]
