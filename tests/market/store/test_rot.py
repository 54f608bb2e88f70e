"""The store finds rot: what is not what was written is set aside, what the system cannot read now is left alone."""

from __future__ import annotations

import errno
import os
import random
import resource
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import liqwidget
from liqwidget.domain.time import DAY
from liqwidget.errors import DataError
from liqwidget.market.store import files as store_files
from liqwidget.market.store import parquet
from liqwidget.market.store.contracts import known_contract, remember
from liqwidget.market.store.days import Store, StoreWarning
from liqwidget.market.store.parquet import encoded_day
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import VENUES
from tests.answers import instrument
from tests.market.store.test_days import SERIES, START, STEP, at, candles
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Series = tuple[str, str, str, str | None]
FLIPS = 60
SOAK_FLIPS = 600
INTEREST: Series = ("hyperliquid", "BTC/USDC:USDC", "open_interest", "5m")
EVENTS: Series = ("okx", "BTC", "liquidations", None)


def varied(count: int = 288) -> pd.DataFrame:
    """Return candles whose every value is its own."""
    draw = np.random.default_rng(7)
    close = 100 + draw.normal(0, 1, count).cumsum() * 0.1
    frame = candles(START, count)
    return frame.assign(open=close, high=close + draw.random(count), low=close - draw.random(count), close=close)


def series_file(folder: Path, *series: Any) -> Path:
    found: list[Path] = list((folder / series[0]).rglob("*.parquet"))
    assert len(found) == 1
    return found[0]


def events(count: int = 50) -> pd.DataFrame:
    times = pd.DatetimeIndex(np.arange(START, START + count * STEP, STEP).astype("datetime64[ns]"), tz="UTC")
    return pd.DataFrame({"time": times, "side": ["long", "short"] * (count // 2), "price": 100.0, "size": 5.0})


def flipped(folder: Path, flips: int, seed: int) -> dict[str, int]:
    """Flip single bits of files of each kind, and count what reading them gives."""
    store, draw = at(folder), random.Random(seed)  # noqa: S311 - no secret
    index = varied().index
    written: dict[Series, pd.DataFrame] = {
        SERIES: varied(),
        INTEREST: pd.DataFrame({"open_interest": np.linspace(1e3, 2e3, 288)}, index=index),
        EVENTS: events(),
        ("okx", "ETH", "funding", None): pd.DataFrame({"funding_rate": np.linspace(-1e-4, 1e-4, 24)}, index=index[:24]),
    }
    counts = {"found": 0, "harmless": 0, "silent": 0}
    for series, frame in written.items():
        store.write(*series, frame, covered=[("2026-01-28", "2026-01-29")])
    for number in range(flips):
        series = list(written)[number % len(written)]
        path = series_file(folder / series[0], series[1].replace("/", "%2F").replace(":", "%3A"))
        whole, before = path.read_bytes(), store.recall(*series, "2026-01-28", "2026-01-30")
        bit = draw.randrange(len(whole) * 8)
        path.write_bytes(whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :])
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            frame, missing = store.recall(*series, "2026-01-28", "2026-01-30")
        found = any(path.name in str(one.message) for one in told)
        same = frame.equals(before[0]) and missing == before[1]
        counts["found" if found else "harmless" if same else "silent"] += 1
        path.write_bytes(whole)
    return counts


def test_no_flipped_bit_gives_other_rows_in_silence(tmp_path: Path) -> None:
    counts = flipped(tmp_path, FLIPS, 1)
    assert counts["silent"] == 0
    assert counts["found"] == FLIPS
    assert len(list(tmp_path.rglob("*.corrupt-*"))) <= 4 * store_files.KEPT_ASIDE


@pytest.mark.soak
def test_none_of_many_flipped_bits_gives_other_rows_in_silence(tmp_path: Path) -> None:
    assert flipped(tmp_path, SOAK_FLIPS, 2) == {"found": SOAK_FLIPS, "harmless": 0, "silent": 0}


def test_pages_have_checksums_that_others_verify(tmp_path: Path) -> None:
    at(tmp_path).write(*SERIES, varied())
    path = series_file(tmp_path, "binance")
    expected = pq.read_table(path, page_checksum_verification=True)
    assert expected.num_rows == 288
    whole, places = path.read_bytes(), pq.read_metadata(path).row_group(0)
    middle = places.column(4).data_page_offset + 200
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :])
    with pytest.raises(OSError, match=r"(?i)crc|checksum"):
        pq.read_table(path, page_checksum_verification=True)


