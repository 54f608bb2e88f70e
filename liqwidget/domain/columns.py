"""Columns by meaning: what a name says of its unit, so that no hint turns quote currency or contracts into coins."""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING

from liqwidget.domain.quotation import CURRENCIES, quotation
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

_LONGEST = 200
"""Letters of a column's name that are read for what they say."""
_MONEY = {name.lower() for name in CURRENCIES} | {"dollar", "dollars", "yen", "euro", "euros", "cash"}
"""Names of currencies."""
_QUOTE = _MONEY | {"value", "quote", "turnover", "notional", "ntl", "money", "nominal", "cost"}
_CONTRACTS = {"contract", "contracts", "cont", "conts", "lot", "lots"}
_COINS = {"base", "coin", "coins", "ccy", "qty", "quantity", "btc", "xbt", "eth", "sol", "bnb", "xrp", "doge"}
_ABROAD = {
    "usd": "$ 美元 달러 ドル доллар dólares", "eur": "€ евро", "gbp": "£", "jpy": "¥ 円", "krw": "₩", "inr": "₹",
    "try": "₺", "rub": "₽ рубл", "btc": "₿", "contracts": "张 張 контракт kontrakte contratos contrats contratti",
    "coins": "枚 монет", "oi": "持仓量 持倉量 持仓 未平仓 未平倉 建玉 미결제 открытый интерес",
    "value": "金额 金額 名义", "volume": "成交量 出来高 거래량 объем объём hacim",
    "turnover": "成交额 成交額 売買代金 거래대금 acc trade price оборот",
    "open": "开盘 開盤 始値 시가 открытие eröffnung apertura ouverture",
    "close": "收盘 收盤 終値 종가 закрытие schluss cierre clôture",
    "high": "最高 高値 고가 максимум hoch máximo", "low": "最低 安値 저가 минимум tief mínimo",
}  # fmt: skip
"""Signs of currencies, what Upbit calls turnover, and words of other languages, for those that are read."""
_SIGNS = {sign: f" {word} " for word, signs in _ABROAD.items() for sign in re.split(r" (?!trade|price|интерес)", signs)}
_MULTIPLES = {
    1_000: "k thousand thousands tsd тыс", 10_000: "万 萬 만", 100_000: "lakh lakhs", 100_000_000: "亿 億 억",
    1_000_000: "m mm mn mio mln million millions millionen millones milhões млн", 10_000_000: "crore crores cr",
    1_000_000_000: "bn bln billion billions mrd млрд",
}  # fmt: skip
_MULTIPLE = {word: factor for factor, words in _MULTIPLES.items() for word in words.split()}
"""How many are counted as one."""
_DERIVED = {
    "change", "changes", "chg", "delta", "diff", "pct", "percent", "percentage", "ratio", "ma", "sma", "ema", "wma",
    "rsi", "zscore", "std", "stdev", "rank", "roc", "momentum", "growth", "rel", "relative", "rvol", "profile", "osc",
    "imbalance", "oscillator", "norm", "normalized", "normalised", "cumulative", "log", "returns", "return", "tick",
}  # fmt: skip
"""What names of columns made of others have among their words."""
_WORDS = {
    "open_interest": {"interest", "interesse", "interes", "oi", "hold", "holding", "holdings"},
    "volume": {
        "volume", "vol", "vlm", "volumes", "turnover", "volumefrom", "volumeto", "amount", "qty", "quantity",
        "notional", "contracts", "lots", "nominal",
    },
    "taker_buy_volume": {"taker"},
    "size": {
        "amount", "qty", "quantity", "notional", "usd", "usdt", "value", "vol", "volume", "sz", "contracts", "coins",
        "worth",
    },
    "amount": {"qty", "quantity", "size", "sz", "volume", "vol", "coins"},
    "price": {"px", "avg", "average", "ap", "bkpx"},
    "open": {"opening", "first"},
    "high": {"max", "highest"},
    "low": {"min", "lowest"},
    "close": {"last", "price", "closing"},
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
    "open_interest": {"high", "low"},
    "funding_rate": {
        "time", "interval", "next", "predicted", "annualized", "annualised", "annual", "yearly", "apr", "apy", "daily",
    },
} | {
    name: {"interest", "oi", "time", "date", "ts", "volume", "vol", "mark", "index", "bid", "ask", "oracle"}
    | {"open", "opening", "high", "low", "close", "closing", "last", "max", "min", "first"} - own
    for name, own in (
        ("open", {"open", "opening", "first"}), ("high", {"high", "max"}), ("low", {"low", "min"}),
        ("close", {"close", "closing", "last"}),
    )
}  # fmt: skip
"""What names of other kinds have among their parts."""
_KNOWN = {
    "open", "high", "low", "close", "asset", "token", "sum", "total", "taker", "buy", "sell", "trade", "traded", "liq",
    "long", "short", "amount", "size", "price", "bid", "ask", "time", "funding", "rate", "mark", "index", "aggregated",
    "foreign", "home",
}.union(_QUOTE, _CONTRACTS, _COINS, *_WORDS.values()) - {"try", "ap"}  # fmt: skip
"""Words that names are written together from, as in 'quoteassetvolume'."""
_LAST = {
    "open_interest": "Name it 'open_interest' [coins; contracts with contract_size=] or 'open_interest_value' [quote].",
    "volume": "Where it is not known, a column 'volume' of NaN will do.",
    "amount": "It is what was traded [coins]; contracts times what one of them is.",
    "price": "Where no fills are known, the close of their candle will do.",
}
"""What is said of a missing column that no other seems to be."""
_IN_ORDER = {
    "candles": ["time", "open", "high", "low", "close", "volume"],
    "open_interest": ["time", "open_interest"],
    "liquidations": ["time", "side", "price", "size"],
}
_BINANCE = [
    "time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trades", "taker_buy_volume",
    "taker_buy_quote_volume", "ignore",
]  # fmt: skip
"""The columns of a file of Binance's."""
_SHORT = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "s": "side", "p": "price", "q": "size"}
_COINS_COLUMN = {"open_interest": "open_interest_value", "volume": None, "taker_buy_volume": None}
"""Columns in coins, and the name of the same in quote currency, if there is one."""


