"""Grade: how far the map of a ledger can be relied on, from the data behind it, with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.ledger import RowFlag, RowKind
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import DAY, HOUR, MINUTE, timestamp
from liqwidget.domain.whole_candles import candle_ends, whole_candles
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger, VenueLedger

Letter = Literal["A", "B", "C", "D"]
Limits = tuple[float, float, float]
"""What A, B and C ask for; D is worse than the last."""

RECENT = 7 * DAY
"""Gaps, held open interest and volume are those of the last seven days [ns]: what stands was mostly opened since."""

DATA_DAYS: Limits = (7.0, 3.0, 1.0)
"""Days of candles, at least. What was open before the first candle is a guess that normal churn (0.4 a day) leaves
6 %, 30 % and 67 % of after 7, 3 and 1 days. Under 7 the map is warming up, under 1 it is hatched."""

OPEN_INTEREST: Limits = (100e6, 20e6, 4e6)
"""Open interest of all venues [dollars], at least; not asked for in other currencies. The map spreads many positions
smoothly; where one position of a few millions is more than some 5 %, 20 % or all of the market, single positions make
the real one."""

DAY_VOLUME: Limits = (50e6, 10e6, 1e6)
"""Volume of all venues a day [dollars], at least; not asked for in other currencies. Where little is traded, positions
stay for longer than the churn says and single orders move price."""

MISSING_SHARE: Limits = (0.01, 0.05, 0.20)
"""Share of candles missing in the last seven days, at most. What a gap swept between its ends is not seen, nor is what
opened in it; 1 % of a week is under two hours."""

UNSEEN_INTEREST: Limits = (0.05, 0.20, 1.0)
"""Share of the last seven days without open interest of its own hour, at most. Openings then come from turnover alone,
which is most of them: it never caps below C, as no open interest at all does not. Where only candles miss, they alone
are named: their limits are the narrower ones."""

INTEREST_AGE = HOUR
"""Open interest up to this old [ns] is no fault: maps of 5m and of 1h data agree."""

SILENT = 10 * MINUTE
"""A venue answers if its last candle closed within this [ns] or three candles; one of several must also miss at most a
fifth of its candles."""

ANSWERED_SHARE: Limits = (1.0, 0.5, 1e-9)
"""Share of the expected venues that answer, at least: maps add, so what others hold is missing from all sizes."""

NO_INTEREST: Letter = "C"
"""Without open interest sizes are shares; where they stand is known no worse, how much they are not at all."""

NO_VOLUME: Letter = "B"
"""Without volume the turnover clock runs evenly, which changes scores on real liquidations little."""

NO_RULES: Letter = "B"
"""Without the venue's margin rules the nearest distance is a guess; near price the map depends on it."""

_LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
_SILENT_CANDLES = 3
_ROUNDING = 1e-9


class Fact(NamedTuple):
    """One thing the grade looks at: the venue ('' for all), a name, its value, the cap, and the reason if any."""

    venue: str
    name: str
    value: float
    cap: Letter
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Grade:
    """How far a map can be relied on.

    Parameters
    ----------
    letter : str
        'A' solid, 'B' good, 'C' rough, 'D' do not rely on it.
    reasons : tuple of str
        Why not 'A', a sentence each, the worst first; empty for 'A'.
    caps : tuple of str
        The best letter that each reason allows.
    hatched : bool
        Whether there is less than a day of data.
    warming_up : bool
        Whether there are less than seven days of data.
    at : Timestamp
        The time it holds for, UTC.
    facts : tuple of Fact
        Everything that was looked at.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> found = liqwidget.grade(ledger)
    >>> found.letter, found.hatched
    ('B', False)
    """

    letter: Letter
    reasons: tuple[str, ...]
    caps: tuple[Letter, ...] = field(repr=False)
    hatched: bool
    warming_up: bool
    at: pd.Timestamp = field(repr=False)
    facts: tuple[Fact, ...] = field(repr=False)

    @property
    def sentence(self) -> str:
        """The letter and its first reason in few words: 'Grade B, warming up: 5.2 days of data'."""
        state = f"Grade {self.letter}" + (", warming up" if self.warming_up else "")
        if not self.reasons:
            return state
        first = self.reasons[0].split(":")[0].split(";")[0]
        return f"{state}: {first[0].lower()}{first[1:]}"

    def to_frame(self) -> pd.DataFrame:
        """Return venue ('' for all), fact, value, cap and reason, one row for each fact."""
        return pd.DataFrame(self.facts, columns=["venue", "fact", "value", "cap", "reason"])

    def _repr_html_(self) -> str:
        """Return the letter and its reasons as a list."""
        items = "".join(
            f"<li>{escape(reason)} (at best {cap})</li>" for reason, cap in zip(self.reasons, self.caps, strict=True)
        )
        state = " Warming up." if self.warming_up else ""
        return f"<p><b>Grade {self.letter}</b>, {self.at:%Y-%m-%d %H:%M} UTC.{state}</p><ul>{items}</ul>"


