"""Files of those who sell or give data, and plain ones: how their rows are read.

Read in documents and in public code that reads such files, on 2026-11-29: Tardis (normalised CSV, microseconds),
CryptoDataDownload, freqtrade (Feather), Coinalyze (answers of its API), CoinGlass (answers of its API, version 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.columns import unit_of
from liqwidget.domain.time import MINUTE, time_index
from liqwidget.domain.trades import TAKERS
from liqwidget.errors import DataError
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.cleaning import Floats, Frames, Integers, Reading, numbers, times_ns
from liqwidget.market.bulk.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIMES = ("time", "timestamp", "datetime", "date", "open_time", "unix", "t")
"""Columns that hold the time, of which the first that is there counts."""
_PRICES = ("open", "high", "low", "close")
_USUAL = 5 * MINUTE


def time_of(rows: pd.DataFrame) -> Integers:
    """Return the times [ns] of rows, by the first column that is named so.

    Raises
    ------
    DataError
        If there is none.
    """
    name = next((name for name in _TIMES if name in rows), None)
    if name is None:
        raise DataError(f"Expected a column of times ({', '.join(_TIMES)}), was {', '.join(map(str, rows.columns))}")
    return times_ns(rows[name])


def _prices(rows: pd.DataFrame, names: Iterable[str] = _PRICES) -> tuple[Floats, Floats, Floats, Floats]:
    opened, high, low, close = (numbers(rows, name) for name in names)
    return opened, high, low, close


def _owned(rows: pd.DataFrame, reading: Reading, price: Floats) -> Floats:
    """Return what amounts [of the venue] are worth [quote]."""
    amount = numbers(rows, "amount") * reading.contract_size
    return amount if reading.inverse else amount * price


# ---------------------------------------------------------------------- Tardis


def _tardis_trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades: `side` is that of the taker, `amount` as the venue has it."""
    price, side = numbers(rows, "price"), rows["side"].astype(str).str.lower()
    worth = _owned(rows, reading, price)
    good = reading.kept(side.isin(["buy", "sell"]).to_numpy(), "trades without a side")
    time, bought = times_ns(rows["timestamp"]), (side == "buy").to_numpy()
    amount = worth / price
    return {"trades": cleaning.trades(reading, time[good], price[good], amount[good], bought[good])}


