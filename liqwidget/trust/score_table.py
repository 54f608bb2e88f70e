"""Scores: methods by metrics, each with its interval, and what they say in plain words."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from liqwidget.errors import DataError

_DIGITS = {"delta R2": 3, "distance error": 3}
"""Decimals by the first words of a metric; two otherwise."""
_LARGE, _SMALL = 10, 0.1


class Score(NamedTuple):
    """One metric of one method: its value, 95 % bootstrap interval, and the number of rows it is of."""

    method: str
    metric: str
    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "-"
        if math.isnan(self.low):
            return self.text(self.value)
        return f"{self.text(self.value)} [{self.text(self.low)}, {self.text(self.high)}]"

    def text(self, value: float) -> str:
        """Return a number with this metric's decimals; without any from 10 on, one more of a ratio under 0.1."""
        digits = next((digits for words, digits in _DIGITS.items() if self.metric.startswith(words)), 2)
        if self.metric.startswith("size ratio") and abs(value) < _SMALL:
            digits += 1
        text = f"{value:.{digits}f}" if abs(value) < _LARGE else f"{value:,.0f}"
        return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scores:
    """How far the map and the methods beside it agree with what happened.

    Parameters
    ----------
    title : str
        What was compared with what.
    scores : tuple of Score
        By method and metric.
    sentences : tuple of str
        What the scores say, and what they cannot say.

    Examples
    --------
    >>> import liqwidget
    >>> sample = liqwidget.sample_market(days=3)
    >>> ledger = liqwidget.estimate(sample.markets())
    >>> scores = liqwidget.score_truth(ledger, sample.truth, every="4h", draws=20)
    >>> len(scores.to_frame()) == len(scores.scores)
    True
    """

    title: str
    scores: tuple[Score, ...] = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)

    def of(self, method: str, metric: str) -> Score:
        """Return one score.

        Raises
        ------
        DataError
            If there is no such method or metric.
        """
        for score in self.scores:
            if score.method == method and score.metric == metric:
                return score
        names = ", ".join(dict.fromkeys(score.method for score in self.scores))
        metrics = ", ".join(dict.fromkeys(score.metric for score in self.scores))
        message = f"Expected a method among {names} and a metric among {metrics}, was {method!r:.60}, {metric!r:.60}"
        raise DataError(message)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per method and metric: method, metric, value, low, high, n."""
        return pd.DataFrame(self.scores, columns=list(Score._fields))

    @property
    def table(self) -> pd.DataFrame:
        """Methods by metrics as text: value [low, high]."""
        rows: dict[str, dict[str, str]] = {}
        for score in self.scores:
            rows.setdefault(score.method, {})[score.metric] = str(score)
        return pd.DataFrame.from_dict(rows, orient="index").fillna("-").rename_axis("method")

    def __repr__(self) -> str:
        """Return the title, the table and the sentences."""
        return "\n\n".join([self.title, self.table.T.to_string(), "\n".join(self.sentences)])

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        table = self.table.rename_axis(None).to_html()
        return f"<p><b>{html.escape(self.title)}</b></p>{table}<ul>{said}</ul>"
