"""A local store of market history: Parquet by venue, symbol, kind, timeframe and day, so that only gaps are fetched."""

from __future__ import annotations

import time as clock
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import column_name
from liqwidget.domain.stamps import times_of
from liqwidget.domain.time import DAY, HOUR, duration_ns, duration_text, time_ns, timestamp
from liqwidget.errors import DataError, plain
from liqwidget.market.store import files
from liqwidget.market.store.files import EVENTS, KINDS, Day, Kind, Spans, StoreWarning
from liqwidget.market.store.parquet import NewerFileError
from liqwidget.market.store.sound import unsound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["KINDS", "Store", "StoreWarning"]

Columns = dict[str, npt.NDArray[Any]]
TimeSpans = list[tuple[pd.Timestamp, pd.Timestamp]]

_NEWER = "written by a newer version of liqwidget"
SETTLING = HOUR
"""What is younger than this [ns] may still be revised: it is kept, but asked for again, and what comes then counts."""


class Store:
    """History of markets on this machine.

    One file a UTC day, replaced whole: two notebooks may read and write at once, and what is written later counts.
    A file that cannot be read is set aside with a StoreWarning and counts as missing. Nothing is ever unpickled.

    Parameters
    ----------
    root : path, optional
        Folder; by default ``store`` in ``LIQWIDGET_HOME``, or else in the platform's cache folder for liqwidget.
    now : callable, optional
        The present [ns UTC]; the system's clock by default.
    warn : callable, optional
        Takes the sentence about a file that was set aside; by default it becomes a StoreWarning.

    Notes
    -----
    Only what is over is kept: closed candles, settled funding. What was kept is not asked for again, so a row that the
    venue revises is taken up if that happens within an hour (`SETTLING`), or after the unfinished day if it is the
    last one; for a later revision, ``liqwidget.history(..., refresh=True)`` reads again and replaces, and
    ``liqwidget.store.prune`` forgets.
    """

    def __init__(
        self,
        root: str | Path | None = None,
        *,
        now: Callable[[], int] = clock.time_ns,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.root = files.home() / "store" if root is None else Path(root).expanduser()
        self._now = now
        self._warn = warn or _warned

    def __repr__(self) -> str:
        return f"Store({str(self.root)!r})"

    def write(
        self,
        venue: str,
        symbol: str,
        kind: str,
        timeframe: str | None,
        frame: pd.DataFrame,
        *,
        covered: Iterable[tuple[Any, Any]] = (),
    ) -> None:
        """Add rows; a row of a time that is already there is replaced, its missing values kept.

        Parameters
        ----------
        venue, symbol : str
            Such as ``'binance'`` and ``'BTC/USDT:USDT'``.
        kind : str
            'candles', 'open_interest', 'funding', 'long_short', 'taker_volume', 'liquidations' or 'trades'.
        timeframe : str or None
            Such as ``'5m'`` for candles and open interest; None for the others.
        frame : DataFrame
            As `MarketData.from_frames` takes them; may be empty where `covered` is given.
        covered : iterable of (time, time)
            Half-open spans that are known even where they have no rows. Without them, candles and open interest are
            known where rows follow each other by one timeframe, and events nowhere.

        Raises
        ------
        DataError
            If a name, time or column cannot be used.

        Notes
        -----
        What lies after the last row of the unfinished day, and that row itself, is never counted as known, nor what is
        younger than an hour: it is fetched again.
        """
        folder, what = self._folder(venue, symbol, kind, timeframe)
        columns = _columns(frame, kind, what)
        fault = unsound(columns, files.step_of(folder, what) if kind == "candles" else None, keyed=what.keyed)
        if fault is not None:
            at = timestamp(columns["time"][fault[0]])
            raise DataError(f"Expected {fault[1]} in {kind}, was a row at {at} without: nothing is kept of them")
        spans = self._known(columns["time"], what, timeframe, covered)
        days = {int(day) for day in np.unique(columns["time"] // DAY)}
        days |= {day for start, end in spans for day in range(start // DAY, -(-end // DAY))}
        for number in sorted(days):
            start = number * DAY
            low, high = np.searchsorted(columns["time"], (start, start + DAY))
            if high - low > what.most_rows:
                raise DataError(f"Expected at most {what.most_rows:,} rows of {kind} a day, was {high - low:,}")
            part = {name: column[low:high] for name, column in columns.items()}
            added = Day(part, cut(spans, start, start + DAY))
            path = folder / files.day_name(start)
            with files.locked(folder):
                try:
                    old = files.read_day_locked(path, what, self._warn)
                except NewerFileError:
                    self._left(path, 1, _NEWER)
                    continue
                new = added if old is None else _merged(old, added, what)
                if old is None or not new.same(old):
                    files.write_day(path, new)

    def read(  # noqa: PLR0917 - what a series is, then the span
        self, venue: str, symbol: str, kind: str, timeframe: str | None, start: Any = None, end: Any = None
    ) -> pd.DataFrame:
        """Return the rows with start <= time < end, oldest first; an empty frame if there are none.

        Raises
        ------
        DataError
            If a name or time cannot be used.
        """
        return self.recall(venue, symbol, kind, timeframe, start, end)[0]

    def missing(  # noqa: PLR0917 - what a series is, then the span
        self, venue: str, symbol: str, kind: str, timeframe: str | None, start: Any, end: Any
    ) -> TimeSpans:
        """Return the half-open spans of start to end that are not known, in order.

        Raises
        ------
        DataError
            If a name or time cannot be used.
        """
        return self.recall(venue, symbol, kind, timeframe, start, end)[1]

    def recall(  # noqa: PLR0917 - what a series is, then the span
        self, venue: str, symbol: str, kind: str, timeframe: str | None, start: Any = None, end: Any = None
    ) -> tuple[pd.DataFrame, TimeSpans]:
        """Return what `read` and `missing` return, from one look at the files."""
        folder, what = self._folder(venue, symbol, kind, timeframe)
        low, high = _bounds(start, end)
        days = [day for _, day in self._days(folder, what, low, high)]
        parts = [day.columns for day in days]
        names = ["time", *(name for name in what.columns if any(name in part for part in parts))]
        if not parts:
            names = ["time", *(name for name, needed in what.columns.items() if needed)]
        joined = {name: np.concatenate([_column(part, name) for part in parts] or [_empty(name)]) for name in names}
        first, last = np.searchsorted(joined["time"], (low, high))
        frame = files.frame_of({name: column[first:last] for name, column in joined.items()}, what)
        known = union(span for day in days for span in day.covered)
        return frame, [(timestamp(first), timestamp(last)) for first, last in without(low, high, known)]

    def series(
        self,
        venue: str | None = None,
        symbol: str | None = None,
        kind: str | None = None,
        timeframe: str | None = None,
    ) -> Iterator[tuple[Path, dict[str, str]]]:
        """Yield the folder of each series, and its venue, symbol, kind and timeframe; what is not ours is passed over.

        A symbol may be the coin alone: 'BTC' finds 'BTC/USDT:USDT'.
        """
        for folder in sorted(self.root.glob("*/*/*/*")):
            parts = folder.relative_to(self.root).parts
            names = dict(zip(("venue", "symbol", "kind", "timeframe"), parts, strict=True))
            names |= {name: files.decoded(names[name]) for name in ("venue", "symbol")}
            asked = {"venue": venue, "kind": kind, "timeframe": timeframe}
            if (
                folder.is_dir()
                and names["kind"] in KINDS
                and all(value in {None, names[name]} for name, value in asked.items())
                and symbol in {None, names["symbol"], names["symbol"].split("/")[0]}
            ):
                yield folder, names

    def _folder(self, venue: str, symbol: str, kind: str, timeframe: str | None) -> tuple[Path, Kind]:
        if kind not in KINDS:
            raise DataError(f"Expected kind as one of {', '.join(KINDS)}, was {kind!r:.40}")
        what = KINDS[kind]
        if what.timed != (timeframe is not None):
            expected = "a timeframe such as '5m'" if what.timed else "no timeframe (None)"
            raise DataError(f"Expected {expected} for {kind}, was {timeframe!r:.40}")
        step = EVENTS if timeframe is None else duration_text(duration_ns(timeframe))
        place = files.encoded(venue, "a venue", upper=False), files.encoded(symbol, "a symbol", upper=True)
        return self.root.joinpath(*place, kind, step.replace(" ", "")), what

    def _days(self, folder: Path, what: Kind, low: int, high: int) -> Iterator[tuple[int, Day]]:
        """Yield the days that overlap a span, in order; those that cannot be read now are left, and said once."""
        left: dict[str, list[Path]] = {}
        for path in files.day_files(folder):
            start = files.day_of(path)
            if start is None or not (start < high and low < start + DAY):
                continue
            try:
                day = files.read_day(path, what, self._warn)
            except NewerFileError:
                left.setdefault(_NEWER, []).append(path)
            except OSError as error:
                left.setdefault(plain(error.strerror or error), []).append(path)
            else:
                if day is not None:
                    yield start, day
        for why, paths in left.items():
            self._left(paths[0], len(paths), why)

    def _left(self, path: Path, count: int, why: str) -> None:
        """Say that files are left as they are."""
        others = f" and {count - 1} more beside it" if count > 1 else ""
        self._warn(f"{path}{others} cannot be used now ({why}): left as it is, and counts as missing")

    def _known(
        self, times: npt.NDArray[np.int64], what: Kind, timeframe: str | None, covered: Iterable[tuple[Any, Any]]
    ) -> Spans:
        """Return the spans that a write makes known."""
        spans = _runs(times, duration_ns(timeframe)) if what.timed and timeframe is not None else []
        spans += [(time_ns(start, "covered"), time_ns(end, "covered")) for start, end in covered]
        now = self._now()
        today = now // DAY * DAY
        recent = times[(times >= today) & (times <= now)]
        limit = int(recent[-1]) if len(recent) else today
        return cut(union(spans), -(2**63), min(limit, now - SETTLING))


def _warned(text: str) -> None:
    warnings.warn(plain(text), StoreWarning, stacklevel=2)


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans in order, those that touch joined."""
    joined: Spans = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def cut(spans: Spans, low: int, high: int) -> Spans:
    """Return the parts of spans inside low to high."""
    return [(max(start, low), min(end, high)) for start, end in spans if max(start, low) < min(end, high)]


def without(low: int, high: int, known: Spans) -> Spans:
    """Return the parts of low to high outside the known spans (in order and apart)."""
    gaps: Spans = []
    for start, end in known:
        if low < min(start, high):
            gaps.append((low, min(start, high)))
        low = max(low, end)
    if low < high:
        gaps.append((low, high))
    return gaps


def _runs(times: npt.NDArray[np.int64], step: int) -> Spans:
    """Return the spans in which rows follow each other by a timeframe; venues stamp up to 2 % or 3 s late."""
    if not len(times):
        return []
    slack = max(step // 50, min(3_000_000_000, step // 2))
    breaks = np.flatnonzero(np.diff(times) > step + slack)
    starts, ends = np.append(0, breaks + 1), np.append(breaks, len(times) - 1)
    return [(int(times[first]), int(times[last]) + step) for first, last in zip(starts, ends, strict=True)]


def _bounds(start: Any, end: Any) -> tuple[int, int]:
    low = -(2**62) if start is None else time_ns(start, "start")
    high = 2**62 if end is None else time_ns(end, "end")
    if low > high:
        raise DataError(f"Expected start at or before end, was {timestamp(low)} and {timestamp(high)}")
    return low, high


def _columns(frame: object, kind: str, what: Kind) -> Columns:
    """Return a frame's columns in the order of time, checked."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"Expected {kind} as a pandas DataFrame, was {type(frame).__name__}")
    if frame.empty:
        return {name: _empty(name) for name, needed in {"time": True, **what.columns}.items() if needed}
    known = {"time", *what.columns}
    strange = [name for name in frame.columns if name not in known]
    if strange or not any(name in frame.columns for name in what.columns):
        raise DataError(f"Expected columns among {', '.join(what.columns)} in {kind}, was {list(frame.columns)!r:.120}")
    times = times_of(frame, kind)
    columns: Columns = {"time": times}
    for name, needed in what.columns.items():
        if name == "side":
            columns[name] = _sides(frame, kind)
        elif needed or name in frame.columns:
            columns[name] = check.numbers(frame, name, kind, times, missing=True)
    order = np.argsort(times, kind="stable")
    if what.keyed:
        # Of rows of one time the last counts.
        order = order[np.append(np.diff(times[order]) != 0, True)]
    return {name: column[order] for name, column in columns.items()}


def _sides(frame: pd.DataFrame, kind: str) -> npt.NDArray[Any]:
    values = frame[column_name(frame, "side", kind)]
    bad = ~values.isin(["long", "short"])
    if bad.any():
        raise DataError(f"Expected 'long' or 'short' in column 'side' of {kind}, was {values[bad].iloc[0]!r:.40}")
    return values.to_numpy(dtype=object)


def _merged(old: Day, new: Day, what: Kind) -> Day:
    """Return both days: of rows of one time the new one, of equal events the larger count."""
    covered = union([*old.covered, *new.covered])
    names = [name for name in ("time", *what.columns) if name in old.columns or name in new.columns]
    if what.keyed:
        times = np.union1d(old.columns["time"], new.columns["time"])
        columns: Columns = {"time": times}
        for name in names[1:]:
            column = np.full(len(times), np.nan)
            for part in (old, new):
                values = _column(part.columns, name)
                given = ~np.isnan(values)
                column[np.searchsorted(times, part.columns["time"][given])] = values[given]
            columns[name] = column
        return Day(columns, covered)
    if what.replaced and len(new):
        outside = _outside(old.columns["time"], new.covered)
        old = Day({name: column[outside] for name, column in old.columns.items()}, old.covered)
    if not (len(old) and len(new)):
        return Day((new if len(new) else old).columns, covered)
    # The n-th of equal events in one is the n-th in the other.
    parts = [pd.DataFrame({name: part.columns[name] for name in names}) for part in (old, new)]
    counted = [part.assign(n=part.groupby(names, dropna=False).cumcount()) for part in parts]
    both = pd.concat(counted).drop_duplicates([*names, "n"]).sort_values("time", kind="stable")
    return Day({name: both[name].to_numpy(dtype=_dtype(name)) for name in names}, covered)


def _outside(times: npt.NDArray[np.int64], spans: Spans) -> npt.NDArray[np.bool_]:
    """Return which times lie in none of the spans."""
    free = np.ones(len(times), np.bool_)
    for low, high in spans:
        free &= (times < low) | (times >= high)
    return free


def _dtype(name: str) -> Any:
    return {"time": np.int64, "side": object}.get(name, np.float64)


def _empty(name: str) -> npt.NDArray[Any]:
    return np.empty(0, _dtype(name))


def _column(columns: Columns, name: str) -> npt.NDArray[Any]:
    """Return a column; NaN where that part has none."""
    return columns[name] if name in columns else np.full(len(columns["time"]), np.nan)
