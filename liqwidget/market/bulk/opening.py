"""A file as tables: unpacked as it is read, in chunks, never executed and never larger than it may be."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from liqwidget.errors import DataError, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_ROWS = 200_000
"""Rows that are in memory at a time."""
LARGEST = 16 * 2**30
"""Bytes of a file, unpacked."""
LARGEST_JSON = 256 * 2**20
"""Bytes of JSON, which is read whole."""
MOST_PACKED = 300
"""How many times smaller than its content a packed file may be; text of numbers shrinks 3 to 10 times."""
_ROOM = 2**20
_EXACT: dict[str, Any] = {} if int(pd.__version__.partition(".")[0]) >= 3 else {"float_precision": "round_trip"}  # noqa: PLR2004
"""From pandas 3 on numbers of CSV are read as Python reads them."""
_HEAD = 2**16
_FEW_LINES = 5
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|nan|", re.IGNORECASE)
_DAY = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}.*")
_TEXT_ENDINGS = (".csv", ".txt", ".tsv")
_SAID = ("msg", "message", "retMsg", "error")
"""Under which an answer says why it has no rows."""
_DECIMAL = re.compile(r"[-+]?\d+,\d+")
_KNOWN = "CSV (also .gz and .zip), Parquet, Feather or JSON"


def tables(given: Path) -> Iterator[pd.DataFrame]:
    """Yield a file as frames of at most `CHUNK_ROWS` rows; columns of a file without a header are integers.

    Parameters
    ----------
    given : Path
        CSV, also packed by gzip or as the one file of a zip; Parquet; Feather; JSON.

    Raises
    ------
    DataError
        If it is none of these, is cut short or rotten, or grows beyond all measure when it is unpacked.
    """
    try:
        if given.is_dir():
            raise DataError(_folder(given))
        yield from _opened(given)
    except FileNotFoundError as error:
        raise DataError(f"Expected a file, was none at {given}") from error
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, RecursionError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"Expected {_KNOWN} that is whole, was {given.name[:80]!r}, which cannot be read ({plain(error)[:100]}): "
            "get it again"
        ) from error
    except OSError as error:
        raise DataError(f"Expected a file that can be read, was {given} ({plain(error.strerror or error)})") from error


def _opened(given: Path) -> Iterator[pd.DataFrame]:
    name = given.name.lower()
    if name.endswith((".parquet", ".pq")):
        yield from _parquet(given)
    elif name.endswith((".feather", ".arrow")):
        yield from _feather(given)
    elif name.endswith(".zip"):
        yield from _zipped(given)
    elif name.endswith(".gz"):
        with gzip.open(given, "rb") as packed:
            yield from _of_text(_Bounded(packed, given.stat().st_size), name.removesuffix(".gz"), given)
    elif name.endswith((*_TEXT_ENDINGS, ".json")):
        with given.open("rb") as handle:
            yield from _of_text(handle, name, given)
    else:
        raise DataError(f"Expected {_KNOWN}, was {given.name[:80]!r}")


def _folder(given: Path) -> str:
    return (
        f"Expected a file, was the folder {given}: add its files one by one, for path in "
        f"sorted(pathlib.Path({str(given)!r}).iterdir()): liqwidget.store.add(path, ...)"
    )


def _of_text(handle: Any, name: str, given: Path) -> Iterator[pd.DataFrame]:
    if name.endswith(".json"):
        yield from _json(handle, given)
    else:
        yield from _csv(handle)


def _zipped(given: Path) -> Iterator[pd.DataFrame]:
    with zipfile.ZipFile(given) as archive:
        inside = [part for part in archive.infolist() if not part.is_dir() and "__MACOSX" not in part.filename]
        if len(inside) != 1:
            raise DataError(f"Expected one file in {given.name[:80]!r}, was {len(inside)}: unpack it, and add them")
        with archive.open(inside[0]) as handle:
            name = inside[0].filename.lower()
            yield from _of_text(_Bounded(handle, min(inside[0].compress_size, given.stat().st_size)), name, given)


class _Bounded(io.RawIOBase):
    """A stream that is unpacked while it is read, and ends in an error where it grows beyond measure."""

    def __init__(self, packed: IO[bytes] | gzip.GzipFile, size: int) -> None:
        self._packed = packed
        self._left = min(LARGEST, MOST_PACKED * size + _ROOM)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._packed.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise DataError(
                "Expected a packed file of data, was one that unpacks to more than it can hold: it is not read"
            )
        buffer[: len(part)] = part
        return len(part)


def _csv(handle: Any) -> Iterator[pd.DataFrame]:
    stream = io.BufferedReader(handle, _HEAD) if isinstance(handle, _Bounded) else handle
    lines = list(itertools.islice(iter(lambda: stream.readline(_HEAD), b""), _FEW_LINES))
    if (fault := _no_text(b"".join(lines))) is not None:
        raise DataError(f"Expected a table as text in UTF-8, was {fault}")
    texts = [line.decode("utf-8-sig" if not number else "utf-8", errors="replace") for number, line in enumerate(lines)]
    # A line of who made it stands before the header at CryptoDataDownload.
    skipped = 1 if len(texts) > 1 and _cells(texts[0]) < _cells(texts[1]) and not _is_row(texts[0]) else 0
    texts = texts[skipped:]
    if not texts:
        return
    separator = _separator(texts[0])
    header: int | None = None if _is_row(texts[0], separator) else 0
    # What was looked at is read again, before the rest.
    whole = io.BufferedReader(_Joined("".join(texts).encode(), stream), _HEAD)
    reader = pd.read_csv(
        whole, header=header, sep=separator, chunksize=CHUNK_ROWS, encoding="utf-8", encoding_errors="replace",
        **_EXACT, skipinitialspace=True, on_bad_lines="error", decimal=_decimal(texts, separator),
    )  # fmt: skip
    with reader:
        for frame in reader:
            yield frame.rename(columns=str.strip) if header is not None else frame


def _no_text(head: bytes) -> str | None:
    """Return what the begin of a file is that is no table of text, None where it may be one."""
    start = head.lstrip()[:32].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<error")):
        return "a web page or an error of a server: get the file again"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text in UTF-16: save it as UTF-8"
    if start.startswith(b"pk\x03\x04"):
        return "a zip, or a workbook of Excel: give the zip that ending, save the workbook as CSV"
    if start.startswith((b"\x1f\x8b", b"par1", b"arrow1", b"feather")):
        return "packed, or Parquet or Feather: give it the ending that says so (.csv.gz, .parquet, .feather)"
    return "no text" if b"\0" in head else None


class _Joined(io.RawIOBase):
    """Bytes, then the rest of a stream."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._head[: len(buffer)]
        self._head = self._head[len(part) :]
        part = part or self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _separator(line: str) -> str:
    return max(",;\t", key=line.count)


