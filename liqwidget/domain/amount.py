"""Numbers in few characters, as the page writes them: amounts of quote currency, and prices."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_ROUNDS_UP = 0.9995
_THREE_DIGITS, _TWO_DIGITS = 99.95, 9.995
_DUST = 0.01
_DOLLAR = re.compile(r"USD[A-Z]?")
_MOST_DECIMALS = 12

UNKNOWN = "\N{EN DASH}"
"""Instead of a number that is not known."""
MINUS = "\N{MINUS SIGN}"


def money(amount: float, quote: str = "USD") -> str:
    """Return an amount with three significant digits: 12_345_678 -> '$12.3M', in another currency '12.3M EUR'."""
    if not math.isfinite(amount):
        return UNKNOWN
    size = abs(amount)
    dust = 0 < size < _DUST
    sign = f"{'<' if dust else ''}{MINUS if amount < 0 else ''}"
    text = "0.01" if dust else _compact(size)
    return f"{sign}${text}" if _DOLLAR.fullmatch(quote) else f"{sign}{text} {quote}"


def price_text(price: float, decimals: int) -> str:
    """Return a price with thousands separators and a fixed number of decimals, at most 12."""
    if not math.isfinite(price):
        return UNKNOWN
    # Browsers round a price as it is written, amounts as they are.
    return f"{_rounded(str(float(price)), max(0, min(_MOST_DECIMALS, decimals))):,f}"


def half_up(value: float) -> int:
    """Return the nearest whole number, of two the higher, as JavaScript does."""
    return math.floor(value + 0.5)


def _compact(size: float) -> str:
    for step, unit in _STEPS:
        if size >= step * _ROUNDS_UP:
            return f"{_significant(size / step)}{unit}"
    return _significant(size)


def _significant(value: float) -> str:
    digits = 0 if value >= _THREE_DIGITS else 1 if value >= _TWO_DIGITS else 2
    text = f"{_rounded(value, digits):f}"
    return text.rstrip("0").rstrip(".") if digits else text


def _rounded(value: float | str, digits: int) -> Decimal:
    """Return a value with so many decimals; halves go away from zero, as on the page."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
