"""Does it work: what recorded candles say of the claims that are made of liquidation clusters.

Eight questions are put to the loaded history, each with its control, and counted together. No vendor says what this
says; `notebooks/evidence.md` has the method, the figures and what was found. A hit rate proves nothing:
every level at that distance is hit, so it never stands without that of matched levels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.time import DAY, HOUR, duration_ns, duration_text, time_ns
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import Rules, estimated
from liqwidget.field.density import HEAT_PRIOR
from liqwidget.field.measure import HEAT, measured_in
from liqwidget.study.clustering import Rule
from liqwidget.study.clusters import WIDEST, cells_of
from liqwidget.trust.block_statistics import POWER, holm
from liqwidget.trust.evidence_asked import Asked, Plan, asked
from liqwidget.trust.evidence_hours import Map
from liqwidget.trust.evidence_words import BESIDE, QUESTIONS, RECORDED, Answer, beside, hit_rate, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.trust.evidence_words import Question

Source = Ledger | MarketData

COLUMNS = (
    "question", "effect", "low", "high", "p", "p_holm", "detectable", "base", "n", "blocks", "null_mean", "null_sd",
)  # fmt: skip
"""Of `Evidence.to_frame`."""

_LONGEST = 14 * DAY
"""Horizon at most [ns]."""

_MOST = 1000
"""Surrogates at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the loaded history says of eight claims about clusters.

    Parameters
    ----------
    markets : tuple of (str, str)
        Coins and venues.
    answers : tuple of Answer
        One per question, in the order of `liqwidget.trust.evidence_words.QUESTIONS`; of all markets together, pooled by
        calendar blocks.
    beside : tuple of Answer
        What is told beside them and not counted.
    days : float
        Asked days, after 14 days to warm up.
    horizon, every : int
        How far ahead, and from ask to ask [ns].
    check : int
        How many markets without attraction it was held against.
    parts : tuple of Evidence
        Each market by itself; empty where there is one alone.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=46).markets()
    >>> found = liqwidget.evidence(markets, every="12h", check=0)
    >>> [answer.name for answer in found.answers]
    ['race', 'mirror', 'matched', 'extremes', 'direction', 'sweep', 'sweep_size', 'gaps']
    """

    markets: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...] = field(repr=False)
    beside: tuple[Answer, ...] = field(repr=False)
    days: float
    horizon: int
    every: int
    check: int
    parts: tuple[Evidence, ...] = field(default=(), repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per question, of all markets together.

        Returns
        -------
        DataFrame
            Indexed by the question's name. question: what is asked; effect, low, high: how much more than the control
            and its 95 % interval [points of per cent; of 'sweep' and 'sweep_size' basis points]; p, p_holm: that chance
            alone gives as much, by itself and after counting all eight; detectable: the effect that shows in four of
            five tries; base: what the control gives [per cent, basis points]; n: events; blocks: of five calendar days;
            null_mean, null_sd: the effect on markets without any attraction. NaN where there are too few data.
        """
        return _frame(self.answers)

    def beside_frame(self) -> pd.DataFrame:
        """Return what is not counted, as `to_frame`; p_holm is NaN.

        Volume, wick and open interest after a sweep differ from their controls without any attraction too: read them
        less `null_mean`.
        """
        return _frame(self.beside)

    def markets_frame(self) -> pd.DataFrame:
        """Return one row per market and question, indexed by symbol, venue and the question's name, as `to_frame`."""
        alone = self.parts or (self,)
        frames = {one.markets[0]: one.to_frame() for one in alone}
        return pd.concat(frames, names=["symbol", "venue"])

    def market(self, venue: str, symbol: str | None = None) -> Evidence:
        """Return what one market says by itself.

        Raises
        ------
        DataError
            If there is none, or several.
        """
        alone = self.parts or (self,)
        found = [one for one in alone if one.markets[0][1] == venue and symbol in {None, one.markets[0][0]}]
        if len(found) == 1:
            return found[0]
        names = ", ".join(f"{coin} on {name}" for coin, name in self.markets)
        message = f"Expected one market among {names}, was venue {venue!r:.60}, symbol {symbol!r:.60}"
        raise DataError(message)

    def answer(self, name: str) -> Answer:
        """Return the answer to a question, by its name.

        Raises
        ------
        DataError
            If there is no such question.
        """
        for one in (*self.answers, *self.beside):
            if one.name == name:
                return one
        names = ", ".join(one.name for one in (*self.answers, *self.beside))
        message = f"Expected a question among {names}, was {name!r:.60}"
        raise DataError(message)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said of each question, in their order; one sentence alone where none can be asked."""
        said = {one.missing for one in self.answers}
        if len(said) == 1 and "" not in said:
            return (f"Nothing can be said yet. {said.pop()}",)
        return tuple(f"{one.question}: {sentence(one, self.days)}" for one in self.answers)

    @property
    def beside_sentences(self) -> tuple[str, ...]:
        """What is not counted: how often clusters are touched beside matched levels, recent extremes, old and fresh."""
        matched = self.answer("matched")
        lines = (hit_rate(matched, duration_text(self.horizon)), *(beside(one) for one in self.beside))
        return tuple(line for line in lines if line)

    def __repr__(self) -> str:
        """Return the markets and the sentences."""
        lines = [self._title, *(f"{number}. {line}" for number, line in enumerate(self.sentences, 1))]
        if self.beside_sentences:
            lines += ["Not counted:", *(f"- {line}" for line in self.beside_sentences)]
        return "\n".join([*lines, RECORDED])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences)
        other = "".join(f"<li>{escape(line)}</li>" for line in self.beside_sentences)
        more = f"<p>Beside them, not counted:</p><ul>{other}</ul>" if other else ""
        return (
            f'<div class="mathjax_ignore"><p><b>{escape(self._title)}</b></p><ol>{lines}</ol>{more}'
            f"<p>{escape(RECORDED)}</p></div>"
        )

    @property
    def _title(self) -> str:
        names = ", ".join(f"{symbol} on {venue}" for symbol, venue in self.markets)
        if not any(math.isfinite(one.low) for one in self.answers):
            return f"Evidence: {names}"
        checked = f"beside {self.check} markets without any attraction" if self.check else "not checked on any other"
        return f"Evidence: {names}; {self.days:.0f} days asked every {duration_text(self.every)}, {checked}"


def evidence(
    market: Source | Iterable[Source],
    horizon: str = "24h",
    every: str = "1h",
    check: int = 20,
    *,
    at: Any = None,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
    seed: int = 0,
) -> Evidence:
    """Return what a history says of eight claims that are made of liquidation clusters.

    Clusters are those of `find_clusters`, one venue at a time, as they could be known at each asked time. Each question
    has a control for which the answer is known to be none: the price as far away on the other side, levels alike at
    other times, touches alike that swept nothing (notebooks/evidence.md). Intervals are Student's over blocks
    of five calendar days that all markets share. A year of 5-minute candles takes some three seconds, and as long again
    for each market that it is checked on.

    Parameters
    ----------
    market : Ledger, MarketData, or iterable of either
        Each coin and venue is asked by itself; together they are pooled. A ledger needs heat, as `estimate` makes it.
    horizon : str
        How long levels are followed, and the direction; races take 7 days, sweeps 4 hours, gaps one.
    every : str
        From ask to ask: whole hours, or a part of one, and no shorter than a candle.
    check : int
        On how many markets without any attraction it is checked: the same candles, each mirrored with chance one half.
        0 leaves it out.
    at : time, optional
        Candles that close later do not count; None takes all.
    leverage, sensitivity, width
        As in `find_clusters`.
    venues : iterable of str, optional
        Which of them; None takes all.
    seed : int
        Of the markets it is checked on.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        If an option cannot be used, a market repeats, or a ledger has no heat.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=46).markets()
    >>> found = liqwidget.evidence(markets, every="12h", check=0)
    >>> race = found.answer("race")
    >>> race.low < 0 < race.high  # no side is reached first more often than its mirror price
    True
    """
    step, ahead = _step(every), _horizon(horizon, every)
    count = _whole("check", check, _MOST)
    first = _whole("seed", seed, 2**31)
    plan = Plan(step, ahead, Map(group_indices(leverage), Rule.of(sensitivity), cells_of(width)))
    until = None if at is None else time_ns(at, "at", any_year=True)
    heats = _heats(market, venues)
    for symbol, venue, heat in heats:
        candle = heat.venues[0].timeframe
        if step < candle <= HOUR:
            message = (
                f"Expected every= as at least a candle of {symbol} on {venue} ({duration_text(candle)}), "
                f"was {every!r:.60}"
            )
            raise DataError(message)
    made = []
    for _, _, heat in heats:
        end = heat.end if until is None else min(until, heat.end)
        found = asked(heat, plan, end)
        others = [asked(heat, plan, end, first + number) for number in range(count)] if found.tallies else []
        made.append((found, others))
    names = tuple((symbol, venue) for symbol, venue, _ in heats)
    parts = tuple(_told((name,), *one, plan) for name, one in zip(names, made, strict=True))
    if len(parts) == 1:
        return parts[0]
    whole = _sum([found for found, _ in made])
    checks = [_sum(list(same)) for same in zip(*(others for _, others in made if others), strict=True)]
    return _told(names, whole, checks, plan, parts)


def _told(
    names: tuple[tuple[str, str], ...],
    found: Asked,
    others: Sequence[Asked],
    plan: Plan,
    parts: tuple[Evidence, ...] = (),
) -> Evidence:
    answers = [_answer(question, found, others) for question in QUESTIONS]
    counted = holm([one.p for one in answers])
    told = tuple(replace(one, p_holm=float(p)) for one, p in zip(answers, counted, strict=True))
    aside = tuple(_answer(question, found, others) for question in BESIDE)
    return Evidence(names, told, aside, found.days, plan.horizon, plan.step, len(others), parts)


def _answer(question: Question, found: Asked, others: Sequence[Asked]) -> Answer:
    name, missing = question.name, found.missing(question.name)
    if missing:
        return Answer(name, question.asked, question.unit, missing=missing)
    tally = found.tallies[name]
    effect = tally.estimate()
    nulls = [one.tallies[name].estimate().effect for one in others if name in one.tallies]
    known = np.array([one for one in nulls if math.isfinite(one)])
    enough = len(known) > 1
    return Answer(
        name=name,
        question=question.asked,
        unit=question.unit,
        effect=effect.effect,
        low=effect.low,
        high=effect.high,
        p=effect.p,
        detectable=POWER * effect.error,
        base=tally.usual,
        n=tally.events,
        blocks=effect.blocks,
        null_mean=float(known.mean()) if enough else math.nan,
        null_sd=float(known.std(ddof=1)) if enough else math.nan,
        checked=len(known),
    )


def _frame(answers: Sequence[Answer]) -> pd.DataFrame:
    rows = [[getattr(one, name) for name in COLUMNS] for one in answers]
    return pd.DataFrame(rows, columns=list(COLUMNS), index=pd.Index([one.name for one in answers], name="name"))


def _sum(parts: Sequence[Asked]) -> Asked:
    whole = parts[0]
    for one in parts[1:]:
        whole = whole.plus(one)
    return whole


def _heats(market: Source | Iterable[Source], venues: Iterable[str] | None) -> list[tuple[str, str, Ledger]]:
    """Return coin, venue and heat of each market.

    Raises
    ------
    DataError
        If there is none, one repeats, or something else was given.
    """
    given: list[object] = [market] if isinstance(market, Source) else list(_several(market))
    wanted = None if venues is None else [venues] if isinstance(venues, str) else list(venues)
    found: list[tuple[str, str, Ledger]] = []
    for one in given:
        if isinstance(one, MarketData):
            heat = estimated(one, HEAT_PRIOR, Rules().without_cap())
        elif isinstance(one, Ledger):
            heat = measured_in(one, HEAT)
        else:
            message = f"Expected Ledger or MarketData, was {type(one).__name__}"
            raise DataError(message)
        found += [(heat.symbol, part.venue, Ledger(heat.symbol, heat.prior, (part,))) for part in heat]
    names = [(symbol, venue) for symbol, venue, _ in found]
    known = {venue for _, venue in names}
    unknown = next((name for name in wanted or () if name not in known), None)
    if unknown is not None:
        message = f"Expected a venue among {', '.join(sorted(known))}, was {unknown!r:.60}"
        raise DataError(message)
    chosen = [one for one in found if wanted is None or one[1] in wanted]
    if not chosen:
        message = "Expected at least one market, was none"
        raise DataError(message)
    if len(set(names)) < len(names):
        message = f"Expected each coin and venue once, was {names}"
        raise DataError(message)
    return chosen


def _several(market: object) -> Iterable[object]:
    if isinstance(market, Iterable) and not isinstance(market, str | pd.DataFrame):
        return market
    message = f"Expected Ledger, MarketData (see MarketData.from_frames), or several, was {type(market).__name__}"
    raise DataError(message)


def _step(every: object) -> int:
    length = duration_ns(every)
    if length > 0 and (length % HOUR == 0 or HOUR % length == 0) and length <= DAY:
        return length
    message = f"Expected every= as whole hours up to a day, or a part of one ('15m', '1h', '4h'), was {every!r:.60}"
    raise DataError(message)


def _horizon(horizon: object, every: object) -> int:
    length, bar = duration_ns(horizon), min(_step(every), HOUR)
    if HOUR <= length <= _LONGEST and length % bar == 0:
        return length
    message = f"Expected horizon as whole hours from 1h to {duration_text(_LONGEST)}, was {horizon!r:.60}"
    raise DataError(message)


def _whole(name: str, value: object, most: int) -> int:
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= value <= most:
        return int(value)
    message = f"Expected {name} as a whole number from 0 to {most}, was {value!r:.40}"
    raise DataError(message)
