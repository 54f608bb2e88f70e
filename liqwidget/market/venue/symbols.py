"""Symbols: any of the usual spellings to the perpetual swap that a venue lists."""

from __future__ import annotations

import contextlib
import difflib
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from liqwidget.domain.quotation import BOARDS, DOLLAR, bitfinex_pair, quotation, shown_quote
from liqwidget.domain.validation import checked_name
from liqwidget.errors import DataError, SourceError
from liqwidget.market.venue.instrument import Instrument, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from liqwidget.market.venue.venue import Venue

_SPELLED = re.compile(
    r"(?P<base>[\w-]+?)(?:[/_-](?P<apart>USDT|USDC|USD|BUSD)|(?P<quote>USDT|USDC|USD))"
    r"(?:[:_-](?P<settle>[A-Z]+))?(?:[_-](?:SWAP|PERP|PERPETUAL))?"
)
"""BUSD only apart from the coin: BNBUSD is BNB in USD."""
_BOARD = re.compile(rf"(?:{'|'.join(sorted(BOARDS))}):(?=.)", re.IGNORECASE)
"""How TradingView names a venue before a symbol; after it '.P' marks a perpetual swap, at Coinalyze '.6' a venue."""
_ENDING = re.compile(
    r"(?:\.(?:PERP|CC|[A-Z0-9])|(?<=USDT|USDC)[ _-]?(?:PERP|PERPETUAL|SWAP)|(?<=USD)[ _-]?PERP(?:ETUAL)?"
    r"|(?<=[A-Z0-9]{3})PERP|[_-](?:[UDC]MCBL|PERP-INTX))$",
    re.IGNORECASE,
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_PERPETUAL_ABROAD = re.compile(
    "[ _-]?(?:永续|永續|無期限|무기한)(?:合约|合約|契約|계약)?$|(?<=perpetual)[ _-]contract$", re.IGNORECASE
)
_MARGINED = re.compile(r"\.PM$|[-_]USD_UM\b|[-_ ](?:COIN|USD[SⓈ]?)[-_ ]?M(?:ARGINED)?(?![A-Z])", re.IGNORECASE)
"""Names that say what a contract is settled in: Kraken's on TradingView, OKX's 'BTC-USD_UM-SWAP', 'BTC COIN-M'."""
_KRAKEN = re.compile(r"(?P<kind>P[IF])_(?P<coin>[A-Z0-9]+)USD")
_KUCOIN = re.compile(r"(?P<pair>[A-Z0-9]{2,}(?:USDT|USDC|USD))M")
_SWAP_FIRST = re.compile(r"(?:PERP|SWAP)[_-](?=.+[_-])")
_QUARTER = re.compile(
    r".+[-_ ](?:CW|NW|CQ|NQ|CM|NM|(?:(?:THIS|CURRENT|NEXT|BI)[-_ ]?)+(?:WEEK|MONTH|QUARTER))"
    r"|(?:[A-Z0-9]*USD[TC]?|XBT|ETH|SOL|XRP|BTC)(?:\d{1,2})?[FGHJKMNQUVXZ](?:20)?\d{2}"
    r"|(?:[A-Z0-9]*USD[TC]?|XBT|ETH|SOL|XRP|BTC)\d{1,2}(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d{2}"
)
"""Names of dated futures that tell no day: HTX's 'BTC-USDT-CQ', 'BTCUSDT_NEXT_QUARTER', 'BTCUSDTH26', 'XBTZ25'."""
_OPTION = re.compile(
    r".+/.+:.+-\d{6}-(?:[\d.]+-[CP]|[CP]-[\d.]+)|.+-\d{1,2}[A-Z]{3}\d{2}-[\d.]+-[CP](?:-USD[TC])?|.+-\d{6}-[\d.]+-[CP]"
)
_BUILDER = re.compile(r"(?P<builder>[a-z][a-z0-9]*|[A-Z][A-Z0-9]*):(?P<coin>[A-Z0-9]+(?:\.P)?)", re.ASCII)
"""A builder's market at Hyperliquid, or a pair after the name of a venue that is not in `_BOARD`."""
_DATED = re.compile(r".+[-_:](?:(?P<digits>\d{6}|\d{8})|(?P<named>\d{1,2}[A-Z]{3}\d{2}))(?:\.[A-Z0-9])?", re.ASCII)
_ALIASES = {"XBT": "BTC"}
_SPELLED_QUOTES = frozenset({"USDT", "USDC", "BUSD"})
"""Dollars that a spelled symbol may name; another one is whatever dollar the venue has."""
_THOUSANDS = re.compile(r"(?P<count>10{3,}|1M|k)(?P<coin>[A-Z][A-Z0-9]+)", re.ASCII)
_THOUSANDS_AFTER = re.compile(r"(?P<coin>[A-Z][A-Z0-9]*[A-Z])(?P<count>10{3,})", re.ASCII)
_COUNTS = {"k": 1000, "1M": 1_000_000}
_NEAR, _LIKE = 5, 0.6


def parse_symbol(symbol: object) -> Wanted:
    """Return what a symbol in any of the usual spellings asks for.

    'btc', 'BTC/USDT:USDT', 'BTCUSDT', 'BTC-USDT-SWAP', 'BTC-PERP', 'BTC-PERPETUAL', 'BINANCE:BTCUSDT.P' ask for BTC,
    where a quote currency is named in that or whatever dollar the venue has. 'BTC/USD:BTC', 'BTC-USD-SWAP' and
    'BTCUSD_PERP' ask for the contract settled in BTC. '1000PEPE', 'kPEPE', 'PEPE1000' ask for PEPE, counted by the
    thousand. 'xyz:NVDA' is a market that a builder runs at a venue. Names as pages of venues, TradingView,
    Coinalyze, Kraken and KuCoin write them ask for the same: 'BTCUSDT Perp', 'BTCUSDT_PERP.A', 'PF_XBTUSD', 'XBTUSDTM'.

    Raises
    ------
    DataError
        If it is no symbol, or that of a future that ends on a day.
    """
    symbol = _pasted(symbol) if isinstance(symbol, str) else symbol
    given = checked_name(symbol, "a symbol such as 'BTC'").strip()
    text = _BOARD.sub("", re.sub(r" *([/:_-]) *", r"\1", given))
    if pair := bitfinex_pair(text):
        text = f"{pair[0]}/{pair[1]}:{pair[1]}"
    if builder := _BUILDER.fullmatch(text):
        board = quotation(builder["coin"]).quote and builder["builder"].isupper()
        text = builder["coin"] if board else f"{builder['builder']}-{builder['coin']}"
    _refuse_dated(text.upper(), given)
    text = _usual(text)
    match = _SPELLED.fullmatch(text.upper())
    if match:
        name, settle = text[: match.end("base")], match["settle"] or ""
        quote = match["quote"] or match["apart"]
    else:
        name, quote, settle = re.sub(r"[-_](?:PERP|PERPETUAL|SWAP)$", "", text, flags=re.IGNORECASE), "", ""
    name = _ALIASES.get(name.upper(), name)
    inverse = quote == "USD" and settle not in {"USD", "USDT", "USDC"}
    factor, coin = split_factor(name)
    shown = name if factor > 1 else name.upper()
    return Wanted(shown, coin.upper(), factor, "" if quote == "USD" else quote, inverse, given)


def _pasted(text: str) -> str:
    """Return a symbol without what comes along when it is copied: dashes of a printed text, quotes, a price sign."""
    plain = unicodedata.normalize("NFKC", _DASHES.sub("-", text))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return plain.strip(" \t").strip("'\"`,;$#").strip(" \t")


def _usual(text: str) -> str:
    """Return a venue's or a page's name of a perpetual swap in a spelling that is read: coin, quote, settlement."""
    text = _PERPETUAL_ABROAD.sub("", text)
    if _MARGINED.search(text):
        found = quotation(_ALIASES.get(text.upper(), text))
        coin = _ALIASES.get(found.coin, found.coin)
        settle = {"inverse": coin, "linear": found.quote or DOLLAR}[found.contract]
        return f"{coin}/{found.quote or DOLLAR}:{settle}"
    text = re.sub(r" +", "-", _ENDING.sub("", _ENDING.sub("", text)))
    upper = text.upper()
    if match := _KRAKEN.fullmatch(upper):
        return f"{match['coin']}/USD:{match['coin'] if match['kind'] == 'PI' else 'USD'}"
    if match := _KUCOIN.fullmatch(upper):
        return match["pair"]
    if _SWAP_FIRST.match(upper):
        return text[5:]
    found = quotation(upper)
    halves = re.split(r"[/_-]", upper)
    written = found.quote not in {"", "USD"} and {found.quote, found.coin} == set(halves) and halves[0] == found.quote
    if shown_quote(found.quote) == DOLLAR and (written or found.quote not in {"", "USDT", "USDC", "USD"}):
        return f"{found.coin}/{found.quote if found.quote in _SPELLED_QUOTES else ''}".rstrip("/")
    return text


def _refuse_dated(text: str, given: str) -> None:
    """Refuse a future that ends on a day, and an option."""
    if _QUARTER.fullmatch(text) or _OPTION.fullmatch(text):
        kind = "an option" if _OPTION.fullmatch(text) else "a future that ends on a day"
        message = (
            f"Expected a symbol of a perpetual swap such as 'BTC', was {given!r:.60}, {kind}: futures and options that "
            "end are not read"
        )
        raise DataError(message)
    match = _DATED.fullmatch(text)
    day = None if match is None else _day(match["digits"] or match["named"])
    if day is not None:
        message = (
            f"Expected a symbol of a perpetual swap such as 'BTC', was {given!r:.60}, a future that ends on {day}: "
            "dated futures are not read"
        )
        raise DataError(message)


def _day(text: str) -> date | None:
    for form in ("%y%m%d", "%Y%m%d", "%d%b%y"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.title(), form).date()  # noqa: DTZ007 - a day
    return None


def split_factor(base: str) -> tuple[int, str]:
    """Return how many coins a base counts as one, and the coin: '1000PEPE', 'kPEPE', 'PEPE1000': (1000, 'PEPE')."""
    upper = base.upper() if base[:1] != "k" else base
    match = _THOUSANDS.fullmatch(base) or _THOUSANDS.fullmatch(upper) or _THOUSANDS_AFTER.fullmatch(upper)
    if match is None:
        return 1, base
    return _COUNTS.get(match["count"]) or int(match["count"]), match["coin"]


def resolve(wanted: Wanted, venue: Venue, markets: Iterable[Mapping[str, Any]]) -> Instrument:
    """Return the swap of a venue that a symbol asks for.

    The same quote currency is taken where it is listed, else the venue's preferred one; the coin by itself is taken
    before a multiple of it.

    Parameters
    ----------
    wanted : Wanted
        From `parse_symbol`.
    venue : Venue
        The venue.
    markets : iterable of mapping
        Its markets as ccxt lists them.

    Raises
    ------
    SourceError
        If the venue lists no such swap; the text names the nearest ones.
    """
    kind = "inverse" if wanted.inverse else "linear"
    swaps = [market for market in markets if market.get("swap") and market.get(kind) and venue.lists(market)]
    quotes = ("USD",) if wanted.inverse else tuple(dict.fromkeys(filter(None, (wanted.quote, *venue.quotes))))
    found: list[tuple[int, int, int, Mapping[str, Any]]] = []
    for market in swaps:
        name, named = _base(market), _names(market, wanted.text)
        factor, coin = split_factor(name)
        exact = name.upper() == wanted.coin
        if not (exact or coin.upper() == wanted.coin or named):
            continue
        factor = 1 if exact else factor
        if named:
            found.append((-1, 0, factor, market))
        elif market.get("quote") in quotes:
            found.append((quotes.index(market["quote"]), int(factor != wanted.factor), factor, market))
    if not found:
        _refuse(wanted, venue, kind, swaps)
    _, _, factor, market = min(found, key=lambda entry: entry[:3])
    if _names(market, wanted.text) and wanted.coin not in {
        _base(market).upper(),
        split_factor(_base(market))[1].upper(),
    }:
        shown, coin = split_factor(_base(market))
        wanted = replace(wanted, name=_base(market), coin=coin.upper(), factor=shown)
    return Instrument(
        venue=venue.name,
        symbol=str(market["symbol"]),
        id=str(market["id"]),
        wanted=wanted,
        quote=str(market["quote"]),
        inverse=wanted.inverse,
        contract_size=_contract_size(market, venue, wanted),
        factor=factor,
    )


def _names(market: Mapping[str, Any], text: str) -> bool:
    """Return whether a text is the venue's own name of a market, or ccxt's."""
    return text.upper() in {str(market.get("id")).upper(), str(market.get("symbol")).upper()}


def _base(market: Mapping[str, Any]) -> str:
    """Return the base as the venue spells it: ccxt writes Hyperliquid's kPEPE in capitals."""
    return str(market.get("baseName") or market.get("base") or "")


def _contract_size(market: Mapping[str, Any], venue: Venue, wanted: Wanted) -> float:
    size = venue.contract_size(market)
    if not 0 < size < float("inf"):
        message = f"{venue.name} lists {wanted.name} without the size of a contract: its amounts cannot be read"
        raise SourceError(message, venue=venue.name, symbol=wanted.name)
    return size


def _refuse(wanted: Wanted, venue: Venue, kind: str, swaps: list[Mapping[str, Any]]) -> None:
    names = {split_factor(_base(market))[1].upper() for market in swaps}
    pair = quotation(wanted.text).coin
    coin = split_factor(_ALIASES.get(pair, pair))[1].upper()
    near = [coin] if coin in names else []
    near += [one for one in difflib.get_close_matches(wanted.coin, sorted(names), _NEAR, _LIKE) if one not in near]
    hint = f"; near names: {', '.join(name[:20] for name in near)}" if near else ""
    message = f"{venue.name} lists no {kind} perpetual swap of {wanted.name}{hint}"
    raise SourceError(message, venue=venue.name, symbol=wanted.name)
