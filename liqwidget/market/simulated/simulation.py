"""The simulated market itself: price, liquidations, closings and openings, one 5 minute step after another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.market.simulated.agents import BOOKS, make_plan
from liqwidget.market.simulated.scenario import VENUES, make_scenario

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.market.simulated.agents import Plan
    from liqwidget.market.simulated.scenario import Coin, Scenario

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

STANDING = np.iinfo(np.int64).max
"""End step of a position that still stands."""

_IMPACT = 0.20
"""Log price move per share of all open interest that is liquidated at once, in a calm market."""
_IMPACT_LIMIT = 0.010
"""Most that the liquidations of one step move the log price in that step."""
_AT_ONCE = 0.35
"""Share of the impact felt in the step of the liquidations; the engines sell the rest out over the next steps."""
_RELEASED = 0.4
"""Share of what is left that is felt in each next step."""
_LASTING = 0.40
"""Share of the impact that stays; the rest fades."""
_FADE = 0.5 ** (1 / 16)
_REACH = 0.025
"""Positions whose liquidation price is farther from the price than this are looked at only after a review."""
_REVIEW_STEPS = 12
_LARGE_EXCESS = 0.002
"""Share of a venue's open interest from which on an excess of one side's exits meets exits of the other side."""
_FEW_SWEPT = 20
"""So few liquidations in a step are not worth the look for such an excess."""
_COVERED = 0.85
"""Share of such an excess that does; new positions take over the rest."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened: prices in ticks of the venue, amounts in lots."""

    scenario: Scenario
    plan: Plan
    open: Floats
    """Shape (steps, venues), as are high, low and close."""
    high: Floats
    low: Floats
    close: Floats
    open_interest: Floats
    """At the first open and at each close, shape (steps + 1, venues)."""
    traded: Floats
    """Closed by the agents in a step, shape (steps, 2 * venues), by book."""
    position: Integers
    """Rows of the plan that got a size, shape (positions,)."""
    entry: Floats
    """Shape (positions,), as are the following."""
    liquidation: Floats
    """nan for positions that cannot be liquidated."""
    lots: Floats
    end: Integers
    """Step at whose close it was gone, `STANDING` for never."""
    liquidated: npt.NDArray[np.bool_]


def simulate(coin: Coin, *, seed: int, days: int) -> Outcome:
    """Run the market of one coin; the same arguments give the same bytes."""
    scenario = make_scenario(coin, seed=seed, days=days)
    market = _Market(scenario, make_plan(scenario, seed=seed))
    for step in range(scenario.steps):
        market.advance(step)
    return market.outcome()


