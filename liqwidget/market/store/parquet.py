"""One day as the bytes of a Parquet file: sealed by checksums when it is written, never trusted when it is read.

Each page has Parquet's own checksum. Those leave out headers and footer, so a seal of the whole file stands before the
footer, where readers of Parquet do not look.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    Columns = dict[str, npt.NDArray[Any]]

VERSION = 2
"""Of what is written; the first had no checksums."""
LARGEST_FILE = 64 * 2**20
LARGEST_NOTE = 2**20
MOST_ROWS = 1_000_000
_NOTE = b"liqwidget.store"
_SEAL, _DIGEST = b"liqwidget.seal:", 32
_TAIL = 8
"""Bytes after the footer: its length, and the name of the format."""
_SIDES = {"long", "short"}
TEXT = "side"
"""The one column of text."""


class BrokenFileError(Exception):
    """A day file that is not what the store writes."""


class NewerFileError(Exception):
    """A day file of a later version of liqwidget."""


class Content(NamedTuple):
    """What a day file holds."""

    columns: Columns
    covered: list[tuple[int, int]]


def encoded_day(columns: Columns, covered: Iterable[tuple[int, int]]) -> bytes:
    """Return the bytes of a day file, sealed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"time": pa.timestamp("ns", "UTC"), TEXT: pa.string()}
    table = pa.table({name: pa.array(column, kinds.get(name, pa.float64())) for name, column in columns.items()})
    note = json.dumps({"version": VERSION, "covered": list(covered)}, separators=(",", ":")).encode()
    # Arrow writes to memory: a file of Python's in its hands may end the process at exit.
    output = pa.BufferOutputStream()
    with pq.ParquetWriter(
        output, table.schema, compression="zstd", store_schema=False, write_page_checksum=True
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_NOTE: note})
    return sealed(bytes(output.getvalue()))


def sealed(content: bytes) -> bytes:
    """Return the bytes of a Parquet file with the seal before its footer."""
    at = len(content) - _TAIL - _footer_length(content)
    return content[:at] + _SEAL + _digest(content[:at], content[at:]) + content[at:]


def decoded_day(
    content: bytes, columns: Mapping[str, bool], most_rows: int = MOST_ROWS, largest: int = LARGEST_FILE
) -> Content:
    """Return what the bytes of a day file hold, of the columns that may be there, in so many rows and bytes.

    Raises
    ------
    BrokenFileError
        If they are not what `encoded_day` returns.
    NewerFileError
        If a later version has written them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    checked_footer(content)
    whole = checked_seal(content)
    try:
        file = pq.ParquetFile(
            pa.BufferReader(content),
            thrift_string_size_limit=LARGEST_NOTE,
            thrift_container_size_limit=10_000,
            page_checksum_verification=True,
            read_dictionary=[TEXT] if TEXT in columns else [],
        )
        footer = file.metadata
        note = json.loads((footer.metadata or {})[_NOTE])
        _check_version(note["version"], whole=whole)
        sizes = [
            footer.row_group(group).column(part).total_uncompressed_size
            for group in range(footer.num_row_groups)
            for part in range(footer.num_columns)
        ]
        if footer.num_rows > most_rows or sum(sizes) > largest:
            raise BrokenFileError("too many rows")
        _check_columns(file.schema_arrow, columns)
        table = file.read(use_threads=False, use_pandas_metadata=False)
        names = [name for name in ("time", *columns) if name in table.schema.names]
        found = {name: _column(table.column(name), name) for name in names}
        return Content(found, [(int(start), int(end)) for start, end in note["covered"]])
    except MemoryError as error:
        raise OSError(str(error)) from error
    # Of bytes in memory an OSError is Arrow's word for what it cannot read.
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BrokenFileError(str(error)) from error


def extent(content: bytes) -> tuple[int, int | None, int | None]:
    """Return how many rows the bytes of a day file say they have, and the times of the first and last [ns].

    Raises
    ------
    BrokenFileError
        If they cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    checked_footer(content)
    checked_seal(content)
    try:
        footer = pq.ParquetFile(pa.BufferReader(content)).metadata
        stored = [footer.row_group(number).column(0).statistics for number in range(footer.num_row_groups)]
        spans = [(part.min_raw, part.max_raw) for part in stored if part is not None and part.has_min_max]
        low = min((int(span[0]) for span in spans), default=None)
        return int(footer.num_rows), low, max((int(span[1]) for span in spans), default=None)
    except (OSError, pa.ArrowException, TypeError, ValueError) as error:
        raise BrokenFileError(str(error)) from error


def checked_footer(content: bytes) -> None:
    """Refuse a file whose footer carries Arrow's note: Arrow would make the types that it names, and run their code.

    Raises
    ------
    BrokenFileError
        If it does, or the file is cut short.
    """
    length = _footer_length(content)
    if not 0 < length <= min(len(content) - _TAIL, 2 * LARGEST_NOTE):
        raise BrokenFileError("cut short")
    if b"ARROW:schema" in content[-_TAIL - length : -_TAIL]:
        raise BrokenFileError("written by another program")


def _footer_length(content: bytes) -> int:
    return int.from_bytes(content[-_TAIL : -_TAIL // 2], "little")


def _digest(before: bytes, after: bytes) -> bytes:
    return hashlib.blake2b(before + after, digest_size=_DIGEST).digest()


def checked_seal(content: bytes) -> bool:
    """Return whether there is a seal.

    Raises
    ------
    BrokenFileError
        If there is one that is broken.
    """
    end = len(content) - _TAIL - _footer_length(content)
    start = end - _DIGEST - len(_SEAL)
    if start < 0 or content[start : start + len(_SEAL)] != _SEAL:
        return False
    if content[end - _DIGEST : end] != _digest(content[:start], content[end:]):
        raise BrokenFileError("its checksum does not fit")
    return True


def _check_version(version: Any, *, whole: bool) -> None:
    if type(version) is not int or version < 1:
        raise BrokenFileError("no version")
    if version > VERSION:
        raise NewerFileError(version)
    if version == VERSION and not whole:
        raise BrokenFileError("no checksum")


def _check_columns(schema: Any, columns: Mapping[str, bool]) -> None:
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    expected = {name: text if name == TEXT else pa.float64() for name in columns}
    expected["time"] = pa.timestamp("ns", "UTC")
    if any(name not in expected or schema.field(name).type != expected[name] for name in schema.names):
        raise BrokenFileError("other columns")


def _column(column: Any, name: str) -> npt.NDArray[Any]:
    import pyarrow as pa

    if name == TEXT:
        # Looked at before it is written out: a name of a kilobyte in every row is a gigabyte.
        words = {word for chunk in column.chunks for word in chunk.dictionary.to_pylist()}
        if not words <= _SIDES or column.null_count:
            raise BrokenFileError("other sides")
        return np.asarray(column.to_pylist(), dtype=object)
    if name == "time":
        column = column.cast(pa.int64())
    return np.asarray(column)
