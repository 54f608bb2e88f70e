"""Reading one venue's past through a client: pages, newest first, each checked and none asked for twice.

A page is a stretch of time. Rows outside of it are dropped; where a page came back short at an end, the rest is asked
for again while that brings new rows, so a venue that sends fewer rows than asked for, or the same page again and again,
neither hides candles nor holds the reading up.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import HOUR, MILLISECOND, MINUTE, duration_ns, duration_text, timestamp
from liqwidget.errors import SourceError
from liqwidget.market.history import FIRST_KINDS, Gathering, Kind
from liqwidget.market.payloads import interest, liquidation, liquidation_items, number
from liqwidget.market.symbols import Instrument, Wanted, resolve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from liqwidget.market.exchange_client import Client

    Progress = Callable[[str, Kind, int], None]
    Page = Callable[[int, int], Awaitable[list[Any]]]
    """Asks for the rows from one time to another [ms], the first inclusive, the second exclusive."""
    TimeOf = Callable[[Any], float]
    Span = tuple[int, int]

TOGETHER = 4
"""Pages of one kind under way at a time."""
_SHORT = 12
"""How often the rest of a short page is asked for."""
_LIQUIDATION_PAGES = 20
_FUNDING_STEP = HOUR
"""The shortest funding period [ns]; pages of funding are cut by it."""
_EARLY = 10 * MINUTE
"""Kept away from the oldest open interest that a venue still has, which it refuses to go beyond."""


async def find(client: Client, wanted: Wanted) -> Instrument:
    """Return the contract of a venue that a symbol asks for.

    Raises
    ------
    SourceError
        If the venue refuses, or lists no such contract.
    """
    exchange = await client.open()
    return resolve(wanted, client.venue, exchange.markets.values())


async def gather_history(
    client: Client,
    gathering: Gathering,
    since: int,
    until: int | None = None,
    *,
    kinds: Iterable[Kind] = FIRST_KINDS,
    progress: Progress | None = None,
    present: bool = True,
) -> None:
    """Read kinds of data of one contract into `gathering`, newest first.

    Parameters
    ----------
    client : Client
        Whom to ask; open.
    gathering : Gathering
        Where to.
    since, until : int, int or None
        From when, and up to when [ns]; None is the venue's present.
    kinds : iterable of str
        What to read.
    progress : callable, optional
        Called with venue, kind and rows so far after each page, on the loop's thread.
    present : bool
        Whether the open interest of this moment is asked for, besides its history.

    Raises
    ------
    SourceError
        If the candles cannot be read. Of the other kinds a failure is a note.
    """
    reading = _Reading(client, gathering, progress, present=present)
    gathering.asked_at = min(client.now, until) if until is not None else client.now
    tasks = [asyncio.ensure_future(reading.read(kind, since, gathering.asked_at)) for kind in dict.fromkeys(kinds)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    gathering.complete = True


class _Reading:
    """One history under way."""

    def __init__(self, client: Client, gathering: Gathering, progress: Progress | None, *, present: bool) -> None:
        self.client, self.gathering, self.progress, self.present = client, gathering, progress, present
        self.venue, self.instrument = client.venue, gathering.instrument
        self.room = asyncio.Semaphore(TOGETHER)

    async def read(self, kind: Kind, since: int, until: int) -> None:
        """Read one kind; a failure of any but the candles becomes a note."""
        ways = {
            "candles": self._candles,
            "open_interest": self._interest,
            "funding": self._funding,
            "liquidations": self._liquidations,
            "long_short": self._ratios,
        }
        try:
            await ways[kind](since, until)
        except SourceError as error:
            if kind == "candles":
                raise
            self.gathering.note(f"{kind.replace('_', ' ')} could not be read: {error}")

    # ------------------------------------------------------------------ candles

    async def _candles(self, since: int, until: int) -> None:
        step, name = self.gathering.step, duration_text(self.gathering.step)
        if name not in self.client.exchange.timeframes:
            known = ", ".join(part for part in self.client.exchange.timeframes if part[-1] in "mhd")
            message = f"{self.venue.name} has no candles of {name}; it has {known}"
            raise SourceError(message, venue=self.venue.name)
        first = since // step * step
        if self.venue.candle_rows is not None:
            first = max(first, until // step * step - (self.venue.candle_rows - 1) * step)
            if first > since:
                self.gathering.note(f"{self.venue.name} gives its newest {self.venue.candle_rows:,} candles only")

        async def page(start: int, end: int) -> list[Any]:
            # HTX ignores the times as soon as a limit is given.
            limit = None if self.venue.name == "htx" else self.venue.candle_page
            # OKX takes the end exclusively, the others inclusively.
            last = end if self.venue.name == "okx" else end - 1
            return list(await self._ask("fetch_ohlcv", self.instrument.symbol, name, start, limit, {"until": last}))

        await self._pages("candles", page, _stamp, step=step, rows=self.venue.candle_page, span=(first, until))
        if not self.gathering.count("candles"):
            message = f"{self.venue.name} sent no candles of {self.instrument.id[:40]} for the time asked for"
            raise SourceError(message, venue=self.venue.name, retryable=True)

    # ------------------------------------------------------------------ open interest

    async def _interest(self, since: int, until: int) -> None:
        self.gathering.add("open_interest")
        if self.present and self.venue.interest_now and self.client.now - until < self.gathering.step:
            row = await self._ask("fetch_open_interest", self.instrument.symbol)
            self.gathering.add("open_interest", [(_info(row), _time_of(row, self.client.now))])
        for period, start, end in self._interest_stretches(since, until):
            page = self._interest_page(period)
            rows, step = self.venue.interest_page, duration_ns(period)
            await self._pages("open_interest", page, self._interest_time, step=step, rows=rows, span=(start, end))

    def _interest_stretches(self, since: int, until: int) -> Iterator[tuple[str, int, int]]:
        """Yield periods with the time to read them for, newest first: the finest one as far back as it is kept."""
        periods = [part for part in self.venue.interest_history if duration_ns(part) <= self.gathering.step]
        periods = periods[-1:] + [
            part for part in self.venue.interest_history if duration_ns(part) > self.gathering.step
        ]
        end = until
        for period in periods:
            span = self.venue.interest_span(period)
            start = since if span is None else max(since, until - span + _EARLY)
            if start < end:
                yield period, start, end
            end = min(start, end)
            if end <= since:
                return

    def _interest_page(self, period: str) -> Page:
        async def page(start: int, end: int) -> list[Any]:
            symbol, limit, more = self.instrument.symbol, self.venue.interest_page, {"until": end - 1}
            since: int | None = start
            match self.venue.name:
                case "gate":
                    more, limit = {}, (end - start) // (duration_ns(period) // MILLISECOND)
                case "htx":
                    more, since = {"amount_type": 2}, None
            rows = await self._ask("fetch_open_interest_history", symbol, period, since, limit, more)
            return [(_info(row), _time_of(row, None)) for row in rows]

        return page

    def _interest_time(self, row: tuple[Any, int | None]) -> float:
        time, _ = interest(row[0], self.instrument)
        stamp = row[1] if time is None else time
        return math.nan if stamp is None else stamp / MILLISECOND

    # ------------------------------------------------------------------ funding, liquidations, long/short ratio

    async def _funding(self, since: int, until: int) -> None:
        self.gathering.add("funding")
        name = self.venue.funding_until

        async def page(start: int, end: int) -> list[Any]:
            more = {name: end if name == "after" else end - 1} if name else {}
            limit = self.venue.funding_page
            return list(await self._ask("fetch_funding_rate_history", self.instrument.symbol, start, limit, more))

        rows = self.venue.funding_page if name else math.ceil((until - since) / _FUNDING_STEP) + 1
        await self._pages("funding", page, _timestamp, step=_FUNDING_STEP, rows=rows, span=(since, until))

    async def _liquidations(self, since: int, until: int) -> None:
        if not self.venue.liquidation_history:
            stream = self.venue.liquidation_stream
            later = "they are collected live" if stream else "nor is there a stream"
            self.gathering.note(f"{self.venue.name} lists no past liquidations, {later}")
            return
        self.gathering.add("liquidations")
        first = max(since, until - duration_ns(self.venue.liquidation_history))
        window = self.venue.liquidation_window or until - first
        end = until
        while end > first:
            start = max(first, end - window)
            for item in await self._liquidation_page(start, end):
                self.gathering.add("liquidations", [liquidation(item, self.instrument)])
            self._told("liquidations")
            end = start

    async def _liquidation_page(self, start: int, end: int) -> list[Any]:
        """Return the raw items of a stretch of time [ns]."""
        low, high, limit = start // MILLISECOND, end // MILLISECOND, self.venue.liquidation_page
        if self.venue.name == "okx":
            return await self._liquidations_of_okx(low, high, limit)
        more: dict[str, Any] = {"until": high}
        if self.venue.name == "gate":
            more = {"from": low // 1000, "to": high // 1000}  # ccxt passes milliseconds where Gate takes seconds
        rows = await self._ask("fetch_liquidations", self.instrument.symbol, low, limit, more)
        return [_info(row) for row in rows]

    async def _liquidations_of_okx(self, low: int, high: int, limit: int) -> list[Any]:
        """Return the raw items between two times [ms]; newest first, by pages. ccxt has no method of its own for it."""
        asked = {"instType": "SWAP", "instFamily": self.instrument.id.removesuffix("-SWAP"), "state": "filled"}
        found: list[Any] = []
        before = high
        for _ in range(_LIQUIDATION_PAGES):
            page = {**asked, "after": str(before), "limit": str(limit)}
            answer = await self._ask("request", "public/liquidation-orders", ["public"], "GET", page)
            items = [item for name, item in liquidation_items("okx", answer) if name == self.instrument.id]
            times = [number(item.get("ts")) for item in items]
            found += [item for item, time in zip(items, times, strict=True) if low <= time < before]
            oldest = min((time for time in times if time < before), default=math.nan)
            if not oldest > low:
                return found
            before = int(oldest)
        self.gathering.note(f"{self.venue.name}: liquidations are known from {timestamp(before * MILLISECOND)} on")
        return found

    async def _ratios(self, since: int, until: int) -> None:
        periods = [part for part in self.venue.ratio_periods if duration_ns(part) <= self.gathering.step]
        if not self.venue.ratio_periods:
            self.gathering.note(f"{self.venue.name} publishes no long/short ratio")
            return
        self.gathering.add("long_short")
        period, limit = (periods or list(self.venue.ratio_periods[:1]))[-1], self.venue.ratio_page
        start = max(since, until - limit * duration_ns(period)) // MILLISECOND
        symbol = self.instrument.symbol
        if self.venue.name == "gate":  # part of the statistics that open interest comes with
            rows = await self._ask("fetch_open_interest_history", symbol, period, start, limit)
            rows = [row | {"longShortRatio": number(_info(row).get("lsr_account"))} for row in rows]
        else:
            rows = await self._ask("fetch_long_short_ratio_history", symbol, period, start, limit)
        self.gathering.add("long_short", rows)
        self._told("long_short")

    # ------------------------------------------------------------------ pages

    async def _ask(self, name: str, *arguments: Any) -> Any:
        async with self.room:
            answer = await self.client.call(name, *arguments)
        if answer is None:
            message = f"{self.venue.name} answered with nothing"
            raise SourceError(message, venue=self.venue.name, retryable=True)
        return answer

    def _told(self, kind: Kind) -> None:
        if self.progress is not None:
            self.progress(self.venue.name, kind, self.gathering.count(kind))

    async def _pages(self, kind: Kind, page: Page, time_of: TimeOf, *, step: int, rows: int, span: Span) -> None:
        """Read a span of time [ns] in pages of `rows` with `step` [ns] between them, newest first, some at a time.

        Where two pages in a row are empty the venue has nothing older, and the rest is not asked for.
        """
        length = rows * step // MILLISECOND
        # What is stamped at the end counts; a candle that opens there is not there yet.
        first, last = span[0] // MILLISECOND, span[1] // MILLISECOND + int(kind != "candles")
        stretches = [(max(end - length, first), end) for end in range(last, first, -length)]
        if kind in {"candles", "open_interest"}:
            stretches = list(_on_grid(first, last, step // MILLISECOND, rows))
        if kind == "open_interest" and not self.venue.interest_windowed:
            stretches = stretches[:1]
        empty = 0
        for index in range(0, len(stretches), TOGETHER):
            wave = stretches[index : index + TOGETHER]
            grid = None if kind == "funding" else step // MILLISECOND
            tasks = [asyncio.ensure_future(self._whole(page, time_of, start, end, grid)) for start, end in wave]
            try:
                for task in tasks:
                    found = await task
                    self.gathering.add(kind, found)
                    self._told(kind)
                    empty = 0 if found else empty + 1
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if empty >= 2:  # noqa: PLR2004
                return

    async def _whole(self, page: Page, time_of: TimeOf, start: int, end: int, grid: int | None) -> list[Any]:
        """Return the rows from `start` to `end` [ms]; ends that are missing, or all of an empty page, are asked again.

        `grid` is the distance of rows [ms], None where it is not known.
        """
        kept: dict[float, Any] = {}
        stretches, tries = [(start, end)], 0
        while stretches and tries <= _SHORT:
            tries += 1
            asked, stretches = stretches, []
            for low, high in asked:
                rows = {time: row for row in await page(low, high) if low <= (time := time_of(row)) < high}
                new = [time for time in rows if time not in kept]
                kept.update(rows)
                if not rows and tries == 1:
                    stretches.append((low, high))
                elif new and grid is not None and self.venue.interest_windowed:
                    oldest, newest = min(rows), max(rows)
                    if oldest - low >= grid:
                        stretches.append((low, int(oldest)))
                    if high - newest > grid:
                        stretches.append((int(newest) + 1, high))
        return [kept[time] for time in sorted(kept)]


def _on_grid(first: int, last: int, step: int, rows: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of `rows` steps [ms] whose ends lie on the grid of UTC, newest first."""
    end = -(-last // step) * step
    while end > first:
        yield max(end - rows * step, first), end
        end -= rows * step


def _stamp(row: Any) -> float:
    return number(row[0]) if isinstance(row, list | tuple) and row else math.nan


def _timestamp(row: Any) -> float:
    return number(row.get("timestamp")) if isinstance(row, dict) else math.nan


def _info(row: Any) -> Any:
    return row.get("info", row) if isinstance(row, dict) else row


def _time_of(row: Any, now: int | None) -> int | None:
    """Return ccxt's time of a row [ns]; `now` where it has none."""
    time = number(row.get("timestamp")) if isinstance(row, dict) else math.nan
    return int(time) * MILLISECOND if 0 < time < math.inf else now
