"""Law 7: read(write(x)) = x; writing twice changes nothing; a killed writer leaves the old or the new file."""

from __future__ import annotations

import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.time import DAY, MINUTE, time_ns
from liqwidget.errors import DataError
from liqwidget.market.simulated.sample import VenueSample, sample_market
from liqwidget.market.store import files as store_files
from liqwidget.market.store.days import Store, StoreWarning, cut, union, without

NOW = time_ns("2026-03-01 12:00")
START = time_ns("2026-01-28")
STEP = 5 * MINUTE
SERIES = ("binance", "BTC/USDT:USDT", "candles", "5m")

ROOT = Path(__file__).resolve().parents[2]


def at(folder: Path | str, now: int = NOW) -> Store:
    return Store(folder, now=lambda: now)


def candles(first: int, count: int, close: float = 100.0) -> pd.DataFrame:
    index = pd.DatetimeIndex(np.arange(first, first + count * STEP, STEP).astype("datetime64[ns]"), tz="UTC")
    values = {name: np.full(count, close) for name in ("open", "high", "low", "close")}
    return pd.DataFrame({**values, "volume": np.arange(count, dtype=float)}, index=index.rename("time"))


def stamps(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


@pytest.fixture(scope="module")
def published() -> VenueSample:
    return sample_market("BTC", days=3).venues["okx"]


@pytest.mark.parametrize(
    ("kind", "timeframe"), [("candles", "5m"), ("open_interest", "5m"), ("funding", None), ("liquidations", None)]
)
def test_what_is_written_is_read(tmp_path: Path, published: VenueSample, kind: str, timeframe: str | None) -> None:
    frame = getattr(published, kind)
    store = at(tmp_path)
    store.write("okx", "BTC/USDT:USDT", kind, timeframe, frame)
    read = store.read("okx", "BTC/USDT:USDT", kind, timeframe)
    pd.testing.assert_frame_equal(read, frame, check_freq=False)


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_any_pieces_in_any_order_are_the_whole(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 700))
    whole = candles(START - 100 * STEP, count)
    cuts = sorted({0, count, *data.draw(st.lists(st.integers(0, count), max_size=5))})
    pieces = data.draw(st.permutations(list(pairwise(cuts))))
    with tempfile.TemporaryDirectory() as folder:
        store = at(folder)
        for low, high in pieces:
            # Pieces overlap by a few rows, as pages of an exchange do.
            store.write(*SERIES, whole.iloc[max(low - 3, 0) : high])
        pd.testing.assert_frame_equal(store.read(*SERIES), whole, check_freq=False)
        end = whole.index[-1] + pd.Timedelta("5min")
        assert store.missing(*SERIES, whole.index[0], end) == []


@settings(deadline=None, max_examples=25)
@given(
    spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))), low=st.integers(0, 60), high=st.integers(0, 60)
)
def test_known_and_missing_make_the_whole(spans: list[tuple[int, int]], low: int, high: int) -> None:
    known = union(spans)
    there = {number for start, end in spans for number in range(start, end)}
    assert {number for start, end in known for number in range(start, end)} == there
    inside = {number for start, end in cut(known, low, high) for number in range(start, end)}
    gaps = {number for start, end in without(low, high, known) for number in range(start, end)}
    assert inside == there & set(range(low, high))
    assert gaps == set(range(low, high)) - there