def grade(ledger: Ledger, at: Any = None, *, expected_venues: int | Iterable[str] | None = None) -> Grade:
    """Grade how far the map can be relied on, from the data behind it.

    Every fact has a cap, the best letter that it allows; the grade is the worst cap. Facts about data (days, gaps, open
    interest held, margin rules) are each venue's own, and the venue whose worst cap is the best (then the one with the
    most open interest) speaks for the map; open interest, volume and the count of answering venues are of all. So
    neither fewer venues of those expected, nor fewer candles, can make a grade better. A grade speaks of data, not of
    how well positions can be estimated: an 'A' is still an estimate.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    at : time, optional
        None means the last close. Only candles that had closed by then count; unfinished ones never do.
    expected_venues : int or iterable of str, optional
        How many venues, or which, were asked; by default those in the ledger.

    Returns
    -------
    Grade

    Raises
    ------
    DataError
        If `at` is no time, or `expected_venues` is no count of at least 1 or no names.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.grade(ledger).letter
    'B'
    """
    time = ledger.instant(at)
    seen = [_Seen.of(part, time) for part in ledger]
    own = [_venue_facts(part) for part in seen]
    ranked = sorted(range(len(seen)), key=lambda index: (_worst(own[index]), -seen[index].interest))
    shared = [*_amounts(seen, ledger.quote), *_venues(seen, expected_venues)]
    speaking = own[ranked[0]]
    limits = sorted((fact for fact in (*speaking, *shared) if fact.cap != "A"), key=_cap, reverse=True)
    days = max(part.days for part in seen)
    return Grade(
        letter=limits[0].cap if limits else "A",
        reasons=tuple(fact.reason for fact in limits),
        caps=tuple(fact.cap for fact in limits),
        hatched=days < DATA_DAYS[2],
        warming_up=days < DATA_DAYS[0],
        at=timestamp(time),
        facts=(*shared, *(fact for index in ranked for fact in own[index])),
    )


