"""What the venues of the simulated market publish: candles, open interest, funding, liquidations, as DataFrames."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.time import HOUR, MILLISECOND, time_index
from liqwidget.market.simulated.scenario import STEP, STEPS_PER_DAY, VENUES, wandering

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.market.simulated.simulation import Outcome

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_TAKER_SWING = 0.15
"""Most that a candle's move takes the takers' share away from one half."""
_MEAN_FUNDING = 0.00005
"""Funding of 8 hours with balanced takers."""
_FUNDING_SWING = 0.0020
"""Funding of 8 hours added by takers who only buy."""


def candles(outcome: Outcome, number: int, *, seed: int) -> pd.DataFrame:
    """Return the candles of venue `number`: prices [quote / base], volume and taker_buy_volume [base], by open time."""
    ticks = ticks_per_unit(outcome, number)
    prices = {name: getattr(outcome, name)[:, number] / ticks for name in ("open", "high", "low", "close")}
    volume, taker_share = _turnover(outcome, number, seed=seed)
    decimals = len(str(outcome.scenario.coin.lots_per_unit)) - 1
    volume = np.round(volume, decimals)
    frame = pd.DataFrame(prices, index=_times(outcome)[:-1])
    frame["volume"] = volume
    frame["taker_buy_volume"] = np.round(volume * taker_share, decimals)
    return frame


def open_interest(outcome: Outcome, number: int) -> pd.DataFrame:
    """Return the open interest of venue `number` [base] at the first open and at each close."""
    values = outcome.open_interest[:, number] / outcome.scenario.coin.lots_per_unit
    return pd.DataFrame({"open_interest": values}, index=_times(outcome))


def funding(outcome: Outcome, number: int, *, seed: int) -> pd.DataFrame:
    """Return the funding rates of venue `number`: what longs pay to shorts, as a fraction, at each settlement.

    They follow who has been the aggressor of the last day, which is who holds a crowded position.
    """
    venue, steps = VENUES[number], outcome.scenario.steps
    volume, taker_share = _turnover(outcome, number, seed=seed)
    keep = 0.5 ** (1 / (0.6 * STEPS_PER_DAY))
    bought, traded = (
        np.fromiter(accumulate(flow.tolist(), lambda state, now: keep * state + now), np.float64, steps)
        for flow in (volume * (2 * taker_share - 1), volume)
    )
    traded = traded + 40 * volume.mean()
    rng = np.random.default_rng([seed, 4, number, *outcome.scenario.coin.symbol.encode()])
    rate = _MEAN_FUNDING + _FUNDING_SWING * bought / traded + wandering(rng, steps, deviation=1.5e-5, half_life=60)
    period = venue.funding_hours * HOUR // STEP
    settled = steps // period * period
    means = rate[:settled].reshape(-1, period).mean(axis=1) * venue.funding_hours / 8
    return pd.DataFrame({"funding_rate": np.round(means, 8)}, index=_times(outcome)[period : settled + 1 : period])


def liquidations(outcome: Outcome, number: int) -> pd.DataFrame:
    """Return the realised liquidations of venue `number` in order of time.

    Columns: time, side of the position, liquidation price [quote / base], size [quote]. Within its candle a price is
    taken to be reached at the share of the time that it has of the way from the open to the extreme.
    """
    book = outcome.plan.book[outcome.position]
    rows = np.flatnonzero(outcome.liquidated & (book // 2 == number))
    step, price, short = outcome.end[rows], outcome.liquidation[rows], book[rows] % 2 == 1
    first = outcome.open[step, number]
    extreme = np.where(short, outcome.high[step, number], outcome.low[step, number])
    way = np.clip((price - first) / np.where(extreme == first, 1.0, extreme - first), 0.02, 0.98)
    instant = outcome.scenario.start + step * STEP + (way * STEP).astype(np.int64) // MILLISECOND * MILLISECOND
    order = np.lexsort((rows, instant))
    quote = price / ticks_per_unit(outcome, number)
    size = outcome.lots[rows] / outcome.scenario.coin.lots_per_unit * quote
    return pd.DataFrame(
        {
            "time": time_index(instant[order]),
            "side": np.where(short, "short", "long")[order],
            "price": quote[order],
            "size": np.round(size[order], 2),
        }
    )


def ticks_per_unit(outcome: Outcome, number: int) -> int:
    """Return the price steps in one unit of quote currency on venue `number`."""
    return outcome.scenario.coin.listings[VENUES[number].name].ticks_per_unit


def _times(outcome: Outcome) -> pd.DatetimeIndex:
    """Return the first open and every close."""
    times = outcome.scenario.start + STEP * np.arange(outcome.scenario.steps + 1)
    return time_index(times).rename("time")


def _turnover(outcome: Outcome, number: int, *, seed: int) -> tuple[Floats, Floats]:
    """Return volume [base] and the share of it in which the taker bought, each of shape (steps,)."""
    scenario, venue = outcome.scenario, VENUES[number]
    coin, steps = scenario.coin, scenario.steps
    rng = np.random.default_rng([seed, 3, number, *coin.symbol.encode()])
    high, low = outcome.high[:, number], outcome.low[:, number]
    span = np.log(high / low)
    busy = 0.25 * scenario.volatility[scenario.history :] + 0.75 * span / span.mean()
    noise = np.exp(wandering(rng, steps, deviation=0.25, half_life=12) + 0.2 * rng.standard_normal(steps))
    usual = coin.turnover * coin.open_interest * venue.share / STEPS_PER_DAY
    volume = usual * busy**1.2 * noise + outcome.traded[:, 2 * number : 2 * number + 2].sum(axis=1) / coin.lots_per_unit
    move = np.log(outcome.close[:, number] / outcome.open[:, number]) / span.mean()
    share = 0.5 + _TAKER_SWING * np.tanh(move) + 0.025 * rng.standard_normal(steps)
    return volume, np.clip(share, 0.1, 0.9)
