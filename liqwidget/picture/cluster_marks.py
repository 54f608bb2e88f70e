"""The marks of clusters on a static picture: a bracket and a label each, faint where the picture hardly shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from liqwidget.domain.amount import price_decimals, price_text
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.look import LOOK
from liqwidget.picture.axes import NamedPrice
from liqwidget.picture.clusters import bracketed, labels, shown, strength
from liqwidget.widget.clusters import peak_values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from liqwidget.picture.clusters import Label, Sight
    from liqwidget.picture.ink import Ink
    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.scene import Scene

_DAY_MS = DAY // MILLISECOND


def shown_clusters(view: Scene) -> list[tuple[Cluster, dict[str, float]]]:
    """Return the clusters of the sides shown that the threshold leaves, in order, with what their peaks are."""
    peaks = dict(zip([one.id for one in view.found], peak_values(view.session, view.settings, view.found), strict=True))
    above = [one for one in view.found if not view.threshold > 0 or peaks[one.id][view.measure] >= view.threshold]
    return [(one, peaks[one.id]) for one in shown(above, view.side, view.measure)]


def draw_clusters(axes: Axes, sight: Sight, view: Scene, ink: Ink, page: Ink) -> tuple[list[Label], list[NamedPrice]]:
    """Bracket the clusters right of now that the threshold leaves, and label those that have room.

    Returns the labels, and the peaks of those that are labelled, to be named at the axis, which lies on the page.
    """
    axes.set_xlim(sight.time[0] / _DAY_MS, sight.time[1] / _DAY_MS)
    axes.set_ylim(*sight.price)
    seen = shown_clusters(view)
    found, alphas = [one for one, _ in seen], {one.id: strength(peak, view.measure) for one, peak in seen}
    quote = str(view.market_state["unit"])
    decimals = view.session.price_decimals(view.settings)
    placed = labels(found, sight, measure=view.measure, quote=quote, decimals=decimals)
    marked = bracketed(found, placed, sight)
    start, end = (part / _DAY_MS for part in sight.bracket)
    lines = [
        [(end, one.price_low), (start, one.price_low), (start, one.price_high), (end, one.price_high)]
        for one in marked
    ]  # fmt: skip
    point = 72 / axes.figure.dpi
    halo = [to_rgba(ink.background, 0.6) for _ in marked]
    sides = [to_rgba(getattr(ink, one.side.label), alphas[one.id]) for one in marked]
    for wide, inks in ((LOOK.band.halo, halo), (LOOK.band.line, sides)):
        axes.add_collection(LineCollection(lines, colors=inks, linewidths=wide * point, zorder=2), autolim=False)
    box = {"facecolor": ink.background, "edgecolor": "none", "alpha": LOOK.plate, "pad": 1.5}
    for label in placed:
        axes.annotate(
            label.text, (1, label.price), xycoords=("axes fraction", "data"), xytext=(-5, 0),
            textcoords="offset points", ha="right", va="center", fontsize=8, weight="bold",
            color=getattr(ink, label.cluster.side.label), alpha=alphas[label.cluster.id], zorder=6, bbox=box,
        )  # fmt: skip
    named = [
        NamedPrice(
            peak := label.cluster.peak_price,
            price_text(peak, price_decimals(peak, decimals)),
            getattr(page, label.cluster.side.label),
            alphas[label.cluster.id],
        )
        for label in placed
        if sight.price[0] < label.cluster.peak_price < sight.price[1]
    ]
    return placed, named
