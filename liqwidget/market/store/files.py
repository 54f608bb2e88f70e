"""The files of the store: one Parquet file a day, replaced whole under a lock, never trusted when read."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY, time_index
from liqwidget.domain.validation import checked_name
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

Spans = list[tuple[int, int]]
"""Half-open spans of time [ns], in order and apart."""

EVENTS = "events"
"""Folder of kinds that have no timeframe."""
SUFFIX = ".parquet"
LONGEST_NAME = 120
LOCK_SECONDS = 10.0
LARGEST_FILE = 64 * 2**20
LARGEST_NOTE = 2**20
MOST_ROWS = 1_000_000
_NOTE = b"liqwidget.store"
_DAY_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.parquet(\.corrupt-\d+)?")


class StoreWarning(UserWarning):
    """A file of the store that could not be used and was set aside."""


class BrokenFileError(Exception):
    """A day file that is not what the store writes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of data is made of.

    Parameters
    ----------
    columns : dict of str to bool
        Names, and whether they must be there.
    timed : bool
        Whether rows stand on the grid of a timeframe; events do not.
    keyed : bool
        Whether there is one row a time; otherwise equal rows are counted.
    """

    columns: dict[str, bool]
    timed: bool
    keyed: bool = True


KINDS = {
    "candles": Kind(
        {**dict.fromkeys(("open", "high", "low", "close", "volume"), True), "taker_buy_volume": False}, timed=True
    ),
    "open_interest": Kind({"open_interest": False, "open_interest_value": False}, timed=True),
    "funding": Kind({"funding_rate": True}, timed=False),
    "long_short": Kind({"long_short_ratio": True}, timed=False),
    "liquidations": Kind(dict.fromkeys(("side", "price", "size"), True), timed=False, keyed=False),
}
"""Kinds of data that the store keeps."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day: rows by `time` [ns] and the spans that were asked for."""

    columns: dict[str, npt.NDArray[Any]]
    covered: Spans

    def __len__(self) -> int:
        return len(self.columns["time"])

    def same(self, other: Day) -> bool:
        """Return whether both hold the same rows and spans, NaN equal to NaN."""
        return (
            self.covered == other.covered
            and self.columns.keys() == other.columns.keys()
            and all(_equal(column, other.columns[name]) for name, column in self.columns.items())
        )


def home() -> Path:
    """Return the user's folder: ``LIQWIDGET_HOME``, or the platform's cache folder."""
    own = os.environ.get("LIQWIDGET_HOME", "").strip()
    if own:
        return Path(own).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "liqwidget"


def encoded(name: object, what: str, *, upper: bool) -> str:
    """Return a name as one part of a path: what is no letter of the usual case, digit, ``_`` or ``-`` is %-encoded.

    So ``BTC/USDT:USDT`` is ``BTC%2FUSDT%3AUSDT``, ``..`` leads nowhere, and file systems that ignore case keep
    ``kPEPE`` and ``KPEPE`` apart.

    Raises
    ------
    DataError
        If it is no name, or too long.
    """
    usual = "A-Z" if upper else "a-z"
    text = checked_name(name, what)
    safe = re.sub(rf"[^{usual}0-9_-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)
    if len(safe) > LONGEST_NAME:
        raise DataError(f"Expected {what} of at most {LONGEST_NAME} bytes when encoded, was {name!r:.60}")
    return safe


def decoded(part: str) -> str:
    """Return the name that `encoded` was given."""
    return unquote(part)


def day_name(day: int) -> str:
    """Return the file of the UTC day that starts at `day` [ns]."""
    return f"{pd.Timestamp(day, unit='ns'):%Y-%m-%d}{SUFFIX}"


def day_of(path: Path) -> int | None:
    """Return the start [ns] of the day of a file, set aside or not; None if it is no day file."""
    match = _DAY_NAME.fullmatch(path.name)
    try:
        return None if match is None else int(pd.Timestamp(match[1], tz="UTC").as_unit("ns").value)
    except ValueError:
        return None


def day_files(folder: Path) -> list[Path]:
    """Return the day files of a folder in order, without those set aside."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if day_of(path) is not None)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder against other threads and processes; the system lets go of it when a process dies.

    Raises
    ------
    OSError
        If another holds it for `LOCK_SECONDS`, or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as handle:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                handle.seek(0)
                msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            end = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.005)
            yield


def write_day(path: Path, day: Day) -> None:
    """Replace a day file whole, under the folder's lock: a killed writer leaves the old one or the new one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for left in path.parent.glob(".*.tmp"):
        left.unlink(missing_ok=True)
    kinds = {"time": pa.timestamp("ns", "UTC"), "side": pa.string()}
    arrays = {name: pa.array(column, kinds.get(name, pa.float64())) for name, column in day.columns.items()}
    note = json.dumps({"version": 1, "covered": day.covered}, separators=(",", ":")).encode()
    table = pa.table(arrays)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}.tmp")
    try:
        # Arrow writes to memory: a file of Python's in its hands may end the process at exit.
        content = pa.BufferOutputStream()
        with pq.ParquetWriter(content, table.schema, compression="zstd", store_schema=False) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({_NOTE: note})
        with draft.open("wb") as handle:
            handle.write(content.getvalue())
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, path)  # noqa: PTH105 - atomic, and what the tests watch
    finally:
        draft.unlink(missing_ok=True)


