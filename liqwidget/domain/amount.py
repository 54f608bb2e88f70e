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
MOST_DECIMALS = 20
"""Of a price."""
_LEAST_PRICE, _PRICE_DIGITS = 1e-18, 5

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


def estimate_text(amount: float, quote: str = "USD") -> str:
    """Return an estimate with two significant digits: more would say more than is known."""
    if not math.isfinite(amount) or amount == 0:
        return money(amount, quote)
    exact = Decimal(amount)
    return money(float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), rounding=ROUND_HALF_UP)), quote)


def estimate_range(low: float, high: float, quote: str = "USD") -> str:
    """Return a low and a high estimate, as '$2.9M - 96M' with a dash between them."""
    first, last = estimate_text(low, quote), estimate_text(high, quote)
    return f"{first.replace(f' {quote}', '')} \N{EN DASH} {last.replace('$', '')}"


def percent_text(percent: float) -> str:
    """Return a signed percentage with two decimals, one from 10 % on: '+2.12 %'."""
    if not math.isfinite(percent):
        return UNKNOWN
    value = _rounded(abs(percent), 1 if abs(percent) >= _TWO_DIGITS else 2)
    sign = "" if value == 0 else MINUS if percent < 0 else "+"
    return f"{sign}{value:f} %"


def per_cell_words(quote: str) -> str:
    """Return what amounts are per price cell: 'est. $ per 0.1 %', a tenth of a percent of the price."""
    return f"est. {'$' if _DOLLAR.fullmatch(quote) else quote} per 0.1 %"


def price_text(price: float, decimals: int) -> str:
    """Return a price with thousands separators and a fixed number of decimals, at most 20."""
    if not math.isfinite(price):
        return UNKNOWN
    # Browsers round a price as it is written, amounts as they are.
    return f"{_rounded(str(float(price)), max(0, min(MOST_DECIMALS, decimals))):,f}"


def price_decimals(price: float, most: int) -> int:
    """Return the decimals that leave a price about five digits, and no more than its market has."""
    whole = math.ceil(math.log10(max(price, _LEAST_PRICE) * (1 + 1e-12)))
    return max(0, min(most, _PRICE_DIGITS - whole))


def plain_price(price: float) -> str:
    """Return a price with six digits: 90012.345 -> '90,012.3', 1.23456789e-7 -> '0.000000123457'."""
    return price_text(price, price_decimals(price / 10, MOST_DECIMALS))


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
