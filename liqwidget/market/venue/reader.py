"""Reading one venue's past through a client: pages, newest first, each checked and kept as it comes."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from liqwidget.domain.margin import has_table
from liqwidget.domain.tiers import outdated
from liqwidget.domain.time import HOUR, MILLISECOND, MINUTE, duration_ns, duration_text, timestamp
from liqwidget.errors import LiqError, SourceError
from liqwidget.market.history import FIRST_KINDS, Gathering, Kind
from liqwidget.market.venue.pages import FUNDING_GAP, on_grid, whole_page
from liqwidget.market.venue.payload import number, said
from liqwidget.market.venue.rows import interest, liquidation
from liqwidget.market.venue.symbols import resolve
from liqwidget.market.venue.tiers import read_tiers
from liqwidget.market.venue.venue import raw

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from liqwidget.market.store.keeper import Keeper
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.pages import Page, Span, TimeOf

    Progress = Callable[[str, Kind, int], None]

TOGETHER = 4
"""Pages of one kind under way at a time."""
_FUNDING_STEP = HOUR
"""The shortest funding period [ns]; pages of funding are cut by it."""
_FIELDS = 6
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
    try:
        return resolve(wanted, client.venue, exchange.markets.values())
    except SourceError:
        try:
            more = await client.venue.more_markets(client.call, exchange, wanted.coin)
        except SourceError:
            raise
        except Exception as error:
            message = f"{client.venue.name} sent a list of contracts that cannot be read ({_words(error)})"
            raise SourceError(message, venue=client.venue.name, symbol=wanted.name) from error
        if not more:
            raise
    exchange.set_markets([*exchange.markets.values(), *more])
    return resolve(wanted, client.venue, exchange.markets.values())


async def gather_history(
    client: Client,
    gathering: Gathering,
    since: int,
    until: int | None = None,
    *,
    kinds: Iterable[Kind] = FIRST_KINDS,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
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
    keeper : Keeper, optional
        Says which spans are asked for, and keeps the pages; without it all is asked for.
    present : bool
        Whether the open interest of this moment is asked for, besides its history.

    Raises
    ------
    SourceError
        If the candles cannot be read. Of the other kinds a failure is a note.
    """
    reading = _Reading(client, gathering, progress, keeper, present=present)
    gathering.asked_at = min(client.now, until) if until is not None else client.now
    whole = [(since, gathering.asked_at)]
    tasks = [
        asyncio.ensure_future(
            reading.read(kind, whole if keeper is None else keeper.gaps(kind, *whole[0], gathering.instrument))
        )
        for kind in dict.fromkeys(kinds)
    ]
    if present and reading.wants_tiers(since):
        tasks.append(asyncio.ensure_future(reading.tiers()))
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    gathering.complete = True