# ---------------------------------------------------------------------- values that cannot be


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a file as another program would that knows our format: whole, with its seal."""
    columns, covered = parquet.decoded_day(path.read_bytes(), store_files.KINDS[path.parts[-3]].columns)
    change(columns)
    path.write_bytes(encoded_day(columns, covered))


def replaced(name: str, value: float) -> Callable[[dict[str, Any]], None]:
    def change(columns: dict[str, Any]) -> None:
        columns[name] = columns[name].copy()
        columns[name][3] = value

    return change


@pytest.mark.parametrize(
    ("series", "change"),
    [
        (SERIES, replaced("high", 1.0)), (SERIES, replaced("low", 1e6)), (SERIES, replaced("close", -1.0)),
        (SERIES, replaced("open", np.inf)), (SERIES, replaced("close", np.nan)), (SERIES, replaced("volume", -2.0)),
        (SERIES, replaced("volume", np.inf)), (SERIES, replaced("time", START + 3 * STEP + 1)),
        (SERIES, replaced("time", START + 2 * STEP)), (INTEREST, replaced("open_interest", -1.0)),
        (INTEREST, replaced("open_interest", np.inf)), (EVENTS, replaced("size", -5.0)),
        (EVENTS, replaced("price", np.nan)),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_set_aside(
    tmp_path: Path, series: Series, change: Callable[[dict[str, Any]], None]
) -> None:
    store, index = at(tmp_path), varied().index
    frame = {
        SERIES: varied(), EVENTS: events(), INTEREST: pd.DataFrame({"open_interest": np.full(288, 7.0)}, index=index)
    }[series]  # fmt: skip
    store.write(*series, frame, covered=[("2026-01-28", "2026-01-29")])
    path = series_file(tmp_path, series[0])
    rewritten(path, change)
    with pytest.warns(StoreWarning, match=r"2026-01-28\.parquet could not be read \(expected .*fetched again"):
        assert store.read(*series).empty
    assert len(store.missing(*series, "2026-01-28", "2026-01-29")) == 1
    store.write(*series, frame)
    assert len(store.read(*series)) == len(frame)


@pytest.mark.parametrize("values", [{"high": 0.5}, {"close": -1.0}, {"open": np.nan}])
def test_values_that_cannot_be_are_not_written(tmp_path: Path, values: dict[str, float]) -> None:
    with pytest.raises(DataError, match="in candles, was a row at 2026-01-28"):
        at(tmp_path).write(*SERIES, varied().assign(**values))
    assert not list(tmp_path.rglob("*.parquet"))


# ---------------------------------------------------------------------- what the system cannot read now


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ENOMEM])
@pytest.mark.parametrize("series", [SERIES, INTEREST])
def test_trouble_of_the_system_is_no_rot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, series: Series
) -> None:
    store = at(tmp_path)
    frame = candles(START, 600)
    if series is INTEREST:
        frame = pd.DataFrame({"open_interest": np.full(600, 7.0)}, index=frame.index)
    store.write(*series, frame)
    names = sorted(tmp_path.rglob("*.parquet"))
    opened = os.open

    def failing(path: Any, *rest: Any, **more: Any) -> int:
        if str(path).endswith("2026-01-29.parquet"):
            raise OSError(code, os.strerror(code), str(path))
        return opened(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", failing)
        with pytest.warns(StoreWarning, match=r"2026-01-29\.parquet cannot be used now .*left as it is"):
            read = store.read(*series)
        assert len(read) == 600 - 288
        with pytest.raises(OSError, match=os.strerror(code)):
            store.write(*series, frame)
    assert sorted(tmp_path.rglob("*.parquet*")) == names
    assert len(store.read(*series)) == 600


def test_a_newer_version_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = at(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "VERSION", 9)
        store.write(*SERIES, varied())
    path = series_file(tmp_path, "binance")
    whole = path.read_bytes()
    with pytest.warns(StoreWarning, match=r"28\.parquet cannot be used now \(written by a newer version of liqwidget"):
        assert store.read(*SERIES).empty
    with pytest.warns(StoreWarning, match="newer version"):
        store.write(*SERIES, candles(START, 600))
    assert path.read_bytes() == whole
    assert len(list(path.parent.glob("*.parquet*"))) == 3
    with pytest.warns(StoreWarning, match="newer version"):
        assert len(store.read(*SERIES)) == 600 - 288


def test_the_first_version_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = at(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "VERSION", 1)
        store.write(*SERIES, varied())
    path = series_file(tmp_path, "binance")
    whole = path.read_bytes()
    seal = whole.index(b"liqwidget.seal:")
    path.write_bytes(whole[:seal] + whole[seal + 15 + 32 :])
    pd.testing.assert_frame_equal(store.read(*SERIES), varied(), check_freq=False)


def test_a_second_version_without_its_seal_is_rot(tmp_path: Path) -> None:
    store = at(tmp_path)
    store.write(*SERIES, varied())
    path = series_file(tmp_path, "binance")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"liqwidget.seal:", b"liqwidget.seaL:"))
    with pytest.warns(StoreWarning, match="no checksum"):
        assert store.read(*SERIES).empty


# ---------------------------------------------------------------------- what is no file of ours


@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("form", ["pipe", "folder", "loop", "device"])
def test_what_is_no_plain_file_holds_nothing_up(tmp_path: Path, form: str) -> None:
    store = at(tmp_path)
    store.write(*SERIES, varied())
    path = series_file(tmp_path, "binance")
    path.unlink()
    match form:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path.name)
        case "device":
            path.symlink_to("/dev/zero")
    with pytest.warns(StoreWarning, match=path.name):
        assert store.read(*SERIES).empty
    if form != "loop":
        store.write(*SERIES, varied())
        assert len(store.read(*SERIES)) == 288


def test_a_pipe_for_a_lock_or_a_contract_holds_nothing_up(tmp_path: Path) -> None:
    store = at(tmp_path)
    store.write(*SERIES, varied())
    remember(tmp_path, instrument("okx"))
    for name in (".lock", "contract.json"):
        for path in tmp_path.rglob(name):
            path.unlink()
            os.mkfifo(path)
    assert known_contract(tmp_path, parse_symbol("BTC"), VENUES["okx"]) is None
    remember(tmp_path, instrument("okx"))
    assert known_contract(tmp_path, parse_symbol("BTC"), VENUES["okx"]) == instrument("okx")
    with pytest.raises(OSError, match="no plain file"):
        store.write(*SERIES, candles(START, 288, close=5.0))


@pytest.mark.slow
def test_a_name_of_a_gigabyte_is_not_written_out(tmp_path: Path) -> None:
    store, count = at(tmp_path), 1_000_000
    store.write(*EVENTS, events())
    path = series_file(tmp_path, "okx")
    times = pa.array(np.full(count, START), pa.timestamp("ns", "UTC"))
    table = pa.table({
        "time": times, "side": pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), ["x" * 5_000]),
        "price": pa.array(np.ones(count)), "size": pa.array(np.ones(count)),
    })  # fmt: skip
    note = pq.read_metadata(path).metadata
    with pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(
            {b"liqwidget.store": note[b"liqwidget.store"].replace(b'"version":2', b'"version":1')}
        )
    del table
    assert path.stat().st_size < 50_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.warns(StoreWarning, match="other sides"):
        assert store.read(*EVENTS).empty
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 200


def test_what_was_set_aside_does_not_grow(tmp_path: Path) -> None:
    store = at(tmp_path)
    for _ in range(8):
        store.write(*SERIES, varied())
        path = series_file(tmp_path, "binance")
        path.write_bytes(b"rot")
        with pytest.warns(StoreWarning, match="set aside"):
            store.read(*SERIES)
    names = sorted(one.name for one in path.parent.glob("*.corrupt-*"))
    assert names == [f"2026-01-28.parquet.corrupt-{number}" for number in (6, 7, 8)]


def test_drafts_are_swept_and_links_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIQWIDGET_HOME", str(tmp_path / "home"))
    store = Store()
    store.write(*SERIES, varied())
    remember(store.root, instrument("binance"))
    outside = tmp_path / "outside" / "BTC" / "candles" / "5m"
    outside.mkdir(parents=True)
    (outside / "2026-01-28.parquet").write_text("mine")
    (store.root / "okx").symlink_to(tmp_path / "outside")
    folder = series_file(tmp_path, "home/store/binance").parent
    (folder / "2026-01-27.parquet").mkdir()
    old = time.time() - 2 * DAY / 1e9
    for place in (folder, folder.parent.parent):
        for name, stamp in ((".a.1.2.tmp", old), (".b.1.2.tmp", time.time())):
            (place / name).write_text("draft")
            os.utime(place / name, (stamp, stamp))
    assert liqwidget.store.prune("2099-01-01") == 1
    assert (outside / "2026-01-28.parquet").read_text() == "mine"
    assert not (outside / ".lock").exists()
    assert sorted(one.name for one in store.root.rglob("*.tmp")) == [".b.1.2.tmp", ".b.1.2.tmp"]
