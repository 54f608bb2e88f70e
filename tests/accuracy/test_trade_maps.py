"""Maps of recorded trades beside those of their candles: Hyperliquid, BTC, the two hours of which all trades are known.

Five days of candles of a minute go before, made of trades too. No liquidation of these hours was recorded, so what is
scored is agreement, as in `test_timeframes`: Spearman's correlation and total variation within 20 % of price, in sums
of 50 bps.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import RowKind
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.study.profile import profile
from tests.accuracy.test_timeframes import SECTION_8
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

pytestmark = needs_recordings
MINUTES = FOLDER / "data" / "real" / "hyperliquid_1m_2026-06"
TOTAL_VARIATION = 0.01


@cache
def recorded() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the trades, the candles of a minute up to them, and open interest."""
    trades = pd.read_csv(MINUTES / "trades_BTC_20260612_12-14h.csv.gz")
    trades = trades.rename(columns={"px": "price", "sz": "amount"}).assign(taker_buy=trades["side"] == "B")
    trades["time"] = pd.to_datetime(trades["ts"], unit="ms", utc=True)
    bars = pd.read_csv(MINUTES / "bars_1m.csv.gz").query("coin == 'BTC'")
    bars = bars.assign(time=pd.to_datetime(bars["t"], unit="ms", utc=True))
    told = pd.read_csv(MINUTES / "ctx_1m.csv.gz").query("coin == 'BTC'").rename(columns={"oi": "open_interest"})
    told["time"] = pd.to_datetime(told["ts"], unit="ms", utc=True)
    return (
        trades[["time", "price", "amount", "taker_buy"]],
        bars[bars["time"] < trades["time"].min().floor("1min")][["time", "open", "high", "low", "close", "volume"]],
        told[told["time"] <= trades["time"].max()][["time", "open_interest"]],
    )


def market_of_trades(timeframe: str, width: float = 0.0002) -> MarketData:
    trades, _, interest = recorded()
    return MarketData.from_trades(trades, interest, venue="hyperliquid", timeframe=timeframe, width=width)


def before(timeframe: str) -> Ledger:
    """Return the ledger of the candles before the trades."""
    _, bars, interest = recorded()
    market = MarketData.from_frames(bars, interest, venue="hyperliquid", timeframe="1m")
    return estimate(market.coarser(timeframe))


def map_of(ledger: Ledger) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    edges = ledger.last_price() * np.exp(np.arange(-0.2, 0.2001, 0.005))
    made = profile(ledger, edges)
    return np.concatenate([made.long, made.short])


@pytest.mark.parametrize("timeframe", ["1m", "5m"])
def test_trades_agree_with_their_candles(timeframe: str) -> None:
    """Within .01 of total variation; and the same map whether a part of the way is 2 bps or every single price."""
    market = market_of_trades(timeframe)
    candles = MarketData.from_frames(market.to_frame(), recorded()[2], venue="hyperliquid", timeframe=timeframe)
    begun = before(timeframe)
    ours, theirs = advance(begun, market), advance(begun, candles)
    assert (ours.venues[0].inputs.kind == RowKind.PART).sum() > 5 * (market.close_time[-1] - market.time[0]) / 3600e9
    one, other = map_of(ours), map_of(theirs)
    variation = np.abs(one - other).sum() / (one + other).sum()
    spearman = pd.Series(one).corr(pd.Series(other), method="spearman")
    assert variation <= TOTAL_VARIATION
    assert spearman >= SECTION_8.spearman
    single = map_of(advance(begun, market_of_trades(timeframe, 0.0)))
    assert np.abs(one - single).sum() / (one + single).sum() <= TOTAL_VARIATION / 10


@pytest.mark.parametrize("coin", ["BTC", "ETH"])
def test_ten_days_of_minutes_as_trades_agree_with_candles_of_five(coin: str) -> None:
    """Open, low, high and close of each recorded minute of Binance as four trades: what their order does to the map."""
    bars = pd.read_csv(FOLDER / "data" / "real" / "binance_um_1m_2025-05" / f"{coin}USDT_ohlcv_1m.csv.gz")[-14_400:]
    opens = pd.to_datetime(bars["date"], utc=True).dt.as_unit("ns").astype("int64").to_numpy()
    rising = bars["close"] >= bars["open"]
    turns = (np.where(rising, bars["low"], bars["high"]), np.where(rising, bars["high"], bars["low"]))
    prices = np.stack([bars["open"], *turns, bars["close"]], axis=1)
    times = opens[:, None] + np.array([0, 20, 40, 59]) * 1_000_000_000
    amounts = np.repeat(np.maximum(bars["volume"].to_numpy(), 1e-6) / 4, 4)
    trades = pd.DataFrame({"price": prices.ravel(), "amount": amounts}, index=pd.to_datetime(times.ravel(), utc=True))
    market = MarketData.from_trades(trades, symbol=coin)
    candles = MarketData.from_frames(market.to_frame(), symbol=coin)
    one, other = map_of(estimate(market)), map_of(estimate(candles))
    assert np.abs(one - other).sum() / (one + other).sum() <= TOTAL_VARIATION
    assert pd.Series(one).corr(pd.Series(other), method="spearman") >= SECTION_8.spearman


def test_recorded_minutes_are_those_of_the_trades() -> None:
    """The candles that trades are made into are the recorded ones, made by others of the same trades."""
    bars = pd.read_csv(MINUTES / "bars_1m.csv.gz").query("coin == 'BTC'")
    bars = bars.set_index(pd.to_datetime(bars["t"], unit="ms", utc=True))
    made = market_of_trades("1m").to_frame().iloc[1:-1]
    theirs = bars.loc[made.index]
    for name in ("high", "low"):
        np.testing.assert_array_equal(made[name], theirs[name])
    np.testing.assert_allclose(made["volume"], theirs["volume"], rtol=1e-6)
    np.testing.assert_allclose(made["taker_buy_volume"], theirs["taker_buy_volume"], rtol=1e-5, atol=1e-6)
    differing = (made["close"] != theirs["close"]).mean()
    assert differing < 0.2
