"""Symbols: the usual spellings, the swap that a venue lists for each, near names, coins by the thousand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.quotation import quotation, shown_quote
from liqwidget.errors import DataError, LiqError, SourceError
from liqwidget.market.venue.instrument import Wanted
from liqwidget.market.venue.reader import find
from liqwidget.market.venue.symbols import parse_symbol, resolve, split_factor
from liqwidget.market.venue.venues import VENUES
from tests.loops import run


def listed(base: str, quote: str = "USDT", *, inverse: bool = False, size: float = 1.0, **more: Any) -> dict[str, Any]:
    settle = base if inverse else quote
    return {
        "symbol": f"{base}/{quote}:{settle}", "id": f"{base}{quote}", "base": base, "quote": quote, "settle": settle,
        "swap": True, "linear": not inverse, "inverse": inverse, "active": True, "contractSize": size,
    } | more  # fmt: skip


SPOT = {"symbol": "BTC/USDT", "id": "BTCUSDT", "base": "BTC", "quote": "USDT", "swap": False, "linear": None}
CEX = [SPOT, listed("BTC", "USDC"), listed("BTC"), listed("BTC", "USD", inverse=True, size=100.0), listed("ETH"),
       listed("1000PEPE"), listed("1INCH"), listed("SOL", active=False), listed("BTCDOM")]  # fmt: skip
HYPER = [listed("BTC", "USDC"), listed("KPEPE", "USDC", baseName="kPEPE"), listed("KAS", "USDC", baseName="KAS")]


@pytest.mark.parametrize(
    "symbol",
    ["BTC", "btc", "BTC/USDT", "BTCUSDT", "BTC-USDT-SWAP", "BTC/USDT:USDT", "BTC_USDT", "BTC-PERP", "btcusdt", " BTC"],
)
@pytest.mark.parametrize("name", ["binance", "bybit", "okx", "gate", "htx", "bitget"])
def test_the_usual_spellings_find_the_linear_swap(symbol: str, name: str) -> None:
    found = resolve(parse_symbol(symbol.strip()), VENUES[name], CEX)
    assert (found.symbol, found.wanted.name, found.inverse) == ("BTC/USDT:USDT", "BTC", False)


@pytest.mark.parametrize("symbol", ["BTC", "BTC/USDT", "BTCUSDT", "BTC/USDC:USDC"])
def test_hyperliquid_has_usdc(symbol: str) -> None:
    assert resolve(parse_symbol(symbol), VENUES["hyperliquid"], HYPER).symbol == "BTC/USDC:USDC"


def test_a_quote_that_is_listed_is_taken() -> None:
    assert resolve(parse_symbol("BTC/USDC"), VENUES["binance"], CEX).symbol == "BTC/USDC:USDC"


@pytest.mark.parametrize("symbol", ["BTC/USD:BTC", "BTC-USD-SWAP", "BTCUSD_PERP", "BTCUSD"])
def test_contracts_settled_in_the_coin_are_asked_for_by_usd(symbol: str) -> None:
    found = resolve(parse_symbol(symbol), VENUES["okx"], CEX)
    assert (found.symbol, found.inverse, found.contract_size) == ("BTC/USD:BTC", True, 100.0)


def test_bybit_counts_inverse_contracts_by_the_dollar() -> None:
    """ccxt gives the smallest order as the contract's size."""
    assert resolve(parse_symbol("BTCUSD"), VENUES["bybit"], CEX).contract_size == 1.0


@pytest.mark.parametrize(
    ("base", "expected"),
    [("1000PEPE", (1000, "PEPE")), ("kPEPE", (1000, "PEPE")), ("10000LADYS", (10_000, "LADYS")),
     ("1MBABYDOGE", (1_000_000, "BABYDOGE")), ("1000000MOG", (1_000_000, "MOG")), ("1INCH", (1, "1INCH")),
     ("KAS", (1, "KAS")), ("100X", (1, "100X")), ("BTC", (1, "BTC")), ("kas", (1, "kas"))],
)  # fmt: skip
def test_coins_by_the_thousand(base: str, expected: tuple[int, str]) -> None:
    assert split_factor(base) == expected


