"""The quote currency that the symbol names stands wherever an amount is written, and no dollar does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import LiqHeatmap, MarketData, estimate
from liqwidget.trust.grade import grade
from liqwidget.trust.uncertainty import uncertainty


def frames(scale: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    time = pd.date_range("2025-06-01", periods=240, freq="1h", tz="UTC")
    close = scale * (1 + 0.02 * np.sin(np.arange(240) / 7))
    candles = pd.DataFrame({"open": close, "high": close * 1.002, "low": close * 0.998, "close": close}, index=time)
    candles["volume"] = 30.0
    return candles, pd.DataFrame({"open_interest": np.full(240, 900.0)}, index=time + pd.Timedelta("1h"))


@pytest.mark.parametrize(
    ("symbol", "quote", "coin"),
    [("BTC/KRW", "KRW", "BTC"), ("KRW-ETH", "KRW", "ETH"), ("ETH/BTC", "BTC", "ETH"), ("BTC/USDT", "USD", "BTC")],
)
def test_the_market_that_the_page_reads_names_the_quote_and_the_coin(symbol: str, quote: str, coin: str) -> None:
    h = LiqHeatmap.from_frames(*frames(2.0), symbol=symbol, venue="upbit")
    assert (h._market["quote"], h._market["symbol"], h.symbol) == (quote, coin, symbol)
    h.close()


@pytest.mark.slow
@pytest.mark.parametrize("symbol", ["BTC/KRW", "ETH/BTC"])
def test_sentences_of_python_write_amounts_in_the_quote(symbol: str) -> None:
    market = MarketData.from_frames(*frames(1e8), symbol=symbol, venue="upbit")
    ledger, quote = estimate(market), symbol.split("/")[1]
    h = LiqHeatmap(symbol, source=market)
    selection = h.select(price=(0.9e8, 1.1e8), time=(ledger.start, ledger.end))
    said: list[Any] = [selection, selection.provenance(), h.compare_venues()._repr_html_(), uncertainty(ledger)]
    said.append(h.cascade(0.02)._repr_html_())
    for text in map(str, said):
        assert f" {quote}" in text
        assert "$" not in text.split("base64")[0]
    h.close()


def test_thresholds_in_dollars_are_not_asked_of_other_currencies() -> None:
    thin = frames(100.0)
    dollars = grade(estimate(MarketData.from_frames(*thin, symbol="BTC", venue="upbit")))
    won = grade(estimate(MarketData.from_frames(*thin, symbol="BTC/KRW", venue="upbit")))
    assert dollars.letter == "D"
    assert any("$" in reason for reason in dollars.reasons)
    amounts = won.to_frame().set_index("fact").loc[["open interest", "volume a day"]]
    assert amounts["cap"].tolist() == ["A", "A"]
    assert won.letter == "B"
    assert not any("$" in reason for reason in won.reasons)