def _decimal(lines: list[str], separator: str) -> str:
    """Return what stands before the fraction of a number: a comma where cells are parted by another sign."""
    if separator == ",":
        return "."
    cells = [cell.strip().strip('"') for line in lines for cell in line.split(separator)]
    return "," if any(map(_DECIMAL.fullmatch, cells)) else "."


def _cells(line: str) -> int:
    return line.count(_separator(line)) + 1


def _is_row(line: str, separator: str | None = None) -> bool:
    """Return whether a line holds values and no names: its first cells are numbers or days, or most are numbers."""
    cells = [cell.strip().strip('"') for cell in line.strip().split(separator or _separator(line))]
    numbers = sum(bool(cell) and _NUMBER.fullmatch(cell) is not None for cell in cells)
    return bool(_DAY.fullmatch(cells[0])) or numbers * 2 >= len(cells)


def _parquet(given: Path) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(given) as file:
            for batch in file.iter_batches(CHUNK_ROWS):
                yield _with_index(pa.Table.from_batches([batch]).to_pandas())
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _feather(given: Path) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    from pyarrow import feather

    try:
        table = feather.read_table(given)
        for batch in table.to_batches(CHUNK_ROWS):
            yield _with_index(pa.Table.from_batches([batch]).to_pandas())
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its times as a column, where they are its index."""
    if not isinstance(frame.index, pd.DatetimeIndex):
        return frame
    return frame.reset_index(drop=True) if "time" in frame.columns else frame.reset_index(names="time")


def _json(handle: Any, given: Path) -> Iterator[pd.DataFrame]:
    content = handle.read(LARGEST_JSON + 1)
    if len(content) > LARGEST_JSON:
        raise DataError(f"Expected JSON of at most {LARGEST_JSON // 2**20} MB, was more in {given.name[:80]!r}")
    yield from _rows_of(json.loads(content), given.name)


def _rows_of(found: Any, name: str) -> Iterator[pd.DataFrame]:
    """Yield the rows of an answer: a list of them, or one under 'data', or one under 'history' for each symbol."""
    for key in ("data", "history", "result", "list"):
        if isinstance(found, dict) and key in found:
            yield from _rows_of(found[key], name)
            return
    if not isinstance(found, list):
        told = next((found[key] for key in _SAID if found.get(key)), None) if isinstance(found, dict) else None
        says = "" if told is None else f", which says {plain(told)[:100]!r}: ask for it again"
        raise DataError(f"Expected a list of rows in JSON, was a {type(found).__name__} in {name[:80]!r}{says}")
    if found and all(isinstance(row, dict) and "history" in row for row in found):
        if len(found) > 1:
            raise DataError(f"Expected rows of one symbol in JSON, was {len(found)} symbols in {name[:80]!r}: take one")
        yield from _rows_of(found[0], name)
        return
    rows = pd.DataFrame(found)
    if found and all(isinstance(row, list) for row in found):  # answers have numbers as text, and no names
        rows = rows.apply(lambda column: counts if (counts := _numbers(column)).notna().all() else column)
    yield rows


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_numeric(column, errors="coerce")
