"""What a calibration found: values, intervals, and whether it is worth using."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from liqwidget.field.density import Prior


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What realised liquidations say about the size of the map.

    Parameters
    ----------
    fit : str
        'scale' or 'prior'.
    prior : Prior
        The prior to estimate with: ``estimate(market, prior=calibration.prior)``.
    scale : float
        The factor for sizes of that estimate; 1 where a prior was fitted.
    intervals : dict
        95 % intervals by name: 'scale', or 'median' and 'sigma'; from draws of stretches of days.
    spread : float
        Spread of the errors of a sum, as a factor e^spread either way.
    sums, left_out : int
        Sums (a period and a side) that were fitted, and those left out because little or nothing was reported.
    days : int
        Days, or longer periods, with a sum that was fitted.
    gain : float
        Log-likelihood gained over no calibration on the sums that were fitted, in total.
    held_out : float
        Mean gain per sum on stretches of days that were not fitted, and `held_out_interval`.
    later : float
        The same for the last third of the days, fitted on those before, and `later_interval`.
    notes : tuple of str
        What a user should know about this fit.
    table, fold_table : DataFrame
        What `to_frame` and `folds` return.

    Examples
    --------
    >>> import liqwidget
    >>> found = liqwidget.calibrate(liqwidget.sample_market(days=8).markets())
    >>> found.fit, round(found.scale, 2), found.beats
    ('scale', 1.29, False)
    """

    fit: str
    prior: Prior
    scale: float
    intervals: Mapping[str, tuple[float, float]]
    spread: float
    sums: int
    left_out: int
    days: int
    gain: float
    held_out: float
    held_out_interval: tuple[float, float]
    later: float
    later_interval: tuple[float, float]
    notes: tuple[str, ...] = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    fold_table: pd.DataFrame = field(repr=False)

    @property
    def beats(self) -> bool:
        """Whether it beats no calibration on held-out days: interval of the gain above 0, later part too."""
        return self.held_out_interval[0] > 0 and self.later > 0

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.fit == "scale":
            what = f"The map's sizes times {_figure(self.scale)} ({_range(self.intervals['scale'])})"
        else:
            what = (
                f"Effective leverage with median {_figure(self.prior.median)}x ({_range(self.intervals['median'])}) "
                f"and sigma {_figure(self.prior.sigma)} ({_range(self.intervals['sigma'])})"
            )
        verdict = "beats" if self.beats else "does not beat"
        low, high = self.held_out_interval
        text = (
            f"{what} fits best to {self.sums} sums of reported liquidations on {self.days} days; on held-out days it "
            f"{verdict} no calibration ({self.held_out:+.2f} log-likelihood a sum, 95 %: {low:+.2f} to {high:+.2f}; "
            f"last third {self.later:+.2f}). A sum still misses by a factor of about {np.exp(self.spread):.1f}. "
            "Feeds report at most what was liquidated."
        )
        return " ".join([text, *self.notes])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per period and side.

        Returns
        -------
        DataFrame
            time (start of the period, UTC), side ('long' / 'short'), reported, predicted (without calibration),
            calibrated [quote], fitted (False: too little reported, or nothing predicted).
        """
        return self.table.copy()

    def folds(self) -> pd.DataFrame:
        """Return one row per held-out stretch of days, the last one the later third.

        Returns
        -------
        DataFrame
            start, end (first and last period held out, UTC), sums, scale or median and sigma (fitted on the rest),
            ratio_before, ratio_after (median of predicted / reported, without and with calibration), gain (mean per
            sum).
        """
        return self.fold_table.copy()

    def __repr__(self) -> str:
        """Return what was fitted, its interval and whether it beats no calibration."""
        values = {"scale": self.scale, "median": self.prior.median, "sigma": self.prior.sigma}
        parts = [
            f"{name} {_figure(values[name])} [{', '.join(map(_figure, limits))}]"
            for name, limits in self.intervals.items()
        ]
        return f"Calibration({', '.join(parts)}, {self.sums} sums, {self.days} days, beats={self.beats})"

    def _repr_html_(self) -> str:
        """Return the sentence and the held-out stretches."""
        folds = self.fold_table.to_html(index=False, float_format=_figure)
        return f"<p>{escape(self.sentence)}</p><p><b>Held out</b></p>{folds}"


def _figure(value: float) -> str:
    return f"{value:.3g}"


def _range(limits: tuple[float, float]) -> str:
    return f"95 %: {_figure(limits[0])} to {_figure(limits[1])}"
