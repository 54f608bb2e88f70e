"""What scores against positions say in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.trust.naive import THE_MAP

if TYPE_CHECKING:
    from liqwidget.trust.score_table import Score


def sentences(scores: list[Score], what: str) -> tuple[str, ...]:
    """Return what scores by distance from price say, one sentence each."""
    order = {"rank correlation": max, "rank correlation, 20 %": max, "rank correlation, all": max}
    fine = {"local rank correlation": max, "rank correlation given distance, 20 %": max}
    apart = {"distance error": min, "distance error, all": min}
    said = []
    for metrics, text in (
        (order, "By distance from price, agreement with {what} ({metric}) is {ours}; that of {rival} {theirs}."),
        (fine, "Beyond the smooth profile the map {finds} ({metric} {ours}); {rival} has {theirs}."),
        (apart, "The {metric} in ln(price), 0 is best, is {ours}; that of {rival} {theirs}."),
    ):
        metric = next((one.metric for one in scores if one.metric in metrics), None)
        if metric is None:
            continue
        rows = [one for one in scores if one.metric == metric]
        ours = next(one for one in rows if one.method == THE_MAP.name)
        best = metrics[metric]((one.value, one) for one in rows if one is not ours)[1]
        finds = "finds some of the structure" if ours.low > 0 else "is not shown to find any structure"
        rival = f"the best other method ({best.method})"
        said.append(text.format(what=what, metric=metric, ours=ours, rival=rival, theirs=best, finds=finds))
    ratio = {one.metric: one for one in scores if one.method == THE_MAP.name and one.metric.startswith("size ratio")}
    middle, lower, upper = ratio.values()
    middle_half = f"{lower.text(lower.value)} to {upper.text(upper.value)} in the middle half"
    said.append(f"Estimated over actual size is {middle} in the median, {middle_half}.")
    return tuple(said)
