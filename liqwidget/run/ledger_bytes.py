"""A ledger as the bytes of a Parquet file: its inputs as rows, and what it was made with as a note, sealed.

All else follows from these by the fold. Digests of what followed stand in the note, so that who folds them again knows
whether the same has come out.
"""

from __future__ import annotations

import hashlib
import json
import math
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from liqwidget.domain.ledger import Ledger, RowInputs, RowKind, VenueLedger
from liqwidget.domain.plausible import PRICE_BOUNDS
from liqwidget.errors import DataError
from liqwidget.field.density import Prior
from liqwidget.market.store.parquet import LARGEST_NOTE, BrokenFileError, checked_footer, checked_seal, sealed

if TYPE_CHECKING:
    import numpy.typing as npt

VERSION = 1
"""Of what is written."""

_NOTE = b"liqwidget.ledger"
_DERIVED = ("open_interest", "flags", "log_survival", "near_log_survival", "opened")
_PRICES = ("low", "high", "close")
_COLUMNS = {"interest": "open_interest"}
"""Names in the file that are others than those of `RowInputs`."""
_TERMS: dict[str, type | tuple[type, ...]] = {
    "venue": str, "symbol": str, "timeframe": int, "minimum_distance": float, "maintenance_margin_rate": float,
    "churn": float, "near": float, "relative": bool, "contract": str, "quote": str,
}  # fmt: skip
_NO_COLUMN = cast("Any", np.empty(0))


class Terms(NamedTuple):
    """What the ledger of one venue was made with, and what came of it.

    Parameters
    ----------
    blank : VenueLedger
        Of no rows and no books; `estimator.folded` makes them.
    digest : str
        Of the rows that are in the file.
    """

    blank: VenueLedger
    digest: str


class VenuePart(NamedTuple):
    """Some rows of a venue's ledger: those from the `first`, 0 if it is the START, its terms, and those of its heat."""

    first: int
    rows: RowInputs
    terms: Terms
    heat: Terms | None


class LedgerPart(NamedTuple):
    """What one file holds."""

    symbol: str
    prior: Prior
    heat_prior: Prior | None
    made_by: str
    venues: tuple[VenuePart, ...]


def encoded_ledger(ledger: Ledger, *, begin: int = 0, dropped: int = 0) -> bytes:
    """Return a ledger as the bytes of a Parquet file.

    Parameters
    ----------
    ledger : Ledger
        As a whole; of one venue also a part of its rows.
    begin : int
        The first row that is written.
    dropped : int
        How many rows the ledger has lost at its beginning (`tail`).

    Raises
    ------
    DataError
        If its heat is not of the same rows, or it has no venue.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    _check(ledger)
    note = {
        "version": VERSION,
        "liqwidget": own_version(),
        "symbol": ledger.symbol,
        "main": _sheet(ledger, begin, dropped),
        "heat": None if ledger.heat is None else _sheet(ledger.heat, begin, dropped),
    }
    split = [_COLUMNS.get(name, name) for name in RowInputs._fields if name not in {"time", "kind", "interest_time"}]
    schema = pa.schema(
        [("venue", pa.string()), ("time", pa.timestamp("ns", "UTC")), ("kind", pa.uint8())]
        + [(name, pa.float64()) for name in split]
        + [("interest_time", pa.timestamp("ns", "UTC"))]
    )
    output = pa.BufferOutputStream()
    with pq.ParquetWriter(
        output, schema, compression="zstd", compression_level=9, store_schema=False, write_page_checksum=True,
        use_dictionary=["venue", "kind"],
        column_encoding=dict.fromkeys(split, "BYTE_STREAM_SPLIT")
        | dict.fromkeys(("time", "interest_time"), "DELTA_BINARY_PACKED"),
    ) as writer:  # fmt: skip
        for part in ledger:
            rows = part.inputs.cut(slice(begin, None))
            columns = {_COLUMNS.get(name, name): values for name, values in rows._asdict().items()}
            columns["venue"] = [part.venue] * len(rows.time)
            arrays = [pa.array(columns[one.name], one.type) for one in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=max(len(rows.time), 1))
        writer.add_key_value_metadata({_NOTE: json.dumps(note, separators=(",", ":")).encode()})
    return sealed(bytes(output.getvalue()))


def decoded_ledger(content: bytes, where: str) -> LedgerPart:
    """Return what `encoded_ledger` has written.

    Raises
    ------
    DataError
        If the bytes are broken, not those of a ledger, or written by a newer version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        checked_footer(content)
        whole = checked_seal(content)
        file = pq.ParquetFile(
            pa.BufferReader(content),
            thrift_string_size_limit=LARGEST_NOTE,
            thrift_container_size_limit=10_000,
            page_checksum_verification=True,
        )
        return _part(file, _note(file, where, whole=whole))
    except DataError:
        raise
    # Of bytes in memory an OSError is Arrow's word for what it cannot read.
    except (
        BrokenFileError, OSError, pa.ArrowException, KeyError, TypeError, ValueError, OverflowError, RecursionError,
        AttributeError,
    ) as error:  # fmt: skip
        message = f"Expected a ledger that ledger.save has written, was a broken or other file, {where!r:.200}: {error}"
        raise DataError(message) from error