def read_day(path: Path, kind: Kind, warn: Callable[[str], None]) -> Day | None:
    """Return a day file; None if there is none.

    One that is cut short or not ours is set aside with a warning, and counts as missing.
    """
    try:
        return _parsed(path, kind)
    except FileNotFoundError:
        return None
    except BrokenFileError:
        with locked(path.parent):
            return _set_aside(path, kind, warn)


def read_day_locked(path: Path, kind: Kind, warn: Callable[[str], None]) -> Day | None:
    """Return what `read_day` returns, for one who holds the folder's lock."""
    try:
        return _parsed(path, kind)
    except FileNotFoundError:
        return None
    except BrokenFileError:
        return _set_aside(path, kind, warn)


def extent_of(path: Path) -> tuple[int, int | None, int | None]:
    """Return how many rows a file says it has, and the times of the first and last [ns]; none if it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = path.read_bytes()
        checked_footer(content)
        footer = pq.ParquetFile(pa.BufferReader(content)).metadata
        stored = [footer.row_group(number).column(0).statistics for number in range(footer.num_row_groups)]
        spans = [(part.min_raw, part.max_raw) for part in stored if part is not None and part.has_min_max]
        low = min((int(span[0]) for span in spans), default=None)
        return int(footer.num_rows), low, max((int(span[1]) for span in spans), default=None)
    except (OSError, pa.ArrowException, BrokenFileError, TypeError, ValueError):
        return 0, None, None


def checked_footer(content: bytes) -> None:
    """Refuse a file whose footer carries Arrow's note: Arrow would make the types that it names, and run their code.

    Raises
    ------
    BrokenFileError
        If it does, or the file is cut short.
    """
    length = int.from_bytes(content[-8:-4], "little")
    if not 0 < length <= min(len(content) - 8, 2 * LARGEST_NOTE):
        raise BrokenFileError("cut short")
    if b"ARROW:schema" in content[-8 - length : -8]:
        raise BrokenFileError("other notes")


def frame_of(columns: dict[str, npt.NDArray[Any]], kind: Kind) -> pd.DataFrame:
    """Return rows as MarketData takes them: by a UTC index `time`, or events with a column `time`."""
    times = time_index(columns["time"]).rename("time")
    values = {name: column for name, column in columns.items() if name != "time"}
    if kind.keyed:
        return pd.DataFrame(values, index=times)
    return pd.DataFrame({"time": times, **values})


def _parsed(path: Path, kind: Kind) -> Day:
    """Return a day file, or raise BrokenFileError if it is not what `write_day` writes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BrokenFileError("too large")
        content = path.read_bytes()
        checked_footer(content)
        file = pq.ParquetFile(
            pa.BufferReader(content), thrift_string_size_limit=LARGEST_NOTE, thrift_container_size_limit=10_000
        )
        footer = file.metadata
        sizes = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
        if footer.num_rows > MOST_ROWS or sum(sizes) > LARGEST_FILE:
            raise BrokenFileError("too many rows")
        expected = {name: pa.string() if name == "side" else pa.float64() for name in kind.columns}
        expected["time"] = pa.timestamp("ns", "UTC")
        schema = file.schema_arrow
        if any(name not in expected or schema.field(name).type != expected[name] for name in schema.names):
            raise BrokenFileError("other columns")
        note = json.loads((footer.metadata or {})[_NOTE])
        table = file.read(use_threads=False, use_pandas_metadata=False)
        columns = {
            name: np.asarray(table.column(name).cast(pa.int64()) if name == "time" else table.column(name))
            for name in ("time", *(name for name in kind.columns if name in schema.names))
        }
        covered = [(int(start), int(end)) for start, end in note["covered"]]
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BrokenFileError(str(error)) from error
    start = day_of(path)
    times = columns["time"]
    if start is None or (
        len(times) and not (start <= times[0] and times[-1] < start + DAY and (np.diff(times) >= 0).all())
    ):
        raise BrokenFileError("times of another day")
    if any(not start <= low < high <= start + DAY for low, high in covered):
        raise BrokenFileError("spans of another day")
    return Day(columns, covered)


def _set_aside(path: Path, kind: Kind, warn: Callable[[str], None]) -> Day | None:
    """Rename a broken file under the lock, unless another has mended it meanwhile."""
    try:
        return _parsed(path, kind)
    except FileNotFoundError:
        return None
    except BrokenFileError as error:
        number = 1
        while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
            number += 1
        path.rename(aside)
        warn(f"{path} could not be read ({str(error)[:80]}): set aside as {aside.name}, will be fetched again")
        return None


def _equal(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    if one.dtype.kind == "f":
        return one.shape == other.shape and bool(((one == other) | (np.isnan(one) & np.isnan(other))).all())
    return bool(np.array_equal(one, other))
