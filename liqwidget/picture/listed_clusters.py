"""Clusters in words under a picture, as in the page's own PNG: nobody can point at a file, or read its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import FontProperties

from liqwidget.domain.amount import estimate_range, estimate_text, percent_text, price_decimals, price_text
from liqwidget.field.measure import HEAT
from liqwidget.look import LOOK
from liqwidget.picture.clusters import amount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from liqwidget.picture.ink import Ink
    from liqwidget.picture.layout import Row
    from liqwidget.study.clusters import Cluster

Ranges = dict[str, tuple[float, float]]

_SMALL, _TEXT = 8, 8.5
"""Points of the heading, and of what is listed."""


@dataclass(frozen=True, slots=True)
class ListedCluster:
    """A cluster in words: its side, 'short 109,809 +2.12 %', 'est. $250M', '($80M - 2.9B)' or ''."""

    side: str
    where: str
    amount: str
    range: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What stands under a picture: the clusters, out of how many, and what their amounts are."""

    words: str
    order: str
    clusters: tuple[ListedCluster, ...]
    of: int

    def heading(self, listed: int) -> str:
        """Return the heading over the first so many clusters; '' over none."""
        more = f"; {self.of - listed} more" if self.of > listed else ""
        return f"Clusters, {self.order} first: peak, distance, {self.words}{more}" if listed else ""


def cluster_ranges(clusters: Sequence[Cluster], found: Mapping[str, Any] | None, measure: str) -> Ranges:
    """Return the lowest and highest amount of clusters by id, of what a page knows; those alone of which it is known.

    Parameters
    ----------
    clusters : sequence of Cluster
        Whose.
    found : mapping or None
        See `liqwidget.widget.uncertainty_ranges.ranges_state`; None: ranges are off.
    measure : str
        The shown measure.
    """
    ranges: Ranges = {}
    for cluster in clusters:
        known = (found or {"of": {}})["of"].get(cluster.id, {}).get("expected" if measure == "expected" else "size")
        if known and known[1] > 0:
            times = amount(cluster, measure) / known[1]
            ranges[cluster.id] = known[0] * times, known[2] * times
    return ranges


def listed_clusters(
    clusters: Sequence[Cluster], ranges: Ranges, *, measure: str, horizon: str, quote: str, decimals: int
) -> Listed:
    """Return the first clusters in words, as the page's own picture has them.

    Parameters
    ----------
    clusters : sequence of Cluster
        Those shown, in order.
    ranges : dict
        See `cluster_ranges`.
    measure, horizon, quote : str
        What amounts are of, and in.
    decimals : int
        Of the market's prices.
    """
    rows = tuple(
        ListedCluster(
            one.side.label,
            f"{one.side.label} {price_text(one.peak_price, price_decimals(one.peak_price, decimals))} "
            f"{percent_text(one.distance_pct)}",
            f"est. {estimate_text(amount(one, measure), quote)}",
            f"({estimate_range(*ranges[one.id], quote)})" if one.id in ranges else "",
        )
        for one in clusters[: LOOK.listed.most]
    )
    what = f"expected in {horizon}" if measure == "expected" else "size"
    sure = " (low \N{EN DASH} high under other assumptions; no confidence interval)"
    words = f"est. {what}{sure if any(one.range for one in rows) else ''}"
    return Listed(words, "hottest" if measure == HEAT else "largest", rows, len(clusters))


Part = tuple[str, str, float]
"""A text, its weight, and pixels up to the next."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How many clusters stand side by side, how wide each is [px], and the parts of each."""

    count: int
    wide: float
    parts: tuple[list[Part], ...] = ()

    @property
    def rows(self) -> int:
        """How many lines a list takes, its heading among them; 0 without clusters."""
        return 1 + -(-len(self.parts) // self.count) if self.count else 0


def columns_of(figure: Figure, listed: Listed, room: float) -> Columns:
    """Return the columns that so many pixels have room for."""
    if not listed.clusters:
        return Columns(0, 0.0)
    renderer = FigureCanvasAgg(figure).get_renderer()
    parts = tuple(_parts(renderer, one) for one in listed.clusters)
    wide = max(sum(wide for *_, wide in one) for one in parts) + LOOK.listed.apart
    return Columns(max(int((room + LOOK.listed.apart) // wide), 1), wide, parts)


def draw_listed(figure: Figure, listed: Listed, columns: Columns, lines: Sequence[Row], ink: Ink) -> None:
    """Write the heading and as many clusters as lines have room for: where in the side's colour, then how much."""
    if not lines:
        return
    width = figure.bbox.width
    said: dict[str, Any] = {"va": "center", "parse_math": False}
    shown = listed.clusters[: columns.count * (len(lines) - 1)]
    figure.text(lines[0].left, lines[0].middle, listed.heading(len(shown)), color=ink.faint, fontsize=_SMALL, **said)
    for number, one in enumerate(shown):
        line = lines[1 + number // columns.count]
        at = line.left * width + number % columns.count * columns.wide
        for (text, weight, wide), colour in zip(
            columns.parts[number], (getattr(ink, one.side), ink.text, ink.faint), strict=True
        ):
            figure.text(at / width, line.middle, text, color=colour, fontsize=_TEXT, weight=weight, **said)
            at += wide


def _parts(renderer: Any, one: ListedCluster) -> list[Part]:
    """Return the parts of a cluster in words."""
    parts = [(one.where, "normal", 8.0), (one.amount, "bold", 5.0), (one.range, "normal", 0.0)]
    return [
        (text, weight, gap + renderer.get_text_width_height_descent(text, _font(weight), ismath=False)[0])
        for text, weight, gap in parts
    ]


def _font(weight: str) -> FontProperties:
    return FontProperties(size=_TEXT, weight=weight)
