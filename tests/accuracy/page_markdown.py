"""Tables of the accuracy page as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.trust.score_table import Score, Scores

RANK, PARTIAL, GAIN = "rank correlation", "partial rank correlation", "delta R2"
RATIO, LOWER, UPPER = (f"size ratio, {part}" for part in ("median", "lower quartile", "upper quartile"))

INTERVAL = re.compile(r"\S+ \[[^\]]*\]|\S+ to \S+")
NO_BREAK = "\N{NO-BREAK SPACE}"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a number and its interval stay on one line."""
    whole = [[INTERVAL.sub(lambda found: found[0].replace(" ", NO_BREAK), cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *whole))


def of_scores(scores: Scores, metrics: Sequence[str], *, spread: bool = False) -> str:
    """Return methods by metrics, under their title and over what they say; `spread` adds the ratio's middle half."""
    rows = []
    for method in dict.fromkeys(one.method for one in scores.scores):
        found = {one.metric: one for one in scores.scores if one.method == method}
        cells = [str(found[metric]) if metric in found else "-" for metric in metrics]
        name = f"**{method}**" if method == "map" else method
        rows.append([name, *cells, *([_middle_half(found)] if spread else [])])
    heads = ["method", *metrics, *(["size ratio, middle half"] if spread else [])]
    said = "\n".join(f"- {sentence}" for sentence in scores.sentences)
    return f"**{scores.title}**\n\n{markdown(heads, rows)}\n\n{said}"


def _middle_half(found: dict[str, Score]) -> str:
    if LOWER not in found:
        return "-"
    low, high = found[LOWER], found[UPPER]
    return f"{low.text(low.value)} to {high.text(high.value)}"
