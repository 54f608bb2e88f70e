"""What happened on the exchanges that the loopback server plays: candles, open interest, funding, liquidations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import MILLISECOND
from liqwidget.market.simulated.sample import sample_market

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.frames import MarketData

Columns = dict[str, npt.NDArray[Any]]
"""Arrays of one length by name; `time` [ms] ascends."""
Row = dict[str, Any]

_POINTS = 4
_CANDLE = ("open", "high", "low", "close", "volume", "taker_buy_volume")


@dataclass(frozen=True, slots=True, eq=False)
class VenueTape:
    """One coin on one venue; times [ms UTC], prices [quote/base], amounts [base], in the order of time."""

    step: int
    candle: Columns
    interest: Columns
    funding: Columns
    liquidation: Columns

    @classmethod
    def of(cls, market: MarketData, shift: int = 0) -> VenueTape:
        """Return the tape of a market; `shift` [ms] is added to every time."""
        events = market.liquidations
        return cls(
            step=market.timeframe // MILLISECOND,
            candle={"time": _ms(market.time, shift), **{name: getattr(market, name) for name in _CANDLE}},
            interest={"time": _ms(market.interest_time, shift), "amount": market.interest},
            funding={"time": _ms(market.funding_time, shift), "rate": market.funding_rate},
            liquidation={
                "time": _ms(events.time, shift),
                "side": events.side,
                "price": events.price,
                "size": events.size / events.price,
            },
        )

    @property
    def start(self) -> int:
        return int(self.candle["time"][0])

    @property
    def end(self) -> int:
        """Return the close of the last candle [ms]."""
        return int(self.candle["time"][-1]) + self.step

    def candles(self, interval: int, now: int) -> Columns:
        """Return what the venue shows at `now`: candles of an interval [ms], the last one unfinished."""
        if interval < self.step or interval % self.step:
            return {}
        times = self.candle["time"]
        done = int(np.searchsorted(times, now - self.step, side="right"))
        runs = done < len(times) and times[done] <= now
        if not (done or runs):
            return {**{name: self.candle[name][:0] for name in ("time", *_CANDLE)}, "done": np.empty(0, bool)}
        # Of what is shown only the newest one may lack some of its candles.
        newest = times[done if runs else done - 1]
        begin = 0 if interval == self.step else int(np.searchsorted(times[:done], newest // interval * interval))
        parts = {name: self.candle[name][begin:done] for name in ("time", *_CANDLE)}
        if runs:
            running = self._running(done, now)
            parts = {name: np.append(part, running[name]) for name, part in parts.items()}
        if interval > self.step:
            before, after = _whole(self, interval), _coarser(parts, interval)
            count = int(np.searchsorted(before["time"], after["time"][0]))
            parts = {name: np.append(column[:count], after[name]) for name, column in before.items()}
        opened = parts["time"] - parts["time"] % interval
        return {**parts, "time": opened, "done": opened + interval <= now}

    def open_interest(self, interval: int, now: int) -> Columns:
        """Return the snapshots of a period [ms] with the price then; those off the grid count for the nearest."""
        return self.known(_snapshots(self, interval), now)

    def known(self, columns: Columns, now: int) -> Columns:
        """Return the rows stamped by `now`."""
        count = int(np.searchsorted(columns["time"], now, side="right"))
        return {name: column[:count] for name, column in columns.items()}

    def trades(self, after: int, until: int) -> Iterator[Row]:
        """Yield the trades with after < time <= until, whose sums and extremes are the candles."""
        times = self.candle["time"]
        first = max(int(np.searchsorted(times, after, side="right")) - 1, 0)
        for row in range(first, int(np.searchsorted(times, until, side="right"))):
            for number, (time, price, sold, bought) in enumerate(self._path(row)):
                if after < time <= until:
                    for side, amount in ((-1, sold), (1, bought)):
                        identity = (int(times[row]) // self.step) * 16 + 2 * number + (side > 0)
                        yield {"time": time, "price": price, "amount": amount, "side": side, "id": identity}

    def book(self, now: int, tick: float) -> list[list[tuple[float, float]]]:
        """Return bids and asks as prices and coins, the best first: made up, each price a tick and a coin on."""
        price = self.last_price(now)
        return [[(price + side * step * tick, float(step)) for step in range(1, 21)] for side in (-1, 1)]

    def last_price(self, now: int) -> float:
        shown = self.candles(self.step, now)
        return float(shown["close"][-1]) if len(shown["time"]) else float(self.candle["open"][0])

    def _path(self, row: int) -> list[tuple[int, float, float, float]]:
        """Return time, price, sold and bought amount of each trade of a candle: open, its extremes, close."""
        opened, high, low, close, volume, bought = (float(self.candle[name][row]) for name in _CANDLE)
        bought = volume / 2 if np.isnan(bought) else bought
        prices = (opened, low, high, close) if close >= opened else (opened, high, low, close)
        start = int(self.candle["time"][row])
        sold_cuts, bought_cuts = (_cuts(total) for total in (volume - bought, bought))
        stamps = [start + number * self.step // _POINTS for number in range(_POINTS - 1)] + [start + self.step - 1]
        return list(zip(stamps, prices, sold_cuts, bought_cuts, strict=True))

    def _running(self, row: int, now: int) -> dict[str, float]:
        """Return the unfinished candle at `now`."""
        path = [trade for trade in self._path(row) if trade[0] <= now]
        prices = [price for _, price, _, _ in path]
        return {
            "time": int(self.candle["time"][row]),
            "open": prices[0],
            "high": max(prices),
            "low": min(prices),
            "close": prices[-1],
            "volume": round(sum(sold + bought for _, _, sold, bought in path), 8),
            "taker_buy_volume": round(sum(bought for *_, bought in path), 8),
        }


@dataclass(frozen=True, slots=True, eq=False)
class MarketTape:
    """Every coin on every venue, by (venue, coin)."""

    venues: dict[tuple[str, str], VenueTape]

    @classmethod
    def of(cls, markets: Iterable[MarketData], shift: int = 0) -> MarketTape:
        return cls({(market.venue, market.symbol): VenueTape.of(market, shift) for market in markets})

    @property
    def start(self) -> int:
        return min(tape.start for tape in self.venues.values())

    @property
    def end(self) -> int:
        return max(tape.end for tape in self.venues.values())

    def coins(self, venue: str) -> tuple[str, ...]:
        return tuple(coin for name, coin in self.venues if name == venue)

    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name, _ in self.venues))


@lru_cache(maxsize=8)
def sample_tape(coins: tuple[str, ...] = ("BTC",), days: int = 4, shift: int = 0) -> MarketTape:
    """Return the simulated market as a tape; `shift` [ms] moves it, say to the present."""
    return MarketTape.of((market for coin in coins for market in sample_market(coin, days=days).markets()), shift)


def _ms(times: npt.NDArray[np.int64], shift: int) -> npt.NDArray[np.int64]:
    return times // MILLISECOND + shift


def _cuts(total: float) -> list[float]:
    """Return four amounts of eight decimals that add up."""
    part = round(total / _POINTS, 8)
    return [part] * (_POINTS - 1) + [round(total - (_POINTS - 1) * part, 8)]


@lru_cache(maxsize=64)
def _whole(tape: VenueTape, interval: int) -> Columns:
    """Return all of a tape's candles merged on the grid of an interval."""
    return _coarser(tape.candle, interval)


