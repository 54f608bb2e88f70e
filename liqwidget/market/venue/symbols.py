"""Symbols: any of the usual spellings to the perpetual swap that a venue lists."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from liqwidget.domain.validation import checked_name
from liqwidget.errors import SourceError
from liqwidget.market.venue.instrument import Instrument, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from liqwidget.market.venue.venue import Venue

_QUOTES = "USDT|USDC|USD|BUSD"
_SPELLED = re.compile(
    rf"(?P<base>\w+?)[/_-]?(?P<quote>{_QUOTES})(?:[:_-](?P<settle>[A-Z]+))?(?:[_-](?:SWAP|PERP))?", re.ASCII
)
_THOUSANDS = re.compile(r"(?P<count>10{3,}|1M|k)(?P<coin>[A-Z][A-Z0-9]+)", re.ASCII)
_COUNTS = {"k": 1000, "1M": 1_000_000}
_NEAR = 5


def parse_symbol(symbol: object) -> Wanted:
    """Return what a symbol in any of the usual spellings asks for.

    'btc', 'BTC/USDT:USDT', 'BTCUSDT', 'BTC-USDT-SWAP', 'BTC-PERP' ask for BTC, the last four in USDT or whatever dollar
    the venue has. 'BTC/USD:BTC', 'BTC-USD-SWAP' and 'BTCUSD_PERP' ask for the contract settled in BTC. '1000PEPE',
    'kPEPE' ask for PEPE, counted by the thousand.

    Raises
    ------
    DataError
        If it is no symbol.
    """
    text = checked_name(symbol, "a symbol such as 'BTC'").strip()
    match = _SPELLED.fullmatch(text.upper())
    if match:
        name, quote, settle = text[: match.end("base")], match["quote"], match["settle"] or ""
    else:
        name, quote, settle = re.sub(r"[-_](?:PERP|SWAP)$", "", text, flags=re.IGNORECASE), "", ""
    inverse = quote == "USD" and settle not in {"USD", "USDT", "USDC"}
    factor, coin = split_factor(name)
    shown = name if factor > 1 else name.upper()
    return Wanted(shown, coin.upper(), factor, "" if quote == "USD" else quote, inverse)


def split_factor(base: str) -> tuple[int, str]:
    """Return how many coins a base counts as one, and the coin: '1000PEPE' and 'kPEPE' give (1000, 'PEPE')."""
    match = _THOUSANDS.fullmatch(base) or _THOUSANDS.fullmatch(base.upper() if base[:1] != "k" else base)
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
    swaps = [
        market for market in markets if market.get("swap") and market.get(kind) and market.get("active") is not False
    ]
    quotes = ("USD",) if wanted.inverse else tuple(dict.fromkeys(filter(None, (wanted.quote, *venue.quotes))))
    found: list[tuple[int, int, int, Mapping[str, Any]]] = []
    for market in swaps:
        name = _base(market)
        factor, coin = split_factor(name)
        exact = name.upper() == wanted.coin
        if market.get("quote") in quotes and (exact or coin.upper() == wanted.coin):
            factor = 1 if exact else factor
            found.append((quotes.index(market["quote"]), int(factor != wanted.factor), factor, market))
    if not found:
        _refuse(wanted, venue, kind, swaps)
    _, _, factor, market = min(found, key=lambda entry: entry[:3])
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
    near = difflib.get_close_matches(wanted.coin, sorted(names), n=_NEAR, cutoff=0.5)
    hint = f"; near names: {', '.join(name[:20] for name in near)}" if near else ""
    message = f"{venue.name} lists no {kind} perpetual swap of {wanted.name}{hint}"
    raise SourceError(message, venue=venue.name, symbol=wanted.name)
