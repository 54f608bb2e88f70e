"""The ledger of a source: venues that cannot be estimated are left out, those that have ended are named."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from liqwidget.domain.status import VenueStatus
from liqwidget.domain.time import timestamp
from liqwidget.errors import LiqError
from liqwidget.estimate.estimator import Rules, estimate
from liqwidget.market.read import missing, shortened

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.field.density import Prior
    from liqwidget.market.source import Source


def reckoned(source: Source, prior: Prior) -> tuple[Source, Ledger]:
    """Return a source and its ledger.

    Of venues that were asked, one that cannot be estimated is left out, with the reason in the status; own markets
    have no status, and none of them is left out. A ledger that is there is taken; without heat, or with another
    prior, it is made anew by the same churn and share of the book at the cap.

    Raises
    ------
    LiqError
        If no venue, or an own market, cannot be estimated.
    """
    if source.made is not None:
        markets, ledger = source.made
        if markets is source.markets and ledger.prior == prior and ledger.heat is not None:
            return source, ledger
        return source, estimate(source.markets, prior, **Rules.of(ledger)._asdict())
    if source.simulated and source.markets == source.finest:
        return source, _simulated(source.markets, prior)
    try:
        return source, estimate(source.markets, prior)
    except LiqError:
        if not source.status:
            raise
        good: list[MarketData] = []
        reasons: dict[str, str] = {}
        for market in source.markets:
            try:
                estimate(market, prior)
            except LiqError as error:
                reasons[market.venue] = f"cannot be estimated: {shortened(error, market.venue)}"
            else:
                good.append(market)
        if not good:
            raise
    status = tuple(_refused(part, reasons) for part in source.status)
    label = " + ".join(market.venue for market in good)
    left = replace(source, markets=tuple(good), label=label, status=status, notice=missing(status) or source.notice)
    return left, estimate(good, prior)


@lru_cache(maxsize=2)
def _simulated(markets: tuple[MarketData, ...], prior: Prior) -> Ledger:
    """Return the ledger of the simulated market, which the next heatmap of it finds made."""
    return estimate(markets, prior)


def _refused(status: VenueStatus, reasons: dict[str, str]) -> VenueStatus:
    why = reasons.get(status.venue)
    return status if why is None else VenueStatus(status.venue, "refused", None, why, status.publishes)


def ended(ledger: Ledger) -> dict[str, str]:
    """Return by venue what is said of those whose data ended long before the others', or have long gaps."""
    gaps = {
        part.venue: (
            f"no data up to {timestamp(end):%Y-%m-%d %H:%M} UTC: in no sum from {timestamp(start):%Y-%m-%d %H:%M} on"
        )
        for part in ledger
        for start, end in part.absent[-1:]
    }
    return gaps | {
        part.venue: (
            f"data end {timestamp(int(part.time[-1])):%Y-%m-%d %H:%M} UTC: in no sum from "
            f"{timestamp(part.ended):%Y-%m-%d %H:%M} on"
        )
        for part in ledger
        if part.ended is not None
    }
