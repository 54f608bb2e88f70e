"""New rows folded into the ledger of one venue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from liqwidget.domain.growth import appended
from liqwidget.domain.lattice import cell_coordinate
from liqwidget.domain.ledger import RowFlag, RowInputs, RowKind, VenueLedger
from liqwidget.domain.time import timestamp
from liqwidget.estimate.books import passed, run_books
from liqwidget.estimate.survival import survive
from liqwidget.field.density import Density, Prior, venue_density

_OUTLIERS = "outliers of open interest held back"
_SETTLED = "open interest is 0 since"


def extend(ledger: VenueLedger, rows: RowInputs, prior: Prior, beside: VenueLedger | None = None) -> VenueLedger:
    """Fold new rows; a provisional one leaves the state as it is. A ledger beside has the rows already."""
    settled = len(rows.time) - int(rows.kind[-1] == RowKind.PROVISIONAL)
    for part in (slice(0, settled), slice(settled, None)):
        piece = rows.cut(part)
        if len(piece.time):
            ledger = _fold(ledger, piece, venue_density(ledger, prior), beside)
    return replace(ledger, notes=_noted(ledger), ended=None, absent=())


def _noted(ledger: VenueLedger) -> tuple[str, ...]:
    """Return the notes of a ledger with what its rows say of open interest."""
    notes = [note for note in ledger.notes if not note.startswith((_OUTLIERS, _SETTLED))]
    outlier = ledger.flags & np.uint8(RowFlag.OUTLIER)
    if outlier.max():
        odd = np.flatnonzero(outlier)
        last = f"the last at {timestamp(ledger.time[odd[-1]]):%Y-%m-%d %H:%M}"
        notes.append(f"{_OUTLIERS} in {len(odd)} candles, {last}: under half or over three times the value before")
    held = np.flatnonzero(ledger.open_interest) if ledger.open_interest[-1] == 0 else np.empty(0, np.int64)
    if len(held):
        since = timestamp(int(ledger.time[held[-1] + 1]))
        notes.append(f"{_SETTLED} {since:%Y-%m-%d %H:%M}: nothing stands")
    return tuple(notes)


def _fold(ledger: VenueLedger, rows: RowInputs, spread: Density, beside: VenueLedger | None) -> VenueLedger:
    survival = survive(rows, ledger.timeframe, ledger.survival, ledger.churn)
    coordinates = cell_coordinate(np.stack([rows.low, rows.high, rows.close]))
    last = float(cell_coordinate(ledger.close[-1])) if len(ledger.time) else float(coordinates[2, 0])
    done = run_books(ledger.books, last, coordinates, survival.share, survival.interest, survival.frozen, spread)
    fields: dict[str, Any] = {
        "log_survival": appended(ledger.log_survival, done.log_survival[0]),
        "near_log_survival": appended(ledger.near_log_survival, done.log_survival[1]),
        "opened": appended(ledger.opened, done.opened),
    }
    if beside is None:
        flags = survival.held * np.uint8(RowFlag.HELD) | survival.frozen * np.uint8(RowFlag.FROZEN)
        flags |= survival.outlier * np.uint8(RowFlag.OUTLIER)
        fields["inputs"] = ledger.inputs.followed_by(rows)
        fields["open_interest"] = appended(ledger.open_interest, survival.interest)
        fields["flags"] = appended(ledger.flags, flags.astype(np.uint8))
    else:
        same = slice(0, len(ledger.time) + len(rows.time))
        fields["inputs"] = beside.inputs.cut(same)
        fields["open_interest"], fields["flags"] = beside.open_interest[same], beside.flags[same]
    if rows.kind[-1] != RowKind.PROVISIONAL:
        logs = fields["log_survival"], fields["near_log_survival"]
        fields |= {
            "books": done.state,
            "survival": survival.state,
            "checkpoints": ledger.checkpoints + done.checkpoints,
            "passages": passed(ledger.passages, fields["inputs"], logs, fields["opened"], spread),
        }
    return replace(ledger, **fields)


def without_provisional(ledger: VenueLedger) -> VenueLedger:
    """Return the ledger without its provisional row."""
    if ledger.settled == len(ledger.time):
        return ledger
    names = ("open_interest", "flags", "log_survival", "near_log_survival", "opened")
    arrays = {name: getattr(ledger, name)[:-1] for name in names}
    return replace(ledger, inputs=ledger.inputs.cut(slice(0, -1)), **arrays)
