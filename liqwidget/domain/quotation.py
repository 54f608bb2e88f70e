"""What a symbol says of its contract: the coin, the quote currency, and whether it is settled in the coin.

An inverse (coin-margined) contract is an amount of quote currency, which price does not change; a linear one is an
amount of coins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from liqwidget.errors import DataError

Contract = Literal["linear", "inverse"]

DOLLAR = "USD"
RELATIVE = "rel."
"""Instead of a currency, of sizes that are none: open interest is unknown."""

"""The quote currency where a symbol names none, and what every coin that stands for a dollar is shown as."""

_DOLLARS = (
    "USDT", "USDC", "FDUSD", "BUSD", "USDE", "USD1", "USDD", "USDS", "USDH", "USDG", "USDQ", "PYUSD", "RLUSD", "TUSD",
    "GUSD", "USDP", "UST", "DAI", "USD",
)  # fmt: skip
_FIAT = (
    "KRW", "JPY", "EUR", "GBP", "TRY", "BRL", "AUD", "CAD", "CHF", "INR", "IDR", "RUB", "MXN", "ZAR", "UAH", "NGN",
    "PLN", "ARS", "THB", "VND", "PHP", "COP", "HKD", "SGD", "TWD", "CNY", "CNH", "NZD", "SEK", "NOK", "DKK", "CZK",
    "AED", "ILS", "KZT", "HUF", "MYR", "CLP", "PKR",
)  # fmt: skip
_STABLE = {
    "EURI": "EUR", "EURC": "EUR", "EURT": "EUR", "EURS": "EUR", "EURR": "EUR", "IDRT": "IDR", "BRZ": "BRL",
    "TRYB": "TRY", "JPYC": "JPY", "GYEN": "JPY",
}  # fmt: skip
"""Coins that stand for another currency than the dollar."""
_SHOWN_AS = _STABLE | {"AEUR": "EUR", "BIDR": "IDR", "XSGD": "SGD", "XBT": "BTC"}
"""Those, some that cannot be told at the end of a name (LUNAEUR), and another name of a coin."""
CURRENCIES = (*_FIAT, *_DOLLARS)
"""Names of currencies, and of the coins that stand for a dollar."""
_COINS = ("BTC", "XBT", "ETH", "BNB")
_QUOTES = (*CURRENCIES, *_STABLE, *_COINS)
"""Where both halves of a pair could be the quote, the earlier one is."""

_NOT_PAIRS = frozenset({"WSTETH", "FRXETH", "SFRXETH", "ANKRETH", "SOLVBTC", "PUMPBTC", "UNIBTC"})
"""Coins whose names end like a pair."""
_ENDS_LIKE_USD = {"BUSD": "B", "TUSD": "T", "GUSD": "G"}
"""'BNBUSD' is BNB in USD: these dollars are read at the end of a name only after a coin that was listed in them."""
_LISTED_IN_THEM = frozenset({
    "BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "LTC", "LINK", "DOT", "MATIC", "NEAR", "TRX", "ETC",
    "BCH", "FTM", "ATOM", "UNI", "APE", "GMT", "GAL", "DODO",
})  # fmt: skip
_LINEAR_ONLY = frozenset({
    "hyperliquid", "dydx", "coinbase", "coinbaseinternational", "coinbaseexchange", "lighter", "aster", "bitfinex",
    "kraken", "bitstamp", "gemini", "cryptocom", "paradex", "apex", "backpack", "extended", "edgex", "drift", "gmx",
    "vertex", "yahoo", "yfinance",
})  # fmt: skip
"""Venues on which 'BTC-USD' is a linear market: they have no contracts settled in the coin, or name those otherwise."""

BOARDS = frozenset({
    "BINANCE", "BYBIT", "OKX", "BITGET", "GATE", "GATEIO", "HTX", "HUOBI", "HYPERLIQUID", "BITMEX", "DERIBIT", "BINGX",
    "KUCOIN", "MEXC", "KRAKEN", "COINBASE", "PHEMEX", "WOONETWORK", "WOO", "WHITEBIT", "COINEX", "BLOFIN", "BITSTAMP",
    "BITFINEX", "GEMINI", "BITRUE", "TOOBIT", "WEEX", "PIONEX", "LBANK", "XTCOM", "DYDX", "OKCOIN", "BITMART", "ASTER",
    "CRYPTOCOM", "BINANCEUS", "CRYPTOCAP", "CRYPTO", "INDEX", "UPBIT", "BITHUMB", "BITUNIX", "BITFLYER", "LIGHTER",
    "BINANCEUSDM", "BINANCECOINM", "BINANCEF", "OKEX", "POLONIEX", "COINALYZE", "COINGLASS", "PARADEX", "BACKPACK",
})  # fmt: skip
"""How TradingView, ccxt and others name a venue before a symbol and a colon."""
_COINS_TOO = frozenset({"GATE", "HTX", "WOO", "CRYPTO", "INDEX", "DYDX", "ASTER", "LIGHTER", "BACKPACK"})
_LABELS = (BOARDS - _COINS_TOO) | {
    "ALL",
    "AGG",
    "AGGR",
    "AGGREGATED",
    "AGGREGATE",
    "TOTAL",
    "SUM",
    "SPOT",
    "FUTURES",
    "FUTURE",
    "FUT",
    "PERPS",
    "OI",
    "LINEAR",
    "INVERSE",
    "VENUES",
    "EXCHANGES",
    "OHLCV",
    "CANDLES",
    "KLINES",
    "CONTRACT",
    "CHART",
    "SPBL",
}
"""Words beside a symbol that are no half of a pair: 'BTC aggregated', 'BINANCE_BTCUSDT'."""
_LENGTH = re.compile(r"\d{1,3}(?:S|M|H|D|W|MIN)")
_COIN_MARGINED = re.compile(r"(?<=[A-Z0-9])[-_ ]+COIN[-_ ]?M(?:ARGINED)?(?![A-Z])")
_DOLLAR_MARGINED = re.compile(r"(?<=[A-Z0-9])[-_ ]+USD[SⓈ]?[-_ ]?M(?:ARGINED)?(?![A-Z])")
_BITFINEX = re.compile(r"T?(?P<coin>[A-Z0-9]{2,}?)(?:F0)?:?(?P<quote>US[TD]|EUT|BTC|ETH)F0")
_BITFINEX_SPOT = re.compile(r"t(?P<coin>[A-Z0-9]{3}|[A-Z0-9]+(?=:)):?(?P<quote>[A-Z]{3})")
_BITFINEX_QUOTES = {"UST": "USDT", "EUT": "EURT"}
_KRAKEN_SPOT = re.compile(r"X(?P<coin>[A-Z]{3,4})(?:Z(?P<quote>USD|EUR|GBP|JPY|CAD|AUD)|X(?P<other>XBT|ETH))")

_UNIFIED = re.compile(r"(?P<base>[^/]+)/(?P<quote>[^:/]+)(?::(?P<settle>[^-:/]+)(?:-.*)?)?")
_ENDINGS = re.compile(
    r"(?:\.(?:PERP|PM|CC|[A-Z0-9])|(?<=USD[TC])(?:PERP|SWAP)|(?<=[A-Z0-9]{3})PERP"
    r"|[-_ ](?:PERP|PERPETUAL|SWAP|INTX|[UDC]MCBL|CW|NW|CQ|NQ|\d{6}|\d{8}|\d{1,2}[A-Z]{3}\d{2}))$"
)
_SWAP_FIRST = re.compile(r"(?:PERP|SWAP)[-_](?=.+[-_])|(?<=[-_])(?:PERP|SWAP)[-_]")
_IN_THE_COIN = re.compile(r"-(?:PERPETUAL|\d{1,2}[A-Z]{3}\d{2})")
"""How Deribit ends the names of what is settled in the coin."""
_LONGEST_FIRST = sorted((quote for quote in _QUOTES if quote != "UST"), key=len, reverse=True)
_SHORTEST_COIN = 3


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a symbol names.

    Parameters
    ----------
    coin : str
        In capitals; the whole symbol where it names no pair.
    quote : str
        The quote currency as it is spelled; '' where none is named.
    contract : str
        'linear' or 'inverse'.
    """

    coin: str
    quote: str
    contract: Contract


