"""One heatmap's part of a venue's feed: its market, its ledger, and how the venue does."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from liqwidget.domain.status import VenueStatus
from liqwidget.domain.time import timestamp
from liqwidget.errors import LiqError, SourceError
from liqwidget.estimate.estimator import estimate
from liqwidget.market.history import Gathering, default_span
from liqwidget.market.venue.payload import Event
from liqwidget.market.venue.reader import find, gather_history
from liqwidget.market.venue.rows import in_quote
from liqwidget.market.venue.together import join
from liqwidget.run.growing_market import GrowingMarket, interest_period
from liqwidget.run.sought import Sought
from liqwidget.run.venue_feed import Setting, VenueFeed, VenueState, pause_until, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.field.density import Prior
    from liqwidget.market.history import History
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.venue import Venue

STALE_CANDLES = 2
_INCIDENTS = 200


class Subscriber:
    """A venue in one heatmap's feed; what the venue says comes from the `VenueFeed` that all heatmaps share.

    Parameters
    ----------
    venue : Venue
        Who is asked.
    setting : Setting
        What all venues of a heatmap's feed share.
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
        self.feed: VenueFeed | None = None
        self._client: Client | None = None
        self._last = VenueState()
        self._given = asyncio.Event()
        self._reason = self._data_reason = ""
        self._refused = False
        self._offered: MarketData | None = None

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
        venue, last = self._last if self.feed is None else self.feed.state, None
        said = (venue.stream_reason, venue.poll_reason, self._reason, self._data_reason)
        reasons = list(dict.fromkeys(filter(None, said)))
        if self.growing is not None and not self._data_reason:
            last = max(self.growing.last_close, venue.known)
        elif self.market is not None:
            last = int(self.market.close_time[-1])
        late = last is None or self.now - last > STALE_CANDLES * self.setting.step
        if not self.running:
            state = "off"
        elif self.growing is None:
            state = "refused" if self._reason or venue.poll_reason else "off"
        elif self._data_reason or (self._refused and not venue.streaming):
            state = "refused"
        elif late:
            state = "stale"
        else:
            state = "connected" if venue.streaming or not self.venue.streams else "reconnecting"
        return VenueStatus(
            self.venue.name,
            state,
            None if last is None else timestamp(last),
            "; ".join(reasons),
            self.venue.summary,
            heard=None if venue.heard_at is None else timestamp(venue.heard_at),
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
            self._data_reason = f"cannot be estimated: {words(error, self.venue)}"
            self.incident(self._data_reason)
        else:
            self._data_reason = ""

    def take(self, market: MarketData) -> None:
        """Take a market that holds more of the past, once its newest candles are read."""
        self._fuller = market
        self._given.set()
        if self.feed is not None:
            self.feed.ask()

    def estimated_anew(self, prior: Prior) -> None:
        """Take another prior."""
        if self.growing is not None:
            self.growing.estimated_anew(prior)
            self.told()
        elif self.market is not None:
            self.ledger = estimate(self.market, prior, churn=self.setting.churn)

    # ------------------------------------------------------------------ what the feed tells

    def begun(self, instrument: Instrument) -> GrowingMarket:
        """Return the market that goes on; a LiqError says why there is none."""
        self._offered = self._fuller
        if self._fuller is None and self.growing is not None:
            return self.growing
        if self._fuller is None:
            message = f"{self.venue.name} has no market yet"
            raise SourceError(message, venue=self.venue.name, retryable=True)
        period, setting = interest_period(self.venue, self.setting.step), self.setting
        return GrowingMarket(self._fuller, setting.prior, setting.churn, period, valued=in_quote(instrument))

    def answered(self, growing: GrowingMarket, history: History) -> None:
        """Take what the venue answered; a LiqError says why it cannot be estimated from."""
        revised = growing.merge(history)
        if revised:
            self.incident(f"revised {revised} candle{'s' if revised > 1 else ''}")
        happened = history.frames.get("liquidations")
        if happened is not None:
            columns = (happened["time"].astype("int64"), happened["side"], happened["price"], happened["size"])
            growing.happened(Event(*row) for row in zip(*(column.tolist() for column in columns), strict=True))
        if growing.settled.prior != self.setting.prior:
            growing.estimated_anew(self.setting.prior)  # it was chosen meanwhile
        self.growing = growing
        if self._fuller is self._offered:
            self._fuller = None
        self._reason, self._refused = "", False

    def failed(self, error: Exception) -> None:
        """Hear that asking failed."""
        self._refused = isinstance(error, SourceError) and not error.retryable
        self._reason = words(error, self.venue)
        self.incident(self._reason)
        self.told()

    def incident(self, text: str, *, again: bool = False) -> None:
        """Note what went wrong."""
        if again or not self.incidents or self.incidents[-1] != text:
            self.incidents.append(text)
            del self.incidents[:-_INCIDENTS]

    def told(self) -> None:
        """Hear that there is something new."""
        self.dirty = True
        self._changed()

    # ------------------------------------------------------------------ work

    async def run(self, wait: float = 0.0, reason: str = "") -> None:
        """Go on until cancelled; the first question comes after `wait` [s], until then `reason` says what is wrong."""
        self.running, self._reason, setting = True, reason, self.setting
        try:
            await pause_until(self._given, wait / setting.pace)
            client = self._client = await setting.client(self.venue)
            way = setting.key(self.venue)
            instrument = await join(
                ("contract", way, setting.wanted), lambda: Sought(lambda: find(client, setting.wanted), setting), self
            )
            if self._fuller is None and self.growing is None:
                market = await join(
                    ("history", way, instrument, setting.since),
                    lambda: Sought(lambda: _read(client, instrument, setting), setting),
                    self,
                )
                self._go_on_from(market)
            self._reason = ""
            await self._follow(client, instrument)
        finally:
            self.running = False

    def _go_on_from(self, market: MarketData) -> None:
        """Take what was read, unless something better was given meanwhile."""
        if self._fuller is None:
            self._fuller = market

    async def _follow(self, client: Client, instrument: Instrument) -> None:
        setting = self.setting
        contract = (instrument.id, instrument.inverse, instrument.quote, instrument.scale)
        key = ("feed", setting.key(self.venue), contract)
        try:
            await join(key, lambda: VenueFeed(client, instrument, setting), self)
        finally:
            if self.feed is not None:
                self._last, self.feed = self.feed.state, None


async def _read(client: Client, instrument: Instrument, setting: Setting) -> MarketData:
    """Return the market of a venue that none is known of."""
    gathering = Gathering(instrument, setting.step)
    since = client.now - default_span(setting.step) if setting.since is None else setting.since
    await gather_history(client, gathering, since)
    return gathering.history().market()