def _tardis_liquidations(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read liquidations: a buy closed a short, a sell a long."""
    price = numbers(rows, "price")
    worth = _owned(rows, reading, price)
    return {"liquidations": cleaning.liquidations(reading, times_ns(rows["timestamp"]), rows["side"], price, worth)}


def _tardis_ticker(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read open interest: the last value told by each end of a candle; and the last rate told of each settlement."""
    step, time = reading.step or _USUAL, times_ns(rows["timestamp"])
    amount = numbers(rows, "open_interest") * reading.contract_size
    ends = -(-time // step) * step
    told = np.isfinite(amount)
    last = pd.Series(amount[told]).groupby(ends[told]).last()
    frames = {
        "open_interest": cleaning.interest(
            reading, last.index.to_numpy(np.int64), np.asarray(last, dtype=np.float64), quoted=reading.inverse
        )
    }
    rate, settled = numbers(rows, "funding_rate"), numbers(rows, "funding_timestamp")
    told = np.isfinite(rate) & np.isfinite(settled)
    if told.any():
        rates = pd.Series(rate[told]).groupby(settled[told].astype(np.int64)).last()
        when = times_ns(pd.Series(rates.index.to_numpy(np.int64), name="funding_timestamp"))
        frames["funding"] = cleaning.funding(reading, when, np.asarray(rates, dtype=np.float64))
    return frames


_TARDIS = ("exchange", "symbol", "timestamp", "local_timestamp")


# ---------------------------------------------------------------------- CryptoDataDownload, freqtrade


def _cdd_candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles, newest first: there is a volume in each of both currencies."""
    symbol = str(rows["symbol"].iloc[0]) if "symbol" in rows and len(rows) else ""
    coins = [name for name in map(str, rows.columns) if name.startswith("volume") and unit_of(name, symbol) == "coins"]
    if not coins and "volume" in rows:
        coins = ["volume"]
    if len(coins) != 1:
        raise DataError(
            f"Expected a volume in coins of {symbol or 'the symbol'}, was {', '.join(map(str, rows.columns))}"
        )
    return {"candles": cleaning.candles(reading, times_ns(rows["unix"]), _prices(rows), numbers(rows, coins[0]))}


def _freqtrade_funding(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read rates, which stand in `open` of a file of candles."""
    return {"funding": cleaning.funding(reading, time_of(rows), numbers(rows, "open"))}


# ---------------------------------------------------------------------- Coinalyze, CoinGlass


def _ends(time: Integers, reading: Reading) -> Integers:
    """Return when candles of values are over: their last value is known then."""
    step = cleaning.step_of(time) or reading.step
    if step is None:
        raise DataError("Expected timeframe= of a file with one row, was None: say how long its candles are")
    return time + step


def _interest_candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles of open interest: the close of each, when it is over."""
    close = numbers(rows, "c" if "c" in rows else "close")
    time = _ends(time_of(rows), reading)
    unit = reading.unit or ("coins" if "c" in rows else None)
    if unit is None:
        raise DataError(
            "Expected unit= 'coins', 'contracts' or 'quote' for candles of open interest, was None: say what they count"
        )
    amount, quoted = counted(close, reading, unit)
    return {"open_interest": cleaning.interest(reading, time, amount, quoted=quoted)}


def counted(amount: Floats, reading: Reading, unit: str) -> tuple[Floats, bool]:
    """Return an amount in coins or quote currency, and whether it is the second."""
    if unit == "contracts":
        return amount * reading.contract_size, reading.inverse
    return amount, unit == "quote"


def _coinalyze_candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles: v all volume, bv what takers bought [coins]."""
    bought = numbers(rows, "bv") if "bv" in rows else None
    prices = _prices(rows, ("o", "h", "l", "c"))
    return {"candles": cleaning.candles(reading, time_of(rows), prices, numbers(rows, "v"), bought)}


def _coinglass_candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles whose volume is dollars: as many coins as that is at the close."""
    prices = _prices(rows)
    return {"candles": cleaning.candles(reading, time_of(rows), prices, numbers(rows, "volume_usd") / prices[3])}


def _coinglass_taker(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read what takers bought and sold in dollars: the ratio of both, known when its candle is over."""
    bought, sold = numbers(rows, "taker_buy_volume_usd"), numbers(rows, "taker_sell_volume_usd")
    ratio = {"taker_ratio": bought / np.where(sold > 0, sold, np.nan)}
    return {"taker_volume": cleaning.rates(reading, _ends(time_of(rows), reading), ratio, "rows without a taker ratio")}


def _sums(rows: pd.DataFrame, reading: Reading, names: tuple[str, str], unit: str) -> Frames:
    """Read what was liquidated of each side in a candle: an event a side, at the close of the stored candle."""
    time = time_of(rows)
    price = np.full(len(time), np.nan) if reading.price_at is None else reading.price_at(time)
    parts = []
    for side, name in zip(("long", "short"), names, strict=True):
        amount = numbers(rows, name)
        some = amount > 0
        worth = amount if unit == "quote" else amount * reading.contract_size * price * reading.scale
        sides = pd.Series([side] * int(some.sum()), dtype=object)
        parts.append(cleaning.liquidations(reading, time[some], sides, price[some] * reading.scale, worth[some]))
    made = pd.concat(parts).sort_values("time", kind="stable", ignore_index=True)
    if made.empty and any((numbers(rows, name) > 0).any() for name in names):
        raise DataError(
            "Expected stored candles of the same times beside sums of liquidations, which have no price, was none: add "
            "the candles first (the same venue, symbol and timeframe), or read them with liqwidget.history"
        )
    return {"liquidations": made}


def _coinalyze_sums(rows: pd.DataFrame, reading: Reading) -> Frames:
    return _sums(rows, reading, ("l", "s"), reading.unit or "coins")


def _coinglass_sums(rows: pd.DataFrame, reading: Reading) -> Frames:
    before = "aggregated_" if "aggregated_long_liquidation_usd" in rows else ""
    return _sums(rows, reading, (f"{before}long_liquidation_usd", f"{before}short_liquidation_usd"), "quote")


def _ratios(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read long/short ratios, known when their candle is over."""
    names = {
        "long_short_ratio": ("r", "global_account_long_short_ratio"),
        "top_account_ratio": ("top_account_long_short_ratio",),
        "top_position_ratio": ("top_position_long_short_ratio",),
    }
    found = {to: numbers(rows, name) for to, given in names.items() for name in given if name in rows}
    found.setdefault("long_short_ratio", np.full(len(rows), np.nan))
    time = _ends(time_of(rows), reading)
    return {"long_short": cleaning.rates(reading, time, found, "rows without a long/short ratio")}


# ---------------------------------------------------------------------- plain files, in the words of this package


def _plain_candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    bought = numbers(rows, "taker_buy_volume") if "taker_buy_volume" in rows else None
    return {"candles": cleaning.candles(reading, time_of(rows), _prices(rows), numbers(rows, "volume"), bought)}


def _plain_interest(rows: pd.DataFrame, reading: Reading) -> Frames:
    quoted = "open_interest" not in rows
    amount = numbers(rows, "open_interest_value" if quoted else "open_interest")
    if not quoted and reading.unit is not None:
        amount, quoted = counted(amount, reading, reading.unit)
    return {"open_interest": cleaning.interest(reading, time_of(rows), amount, quoted=quoted)}


def _endpoint_interest(rows: pd.DataFrame, reading: Reading) -> Frames:
    amount = numbers(rows, "sumopeninterest") * (reading.contract_size if reading.inverse else 1.0)
    return {"open_interest": cleaning.interest(reading, time_of(rows), amount, quoted=reading.inverse)}


def _plain_rates(rows: pd.DataFrame, reading: Reading) -> Frames:
    names: dict[str, tuple[str, ...]] = {
        "funding": ("funding_rate",),
        "long_short": ("long_short_ratio", "top_account_ratio", "top_position_ratio"),
        "taker_volume": ("taker_buy_volume", "taker_sell_volume", "taker_ratio"),
    }
    signs = {"funding": "funding_rate", "long_short": "long_short_ratio"}
    kind = next((kind for kind, name in signs.items() if name in rows), "taker_volume")
    found = {name: numbers(rows, name) for name in names[kind] if name in rows}
    return {kind: cleaning.rates(reading, time_of(rows), found, "rows without a value")}


def _plain_liquidations(rows: pd.DataFrame, reading: Reading) -> Frames:
    price, size = numbers(rows, "price"), numbers(rows, "size")
    side = rows["side"].astype(str).str.lower()
    good = reading.kept(side.isin(["long", "short"]).to_numpy(), "liquidations without the side of the position")
    made = cleaning.liquidations(reading, time_of(rows)[good], side[good], price[good], size[good])
    return {"liquidations": made}


def _plain_trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    price, bought = numbers(rows, "price"), numbers(rows, "taker_buy")
    return {"trades": cleaning.trades(reading, time_of(rows), price, numbers(rows, "amount"), bought == 1)}


def _maker_trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades that say, as Binance does, whether the buyer was the maker: the taker sold then."""
    told = (
        rows["is_buyer_maker"].astype(str).str.strip().str.lower().map({"true": 0.0, "1": 0.0, "false": 1.0, "0": 1.0})
    )
    bought = told.to_numpy(np.float64)
    rows = rows[reading.kept(np.isfinite(bought), "trades without true or false in is_buyer_maker")]
    price, amount = numbers(rows, "price"), numbers(rows, "amount")
    return {"trades": cleaning.trades(reading, time_of(rows), price, amount, bought[np.isfinite(bought)] == 1)}


def _sided_trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades: `side` is that of the taker; `amount` is coins, as freqtrade has it of contracts too."""
    side = rows["side"].astype(str).str.strip().str.lower().map(TAKERS).to_numpy(np.float64)
    rows = rows[reading.kept(np.isfinite(side), "trades without 'buy' or 'sell' of the taker in side")]
    price, amount = numbers(rows, "price"), numbers(rows, "amount")
    return {"trades": cleaning.trades(reading, time_of(rows), price, amount, side[np.isfinite(side)] == 1)}


def indexed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its times as a column, where its index holds them."""
    if isinstance(frame.index, pd.DatetimeIndex) and not set(_TIMES) & {str(name).lower() for name in frame.columns}:
        times = frame.index.tz_localize("UTC") if frame.index.tz is None else frame.index
        return frame.reset_index(drop=True).assign(time=time_index(times.as_unit("ns").asi8))
    return frame


LAYOUTS = (
    Layout(
        "Tardis, trades", ("trades",), (*_TARDIS, "side", "price", "amount"), _tardis_trades, without=("is_snapshot",)
    ),
    Layout(
        "Tardis, liquidations", ("liquidations",), (*_TARDIS, "side", "price", "amount"), _tardis_liquidations,
        without=("is_snapshot",),
    ),
    Layout(
        "Tardis, derivative ticker", ("open_interest", "funding"),
        (*_TARDIS, "funding_timestamp", "funding_rate", "open_interest"), _tardis_ticker,
    ),
    Layout("CryptoDataDownload, candles", ("candles",), ("unix", "symbol", *_PRICES), _cdd_candles),
    Layout("freqtrade, funding", ("funding",), ("date", *_PRICES, "volume"), _freqtrade_funding, open_ended=True),
    Layout("Coinalyze, candles", ("candles",), ("t", "o", "h", "l", "c", "v"), _coinalyze_candles),
    Layout(
        "Coinalyze, open interest", ("open_interest",), ("t", "o", "h", "l", "c"), _interest_candles, without=("v",),
        open_ended=True,
    ),
    Layout("Coinalyze, sums of liquidations", ("liquidations",), ("t", "l", "s"), _coinalyze_sums),
    Layout("Coinalyze, long/short ratio", ("long_short",), ("t", "r", "l", "s"), _ratios),
    Layout(
        "CoinGlass, sums of liquidations", ("liquidations",),
        ("time", "aggregated_long_liquidation_usd", "aggregated_short_liquidation_usd"), _coinglass_sums,
    ),
    Layout(
        "CoinGlass, sums of liquidations of a venue", ("liquidations",),
        ("time", "long_liquidation_usd", "short_liquidation_usd"), _coinglass_sums,
    ),
    Layout(
        "CoinGlass, open interest", ("open_interest",), ("time", *_PRICES), _interest_candles, without=("volume",),
        open_ended=True,
    ),
    Layout(
        "CoinGlass, candles", ("candles",), ("time", *_PRICES, "volume_usd"), _coinglass_candles, without=("volume",)
    ),
    Layout(
        "CoinGlass, taker volume", ("taker_volume",), ("time", "taker_buy_volume_usd", "taker_sell_volume_usd"),
        _coinglass_taker,
    ),
    *(
        Layout(f"CoinGlass, long/short ratio ({name})", ("long_short",), ("time", f"{name}_long_short_ratio"), _ratios)
        for name in ("global_account", "top_account", "top_position")
    ),
    Layout(
        "Binance, open interest of its endpoint", ("open_interest",), ("sumopeninterest", "timestamp"),
        _endpoint_interest,
    ),
    Layout("candles", ("candles",), (*_PRICES, "volume"), _plain_candles),
    Layout("open interest", ("open_interest",), ("open_interest",), _plain_interest),
    Layout("open interest in quote currency", ("open_interest",), ("open_interest_value",), _plain_interest),
    Layout("funding", ("funding",), ("funding_rate",), _plain_rates),
    Layout("long/short ratio", ("long_short",), ("long_short_ratio",), _plain_rates),
    Layout("taker volume", ("taker_volume",), ("taker_buy_volume", "taker_sell_volume"), _plain_rates),
    Layout("taker ratio", ("taker_volume",), ("taker_ratio",), _plain_rates),
    Layout("liquidations", ("liquidations",), ("side", "price", "size"), _plain_liquidations),
    Layout("trades", ("trades",), ("price", "amount", "taker_buy"), _plain_trades),
    Layout("trades with a maker", ("trades",), ("price", "amount", "is_buyer_maker"), _maker_trades),
    Layout("trades with a side", ("trades",), ("price", "amount", "side"), _sided_trades, open_ended=True),
)  # fmt: skip
"""What their files look like."""
