"""Ledgers in files: `ledger.save` and `Ledger.load`. Inputs are saved, and folded again when they are loaded."""

from __future__ import annotations

import warnings
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from liqwidget.domain.ledger import Ledger, RowInputs, VenueLedger
from liqwidget.domain.paths import checked_path
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import folded, with_heat
from liqwidget.run import places
from liqwidget.run.ledger_bytes import decoded_ledger, digest, encoded_ledger, own_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from liqwidget.field.density import Prior
    from liqwidget.run.ledger_bytes import LedgerPart, Terms, VenuePart

SUFFIX = ".parquet"
FOLDER = "ledgers"
"""Where `liqwidget.batch` puts ledgers in its folder."""


def save(ledger: Ledger, path: str | Path) -> Path:
    """Write a ledger; see `Ledger.save`."""
    target = checked_path(path, SUFFIX)
    places.write(str(target), encoded_ledger(ledger))
    return target


def load(path: str | Path) -> Ledger:
    """Return a ledger that was saved; see `Ledger.load`."""
    base = places.place(path)
    inner = places.within(base, FOLDER)
    names = places.found(inner if places.there(inner) else base, SUFFIX)
    if not names:
        message = f"Expected a file of ledger.save, or a folder of such, was {base!r:.200}: there is none"
        raise DataError(message)
    return joined([decoded_ledger(places.read(name), name) for name in names], base)


def joined(parts: Sequence[LedgerPart], where: str) -> Ledger:
    """Return the ledger of parts of one symbol, in any order; venues as they come first.

    Raises
    ------
    DataError
        If they are of several symbols or priors, or do not follow each other.
    """
    first = parts[0]
    if len(symbols := {part.symbol for part in parts}) > 1:
        named = ", ".join(sorted(symbols))
        message = f"Expected a ledger of one symbol, were {named} in {where!r:.200}: name the folder of one"
        raise DataError(message)
    if len({(part.prior, part.heat_prior) for part in parts}) > 1:
        message = f"Expected ledgers of one prior, were several in {where!r:.200}: name the folder of one"
        raise DataError(message)
    venues: dict[str, list[VenuePart]] = {}
    for part in parts:
        for one in part.venues:
            venues.setdefault(one.terms.blank.venue, []).append(one)
    made = [_venue(sorted(several, key=lambda one: one.first), first.prior, where) for several in venues.values()]
    ledger = Ledger(first.symbol, first.prior, tuple(main for main, _ in made))
    wrong = [same for _, same in made]
    if first.heat_prior is not None:
        hot = [
            _venue(sorted(several, key=lambda one: one.first), first.heat_prior, where, heat=True)
            for several in venues.values()
        ]
        ledger = with_heat(ledger, Ledger(first.symbol, first.heat_prior, tuple(main for main, _ in hot)))
        wrong += [same for _, same in hot]
    if not all(wrong):
        warnings.warn(
            f"{where} was written by liqwidget {first.made_by}; folded again by {own_version()}, on this machine, its "
            "ledger has other numbers than were saved",
            DataWarning,
            stacklevel=4,
        )
    return ledger


def _venue(parts: Sequence[VenuePart], prior: Prior, where: str, *, heat: bool = False) -> tuple[VenueLedger, bool]:
    """Return the ledger of a venue, and whether what follows from its rows is what followed before."""
    terms: list[Terms] = [one.heat if heat and one.heat is not None else one.terms for one in parts]
    blank, rows = terms[0].blank, parts[0].rows
    counts = [len(one.rows.time) for one in parts]
    follow = [one.first for one in parts] == [sum(counts[:number]) for number in range(len(parts))]
    if not follow or any(one.rows.time[0] <= before.rows.time[-1] for before, one in pairwise(parts)):
        message = f"Expected parts of {blank.venue} that follow each other, was one missing or twice in {where!r:.200}"
        raise DataError(message)
    if len(parts) > 1:
        rows = RowInputs(*(_one([one.rows[number] for one in parts]) for number in range(len(rows))))
    made = folded(blank, rows, prior)
    same = all(
        digest(made, one.first, one.first + count) == said.digest
        for one, count, said in zip(parts, counts, terms, strict=True)
    )
    if len(parts) == 1:
        made = replace(made, notes=blank.notes, ended=blank.ended, absent=blank.absent)
    return made, same


def _one(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    import numpy as np

    made = np.concatenate(columns)
    made.flags.writeable = False
    return made