class _Reading:
    """One history under way."""

    def __init__(
        self, client: Client, gathering: Gathering, progress: Progress | None, keeper: Keeper | None, *, present: bool
    ) -> None:
        self.client, self.gathering, self.progress, self.keeper = client, gathering, progress, keeper
        self.present = present
        self.venue, self.instrument = client.venue, gathering.instrument
        self.room = asyncio.Semaphore(TOGETHER)

    async def read(self, kind: Kind, spans: list[Span]) -> None:
        """Read spans [ns, in order] of one kind, newest first; a failure of any but the candles becomes a note."""
        ways: dict[Kind, Callable[[int, int], Awaitable[None]]] = {
            "candles": self._candles,
            "open_interest": self._interest,
            "funding": self._funding,
            "liquidations": self._liquidations,
            "long_short": partial(self._statistics, "long_short"),
            "taker_volume": partial(self._statistics, "taker_volume"),
        }
        try:
            for since, until in reversed(spans):
                await ways[kind](since, until)
        except Exception as error:
            if kind == "candles":
                raise
            self.gathering.note(f"{kind.replace('_', ' ')} could not be read: {_words(error)}")

    # ------------------------------------------------------------------ margin tiers

    def wants_tiers(self, since: int) -> bool:
        """Return whether the venue shows margin tiers and the package has none, or older ones, for `since` [ns]."""
        if self.venue.tiers != "public":
            return False
        contract = "inverse" if self.instrument.inverse else "linear"
        of = (self.venue.name, self.instrument.wanted.coin)
        return not has_table(*of, contract) or outdated(*of, since, self.client.now, contract)

    async def tiers(self) -> None:
        """Read them; a failure becomes a note."""
        try:
            async with self.room:
                self.gathering.tiers = await read_tiers(self.client, self.instrument)
        except Exception as error:  # noqa: BLE001 - an odd answer beside the candles must not cost the venue
            self.gathering.note(f"margin tiers could not be read: {_words(error)}")

    # ------------------------------------------------------------------ candles

    async def _candles(self, since: int, until: int) -> None:
        step, name = self.gathering.step, duration_text(self.gathering.step)
        if name not in self.client.api.timeframes:
            known = ", ".join(part for part in self.client.api.timeframes if part[-1] in "mhd")
            message = f"{self.venue.name} has no candles of {name}; it has {known}"
            raise SourceError(message, venue=self.venue.name)
        first = since // step * step
        if self.venue.candle_rows is not None:
            first = max(first, self.client.now // step * step - (self.venue.candle_rows - 1) * step)
            if first > since:
                self.gathering.note(f"{self.venue.name} gives its newest {self.venue.candle_rows:,} candles only")

        part = self.venue.candle_parts.get(name, name)
        asked = self.venue.candles_at_once(duration_ns(part), inverse=self.instrument.inverse)
        rows = asked * duration_ns(part) // step

        async def page(start: int, end: int) -> list[Any]:
            # A part of a longer candle would stand for the whole of it.
            start = start if part == name else start * MILLISECOND // step * step // MILLISECOND
            limit, more = self.venue.candle_request(start, end)
            limit = limit and min(limit, asked)
            found = list(await self._ask("fetch_ohlcv", self.instrument.symbol, part, start, limit, more))
            return found if part == name else longer_candles(found, step // MILLISECOND)

        found = await self._pages("candles", page, _stamp, step=step, rows=rows, span=(first, until))
        if not found and until >= self.gathering.asked_at:
            message = f"{self.venue.name} sent no candles of {self.instrument.id[:40]} for the time asked for"
            raise SourceError(message, venue=self.venue.name, retryable=True)

    # ------------------------------------------------------------------ open interest

    async def _interest(self, since: int, until: int) -> None:
        self.gathering.add("open_interest")
        if self.present and self.venue.interest_now and self.client.now - until < self.gathering.step:
            await self._interest_now()
        for period, start, end in self._interest_stretches(since, until):
            page = self._interest_page(period)
            rows, step = self.venue.interest_page, duration_ns(period)
            await self._pages("open_interest", page, self._interest_time, step=step, rows=rows, span=(start, end))

    async def _interest_now(self) -> None:
        """Read the present value; where there is a history it can be done without."""
        try:
            row = await self._ask("fetch_open_interest", self.instrument.symbol)
        except SourceError as error:
            if not self.venue.interest_history:
                raise
            self.gathering.note(f"the present open interest could not be read: {error}")
            return
        rows = [(raw(row), _time_of(row, self.client.now))]
        self.gathering.add("open_interest", rows)
        if not self.venue.interest_history:  # it is collected from now on
            self._keep("open_interest", rows)

    def _interest_stretches(self, since: int, until: int) -> Iterator[tuple[str, int, int]]:
        """Yield periods with the time to read them for, newest first: the finest one as far back as it is kept."""
        periods = [part for part in self.venue.interest_history if duration_ns(part) <= self.gathering.step]
        periods = periods[-1:] + [
            part for part in self.venue.interest_history if duration_ns(part) > self.gathering.step
        ]
        end = until
        for period in periods:
            span = self.venue.interest_span(period)
            start = since if span is None else max(since, self.client.now - span + _EARLY)
            if start < end:
                yield period, start, end
            end = min(start, end)
            if end <= since:
                return

    def _interest_page(self, period: str) -> Page:
        async def page(start: int, end: int) -> list[Any]:
            since, limit, more = self.venue.interest_request(start, end, duration_ns(period) // MILLISECOND)
            symbol = self.instrument.symbol
            rows = await self._ask("fetch_open_interest_history", symbol, period, since, limit, more)
            return [(raw(row), _time_of(row, None)) for row in rows]

        return page

    def _interest_time(self, row: tuple[Any, int | None]) -> float:
        time, _ = interest(row[0], self.instrument)
        stamp = row[1] if time is None else time
        return math.nan if stamp is None else stamp / MILLISECOND

    # ------------------------------------------------------------------ funding, liquidations, long/short ratio

    async def _funding(self, since: int, until: int) -> None:
        self.gathering.add("funding")

        async def page(start: int, end: int) -> list[Any]:
            more, limit = self.venue.funding_request(start, end), self.venue.funding_page
            return list(await self._ask("fetch_funding_rate_history", self.instrument.symbol, start, limit, more))

        rows = self.venue.funding_page if self.venue.funding_until else math.ceil((until - since) / _FUNDING_STEP) + 1
        await self._pages("funding", page, _timestamp, step=_FUNDING_STEP, rows=rows, span=(since, until))

    async def _liquidations(self, since: int, until: int) -> None:
        if not self.venue.liquidation_history:
            stream = self.venue.liquidation_stream
            later = f"they are collected live and kept: {stream}" if stream else "nor is there a stream"
            self.gathering.note(f"{self.venue.name} lists no past liquidations, {later}")
            return
        self.gathering.add("liquidations")
        first = max(since, self.client.now - duration_ns(self.venue.liquidation_history))
        window = self.venue.liquidation_window or until - first
        end = until
        while end > first:
            start = max(first, end - window)
            low, high = start // MILLISECOND, end // MILLISECOND
            items, known = await self.venue.past_liquidations(self._ask, self.instrument, low, high)
            if low < known < high:
                since_when = timestamp(known * MILLISECOND)
                self.gathering.note(f"{self.venue.name}: liquidations are known from {since_when} on")
            events = [liquidation(item, self.instrument) for item in items]
            self.gathering.add("liquidations", events)
            self._told("liquidations")
            self._keep("liquidations", events, (known, high))
            end = start

    async def _statistics(self, kind: Literal["long_short", "taker_volume"], since: int, until: int) -> None:
        venue, ratio = self.venue, kind == "long_short"
        offered, limit = (venue.ratio_periods, venue.ratio_page) if ratio else (venue.taker_periods, venue.taker_page)
        if not offered:
            what = "long/short ratio" if ratio else "taker volume"
            self.gathering.note(f"{venue.name} publishes no {what}")
            return
        self.gathering.add(kind)
        period = ([part for part in offered if duration_ns(part) <= self.gathering.step] or list(offered[:1]))[-1]
        step = duration_ns(period) // MILLISECOND
        start, end = max(since // MILLISECOND, until // MILLISECOND - limit * step), until // MILLISECOND
        if ratio:
            rows = await venue.ratios(self._ask, self.instrument, period, start)
        else:  # what a venue stamps at its begin may not be over
            taken = await venue.taken(self._ask, self.instrument, period, start)
            rows = [row for row in taken if not row.time + step > end]
        self.gathering.add(kind, rows)
        self._told(kind)
        self._keep(kind, rows, (start, end))

    # ------------------------------------------------------------------ pages

    async def _ask(self, name: str, *arguments: Any) -> Any:
        async with self.room:
            answer = await self.client.call(name, *arguments)
        if answer is None:
            message = f"{self.venue.name} answered with nothing"
            raise SourceError(message, venue=self.venue.name, retryable=True)
        return answer

    def _keep(self, kind: Kind, rows: list[Any], span: Span = (0, 0), holes: Iterable[Span] = ()) -> None:
        """Keep the rows of a span [ms] in which some are missing."""
        if self.keeper is not None:
            self.keeper.keep(self.gathering, kind, rows, span, holes)

    def _told(self, kind: Kind) -> None:
        if self.progress is not None:
            self.progress(self.venue.name, kind, self.gathering.count(kind))

    async def _pages(self, kind: Kind, page: Page, time_of: TimeOf, *, step: int, rows: int, span: Span) -> int:
        """Read a span of time [ns] in pages of `rows` with `step` [ns] between them, newest first, some at a time.

        Return how many rows there were. Where two pages in a row are empty the venue has nothing older, and the rest is
        not asked for.
        """
        length = rows * step // MILLISECOND
        distance, longest = step // MILLISECOND, 1.5 * step / MILLISECOND
        if kind == "funding":
            distance = longest = FUNDING_GAP
        # What is stamped at the end counts; a candle that opens there is not there yet.
        first, last = span[0] // MILLISECOND, span[1] // MILLISECOND + int(kind != "candles")
        stretches = [(max(end - length, first), end) for end in range(last, first, -length)]
        if kind in {"candles", "open_interest"}:
            stretches = list(on_grid(first, last, distance, rows))
        once = kind == "open_interest" and not self.venue.interest_windowed
        if once:
            stretches = stretches[:1]
        empty = count = 0
        for index in range(0, len(stretches), TOGETHER):
            wave = stretches[index : index + TOGETHER]
            tasks = [
                asyncio.ensure_future(whole_page(page, time_of, part, distance=distance, longest=longest, once=once))
                for part in wave
            ]
            try:
                for part, task in zip(wave, tasks, strict=True):
                    rows_found, holes = await task
                    self.gathering.add(kind, rows_found)
                    self._told(kind)
                    self._keep(kind, rows_found, part, holes)
                    count += len(rows_found)
                    empty = 0 if rows_found else empty + 1
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if empty >= 2:  # noqa: PLR2004
                break
        return count


def longer_candles(rows: Iterable[Any], step: int) -> list[list[float]]:
    """Return candles of `step` [ms] on the grid of UTC made of shorter ones, as ccxt has them; others are left out."""
    made: dict[int, list[float]] = {}
    for row in sorted((row for row in rows if 0 < _stamp(row) < math.inf and len(row) >= _FIELDS), key=_stamp):
        start = int(_stamp(row)) // step * step
        opened, high, low, close, volume = (number(part) for part in row[1:_FIELDS])
        whole = made.setdefault(start, [start, opened, high, low, close, 0.0])
        whole[2], whole[3], whole[4], whole[5] = max(whole[2], high), min(whole[3], low), close, whole[5] + volume
    return list(made.values())


def _words(error: Exception) -> str:
    """Return why something could not be read: what is no error of ours is an answer that nobody expects."""
    return str(error) if isinstance(error, LiqError) else said(f"odd answer ({type(error).__name__}: {error})")


def _stamp(row: Any) -> float:
    return number(row[0]) if isinstance(row, list | tuple) and row else math.nan


def _timestamp(row: Any) -> float:
    return number(row.get("timestamp")) if isinstance(row, dict) else math.nan


def _time_of(row: Any, now: int | None) -> int | None:
    """Return ccxt's time of a row [ns]; `now` where it has none."""
    time = number(row.get("timestamp")) if isinstance(row, dict) else math.nan
    return int(time) * MILLISECOND if 0 < time < math.inf else now
