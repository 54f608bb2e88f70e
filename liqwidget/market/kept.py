"""Reading a venue's past through the store: what is kept is not asked for again, what was read is kept at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import DAY, HOUR, duration_ns, duration_text, time_ns, timestamp
from liqwidget.errors import SourceError
from liqwidget.market.exchange import fetch_history
from liqwidget.market.history import FIRST_KINDS, History, Kind
from liqwidget.market.store import KINDS, Store, cut, union
from liqwidget.market.venues import venue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from liqwidget.market.store_files import Spans

    Piece = tuple[int, int, tuple[Kind, ...]]

PIECE = 7 * DAY
"""How much is asked for and kept at a time [ns]: an interruption loses no more."""
_FUNDING = 8 * HOUR + HOUR // 4
_NEAR = 6 * HOUR
"""Gaps that are nearer to each other than this are asked for together."""
ROUNDS = 3
"""How often a gap is asked for in one reading; what a venue does not have by then it does not have."""


def fetch_kept(
    name: str,
    symbol: str,
    timeframe: str,
    since: Any,
    *,
    store: Store | None = None,
    kinds: Iterable[Kind] = FIRST_KINDS,
    bar: bool = False,
    fetch: Callable[..., History] = fetch_history,
    **options: Any,
) -> History:
    """Read one venue's history; only what the store does not have is asked for.

    Every piece is kept as soon as it is there: a reading that was interrupted goes on where it was. A gap in what came
    back is asked for again, so that a page which the venue sent short is not lost.

    Parameters
    ----------
    name, symbol, timeframe, since
        As for `fetch_history`.
    store : Store, optional
        Where to keep it; the user's own by default.
    kinds : iterable of str
        What to read.
    bar : bool
        Whether to show a progress bar (tqdm), where more than one piece is missing.
    fetch : callable
        Reads one piece, as `fetch_history` does.
    **options
        Go to `fetch`.

    Raises
    ------
    SourceError
        If the newest candles cannot be read. Of older pieces a failure is a note.

    Notes
    -----
    Where the store cannot be written (a full disk), all is read without it, and a note says so.
    """
    wanted, start = tuple(dict.fromkeys(kinds)), time_ns(since, "since")

    def piece(low: int, high: int | None, asked: tuple[Kind, ...]) -> History:
        until = None if high is None else timestamp(high)
        return fetch(name, symbol, timeframe, timestamp(low), until, kinds=asked, **options)

    recent = max(start, _recent(duration_ns(timeframe), options))
    try:
        return _through(store or Store(), piece, wanted, (start, recent), bar=bar)
    except OSError as error:
        # A full disk must not cost the user the picture.
        history = piece(start, None, wanted)
        note = f"{name}: what was read could not be kept ({error})"
        return replace(history, notes=(*history.notes, note))


def _through(
    store: Store, piece: Callable[..., History], wanted: tuple[Kind, ...], since: tuple[int, int], *, bar: bool
) -> History:
    """Read the newest part, then what the store lacks; OSError if it cannot be kept."""
    start, recent = since
    # The newest hours are never complete: they also tell the contract and the venue's time.
    newest = piece(recent, None, wanted)
    end = newest.complete_until
    notes = dict.fromkeys(newest.notes)
    _keep(store, newest, None)
    for turn in range(ROUNDS):
        pieces = list(_pieces(store, newest, start, end))
        for low, high, lacking in _shown(pieces, newest.instrument.venue, bar=bar):
            asked = ("candles", *(kind for kind in lacking if kind != "candles"))
            try:
                part = piece(low, high, asked)
            except SourceError as error:
                if not error.retryable or turn == ROUNDS - 1:
                    notes[f"{timestamp(low):%Y-%m-%d} to {timestamp(high):%Y-%m-%d} could not be read: {error}"] = None
                continue
            notes |= dict.fromkeys(part.notes)
            _keep(store, part, (low, high), last=turn == ROUNDS - 1)
    # What is stamped now counts.
    frames = {kind: store.read(*_series(newest, kind), timestamp(start), timestamp(end + 1)) for kind in newest.frames}
    return replace(newest, frames=frames, notes=tuple(notes))


def _recent(step: int, options: dict[str, Any]) -> int:
    """Return from when the newest part is read [ns]."""
    import time

    now = int(options.get("clock", time.time_ns)())
    return now - max(HOUR, 12 * step)


def _series(history: History, kind: Kind) -> tuple[str, str, str, str | None]:
    """Return where the store keeps a kind: a contract shown in other units is another series."""
    contract = history.instrument
    symbol = contract.symbol if contract.wanted.factor == 1 else f"{contract.symbol} {contract.wanted.factor}"
    return contract.venue, symbol, kind, duration_text(history.step) if KINDS[kind].timed else None


def _keep(store: Store, history: History, asked: tuple[int, int] | None, *, last: bool = False) -> None:
    """Keep what was read.

    Candles and open interest are known where they have rows, funding where it has one every 8 hours, what happens at
    any time where it was not refused. What is still missing the `last` time is missing at the venue.
    """
    for kind, frame in history.frames.items():
        refused = any(note.startswith(f"{kind.replace('_', ' ')} could not be read") for note in history.notes)
        known = None
        if asked is not None and not refused and (last or (not KINDS[kind].timed and _whole(kind, frame, asked))):
            known = timestamp(asked[0]), timestamp(asked[1])
        store.write(*_series(history, kind), frame, covered=known)


def _whole(kind: Kind, frame: pd.DataFrame, asked: tuple[int, int]) -> bool:
    """Return whether no settlement of funding is missing; of other events nobody can know."""
    if kind != "funding":
        return True
    stamps = [asked[0], *(stamp.value for stamp in frame.index), asked[1]]
    return all(later - earlier <= _FUNDING for earlier, later in pairwise(stamps))


def _pieces(store: Store, history: History, start: int, end: int) -> Iterator[Piece]:
    """Yield what is missing, newest first, and of which kinds."""
    gaps: dict[Kind, Spans] = {}
    for kind in history.frames:
        if kind == "open_interest" and not venue(history.instrument.venue).interest_history:
            continue
        missing = store.missing(*_series(history, kind), timestamp(start), timestamp(end))
        spans = [(low.value, high.value) for low, high in missing]
        # The last row counts as missing while its day goes on; it was just read.
        gaps[kind] = [(low, high) for low, high in spans if high < end or high - low > history.step]
    near = union((low, high + _NEAR) for spans in gaps.values() for low, high in spans)
    for low, high in reversed([(low, min(high - _NEAR, end)) for low, high in near]):
        for first in range(low, high, PIECE)[::-1]:
            last = min(first + PIECE, high)
            yield first, last, tuple(kind for kind, spans in gaps.items() if cut(spans, first, last))


def _shown(pieces: list[Piece], name: str, *, bar: bool) -> Iterable[Piece]:
    if not bar or len(pieces) < 2:  # noqa: PLR2004 - one piece is soon there
        return pieces
    from tqdm.auto import tqdm

    shown: Iterable[Piece] = tqdm(pieces, desc=name, unit="piece", leave=False)
    return shown
