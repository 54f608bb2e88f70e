"""What is scored: ledgers and what happened, the methods that are tried, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import column_name
from liqwidget.domain.frames import Liquidations, MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.realised import read_liquidations
from liqwidget.domain.side import Side
from liqwidget.domain.stamps import times_of
from liqwidget.domain.time import time_ns
from liqwidget.errors import DataError
from liqwidget.trust.naive import METHODS, THE_MAP, Method

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
OwnMethods = Mapping[str, Any]
"""A user's further methods by name: a `Method` or a function."""


class Events(NamedTuple):
    """Realised liquidations: ns UTC, row of the side (0 long, 1 short), size [quote]; shape (m,)."""

    time: Integers
    side: Integers
    size: Floats


def all_methods(own: OwnMethods | None) -> tuple[Method, ...]:
    """Return the map, the nulls, the naive maps and a user's own methods.

    Parameters
    ----------
    own : mapping of str to Method or callable, optional
        By name; a callable is ``(ledger, times) -> array of shape (2, T)``, see `Method`.

    Raises
    ------
    DataError
        If a name is taken or what it names cannot be called.
    """
    known = (THE_MAP, *METHODS)
    taken = {method.name for method in known}
    added = []
    for name, method in (own or {}).items():
        if name in taken:
            message = f"Expected a name other than {', '.join(sorted(taken))} in methods, was {name!r:.60}"
            raise DataError(message)
        if not isinstance(method, Method) and not callable(method):
            message = f"Expected {name!r} in methods as a Method or a function, was {type(method).__name__}"
            raise DataError(message)
        added.append(
            Method(name, method.swept, method.standing, method.sized)
            if isinstance(method, Method)
            else Method(name, method)
        )
    return (*known, *added)