@pytest.mark.parametrize(
    ("symbol", "name", "markets", "base", "scale"),
    [("PEPE", "binance", CEX, "1000PEPE", 1000.0), ("1000PEPE", "binance", CEX, "1000PEPE", 1.0),
     ("kPEPE", "binance", CEX, "1000PEPE", 1.0), ("1000PEPEUSDT", "binance", CEX, "1000PEPE", 1.0),
     ("PEPE", "hyperliquid", HYPER, "KPEPE", 1000.0), ("kPEPE", "hyperliquid", HYPER, "KPEPE", 1.0),
     ("1000PEPE", "okx", [listed("PEPE")], "PEPE", 0.001), ("1INCH", "binance", CEX, "1INCH", 1.0)],
)  # fmt: skip
def test_a_multiple_resolves_with_its_factor(
    symbol: str, name: str, markets: list[dict[str, Any]], base: str, scale: float
) -> None:
    found = resolve(parse_symbol(symbol), VENUES[name], markets)
    assert found.symbol.startswith(f"{base}/")
    assert found.scale == pytest.approx(scale)


def test_the_coin_by_itself_is_taken_before_its_multiple() -> None:
    both = [listed("1000SHIB"), listed("SHIB")]
    assert resolve(parse_symbol("SHIB"), VENUES["okx"], both).symbol == "SHIB/USDT:USDT"


def test_an_unknown_coin_lists_near_names() -> None:
    with pytest.raises(SourceError, match="binance lists no linear perpetual swap of BTCC; near names: BTC, BTCDOM"):
        resolve(parse_symbol("BTCC"), VENUES["binance"], CEX)
    with pytest.raises(SourceError, match="SOL"):
        resolve(parse_symbol("SOL"), VENUES["binance"], CEX)  # delisted


