"""What goes back when something else is set: ranges of another window or time, and the threshold, one a measure."""

from __future__ import annotations

from typing import Any

from liqwidget.field.measure import HEAT

NAMES = ("window", "as_of", "measure", "threshold")
"""Traits whose change is followed."""

_RANGES: dict[str, Any] = {"time_range": None, "price_range": None}


class Thresholds:
    """The threshold of each measure: it is in the measure's unit, and comes back with it.

    Parameters
    ----------
    measure, threshold : str, float
        As they are at first.
    """

    def __init__(self, measure: str, threshold: float) -> None:
        self._of = {measure: threshold}

    def set(self, measure: str, threshold: float) -> None:
        """Keep the threshold of a measure."""
        self._of[measure] = threshold

    def after(self, before: str, measure: str, threshold: float) -> float:
        """Return the threshold of a measure that is set in place of another; one that was set with it stays."""
        if threshold == self._of.get(before, 0.0):
            return self._of.get(measure, 0.0)
        return threshold

    def forget(self) -> None:
        """Keep none of amounts: of another coin they are others."""
        self._of = {HEAT: self._of.get(HEAT, 0.0)}


def follow(self: Any, change: Any) -> None:
    """Set what goes back when a trait of `NAMES` is set."""
    name, thresholds = change["name"], self._thresholds
    if name == "threshold":
        thresholds.set(self.measure, change["new"])
    elif name == "measure":
        threshold = thresholds.after(change["old"], self.measure, self.threshold)
        thresholds.set(self.measure, threshold)
        self._share({"threshold": threshold})
    elif name in NAMES:
        self._share(_RANGES)