def unit_of(name: str, symbol: str = "") -> str | None:
    """Return what a column's name says it counts: 'quote', 'contracts', 'coins', or None where it says nothing.

    What a currency is the symbol says: 'Volume BTC' counts coins of BTC/USD, and the quote currency of ETH/BTC.
    """
    parts, pair = set(words_of(name)), quotation(symbol)
    coin, quote = pair.coin.lower(), pair.quote.lower()
    money = (_MONEY | {quote}) - {coin, ""}
    if parts & {"margin", "margined", "stable"}:
        parts -= {"coin", "coins"}
    parts |= {part[1:] for part in parts if part[0] in "km" and part not in money}
    if parts & {"base", "home"} and not parts & money:
        return "coins"
    if parts & (_QUOTE | money) - {coin} or "volumeto" in parts:
        return "quote"
    if parts & _CONTRACTS:
        return "contracts"
    return "coins" if parts & (_COINS | {coin}) or "volumefrom" in parts else None


def column_name(frame: pd.DataFrame, name: str, what: str) -> str:
    """Return `name` if it is a column.

    Raises
    ------
    DataError
        If it is missing; what may be meant is named with its unit.
    """
    have_columns(frame, [name], what)
    return name


def have_columns(frame: pd.DataFrame, names: Sequence[str], what: str, symbol: str = "") -> None:
    """Raise one DataError that names all columns that are missing, and what may be meant by those that are there.

    The symbol tells which currencies are coins and which the quote.
    """
    missing = [name for name in names if name not in frame.columns]
    if not missing:
        return
    available = list(map(str, frame.columns))
    columns = ", ".join(repr(name[:60]) for name in available[:30]) or "none"
    hints = _of_the_whole(frame, missing, what)
    if not hints:
        hints = [hint for found in hints_of(frame, names, what, symbol).values() for hint in found]
    named = " and ".join(map(repr, missing))
    plural, verb = ("s", "were") if len(missing) > 1 else ("", "was")
    message = (
        f"Expected column{plural} {named} in {what}, {verb} missing; columns are {columns}.{' '.join(['', *hints])}"
    )
    raise DataError(message)


def hints_of(frame: pd.DataFrame, names: Sequence[str], what: str, symbol: str = "") -> dict[str, list[str]]:
    """Return what may be meant for each of some columns that is missing, in sentences; [] where nothing is like it."""
    others = [one for one in map(str, frame.columns) if one not in names]
    return {name: _hints(name, others, what, symbol) for name in names if name not in frame.columns}


def _of_the_whole(frame: pd.DataFrame, missing: Sequence[str], what: str) -> list[str]:
    """Return what is to be done with a frame whose columns have no names, or which has a column for each side."""
    count = len(frame.columns)
    if count > 1 and all(isinstance(name, int) for name in frame.columns):
        names = _IN_ORDER.get(what, ["time", *missing])
        if what == "candles" and count == len(_BINANCE):
            names = _BINANCE
        given = f"{what}.columns = {names}" if count == len(names) else f"{what} = {what}.iloc[:, :{len(names)}]"
        more = "" if count == len(names) else f".set_axis({names}, axis=1)"
        return [f"Columns have no names: set them in their order, such as {given}{more}."]
    if missing == ["open_interest"]:
        parts = {name: set(words_of(str(name))) for name in frame.columns}
        ends = [name for name, words in parts.items() if words & {"close", "c"} and not words & {"time"}]
        if ends and any(words & {"high", "h"} for words in parts.values()):
            return [
                (
                    f"Are these candles of open interest? {ends[0]!r} is its value at their end: rename it to "
                    "'open_interest' [coins] or 'open_interest_value' [quote currency], with 'time' the end of each."
                )
            ]
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


