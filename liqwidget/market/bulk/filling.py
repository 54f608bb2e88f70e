"""Public files into the store: what it lacks, a few files at a time, each verified, and what stays missing."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.time import DAY, MINUTE, duration_text, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.archive import LATE, MONTH_LATE
from liqwidget.market.bulk.cleaning import Reading
from liqwidget.market.bulk.opening import tables
from liqwidget.market.bulk.reading import by_day, chunks_read
from liqwidget.market.bulk.transfer import UnfitError
from liqwidget.market.store.contracts import series_symbol
from liqwidget.market.store.days import KINDS, cut, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from liqwidget.market.bulk.archive import Archive, BulkFile, Series
    from liqwidget.market.bulk.transfer import Transfer
    from liqwidget.market.store.days import Store
    from liqwidget.market.store.files import Spans
    from liqwidget.market.venue.instrument import Instrument

_PROBES = (14, 4, 24)
"""Days of a month that are asked for first: where a venue has none of them, the month is passed over."""
_MANY = 10
"""Fewer days are asked for without a trial."""
_MONTHLY = 3
"""So many days of a month are missing before its one file is fetched in place of daily ones."""
_HELD = 8
"""Files that are under way, or wait to be read, at a time."""
INTEREST_STEP = 5 * MINUTE
"""Length of time between values of open interest in files, under which they are kept too."""
_SHOWN = 3
_LONGEST = 160
_NAMED = 12
"""Spans that are named one by one in a note."""


@dataclass(slots=True)
class Filling:
    """One contract's public files, brought into the store.

    Parameters
    ----------
    archive : Archive
        What the venue has.
    contract : Instrument
        Of what.
    step : int
        Length of a candle [ns].
    store : Store
        Where to.
    transfer : Transfer
        What fetches; open.
    writer : Executor
        Reads and writes one file after the other, so that memory holds a day of one.
    now : int
        The present [ns UTC].
    """

    archive: Archive
    contract: Instrument
    step: int
    store: Store
    transfer: Transfer
    writer: Executor
    now: int
    expected: int = 0
    """Files that may be fetched."""
    done: int = 0
    """Files that were fetched, or are none."""
    _gaps: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)
    _span: tuple[int, int] = (0, 0)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_HELD))
    _unfit: list[str] = field(default_factory=list)
    _left_out: dict[str, int] = field(default_factory=dict)

    async def fill(self, since: int, until: int, kinds: Iterable[str], *, refresh: bool = False) -> None:
        """Bring what is missing from one time to another [ns] of kinds of the store.

        Raises
        ------
        SourceError
            If the host refuses or cannot be reached; what came is stored.
        """
        wanted, self._span = set(kinds), (since, until)
        chosen = [one for one in self.archive.series(self.contract, self.step) if wanted & set(one.kinds)]
        spans = await asyncio.to_thread(lambda: [self._missing(one, since, until, refresh=refresh) for one in chosen])
        months = [list(self._months(one, span)) for one, span in zip(chosen, spans, strict=True)]
        self.expected = sum(len(part.days) if not part.whole else 1 for parts in months for part in parts)
        tasks = [
            asyncio.ensure_future(self._month(one, part))
            for one, parts in zip(chosen, months, strict=True)
            for part in reversed(parts)
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------------ what is missing

    def _missing(self, series: Series, since: int, until: int, *, refresh: bool) -> Spans:
        """Return what the store lacks of what a series may have."""
        low = max(since, time_ns(series.first, "first") - series.ahead)
        high = min(until, (self.now - LATE + series.ahead) // DAY * DAY - series.ahead)
        if low >= high:
            return []
        if refresh:
            return [(low, high)]
        kind = series.kinds[0]
        ends = timestamp(low), timestamp(high)
        missing = self.store.missing(*self._names(kind, self.step), *ends)
        return union((start.value, end.value) for start, end in missing)

    def _names(self, kind: str, step: int) -> tuple[str, str, str, str | None]:
        symbol = series_symbol(self.contract)
        return self.contract.venue, symbol, kind, duration_text(step) if KINDS[kind].timed else None

    def _months(self, series: Series, missing: Spans) -> Iterator[_Month]:
        """Yield the months of what is missing, each with its missing days."""
        if not missing:
            return
        days = [
            day for low, high in missing
            for day in range((low + series.ahead) // DAY * DAY, high + series.ahead, DAY)
        ]  # fmt: skip
        grouped: dict[int, list[int]] = {}
        for day in sorted(set(days)):
            grouped.setdefault(int(timestamp(day).normalize().replace(day=1).value), []).append(day)
        for start, inside in grouped.items():
            end = int((timestamp(start) + pd.offsets.MonthBegin(1)).value)
            over = end - series.ahead + MONTH_LATE <= self.now
            whole = bool(series.month) and (not series.day or (over and len(inside) >= _MONTHLY))
            if whole and not over:
                continue  # no file yet, and none of days
            yield _Month(start, tuple(inside), whole, over)

    # ------------------------------------------------------------------ one month

    async def _month(self, series: Series, month: _Month) -> None:
        """Bring one month: its one file where there is one, else those of its days."""
        days = list(month.days)
        if month.whole:
            file = series.of_month(month.start)
            there = await self._one(series, file, final=not series.day)
            self.done += 1
            if not series.day:
                if not there:
                    self._gap(series, file.span)
                return
            if there:
                days = await asyncio.to_thread(self._days_left, series, days)
            self.expected += len(days)
        probes = [] if len(days) < _MANY else [days[number] for number in _PROBES if number < len(days)]
        found = [await self._day(series, day) for day in probes]
        if probes and not any(found):
            self.done += len(days) - len(probes)
            self._gap(series, (days[0] - series.ahead, days[-1] + DAY - series.ahead))
        else:
            found += await asyncio.gather(*(self._day(series, day) for day in days if day not in probes))
        if month.over and series.month and not month.whole and not all(found):
            await self._one(series, series.of_month(month.start), final=False)

    def _days_left(self, series: Series, days: list[int]) -> list[int]:
        """Return the days of which something is still missing."""
        kind = series.kinds[0]
        left = []
        for day in days:
            low, high = timestamp(day - series.ahead), timestamp(day + DAY - series.ahead)
            if self.store.missing(*self._names(kind, self.step), low, high):
                left.append(day)
        return left

    async def _day(self, series: Series, day: int) -> bool:
        file = series.of_day(day)
        there = await self._one(series, file, final=True)
        self.done += 1
        if not there:
            self._gap(series, file.span)
        return there

    async def _one(self, series: Series, file: BulkFile, *, final: bool) -> bool:
        """Bring one file into the store; return whether there is one that can be used."""
        loop = asyncio.get_running_loop()
        async with self._room:
            try:
                path = await self.transfer.fetch(file, series.largest)
                if path is None:
                    return False
                try:
                    await loop.run_in_executor(self.writer, self._kept, series, file, path, final)
                finally:
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)
            except UnfitError as error:
                self._unfit.append(str(error))
                return False
            except DataError as error:
                self._unfit.append(f"{file.name} cannot be read ({_shortly(str(error))})")
                return False
        return True

    def _kept(self, series: Series, file: BulkFile, path: Path, final: bool) -> None:  # noqa: FBT001 - in another thread
        """Read a file and write it; with `final` what it does not hold of its span is known to be missing."""
        reading = Reading(
            self.contract.inverse, self.contract.contract_size, self.contract.scale, self.step, grid=series.part
        )
        chunks = chunks_read(tables(path), reading, {self.contract.id}.intersection, name=path.name)
        known = [file.span] if final else []
        last: dict[str, pd.DataFrame] = {}
        several: set[str] = set()
        for frames in by_day(part for _, part in chunks):
            for kind, frame in frames.items():
                if kind in last:
                    several.add(kind)
                    self._write(series, kind, last[kind], [])
                last[kind] = frame
        first = series.kinds[0]
        if KINDS[first].timed and not len(last.get(first, ())):  # a market has some each day, of events not always
            raise DataError("it has no rows")
        for kind in dict.fromkeys((*series.kinds, *last)):
            rows = last.get(kind, pd.DataFrame())
            if kind in several:
                self._write(series, kind, rows, [])
                rows = pd.DataFrame()
            self._write(series, kind, rows, known)
        for what, count in reading.left_out.items():
            self._left_out[what] = self._left_out.get(what, 0) + count

    def _write(self, series: Series, kind: str, frame: pd.DataFrame, known: Spans) -> None:
        steps: tuple[int, ...] = (self.step,)
        if kind == "open_interest" and self.step != INTEREST_STEP:
            steps = (INTEREST_STEP, self.step)
        for step in steps if KINDS[kind].timed else (self.step,):
            rows = frame
            if len(rows) and kind == "candles" and series.part not in {None, step}:
                rows = cleaning.longer(rows, step, series.part or step)
            elif len(rows) and kind == "open_interest" and step > INTEREST_STEP:
                rows = rows[pd.DatetimeIndex(rows.index).as_unit("ns").asi8 % step == 0]
            covered = known
            if len(rows) and kind == "trades":  # a day that is read again takes the place of what was there
                covered = union([*known, *_whole_days(rows)])
            if len(rows) or covered:
                ends = [(timestamp(low), timestamp(high)) for low, high in covered]
                self.store.write(*self._names(kind, step), rows, covered=ends)

    # ------------------------------------------------------------------ what is said

    def _gap(self, series: Series, span: tuple[int, int]) -> None:
        self._gaps.setdefault((series.name, series.kinds[0]), []).append(span)

    @property
    def end(self) -> int:
        """Up to when there may be files [ns]."""
        return (self.now - LATE) // DAY * DAY

    def notes(self) -> list[str]:
        """Return what is missing in the store still, does not fit its checksum, or was left out."""
        venue, notes = self.contract.venue, []
        for (name, kind), spans in self._gaps.items():
            left: list[tuple[int, int]] = []
            for low, high in cut(union(spans), *self._span):
                missing = self.store.missing(*self._names(kind, self.step), timestamp(low), timestamp(high))
                left += [(start.value, end.value) for start, end in missing]
            if left:
                words = ", ".join(cleaning.span_words(*span) for span in left[:_NAMED])
                more = f" and {len(left) - _NAMED} more spans" if len(left) > _NAMED else ""
                notes.append(f"{venue} has no public files of {name} for {words}{more}")
        if self._unfit:
            shown = "; ".join(sorted(self._unfit)[:_SHOWN])
            shown += f"; and {len(self._unfit) - _SHOWN} more" if len(self._unfit) > _SHOWN else ""
            notes.append(f"{venue}: left out of its public files: {shown}")
        notes += [f"{venue}, left out of its public files: {count:,} {what}" for what, count in self._left_out.items()]
        if self.done and self.archive.note:
            notes.append(f"{venue}, public files: {self.archive.note}")
        return notes


@dataclass(frozen=True, slots=True)
class _Month:
    """A month with what is missing of it.

    Parameters
    ----------
    start : int
        Its begin [ns, of the clock of the files].
    days : tuple of int
        Its missing days, by their begin.
    whole : bool
        Whether its one file is fetched first.
    over : bool
        Whether it has one by now.
    """

    start: int
    days: tuple[int, ...]
    whole: bool
    over: bool


def _shortly(words: str) -> str:
    """Return why a file cannot be read, without what helps one who has given it himself."""
    before, _, inner = words.partition("which cannot be read (")
    text = inner.rpartition(")")[0] if inner else before.partition(". Read are")[0]
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] + " ..."


def _whole_days(rows: pd.DataFrame) -> Spans:
    times: Any = pd.DatetimeIndex(rows["time"]).as_unit("ns").asi8
    return [(int(times.min()), int(times.max()) + 1)]