def test_writing_twice_changes_nothing(tmp_path: Path, published: VenueSample) -> None:
    store, rounds = at(tmp_path), []
    for _ in range(2):
        store.write(*SERIES, published.candles)
        store.write("okx", "BTC", "liquidations", None, published.liquidations, covered=[("2026-01-28", "2026-01-31")])
        rounds.append({path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*.parquet")})
    assert rounds[0] == rounds[1]
    assert len(rounds[0]) == 6


def test_only_gaps_are_missing(tmp_path: Path) -> None:
    store = at(tmp_path)
    assert store.missing(*SERIES, "2026-01-28", "2026-01-30") == [(stamps("2026-01-28"), stamps("2026-01-30"))]
    store.write(*SERIES, candles(START, 10))
    store.write(*SERIES, candles(START + 20 * STEP, 10))
    assert store.missing(*SERIES, "2026-01-28", "2026-01-28 03:00") == [
        (stamps("2026-01-28 00:50"), stamps("2026-01-28 01:40")),
        (stamps("2026-01-28 02:30"), stamps("2026-01-28 03:00")),
    ]
    store.write(*SERIES, candles(START, 0), covered=[("2026-01-28", "2026-01-28 03:00")])
    assert store.missing(*SERIES, "2026-01-28", "2026-01-28 03:00") == []
    assert len(store.read(*SERIES)) == 20


def test_the_unfinished_day_is_fetched_again_from_its_last_row(tmp_path: Path) -> None:
    today = NOW // DAY * DAY
    store = at(tmp_path)
    store.write(
        *SERIES, candles(today - 5 * STEP, 100), covered=[(pd.Timestamp(today - 5 * STEP, tz="UTC"), "2026-03-02")]
    )
    assert store.missing(*SERIES, "2026-03-01", "2026-03-01 12:00") == [
        (stamps("2026-03-01 07:50"), stamps("2026-03-01 12:00"))
    ]
    later = at(tmp_path, now=NOW + DAY)
    assert later.missing(*SERIES, "2026-03-01", "2026-03-01 12:00") == store.missing(
        *SERIES, "2026-03-01", "2026-03-01 12:00"
    )
    later.write(*SERIES, candles(today + 94 * STEP, 50, close=7.0))
    assert later.missing(*SERIES, "2026-03-01", "2026-03-01 12:00") == []
    assert later.read(*SERIES, "2026-03-01 07:45", "2026-03-01 07:55")["close"].tolist() == [100.0, 7.0]


def test_what_is_younger_than_an_hour_is_kept_but_asked_for_again(tmp_path: Path) -> None:
    store, first = at(tmp_path), NOW - 24 * STEP
    store.write(*SERIES, candles(first, 24))
    assert store.missing(*SERIES, stamps("2026-03-01 10:00"), stamps("2026-03-01 12:00")) == [
        (stamps("2026-03-01 11:00"), stamps("2026-03-01 12:00"))
    ]
    store.write(*SERIES, candles(NOW - 2 * STEP, 2, close=50.0))
    assert store.read(*SERIES)["close"].tolist() == [100.0] * 22 + [50.0] * 2


def test_events_are_known_only_where_they_were_asked_for(tmp_path: Path, published: VenueSample) -> None:
    store, series = at(tmp_path), ("okx", "BTC", "liquidations", None)
    store.write(*series, published.liquidations)
    assert len(store.missing(*series, "2026-01-28", "2026-01-31")) == 1
    store.write(*series, published.liquidations.iloc[:0], covered=[("2026-01-28", "2026-01-31")])
    assert store.missing(*series, "2026-01-28", "2026-01-31") == []
    assert len(store.read(*series)) == len(published.liquidations)


def test_a_row_that_the_venue_revised_is_replaced_and_keeps_what_the_new_one_lacks(tmp_path: Path) -> None:
    store, old = at(tmp_path), candles(START, 5)
    store.write(*SERIES, old.assign(taker_buy_volume=0.5))
    store.write(*SERIES, candles(START + 2 * STEP, 1, close=99.0))
    read = store.read(*SERIES)
    assert read["close"].tolist() == [100, 100, 99, 100, 100]
    assert read["taker_buy_volume"].tolist() == [0.5] * 5


def test_ratios_are_kept_too(tmp_path: Path) -> None:
    store, series = at(tmp_path), ("okx", "BTC", "long_short", None)
    frame = pd.DataFrame({"long_short_ratio": [1.5, 2.0]}, index=candles(START, 2).index)
    store.write(*series, frame, covered=[("2026-01-28", "2026-01-29")])
    pd.testing.assert_frame_equal(store.read(*series), frame, check_freq=False)
    assert store.missing(*series, "2026-01-27", "2026-01-29") == [(stamps("2026-01-27"), stamps("2026-01-28"))]


def test_equal_events_are_counted(tmp_path: Path) -> None:
    time = pd.DatetimeIndex([stamps("2026-01-28 01:00")] * 2)
    twice = pd.DataFrame({"time": time, "side": "long", "price": 100.0, "size": 5.0})
    store, series = at(tmp_path), ("okx", "BTC", "liquidations", None)
    for frame in (twice, twice.iloc[:1], twice):
        store.write(*series, frame)
    assert len(store.read(*series)) == 2


@pytest.mark.parametrize("harm", ["cut", "empty", "text", "columns", "times", "spans", "note"])
def test_a_broken_file_is_set_aside_and_fetched_again(tmp_path: Path, harm: str) -> None:
    store = at(tmp_path)
    store.write(*SERIES, candles(START, 600))
    path = sorted(tmp_path.rglob("*.parquet"))[1]
    whole = path.read_bytes()
    match harm:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("PAR1 not at all PAR1")
        case "columns":
            candles(START + DAY, 3).assign(evil=1.0).to_parquet(path)
        case "note":
            candles(START + DAY, 3).reset_index().to_parquet(path)
        case "times":
            path.write_bytes(min(tmp_path.rglob("*.parquet")).read_bytes())
        case "spans":
            day = store_files.Day({"time": np.empty(0, np.int64)}, [(START - DAY, START)])
            store_files.write_day(path, day)
    with pytest.warns(StoreWarning, match=r"set aside as 2026-01-29.parquet.corrupt-1"):
        read = store.read(*SERIES)
    assert len(read) == 600 - 288
    assert not path.exists()
    assert store.missing(*SERIES, "2026-01-28", "2026-01-30") == [(stamps("2026-01-29"), stamps("2026-01-30"))]
    store.write(*SERIES, candles(START, 600))
    assert path.read_bytes() == whole
    path.write_bytes(b"again")
    with pytest.warns(StoreWarning, match="corrupt-2"):
        store.write(*SERIES, candles(START, 600))


class Evil(pa.ExtensionType):  # type: ignore[misc]
    """A type that a file names, and that Arrow would make when it reads the file."""

    made: ClassVar[list[bytes]] = []

    def __init__(self) -> None:
        super().__init__(pa.float64(), "liqwidget.evil")

    def __arrow_ext_serialize__(self) -> bytes:
        return b"code"

    @classmethod
    def __arrow_ext_deserialize__(cls, _storage: Any, serialized: bytes) -> Evil:
        cls.made.append(serialized)
        return cls()


def test_types_that_a_file_names_are_never_made(tmp_path: Path) -> None:
    store = at(tmp_path)
    store.write(*SERIES, candles(START, 3))
    (path,) = tmp_path.rglob("*.parquet")
    note = pq.read_metadata(path).metadata
    table = pq.read_table(path)
    evil = pa.ExtensionArray.from_storage(Evil(), table["open"].combine_chunks())
    table = table.set_column(1, "open", evil).replace_schema_metadata({**note, b"pandas": b"{}"})
    pa.register_extension_type(Evil())
    try:
        pq.write_table(table, path)
        Evil.made.clear()
        with pytest.warns(StoreWarning, match="written by another program"):
            assert store.read(*SERIES).empty
        assert Evil.made == []
        pq.read_table(tmp_path / f"{path}.corrupt-1")
        assert Evil.made, "Expected the trap to work on who reads it in the usual way"
    finally:
        pa.unregister_extension_type("liqwidget.evil")


@settings(deadline=None, max_examples=25)
@given(venue=st.text(max_size=45), symbol=st.text(max_size=45))
def test_no_name_leads_out_of_the_store(venue: str, symbol: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "store")
        store = at(root)
        try:
            store.write(venue, symbol, "candles", "5m", candles(START, 2))
        except DataError:
            assert not root.exists()
            return
        (path,) = root.rglob("*.parquet")
        assert [part.name for part in Path(folder).iterdir()] == ["store"]
        assert len(path.relative_to(root).parts) == 5
        ((_, names),) = store.series()
        assert (names["venue"], names["symbol"]) == (venue, symbol)


@pytest.mark.parametrize("name", ["..", "../..", "/etc", "a/../b", "C:\\x", "a\0b", "", "%2E%2E", "x" * 41, 5])
def test_hostile_names_stay_inside_or_are_refused(tmp_path: Path, name: str) -> None:
    store = at(tmp_path / "store")
    for venue, symbol in ((name, "BTC"), ("okx", name)):
        try:
            store.write(venue, symbol, "candles", "5m", candles(START, 2))
        except DataError:
            continue
    outside = [
        path for path in tmp_path.rglob("*") if path.is_file() and "store" not in path.relative_to(tmp_path).parts
    ]
    assert not outside


def test_names_differ_where_file_systems_ignore_case() -> None:
    parts = {store_files.encoded(name, "a symbol", upper=True).lower() for name in ("kPEPE", "KPEPE", "KPEPe")}
    assert len(parts) == 3


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    store, frame = at(tmp_path), candles(START, 2)
    with pytest.raises(DataError, match="Expected kind as one of"):
        store.read("okx", "BTC", "books", None)
    with pytest.raises(DataError, match="Expected a timeframe"):
        store.read("okx", "BTC", "candles", None)
    with pytest.raises(DataError, match="Expected no timeframe"):
        store.read("okx", "BTC", "funding", "8h")
    with pytest.raises(DataError, match="Expected start at or before end"):
        store.missing(*SERIES, "2026-01-29", "2026-01-28")
    with pytest.raises(DataError, match="Expected columns among"):
        store.write(*SERIES, frame.assign(evil=1))
    with pytest.raises(DataError, match="was naive"):
        store.write(*SERIES, frame.tz_localize(None))
    with pytest.raises(DataError, match="'long' or 'short'"):
        store.write(
            "okx", "BTC", "liquidations", None, frame.assign(side="x", price=1.0, size=1.0)[["side", "price", "size"]]
        )


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIQWIDGET_HOME", str(tmp_path))
    assert Store().root == tmp_path / "store"
    monkeypatch.delenv("LIQWIDGET_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if sys.platform == "linux":
        assert Store().root == tmp_path / "cache" / "liqwidget" / "store"
