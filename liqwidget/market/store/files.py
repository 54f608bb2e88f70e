"""The files of the store: one Parquet file a day, replaced whole under a lock, never trusted when read."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY, duration_ns, time_index
from liqwidget.domain.validation import checked_name
from liqwidget.errors import DataError, plain
from liqwidget.market.store.parquet import LARGEST_FILE, MOST_ROWS, BrokenFileError, decoded_day, encoded_day, extent
from liqwidget.market.store.sound import unsound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

Spans = list[tuple[int, int]]
"""Half-open spans of time [ns], in order and apart."""

EVENTS = "events"
"""Folder of kinds that have no timeframe."""
SUFFIX = ".parquet"
LONGEST_NAME = 120
_ROW_BYTES = 40
LOCK_SECONDS = 10.0
SWEPT_SECONDS = 3600.0
"""After so long a draft belongs to nobody."""
KEPT_ASIDE = 3
"""Of one day, the newest that were set aside."""
_PLAIN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_DAY_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.parquet(\.corrupt-\d{1,9})?")


class StoreWarning(UserWarning):
    """A file of the store that could not be used and was set aside."""


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
    most_rows : int
        Of a day.
    replaced : bool
        Whether rows of a span that is known take the place of all that were there, as those of a whole file do.
    """

    columns: dict[str, bool]
    timed: bool
    keyed: bool = True
    most_rows: int = MOST_ROWS
    replaced: bool = False

    @property
    def largest(self) -> int:
        """Bytes of a day's file, and of its columns."""
        return max(LARGEST_FILE, self.most_rows * _ROW_BYTES)


KINDS = {
    "candles": Kind(
        {**dict.fromkeys(("open", "high", "low", "close", "volume"), True), "taker_buy_volume": False}, timed=True
    ),
    "open_interest": Kind({"open_interest": False, "open_interest_value": False}, timed=True),
    "funding": Kind({"funding_rate": True}, timed=False),
    "long_short": Kind(
        {"long_short_ratio": True, "top_account_ratio": False, "top_position_ratio": False}, timed=False
    ),
    "taker_volume": Kind(
        {"taker_ratio": False, "taker_buy_volume": False, "taker_sell_volume": False}, timed=False
    ),
    "liquidations": Kind(dict.fromkeys(("side", "price", "size"), True), timed=False, keyed=False),
    "trades": Kind(
        dict.fromkeys(("price", "amount", "taker_buy"), True), timed=False, keyed=False, most_rows=20_000_000,
        replaced=True,
    ),
}  # fmt: skip
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
    with _lock_file(folder / ".lock") as handle:
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


def _lock_file(path: Path) -> BinaryIO:
    """Open the file that is locked; a pipe in its place is not waited for."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "no plain file", str(path))
    return os.fdopen(handle, "r+b")


def read_plain(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a file; what is no plain file, such as a pipe, is never waited for.

    Raises
    ------
    BrokenFileError
        If it is none, or larger.
    OSError
        If the system cannot read it now; that says nothing of what it holds.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise BrokenFileError("no plain file")
    with os.fdopen(os.open(path, _PLAIN), "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise BrokenFileError("no plain file")
        content = handle.read(largest + 1)
    if len(content) > largest:
        raise BrokenFileError("too large")
    return content


def write_day(path: Path, day: Day) -> None:
    """Replace a day file, under the folder's lock."""
    write_whole(path, encoded_day(day.columns, day.covered))


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file whole, under the folder's lock, and remove what killed writers have left."""
    sweep(path.parent, 0.0)
    replace_whole(path, content)


def replace_whole(path: Path, content: bytes) -> None:
    """Replace a file whole: a killed writer leaves the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, path)  # noqa: PTH105 - atomic, and what the tests watch
    finally:
        draft.unlink(missing_ok=True)


def sweep(folder: Path, seconds: float = SWEPT_SECONDS) -> None:
    """Remove drafts older than so long, which a killed writer has left."""
    for left in folder.glob(".*.tmp"):
        with suppress(OSError):
            if seconds <= 0 or time.time() - left.lstat().st_mtime > seconds:
                left.unlink(missing_ok=True)


def read_day(path: Path, kind: Kind, warn: Callable[[str], None]) -> Day | None:
    """Return a day file; None if there is none.

    One that is cut short, rotten or not ours is set aside with a warning, and counts as missing.

    Raises
    ------
    NewerFileError
        If a later version has written it.
    OSError
        If the system cannot read it now; it is left as it is.
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


def extent_of(path: Path, kind: Kind) -> tuple[int, int | None, int | None]:
    """Return how many rows a file says it has, and the times of the first and last [ns]; none if it cannot be read."""
    try:
        return extent(read_plain(path, kind.largest))
    except (OSError, BrokenFileError):
        return 0, None, None


def frame_of(columns: dict[str, npt.NDArray[Any]], kind: Kind) -> pd.DataFrame:
    """Return rows as MarketData takes them: by a UTC index `time`, or events with a column `time`."""
    times = time_index(columns["time"]).rename("time")
    values = {name: column for name, column in columns.items() if name != "time"}
    if kind.keyed:
        return pd.DataFrame(values, index=times)
    return pd.DataFrame({"time": times, **values})


def step_of(folder: Path, kind: Kind) -> int | None:
    """Return the length of a candle [ns] of a series by its folder's name; None where rows lie on no grid of UTC."""
    if not kind.timed:
        return None
    try:
        step = duration_ns(folder.name)
    except DataError:
        return None
    return step if step <= DAY else None


def _parsed(path: Path, kind: Kind) -> Day:
    """Return a day file, or raise BrokenFileError if it is not what `write_day` writes."""
    columns, covered = decoded_day(read_plain(path, kind.largest), kind.columns, kind.most_rows, kind.largest)
    start = day_of(path)
    times = columns["time"]
    if start is None or (
        len(times) and not (start <= times[0] and times[-1] < start + DAY and (np.diff(times) >= 0).all())
    ):
        raise BrokenFileError("times of another day")
    if any(not start <= low < high <= start + DAY for low, high in covered):
        raise BrokenFileError("spans of another day")
    fault = unsound(columns, step_of(path.parent, kind), keyed=kind.keyed)
    if fault is not None:
        raise BrokenFileError(f"expected {fault[1]}")
    return Day(columns, covered)


def _set_aside(path: Path, kind: Kind, warn: Callable[[str], None]) -> Day | None:
    """Rename a broken file under the lock, unless another has mended it meanwhile."""
    try:
        return _parsed(path, kind)
    except FileNotFoundError:
        return None
    except BrokenFileError as error:
        others = sorted((_number(one), one) for one in path.parent.glob(f"{path.name}.corrupt-*") if _number(one))
        aside = path.with_name(f"{path.name}.corrupt-{others[-1][0] + 1 if others else 1}")
        path.rename(aside)
        for _, old in others[: len(others) + 1 - KEPT_ASIDE]:
            with suppress(OSError):
                old.unlink()
        warn(f"{path} could not be read ({plain(error)[:80]}): set aside as {aside.name}, will be fetched again")
        return None


def _number(path: Path) -> int:
    """Return the number of a file that was set aside, 0 if it is none."""
    match = _DAY_NAME.fullmatch(path.name)
    return 0 if match is None or match[2] is None else int(match[2].rpartition("-")[2])


def _equal(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    if one.dtype.kind == "f":
        return one.shape == other.shape and bool(((one == other) | (np.isnan(one) & np.isnan(other))).all())
    return bool(np.array_equal(one, other))
