"""The tables of the evidence page: what the recorded markets answer, together and each by itself."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from liqwidget.domain.time import duration_text
from liqwidget.trust.evidence import Evidence, evidence
from liqwidget.trust.evidence_words import BPS, QUESTIONS, RAW
from tests.accuracy.page_markdown import markdown
from tests.evidence.recorded_markets import MARKETS, market

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK = 20
"""Markets without attraction beside each number."""

SEED = 100
"""Of those: the second draw. The signs of the first, seeds 0 to 19, trend within days at these times (z = 3.1)."""

FIRST = {
    "race": (1.1, -0.6, 2.8),
    "mirror": (-1.3, -3.0, 0.4),
    "matched": (-0.2, -1.4, 1.1),
    "extremes": (1.6, -0.5, 3.8),
    "direction": (-3.4, -7.3, 0.6),
    "sweep": (-1.6, -15.0, 12.0),
    "sweep_size": (35.0, 1.0, 70.0),
    "gaps": (-3.3, -6.1, -0.6),
    "extremes_alone": (-1.3, -2.9, 0.3),
    "old_less_fresh": (-1.3, -4.6, 2.1),
}
"""What the first study found on the same recordings, with code of its own (notebooks/evidence.md)."""


@cache
def whole() -> Evidence:
    """Return what all recorded markets say."""
    return evidence([market(*one) for one in MARKETS], check=CHECK, seed=SEED)


def text(unit: str, value: float, low: float, high: float) -> str:
    """Return an effect and its interval."""
    digits = 0 if unit == BPS else 1
    if math.isnan(low):
        return "-"
    return f"{_signed(value, digits)} [{_signed(low, digits)}, {_signed(high, digits)}]"


def answers() -> str:
    """Return the eight, all markets together."""
    rows = []
    for number, one in enumerate(whole().answers, 1):
        digits = 0 if one.unit == BPS else 1
        null = f"{_signed(one.null_mean, digits)} ({one.null_sd:.{digits}f})" if one.checked else "-"
        rows.append(
            [
                f"{number} {one.question}",
                f"{text(one.unit, one.effect, one.low, one.high)} {'bps' if one.unit == BPS else ''}".strip(),
                f"{one.p_holm:.2f}",
                f"{one.detectable:.{digits}f}",
                f"{one.base:.{digits}f}",
                f"{one.n:,}",
                str(one.blocks),
                null,
            ]
        )
    heads = ["question", "effect [95 %]", "p, Holm", "would have shown", "control", "cases", "blocks", "no attraction"]
    return markdown(heads, rows)


def words() -> str:
    """Return what the report says."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(whole().sentences, 1))


def beside() -> str:
    """Return what is not counted."""
    return "\n".join(f"- {line}" for line in whole().beside_sentences)


def markets(of: tuple[Evidence, ...] | None = None) -> str:
    """Return each market by itself, points and basis points."""
    rows = []
    for part in whole().parts if of is None else of:
        symbol, venue = part.markets[0]
        candle = duration_text(market(symbol, venue).timeframe)
        cells = [text(one.unit, one.effect, one.low, one.high) for one in part.answers]
        rows.append([f"{symbol} {venue} {candle}", f"{part.days:.0f}", *cells])
    return markdown(
        ["market", "asked days", *(f"{number} {one.name}" for number, one in enumerate(QUESTIONS, 1))], rows
    )


def first() -> str:
    """Return what was found at first, and here."""
    rows = [
        [one.question, text(one.unit, *FIRST[one.name]), text(one.unit, one.effect, one.low, one.high)]
        for one in (*whole().answers, *whole().beside)
        if one.name not in RAW
    ]
    return markdown(["question", "first study", "here"], rows)


def verdict() -> str:
    """Return the answer in two sentences: what was not found, and whether anything was."""
    found, biased = (_numbers(verdict) for verdict in ("effect", "biased"))
    said = f"**An effect is found in {found}.**" if found else "**No effect is found in any of the eight.**"
    return f"{said} Biased, and so without a verdict: {biased}." if biased else said


def _numbers(verdict: str) -> str:
    return ", ".join(str(number) for number, one in enumerate(whole().answers, 1) if one.verdict == verdict)


def _signed(value: float, digits: int) -> str:
    made = f"{value:+.{digits}f}"
    return made.lstrip("+-") if float(made) == 0 else made


TABLES: dict[str, Callable[[], str]] = {
    "verdict": verdict,
    "words": words,
    "answers": answers,
    "beside": beside,
    "markets": markets,
    "first": first,
}
