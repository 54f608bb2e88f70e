"""One venue's live feed: its sockets, what is polled of it, and its state. It lives on the exchanges' loop."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liqwidget.domain.status import VenueStatus
from liqwidget.domain.time import HOUR, MINUTE, timestamp
from liqwidget.errors import LiqError, SourceError
from liqwidget.estimate.estimator import estimate
from liqwidget.market.history import Gathering, Kind, default_span
from liqwidget.market.read import shortened
from liqwidget.market.store.keeper import Keeper
from liqwidget.market.venue.payload import Event
from liqwidget.market.venue.reader import find, gather_history
from liqwidget.market.venue.rows import candle_rows, in_quote, interest
from liqwidget.market.venue.stream import SILENT_SECONDS, Stream
from liqwidget.market.venue.worker import worker
from liqwidget.run.growing_market import GrowingMarket, interest_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.field.density import Prior
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address

POLL_SECONDS = 60.0
"""Between two questions for history and open interest while candles are streamed; a candle's close asks at once."""
DOWN_SECONDS = 5.0
"""Between two questions while they are not."""
FIRST_WAIT, LONGEST_WAIT, REFUSED_WAIT = 1.0, 60.0, 600.0
"""Seconds before asking or connecting again, twice as long each time, times a random share of 0.5 to 1; after a no."""
AWAIT_SECONDS = (2.0, 30.0)
"""Before asking again for what history should have by now: twice as long each time, up to the second."""
STALE_CANDLES = 2
_SLACK = 5_000_000_000
"""How far ahead of our idea of the venue's present a candle of its socket may open [ns]."""
_SECOND = 1_000_000_000
_INCIDENTS = 200
_TROUBLE = ("could not be read", "left out", "are missing")
"""What a note of the history must hold to be trouble."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all venues of a feed share.

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
        Whether open interest that a venue tells only of the present goes into the store.
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

    def wait(self, failures: int, error: BaseException) -> float:
        """Return how long to wait after so many failures in a row [s of the venue]."""
        doubled = min(FIRST_WAIT * 2.0 ** min(failures - 1, 16), LONGEST_WAIT)
        if isinstance(error, SourceError) and not error.retryable:
            doubled = REFUSED_WAIT
        asked = getattr(error, "wait", None) or 0.0
        return float(max(doubled * random.uniform(0.5, 1), asked * self.pace))  # noqa: S311 - no secret


class VenueFeed:
    """The live feed of one venue.

    Parameters
    ----------
    venue : Venue
        Who is asked.
    setting : Setting
        What all venues share.
    market : MarketData or None
        What is known of it; None reads its history first.
    ledger : Ledger or None
        Estimated from it; what is told of the venue until it has answered.
    changed : callable
        Called on the loop whenever there is something new.
    """

    def __init__(
        self,
        venue: Venue,
        setting: Setting,
        market: MarketData | None,
        ledger: Ledger | None,
        changed: Callable[[], None],
    ) -> None:
        self.venue, self.setting, self._changed = venue, setting, changed
        self.market, self._fuller = market, market
        self.ledger = ledger
        self.growing: GrowingMarket | None = None
        self.dirty = self.running = False
        self.incidents: list[str] = []
        self._instrument: Instrument | None = None
        self._client: Client | None = None
        self._wanted, self._ready = asyncio.Event(), asyncio.Event()
        self._streaming = False
        self._poll_reason = self._stream_reason = self._data_reason = ""
        self._refused = False
        self._heard_at: int | None = None
        self._funding_at = self._liquidations_at = 0
        self._opened = self._known = 0
        self._keeper: Keeper | None = None

    # ------------------------------------------------------------------ state

    @property
    def now(self) -> int:
        """The venue's present [ns]."""
        return time.time_ns() if self._client is None else self._client.now

    @property
    def last_price(self) -> float | None:
        """The newest price [quote/base]."""
        return None if self.growing is None else self.growing.last_price

    def status(self) -> VenueStatus:
        """Return what is known of it now."""
        name, last = self.venue.name, None
        reasons = list(dict.fromkeys(filter(None, (self._stream_reason, self._poll_reason, self._data_reason))))
        if self.growing is not None and not self._data_reason:
            last = max(self.growing.last_close, self._known)
        elif self.market is not None:
            last = int(self.market.close_time[-1])
        late = last is None or self.now - last > STALE_CANDLES * self.setting.step
        if not self.running:
            state = "off"
        elif self.growing is None:
            state = "refused" if self._poll_reason else "off"
        elif self._data_reason or (self._refused and not self._streaming):
            state = "refused"
        elif late:
            state = "stale"
        else:
            state = "connected" if self._streaming or not self.venue.streams else "reconnecting"
        return VenueStatus(
            name,
            state,
            None if last is None else timestamp(last),
            "; ".join(reasons),
            self.venue.summary,
            heard=None if self._heard_at is None else timestamp(self._heard_at),
        )

    def refresh(self) -> None:
        """Bring ledger and market up to the present; from any thread, one at a time."""
        if self.growing is None or not self.dirty:
            return
        self.dirty = False
        try:
            self.ledger, self.market = self.growing.shown(self.now)
        except LiqError as error:
            self.ledger = self.market = None
            self._data_reason = self._incident(f"cannot be estimated: {self._words(error)}")
        else:
            self._data_reason = ""

    def take(self, market: MarketData) -> None:
        """Take a market that holds more of the past, once its newest candles are read."""
        self._fuller = market
        self._wanted.set()

    def estimated_anew(self, prior: Prior) -> None:
        """Take another prior."""
        if self.growing is not None:
            self.growing.estimated_anew(prior)
            self._tell()
        elif self.market is not None:
            self.ledger = estimate(self.market, prior, churn=self.setting.churn)

    def _incident(self, text: str, *, again: bool = False) -> str:
        if again or not self.incidents or self.incidents[-1] != text:
            self.incidents.append(text)
            del self.incidents[:-_INCIDENTS]
        return text

    def _tell(self) -> None:
        self.dirty = True
        self._changed()

    def _followed(self, market: MarketData, instrument: Instrument) -> GrowingMarket:
        period, setting = interest_period(self.venue, self.setting.step), self.setting
        return GrowingMarket(market, setting.prior, setting.churn, period, valued=in_quote(instrument))

    # ------------------------------------------------------------------ work

    async def run(self, wait: float = 0.0) -> None:
        """Go on until cancelled; the first question comes after `wait` [s]."""
        self.running = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._poll(wait))
                group.create_task(self._listen())
        finally:
            self.running = False

    async def _poll(self, wait: float) -> None:
        """Ask for history again and again: what closed, what was revised, what the socket missed."""
        failures = awaits = 0
        await self._pause(wait)
        while True:
            try:
                await self._ask()
            except Exception as error:  # noqa: BLE001 - one venue's odd answer must not take the others down
                _end_if_cancelled()
                failures += 1
                self._refused = isinstance(error, SourceError) and not error.retryable
                self._poll_reason = self._incident(self._words(error))
                self._tell()
                await asyncio.sleep(self.setting.wait(failures, error) / self.setting.pace)
                continue
            failures, self._refused = 0, False
            growing = self.growing
            if growing is not None and growing.awaits(self.now):
                first, longest = AWAIT_SECONDS
                pause = min(first * 2.0 ** min(awaits, 8), longest)
                awaits += 1
            else:
                awaits, pause = 0, POLL_SECONDS
            if not self._streaming:
                pause = min(pause, DOWN_SECONDS)
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until there is a reason to ask."""
        try:
            async with asyncio.timeout(seconds / self.setting.pace):
                await self._wanted.wait()
        except TimeoutError:
            return
        self._wanted.clear()

    async def _ask(self) -> None:
        setting = self.setting
        client = await worker().client(
            self.venue, inverse=setting.wanted.inverse, address=setting.address, **setting.options
        )
        self._client = client
        instrument = self._instrument = await find(client, setting.wanted)
        fuller, gathering = self._fuller, Gathering(instrument, setting.step)
        growing = self.growing if fuller is None else self._followed(fuller, instrument)
        if growing is None:
            since = client.now - default_span(setting.step) if setting.since is None else setting.since
            await gather_history(client, gathering, since)
            growing = self._followed(gathering.history().market(), instrument)
            self._funding_at = client.now
        else:
            await self._ask_newest(client, instrument, gathering, growing)
        if growing.settled.prior != self.setting.prior:
            growing.estimated_anew(self.setting.prior)  # it was chosen meanwhile
        self.growing = growing
        if self._fuller is fuller:
            self._fuller = None
        self._heard_at = client.now
        self._ready.set()
        self._tell()

    async def _ask_newest(
        self, client: Client, instrument: Instrument, gathering: Gathering, growing: GrowingMarket
    ) -> None:
        kinds: list[Kind] = ["candles"]
        now, reasons = client.now, []
        if self.venue.interest_history and not growing.relative:
            kinds.append("open_interest")
        if now - self._funding_at > HOUR // 2:
            kinds.append("funding")
        listed = bool(self.venue.liquidation_history)
        if listed and now - self._liquidations_at > (HOUR if "liquidations" in self.venue.streams else MINUTE):
            kinds.append("liquidations")
        if self.venue.interest_now and not growing.relative:
            try:
                row = await client.call("fetch_open_interest", instrument.symbol)
                info = row.get("info", row) if isinstance(row, dict) else row
                _, amount = interest(info, instrument)
                if 0 <= amount < float("inf"):
                    growing.snapshot(client.now, amount)
                    self._keep_interest(client, gathering, info)
            except SourceError as error:
                reasons.append(f"open interest: {self._words(error)}")
        await gather_history(client, gathering, growing.since, kinds=kinds, present=False)
        history = gathering.history()
        reasons += [self._words(note) for note in history.notes if any(part in note for part in _TROUBLE)]
        if "funding" in kinds and not any("funding" in reason for reason in reasons):
            self._funding_at = now
        revised = growing.merge(history)
        if revised:
            self._incident(f"revised {revised} candle{'s' if revised > 1 else ''}")
        happened = history.frames.get("liquidations")
        if happened is not None:
            columns = (happened["time"].astype("int64"), happened["side"], happened["price"], happened["size"])
            growing.happened(Event(*row) for row in zip(*(column.tolist() for column in columns), strict=True))
            self._liquidations_at = now
        self._poll_reason = self._incident("; ".join(reasons)) if reasons else ""

    def _keep_interest(self, client: Client, gathering: Gathering, info: Any) -> None:
        """Keep the present value where the venue has no history of it: nobody can read it later."""
        if not self.setting.keep or self.venue.interest_history:
            return
        gathering.asked_at = client.now
        self._keeper = self._keeper or Keeper(worker().files, lambda: client.now)
        self._keeper.keep(gathering, "open_interest", [(info, client.now)])

    async def _listen(self) -> None:
        """Keep a stream up: connect again after ever longer waits when it ends."""
        await self._ready.wait()
        loop, setting, failures = asyncio.get_running_loop(), self.setting, 0
        if not self.venue.streams:
            return
        while self._client is not None and self._instrument is not None:
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
                _end_if_cancelled()
                error = failure
            failures = 1 if loop.time() - begun > LONGEST_WAIT / setting.pace else failures + 1
            self._streaming = False
            self._stream_reason = self._incident(self._words(error), again=True)
            self._wanted.set()
            self._tell()
            await asyncio.sleep(setting.wait(failures, error) / setting.pace)

    def _candles(self, rows: list[Any]) -> None:
        growing, instrument = self.growing, self._instrument
        if growing is None or instrument is None:
            return
        self._heard_at = now = self.now
        if not self._streaming:
            # What passed before the socket was open is in the history from now on.
            self._streaming, self._stream_reason, self._liquidations_at = True, "", 0
            self._wanted.set()
        table, _ = candle_rows(rows, instrument, self.setting.step, now + _SLACK)
        if not table:
            return
        growing.hear(table)
        opened = table[-1][0]
        if opened > self._opened:
            self._opened = opened
            self._wanted.set()
        self._known = max(self._known, min(opened + self.setting.step, now))
        self._tell()

    def _liquidations(self, events: list[Event | None]) -> None:
        self._heard_at = now = self.now
        if self.growing is not None:
            self.growing.happened(event for event in events if event is not None and event.time <= now + _SLACK)
            self._tell()

    def _words(self, error: object) -> str:
        if isinstance(error, Exception) and not isinstance(error, LiqError):
            error = f"sent data that cannot be used ({type(error).__name__}: {error})"
        return shortened(error, self.venue.name)


def _end_if_cancelled() -> None:
    """End a task that was cancelled, though somebody below made another error of it, as wait_for of Python 3.11 may."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