def _note(file: Any, where: str, *, whole: bool) -> dict[str, Any]:
    """Return the note of a file that is ours and whole."""
    written = (file.metadata.metadata or {}).get(_NOTE)
    if written is None:
        message = f"Expected a ledger that ledger.save has written, was another Parquet file: {where!r:.200}"
        raise DataError(message)
    note: dict[str, Any] = json.loads(written)
    if type(note["version"]) is int and note["version"] > VERSION:
        message = (
            f"Expected a ledger of version {VERSION} or before, was one of version {note['version']}, written by "
            f"liqwidget {note.get('liqwidget')!s:.20}: {where!r:.200}. Install a newer liqwidget"
        )
        raise DataError(message)
    if not whole:
        raise BrokenFileError("no checksum")
    return note


def digest(part: VenueLedger, first: int, stop: int | None = None) -> str:
    """Return a digest of what followed from some rows of a venue's ledger."""
    made = hashlib.blake2b(digest_size=16)
    for name in _DERIVED:
        made.update(np.ascontiguousarray(getattr(part, name)[first:stop]).data)
    return made.hexdigest()


def own_version() -> str:
    """Return the version of liqwidget that is installed."""
    try:
        return version("liqwidget")
    except PackageNotFoundError:
        return "of a checkout"


def _check(ledger: Ledger) -> None:
    if not ledger.venues:
        message = "Expected a ledger with venues, was one of none"
        raise DataError(message)
    heat = () if ledger.heat is None else ledger.heat.venues
    for part, hot in zip(ledger, heat, strict=False):
        if part.venue != hot.venue or not _same(part.inputs, hot.inputs):
            message = f"Expected heat of the same rows as the ledger, was another on {part.venue}: estimate it anew"
            raise DataError(message)
    if heat and len(heat) != len(ledger.venues):
        message = f"Expected heat of {len(ledger.venues)} venues as the ledger, was of {len(heat)}"
        raise DataError(message)


def _same(one: RowInputs, other: RowInputs) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in RowInputs._fields)
    return all(
        ours is theirs or np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f") for ours, theirs in pairs
    )


def _sheet(ledger: Ledger, begin: int, dropped: int) -> dict[str, Any]:
    prior = ledger.prior
    shape = None if prior.ladder else [prior.median, prior.sigma]
    venues = [
        {name: getattr(part, name) for name in _TERMS}
        | {"notes": list(part.notes), "ended": part.ended, "absent": list(part.absent)}
        | {"first": begin + dropped, "rows": len(part.time) - begin, "digest": digest(part, begin)}
        for part in ledger
    ]
    return {"prior": {"name": prior.name, "shape": shape, "ladder": list(prior.ladder)}, "venues": venues}


