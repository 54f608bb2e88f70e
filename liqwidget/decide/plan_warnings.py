"""What a plan is to be warned of, each with a code that does not change and a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from liqwidget.decide.plan_value import Plan, PlanWarning, amount_words
from liqwidget.decide.stop_places import ROOM, follows
from liqwidget.domain.amount import estimate_text, plain_price
from liqwidget.domain.quotation import RELATIVE
from liqwidget.domain.time import MINUTE, timestamp
from liqwidget.study.clusters import REACH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from liqwidget.study.clusters import Cluster

CODES = {
    "entry_in_cluster": "an entry lies inside a cluster",
    "stop_in_cluster": "the stop lies inside a cluster",
    "stop_at_cluster": "the stop lies a little before a cluster larger than the position",
    "liquidation_before_stop": "the own liquidation lies before the stop",
    "liquidation_at_cluster": "the own liquidation lies in, or a little before, a cluster larger than the position",
    "stop_near": "price is more likely to get to the stop within the horizon than not",
    "liquidation_near": "price gets to the own liquidation within the horizon more often than one time in twenty",
    "leverage_high": "leverage above 5x",
    "leverage_above_maximum": "leverage above the venue's maximum for that size",
    "thin_market": "the position is large beside what is traded in a day, or what is open",
    "data_old": "the last candle is old",
    "price_beyond_stop": "the last price is beyond the stop or the own liquidation already",
    "price_beyond_target": "the last price is beyond the target already",
    "entry_far": "an entry is further from the last price than the map is looked at",
    "margin_above_account": "more margin than the account holds",
    "risk_high": "the stop loses more than a twentieth of the account",
    "risk_tiny": "the stop loses next to nothing of the account: 0.01 is money, '1%' is per cent",
    "reward_below_risk": "less to earn at the target than to lose at the stop",
    "tiers_approximate": "the venue's margin tiers are not known exactly",
}
"""The codes, and what each says."""

HIGH_LEVERAGE = 5.0
"""Leverage above it is warned of."""

HIGH_RISK, TINY_RISK = 0.05, 1e-5
"""Shares of the account: a larger loss at the stop is warned of, and a smaller one."""

LIKELY, POSSIBLE = 0.5, 0.05
"""A larger chance of the stop is warned of, and of the own liquidation."""

NEAR = 0.02
"""How far behind the own liquidation a larger cluster is looked for, in ln(price)."""
THIN = 0.01
"""Share of a day's volume, or of open interest, above which a market is thin for a position."""

OLD_CANDLES, OLD_MINUTES = 3, 10
"""Data are old that end so many candles ago, and so many minutes at least."""


def warnings_of(
    plan: Plan, clusters: Sequence[Cluster], *, closed: int, now: int, timeframe: int
) -> tuple[PlanWarning, ...]:
    """Return what a plan is to be warned of.

    Parameters
    ----------
    plan : Plan
        Whole but for its warnings.
    clusters : sequence of Cluster
        That stand.
    closed, now, timeframe : int
        When the last candle closed, what time it is [ns UTC], and how long a candle is [ns].
    """
    return tuple(
        PlanWarning(code, text)
        for code, text in (
            *_of_clusters(plan, clusters),
            *_of_own_liquidation(plan, clusters),
            *_of_chances(plan),
            *_of_leverage(plan),
            *_of_account(plan),
            *_of_market(plan, closed, now, timeframe),
            *_of_prices(plan),
        )
    )


def _of_clusters(plan: Plan, clusters: Sequence[Cluster]) -> Iterator[tuple[str, str]]:
    for price in plan.entries:
        for one in _holding(clusters, price):
            yield (
                "entry_in_cluster",
                f"Entry {plain_price(price)} lies inside {_named(one, plan)}: forced orders come where you enter.",
            )
    for one in _holding(clusters, plan.stop):
        yield (
            "stop_in_cluster",
            f"Stop {plain_price(plan.stop)} lies inside {_named(one, plan)}: it is filled among forced orders.",
        )
    behind = [one for one in _larger(clusters, plan) if follows(one, plan.stop, plan.side, ROOM)]
    largest = max(behind, key=lambda one: one.size, default=None)
    if largest is not None and largest not in _holding(clusters, plan.stop):
        words = f"Stop {plain_price(plan.stop)} {_before(largest, plan.stop, plan)}"
        yield ("stop_at_cluster", f"{words}: an order that is filled a little worse is filled among forced orders.")


def _of_own_liquidation(plan: Plan, clusters: Sequence[Cluster]) -> Iterator[tuple[str, str]]:
    own, side = plan.liquidation_price, plan.side
    if math.isnan(own):
        return
    words = f"Your own liquidation {plain_price(own)} ({plan.venue}, {plan.mode})"
    if side * (own - plan.stop) >= 0:
        more = plan.margin_for_stop - (plan.account if plan.mode == "cross" else plan.margin)
        needs = "" if math.isnan(more) else f"; {amount_words(more, plan.currency)} more margin would put it behind"
        margin = (
            "" if plan.mode == "cross" or math.isnan(plan.margin) else f", {amount_words(plan.margin, plan.currency)}"
        )
        saves = f"lies before the stop {plain_price(plan.stop)}, which would not save the margin{margin}{needs}"
        yield ("liquidation_before_stop", f"{words} {saves}.")
    met = [one for one in _larger(clusters, plan) if follows(one, own, side, NEAR)]
    inside = _holding(met, own)
    for one in inside:
        yield ("liquidation_at_cluster", f"{words} lies inside {_named(one, plan)}: you would be liquidated with it.")
    largest = max(met, key=lambda one: one.size, default=None)
    if largest is not None and largest not in inside:
        yield (
            "liquidation_at_cluster",
            f"{words} {_before(largest, own, plan)}: you would be liquidated before it is swept.",
        )