PASTED = [
    listed("BTC"), listed("BTC", "USD", inverse=True), listed("BNB"), listed("BNB", "USD", inverse=True),
    listed("SHIB", "USD", inverse=True), listed("SHIB1000"), listed("币安人生"), listed("B"), listed("ARB"),
    listed("ETH", "USDC", id="ETHPERP"), listed("XYZ-NVDA", "USDC", id="110007"), listed("USDC"), listed("10000SATS"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("symbol", "found"),
    [
        ("BTCUSDT.P", "BTC/USDT:USDT"), ("BINANCE:BTCUSDT.P", "BTC/USDT:USDT"), ("bybit:btcusdt.p", "BTC/USDT:USDT"),
        ("XBTUSD", "BTC/USD:BTC"), ("XBTUSDT", "BTC/USDT:USDT"), ("BTC-PERPETUAL", "BTC/USDT:USDT"),
        ("BTCUSD.P", "BTC/USD:BTC"), ("BNBUSD_PERP", "BNB/USD:BNB"), ("SHIBUSD", "SHIB/USD:SHIB"),
        ("BNBUSDT", "BNB/USDT:USDT"), ("SHIB1000USDT", "SHIB1000/USDT:USDT"), ("1000SHIB", "SHIB1000/USDT:USDT"),
        ("kSHIB", "SHIB1000/USDT:USDT"), ("SHIB", "SHIB1000/USDT:USDT"), ("BUSDT", "B/USDT:USDT"),
        ("币安人生USDT", "币安人生/USDT:USDT"), ("ARB-USDT-SWAP", "ARB/USDT:USDT"),
        ("ETHPERP", "ETH/USDC:USDC"), ("xyz:NVDA", "XYZ-NVDA/USDC:USDC"), ("XYZ-NVDA/USDC:USDC", "XYZ-NVDA/USDC:USDC"),
        ("XYZ:NVDA", "XYZ-NVDA/USDC:USDC"),
        ("USDCUSDT", "USDC/USDT:USDT"), ("BTC_USDT", "BTC/USDT:USDT"), ("10000SATSUSDT", "10000SATS/USDT:USDT"),
        ("SATS", "10000SATS/USDT:USDT"),
    ],
)  # fmt: skip
def test_what_people_paste_finds_the_swap(symbol: str, found: str) -> None:
    name = "hyperliquid" if "NVDA" in symbol else "bybit"
    assert resolve(parse_symbol(symbol), VENUES[name], PASTED).symbol == found


@pytest.mark.parametrize(
    ("symbol", "coin", "quote", "inverse"),
    [
        ("BTCUSDTPERP", "BTC", "USDT", False), ("BINANCE:BTCUSDTPERP", "BTC", "USDT", False),
        ("BTCUSDT.PERP", "BTC", "USDT", False), ("BTCUSDT_PERP.A", "BTC", "USDT", False),
        ("ETHUSDT.6", "ETH", "USDT", False), ("BTCUSD_PERP.0", "BTC", "", True), ("PF_XBTUSD", "BTC", "", False),
        ("KRAKEN:PI_ETHUSD", "ETH", "", True), ("XBTUSDTM", "BTC", "USDT", False), ("XBTUSDM", "BTC", "", True),
        ("BTCPERP", "BTC", "", False), ("1000BONKPERP", "BONK", "", False), ("BTC-PERP-INTX", "BTC", "", False),
        ("BTCFDUSD", "BTC", "", False), ("BTC/FDUSD:FDUSD", "BTC", "", False), ("BTCBUSD", "BTC", "BUSD", False),
        ("BNBUSD", "BNB", "", True), ("BUSDT", "B", "USDT", False), ("USDT-BTC", "BTC", "USDT", False),
        ("PERP_BTC_USDT", "BTC", "USDT", False), ("BTC USDT", "BTC", "USDT", False),
        ("BTC/USDT Perp", "BTC", "USDT", False), ("BTCUSDT Perpetual", "BTC", "USDT", False),
        (" BTCUSDT ", "BTC", "USDT", False), ("PHEMEX:SOLUSDT.P", "SOL", "USDT", False),
        ("BLOFIN:BTCUSDC.P", "BTC", "USDC", False), ("PERPUSDT", "PERP", "USDT", False), ("PERP", "PERP", "", False),
        ("BTCDOMUSDT", "BTCDOM", "USDT", False), ("USD1USDT", "USD1", "USDT", False),
        ("BTC / USDT", "BTC", "USDT", False), ("BTC:USDT", "BTC", "USDT", False),
        ("NEWDEX:SOLUSDT.P", "SOL", "USDT", False),
    ],
)  # fmt: skip
def test_names_as_venues_and_pages_write_them(symbol: str, coin: str, quote: str, inverse: bool) -> None:  # noqa: FBT001
    wanted = parse_symbol(symbol)
    assert (wanted.coin, wanted.quote, wanted.inverse) == (coin, quote, inverse)
    found = quotation(symbol.strip(), "kraken" if symbol.startswith("PF_") else "")
    assert (found.coin.replace("XBT", "BTC").removeprefix("1000").removesuffix("PERP") or "PERP") == coin
    assert shown_quote(found.quote) == "USD"
    assert (found.contract == "inverse") == inverse


@pytest.mark.parametrize(
    ("symbol", "quote", "inverse"),
    [
        ("tBTCF0:USTF0", "USDT", False), ("BTCF0:USTF0", "USDT", False), ("BITFINEX:BTCUSTF0", "USDT", False),
        ("tBTCUSD", "", False), ("KRAKEN:BTCUSD.PM", "", False), ("BTC-USD_UM-SWAP", "", False),
        ("BTC Coin-M", "", True), ("BTCUSD COIN-M Perpetual", "", True), ("BTCUSDT Perpetual Contract", "USDT", False),
        ("BTCUSDT永续", "USDT", False), ("BTCUSDT 永续合约", "USDT", False), ("BTC\u2013USDT", "USDT", False),
        ("BTC\uff0fUSDT", "USDT", False), ("\ufeffBTCUSDT", "USDT", False), ("BTC\u200bUSDT", "USDT", False),
        ("BTC\xa0USDT", "USDT", False), ("'BTCUSDT',", "USDT", False), ("$BTC", "", False), ("BTC/USDⓈ", "", False),
    ],
)  # fmt: skip
def test_what_comes_along_when_a_symbol_is_copied_is_left_out(symbol: str, quote: str, inverse: bool) -> None:  # noqa: FBT001
    wanted = parse_symbol(symbol)
    assert (wanted.coin, wanted.quote, wanted.inverse) == ("BTC", quote, inverse)


def test_a_contract_margined_in_dollars_is_found_by_its_id() -> None:
    """It was read as the one settled in the coin."""
    margined = listed("BTC", "USD", id="BTC-USD_UM-SWAP", settle="USD", symbol="BTC/USD:USD")
    found = resolve(parse_symbol("BTC-USD_UM-SWAP"), VENUES["okx"], [*CEX, margined])
    assert (found.symbol, found.inverse) == ("BTC/USD:USD", False)


@pytest.mark.parametrize("symbol", ["BTCEUR", "PF_XBTEUR", "KRW-BTC", "XXBTZEUR", "BTC-SWAP-USDT", "BTC/JPY"])
def test_the_coin_of_a_pair_that_is_not_listed_is_the_nearest_name(symbol: str) -> None:
    with pytest.raises(SourceError, match="near names: BTC"):
        resolve(parse_symbol(symbol), VENUES["binance"], [listed("BTC"), listed("ETH")])


@pytest.mark.parametrize(
    "symbol",
    ["BYBIT:BTCUSDT26DEC25", "BYBIT:BTCUSDZ2025", "DERIBIT:BTC26Z25", "BTC/USDT:USDT-260327-C-100000",
     "BTC-USDT-CQ", "BTCUSD_NQ",
     "BTCUSDT_NEXT_QUARTER", "BTCUSDT CURRENT_QUARTER", "BTCUSDTH26", "BTCUSDM26", "XBTZ25",
     "BTC-25SEP26-100000-C", "BTC-26DEC25.2"],
)  # fmt: skip
def test_futures_and_options_that_end_are_named_as_such(symbol: str) -> None:
    with pytest.raises(DataError, match=r"a future that ends on|an option"):
        parse_symbol(symbol)


@pytest.mark.parametrize("market", PASTED)
def test_the_names_of_a_market_by_the_venue_and_by_ccxt_always_find_it(market: dict[str, Any]) -> None:
    same = market | {"id": f"{market['id']}-{'USD' if market['inverse'] else ''}-SWAP"}
    for symbol, markets in ((market["symbol"], PASTED), (same["id"], [*PASTED, same])):
        wanted = parse_symbol(symbol)
        if wanted.inverse == market["inverse"]:
            assert resolve(wanted, VENUES["bybit"], markets).symbol == market["symbol"]
    assert parse_symbol(market["symbol"]).inverse == market["inverse"]


def test_multiples_are_counted_wherever_they_stand() -> None:
    found = resolve(parse_symbol("SHIB1000USDT"), VENUES["bybit"], PASTED)
    assert (found.factor, found.scale, found.wanted.coin) == (1000, 1.0, "SHIB")


@pytest.mark.parametrize(
    ("symbol", "day"),
    [("BTCUSDT_260626", "2026-06-26"), ("BTC/USDT:USDT-260626", "2026-06-26"), ("BTC-26JUN26", "2026-06-26"),
     ("BTC-USD-260327", "2026-03-27"), ("BTC-USD-20260327", "2026-03-27"), ("BTCUSDT-5DEC25", "2025-12-05")],
)  # fmt: skip
def test_a_dated_future_is_named_as_such(symbol: str, day: str) -> None:
    with pytest.raises(DataError, match=f"a future that ends on {day}"):
        parse_symbol(symbol)


def test_contracts_before_their_market_opens_are_listed() -> None:
    early = listed("BIO", active=False, info={"status": "PreLaunch"})
    assert resolve(parse_symbol("BIO"), VENUES["bybit"], [early]).symbol == "BIO/USDT:USDT"
    with pytest.raises(SourceError, match="lists no"):
        resolve(parse_symbol("BIO"), VENUES["bybit"], [listed("BIO", active=False, info={"status": "Closed"})])


def test_near_names_are_near() -> None:
    with pytest.raises(SourceError) as caught:
        resolve(parse_symbol("DOGE"), VENUES["bybit"], PASTED)
    assert "near names" not in str(caught.value)


def test_the_list_of_a_builder_is_asked_for() -> None:
    asked = []

    class Client:
        venue = VENUES["hyperliquid"]

        async def open(self) -> Any:
            return exchange

        async def call(self, name: str) -> list[Any]:
            asked.append((name, exchange.options["fetchMarkets"]["hip3"]))
            return [listed("XYZ-NVDA", "USDC")]

    exchange: Any = SimpleNamespace(markets={"a": listed("BTC", "USDC")}, options={"fetchMarkets": {}})
    exchange.set_markets = lambda markets: setattr(exchange, "markets", dict(enumerate(markets)))
    client: Any = Client()
    assert run(find(client, parse_symbol("xyz:NVDA"))).symbol == "XYZ-NVDA/USDC:USDC"
    assert asked == [("fetch_hip3_markets", {"dexes": ["xyz"]})]
    with pytest.raises(SourceError, match="lists no linear"):
        run(find(client, parse_symbol("NVDA")))


def test_a_contract_without_its_size_is_refused() -> None:
    with pytest.raises(SourceError, match="without the size of a contract"):
        resolve(parse_symbol("BTC"), VENUES["okx"], [listed("BTC", size=0.0)])


@pytest.mark.parametrize("symbol", ["<b>", "", "B" * 99, None, 7, "BTC\n"])
def test_what_is_no_symbol_is_refused(symbol: Any) -> None:
    with pytest.raises(DataError, match="Expected a symbol"):
        parse_symbol(symbol)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_symbol_or_an_error(text: str) -> None:
    try:
        wanted = parse_symbol(text)
    except LiqError:
        return
    assert isinstance(wanted, Wanted)
    assert wanted.coin
    assert wanted.factor >= 1