def quotation(symbol: object, venue: str = "") -> Quotation:
    """Return the coin, the quote currency and the kind of contract that a symbol names.

    'BTC/USD:BTC', 'BTCUSD_PERP', 'BTC-USD-SWAP', 'XBTUSD', 'BTC-PERPETUAL' are inverse; 'BTC', 'BTC/USDT:USDT',
    'BTCUSDT', 'BTC/KRW', 'KRW-BTC', 'ETHBTC' linear.

    Parameters
    ----------
    symbol : str
        In any usual spelling.
    venue : str, optional
        A venue that has no inverse contracts spells linear ones 'BTC-USD'.
    """
    given = re.sub(r" *([/:_-]) *", r"\1", str(symbol).strip())
    if pair := bitfinex_pair(given):
        return Quotation(pair[0], pair[1], "linear")
    text = given.upper()
    if found := _unified(text, venue) or _margined(text, venue):
        return found
    text = _without_board(text, given)
    name, ending = _ended(text)
    if name.startswith(("PI_", "FI_", "PF_", "FF_")):
        coin, quote = _split(name[3:])
        return Quotation(coin, quote, "inverse" if name[1] == "I" else "linear")
    if name.endswith("_UM") or ending == ".PM":
        return Quotation(*_split(name.removesuffix("_UM")), contract="linear")
    coin, quote = _split(_SWAP_FIRST.sub("", name))
    if not quote and _IN_THE_COIN.fullmatch(ending):
        return Quotation(coin, DOLLAR, "inverse")
    return _pair(coin, quote, venue)


