"""What a column's name says of its unit, in the words that venues and tools use, written together or apart."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from liqwidget.domain.columns import have_columns, multiple_of, unit_of, words_of
from liqwidget.domain.frames import MarketData
from liqwidget.domain.validation import DataWarning
from liqwidget.errors import DataError
from tests.markets import walk


@pytest.mark.parametrize(
    ("name", "unit"),
    [("openinterestvalue", "quote"), ("quoteassetvolume", "quote"), ("QUOTEVOLUME", "quote"), ("dayNtlVlm", "quote"),
     ("candle_acc_trade_price", "quote"), ("Volume AUD", "quote"), ("Volume (₹)", "quote"), ("volume_tusd", "quote"),
     ("cashVolume", "quote"), ("foreignNotional", "quote"), ("homeNotional", "coins"), ("baseassetvolume", "coins"),
     ("Volume BNB", "coins"), ("openInterestAmount", None), ("Volume_(Currency)", None), ("entry", None)],
)  # fmt: skip
def test_units_by_name(name: str, unit: str | None) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("name", "symbol", "unit"),
    [("Volume BTC", "ETHBTC", "quote"), ("Volume ETH", "ETHBTC", "coins"), ("Volume PEPE", "PEPEUSDT", "coins"),
     ("Volume ETH", "SOL/ETH", "quote"), ("Volume USDT", "USDT/KRW", "coins"), ("Vol BTC", "BTC-PERPETUAL", "coins")],
)  # fmt: skip
def test_a_currency_is_what_the_symbol_makes_of_it(name: str, symbol: str, unit: str) -> None:
    assert unit_of(name, symbol) == unit
    with pytest.raises(DataError) as caught:
        have_columns(pd.DataFrame({name: [1.0]}), ["volume"], "candles", symbol)
    assert ("divide it by the close" in str(caught.value)) == (unit == "quote")


def test_names_that_are_written_together_are_taken_apart_where_all_of_it_is_known() -> None:
    assert words_of("takerbuyquoteassetvolume") == ["taker", "buy", "quote", "asset", "volume"]
    assert words_of("timestamp") == ["timestamp"]
    assert words_of("volumefrom") == ["volumefrom"]


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [("close", "Price", "Is 'Price' meant? Rename it to 'close'."), ("size", "cumQuote", "[quote currency]"),
     ("size", "cost", "[quote currency]"), ("volume", "dayNtlVlm", "divide it by the close for 'volume'")],
)  # fmt: skip
def test_what_is_meant_is_named_with_its_unit(name: str, given: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        have_columns(pd.DataFrame({given: [1.0]}), [name], "candles")
    assert words in str(caught.value)


EVENTS = pd.DataFrame(
    {"side": "long", "price": 9e4, "size": [5e4, 1e4, 2e4]}, index=walk(3, 9, "1h").candles.index[1:4]
)


@pytest.mark.parametrize(
    ("sides", "words"),
    [(["L", "S", "L"], "write 'long' for 'L'"), (["S", "L", "L"], "write 'short' for 'S'"),
     (["S", "B", "S"], "'S' is 'long' if it is the order's side"), (["buy_to_close"] * 3, "is 'short' if it is"),
     (["sell-to-close"] * 3, "is 'long' if it is"), ([True] * 3, "write 'long' or 'short'"),
     (["liquidated long"] * 3, "write 'long' if that was closed"), (["0"] * 3, "write 'long' or 'short'"),
     (["long", None, "short"], "in row 1 (2026-01-01 02:00:00+00:00): leave rows without a side out")],
)  # fmt: skip
def test_every_word_that_is_no_side_gets_a_remedy(sides: list[object], words: str) -> None:
    candles = walk(3, 9, "1h", price=9e4).candles
    with pytest.raises(DataError) as caught:
        MarketData.from_frames(candles, None, liquidations=EVENTS.assign(side=pd.Series(sides, EVENTS.index, object)))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("open_interest_by_coin_margin", None), ("coin_margin_open_interest", None), ("持仓量(USD)", "quote"),
     ("成交额", "quote"), ("거래대금", "quote"), ("持仓量(张)", "contracts"),
     ("Volumen (€)", "quote"),
     ("Объём, $", "quote"), ("VolumeKUSD", "quote"), ("oi_musdt", "quote"), ("Kontrakte", "contracts")],
)  # fmt: skip
def test_units_in_other_languages_and_of_margins(name: str, unit: str | None) -> None:
    """What is margined in coins is no amount of coins."""
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("name", "many"),
    [("OI ($M)", 1_000_000), ("OI [millions USD]", 1_000_000), ("Vol. (K)", 1000), ("volume_mln", 1_000_000),
     ("OI, bn", 1_000_000_000), ("Offenes Interesse (Mio. USD)", 1_000_000),
     ("oi_kusd", 1000), ("成交额(亿)", 100_000_000), ("Объём, млн", 1_000_000),
     ("Volumen (Mio. EUR)", 1_000_000), ("volume_5m", 1), ("vol24h", 1), ("oi_1m", 1), ("kPEPE volume", 1),
     ("openInterest", 1), ("market volume", 1)],
)  # fmt: skip
def test_thousands_and_millions_are_to_be_multiplied(name: str, many: int) -> None:
    """Obeyed, the hint on 'OI ($M)' was too small by a million."""
    assert multiple_of(name) == many
    with pytest.raises(DataError) as caught:
        have_columns(pd.DataFrame({name: [1.0]}), ["open_interest" if name.lower()[0] == "o" else "volume"], "x")
    assert (f"multiply it by {many:,} first" in str(caught.value)) == (many > 1)


@pytest.mark.parametrize(
    ("columns", "name", "meant"),
    [(["opening_price", "high_price", "low_price", "trade_price"], "close", "trade_price"),
     (["opening_price", "high_price", "low_price", "trade_price"], "open", "opening_price"),
     (["close_price", "mark_close"], "close", "close_price"), (["bidclose", "askclose"], "close", None),
     (["4a. close (USD)", "3a. low (USD)"], "volume", None), (["volume_ma", "rel_volume"], "volume", None),
     (["oi_change", "oi_pct"], "open_interest", None), (["Max", "Min", "Last"], "high", "Max"),
     (["开盘价", "收盘价"], "close", "收盘价"), (["Hoch", "Tief"], "low", "Tief"),
     (["volume_change", "Vol."], "volume", "Vol.")],
)  # fmt: skip
def test_no_hint_takes_one_column_for_another(columns: list[str], name: str, meant: str | None) -> None:
    """Upbit's 'low_price' was to be renamed to 'close', a change of open interest to open interest."""
    with pytest.raises(DataError) as caught:
        have_columns(pd.DataFrame({one: [1.0] for one in columns}), [name], "candles")
    assert (f"Is {meant!r} meant?" if meant else "meant?") in str(caught.value) or meant is None
    assert str(caught.value).count("meant?") == (meant is not None)


