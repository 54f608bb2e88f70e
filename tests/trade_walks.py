"""Random trades for tests, and the slow, plain map of them: one row and one entry for every trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import CELL, cell_centre, cells_in_price_cell
from liqwidget.field.density import Prior, density
from tests.markets import START

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from liqwidget.domain.ledger import RowInputs

Floats = npt.NDArray[np.float64]
MINIMUM_DISTANCE = 0.004


class Walk(NamedTuple):
    """Trades as a user has them, and open interest at the closes of candles of five minutes."""

    trades: pd.DataFrame
    open_interest: pd.DataFrame

    def market(self, chunks: Iterable[pd.DataFrame] | None = None, **options: Any) -> MarketData:
        given: dict[str, Any] = {"symbol": "BTC", "venue": "binance", "minimum_distance": MINIMUM_DISTANCE} | options
        return MarketData.from_trades(self.trades if chunks is None else chunks, self.open_interest, **given)


def trade_walk(
    seed: int, count: int = 400, hours: float = 2.0, *, volatility: float = 3e-4, tick: float = 0.01
) -> Walk:
    """Return trades around a price of 100, some of one instant, on the grid of a tick."""
    rng = np.random.default_rng(seed)
    span = int(hours * 3600_000)
    stamps = np.sort(rng.integers(0, span, count))
    stamps = np.where(rng.random(count) < 0.3, np.roll(stamps, 1), stamps)
    stamps = np.sort(np.maximum(stamps, 0))
    steps = rng.normal(0, volatility, count) * (rng.random(count) > 0.3)
    price = np.round(100 * np.exp(np.cumsum(steps)) / tick) * tick
    trades = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(stamps, unit="ms"),
            "price": price,
            "amount": np.round(rng.exponential(2.0, count) + 0.001, 3),
            "taker_buy": (rng.random(count) < 0.5).astype(int),
        }
    )
    closes = pd.date_range(START, periods=span // 300_000 + 1, freq="5min")
    moves = rng.normal(0, 0.01, len(closes)) * (rng.random(len(closes)) < 0.7)
    interest = pd.DataFrame({"open_interest": 50_000 * np.exp(np.cumsum(moves))}, index=closes)
    return Walk(trades, interest)


def walks(most: int = 300) -> st.SearchStrategy[Walk]:
    """Return random trades."""
    return st.builds(
        trade_walk,
        st.integers(0, 10_000),
        st.integers(2, most),
        st.sampled_from([0.2, 1.0, 3.0]),
        volatility=st.sampled_from([0.0, 1e-4, 1e-3, 6e-3]),
        tick=st.sampled_from([0.01, 0.1]),
    )


def chunked(trades: pd.DataFrame, shares: list[float]) -> list[pd.DataFrame]:
    """Return a frame cut at shares of its rows."""
    cuts = sorted({int(share * len(trades)) for share in shares})
    return [trades.iloc[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(trades)], strict=True)]


class PlainMap:
    """What stands, in plain arrays: every trade survives, sweeps and opens by itself (docs/method.md, section 4)."""

    def __init__(self, prices: Floats, open_interest: float) -> None:
        self.spread = density(Prior.parse("effective"), MINIMUM_DISTANCE, "binance", 0.004)
        wide = cells_in_price_cell()
        self.base = (int(np.log(prices.min()) / CELL) // wide - 6_000) * wide
        self.cells = np.arange(self.base, int(np.log(prices.max()) / CELL) + 7_000)
        books = len(self.spread.weights)
        self.held = np.zeros((2, books, len(self.cells)))
        self.coins = np.zeros((2, books))
        self.last = float(np.log(prices[0]) / CELL)
        self.trade(float(prices[0]), np.ones(2), open_interest)

    def trade(self, price: float, kept: Floats, open_interest: float) -> None:
        """Let positions survive, sweep what the price came by, and open what is missing at the price."""
        place = float(np.log(price) / CELL)
        low, high = np.floor(min(place, self.last)), np.floor(max(place, self.last))
        by_book = np.where(np.arange(self.held.shape[1]) == self.held.shape[1] - 1, kept[1], kept[0])
        self.held *= by_book[None, :, None]
        self.coins *= by_book
        for side, reached in enumerate((self.cells >= low, self.cells <= high)):
            self.coins[side] -= self.held[side][:, reached].sum(axis=1)
            self.held[side][:, reached] = 0.0
        for side, book in np.ndindex(self.coins.shape):
            wanted = self.spread.weights[book] * open_interest
            missing = float(wanted - self.coins[side, book])
            if missing > 0:
                self._open(side, book, missing / float(self.spread.weights[book]), place)
                self.coins[side, book] = wanted
        self.last = place

    def _open(self, side: int, book: int, amount: float, place: float) -> None:
        unit, table = int(self.spread.units[book]), self.spread.table[side, book]
        where = place / unit - 0.5
        below = int(np.floor(where))
        for entry, share in ((below, 1 - (where - below)), (below + 1, where - below)):
            offsets = np.flatnonzero(table)
            first = (entry + (offsets if side else -offsets)) * unit - self.base
            inside = (first >= 0) & (first < len(self.cells) - unit)
            for cell in range(unit):
                self.held[side, book, first[inside] + cell] += amount * share * table[offsets[inside]] / unit

    def worth(self) -> Floats:
        """Return what stands by side and cell [quote], shape (2, cells)."""
        return np.asarray(self.held.sum(axis=1) * cell_centre(self.cells))


def plain_map(walk: Walk, rows: RowInputs, step: int) -> PlainMap:
    """Return the plain map of trades of different times; `rows` are the candles', the first of them the start."""
    trades = walk.trades
    stamps = trades["time"].astype("datetime64[ns, UTC]").astype(np.int64).to_numpy()
    price, amount = trades["price"].to_numpy(float), trades["amount"].to_numpy(float)
    made = PlainMap(price, float(rows.interest[0]))
    volumes: list[float] = []
    before = float(rows.interest[0])
    for row in range(1, len(rows.time)):
        inside = (stamps >= rows.time[row] - step) & (stamps < rows.time[row])
        volumes.append(float(amount[inside].sum()))
        pace = volumes[-1] * len(volumes) / sum(volumes)
        days = step / 86_400e9 * max(pace, 0.05)
        now, done = float(rows.interest[row]), 0.0
        for one, coins in zip(price[inside], amount[inside], strict=True):
            part = coins / volumes[-1]
            done += part
            kept = np.minimum(np.exp(-np.array([0.4, 3.0]) * days), now / before) ** part
            made.trade(float(one), kept, before * (now / before) ** done)
        before = now
    return made
