"""States that traders look at: momentum, trend, funding and open interest, and the prices of their extremes.

Means of pandas serve: an RSI or a moving average is one call of `ewm` or `rolling`, to the digit of published tables,
and no library beside it has to be installed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.decide.candles import held_at, source_of
from liqwidget.decide.reference import MarketState, ReferenceLevel
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.decide.reference_rules import ReferenceRules
    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]

_FEWEST = 10
"""Values from which an extreme of them is one."""

_FUNDING_AGE = 2 * DAY
"""A funding rate that is older is none of now [ns]."""


def relative_strength(close: npt.ArrayLike, count: int = 14) -> Floats:
    """Return Wilder's relative strength index of closes, 0 to 100.

    Parameters
    ----------
    close : array_like, shape (n,)
        [quote/base].
    count : int
        Candles; the first mean is that of so many changes, after it each new change counts 1 / count.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN before there are so many changes, and where none was up or down.

    Notes
    -----
    J. Welles Wilder, New Concepts in Technical Trading Systems, 1978, section VI: 100 - 100 / (1 + mean rise / mean
    fall).
    """
    change = np.diff(np.asarray(close, dtype=np.float64))
    found = np.full(len(change) + 1, np.nan)
    if len(change) < count:
        return found
    both = pd.DataFrame({"rise": np.maximum(change, 0.0), "fall": np.maximum(-change, 0.0)})
    begun = pd.concat([both.iloc[:count].mean().to_frame().T, both.iloc[count:]], ignore_index=True)
    means = begun.ewm(alpha=1 / count, adjust=False).mean()
    total = (means["rise"] + means["fall"]).to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        found[count:] = 100 * np.where(total > 0, means["rise"].to_numpy(np.float64) / total, np.nan)
    return found


def momentum(market: MarketData, rules: ReferenceRules) -> Iterator[MarketState]:
    """Yield the RSI, and where price stands beside its longest simple moving average."""
    known, source = int(market.close_time[-1]), source_of(market)
    value = float(relative_strength(market.close, rules.rsi)[-1])
    if math.isfinite(value):
        high, low = value >= rules.overbought, value <= rules.oversold
        said = " (overbought)" if high else " (oversold)" if low else ""
        yield MarketState(
            "momentum",
            f"RSI {rules.rsi}{said}",
            value,
            "",
            known,
            source,
            f"100 - 100 / (1 + mean rise / mean fall) of {rules.rsi} closes, Wilder's mean; extreme "
            f"from {rules.overbought:g} up, at clusters of shorts, and from {rules.oversold:g} down, at those of longs",
            extreme=high or low,
            side=Side.SHORT if high else Side.LONG if low else None,
        )
    longest = max(rules.simple, default=0)
    if 0 < longest <= len(market.close):
        mean = float(market.close[-longest:].mean())
        formula = f"last close over the mean of the last {longest} closes, less 1"
        distance = 100 * (float(market.close[-1]) / mean - 1)
        yield MarketState("trend", f"price to SMA {longest}", distance, "%", known, source, formula)


def funding(market: MarketData, time: int, rules: ReferenceRules) -> tuple[list[ReferenceLevel], list[MarketState]]:
    """Return the prices at the highest and lowest funding rate, and whether that of now is extreme."""
    recent = (market.funding_time > time - int(rules.days * DAY)) & (market.funding_time <= time)
    stamps, rates = market.funding_time[recent], market.funding_rate[recent]
    if len(rates) < _FEWEST or not rates.min() < rates.max():
        return [], []
    source, levels = f"{market.venue} funding", []
    for name, row in (("highest", int(rates.argmax())), ("lowest", int(rates.argmin()))):
        candle = int(np.searchsorted(market.close_time, stamps[row], side="right")) - 1
        if candle >= 0:
            said = f"price at the {name} funding ({rates[row]:+.4%})"
            formula = f"last close at the {name} rate of {rules.days:g} days"
            price = float(market.close[candle])
            known = int(stamps[row])
            levels.append(ReferenceLevel.single("funding", said, price, known, source=source, formula=formula))
    if time - stamps[-1] > _FUNDING_AGE:
        return levels, []
    now, (low, high) = float(rates[-1]), np.quantile(rates, [rules.extreme_share, 1 - rules.extreme_share])
    most, least = now >= high and now > np.median(rates), now <= low and now < np.median(rates)
    state = MarketState(
        "funding",
        f"funding{' (high: longs pay)' if most else ' (low: shorts pay, or longs pay little)' if least else ''}",
        100 * now,
        "%",
        int(stamps[-1]),
        source,
        f"last rate per venue period; extreme in the highest or lowest {rules.extreme_share:.0%} of {rules.days:g} "
        "days, at clusters of the side that pays",
        extreme=bool(most or least),
        side=Side.LONG if most else Side.SHORT if least else None,
    )
    return levels, [state]


def interest(
    market: MarketData, coarse: MarketData, rules: ReferenceRules
) -> tuple[list[ReferenceLevel], list[MarketState]]:
    """Return the prices at which open interest rose and fell most in a candle, and its change in 24 hours.

    `coarse` is the market in the candles of the rules.
    """
    closes = coarse.close_time[coarse.close_time > coarse.close_time[-1] - int(rules.days * DAY)]
    oldest = 2 * max(coarse.timeframe, market.timeframe)
    held = held_at(market, closes, oldest)
    before = held_at(market, closes - coarse.timeframe, oldest)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = held / before - 1
        day = held / held_at(market, closes - DAY, oldest) - 1
    source, levels, states = f"{market.venue} open interest", [], []
    known = np.flatnonzero(np.isfinite(change))
    if len(known) >= _FEWEST:
        length = duration_text(coarse.timeframe)
        for name, row, moved in (
            ("rise", known[change[known].argmax()], change[known].max() > 0),
            ("fall", known[change[known].argmin()], change[known].min() < 0),
        ):
            if moved:
                at = len(coarse.close) - len(closes) + int(row)
                said = f"largest {name} of open interest in {length} ({change[row]:+.1%})"
                formula = (
                    f"close of the candle of {length} in which open interest [base] {name}s most, {rules.days:g} days"
                )
                price = float(coarse.close[at])
                when = int(closes[row])
                levels.append(ReferenceLevel.single("open interest", said, price, when, source=source, formula=formula))
    known = np.flatnonzero(np.isfinite(day))
    if len(known) >= _FEWEST and known[-1] == len(day) - 1:
        spread = float(day[known].std())
        extreme = bool(spread > 0 and abs(day[-1] - day[known].mean()) >= rules.deviations * spread)
        states.append(
            MarketState(
                "open interest",
                f"open interest in 24 h{' (unusual)' if extreme else ''}",
                100 * float(day[-1]),
                "%",
                int(closes[-1]),
                source,
                f"change of open interest [base] in 24 hours; extreme from {rules.deviations:g} standard deviations of "
                f"such changes of {rules.days:g} days",
                extreme=extreme,
            )
        )
    return levels, states