def contract_of(symbol: object, venue: str = "") -> Contract:
    """Return whether the contract that a symbol names is 'linear' or 'inverse'."""
    return quotation(symbol, venue).contract


def quote_of(symbol: object) -> str:
    """Return the currency that a symbol's prices and amounts are in: 'USD' for any dollar, and where none is named."""
    return shown_quote(quotation(symbol).quote)


def coin_of(symbol: str) -> str:
    """Return the coin of the pair that a symbol names, or the symbol where it names none, as it is written."""
    found = quotation(symbol)
    return found.coin if found.quote else symbol


def shown_quote(quote: str) -> str:
    """Return a quote currency as amounts are written in: the one that a stable coin stands for; 'USD' for ''."""
    name = quote.strip().upper()
    return DOLLAR if name in {*_DOLLARS, ""} else _SHOWN_AS.get(name, name)


def check_contract(contract: object) -> Contract:
    """Return `contract` if it is 'linear' or 'inverse', else raise a DataError."""
    kinds: dict[object, Contract] = {"linear": "linear", "inverse": "inverse"}
    if isinstance(contract, str) and contract in kinds:
        return kinds[contract]
    message = f"Expected contract to be 'linear' or 'inverse', was {contract!r:.60}"
    raise DataError(message)


def _unified(text: str, venue: str) -> Quotation | None:
    """Return what a name as ccxt writes it says: 'BTC/USD:BTC', 'BTC/USDT'."""
    match = _UNIFIED.fullmatch(text)
    if match is None:
        return None
    coin, quote, settle = match["base"], match["quote"], match["settle"]
    if settle is None:
        return _pair(coin, _first_known(_ended(quote)[0]), venue)
    return Quotation(coin, quote, "inverse" if _same(coin, settle) else "linear")


def _margined(text: str, venue: str) -> Quotation | None:
    """Return what a name says that names the kind of its margin: 'BTC COIN-M', 'BTCUSDT USD-M'."""
    if _COIN_MARGINED.search(text):
        found = quotation(_COIN_MARGINED.sub("", text), venue)
        return Quotation(found.coin, found.quote or DOLLAR, "inverse" if found.quote in {"", DOLLAR} else "linear")
    if _DOLLAR_MARGINED.search(text):
        found = quotation(_DOLLAR_MARGINED.sub("", text), venue)
        return Quotation(found.coin, found.quote, "linear")
    return None