def _part(file: Any, note: dict[str, Any]) -> LedgerPart:
    main, heat = note["main"], note["heat"]
    hot = [None] * len(main["venues"]) if heat is None else [_terms(one) for one in heat["venues"]]
    if not main["venues"] or len(hot) != len(main["venues"]) or file.num_row_groups != len(hot):
        raise BrokenFileError("other venues")
    venues = []
    for number, (told, one) in enumerate(zip(main["venues"], hot, strict=True)):
        rows, first = _rows(file.read_row_group(number, use_threads=False)), int(told["first"])
        if len(rows.time) != told["rows"] or not len(rows.time) or (rows.kind[0] == RowKind.START) != (first == 0):
            raise BrokenFileError("other rows")
        venues.append(VenuePart(first, rows, _terms(told), one))
    heat_prior = None if heat is None else _prior(heat["prior"])
    return LedgerPart(str(note["symbol"]), _prior(main["prior"]), heat_prior, str(note["liqwidget"]), tuple(venues))


def _rows(table: Any) -> RowInputs:
    """Return the rows of a venue; the kernels take them as they are, so what cannot be is refused."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for name in RowInputs._fields:
        column = table.column(_COLUMNS.get(name, name))
        kind = np.int64 if name in {"time", "interest_time"} else np.uint8 if name == "kind" else np.float64
        values = np.asarray(column.cast("int64") if kind is np.int64 else column)
        if values.dtype != kind or column.null_count:
            raise BrokenFileError(f"other {name}")
        values = values.copy()
        values.flags.writeable = False
        columns[name] = values
    rows = RowInputs(**columns)
    low, high = PRICE_BOUNDS
    sound = (rows.low >= low) & (rows.low <= rows.close) & (rows.close <= rows.high) & (rows.high <= high)
    known = (rows.kind[1:] >= RowKind.CANDLE) & (rows.kind[1:] <= RowKind.PART)
    last = rows.kind[:-1] != RowKind.PROVISIONAL
    volume = ~(rows.volume < 0) & ~np.isinf(rows.volume)
    if not (sound.all() and known.all() and last.all() and volume.all() and _timed(rows)):
        raise BrokenFileError("rows that no market has")
    return rows


def _timed(rows: RowInputs) -> bool:
    """Return whether rows follow each other in time, parts of a candle with what they share."""
    inner = np.append(rows.kind[:-1] == RowKind.PART, False)
    after = np.append(False, inner[:-1])
    traded = rows.volume[inner | after] > 0
    ends = rows.kind[after] == RowKind.CANDLE
    same = np.diff(rows.time) == 0
    return bool(
        (np.diff(rows.time) >= 0).all()
        and (same == inner[:-1]).all()
        and (ends | inner[after]).all()
        and traded.all()
        and rows.kind[-1] != RowKind.PART
    )


def _terms(told: dict[str, Any]) -> Terms:
    given = {name: told[name] for name in _TERMS}
    wrong = [name for name, kind in _TERMS.items() if type(given[name]) is not kind]
    rates = [given[name] for name in ("minimum_distance", "maintenance_margin_rate", "churn", "near")]
    if wrong or not all(0 <= rate < math.inf for rate in rates) or given["timeframe"] <= 0:
        raise BrokenFileError(f"other {', '.join(wrong) or 'terms'}")
    ended = told["ended"]
    blank = VenueLedger(
        **given,
        notes=tuple(map(str, told["notes"])),
        ended=None if ended is None else int(ended),
        absent=tuple((int(start), int(end)) for start, end in told["absent"]),
        inputs=RowInputs(*[_NO_COLUMN] * len(RowInputs._fields)),
        **dict.fromkeys(_DERIVED, _NO_COLUMN),
        books=cast("Any", None),
        survival=None,
    )
    return Terms(blank, str(told["digest"]))


def _prior(told: dict[str, Any]) -> Prior:
    ladder = tuple((float(leverage), float(share)) for leverage, share in told["ladder"])
    median, sigma = (math.nan, math.nan) if told["shape"] is None else map(float, told["shape"])
    return Prior(str(told["name"]), median, sigma, ladder)
