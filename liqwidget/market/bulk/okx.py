"""OKX: its public files of candles, funding and trades, and how their rows are read.

Read in public code that reads the files, on 2026-11-29. Files are cut where a day begins by the clock of UTC+8. Candles
are of a minute, since 2023-07; trades since 2021-10, in contracts; funding since 2022-03, of all swaps in one file.
There are no checksums of files; a zip has those of its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.domain.time import HOUR, MINUTE
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.archive import LARGEST_OF_TRADES, Archive, Series
from liqwidget.market.bulk.cleaning import Frames, Reading, numbers, times_ns
from liqwidget.market.bulk.layout import Layout

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.market.venue.instrument import Instrument

_DAY = "{day:%Y-%m-%d}"
_FILES = "https://static.okx.com/cdn/okex/traderecords"
AHEAD = 8 * HOUR
_DAYS = 16 * HOUR
"""Where a file ends, by UTC: candles of a length that does not divide it would be cut."""


def _candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles that are over: `vol_ccy` is the volume in coins."""
    if "confirm" in rows:
        rows = rows[reading.kept((numbers(rows, "confirm") == 1), "candles that were not over")]
    opened, high, low, close = (numbers(rows, name) for name in ("open", "high", "low", "close"))
    volume = numbers(rows, "vol_ccy")
    return {"candles": cleaning.candles(reading, times_ns(rows["open_time"]), (opened, high, low, close), volume)}


def _funding(rows: pd.DataFrame, reading: Reading) -> Frames:
    return {"funding": cleaning.funding(reading, times_ns(rows["funding_time"]), numbers(rows, "funding_rate"))}


def _trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades: `side` is that of the taker, `size` contracts."""
    price, amount = numbers(rows, "price"), numbers(rows, "size") * reading.contract_size
    if reading.inverse:
        amount = amount / price
    side = rows["side"].astype(str).str.strip().str.lower()
    good = reading.kept(side.isin(["buy", "sell"]).to_numpy(), "trades without a side")
    bought = (side == "buy").to_numpy()
    time = times_ns(rows["created_time"])
    return {"trades": cleaning.trades(reading, time[good], price[good], amount[good], bought[good])}


LAYOUTS = (
    Layout("OKX, candles", ("candles",), ("open", "high", "low", "close", "vol_ccy", "open_time"), _candles),
    Layout("OKX, funding", ("funding",), ("instrument_name", "funding_rate", "funding_time"), _funding),
    Layout("OKX, trades", ("trades",), ("trade_id", "side", "size", "price", "created_time"), _trades),
)
"""What its files look like."""


def series(contract: Instrument, step: int) -> tuple[Series, ...]:
    """Return the series of a contract."""
    name = contract.id
    found = [
        Series(
            "funding", ("funding",), f"{_FILES}/swaprates/daily/{{day:%Y%m%d}}/allswap-fundingrates-{_DAY}.zip",
            first="2022-03-01", ahead=AHEAD,
        ),
        Series(
            "trades", ("trades",), f"{_FILES}/trades/daily/{{day:%Y%m%d}}/{name}-trades-{{day:%Y-%m-%d}}.zip",
            first="2021-10-01", ahead=AHEAD, largest=LARGEST_OF_TRADES,
        ),
    ]  # fmt: skip
    if step % MINUTE == 0 and _DAYS % step == 0:
        candles = Series(
            "candles", ("candles",), f"{_FILES}/candlesticks/daily/{{day:%Y%m%d}}/{name}-candlesticks-{_DAY}.zip",
            f"{_FILES}/candlesticks/monthly/{{month:%Y%m}}/{name}-candlesticks-{{month:%Y-%m}}.zip",
            first="2023-07-01", ahead=AHEAD, part=MINUTE,
        )  # fmt: skip
        found.insert(0, candles)
    return tuple(found)


ARCHIVE = Archive("okx", series, note="there are no files of open interest")
"""What it publishes in files."""