def _hints(name: str, available: Sequence[str], what: str, symbol: str) -> list[str]:
    meant = _meant(name, available, symbol)
    if not meant and name in _LAST:
        return [_LAST[name]]
    if name in _COINS_COLUMN:
        return [_with_unit(name, one, what, symbol) + _by_many(one) for one in meant]
    if name == "size":
        return [_of_size(one, what, symbol) + _by_many(one) for one in meant]
    return [f"Is {one!r} meant? {_per_cent(one)}ename it to {name!r}." for one in meant[:1]]


def _per_cent(found: str) -> str:
    share = "%" in found or {"pct", "percent", "percentage"} & set(words_of(found))
    return "It is in per cent: divide it by 100, then r" if share else "R"


def _with_unit(name: str, found: str, what: str, symbol: str) -> str:
    """Return what to do with a column that may be a column in coins."""
    unit, valued = unit_of(found, symbol), _COINS_COLUMN[name]
    to_value = f"rename it to {valued!r}" if valued else f"divide it by the close for {name!r}"
    if unit == "quote":
        return f"Is {found!r} meant? It is in quote currency, not coins: {to_value}."
    if unit == "contracts":
        if valued:
            return f"Is {found!r} meant? It is in contracts: rename it to {name!r} and say contract_size=, or multiply."
        return f"Is {found!r} meant? It is in contracts: multiply by the coins of one contract for {name!r}."
    if unit == "coins":
        return f"Is {found!r} meant? Rename it to {name!r} [coins]."
    also = "; if in contracts, say contract_size= too" if valued else ""
    return (
        f"Is {found!r} meant? Rename it to {name!r} if {what} has it in coins; if in quote currency, {to_value}{also}."
    )


def _of_size(found: str, what: str, symbol: str) -> str:
    unit = unit_of(found, symbol)
    if unit == "quote":
        return f"Is {found!r} meant? Rename it to 'size' [quote currency]."
    if unit in {"coins", "contracts"}:
        return f"Is {found!r} meant? It is in {unit}: 'size' of {what} is in quote currency, {unit} times price."
    return f"Is {found!r} meant? Rename it to 'size' if it is in quote currency; if in coins, multiply by the price."


def _by_many(found: str) -> str:
    """Return what else is to be done with a column that counts thousands or millions."""
    many = multiple_of(found)
    return f" It seems to count by {many:,}: multiply it by {many:,} first." if many > 1 else ""


def multiple_of(name: str) -> int:
    """Return how many a column counts as one by its name: 1,000,000 for 'OI ($M)', 'volume_mln'; 1 if it says none."""
    spaced = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", name).lower()
    for word in re.findall(r"[^\W\d_]+|\d+[^\W\d_]*", spaced):
        if word in _MULTIPLE:
            return _MULTIPLE[word]
        if word[0] in "km" and word[1:] in {"usd", "usdt", "usdc", "eur", "btc", "eth"}:
            return _MULTIPLE[word[0]]
    return next((factor for sign, factor in _MULTIPLE.items() if not sign.isascii() and sign in spaced), 1)


def _meant(name: str, available: Iterable[str], symbol: str) -> list[str]:
    """Return columns that may be meant, those whose unit fits first."""
    words, found = _WORDS.get(name, set()), []
    for one in available:
        parts = words_of(one)
        joined = "".join(parts)
        alike = difflib.SequenceMatcher(None, name.replace("_", ""), joined).ratio()
        unit = unit_of(one, symbol)
        kind = bool(words & set(parts)) or (name in {"volume", "size"} and unit == "quote")
        if _OTHERS.get(name, set()) & set(parts) - {name} or joined == "contractsize":
            continue
        if name not in {"size", "price", "side", "funding_rate"} and set(parts) & _DERIVED:
            continue
        if name == "volume" and set(parts) & {"high", "low", "close"} and not {"volume", "vol"} & set(parts):
            continue
        if kind or alike >= 0.6 or _SHORT.get(joined) == name or name in parts:  # noqa: PLR2004 - as difflib's cutoff
            found.append((unit == "quote", -alike, one))
    return [one for _, _, one in sorted(found)][:3]


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters: 'openInterestValue' and 'openinterestvalue' alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name[:_LONGEST])
    plain = spaced.lower().replace("_", " ")
    for sign, word in _SIGNS.items():
        plain = plain.replace(sign, word)
    return [part for word in re.findall(r"[a-z]+", plain) for part in _apart(word) or (word,)]


@functools.lru_cache(maxsize=1024)
def _apart(word: str) -> tuple[str, ...]:
    """Return the known words that a word is written together from; none where some of it is not known."""
    if word in _KNOWN:
        return (word,)
    for end in range(len(word) - 2, 1, -1):
        if word[:end] in _KNOWN and (rest := _apart(word[end:])):
            return word[:end], *rest
    return ()
