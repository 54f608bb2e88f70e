"""The grade as the front end reads it: what the letter means, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liqwidget.trust.grade import Grade

_WORDS = {"A": "Data complete", "B": "Data nearly complete", "C": "Data with gaps", "D": "Data too thin to rely on"}


def grade_state(found: Grade) -> dict[str, Any]:
    """Return a grade as the front end reads it: in words, with the reasons, or what makes it complete."""
    more = len(found.reasons) - 1
    words, known = found.sentence.replace(f"Grade {found.letter}", _WORDS[found.letter]), _known(found)
    why = f" (and {more} more: h.grade)" if more > 0 else "" if found.reasons else f": {known[0]}"
    return {
        "letter": found.letter,
        "sentence": words + why,
        "reasons": list(found.reasons) or known,
        "hatched": found.hatched,
    }


def _known(found: Grade) -> list[str]:
    """Return what is there of the venue that speaks for the map, in words."""
    values: dict[str, float] = {}
    for fact in found.facts:
        values.setdefault(fact.name, fact.value)
    missing = values.get("candles missing", 0.0)
    share = "none missing" if missing <= 0 else f"{missing:.1%} missing"
    return [
        f"{values.get('days of data', 0.0):.0f} days of candles, {share}",
        "Open interest of its own hour" if values.get("open interest", 0.0) > 0 else "No open interest",
        f"venues answering: {values.get('venues answering', 0.0):.0f}",
    ]
