"""Stories: markets known up to a moment and what may come after it, for tests that the past does not change.

A story is a market of one to three venues that is known up to `now`, possibly with unfinished candles, and two
futures: the one that came, and another with other prices, volumes and open interest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from liqwidget.estimate.estimator import advance, estimate
from tests.ledgers import content
from tests.markets import INTEREST_KINDS, TIMEFRAMES, VOLUME_KINDS, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger, VenueLedger

VENUES = ("binance", "bybit", "okx")


@dataclass(frozen=True)
class Story:
    markets: tuple[MarketData, ...]
    now: int
    running: bool
    """Whether the candles that run at `now` are known as unfinished ones."""

    @property
    def at(self) -> int:
        """The last time whose map must not change [ns]: an unfinished candle stands at `now` until it is replaced."""
        return self.now - int(self.running)

    def known(self) -> list[MarketData]:
        """Return what is known at `now`; a venue of which nothing is known is not there yet."""
        return [self._known(part) for part in self.markets if part.close_time[0] <= self.now]

    def _known(self, market: MarketData) -> MarketData:
        closing = market.close_time[(market.time < self.now) & (market.close_time > self.now)]
        if not (self.running and len(closing)):
            return market.until(self.now)
        return replace(market.until(int(closing[0])), complete_until=self.now)

    def otherwise(self) -> list[MarketData]:
        """Return the markets with another future."""
        return [self._otherwise(part) for part in self.markets]

    def _otherwise(self, market: MarketData) -> MarketData:
        future = market.close_time > self.now
        stamped = market.interest_time > self.now + market.tolerance
        prices = {name: getattr(market, name) * np.where(future, 1.3, 1.0) for name in ("open", "high", "low", "close")}
        return replace(
            market,
            **prices,
            volume=np.where(future, market.volume * 7 + 1, market.volume),
            interest=market.interest * np.where(stamped, 1.5, 1.0),
        )

    def seen(self) -> Ledger:
        return estimate(self.known())

    def futures(self) -> Iterator[Ledger]:
        """Yield the ledgers of both futures, and the one that went on from what was known."""
        yield advance(self.seen(), self.markets)
        yield estimate(self.markets)
        yield estimate(self.otherwise())


@st.composite
def stories(draw: st.DrawFn, most: int = 40) -> Story:
    price = draw(st.sampled_from((0.00003, 0.9, 95_000.0)))
    markets = tuple(
        walk(
            draw(st.integers(0, 10_000)),
            draw(st.integers(3, most)),
            draw(st.sampled_from(TIMEFRAMES)),
            volatility=draw(st.sampled_from((0.0, 0.0004, 0.003, 0.02))),
            interest=draw(st.sampled_from(INTEREST_KINDS)),
            volume=draw(st.sampled_from(VOLUME_KINDS)),
            gaps=draw(st.booleans()),
            price=price,
        ).market(venue=venue)
        for venue in VENUES[: draw(st.integers(1, 3))]
    )
    first = markets[0]
    close = int(first.close_time[draw(st.integers(0, len(first.time) - 1))])
    running = draw(st.booleans())
    elapsed = draw(st.floats(0.01, 0.99)) if running else draw(st.sampled_from((0.0, 0.4)))
    now = close + int(elapsed * first.timeframe)
    return Story(markets, now, running)


def rows_until(part: VenueLedger, time: int) -> Any:
    """Return the bytes of all rows that had closed by a time."""
    count = int(part.row_at(time)) + 1
    columns = (part.open_interest, part.flags, part.log_survival, part.opened)
    return content((*part.inputs.cut(slice(0, count)), *(column[:count] for column in columns)))


def same_rows(story: Story, ledger: Ledger) -> None:
    seen = story.seen()
    for name in seen.names:
        assert rows_until(ledger.venue(name), story.at) == rows_until(seen.venue(name), story.at)


def times_until(story: Story, ledger: Ledger) -> np.ndarray:
    """Return a few times from before the first candle to the last that must not change."""
    first = ledger.start - 1
    return np.unique(first + (story.at - first) * np.arange(6) // 5)


def prices_around(ledger: Ledger, time: int, count: int = 40) -> np.ndarray:
    price = ledger.last_price(time)
    return np.geomspace(price * 0.7, price * 1.4, count)
