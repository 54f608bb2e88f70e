"""How fresh each venue's data are, as the front end reads it: one entry per venue, those that are missing too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import VenueLedger
    from liqwidget.domain.status import VenueStatus

FRESH_MS = LOOK.fresh_ms
"""How old a live venue's data may be before it counts as stale [ms]."""

_SILENT = frozenset({"connected", "reconnecting"})
"""States that say by themselves nothing of the age."""


def feeds(
    parts: Iterable[VenueLedger], status: Iterable[VenueStatus], *, simulated: bool = False, live: bool = False
) -> list[dict[str, Any]]:
    """Return one entry per venue: what is shown first, then what is missing.

    Parameters
    ----------
    parts : iterable of VenueLedger
        What is shown.
    status : iterable of VenueStatus
        The exchanges that were asked; empty for the sample and for own data.
    simulated : bool
        Whether what is shown is the simulated market; the exchanges that were asked are then named as real.
    live : bool
        Whether data go on coming: only then 'connected' is said, and not 'history'.

    Returns
    -------
    list of dict
        venue; state ('connected', 'stale', 'reconnecting', 'refused', 'no network', 'no answer', 'off', 'history',
        'simulated', 'own frames'): only a venue that answered with no is called refused;
        time: ms UTC of the last data, or None; reason.
    """
    known = "simulated" if simulated else "own frames"
    entries = {part.venue: _entry(part.venue, known, int(part.time[-1]), "") for part in parts}
    for asked in status:
        name = f"{asked.venue} (real)" if simulated else asked.venue
        time = None if asked.last_time is None else int(asked.last_time.value)
        state = "history" if asked.state == "connected" and not live else asked.said
        entries[name] = _entry(name, state, time, asked.reason)
    return list(entries.values())


def stale_sentence(entries: Iterable[dict[str, Any]], now: float, *, live: bool = False) -> str | None:
    """Return which venues' data are older than they should be, or None when none are.

    Parameters
    ----------
    entries : iterable of dict
        As `feeds` returns.
    now : float
        ms UTC.
    live : bool
        Whether data should go on coming.
    """
    late = [entry for entry in entries if entry["state"] == "stale" or (live and _old(entry, now))]
    if not late:
        return None
    said = ", ".join(f"{entry['venue']} {_since(entry['time'])}" for entry in late)
    return f"Old data: nothing from {said}. What they hold is shown as it was then."


def _entry(venue: str, state: str, time: int | None, reason: str) -> dict[str, Any]:
    return {"venue": venue, "state": state, "time": None if time is None else time / MILLISECOND, "reason": reason}


def _old(entry: dict[str, Any], now: float) -> bool:
    return entry["state"] in _SILENT and entry["time"] is not None and now - entry["time"] > FRESH_MS


def _since(time: float | None) -> str:
    if time is None:
        return "so far"
    return f"since {timestamp(round(time * MILLISECOND)):%Y-%m-%d %H:%M:%S} UTC"
