"""What the heatmap says of a decision: the verbs of `decide`, of the venues, groups and time shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liqwidget.background import weakly
from liqwidget.decide.cascade import CURVE, cascade_curve
from liqwidget.decide.cascade import cascade as cascade_of
from liqwidget.decide.cluster_history import STEP
from liqwidget.decide.cluster_history import cluster_history as history_of
from liqwidget.decide.confluence import WITHIN, Confluence
from liqwidget.decide.confluence import confluence as confluence_of
from liqwidget.decide.impact import SquareRootImpact
from liqwidget.decide.looks import parsed_step
from liqwidget.decide.plan import plan as plan_of
from liqwidget.decide.sweeps import FOLLOWED, Sweeps
from liqwidget.decide.sweeps import sweeps as sweeps_of
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.run.alerting import Alerts
from liqwidget.trust.alternatives import default_alternatives
from liqwidget.widget.live import on_main_thread
from liqwidget.widget.lives import Lives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy.typing as npt
    import pandas as pd

    from liqwidget.decide.cascade_value import Cascade
    from liqwidget.decide.cluster_history import ClusterHistory
    from liqwidget.decide.impact import Impact
    from liqwidget.decide.plan_value import Plan
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.overlay import Overlay
    from liqwidget.domain.side import Side
    from liqwidget.run.moving import Moving
    from liqwidget.trust.alternatives import Alternative
    from liqwidget.widget.display import Display, Shown
    from liqwidget.widget.lives import Wanted
    from liqwidget.widget.view import HeatmapWidget


def cascade(
    self: HeatmapWidget,
    shock: float = -0.02,
    *,
    impact: Impact | None = None,
    alternatives: Iterable[Alternative] | None = None,
) -> Cascade:
    """Return what a shock of the price would set off: what is liquidated, and where its orders bring the price.

    `shock`: a fraction, -0.02 is a fall of 2 %. `impact`: what moves the price, `SquareRootImpact` or `OrderBook`; by
    default the square-root law of the markets shown. `alternatives`: assumptions for the range, by default those of
    `uncertainty`; ``()`` leaves it out. See `liqwidget.cascade`.

    Raises
    ------
    DataError
        If an option cannot be used.
    """
    shown = self._shown()
    others = default_alternatives(shown.ledger.prior) if alternatives is None else alternatives
    return cascade_of(shown.ledger, shock, timestamp(shown.end), alternatives=others, **_as_shown(self, impact))


def cascades(self: HeatmapWidget, shocks: npt.ArrayLike = CURVE, *, impact: Impact | None = None) -> pd.DataFrame:
    """Return what each of many shocks would set off, as a table indexed by shock: see `liqwidget.cascade_curve`.

    Raises
    ------
    DataError
        If a shock cannot be used.
    """
    shown = self._shown()
    return cascade_curve(shown.ledger, shocks, timestamp(shown.end), **_as_shown(self, impact))


def cluster_history(self: HeatmapWidget, id: str | None = None, **options: Any) -> ClusterHistory:  # noqa: A002
    """Return what became of clusters up to the end shown, one row per event: see `liqwidget.cluster_history`.

    `id`: that of one cluster (`Cluster.id`); None takes all. Options: since, step ('1h'), change, near. A month of
    5-minute candles takes a second or two.

    Raises
    ------
    DataError
        If an option cannot be used, or there is no such cluster.
    """
    shown = self._shown()
    return history_of(shown.ledger, id, at=timestamp(shown.end), **(shown.settings.found_by | options))


def lives_of(self: HeatmapWidget) -> Lives:
    """Return what keeps the lives of the clusters that are ticked."""

    def found(wanted: Wanted, looks: int) -> ClusterHistory:
        since = timestamp(max(wanted.end - looks * step(wanted.ledger), wanted.ledger.start))
        return history_of(wanted.ledger, since=since, at=timestamp(wanted.end), **wanted.settings.found_by)

    def step(ledger: Ledger) -> int:
        return parsed_step(None, STEP, ledger)

    lives = Lives(weakly(self._shown), weakly(self._ticked), found, step, share=weakly(self._share), lock=self._lock)
    self.observe(lives.renew, ["_selected", "_clusters"])
    return lives


def plan(
    self: HeatmapWidget,
    side: Side | int | str,
    entry: npt.ArrayLike | None = None,
    *,
    leverage: float | None = None,
    margin: float | None = None,
    stop: float | None = None,
    target: float | None = None,
    risk: float | str | None = None,
    venue: str | None = None,
    **options: Any,
) -> Plan:
    """Return a plan of a position in what is shown: size for a risk, own liquidation, stop, and warnings. No advice.

    ``h.plan("long", 91_000, leverage=5, risk=500, target=95_000)`` proposes a stop; ``risk="1%", account=20_000`` takes
    per cent of the account, ``entry=[91_000, 90_000], weights=[1, 2]`` scales in. Parameters as in `liqwidget.plan`;
    its other options: account, size, weights, mode ('isolated', 'cross'), contract, fee, impact, count_slippage, now,
    horizon, maintenance_margin_rate, maintenance_amount, tiers.

    Slippage of the stop is shown by the square-root law of the markets shown; it is counted in the loss where `impact`
    is given. Data of the simulated market never count as old.

    Raises
    ------
    DataError
        If an option cannot be used, or stop or target lie on the wrong side.
    """
    shown = self._shown()
    settings, end, simulated = shown.settings, timestamp(shown.end), bool(self._market["simulated"])
    how: dict[str, Any] = {"leverage": leverage, "margin": margin, "stop": stop, "target": target, "risk": risk}
    how |= {"venue": venue, "at": None if self.as_of is None else end, "now": end if simulated else None}
    how |= {"groups": settings.leverage, "venues": settings.venues, "sensitivity": settings.sensitivity}
    if "impact" not in options:
        how |= {"impact": _usual_impact(shown), "count_slippage": False}
    found = plan_of(shown.ledger, side, entry, **(how | options))
    if not simulated:
        return found
    return replace(found, assumptions=("The market is simulated: no prices of a real one.", *found.assumptions))


def confluence(
    self: HeatmapWidget,
    within: float = WITHIN,
    *,
    weights: Mapping[str, float] | None = None,
    own: Iterable[Overlay] | None = None,
    **options: Any,
) -> Confluence:
    """Return each cluster at the end shown with what else a trader knows near it, counted and weighted openly.

    `within`: how far from a cluster's range, as a share of its price. `weights`: what one of a kind counts, such as
    {'vwap': 2}; 1 each by default. `own`: levels, series and events, by default those of `add_levels` and
    `add_series`. Options: venue (whose candles), anchors, rules, width. See `liqwidget.confluence`.

    Raises
    ------
    DataError
        If an option cannot be used.
    """
    shown = self._shown()
    mine = self._own_overlays() if own is None else own
    options = shown.settings.found_by | options | {"within": within, "weights": weights, "own": mine}
    return confluence_of(shown.ledger, shown.session.markets, timestamp(shown.end), **options)


def sweeps(self: HeatmapWidget, n: int = FOLLOWED, **options: Any) -> Sweeps:
    """Return past sweeps of clusters up to the end shown, and what price did in the n candles after each.

    Amount, liquidations that the venues told, speed, wick, volume, open interest, reversal or continuation: see
    `liqwidget.sweeps`. Options: since, step ('1h'), venue (whose candles), width. What followed is no hit rate without
    its control: on the recorded markets a sweep is not told from an ordinary move of its size.

    Raises
    ------
    DataError
        If an option cannot be used.
    """
    shown = self._shown()
    options = shown.settings.found_by | options
    return sweeps_of(shown.ledger, shown.session.markets, n, at=timestamp(shown.end), **options)


def alerts_of(display: Display, moving: Moving, share: Callable[[dict[str, Any]], None]) -> Alerts:
    """Return the alerts of what is followed; `share` takes the trait that a page lists them from."""

    def show(fired: list[dict[str, Any]]) -> None:
        share({"_fired": fired})

    return Alerts(lambda: display.session.ledger, lambda: moving.following.live, show, on_main_thread)


@property  # type: ignore[misc]
def alerts(self: HeatmapWidget) -> Alerts:
    """Rules that are asked as candles close, and what is done when one tells something.

    ``h.alerts.add(PriceNear(1.0))`` shows a message in the widget when price comes within 1 % of a cluster;
    ``h.alerts.log`` is what was told, ``h.alerts.replay()`` what would have been told of the past.
    """
    found: Alerts = self._alerting
    return found


def _usual_impact(shown: Shown) -> SquareRootImpact | None:
    """Return the square-root law of the markets shown; None where none traded."""
    try:
        return SquareRootImpact.of(shown.session.shown(shown.settings), timestamp(shown.end))
    except DataError:
        return None


def _as_shown(self: HeatmapWidget, impact: Impact | None) -> dict[str, Any]:
    """Return the impact, venues and groups that stand for what is shown."""
    shown = self._shown()
    markets = shown.session.shown(shown.settings)
    law = SquareRootImpact.of(markets, timestamp(shown.end)) if impact is None else impact
    return {"impact": law, "leverage": shown.settings.leverage, "venues": shown.settings.venues}
