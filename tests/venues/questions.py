"""What a client asks and a venue answers, in words that all venues share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from tests.venues.recorded_market import Columns, MarketTape, Row

Json = Any

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
"""[ms]"""
INTERVALS = {
    "1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR,
    "2h": 2 * HOUR, "4h": 4 * HOUR, "6h": 6 * HOUR, "8h": 8 * HOUR, "12h": 12 * HOUR, "1d": DAY,
}  # fmt: skip

MAX_LEVERAGE = {"BTC": 125, "ETH": 100, "SOL": 50}
TICKS = {"BTC": 0.1, "ETH": 0.01, "SOL": 0.01}
LOTS = {"BTC": 0.001, "ETH": 0.01, "SOL": 0.1}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; `host` is the one that would have been asked on the internet."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    body: Json = None

    def number(self, name: str) -> int | None:
        text = self.query.get(name)
        return None if text in {None, ""} else int(float(str(text)))


@dataclass(frozen=True, slots=True)
class Question:
    """A request as understood.

    `kind` is one of markets, time, status, candles, interest, interest_history, funding, funding_now, ratio, taken,
    tiers, trades, liquidations, book, other. Times [ms] are inclusive bounds; of too many rows the first or last
    `limit` are kept.
    """

    kind: str
    coin: str = ""
    interval: int = 0
    start: int | None = None
    end: int | None = None
    limit: int = 0
    keep: str = "last"
    form: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request that the venue refuses, with its own words."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a status, JSON or text, headers."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a socket listens to: candles, trades or liquidations of one coin ('' = all), by the venue's own `name`."""

    kind: str
    name: str
    coin: str = ""
    interval: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a client's message on a socket means: what to answer, and what it listens to from now on."""

    replies: tuple[Json, ...] = ()
    added: tuple[Channel, ...] = ()
    removed: tuple[Channel, ...] = ()


class Venue(Protocol):
    """The protocol of one exchange, without sockets."""

    name: str

    def understand(self, asked: Asked, now: int) -> Question:
        """Return the question of a request; raise RefusedError as the venue would."""

    def answer(self, question: Question, rows: list[Row], tape: MarketTape, now: int) -> Json:
        """Return the venue's own answer."""

    def trouble(self, status: int, now: int) -> Reply:
        """Return the venue's own words for a status: 429, 418, 403, 451, 500, or 503 for maintenance."""

    def hear(self, message: Json) -> Heard:
        """Return what a message on the socket means (text that is no JSON comes as text)."""

    def tell(self, channel: Channel, events: list[Row], now: int) -> list[Json]:
        """Return the messages for what happened on a channel, oldest first; rows have their `coin`."""


def rows_of(question: Question, tape: MarketTape, venue: str, now: int) -> list[Row]:
    """Return the rows that answer a question, oldest first."""
    track = tape.venues.get((venue, question.coin))
    if track is None:
        return []
    match question.kind:
        case "candles":
            columns = track.candles(question.interval, now)
        case "interest_history" | "ratio" | "taken":
            columns = track.open_interest(question.interval, now)
        case "interest" | "funding_now":
            question = replace(question, start=None, end=None, limit=1, keep="last")
            columns = track.open_interest(track.step, now)
        case "funding":
            columns = track.known(track.funding, now)
        case "liquidations":
            columns = track.known(track.liquidation, now)
        case "trades":
            after = (now - HOUR if question.start is None else question.start) - 1
            until = now if question.end is None else min(now, question.end)
            rows = list(track.trades(after, until))
            return rows[: question.limit] if question.keep == "first" else rows[-question.limit :]
        case _:
            return []
    return window(columns, question)


def events_of(channel: Channel, tape: MarketTape, venue: str, after: int, until: int) -> list[Row]:
    """Return what happened on a channel with after < time <= until: changed candles, trades or liquidations."""
    coins = (channel.coin,) if channel.coin else tape.coins(venue)
    found: list[Row] = []
    for coin in coins:
        track = tape.venues.get((venue, coin))
        if track is None:
            continue
        match channel.kind:
            case "candles":
                open_then = Question("candles", start=after - channel.interval + 1)
                shown = window(track.candles(channel.interval, until), open_then)
                before = window(track.candles(channel.interval, after), open_then)
                rows = [row for row in shown if row not in before]
            case "trades":
                rows = list(track.trades(after, until))
            case _:
                rows = window(track.known(track.liquidation, until), Question("liquidations", start=after + 1))
        found += [{**row, "coin": coin} for row in rows]
    return found if len(coins) == 1 else sorted(found, key=lambda row: int(row["time"]))


def window(columns: Columns, question: Question) -> list[Row]:
    """Return the rows between the bounds, the first or last `limit` of them."""
    if not columns:
        return []
    times = columns["time"]
    low = 0 if question.start is None else int(np.searchsorted(times, question.start))
    high = len(times) if question.end is None else int(np.searchsorted(times, question.end, side="right"))
    if question.limit and high - low > question.limit:
        low, high = (low, low + question.limit) if question.keep == "first" else (high - question.limit, high)
    names = list(columns)
    cut = [columns[name][low:high].tolist() for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*cut, strict=True)]


def text(value: float) -> str:
    """Return the shortest decimal text that reads back as the same number, as venues send them."""
    return str(np.format_float_positional(value, trim="-"))