def _of_chances(plan: Plan) -> Iterator[tuple[str, str]]:
    for code, what, chance, limit in (
        ("stop_near", "the stop", plan.chance_stop, LIKELY),
        ("liquidation_near", "your own liquidation", plan.chance_liquidation, POSSIBLE),
    ):
        if chance > limit:
            yield (
                code,
                f"Price gets to {what} within {plan.horizon} with a chance of {chance:.0%} (a walk without drift).",
            )


def _of_leverage(plan: Plan) -> Iterator[tuple[str, str]]:
    backed = plan.added_margin[0].leverage if plan.mode == "cross" and plan.added_margin else plan.leverage
    if backed > HIGH_LEVERAGE * (1 + 1e-9):
        own = plan.liquidation_price
        against = "" if math.isnan(own) else f": {abs(plan.distance_pct(own)):.2f} % against you liquidates it"
        yield ("leverage_high", f"Leverage {backed:.3g}x is above {HIGH_LEVERAGE:g}x{against}.")
    if plan.leverage > plan.max_leverage * (1 + 1e-9):
        yield (
            "leverage_above_maximum",
            f"Leverage {plan.leverage:.3g}x is above what {plan.venue} allows for that size, {plan.max_leverage:g}x.",
        )
    note = next((one.note for one in plan.liquidations if (one.venue, one.mode) == (plan.venue, plan.mode)), "")
    if note:
        yield ("tiers_approximate", f"Your own liquidation is not exact: {note}.")


def _of_account(plan: Plan) -> Iterator[tuple[str, str]]:
    account, lost = plan.account, plan.loss / plan.account
    if plan.margin > account * (1 + 1e-9):
        yield ("margin_above_account", f"The margin is {plan.margin / account:.2f} times the account.")
    if lost > HIGH_RISK * (1 + 1e-9):
        yield ("risk_high", f"The stop loses {lost:.0%} of the account.")
    if lost < TINY_RISK:
        loses = f"The stop loses {amount_words(plan.loss, plan.currency)} of {amount_words(account, plan.currency)}"
        yield ("risk_tiny", f"{loses}: a risk that is a number is money, '1%' is per cent of the account.")


def _of_market(plan: Plan, closed: int, now: int, timeframe: int) -> Iterator[tuple[str, str]]:
    parts = [
        f"{share:.1%} of {what}"
        for share, what in ((plan.volume_share, "a day's volume"), (plan.interest_share, "open interest"))
        if share > THIN
    ]
    if parts:
        slips = f" Expected slippage of the stop: {plan.slippage:.2%}." if plan.impact else ""
        yield ("thin_market", f"The position is {' and '.join(parts)}: leaving it moves the price.{slips}")
    if now - closed > max(OLD_CANDLES * timeframe, OLD_MINUTES * MINUTE):
        ended = f"{timestamp(closed):%Y-%m-%d %H:%M}"
        yield ("data_old", f"The last candle closed at {ended} UTC: what stands now is not known.")


def _of_prices(plan: Plan) -> Iterator[tuple[str, str]]:
    side, last = plan.side, plan.last_price
    shown = f"The last price {plain_price(last)}"
    nearest = side * max(
        side * plan.stop, -math.inf if math.isnan(plan.liquidation_price) else side * plan.liquidation_price
    )
    if side * (last - nearest) <= 0:
        what = "the stop" if nearest == plan.stop else "your own liquidation"
        yield ("price_beyond_stop", f"{shown} is beyond {what} {plain_price(nearest)} already.")
    if side * (last - plan.target) >= 0:
        yield ("price_beyond_target", f"{shown} is beyond the target {plain_price(plan.target)} already.")
    far = [price for price in plan.entries if abs(price / last - 1) > REACH]
    if far:
        away = f"{plain_price(far[0])} is {abs(far[0] / last - 1):.0%} from the last price"
        yield ("entry_far", f"Entry {away}: clusters are looked for within {REACH:.0%} of it.")
    if plan.reward_to_risk < 1:
        yield ("reward_below_risk", f"The target earns {plan.reward_to_risk:.2f} times what the stop loses.")


def _larger(clusters: Sequence[Cluster], plan: Plan) -> list[Cluster]:
    """Return the clusters that are larger than the position, all where it is not known how large they are."""
    least = 0.0 if math.isnan(plan.value) or plan.unit == RELATIVE else plan.value
    return [one for one in clusters if one.size > least]


def _before(cluster: Cluster, price: float, plan: Plan) -> str:
    edge = cluster.price_high if plan.side > 0 else cluster.price_low
    return f"lies {abs(edge / price - 1):.2%} in front of {_named(cluster, plan)}"


def _holding(clusters: Sequence[Cluster], price: float) -> list[Cluster]:
    return [one for one in clusters if one.price_low <= price <= one.price_high]


def _named(cluster: Cluster, plan: Plan) -> str:
    amount = estimate_text(cluster.size, plan.unit)
    low, high = plain_price(cluster.price_low), plain_price(cluster.price_high)
    return f"a cluster of {cluster.side.label}s {low} to {high} (est. {amount})"
