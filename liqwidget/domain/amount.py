"""Amounts of quote currency in few characters; `js/src/money.ts` is its mirror."""

from __future__ import annotations

_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_ROUNDS_UP = 0.9995
_THREE_DIGITS, _TWO_DIGITS = 99.95, 9.995


def money(amount: float) -> str:
    """Return an amount with three significant digits: 12_345_678 -> '$12.3M'."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for step, unit in _STEPS:
        if size >= step * _ROUNDS_UP:
            return f"{sign}${_significant(size / step)}{unit}"
    return f"{sign}${_significant(size)}"


def _significant(value: float) -> str:
    digits = 0 if value >= _THREE_DIGITS else 1 if value >= _TWO_DIGITS else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text
