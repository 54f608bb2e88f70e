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
    "krw", "eur", "jpy", "try", "brl", "gbp", "nominal",
}  # fmt: skip
_CONTRACTS = {"contract", "contracts", "cont", "conts", "lot", "lots"}
_COINS = {"base", "coin", "coins", "ccy", "qty", "quantity", "btc", "eth", "sol"}
_MONEY = _QUOTE - {"value", "quote", "turnover", "notional", "money", "nominal"}
"""Names of currencies."""
_SIGNS = {"$": " usd ", "€": " eur ", "£": " gbp ", "¥": " jpy ", "₩": " krw ", "₿": " btc "}
_WORDS = {
    "open_interest": {"interest", "oi", "openinterest", "hold", "holding", "holdings"},
    "volume": {
        "volume", "vol", "turnover", "volumefrom", "volumeto", "amount", "qty", "quantity", "notional", "contracts",
        "lots", "nominal",
    },
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
_OTHERS = {
    "volume": {
        "taker",
        "interest",
        "oi",
        "liq",
        "liquidation",
        "liquidations",
        "long",
        "short",
        "buy",
        "sell",
        "open",
        "price",
        "hold",
    },
    "size": {"long", "short", "longs", "shorts", "price"},
    "price": {"open", "high", "low", "index", "mark"},
} | {name: {"interest", "oi", "time", "date", "ts", "volume", "vol"} for name in ("open", "high", "low", "close")}
"""What names of other kinds have among their parts."""
_LAST = {
    "open_interest": "Name it 'open_interest' [coins; contracts with contract_size=] or 'open_interest_value' [quote].",
    "volume": "Where it is not known, a column 'volume' of NaN will do.",
    "price": "Where no fills are known, the close of their candle will do.",
}
"""What is said of a missing column that no other seems to be."""
_SHORT = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "s": "side", "p": "price"}
_COINS_COLUMN = {"open_interest": "open_interest_value", "volume": None, "taker_buy_volume": None}
"""Columns in coins, and the name of the same in quote currency, if there is one."""


def unit_of(name: str) -> str | None:
    """Return what a column's name says it counts: 'quote', 'contracts', 'coins', or None where it says nothing."""
    parts = set(words_of(name))
    if "base" in parts and not parts & _MONEY:
        return "coins"
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
    hints = _of_the_whole(frame, missing)
    if not hints:
        others = [one for one in available if one not in names]
        hints = [hint for name in missing for hint in _hints(name, others, what)]
    named = " and ".join(map(repr, missing))
    plural, verb = ("s", "were") if len(missing) > 1 else ("", "was")
    message = (
        f"Expected column{plural} {named} in {what}, {verb} missing; columns are {columns}.{' '.join(['', *hints])}"
    )
    raise DataError(message)


def _of_the_whole(frame: pd.DataFrame, missing: Sequence[str]) -> list[str]:
    """Return what is to be done with a frame whose columns have no names, or which has a column for each side."""
    if all(isinstance(name, int) for name in frame.columns) and len(frame.columns) > 1:
        example = ["time", "open", "high", "low", "close", "volume"]
        return [f"Columns have no names: set them in their order, such as frame.columns = {example}."]
    if "side" in missing:
        sides = [
            next((one for one in map(str, frame.columns) if words & set(words_of(one))), None)
            for words in ({"long", "longs"}, {"short", "shorts"})
        ]
        if None not in sides and sides[0] != sides[1]:
            return [
                (
                    f"Columns {sides[0]!r} and {sides[1]!r} hold a side each: stack them, a row for each side "
                    "(pandas.concat of both), with side 'long' or 'short', price, and size [quote currency]."
                )
            ]
    return []


def _hints(name: str, available: Sequence[str], what: str) -> list[str]:
    meant = _meant(name, available)
    if not meant and name in _LAST:
        return [_LAST[name]]
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
        if valued:
            return f"Is {found!r} meant? It is in contracts: rename it to {name!r} and say contract_size=, or multiply."
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
        parts = words_of(one)
        joined = "".join(parts)
        alike = difflib.SequenceMatcher(None, name.replace("_", ""), joined).ratio()
        kind = bool(words & set(parts)) or (name == "volume" and unit_of(one) == "quote")
        if _OTHERS.get(name, set()) & set(parts) - {name} or joined == "contractsize":
            continue
        if kind or alike >= 0.6 or _SHORT.get(joined) == name or name in parts:  # noqa: PLR2004 - as difflib's cutoff
            found.append((unit_of(one) == "quote", -alike, one))
    return [one for _, _, one in sorted(found)][:3]


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters: 'openInterestValue' -> open, interest, value."""
    for sign, word in _SIGNS.items():
        name = name.replace(sign, word)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    glued = r"\b(vol|volume|oi|openinterest|amount|turnover|liq)(usdt|usdc|usd|btc|eth|krw)\b"
    return re.findall(r"[a-z]+", re.sub(glued, r"\1 \2", spaced.lower().replace("_", " ")))
