"""The questions of `evidence`, and what is said of an answer: an effect, none, or that nobody can tell yet.

Which of the three is said follows from the interval and from the effect that would have shown, never from a p value
alone (notebooks/evidence.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from liqwidget.trust.block_statistics import LEVEL, POWER

POINTS, BPS = "points", "basis points"

_LIMITS = {POINTS: 5.0, BPS: 25.0}
"""An effect inside of this, to both sides, is called none."""

_MANY = 2.0
"""Standard errors of a surrogate mean from which a question is biased, if it is beyond a third of its own error too."""

RECORDED = "On the recorded BTC, ETH and SOL of 2024-09 to 2026-02 none of these was found."
"""How every report ends."""


class Question(NamedTuple):
    """A question: its name, what is asked, unit, and the words of what may be found.

    ``found`` says of what happened how much more it did, ``nothing`` what is not seen where it did not.
    """

    name: str
    asked: str
    unit: str
    found: str
    nothing: str


QUESTIONS = (
    Question(
        "race",
        "nearest cluster reached before its mirror price",
        POINTS,
        "Price reached the nearer cluster before its mirror price in {share}",
        "attraction",
    ),
    Question(
        "mirror",
        "touched, against the mirror price",
        POINTS,
        "Clusters were touched {much} often than their mirror prices",
        "attraction",
    ),
    Question(
        "matched",
        "touched, against matched levels",
        POINTS,
        "Clusters were touched {much} often than matched levels at other times",
        "attraction",
    ),
    Question(
        "extremes",
        "the map beside recent highs and lows",
        POINTS,
        "Recent highs and lows at a cluster were touched {much} often than those at none",
        "addition to recent highs and lows",
    ),
    Question(
        "direction",
        "heat imbalance says the direction",
        POINTS,
        "For each standard deviation of heat above over heat below price rose {much} often",
        "sign of the direction",
    ),
    Question(
        "sweep",
        "reversal after a sweep, 4 hours",
        BPS,
        "After a sweep price came back {much} than after a like move that swept nothing",
        "reversal beyond an ordinary move",
    ),
    Question(
        "sweep_size",
        "reversal after larger less smaller clusters, 4 hours",
        BPS,
        "After a sweep of a larger cluster price came back {much} than after one of a smaller",
        "stronger reversal after larger clusters",
    ),
    Question(
        "gaps",
        "gaps crossed within an hour, against warm windows",
        POINTS,
        "Gaps were crossed within an hour {much} often than warm windows",
        "faster crossing of gaps",
    ),
)
"""The eight that are counted, in this order."""

BESIDE = (
    Question(
        "extremes_alone",
        "recent highs and lows, without a map, against matched levels",
        POINTS,
        "Recent highs and lows were touched {much} often than levels that are none, without any map",
        "difference between recent highs and lows and other levels",
    ),
    Question(
        "old_less_fresh",
        "touched, old clusters less fresh",
        POINTS,
        "Old clusters were touched {much} often than fresh ones, each against matched levels",
        "difference between old and fresh clusters",
    ),
    Question("sweep_volume", "ln volume of 15 minutes after a sweep", "ln", "", ""),
    Question("sweep_wick", "wick at a sweep, share of the candle", POINTS, "", ""),
    Question("sweep_interest", "open interest, 10 minutes before to 15 after a sweep", BPS, "", ""),
)
"""What is told beside them and not counted; the last three less what they are on markets without attraction."""

RAW = tuple(one.name for one in BESIDE if not one.found)
"""Those that are shown less their surrogates alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; figures are NaN where `missing` says why.

    Parameters
    ----------
    name, question, unit : str
        As in `QUESTIONS`; 'points' of per cent, 'basis points', or 'ln'.
    effect, low, high : float
        How much more than the control, and its 95 % interval.
    p, p_holm : float
        That chance alone gives as much; the same after counting all eight.
    detectable : float
        The effect that shows in four of five tries, 2.8 standard errors.
    base : float
        What the control gives: per cent, or basis points.
    n, blocks : int
        Events, and blocks of five calendar days they fall in.
    null_mean, null_sd : float
        Mean and standard deviation of the effect on markets without any attraction.
    checked : int
        How many such markets.
    missing : str
        Why there are no figures, '' where there are.
    """

    name: str
    question: str
    unit: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    p_holm: float = math.nan
    detectable: float = math.nan
    base: float = math.nan
    n: int = 0
    blocks: int = 0
    null_mean: float = math.nan
    null_sd: float = math.nan
    checked: int = 0
    missing: str = ""

    @property
    def biased(self) -> bool:
        """Whether the same count finds something where there is nothing."""
        if not math.isfinite(self.null_mean):
            return False
        error = self.null_sd / math.sqrt(self.checked)
        return abs(self.null_mean) > max(_MANY * error, self.detectable / POWER / 3)

    @property
    def found(self) -> bool:
        """Whether the interval leaves zero out, also after counting eight questions."""
        return not self.low <= 0 <= self.high and self.p_holm < LEVEL

    @property
    def by_chance(self) -> bool:
        """Whether markets without any attraction spread so far that an interval of few blocks is too narrow."""
        return math.isfinite(self.null_sd) and abs(self.effect) < POWER * self.null_sd

    @property
    def verdict(self) -> str:
        """One of 'effect', 'none', 'cannot tell', 'biased', or 'missing'."""
        if self.missing or not math.isfinite(self.low):
            return "missing"
        if self.biased:
            return "biased"
        if self.found and not self.by_chance:
            return "effect"
        limit = _LIMITS.get(self.unit, math.inf)
        return "none" if -limit < self.low and self.high < limit else "cannot tell"


def sentence(answer: Answer, days: float) -> str:
    """Return what is said of an answer from so many asked days."""
    if answer.verdict == "missing":
        return answer.missing or "Too few cases."
    asked = next(one for one in (*QUESTIONS, *BESIDE) if one.name == answer.name)
    limit, checked = _LIMITS[answer.unit], _checked(answer)
    if answer.verdict == "biased":
        return f"Biased here, no verdict: {_measured(answer)}.{checked}"
    if answer.verdict == "effect":
        if answer.name == "race":
            said = asked.found.format(share=f"{_share(answer.effect)} % of {answer.n:,} cases")
            inside = f"{_share(answer.low)} to {_share(answer.high)}; 50 means no attraction"
        else:
            said = asked.found.format(much=_much(answer))
            inside = (
                f"{_signed(answer, answer.low)} to {_signed(answer, answer.high)}; 0 means none; {answer.n:,} cases"
            )
        more = "also after counting eight questions. It does not say why, nor that it goes on."
        return f"{said} ({inside}), {more}{checked}"
    shows = f"{_size(answer, answer.detectable)} {answer.unit}"
    if answer.verdict == "none":
        return f"No {asked.nothing} seen: {_measured(answer)}. An effect above {shows} would have shown.{checked}"
    if answer.found:
        return f"Cannot tell: {_measured(answer)}. Markets without any attraction spread as far.{checked}"
    against = " The whole interval is against the claim." if answer.high < 0 else ""
    needed = days * (answer.detectable / limit) ** 2
    more = f"; some {_round(needed)} days of one market are needed for {limit:g}" if needed > days else ""
    said = f"Cannot tell: {_measured(answer)}. {days:.0f} days can only show effects above {shows}{more}."
    return f"{said}{against}{checked}"


def hit_rate(answer: Answer, horizon: str) -> str:
    """Return how often clusters were touched, which proves nothing, with how often matched levels were."""
    if answer.verdict == "missing":
        return ""
    return (
        f"Touched within {horizon}: {answer.base + answer.effect:.1f} % of {answer.n:,} clusters, and "
        f"{answer.base:.1f} % of matched levels in no cluster."
    )


def beside(answer: Answer) -> str:
    """Return what is said of an answer that is not counted; '' where there is none."""
    if answer.verdict == "missing":
        return ""
    if answer.name not in RAW:
        asked = next(one for one in BESIDE if one.name == answer.name)
        if answer.low <= 0 <= answer.high:
            return f"No {asked.nothing} told apart from chance: {_measured(answer)}.{_checked(answer)}"
        inside = f"{_signed(answer, answer.low)} to {_signed(answer, answer.high)}, before counting questions"
        return f"{asked.found.format(much=_much(answer))} ({inside}).{_checked(answer)}"
    if not math.isfinite(answer.null_mean):
        return ""
    low, value, high = (_signed(answer, one - answer.null_mean) for one in (answer.low, answer.effect, answer.high))
    return (
        f"{answer.question[0].upper()}{answer.question[1:]}: {value} {answer.unit} ({low} to {high}), surrogates off."
    )


def _measured(answer: Answer) -> str:
    if answer.name == "race":
        return f"{_share(answer.effect)} % ({_share(answer.low)} to {_share(answer.high)}; 50 means none)"
    low, value, high = (_signed(answer, one) for one in (answer.low, answer.effect, answer.high))
    return f"{value} {answer.unit} ({low} to {high}; 0 means none)"


def _checked(answer: Answer) -> str:
    if not math.isfinite(answer.null_mean):
        return ""
    spread = f"{answer.null_sd:.0f}" if answer.unit == BPS else f"{answer.null_sd:.1f}"
    return f" A market without any attraction gives {_signed(answer, answer.null_mean)} \N{PLUS-MINUS SIGN} {spread}."


def _share(effect: float) -> str:
    return f"{50 + effect:.1f}"


def _much(answer: Answer) -> str:
    return f"{_size(answer, abs(answer.effect))} {answer.unit} {'more' if answer.effect > 0 else 'less'}"


def _signed(answer: Answer, value: float) -> str:
    digits = {BPS: 0, POINTS: 1}.get(answer.unit, 2)
    text = f"{value:+.{digits}f}"
    return text.lstrip("+-") if float(text) == 0 else text


def _size(answer: Answer, value: float) -> str:
    return f"{value:.0f}" if answer.unit == BPS or value >= 10 else f"{value:.1f}"  # noqa: PLR2004


def _round(days: float) -> str:
    step = 10 ** max(math.floor(math.log10(days)) - 1, 0)
    return f"{round(days / step) * step:,}"
