"""Columns by meaning: what a name says of its unit, so that no hint turns quote currency or contracts into coins."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

_QUOTE = {
    "value", "quote", "turnover", "notional", "usd", "usdt", "usdc", "busd", "fdusd", "dollar", "dollars", "money",
    "krw", "eur", "jpy", "try", "brl", "gbp",
}  # fmt: skip
_CONTRACTS = {"contract", "contracts", "cont", "conts", "lot", "lots"}
_COINS = {"base", "coin", "coins", "ccy", "qty", "quantity", "btc", "eth", "sol"}
_WORDS = {
    "open_interest": {"interest", "oi", "openinterest"},
    "volume": {"volume", "vol", "turnover", "volumefrom", "volumeto", "amount", "qty", "quantity", "notional"},
    "taker_buy_volume": {"taker"},
    "size": {
        "amount", "qty", "quantity", "notional", "usd", "usdt", "value", "vol", "volume", "sz", "contracts", "coins",
        "worth",
    },
    "price": {"px", "avg", "average", "ap", "bkpx"},
    "side": {"direction", "type", "posside", "positionside", "dir"},
    "funding_rate": {"funding", "rate", "fundingrate"},
}  # fmt: skip
"""What names of a column's own kind have among their parts."""
_SHORT = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "s": "side", "p": "price"}
_COINS_COLUMN = {"open_interest": "open_interest_value", "volume": None, "taker_buy_volume": None}
"""Columns in coins, and the name of the same in quote currency, if there is one."""


def unit_of(name: str) -> str | None:
    """Return what a column's name says it counts: 'quote', 'contracts', 'coins', or None where it says nothing."""
    parts = set(_parts(name))
    if parts & _QUOTE or "volumeto" in parts:
        return "quote"
    if parts & _CONTRACTS:
        return "contracts"
    return "coins" if parts & _COINS or "volumefrom" in parts else None


def column_name(frame: pd.DataFrame, name: str, what: str) -> str:
    """Return `name` if it is a column.

    Raises
    ------
    DataError
        If it is missing; what may be meant is named with its unit.
    """
    have_columns(frame, [name], what)
    return name


def have_columns(frame: pd.DataFrame, names: Sequence[str], what: str) -> None:
    """Raise one DataError that names all columns that are missing, and what may be meant by those that are there."""
    missing = [name for name in names if name not in frame.columns]
    if not missing:
        return
    available = list(map(str, frame.columns))
    columns = ", ".join(repr(name[:60]) for name in available[:30]) or "none"
    hints = [hint for name in missing for hint in _hints(name, [one for one in available if one not in names], what)]
    named = " and ".join(map(repr, missing))
    plural, verb = ("s", "were") if len(missing) > 1 else ("", "was")
    message = (
        f"Expected column{plural} {named} in {what}, {verb} missing; columns are {columns}.{' '.join(['', *hints])}"
    )
    raise DataError(message)


def _hints(name: str, available: Sequence[str], what: str) -> list[str]:
    meant = _meant(name, available)
    if name in _COINS_COLUMN:
        return [_with_unit(name, one, what) for one in meant]
    if name == "size":
        return [_of_size(one, what) for one in meant]
    return [f"Is {one!r} meant? Rename it to {name!r}." for one in meant[:1]]


def _with_unit(name: str, found: str, what: str) -> str:
    """Return what to do with a column that may be a column in coins."""
    unit, valued = unit_of(found), _COINS_COLUMN[name]
    to_value = f"rename it to {valued!r}" if valued else f"divide it by the close for {name!r}"
    if unit == "quote":
        return f"Is {found!r} meant? It is in quote currency, not coins: {to_value}."
    if unit == "contracts":
        return f"Is {found!r} meant? It is in contracts: multiply by the coins of one contract for {name!r}."
    if unit == "coins":
        return f"Is {found!r} meant? Rename it to {name!r} [coins]."
    return f"Is {found!r} meant? Rename it to {name!r} if {what} has it in coins; if in quote currency, {to_value}."


def _of_size(found: str, what: str) -> str:
    unit = unit_of(found)
    if unit == "quote":
        return f"Is {found!r} meant? Rename it to 'size' [quote currency]."
    if unit in {"coins", "contracts"}:
        return f"Is {found!r} meant? It is in {unit}: 'size' of {what} is in quote currency, {unit} times price."
    return f"Is {found!r} meant? Rename it to 'size' if it is in quote currency; if in coins, multiply by the price."


def _meant(name: str, available: Iterable[str]) -> list[str]:
    """Return columns that may be meant, those whose unit fits first."""
    words, found = _WORDS.get(name, set()), []
    for one in available:
        parts = _parts(one)
        joined = "".join(parts)
        alike = difflib.SequenceMatcher(None, name.replace("_", ""), joined).ratio()
        kind = bool(words & set(parts)) or (name == "volume" and unit_of(one) == "quote" and "open" not in parts)
        if name == "volume" and ("taker" in parts or "interest" in parts or "oi" in parts):
            continue
        if kind or alike >= 0.6 or _SHORT.get(joined) == name or name in parts:  # noqa: PLR2004 - as difflib's cutoff
            found.append((unit_of(one) == "quote", -alike, one))
    return [one for _, _, one in sorted(found)][:3]


def _parts(name: str) -> list[str]:
    """Return the words of a name: 'openInterestValue' -> open, interest, value."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.findall(r"[a-z]+", spaced.lower())
