"""The embedded sample: a simulated market on several venues whose every position is known.

It is no record of any real market. Agents open, add margin, close and are liquidated, and liquidations move the price
(`liqwidget.market.simulated.simulation`), so that the estimated map can be scored against the true one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.status import SIMULATED
from liqwidget.domain.time import time_index, time_ns
from liqwidget.errors import DataError, SourceError
from liqwidget.market.simulated import publishing
from liqwidget.market.simulated.agents import MARGIN_MODES
from liqwidget.market.simulated.scenario import COINS, STEP, VENUES
from liqwidget.market.simulated.simulation import STANDING, simulate

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.domain.frames import MarketData
    from liqwidget.market.simulated.simulation import Outcome

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

SYMBOLS = tuple(COINS)
"""Coins that the sample has."""
DEFAULT_SEED = 24
SHORTEST_DAYS, LONGEST_DAYS = 2, 90

_ENDINGS = ("standing", "closed", "liquidated")
_VENUE_NAMES = tuple(venue.name for venue in VENUES)


@dataclass(frozen=True, slots=True)
class VenueSample:
    """What one simulated venue publishes; all times UTC."""

    venue: str
    candles: pd.DataFrame
    """By open time: open, high, low, close [quote / base], volume, taker_buy_volume [base]."""
    open_interest: pd.DataFrame
    """At the first open and each close: open_interest [base]."""
    funding: pd.DataFrame
    """By time of settlement: funding_rate, what longs pay to shorts as a fraction, every 8 h (Hyperliquid: 1 h)."""
    liquidations: pd.DataFrame
    """Realised liquidations: time, side ('long' or 'short'), price [quote / base], size [quote]."""


@dataclass(frozen=True, slots=True)
class SampleTruth:
    """Every position of the simulated market; arrays of shape (positions,), read-only.

    Positions come and go at candle closes, as open interest does: `VenueSample.liquidations` says when inside the
    candle the price was reached. At every moment the longs of a venue hold as many coins as its shorts.
    """

    venue: npt.NDArray[np.int8]
    """Index in `venues`."""
    side: npt.NDArray[np.int8]
    """+1 long, -1 short."""
    entry_price: Floats
    """[quote / base]."""
    liquidation_price: Floats
    """[quote / base]; nan where the collateral covers every price."""
    size: Floats
    """[base]."""
    leverage: Integers
    """As chosen at the venue; cross and added margin put the liquidation price farther away."""
    margin_mode: npt.NDArray[np.int8]
    """Index in `margin_modes`."""
    open_time: Integers
    """[ns UTC]; before the first candle for positions that the market starts with."""
    close_time: Integers
    """[ns UTC], exclusive; the int64 maximum for positions that still stand."""
    ended_by: npt.NDArray[np.int8]
    """Index in `endings`."""
    venues: tuple[str, ...] = _VENUE_NAMES
    margin_modes: tuple[str, ...] = MARGIN_MODES
    endings: tuple[str, ...] = _ENDINGS

    def __len__(self) -> int:
        return len(self.size)

    def standing(self, at: object, edges: npt.ArrayLike, venue: str | None = None) -> tuple[Floats, Floats]:
        """Return the true map: what stands at one time between price edges.

        Parameters
        ----------
        at : Timestamp or what makes one
            Time [UTC].
        edges : array_like of float64, shape (n + 1,)
            Increasing prices [quote / base]; bin i holds edges[i] <= liquidation price < edges[i + 1].
        venue : str, optional
            One venue; all by default.

        Returns
        -------
        long, short : ndarray of float64, shape (n,)
            Coins times liquidation price [quote] of the standing positions of each side.
        """
        bounds = np.asarray(edges, np.float64)
        widths = np.diff(bounds) if bounds.ndim == 1 else np.empty(0)
        if widths.size == 0 or not (widths > 0).all():
            raise DataError(f"Expected edges as two or more increasing prices, was {edges!r:.60}")
        rows = self._rows(at, venue)
        rows = rows[np.isfinite(self.liquidation_price[rows])]
        price = self.liquidation_price[rows]
        inside = (price >= bounds[0]) & (price < bounds[-1])
        rows, price = rows[inside], price[inside]
        bins = np.searchsorted(bounds, price, side="right") - 1
        worth, count = self.size[rows] * price, len(bounds) - 1
        long = self.side[rows] > 0
        return (
            np.bincount(bins[long], worth[long], count).astype(np.float64),
            np.bincount(bins[~long], worth[~long], count).astype(np.float64),
        )

    def coins(self, at: object, venue: str | None = None) -> tuple[float, float]:
        """Return what longs and shorts hold at one time [base], with a liquidation price or without."""
        rows = self._rows(at, venue)
        long = self.side[rows] > 0
        return float(self.size[rows[long]].sum()), float(self.size[rows[~long]].sum())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per position, in the units of the attributes; close_time is NaT while it stands."""
        close = pd.Series(time_index(np.where(self.close_time == STANDING, 0, self.close_time)))
        return pd.DataFrame(
            {
                "venue": pd.Categorical.from_codes(self.venue, pd.Index(self.venues)),
                "side": np.where(self.side > 0, "long", "short"),
                "entry_price": self.entry_price,
                "liquidation_price": self.liquidation_price,
                "size": self.size,
                "leverage": self.leverage,
                "margin_mode": pd.Categorical.from_codes(self.margin_mode, pd.Index(self.margin_modes)),
                "open_time": time_index(self.open_time),
                "close_time": close.where(self.close_time != STANDING),
                "ended_by": pd.Categorical.from_codes(self.ended_by, pd.Index(self.endings)),
            }
        )

    def _rows(self, at: object, venue: str | None) -> npt.NDArray[np.intp]:
        time = time_ns(at, "at")
        stands = (self.open_time <= time) & (time < self.close_time)
        if venue is not None:
            if venue not in self.venues:
                raise DataError(f"Expected venue as one of {', '.join(self.venues)}, was {venue!r:.60}")
            stands &= self.venue == self.venues.index(venue)
        return np.flatnonzero(stands)


