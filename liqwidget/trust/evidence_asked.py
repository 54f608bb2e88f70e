"""All questions put to one market: a tally of each, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import DAY, HOUR, duration_text
from liqwidget.trust import evidence_levels, evidence_touches
from liqwidget.trust.evidence_hours import WARM_UP, Map, hours_of
from liqwidget.trust.surrogates import mirrored

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.trust.block_statistics import Tally

FEWEST_DAYS = 30
"""Asked days from which figures are given."""

FEWEST_DIRECTION = 120
"""Asked days from which the direction is: with fewer it is called too often what it is not."""

FEWEST_SWEEPS = 100
"""Sweeps from which they are."""

TOUCHES = ("sweep", "sweep_size", "gaps", "sweep_volume", "sweep_wick", "sweep_interest")
"""Questions about single candles."""

SWEEPS = tuple(name for name in TOUCHES if name != "gaps")


class Plan(NamedTuple):
    """What is asked: from ask to ask and how far ahead [ns], and how clusters are found."""

    step: int
    horizon: int
    found_by: Map


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One market's answers before they are told.

    Parameters
    ----------
    tallies : dict
        By the name of the question; those that cannot be asked are absent.
    times : ndarray of int64, shape (T,)
        When it was asked [ns].
    loaded : float
        Days of candles.
    candle : int
        Length of the longest candle [ns].
    step : int
        From ask to ask [ns].
    """

    tallies: dict[str, Tally]
    times: npt.NDArray[np.int64]
    loaded: float
    candle: int
    step: int

    @property
    def days(self) -> float:
        """Asked days."""
        return len(self.times) * self.step / DAY

    def plus(self, other: Asked) -> Asked:
        """Return both together, by calendar."""
        tallies = dict(self.tallies)
        for name, tally in other.tallies.items():
            tallies[name] = tallies[name].plus(tally) if name in tallies else tally
        times = np.union1d(self.times, other.times)
        return Asked(
            tallies, times, max(self.loaded, other.loaded), min(self.candle, other.candle), min(self.step, other.step)
        )

    def missing(self, name: str) -> str:
        """Return why a question has no answer; '' where it has one."""
        if self.candle > HOUR:
            return f"Needs candles of 1h or shorter; these are of {duration_text(self.candle)}."
        if self.days < FEWEST_DAYS:
            warm = WARM_UP // DAY
            whole = warm + FEWEST_DAYS
            return (
                f"{self.loaded:.0f} days are loaded: {warm} to warm up and {FEWEST_DAYS} to ask are needed, {whole} "
                f"days of one market and what the horizon takes."
            )
        if name in TOUCHES and self.candle > evidence_touches.LONGEST:
            return f"Needs candles of 15m or shorter; these are of {duration_text(self.candle)}."
        if name == "direction" and self.days < FEWEST_DIRECTION:
            return f"Needs {FEWEST_DIRECTION} asked days; these are {self.days:.0f}."
        tally = self.tallies.get(name)
        events = tally.events if tally is not None else 0
        if name in SWEEPS and (found := self.tallies["sweep"].events) < FEWEST_SWEEPS:
            return f"Needs {FEWEST_SWEEPS} sweeps that can be compared; these are {found}."
        return "" if events else "No case that can be compared."


def asked(heat: Ledger, plan: Plan, until: int, seed: int | None = None) -> Asked:
    """Put all questions to the heat of one venue, by a time [ns].

    `seed`: of a mirrored market in place of the recorded one.
    """
    (part,) = heat.venues
    loaded = max(min(until, int(part.known[part.settled - 1])) - int(part.time[0]), 0) / DAY
    short = loaded * DAY < WARM_UP + FEWEST_DAYS * DAY
    if short or part.timeframe > HOUR:
        step = max(plan.step, part.timeframe)
        first = -(-(int(part.time[0]) + WARM_UP) // step)
        times = np.arange(first, int(part.time[0] + loaded * DAY) // step + 1) * step
        return Asked({}, times, loaded, part.timeframe, step)
    if seed is not None:
        heat = mirrored(heat, seed, until)
    hours = hours_of(heat, plan.step, plan.found_by, until)
    touches = evidence_levels.matched_touches(hours, plan.horizon)
    tallies = {
        "race": evidence_levels.race(hours),
        "mirror": evidence_levels.mirrored_touches(hours, plan.horizon),
        "matched": touches.clusters,
        "extremes": touches.beyond_extremes,
        "direction": evidence_levels.direction(hours, plan.horizon),
        "extremes_alone": touches.extremes,
        "old_less_fresh": touches.old_less_fresh,
    }
    if part.timeframe <= evidence_touches.LONGEST:
        swept = evidence_touches.sweeps(hours)
        tallies |= {
            "sweep": swept.reversal,
            "sweep_size": swept.size,
            "gaps": evidence_touches.gaps(hours),
            "sweep_volume": swept.volume,
            "sweep_wick": swept.wick,
        }
        if not part.relative:
            tallies["sweep_interest"] = swept.interest
    return Asked(tallies, hours.time, loaded, part.timeframe, plan.step)