class _Seen(NamedTuple):
    """What one venue had reported by a time; amounts in quote currency, NaN where unknown, shares of recent candles."""

    venue: str
    days: float
    missing: float
    unseen: float
    interest: float
    volume: float
    relative: bool
    rules: bool
    distance: float
    answers: bool

    @classmethod
    def of(cls, part: VenueLedger, time: int) -> _Seen:
        inputs, step, start = whole_candles(part.inputs), part.timeframe, int(part.time[0])
        ends = None if inputs is part.inputs else candle_ends(part.inputs.kind)
        flags = part.flags if ends is None else part.flags[ends]
        since = max(start, time - RECENT)
        begin, end = np.searchsorted(inputs.time, (since, time), side="right")
        candles = inputs.cut(slice(0, end)).are(RowKind.CANDLE)
        recent = begin + np.flatnonzero(candles[begin:])
        last = recent[-1:] if len(recent) else np.flatnonzero(candles)[-1:]
        newest = last if ends is None else ends[last]
        slots = max((time - start) // step - (since - start) // step, len(recent), 1)
        age = inputs.time[recent] - inputs.interest_time[recent]
        late = (flags[recent] & RowFlag.HELD > 0) & ((age < step) | (age > INTEREST_AGE))
        fresh = int((~late & (flags[recent] & RowFlag.FROZEN == 0)).sum())
        volumes = inputs.volume[recent] * inputs.close[recent]
        known = np.isfinite(volumes)
        missing = 1 - len(recent) / slots
        silent = time - int(inputs.time[last].max(initial=start)) > max(SILENT, _SILENT_CANDLES * step)
        return cls(
            venue=part.venue,
            days=int(candles.sum()) * step / DAY,
            missing=missing,
            unseen=1 - fresh / slots,
            interest=0.0 if part.relative or int(part.row_at(time)) < 0 else float(part.value(newest).sum()),
            volume=float(volumes[known].sum()) / (slots * step / DAY) if known.any() else np.nan,
            relative=part.relative,
            rules=not any("no margin tiers known" in note for note in part.notes),
            distance=part.minimum_distance,
            answers=len(last) > 0 and not silent,
        )


def _venue_facts(seen: _Seen) -> list[Fact]:
    days, missing = _least(seen.days, DATA_DAYS), _most(seen.missing, MISSING_SHARE)
    unseen = _most(seen.unseen, UNSEEN_INTEREST)
    found = [
        (days, "days of data", seen.days, _days(seen.days)),
        (missing, "candles missing", seen.missing, f"{_share(seen.missing)} of candles missing in the last 7 days"),
    ]
    if seen.relative:
        found.append((NO_INTEREST, "open interest unseen", seen.unseen, "No open interest, sizes are relative"))
    else:
        reason = f"Open interest missing, held or frozen in {_share(seen.unseen)} of the last 7 days"
        unseen = unseen if seen.unseen > seen.missing + _ROUNDING else "A"
        found.append((unseen, "open interest unseen", seen.unseen, reason))
    reason = f"Margin rules unknown: nearest distance taken as {seen.distance:.1%}"
    found.append(("A" if seen.rules else NO_RULES, "nearest distance", seen.distance, reason))
    return [Fact(seen.venue, name, value, cap, "" if cap == "A" else text) for cap, name, value, text in found]


def _amounts(seen: list[_Seen], quote: str) -> list[Fact]:
    """Return the facts of all venues together; amounts in other currencies than the dollar have no limits."""
    limited = quote == DOLLAR
    interest = sum(part.interest for part in seen)
    volumes = [part.volume for part in seen if np.isfinite(part.volume)]
    facts = []
    if not all(part.relative for part in seen):
        cap = _least(interest, OPEN_INTEREST) if limited else "A"
        facts.append(
            _fact("open interest", interest, cap, f"Open interest {money(interest)}: single positions shape the map")
        )
    if not volumes:
        facts.append(_fact("volume a day", np.nan, NO_VOLUME, "Volume unknown: turnover runs evenly"))
    else:
        cap = _least(sum(volumes), DAY_VOLUME) if limited else "A"
        facts.append(_fact("volume a day", sum(volumes), cap, f"Volume {money(sum(volumes))} a day: thin trading"))
    return facts


def _venues(seen: list[_Seen], expected: int | Iterable[str] | None) -> list[Fact]:
    names = {part.venue for part in seen}
    if expected is None:
        count = len(names)
    elif isinstance(expected, int) and not isinstance(expected, bool) and expected > 0:
        count = expected
    elif isinstance(expected, Iterable) and not isinstance(expected, str) and (wanted := set(expected)):
        names, count = names & wanted, len(wanted)
    else:
        raise DataError(f"Expected expected_venues as a number of at least 1 or names, was {expected!r:.60}")
    enough = MISSING_SHARE[2] if count > 1 else 1.0
    there = [part for part in seen if part.venue in names and part.answers and part.missing <= enough]
    answering = min(len(there), count)
    text = f"{answering} venue{'' if answering == 1 else 's'} of {count} answered"
    facts = [_fact("venues answering", answering, _least(answering / count, ANSWERED_SHARE), text)]
    unweighed = [part.venue for part in seen if part.relative]
    if 0 < len(unweighed) < len(seen):
        weighed = min(sum(not part.relative for part in there), count)
        text = f"No open interest of {', '.join(unweighed)}: sizes leave out what stands there"
        facts.append(_fact("venues with open interest", weighed, _least(weighed / count, ANSWERED_SHARE), text))
    return facts


def _fact(name: str, value: float, cap: Letter, reason: str) -> Fact:
    return Fact("", name, float(value), cap, "" if cap == "A" else reason)


def _cap(fact: Fact) -> Letter:
    return fact.cap


def _worst(facts: list[Fact]) -> Letter:
    return max(fact.cap for fact in facts)


def _least(value: float, limits: Limits) -> Letter:
    return _LETTERS[sum(value < limit for limit in limits)]


def _most(value: float, limits: Limits) -> Letter:
    return _LETTERS[sum(value > limit for limit in limits)]


def _days(days: float) -> str:
    tenths = math.floor(days * 10 + _ROUNDING) / 10
    return (
        f"{tenths:.1f} days of data; sizes settle after 7"
        if days >= 1
        else f"{days * 24:.1f} hours of data; sizes settle after 7 days"
    )


def _share(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"  # noqa: PLR2004 - under a tenth a digit more
