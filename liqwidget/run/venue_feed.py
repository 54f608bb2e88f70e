"""One contract of a venue, asked and heard once for all heatmaps that follow it. It lives on the exchanges' loop."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from liqwidget.domain.time import HOUR, MINUTE
from liqwidget.errors import LiqError, SourceError
from liqwidget.market.history import Gathering, Kind
from liqwidget.market.read import shortened
from liqwidget.market.venue.reader import gather_history
from liqwidget.market.venue.rows import candle_rows, interest
from liqwidget.market.venue.stream import SILENT_SECONDS, Stream
from liqwidget.market.venue.together import Together
from liqwidget.market.venue.worker import worker
from liqwidget.run.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Hashable

    from liqwidget.field.density import Prior
    from liqwidget.market.history import History
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.payload import Event
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address
    from liqwidget.run.growing_market import GrowingMarket

POLL_SECONDS = 60.0
"""Between two questions for history and open interest while candles are streamed; a candle's close asks at once."""
DOWN_SECONDS = 5.0
"""Between two questions while they are not."""
FIRST_WAIT, LONGEST_WAIT, REFUSED_WAIT = 1.0, 60.0, 600.0
"""Seconds before asking or connecting again, twice as long each time, times a random share of 0.5 to 1; after a no."""
AWAIT_SECONDS = (2.0, 30.0)
"""Before asking again for what history should have by now: twice as long each time, up to the second."""
_SLACK = 5_000_000_000
"""How far ahead of our idea of the venue's present a candle of its socket may open [ns]."""
_SECOND = 1_000_000_000
_TROUBLE = ("could not be read", "left out", "are missing")
"""What a note of the history must hold to be trouble."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all venues of one heatmap's feed share.

    Parameters
    ----------
    wanted : Wanted
        The symbol.
    step : int
        Length of a candle [ns].
    prior : Prior
        The leverage prior.
    churn : float
        As in `estimate`.
    since : int or None
        From when a venue that has no market yet is read [ns]; None leaves it to the length of a candle.
    pace : float
        Seconds of the venues in a second of ours; all waits are divided by it. For tests.
    keep : bool
        Whether what nobody can read later goes into the store: liquidations that sockets tell, open interest that a
        venue tells only of the present, long/short ratios.
    address : callable, optional
        Where to find the venues instead.
    options : dict
        Of the venues' `Client`.
    """

    wanted: Wanted
    step: int
    prior: Prior
    churn: float
    since: int | None = None
    pace: float = 1.0
    keep: bool = False
    address: Address | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def key(self, venue: Venue) -> Hashable:
        """Return what two feeds have in common that ask a venue in the same way."""
        options = tuple(sorted(self.options.items()))
        return venue.name, self.step, self.pace, self.keep, self.address, options

    async def client(self, venue: Venue) -> Client:
        """Return the client of a venue."""
        return await worker().client(venue, inverse=self.wanted.inverse, address=self.address, **self.options)

    def wait(self, failures: int, error: BaseException) -> float:
        """Return how long to wait after so many failures in a row [s of the venue]."""
        doubled = min(FIRST_WAIT * 2.0 ** min(failures - 1, 16), LONGEST_WAIT)
        if isinstance(error, SourceError) and not error.retryable:
            doubled = REFUSED_WAIT
        asked = getattr(error, "wait", None) or 0.0
        return float(max(doubled * random.uniform(0.5, 1), asked * self.pace))  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class VenueState:
    """How a venue does.

    Parameters
    ----------
    streaming : bool
        Whether its candles are streamed.
    poll_reason, stream_reason : str
        What is wrong with its answers, and with its sockets.
    heard_at : int or None
        When it said anything [ns].
    known : int
        Up to when its socket has told candles [ns].
    """

    streaming: bool = False
    poll_reason: str = ""
    stream_reason: str = ""
    heard_at: int | None = None
    known: int = 0


class Subscriber(Protocol):
    """One heatmap's part of a venue; what it cannot use is its own trouble."""

    growing: GrowingMarket | None
    feed: VenueFeed | None

    def begun(self, instrument: Instrument) -> GrowingMarket:
        """Return the market that goes on; a LiqError says why there is none."""

    def answered(self, growing: GrowingMarket, history: History) -> None:
        """Take what the venue answered; a LiqError says why it cannot be estimated from."""

    def failed(self, error: Exception) -> None:
        """Hear that asking failed."""

    def incident(self, text: str, *, again: bool = False) -> None:
        """Note what went wrong."""

    def told(self) -> None:
        """Hear that there is something new."""