def checked(values: Any, shape: tuple[int, ...], method: Method) -> Floats:
    """Return what a method said as float64.

    Raises
    ------
    DataError
        If it has another shape or is not finite and at least 0.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape:
        message = f"Expected an array of shape {shape} from method {method.name!r}, was {array.shape}"
        raise DataError(message)
    if not (np.isfinite(array) & (array > -1e-6 * max(float(np.abs(array).max(initial=0.0)), 1.0))).all():
        message = f"Expected finite sizes of at least 0 from method {method.name!r}, was {array.min():g}"
        raise DataError(message)
    return np.maximum(array, 0.0)


def pairs_of(ledger: Any, facts: Any, what: str) -> list[tuple[str, Ledger, Any]]:
    """Return (name, ledger, facts) of one ledger and its facts, or of many pairs.

    Parameters
    ----------
    ledger : Ledger, or pairs
        Pairs of (ledger, facts): a mapping by name, or an iterable.
    facts : object
        What happened, where `ledger` is a Ledger.
    what : str
        Their name in sentences.

    Raises
    ------
    DataError
        If it is neither, or a part is missing.
    """
    if isinstance(ledger, Ledger):
        pairs: list[tuple[str, Any]] = [(ledger.symbol, (ledger, facts))]
    elif isinstance(ledger, Mapping):
        pairs = [(str(name), pair) for name, pair in ledger.items()]
    elif isinstance(ledger, Iterable) and not isinstance(ledger, str):
        pairs = [(getattr(pair[0], "symbol", "?") if isinstance(pair, tuple) else "?", pair) for pair in ledger]
    else:
        message = f"Expected a Ledger (see liqwidget.estimate) or pairs (ledger, {what}), was {type(ledger).__name__}"
        raise DataError(message)
    if facts is not None and not isinstance(ledger, Ledger):
        message = f"Expected {what} inside the pairs (ledger, {what}), was {what} beside them"
        raise DataError(message)
    found = []
    for name, pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Ledger) and pair[0].venues):  # noqa: PLR2004 - a pair
            message = f"Expected pairs (ledger, {what}), was {type(pair).__name__} for {name}"
            raise DataError(message)
        if pair[1] is None:
            message = f"Expected {what} to score the map of {name} against, was None"
            raise DataError(message)
        found.append((name, *pair))
    if not found:
        message = f"Expected at least one pair (ledger, {what}), was none"
        raise DataError(message)
    return found


class Held(NamedTuple):
    """Maps of one coin and the liquidations that each is held against, and what is to be said of that."""

    name: str
    parts: list[tuple[Ledger, Events]]
    notes: tuple[str, ...] = ()


def held_against(name: str, ledger: Ledger, facts: Any) -> Held:
    """Return each venue's map with that venue's liquidations where these tell their venue, else the whole map with all.

    Raises
    ------
    DataError
        If a column is missing or a value cannot be used.
    """
    if isinstance(facts, Iterable) and not isinstance(facts, str | pd.DataFrame):
        facts = list(facts)
    told = {venue: events_of(part) for venue, part in _by_venue(facts).items()}
    told = {venue: events for venue, events in told.items() if len(events.time)}
    own = [venue for venue in ledger.names if venue in told]
    if not own:
        names = ", ".join(ledger.names)
        text = f"The liquidations are of {', '.join(told)}, the map is of {names}: size ratios compare two venues."
        return Held(name, [(ledger, events_of(facts))], (text,) if told else ())
    notes = []
    if len(own) > 1:
        notes.append(f"Each venue's liquidations are held against its own map ({', '.join(own)}).")
    silent = [venue for venue in ledger.names if venue not in told]
    if silent:
        notes.append(f"There are no liquidations of {', '.join(silent)} in these data: no map of it is scored.")
    foreign = [venue for venue in told if venue not in ledger.names]
    if foreign:
        notes.append(f"Liquidations of {', '.join(foreign)} are left out: there is no map of it here.")
    return Held(name, [(ledger.only(venue), told[venue]) for venue in own], tuple(notes))


def _by_venue(facts: Any) -> dict[str, Any]:
    """Return liquidations by the venue that they name; none where they name none."""
    if isinstance(facts, MarketData):
        return {facts.venue: facts}
    if isinstance(facts, pd.DataFrame):
        if "venue" not in facts.columns:
            return {}
        names = facts["venue"].astype(str).str.strip().str.lower()
        return {str(name): facts[(names == name).to_numpy()] for name in names.unique()}
    if isinstance(facts, Iterable) and not isinstance(facts, str | Liquidations):
        parts = [_by_venue(part) for part in facts]
        if all(parts):
            told = dict.fromkeys(name for part in parts for name in part)
            return {name: [part[name] for part in parts if name in part] for name in told}
    return {}


def events_of(facts: Any) -> Events:
    """Return realised liquidations from a frame, Liquidations, MarketData or an iterable of these.

    Raises
    ------
    DataError
        If a column is missing or a value cannot be used.
    """
    if isinstance(facts, MarketData):
        facts = facts.liquidations
    if isinstance(facts, Liquidations):
        return Events(facts.time, np.where(facts.side > 0, 0, 1), facts.size)
    if isinstance(facts, Iterable) and not (isinstance(facts, str) or check.is_frame(facts)):
        facts = list(facts)
        if not all(isinstance(part, MarketData | Liquidations | pd.DataFrame) for part in facts):
            check.checked_frame(facts, "liquidations")
        parts = [events_of(part) for part in facts]
        if parts:
            return Events(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    faults = check.Faults()
    found, _ = read_liquidations(facts, "", faults, priced=False)
    faults.stop()
    return Events(found["time"], np.where(found["side"] > 0, 0, 1), found["size"])


def sides_of(facts: Any, what: str) -> tuple[pd.DataFrame, Integers, Floats, Integers]:
    """Return a frame with time, side and size as it is, its times [ns], sizes [quote] and rows of sides, shape (m,).

    Raises
    ------
    DataError
        If a column is missing or a value cannot be used.
    """
    frame = check.checked_frame(facts, what)
    times = times_of(frame, what)
    size = check.numbers(frame, "size", what, times)
    check.refuse(size < 0, size, times, f"a size of at least 0 in column 'size' of {what}")
    names = frame[column_name(frame, "side", what)]
    rows = {name: Side.parse(name).row for name in names.unique().tolist()}
    return frame, times, size, names.map(rows).to_numpy(dtype=np.int64)


def span_of(item: Any) -> tuple[int, int]:
    """Return the start and end [ns] of what is skipped: a pair of times, or one time.

    Raises
    ------
    DataError
        If it is neither.
    """
    if isinstance(item, tuple | list):
        start, end = (time_ns(one, "skip") for one in item) if len(item) == 2 else (0, -1)  # noqa: PLR2004 - two ends
        if end > start:
            return start, end
        message = f"Expected skip= as times or pairs (start, end) with start before end, was {item!r:.60}"
        raise DataError(message)
    start = time_ns(item, "skip")
    return start, start + 1