class _Market:
    """State of the market between two steps."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        steps, positions = scenario.steps, len(plan.book)
        self.scenario, self.plan = scenario, plan
        self.ticks = np.array([float(scenario.coin.listings[venue.name].ticks_per_unit) for venue in VENUES])
        self.scale = self.ticks * np.exp(scenario.basis)
        self.dip = np.exp(-scenario.dip[scenario.history :])
        self.spike = np.exp(scenario.spike[scenario.history :])
        self.overshoot = np.array([venue.overshoot for venue in VENUES])
        self.open, self.high, self.low, self.close = (np.empty((steps, len(VENUES))) for _ in range(4))
        self.last = np.rint(math.exp(scenario.log_price[scenario.history]) * self.scale[0])
        self.lasting = self.fading = self.pending = 0.0
        self.sign = 1.0 - 2.0 * (plan.book % 2)
        self.entry = np.zeros(positions)
        self.lots = np.zeros(positions)
        self.trigger = np.full(positions, -np.inf)
        """Liquidation price times side: reached when a book's extreme price times side is not above it."""
        self.end = np.full(positions, STANDING)
        self.liquidated = np.zeros(positions, np.bool_)
        self.exit_step = plan.exit_step.copy()
        self.groups = np.searchsorted(plan.open_step * BOOKS + plan.book, np.arange(steps * BOOKS + 1))
        self.due: list[list[Integers]] = _by_step(plan.exit_step, steps)
        self.extreme = np.empty(BOOKS)
        self.growth = self._growth()
        self.traded = np.zeros((steps, BOOKS))
        self.alive = self.near = np.empty(0, np.int64)
        self.opened = self.reviewed = int(self.groups[0])
        self.interest = self._inherit()
        self.open_interest = np.empty((steps + 1, len(VENUES)))
        self.open_interest[0] = self.interest
        self.low_reach, self.high_reach = self.last.copy(), self.last.copy()

    def advance(self, step: int) -> None:
        """Let one candle happen."""
        if step % _REVIEW_STEPS == 0:
            self._review(step, self.last, self.last, _REVIEW_STEPS)
        self.fading *= _FADE
        self._feel(_RELEASED * self.pending)
        swept = self._trade(step)
        self._end(swept, step)
        self.liquidated[swept] = True
        leaving = self._leaving(step)
        self._end(leaving, step)
        gone = np.concatenate((swept, leaving))
        closed: Floats = np.bincount(self.plan.book[gone], self.lots[gone], BOOKS).astype(np.float64)
        excess = closed[0::2] - closed[1::2]
        if len(swept) > _FEW_SWEPT:
            closed += self._cover(step, excess)
            excess = closed[0::2] - closed[1::2]
        self.traded[step] = closed
        fresh = np.floor(self.growth[step])
        wanted = np.empty(BOOKS)
        wanted[0::2] = fresh + np.maximum(excess, 0.0)
        wanted[1::2] = fresh + np.maximum(-excess, 0.0)
        self._enter(step, wanted)
        self.interest = self.interest - closed[0::2] + wanted[0::2]
        self.open_interest[step + 1] = self.interest
        self.last = self.close[step]

    def _growth(self) -> Floats:
        """Return what newcomers open on both sides [lots], shape (steps, venues)."""
        scenario = self.scenario
        usual = np.array([venue.share * venue.newcomers for venue in VENUES])
        pace = np.diff(scenario.clock[scenario.history :]) * scenario.appetite
        return np.asarray(scenario.coin.open_interest * scenario.coin.lots_per_unit * pace[:, np.newaxis] * usual)

    def _inherit(self) -> Floats:
        """Open the positions that stand at the first open, and return each venue's open interest [lots]."""
        scenario, plan = self.scenario, self.plan
        ids = np.arange(self.opened)
        row = plan.open_step[ids] + scenario.history
        price = np.exp(scenario.log_price[1 : scenario.history + 1])
        lowest = np.minimum.accumulate((price * np.exp(-scenario.dip[: scenario.history]))[::-1])[::-1]
        highest = np.maximum.accumulate((price * np.exp(scenario.spike[: scenario.history]))[::-1])[::-1]
        after = np.minimum(row + 1, scenario.history - 1)
        entry, side, book = price[row] * plan.entry_jitter[ids], self.sign[ids], plan.book[ids]
        worst = np.where(side > 0, lowest[after], highest[after])
        best = np.where(side > 0, highest[after], lowest[after])
        loss, profit = side * (1 - worst / entry), side * (best / entry - 1)
        stays = (loss < np.minimum(plan.distance[ids], plan.stop[ids])) & (profit < plan.target[ids])
        ids = ids[stays & (plan.exit_step[ids] >= 0)]
        weight = plan.weight[ids] * scenario.volatility[row[ids]] ** 0.5
        shares = np.repeat([venue.share for venue in VENUES], 2)
        total = np.floor(scenario.coin.open_interest * scenario.coin.lots_per_unit * shares)
        by_book = np.bincount(book[ids], weight, BOOKS)
        self.lots[ids] = np.floor(total[book[ids]] * weight / by_book[book[ids]])
        first = np.array([ids[book[ids] == number][0] for number in range(BOOKS)])
        self.lots[first] += total - np.bincount(book[ids], self.lots[ids], BOOKS)
        self.entry[ids] = np.rint(entry[ids] * self.ticks[book[ids] // 2])
        self._set_triggers(ids, self.last[book[ids] // 2])
        self.alive = ids
        return total[0::2]

    def _set_triggers(self, ids: Integers, price: Floats) -> None:
        """Give positions their liquidation price, which must lie beyond the venue's price now."""
        side, distance = self.sign[ids], self.plan.distance[ids]
        trigger = np.rint(self.entry[ids] * (side - distance))
        beyond = trigger >= side * price
        if beyond.any():
            self.entry[ids[beyond]] = price[beyond]
            trigger[beyond] = np.rint(price[beyond] * (side - distance)[beyond])
        trigger[(side > 0) & (distance >= 1.0)] = -np.inf
        self.trigger[ids] = trigger

    def _trade(self, step: int) -> Integers:
        """Find the candle and the liquidations that fit each other, and return the positions liquidated."""
        carried = self.lasting + self.fading
        impact, swept = 0.0, np.empty(0, np.int64)
        self._quote(step, carried)
        while True:
            found = self._reached(step)
            if len(found) == len(swept):
                break
            swept = found
            impact = self._impact(step, swept)
            low, high = self.low[step].copy(), self.high[step].copy()
            self._quote(step, carried, impact)
            np.minimum(low, self.low[step], out=self.low[step])
            np.maximum(high, self.high[step], out=self.high[step])
        self.pending += impact / _AT_ONCE
        self._feel(impact)
        return swept

    def _feel(self, impact: float) -> None:
        """Move a part of the pending impact into the price."""
        self.pending -= impact
        self.lasting += _LASTING * impact
        self.fading += (1 - _LASTING) * impact

    def _quote(self, step: int, carried: float, impact: float = 0.0) -> None:
        """Write the candle that follows from the impact on the common log price."""
        level = math.exp(self.scenario.log_price[self.scenario.history + step + 1] + carried + impact)
        close, last = self.close[step], self.last
        self.open[step] = last
        np.rint(level * self.scale[step], out=close)
        low = np.minimum(last, close) * self.dip[step]
        high = np.maximum(last, close) * self.spike[step]
        if impact < 0:
            low *= 1 + self.overshoot * impact
        elif impact > 0:
            high *= 1 + self.overshoot * impact
        np.ceil(low, out=self.low[step])
        np.floor(high, out=self.high[step])

    def _reached(self, step: int) -> Integers:
        """Return the positions whose liquidation price lies within the candle."""
        low, high = self.low[step], self.high[step]
        if (low < self.low_reach).any() or (high > self.high_reach).any():
            self._review(step, low, high, 2)
        self.extreme[0::2] = low
        self.extreme[1::2] = -high
        near, book = self.near, self.plan.book
        old = near[self.trigger[near] >= self.extreme[book[near]]]
        recent = slice(self.reviewed, self.opened)
        new = np.flatnonzero(self.trigger[recent] >= self.extreme[book[recent]])
        return np.concatenate((old, new + self.reviewed))

    def _impact(self, step: int, swept: Integers) -> float:
        """Return the move of the common log price that these liquidations cause in this step."""
        sold = float((self.sign[swept] * self.lots[swept]).sum()) / float(self.interest.sum())
        move = _AT_ONCE * _IMPACT * float(self.scenario.thinness[step]) ** 1.4 * sold
        return -_IMPACT_LIMIT * math.tanh(move / _IMPACT_LIMIT)

    def _review(self, step: int, low: Floats, high: Floats, within: int) -> None:
        """List who stands and who is near, and let those leave soon whose stop or target was passed."""
        recent = np.arange(self.reviewed, self.opened)
        alive = np.concatenate((self.alive, recent[self.lots[recent] > 0]))
        self.alive = alive = alive[self.end[alive] == STANDING]
        self.reviewed = self.opened
        self.low_reach, self.high_reach = low * (1 - _REACH), high * (1 + _REACH)
        self.extreme[0::2], self.extreme[1::2] = self.low_reach, -self.high_reach
        book = self.plan.book[alive]
        self.near = alive[self.trigger[alive] >= self.extreme[book]]
        gain = self.sign[alive] * (self.last[book // 2] / self.entry[alive] - 1)
        done = alive[(gain > self.plan.target[alive]) | (gain < -self.plan.stop[alive])]
        when = step + (done * 7) % within
        sooner = when < self.exit_step[done]
        done, when = done[sooner], when[sooner]
        self.exit_step[done] = when
        for later in range(step, min(step + within, len(self.due))):
            self.due[later].append(done[when == later])

    def _leaving(self, step: int) -> Integers:
        """Return the standing positions that leave of their own will in this step."""
        due = np.concatenate(self.due[step])
        leaves = (self.exit_step[due] == step) & (self.end[due] == STANDING) & (due < self.opened)
        return np.asarray(due[leaves])

    def _cover(self, step: int, excess: Floats) -> Floats:
        """Let winners of the other side close against a large excess, and return what they closed [lots], by book."""
        covered = np.zeros(BOOKS)
        for venue in np.flatnonzero(np.abs(excess) > _LARGE_EXCESS * self.interest):
            other = 2 * int(venue) + int(excess[venue] > 0)
            ids = self.alive[(self.plan.book[self.alive] == other) & (self.end[self.alive] == STANDING)]
            gain = self.sign[ids] * (self.close[step, venue] / self.entry[ids] - 1)
            eager = ids[np.argsort(-gain / np.minimum(self.plan.target[ids], 0.5), kind="stable")]
            count = np.searchsorted(np.cumsum(self.lots[eager]), _COVERED * abs(excess[venue]), side="right")
            self._end(eager[:count], step)
            covered[other] = self.lots[eager[:count]].sum()
        return covered

    def _end(self, ids: Integers, step: int) -> None:
        self.end[ids] = step
        self.trigger[ids] = -np.inf

    def _enter(self, step: int, wanted: Floats) -> None:
        """Open this step's positions, sharing out what each book wants [lots]."""
        bounds = self.groups[step * BOOKS : (step + 1) * BOOKS + 1]
        first, last = int(bounds[0]), int(bounds[-1])
        ids = np.arange(first, last)
        book = self.plan.book[first:last]
        lots = np.floor(wanted[book] * self.plan.weight[first:last])
        lots[bounds[:-1] - first] += wanted - np.add.reduceat(lots, bounds[:-1] - first)
        self.lots[first:last] = lots
        venue = book >> 1
        price = self.close[step][venue]
        entry = np.rint(price * self.plan.entry_jitter[first:last])
        self.entry[first:last] = np.minimum(np.maximum(entry, self.low[step][venue]), self.high[step][venue])
        self._set_triggers(ids, price)
        self.opened = last

    def outcome(self) -> Outcome:
        """Return what happened so far."""
        kept = np.flatnonzero(self.lots > 0)
        entry, side, distance = self.entry[kept], self.sign[kept], self.plan.distance[kept]
        liquidation = np.abs(np.rint(entry * (side - distance)))
        liquidation[(side > 0) & (distance >= 1.0)] = np.nan
        return Outcome(
            scenario=self.scenario,
            plan=self.plan,
            open=self.open,
            high=self.high,
            low=self.low,
            close=self.close,
            open_interest=self.open_interest,
            traded=self.traded,
            position=kept,
            entry=entry,
            liquidation=liquidation,
            lots=self.lots[kept],
            end=self.end[kept],
            liquidated=self.liquidated[kept],
        )


def _by_step(steps: Integers, count: int) -> list[list[Integers]]:
    """Return for each step a list that holds the rows in which it stands."""
    order = np.argsort(steps, kind="stable")
    bounds = np.searchsorted(steps[order], np.arange(count + 1))
    return [[order[bounds[step] : bounds[step + 1]]] for step in range(count)]