class VenueFeed(Together["Subscriber", None]):
    """The live feed of one contract of a venue.

    Parameters
    ----------
    client : Client
        Who is asked.
    instrument : Instrument
        The contract.
    setting : Setting
        How it is asked; what is one heatmap's own in it does not count.
    """

    def __init__(self, client: Client, instrument: Instrument, setting: Setting) -> None:
        super().__init__()
        self.venue, self._client, self._instrument, self._setting = client.venue, client, instrument, setting
        self.state = VenueState()
        self._wanted, self._ready, self._one_more = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._funding_at = self._liquidations_at = self._opened = 0
        self._kept = Kept(instrument, setting.step, lambda: client.now, on=setting.keep)

    @property
    def _growing(self) -> list[GrowingMarket]:
        return [growing for member in self.members if (growing := member.growing) is not None]

    def joined(self, member: Subscriber) -> None:
        """Ask at once for all that one more may lack."""
        member.feed = self
        self._funding_at = self._liquidations_at = 0
        self._one_more.set()
        self.ask()

    def ask(self) -> None:
        """Ask soon."""
        self._wanted.set()

    def _now(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def _incident(self, text: str, *, again: bool = False) -> str:
        for member in self.members:
            member.incident(text, again=again)
        return text

    def _tell(self) -> None:
        for member in self.members:
            member.told()

    async def work(self) -> None:
        """Go on until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._poll())
                group.create_task(self._listen())
        finally:
            self._kept.flush()

    # ------------------------------------------------------------------ what is asked

    async def _poll(self) -> None:
        """Ask for history again and again: what closed, what was revised, what the socket missed."""
        failures = awaits = 0
        while True:
            self._wanted.clear()
            self._one_more.clear()
            try:
                await self._ask()
            except Exception as error:  # noqa: BLE001 - one venue's odd answer must not take the others down
                end_if_cancelled()
                failures += 1
                self._now(poll_reason=words(error, self.venue))
                for member in self.members:
                    member.failed(error)
                await pause_until(self._one_more, self._setting.wait(failures, error) / self._setting.pace)
                continue
            failures, now = 0, self._client.now
            if any(growing.awaits(now) for growing in self._growing):
                first, longest = AWAIT_SECONDS
                pause = min(first * 2.0 ** min(awaits, 8), longest)
                awaits += 1
            else:
                awaits, pause = 0, POLL_SECONDS
            if not self.state.streaming:
                pause = min(pause, DOWN_SECONDS)
            await pause_until(self._wanted, pause / self._setting.pace)

    async def _ask(self) -> None:
        client = self._client
        await client.open()
        asked: list[tuple[Subscriber, GrowingMarket]] = []
        trouble: Exception | None = None
        for member in tuple(self.members):
            try:
                asked.append((member, member.begun(self._instrument)))
            except Exception as error:  # noqa: BLE001 - what one cannot use is none of the others' trouble
                trouble = error
                member.failed(error)
        first = min((growing.since for _, growing in asked), default=0)
        history = await self._newest([growing for _, growing in asked], first) if asked else None
        taken = 0
        for member, growing in asked:
            if history is None or not any(one is member for one in self.members):
                continue
            try:
                member.answered(growing, history if growing.since == first else _cut(history, growing.since))
                taken += 1
            except Exception as error:  # noqa: BLE001
                trouble = error
                member.failed(error)
        if trouble is not None and not taken:
            raise trouble
        self._now(heard_at=client.now)
        self._ready.set()
        self._tell()

    async def _newest(self, asked: list[GrowingMarket], first: int) -> History:
        """Return what the venue says of the time from `first` [ns] on, which may still change for these markets."""
        client, instrument, gathering = self._client, self._instrument, Gathering(self._instrument, self._setting.step)
        kinds: list[Kind] = ["candles"]
        now, reasons = client.now, []
        known = any(not growing.relative for growing in asked)
        if self.venue.interest_history and known:
            kinds.append("open_interest")
        if now - self._funding_at > HOUR // 2:
            kinds.append("funding")
        listed = bool(self.venue.liquidation_history)
        if listed and now - self._liquidations_at > (HOUR if "liquidations" in self.venue.streams else MINUTE):
            kinds.append("liquidations")
        if self.venue.interest_now and known:
            try:
                row = await client.call("fetch_open_interest", instrument.symbol)
                info = row.get("info", row) if isinstance(row, dict) else row
                _, amount = interest(info, instrument)
                if 0 <= amount < float("inf"):
                    for growing in asked:
                        growing.snapshot(client.now, amount)
                    self._kept.interest(info, client.now)
            except SourceError as error:
                reasons.append(f"open interest: {words(error, self.venue)}")
        await gather_history(client, gathering, first, kinds=[*kinds, *self._kept.wanted(now)], present=False)
        history = gathering.history()
        told = [note for note in history.notes if not note.startswith(("long short", "taker volume"))]
        reasons += [words(note, self.venue) for note in told if any(part in note for part in _TROUBLE)]
        if "funding" in kinds and not any("funding" in reason for reason in reasons):
            self._funding_at = now
        if "liquidations" in history.frames:
            self._liquidations_at = now
        self._now(poll_reason=self._incident("; ".join(reasons)) if reasons else "")
        self._kept.answered(history)
        return history

    # ------------------------------------------------------------------ what is heard

    async def _listen(self) -> None:
        """Keep a stream up: connect again after ever longer waits when it ends."""
        await self._ready.wait()
        loop, setting, failures = asyncio.get_running_loop(), self._setting, 0
        if not self.venue.streams:
            return
        while True:
            begun = loop.time()
            stalled = min(setting.step / _SECOND, 5 * SILENT_SECONDS) + SILENT_SECONDS
            stream = Stream(
                self._client, self._instrument, setting.step, self._candles, self._liquidations,
                silent=SILENT_SECONDS / setting.pace, stalled=stalled / setting.pace,
            )  # fmt: skip
            error: Exception = SourceError("ended", venue=self.venue.name, retryable=True)
            try:
                await stream.run()
            except Exception as failure:  # noqa: BLE001 - whatever it was, the next connection may do
                end_if_cancelled()
                error = failure
            failures = 1 if loop.time() - begun > LONGEST_WAIT / setting.pace else failures + 1
            self._now(streaming=False, stream_reason=self._incident(words(error, self.venue), again=True))
            self._wanted.set()
            self._tell()
            await asyncio.sleep(setting.wait(failures, error) / setting.pace)

    def _candles(self, rows: list[Any]) -> None:
        now = self._client.now
        if not self.state.streaming:
            # What passed before the socket was open is in the history from now on.
            self._liquidations_at = 0
            self._wanted.set()
        self._now(heard_at=now, streaming=True, stream_reason="")
        table, _ = candle_rows(rows, self._instrument, self._setting.step, now + _SLACK)
        if not table:
            return
        for growing in self._growing:
            growing.hear(table)
        opened = table[-1][0]
        if opened > self._opened:
            self._opened = opened
            self._wanted.set()
        self._now(known=max(self.state.known, min(opened + self._setting.step, now)))
        self._tell()

    def _liquidations(self, events: list[Event | None]) -> None:
        now = self._client.now
        self._now(heard_at=now)
        heard = [event for event in events if event is not None and event.time <= now + _SLACK]
        self._kept.hear(heard)
        for growing in self._growing:
            growing.happened(heard)
        self._tell()


def _cut(history: History, start: int) -> History:
    """Return what a history says of the time from `start` [ns] on, as if it had been asked for from then."""
    frames = {
        kind: frame if "time" in frame else frame[pd.DatetimeIndex(frame.index).as_unit("ns").asi8 >= start]
        for kind, frame in history.frames.items()
    }
    return replace(history, frames=frames)


def words(error: object, venue: Venue) -> str:
    """Return what went wrong with a venue, in words."""
    if isinstance(error, Exception) and not isinstance(error, LiqError):
        error = f"sent data that cannot be used ({type(error).__name__}: {error})"
    return shortened(error, venue.name)


async def pause_until(wanted: asyncio.Event, seconds: float) -> None:
    """Wait so long [s], or until something is wanted."""
    try:
        async with asyncio.timeout(seconds):
            await wanted.wait()
    except TimeoutError:
        return


def end_if_cancelled() -> None:
    """End a task that was cancelled, though somebody below made another error of it, as wait_for of Python 3.11 may."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