@lru_cache(maxsize=64)
def _snapshots(tape: VenueTape, interval: int) -> Columns:
    """Return all snapshots of a period with the price then."""
    times, candle = tape.interest["time"], tape.candle
    nearest = np.round(times / tape.step).astype(np.int64) * tape.step
    row = np.clip(np.searchsorted(candle["time"], times, side="right") - 1, 0, None)
    price = np.where(times >= tape.end, candle["close"][-1], candle["open"][row])
    return {name: column[nearest % interval == 0] for name, column in {**tape.interest, "price": price}.items()}


def _coarser(candle: Columns, interval: int) -> Columns:
    """Return candles merged on the grid of a longer interval."""
    start = candle["time"] - candle["time"] % interval
    first = np.flatnonzero(np.diff(start, prepend=start[0] - 1))
    bounds = np.append(first, len(start))
    merged: Columns = {
        "time": start[first],
        "open": candle["open"][first],
        "high": np.maximum.reduceat(candle["high"], first),
        "low": np.minimum.reduceat(candle["low"], first),
        "close": candle["close"][bounds[1:] - 1],
    }
    return merged | {
        name: np.array([round(float(candle[name][low:high].sum()), 8) for low, high in pairwise(bounds)])
        for name in ("volume", "taker_buy_volume")
    }
