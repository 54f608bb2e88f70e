"""What can go wrong at an exchange, and when: a fault is injected for a venue and kind of question."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from tests.venues.recorded_market import Row

ANSWER, ROWS, CLOCK, STREAM = "answer", "rows", "clock", "stream"


@dataclass(frozen=True, slots=True)
class Fault:
    """Base of all faults; `stage` says where it strikes."""

    stage: ClassVar[str] = ANSWER


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """The venue refuses in its own words: 429, 418, 451, 403, 500; `retry_after` [s] goes in the header."""

    code: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Maintenance(Fault):
    """The venue says that it is closed for work."""


@dataclass(frozen=True, slots=True)
class Slow(Fault):
    """The answer comes after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang(Fault):
    """No answer ever comes."""


@dataclass(frozen=True, slots=True)
class Truncated(Fault):
    """A part of the body; with `cut` the connection closes before the length that was announced."""

    share: float = 0.5
    cut: bool = False


@dataclass(frozen=True, slots=True)
class NotJson(Fault):
    """Status 200 with a web page."""

    body: str = "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


@dataclass(frozen=True, slots=True)
class Raw(Fault):
    """Status 200 with these bytes; `encoding` goes in the header Content-Encoding, `headers` beside it."""

    content: bytes
    encoding: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere(Fault):
    """A redirect to an address."""

    address: str


@dataclass(frozen=True, slots=True)
class Headers(Fault):
    """The right answer, with other headers."""

    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Oversized(Fault):
    """A valid body made longer than anyone should read."""

    size: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class RowFault(Fault):
    """A fault that changes the rows of an answer."""

    stage: ClassVar[str] = ROWS

    def apply(self, rows: list[Row]) -> list[Row]:
        """Return the rows as the venue sends them wrongly."""
        return rows


@dataclass(frozen=True, slots=True)
class Empty(RowFault):
    """No rows where there are some."""

    def apply(self, rows: list[Row]) -> list[Row]:
        return rows[:0]


@dataclass(frozen=True, slots=True)
class Duplicated(RowFault):
    """Every row comes `times`."""

    times: int = 2

    def apply(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows for _ in range(self.times)]


@dataclass(frozen=True, slots=True)
class OutOfOrder(RowFault):
    """The rows come in the order of `stride`: 0, stride, ..., 1, stride + 1, ..."""

    stride: int = 7

    def apply(self, rows: list[Row]) -> list[Row]:
        return [rows[i] for first in range(self.stride) for i in range(first, len(rows), self.stride)]


@dataclass(frozen=True, slots=True)
class FutureDated(RowFault):
    """One more row, a copy of the last one, stamped `ahead` [ms] after it."""

    ahead: int = 7 * 86_400_000

    def apply(self, rows: list[Row]) -> list[Row]:
        return rows + [{**row, "time": row["time"] + self.ahead} for row in rows[-1:]]


@dataclass(frozen=True, slots=True)
class Missing(RowFault):
    """Every row whose time is `offset` modulo `every` [ms] is missing."""

    every: int
    offset: int = 0

    def apply(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["time"] % self.every != self.offset]


@dataclass(frozen=True, slots=True)
class Wrong(RowFault):
    """The row of a `time` [ms] has amounts, or a high, that are `factor` times too large."""

    time: int
    factor: float = 30.0

    def apply(self, rows: list[Row]) -> list[Row]:
        wrong = {"amount", "high"}
        return [
            {name: value * self.factor if name in wrong else value for name, value in row.items()}
            if row["time"] == self.time else row for row in rows
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revised(RowFault):
    """The newest `count` rows have amounts that the venue will correct later."""

    count: int = 3
    factor: float = 0.5

    def apply(self, rows: list[Row]) -> list[Row]:
        wrong = [
            {name: value * self.factor if name in {"volume", "amount", "rate", "size"} else value
             for name, value in row.items()} for row in rows[-self.count :]
        ]  # fmt: skip
        return rows[: -self.count] + wrong


@dataclass(frozen=True, slots=True)
class Skew(Fault):
    """The venue's clock is wrong by `milliseconds`; what it stamps by its clock is too."""

    milliseconds: int
    stage: ClassVar[str] = CLOCK


@dataclass(frozen=True, slots=True)
class Drop(Fault):
    """The socket closes after so many messages: without a farewell, and in the middle of a frame with `mid_frame`."""

    after: int = 0
    mid_frame: bool = False
    stage: ClassVar[str] = STREAM


@dataclass(frozen=True, slots=True)
class Silence(Fault):
    """After so many messages nothing is said any more, not even a pong; the socket stays open."""

    after: int = 0
    stage: ClassVar[str] = STREAM


@dataclass(frozen=True, slots=True)
class Garbled(Fault):
    """Every message from the n-th on is cut short."""

    after: int = 0
    stage: ClassVar[str] = STREAM


@dataclass(frozen=True, slots=True)
class Refused(Fault):
    """The socket says no to the candles of one coin, and goes on with all others."""

    coin: str
    stage: ClassVar[str] = STREAM


STORMY = ("candles", "interest", "interest_history", "funding")
"""Kinds of question that a storm strikes."""
WEATHER: tuple[Fault, ...] = (
    Status(429, retry_after=0),
    Status(429),
    Status(418),
    Status(500),
    Maintenance(),
    Slow(0.05),
    Truncated(),
    Truncated(cut=True),
    NotJson(),
    Empty(),
    Duplicated(),
    OutOfOrder(),
    FutureDated(),
    Missing(every=900_000),
)
LIGHTNING: tuple[Fault, ...] = (
    Status(503),
    Drop(after=2),
    Drop(after=5, mid_frame=True),
    Silence(after=3),
    Garbled(after=4),
)


@dataclass(slots=True)
class _Injected:
    fault: Fault
    venue: str | None
    kind: str | None
    after: int
    times: int | None

    def strikes(self, venue: str, kind: str) -> bool:
        """Count a call and return whether it is struck."""
        if self.venue not in {None, venue} or self.kind not in {None, kind} or self.times == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The faults of a server, by schedule. Safe to change while it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._injected: list[_Injected] = []

    def inject(
        self, fault: Fault, *, venue: str | None = None, kind: str | None = None, after: int = 0, times: int | None = 1
    ) -> None:
        """Strike `times` calls (None = all from then on) of a kind of question, after letting `after` pass."""
        with self._lock:
            self._injected.append(_Injected(fault, venue, kind, after, times))

    def storm(self, seed: int, venue: str, *, share: float = 0.2, calls: int = 500) -> None:
        """Strike a share of the next calls of each kind of question to a venue, and of its sockets, at random.

        The same seed gives the same faults. A row may be missing, empty or in the future once, never for good.
        """
        draw = random.Random(f"{seed} {venue}")  # noqa: S311 - a schedule, no secret
        for kind, choice in {**dict.fromkeys(STORMY, WEATHER), "stream": LIGHTNING}.items():
            for call in range(calls):
                if draw.random() < share:
                    self.inject(draw.choice(choice), venue=venue, kind=kind, after=call)

    def clear(self) -> None:
        with self._lock:
            self._injected.clear()

    def striking(self, venue: str, kind: str, *stages: str) -> list[Fault]:
        """Return the faults of one call, and count it."""
        with self._lock:
            return [one.fault for one in self._injected if one.fault.stage in stages and one.strikes(venue, kind)]