def bitfinex_pair(symbol: str) -> tuple[str, str] | None:
    """Return coin and quote of a pair as Bitfinex writes it ('tBTCF0:USTF0', 'tBTCUSD', 'tLINK:USD')."""
    match = _BITFINEX.fullmatch(symbol.rpartition("BITFINEX:")[2].upper()) or _BITFINEX_SPOT.fullmatch(symbol)
    if match is None:
        return None
    return match["coin"], _BITFINEX_QUOTES.get(match["quote"], match["quote"])


def _first_known(quote: str) -> str:
    """Return a quote currency without a word after it: 'USD-BITSTAMP'."""
    first = re.split(r"[-_ ]", quote)[0]
    return first if first in _QUOTES else quote


def _without_board(text: str, given: str) -> str:
    """Return a symbol without the venue before its colon: 'BINANCE:BTCUSDT', 'hyna:BTC'; 'ETH:BTC' is a pair."""
    board, _, name = text.rpartition(":")
    if name in _LABELS:
        return board
    if name in _QUOTES and board and board not in BOARDS | _LABELS and not given.partition(":")[0].islower():
        return f"{board}-{name}"
    return name.removeprefix("FX_")


def _pair(coin: str, quote: str, venue: str) -> Quotation:
    """Return a pair that does not say what it is settled in: in the coin, where it is quoted in the dollar itself."""
    settled_in_coin = quote == DOLLAR and venue.strip().lower() not in _LINEAR_ONLY
    return Quotation(coin, quote, "inverse" if settled_in_coin else "linear")


def _ended(text: str) -> tuple[str, str]:
    """Return a venue's name of a contract without what it says at its end of perpetual swaps and dates, and that."""
    last = ""
    while match := _ENDINGS.search(text):
        text, last = text[: match.start()], match[0]
    return text, last


def _split(name: str) -> tuple[str, str]:
    """Return coin and quote of a pair; the name and '' where it is none."""
    halves = re.split(r"[-_ ]+", name)
    pair = [half for half in halves if half not in _LABELS and not _LENGTH.fullmatch(half)]
    if 0 < len(pair) < len(halves):
        halves, name = pair, "-".join(pair)
    if match := _KRAKEN_SPOT.fullmatch(name):
        return match["coin"], match["quote"] or match["other"]
    if len(halves) > 1 and {halves[0], halves[1]} & set(_QUOTES):
        return _ordered(halves[0], halves[1])
    if name in _NOT_PAIRS or name in _QUOTES:
        return name, ""
    plain = name.removesuffix("M") if name.endswith(("USDTM", "USDCM", "USDM")) else name
    for quote in _LONGEST_FIRST:
        coin = plain.removesuffix(quote)
        if coin == plain or not coin:
            continue
        if quote in _ENDS_LIKE_USD and coin not in _LISTED_IN_THEM:
            return coin + _ENDS_LIKE_USD[quote], DOLLAR
        if quote in _DOLLARS or len(coin) >= _SHORTEST_COIN:
            return coin, quote
    return name, ""


def _ordered(first: str, second: str) -> tuple[str, str]:
    """Return coin and quote of two halves: 'ETH-BTC', and 'KRW-BTC' and 'BTC-ETH', whose quote stands first.

    A coin before a word that is none known is no pair: 'BTC mine'.
    """
    if first in _COINS and second not in {*_QUOTES, *_LISTED_IN_THEM}:
        return first, ""
    rank = {quote: place for place, quote in enumerate(_QUOTES)}
    if rank.get(first, len(rank)) < rank.get(second, len(rank)):
        return second, first
    return first, second


def _same(coin: str, settle: str) -> bool:
    return {coin, settle} == {"BTC", "XBT"} or coin == settle