def test_candles_of_open_interest_are_known_at_their_end() -> None:
    with pytest.raises(DataError, match="'c' is its value at their end: rename it to 'open_interest'"):
        have_columns(pd.DataFrame({"t": [1], "o": [1.0], "h": [1.0], "l": [1.0], "c": [1.0]}), ["open_interest"], "x")


@pytest.mark.parametrize("count", [6, 9, 12])
def test_the_hint_on_columns_without_names_can_be_obeyed(count: int) -> None:
    candles = walk(9, 9, "1h", price=9e4).candles
    raw = pd.DataFrame([[time, *row, *range(count - 6)] for time, row in zip(candles.index, candles.to_numpy())])  # noqa: B905
    with pytest.raises(DataError) as caught:
        MarketData.from_frames(raw)
    scope: dict[str, pd.DataFrame] = {"candles": raw}
    exec(re.findall("such as (.*)[.]$", str(caught.value).splitlines()[0])[0], scope)  # noqa: S102 - what the hint says
    assert len(MarketData.from_frames(scope["candles"]).time) == len(raw)


@pytest.mark.parametrize(
    ("column", "words"),
    [("Funding Rate (%)", "divide it by 100, then rename it to 'funding_rate'"), ("fundingRate", "? Rename it"),
     ("funding_annualized", "columns are 'funding_annualized'."), ("fundingTime", "columns are 'fundingTime'."),
     ("nextFundingRate", "columns are 'nextFundingRate'.")],
)  # fmt: skip
def test_hints_on_funding(column: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        have_columns(pd.DataFrame({column: [1.0]}), ["funding_rate"], "funding")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [("1.25K", "'K' stands for 1e3"), ("3.1M", "'M' stands for 1e6"), ("2万", "'万' stands for 1e4"),
     ("3%", "divide by 100"),
     ("-", "errors='coerce') makes it NaN"), ("n/a", "makes it NaN"), ("1,250.5", "takes thousands=','")],
)  # fmt: skip
def test_text_that_is_no_number_says_what_it_is(value: str, words: str) -> None:
    candles = walk(3, 9, "1h", price=9e4).candles
    with pytest.raises(DataError) as caught:
        MarketData.from_frames(candles.assign(volume=[value, *map(str, range(1, 9))]))
    assert words in str(caught.value)


def test_funding_in_per_cent_is_doubted_and_beyond_all_refused() -> None:
    candles = walk(3, 9, "1h", price=9e4).candles
    funding = pd.DataFrame({"funding_rate": [0.01, 0.01, 0.0125]}, index=candles.index[::3])
    with pytest.warns(DataWarning, match="is it in per cent"):
        MarketData.from_frames(candles, funding=funding)
    with pytest.raises(DataError, match="a rate between -1 and 1 in column 'funding_rate'"):
        MarketData.from_frames(candles, funding=funding * 500)
    MarketData.from_frames(candles, funding=funding / 100)


def test_a_name_without_end_is_not_read_to_its_end() -> None:
    for name in ("x" * 10**6, "open" * 10**5, "oi" * 10**5 + "?"):
        assert sum(map(len, words_of(name))) <= 200
        assert unit_of(name) is None
