"""What is kept of a venue's past while it is read: stored rows show at once, gaps are asked for, pages are kept."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.plausible import doubtful_rows
from liqwidget.domain.time import HOUR, MILLISECOND, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.market.history import Gathering, History, Kind
from liqwidget.market.store.contracts import known_contract, remember, series_symbol
from liqwidget.market.store.days import KINDS, Store, cut, union, without
from liqwidget.market.venue.venues import venue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor, Future

    from liqwidget.market.store.files import Spans
    from liqwidget.market.venue.instrument import Instrument, Wanted

NEAR = 6 * HOUR
"""Gaps that are nearer to each other than this [ns] are asked for together."""
_LEVELS: dict[Kind, tuple[str, ...]] = {
    "candles": ("high", "low"),
    "open_interest": ("open_interest", "open_interest_value"),
}
"""Columns in which a stored row may be seen to be wrong."""
_PATIENCE = 0.5
"""How long the end of a reading waits for files [s], so that a full disk is told."""
_FAILURES = (OSError, DataError, RuntimeError)
"""A folder that cannot be used, a name that cannot be a folder's, no home folder or no more threads at exit."""


class Keeper:
    """One venue's contract in the store, while it is read. Files are touched in threads, never on the loop.

    Whatever goes wrong with the store costs a note, and never the reading.

    Parameters
    ----------
    files : Executor
        Writes one thing after the other.
    now : callable
        The venue's present [ns UTC].
    store : Store, optional
        Where to; the user's own by default.
    """

    def __init__(self, files: Executor, now: Callable[[], int], store: Store | None = None) -> None:
        self._files, self._now, self._given = files, now, store
        self._notes: list[str] = []
        self._store: Store | None = None
        self._gaps: dict[Kind, Spans] = {}
        self._end = 0
        self._usable = True
        self._last: Future[None] | None = None
        self._lock = threading.Lock()
        self._pending: dict[Kind, list[tuple[list[Any], Spans]]] = {}
        self._scheduled = False

    async def known(
        self, wanted: Wanted, name: str, step: int, kinds: Iterable[Kind], span: tuple[int, int]
    ) -> Gathering | None:
        """Return what is stored of the contract that a symbol was found to ask for, before the venue is asked."""

        def look() -> Instrument | None:
            return known_contract(self._opened().root, wanted, venue(name))

        contract = await self._tried(look)
        return None if contract is None else await self.gathering(contract, step, kinds, span)

    async def gathering(
        self, contract: Instrument, step: int, kinds: Iterable[Kind], span: tuple[int, int]
    ) -> Gathering:
        """Return a gathering with what is stored of a contract from one time to another [ns]."""
        gathering = Gathering(contract, step)
        gathering.asked_at = span[1]
        self._gaps, self._end = {}, span[1]

        def load() -> dict[Kind, pd.DataFrame]:
            frames: dict[Kind, pd.DataFrame] = {}
            for kind in kinds:
                # What is stamped at the end counts; a candle that opens there does not.
                ends = timestamp(span[0]), timestamp(span[1] + int(kind != "candles"))
                frames[kind], missing = self._opened().recall(*_series(contract, kind, step), *ends)
                gaps = [(low.value, high.value) for low, high in missing]
                self._gaps[kind] = union([*gaps, *_doubtful(kind, frames[kind], step)])
            return frames

        gathering.recall(await self._tried(load) or {})
        self._told(gathering)
        return gathering

    def gaps(self, kind: Kind, since: int, until: int, contract: Instrument) -> list[tuple[int, int]]:
        """Return the spans [ns] to ask for, in order."""
        if kind == "open_interest" and not venue(contract.venue).interest_history:
            return [(since, until)]  # the present value alone
        missing = self._gaps.get(kind)
        if missing is None:
            return [(since, until)]
        # Time has passed since the files were read.
        gaps = cut([*missing, (self._end, until)], since, until)
        near = union((low, high + NEAR) for low, high in gaps)
        return [(low, min(high - NEAR, until)) for low, high in near]

    def forget(self) -> None:
        """Ask for everything again; what is stored is replaced by what comes."""
        self._gaps = {}

    def keep(
        self,
        gathering: Gathering,
        kind: Kind,
        rows: list[Any],
        span: tuple[int, int] = (0, 0),
        holes: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Keep rows that were read, in a thread: of a span [ms] in which parts are missing, which stay unknown."""
        missing = union((max(low, span[0]), min(high, span[1])) for low, high in holes)
        known = [(low * MILLISECOND, high * MILLISECOND) for low, high in without(*span, missing)]
        if not self._usable or not (rows or known):
            return
        with self._lock:
            self._pending.setdefault(kind, []).append((rows, known))
            if self._scheduled:
                return
            self._scheduled = True
        self._submit(lambda: self._flush(gathering))

    def _flush(self, gathering: Gathering) -> None:
        """Write what has come since the last time: a day's file once for all pages that touch it."""
        with self._lock:
            pending, self._pending, self._scheduled = self._pending, {}, False
        for kind, pages in pending.items():
            if not self._usable:
                break
            rows = [row for page, _ in pages for row in page]
            known = union(span for _, spans in pages for span in spans)
            try:
                frame, _ = gathering.framed(kind, rows, gathering.asked_at)
                _write(self._opened(), gathering.instrument, gathering.step, kind, frame, self._now(), known)
            except _FAILURES as error:
                self._failed(error)
        self._told(gathering)

    async def finish(self, gathering: Gathering) -> None:
        """Keep the contract, and wait a moment for what is still being written."""

        def write() -> None:
            try:
                if self._usable:
                    remember(self._opened().root, gathering.instrument)
            except _FAILURES as error:
                self._failed(error)
            self._told(gathering)

        self._submit(write)
        if self._last is not None:
            await asyncio.wait([asyncio.wrap_future(self._last)], timeout=_PATIENCE)

    def _opened(self) -> Store:
        if self._store is None:
            root = None if self._given is None else self._given.root
            self._store = Store(root, now=self._now, warn=self._notes.append)
        return self._store

    async def _tried(self, task: Callable[[], Any]) -> Any:
        try:
            return await asyncio.to_thread(task)
        except _FAILURES as error:
            self._failed(error)
            return None

    def _submit(self, task: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the interpreter ends
            self._last = self._files.submit(task)

    def _failed(self, error: Exception) -> None:
        self._usable = False
        self._notes.append(f"nothing is kept on this machine, the store cannot be used ({_said(error)})")

    def _told(self, gathering: Gathering) -> None:
        while self._notes:
            gathering.note(f"{gathering.instrument.venue}: {self._notes.pop(0)}")


def put(history: History, *, store: Store | None = None) -> str | None:
    """Keep what a history holds, such as candles that came live; call it from a thread that may wait for files.

    Only what is over by `history.complete_until` is kept, and no open interest that the venue lists itself. It never
    raises for a store that cannot be used.

    Parameters
    ----------
    history : History
        Frames by kind of one contract; every frame may be short or empty.
    store : Store, optional
        Where to; the user's own by default.

    Returns
    -------
    str or None
        Why it could not be kept, as a sentence.
    """
    try:
        store = store or Store()
        remember(store.root, history.instrument)
        for kind, frame in history.frames.items():
            if kind == "open_interest" and venue(history.instrument.venue).interest_history:
                continue  # its history has the values of the grid
            _write(store, history.instrument, history.step, kind, frame, history.complete_until, [])
    except _FAILURES as error:
        return f"{history.instrument.venue}: nothing is kept on this machine, the store cannot be used ({_said(error)})"
    return None


def _doubtful(kind: Kind, frame: pd.DataFrame, step: int) -> Spans:
    """Return the spans [ns] of stored rows that are far from those around them: the venue may have mended them."""
    names = [name for name in _LEVELS.get(kind, ()) if name in frame]
    if frame.empty or not names:
        return []
    times = pd.DatetimeIndex(frame.index).as_unit("ns").asi8
    odd = np.any([doubtful_rows(times, frame[name].to_numpy(np.float64)) for name in names], axis=0)
    return [(time, time + step) for time in times[odd].tolist()]


def _series(contract: Instrument, kind: Kind, step: int) -> tuple[str, str, str, str | None]:
    return contract.venue, series_symbol(contract), kind, duration_text(step) if KINDS[kind].timed else None


def _write(  # noqa: PLR0917 - what a series is, its rows, what they are known for
    store: Store, contract: Instrument, step: int, kind: Kind, frame: pd.DataFrame, now: int, known: Spans
) -> None:
    """Write what is over by `now` [ns]."""
    if kind == "candles":
        frame = frame[frame.index <= timestamp(now - step)]
    covered = [(timestamp(low), timestamp(high)) for low, high in known]
    if len(frame) or covered:
        store.write(*_series(contract, kind, step), frame, covered=covered)


def _said(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{text[:100]}; LIQWIDGET_HOME names another folder"
