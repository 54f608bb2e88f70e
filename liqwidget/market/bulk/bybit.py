"""Bybit: its public files of trades and candles, and how their rows are read.

Read in public code that reads the files, on 2026-11-29. There are no checksums; the packing has one of its own. Files
of candles are those made for MetaTrader 4: without a header, by a clock 3 hours ahead of UTC all year (measured in
public against candles of Binance in ten months, summer and winter), and of some contracts of 2020 to 2024 alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.time import HOUR, MINUTE
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.archive import LARGEST_OF_TRADES, Archive, Series
from liqwidget.market.bulk.cleaning import Frames, Reading, numbers, times_ns
from liqwidget.market.bulk.layout import Layout

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.market.venue.instrument import Instrument

_FILES = "https://public.bybit.com"
AHEAD = 3 * HOUR
_LENGTHS = (1, 5, 15, 30, 60)


def _candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles of MetaTrader; of inverse contracts the volume is dollars."""
    opened, high, low, close = (numbers(rows, name) for name in ("open", "high", "low", "close"))
    volume = numbers(rows, "volume")
    volume = volume * reading.contract_size / close if reading.inverse else volume
    return {"candles": cleaning.candles(reading, times_ns(rows["time"]) - AHEAD, (opened, high, low, close), volume)}


def _trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades, in any order: `side` is that of the taker; of inverse contracts `size` is dollars."""
    price, amount = numbers(rows, "price"), numbers(rows, "size")
    if reading.inverse:
        amount = amount * reading.contract_size / price
    side = rows["side"].astype(str).str.strip().str.lower()
    good = reading.kept(side.isin(["buy", "sell"]).to_numpy(), "trades without a side")
    bought = (side == "buy").to_numpy()
    time = times_ns(rows["timestamp"])
    return {"trades": cleaning.trades(reading, time[good], price[good], amount[good], bought[good])}


def _dotted(rows: pd.DataFrame) -> bool:
    return bool(np.all(rows[0].astype(str).str.match(r"\d{4}\.\d\d?\.\d\d?").to_numpy()))


LAYOUTS = (
    Layout(
        "Bybit, candles for MetaTrader 4", ("candles",), ("time", "open", "high", "low", "close", "volume"), _candles,
        headed=False, bare=(6,), looks=_dotted,
    ),
    Layout("Bybit, trades", ("trades",), ("timestamp", "side", "size", "price", "trdmatchid"), _trades),
)  # fmt: skip
"""What its files look like."""


def series(contract: Instrument, step: int) -> tuple[Series, ...]:
    """Return the series of a contract."""
    name, minutes = contract.id, step // MINUTE
    found = [
        Series(
            "trades", ("trades",), f"{_FILES}/trading/{name}/{name}{{day:%Y-%m-%d}}.csv.gz", first="2019-10-01",
            largest=LARGEST_OF_TRADES,
        )
    ]  # fmt: skip
    if minutes in _LENGTHS and step % MINUTE == 0:
        candles = f"{_FILES}/kline_for_metatrader4/{name}/{{month:%Y}}/{name}_{minutes}_"
        candles += "{month:%Y-%m-%d}_{last:%Y-%m-%d}.csv.gz"
        found.append(Series("candles", ("candles",), month=candles, first="2020-01-01", ahead=AHEAD, part=step))
    return tuple(found)


ARCHIVE = Archive(
    "bybit", series, note="files of candles are there for some contracts and years; what lacks is asked of the venue"
)
"""What it publishes in files."""
