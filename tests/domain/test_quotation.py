"""What symbols say of coin, quote currency and contract, and that liquidation prices follow it."""

from __future__ import annotations

import pytest

from liqwidget import liquidation_price
from liqwidget.domain.quotation import quotation, quote_of

INVERSE = [
    "BTC/USD:BTC", "BTC/USD:BTC-260327", "BTCUSD_PERP", "BTCUSD_260327", "BTC-USD-SWAP", "BTC_USD", "BTCUSD", "btcusd",
    "BTC-PERPETUAL", "XBTUSD", "XBTUSDM", "PI_XBTUSD", "BTCUSD_DMCBL", "BINANCE:BTCUSD.P",
]  # fmt: skip
LINEAR = [
    "BTC", "BTC-PERP", "BTCUSDT", "BTC/USDT:USDT", "BTC/USDT", "BTC-USDT-SWAP", "BTC/USD:USDC", "BTCBUSD", "XBTUSDTM",
    "BTC_USDC-PERPETUAL", "PF_XBTUSD", "BTC-USD_UM-SWAP", "BINANCE:BTCUSDT.P", "BTC/KRW", "BTCJPY", "BTC/EUR",
]  # fmt: skip


@pytest.mark.parametrize("symbol", INVERSE)
def test_the_symbol_says_that_a_contract_is_settled_in_the_coin(symbol: str) -> None:
    assert quotation(symbol).contract == "inverse"
    assert liquidation_price("binance", symbol, "long", 1e5, 10) == pytest.approx(1e5 * 1.004 / 1.1)


@pytest.mark.parametrize("symbol", LINEAR)
def test_other_symbols_are_linear(symbol: str) -> None:
    assert quotation(symbol).contract == "linear"
    assert liquidation_price("binance", symbol, "long", 1e5, 10) == pytest.approx(90_361.45, abs=0.01)


def test_a_venue_without_inverse_contracts_spells_linear_ones_in_dollars() -> None:
    assert quotation("BTC-USD", "hyperliquid").contract == "linear"
    linear = liquidation_price("hyperliquid", "BTC", "long", 1e5, 10)
    assert liquidation_price("hyperliquid", "BTC-USD", "long", 1e5, 10) == linear


@pytest.mark.parametrize(
    ("symbol", "coin", "quote"),
    [
        ("BTC", "BTC", "USD"), ("BTC/USDT:USDT", "BTC", "USD"), ("BTC/FDUSD", "BTC", "USD"), ("ETH-DAI", "ETH", "USD"),
        ("BTC/KRW", "BTC", "KRW"), ("KRW-BTC", "BTC", "KRW"), ("BTC_KRW", "BTC", "KRW"), ("BTCKRW", "BTC", "KRW"),
        ("USDT-KRW", "USDT", "KRW"), ("ETH/BTC", "ETH", "BTC"), ("ETHBTC", "ETH", "BTC"), ("BTC-ETH", "ETH", "BTC"),
        ("ETH/XBT", "ETH", "BTC"), ("FX_BTC_JPY", "BTC", "JPY"), ("btc/eur:eur", "BTC", "EUR"),
        ("BNBUSD_PERP", "BNB", "USD"), ("SHIBUSD", "SHIB", "USD"), ("APTUSD", "APT", "USD"), ("BTCBUSD", "BTC", "USD"),
        ("WBTC", "WBTC", "USD"), ("WSTETH", "WSTETH", "USD"), ("BUSD", "BUSD", "USD"), ("STARS", "STARS", "USD"),
        ("币安人生USDT", "币安人生", "USD"), ("1000SHIBUSDT", "1000SHIB", "USD"),
        ("BTCEURI", "BTC", "EUR"), ("ETH/EURC", "ETH", "EUR"), ("BTC_IDRT", "BTC", "IDR"), ("LUNAEUR", "LUNA", "EUR"),
        ("AVAXSGD", "AVAX", "SGD"), ("BTC/BIDR", "BTC", "IDR"), ("BTCBRZ", "BTC", "BRL"), ("BTCPERP", "BTC", "USD"),
    ],
)  # fmt: skip
def test_the_quote_currency_is_the_one_that_the_symbol_names(symbol: str, coin: str, quote: str) -> None:
    assert (quotation(symbol).coin, quote_of(symbol)) == (coin, quote)


@pytest.mark.parametrize(
    ("symbol", "coin", "quote", "contract"),
    [
        ("HYPERLIQUID:BTC", "BTC", "USD", "linear"), ("BINANCE:ETH", "ETH", "USD", "linear"),
        ("hyna:BTC", "BTC", "USD", "linear"), ("CRYPTOCAP:BTC", "BTC", "USD", "linear"),
        ("BTC aggregated", "BTC", "USD", "linear"), ("ETH spot", "ETH", "USD", "linear"),
        ("BTC 5m", "BTC", "USD", "linear"), ("BTC mine", "BTC", "USD", "linear"),
        ("BTC_BINANCE", "BTC", "USD", "linear"),
        ("BINANCE_BTCUSDT", "BTC", "USD", "linear"), ("ALL:BTC", "BTC", "USD", "linear"),
        ("BTC-USD.CC", "BTC", "USD", "inverse"), ("BTC/KRW-UPBIT", "BTC", "KRW", "linear"),
        ("BTC Coin-M", "BTC", "USD", "inverse"), ("BTCUSD COIN-M Perpetual", "BTC", "USD", "inverse"),
        ("BTC USD-M", "BTC", "USD", "linear"), ("KRAKEN:BTCUSD.PM", "BTC", "USD", "linear"),
        ("tBTCF0:USTF0", "BTC", "USD", "linear"), ("BITFINEX:BTCUSTF0", "BTC", "USD", "linear"),
        ("tETHF0:BTCF0", "ETH", "BTC", "linear"), ("tBTCF0:EUTF0", "BTC", "EUR", "linear"),
        ("tLINK:USD", "LINK", "USD", "linear"), ("XXBTZEUR", "XBT", "EUR", "linear"),
        ("ETH:BTC", "ETH", "BTC", "linear"),
        ("DYDX-BTC", "DYDX", "BTC", "linear"), ("BTC-XRP", "XRP", "BTC", "linear"),
        ("WOO_USDT", "WOO", "USD", "linear"),
    ],
)  # fmt: skip
def test_a_venue_or_a_word_beside_a_symbol_is_no_half_of_a_pair(
    symbol: str, coin: str, quote: str, contract: str
) -> None:
    """'HYPERLIQUID:BTC' and 'BTC aggregated' were coins quoted in BTC."""
    found = quotation(symbol)
    assert (found.coin, quote_of(symbol), found.contract) == (coin, quote, contract)


@pytest.mark.parametrize(("side", "price"), [("long", 45_681.8), ("short", 55_277.8)])
def test_bybit_inverse_follows_its_page_of_2026_05_27(side: str, price: float) -> None:
    at = liquidation_price(
        "bybit", "BTC/USD:BTC", side, 50_000, 10, size=60_000 / 50_000, maintenance_margin_rate=0.005
    )
    assert at == pytest.approx(price, abs=0.05)