@dataclass(frozen=True, slots=True, eq=False)
class SampleMarket:
    """A simulated market: what its venues publish, and the truth behind it."""

    symbol: str
    venues: dict[str, VenueSample]
    truth: SampleTruth

    def markets(self) -> tuple[MarketData, ...]:
        """Return the published data of each venue, ready to be estimated from."""
        from liqwidget.domain.frames import MarketData

        markets = (
            MarketData.from_frames(
                sample.candles,
                sample.open_interest,
                symbol=self.symbol,
                venue=sample.venue,
                funding=sample.funding,
                liquidations=sample.liquidations,
            )
            for sample in self.venues.values()
        )
        return tuple(replace(market, notes=(*market.notes, SIMULATED)) for market in markets)


def sample_market(symbol: str = "BTC", *, seed: int = DEFAULT_SEED, days: int = 30) -> SampleMarket:
    """Return the simulated market of one coin: 5 minute candles that end at 2026-01-31 00:00 UTC.

    The same arguments give the same bytes. The frames are the caller's own; the simulation behind them is kept.

    Parameters
    ----------
    symbol : str
        'BTC', 'ETH' or 'SOL'; coins of one seed share the moves of the market and its crash.
    seed : int
        Seed of the random numbers, 0 or more.
    days : int
        Length [days], 2 to 90.

    Raises
    ------
    SourceError
        If there is no such coin.
    DataError
        If seed or days cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> sample = liqwidget.sample_market("ETH", days=2)
    >>> sample.symbol, [market.venue for market in sample.markets()]
    ('ETH', ['binance', 'bybit', 'okx', 'hyperliquid'])
    """
    if symbol not in SYMBOLS:
        raise SourceError(
            f"Expected a symbol of the simulated market, one of {', '.join(SYMBOLS)}, was {symbol!r:.60}",
            symbol=str(symbol),
        )
    seed, days = _whole("seed", seed, 0, 2**63 - 1), _whole("days", days, SHORTEST_DAYS, LONGEST_DAYS)
    outcome = _simulated(symbol, seed, days)
    venues = {
        venue.name: VenueSample(
            venue=venue.name,
            candles=publishing.candles(outcome, number, seed=seed),
            open_interest=publishing.open_interest(outcome, number),
            funding=publishing.funding(outcome, number, seed=seed),
            liquidations=publishing.liquidations(outcome, number),
        )
        for number, venue in enumerate(VENUES)
    }
    return SampleMarket(symbol=symbol, venues=venues, truth=_truth(outcome))


def _whole(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or not least <= value <= most:
        raise DataError(f"Expected {name} as an integer from {least} to {most}, was {value!r:.60}")
    return int(value)


@lru_cache(maxsize=4)
def _simulated(symbol: str, seed: int, days: int) -> Outcome:
    return simulate(COINS[symbol], seed=seed, days=days)


def _truth(outcome: Outcome) -> SampleTruth:
    """Return the positions in units of base and quote currency, oldest first."""
    plan, rows, scenario = outcome.plan, outcome.position, outcome.scenario
    book = plan.book[rows]
    ticks = np.array([publishing.ticks_per_unit(outcome, number) for number in range(len(VENUES))])[book // 2]
    stands = outcome.end == STANDING
    closes = scenario.start + STEP * (np.where(stands, 0, outcome.end) + 1)
    truth = SampleTruth(
        venue=(book // 2).astype(np.int8),
        side=(1 - 2 * (book % 2)).astype(np.int8),
        entry_price=outcome.entry / ticks,
        liquidation_price=outcome.liquidation / ticks,
        size=outcome.lots / scenario.coin.lots_per_unit,
        leverage=plan.leverage[rows],
        margin_mode=plan.margin_mode[rows],
        open_time=scenario.start + STEP * (plan.open_step[rows] + 1),
        close_time=np.where(stands, STANDING, closes),
        ended_by=np.where(stands, 0, np.where(outcome.liquidated, 2, 1)).astype(np.int8),
    )
    for name in ("venue", "side", "entry_price", "liquidation_price", "size", "leverage", "margin_mode", "open_time",
                 "close_time", "ended_by"):  # fmt: skip
        getattr(truth, name).setflags(write=False)
    return truth
