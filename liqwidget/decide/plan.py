"""A plan: size for a risk, own liquidation, a stop, and what stands between, before a position is opened.

Nothing in it says that price goes to a cluster: on recorded markets it does not. It says how much would be liquidated
where, what that and the own stop cost, and how far the own liquidation is.
"""

from __future__ import annotations

import math
import time as clock
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liqwidget.decide.given_tiers import GivenTiers
from liqwidget.decide.own_liquidation import MarginRules, margin_rules, margin_to_reach, more_margin, own_liquidation
from liqwidget.decide.plan_asked import Asked, asked, given_maintenance
from liqwidget.decide.plan_assumptions import assumptions_of
from liqwidget.decide.plan_value import Plan
from liqwidget.decide.plan_warnings import warnings_of
from liqwidget.decide.stop_places import StopPlace, stop_places
from liqwidget.decide.surroundings import Surroundings
from liqwidget.domain.margin import has_table
from liqwidget.domain.quotation import coin_of
from liqwidget.domain.tiers import venues as known_venues
from liqwidget.domain.time import time_ns
from liqwidget.errors import DataError
from liqwidget.field.measure import parse_measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd

    from liqwidget.decide.impact import Impact
    from liqwidget.domain.ledger import Ledger, VenueLedger
    from liqwidget.domain.side import Side

_LEAST_HOURS = 12.0
"""A proposed stop is no nearer than one standard deviation of so many hours: less than an even chance in a day."""

_SHRINKS = 40


def plan(
    ledger: Ledger,
    side: Side | int | str,
    entry: npt.ArrayLike | None = None,
    *,
    leverage: float | None = None,
    margin: float | None = None,
    stop: float | None = None,
    target: float | None = None,
    risk: float | str | None = None,
    venue: str | None = None,
    account: float | None = None,
    size: float | None = None,
    weights: npt.ArrayLike | None = None,
    mode: str = "isolated",
    contract: str | None = None,
    fee: float = 0.0,
    impact: Impact | None = None,
    count_slippage: bool = True,
    at: Any = None,
    now: Any = None,
    horizon: str = "24h",
    maintenance_margin_rate: float | None = None,
    maintenance_amount: float | None = None,
    tiers: pd.DataFrame | None = None,
    groups: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
) -> Plan:
    """Return a plan of a position: size for a risk, own liquidation, stop, what stands between, and warnings.

    Money (margin, risk, account) is in the currency that the contract settles in: quote currency, or the coin where it
    is inverse. An estimate, no advice.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    side : Side, {'long', 'short'}
        Of the position.
    entry : float or sequence of float, optional
        Price [quote/base]; several are one plan with an average entry. None takes the last close.
    leverage, margin : float, optional
        Value at entry over margin, or the margin; one of them. Both, where neither `risk` nor `size` says the size:
        it is then their product. In cross margin the account stands in where neither is given.
    stop : float, optional
        [quote/base]; None proposes one just beyond a cluster or inside a gap, in front of the own liquidation.
    target : float, optional
        [quote/base].
    risk : float or str, optional
        What may be lost at the stop, fees and slippage counted: money, or per cent of the account as ``'1%'``.
    venue : str, optional
        Whose margin rules; None takes the venue with the most open interest of those shown whose rules are known.
    account : float, optional
        The account's equity, less the maintenance margin of its other positions: what stands behind a position in
        cross margin, and what per cents are of.
    size : float, optional
        In place of `risk`: the position [base], of an inverse contract its value at entry.
    weights : sequence of float, optional
        Shares of the size at each entry, of an inverse contract of its amount of quote currency; even by default.
    mode : {'isolated', 'cross'}
        What stands behind the position: its margin, or the account.
    contract : {'linear', 'inverse'}, optional
        None: as the ledger's venue has it.
    fee : float
        Of the value, paid at entry and at exit: 0.0005 is 0.05 %.
    impact : SquareRootImpact or OrderBook, optional
        What the stop's order moves the price by.
    count_slippage : bool
        Whether that is part of the loss, and of what `risk` counts.
    at : time, optional
        As of when, with the margin tiers in force then. None: the last close, and the newest tiers.
    now : time, optional
        What the age of the data is judged by. None: the present where `at` is None, else `at`.
    horizon : str
        Of the chances that price gets to stop, target and own liquidation.
    maintenance_margin_rate, maintenance_amount : float, optional
        In place of the venue's tiers: a fraction, and money, which needs the first.
    tiers : DataFrame, optional
        In place of the package's dated tables: what ``liqwidget.margin_tiers(venue, symbol)`` reads from a venue today.
    groups, venues : iterable of str, optional
        Leverage groups and venues of the map that count; None means all.
    sensitivity : float
        As in `liqwidget.find_clusters`.

    Returns
    -------
    Plan

    Raises
    ------
    DataError
        If an option cannot be used, stop or target lie on the wrong side of the entry, or the margin does not exceed
        the maintenance margin.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> p = liqwidget.plan(ledger, "long", 87_000, leverage=5, stop=86_000, target=90_000, risk=500)
    >>> f"{p.size:.3f} BTC, {p.reward_to_risk:.2f} x the risk"
    '0.500 BTC, 3.00 x the risk'
    >>> round(p.liquidation_price)
    69880

    Notes
    -----
    Laws: with `risk` given, what is lost at the stop is the risk; `liquidation_price` is that of
    `liqwidget.liquidation_price`, in cross margin with the account as margin; more margin never brings it nearer.
    """
    chosen = ledger.only(venues)
    time = chosen.instant(at)
    seen = Surroundings.of(chosen, time, groups, sensitivity)
    mine = _venue(venue, seen)
    part = next((one for one in chosen if one.venue == mine), seen.leading)
    given = asked(
        side, seen.last if entry is None else entry, weights, stop, target, contract=contract or part.contract,
        leverage=leverage, margin=margin, size=size, risk=risk, account=account, mode=mode, fee=fee, impact=impact,
        count_slippage=count_slippage,
    )  # fmt: skip
    tiers_at = None if at is None else time
    rate, amount = given_maintenance(maintenance_margin_rate, maintenance_amount)
    own_tiers = None if tiers is None else GivenTiers.of(tiers, given.trade.contract)
    rules = {
        name: margin_rules(
            name, symbol, given.trade.contract, at=tiers_at, quote=chosen.quote, rate=rate,
            amount=amount, tiers=own_tiers if name == mine else None,
        )
        for name, symbol in _symbols(chosen, mine, part).items()
    }  # fmt: skip
    place = _placed(given, rules[mine], seen) if given.stop is None else StopPlace(given.stop, "as given")
    found = _reckoned(given, rules, mine, place, seen, horizon=horizon)
    present = _now(at, now, time)
    told = warnings_of(found, seen.clusters, closed=seen.closed, now=present, timeframe=seen.leading.timeframe)
    return replace(found, warnings=told, assumptions=assumptions_of(found, rules[mine], chosen))


def _venue(wanted: str | None, seen: Surroundings) -> str:
    """Return the venue whose rules are taken."""
    ledger, leading = seen.ledger, seen.leading
    if wanted is not None:
        name = str(wanted).strip().lower()
        known = dict.fromkeys([*ledger.names, *known_venues()])
        found = next((one for one in known if one.lower() == name), None)
        if found is None:
            raise DataError(f"Expected venue to be one of {', '.join(known)}, was {wanted!r:.60}")
        return found
    there = [(one, row) for one in ledger if (row := int(one.row_at(seen.time))) >= 0]
    by_size = sorted(there, key=lambda pair: (pair[0] is not leading, -float(pair[0].coins(pair[1]))))
    known_ones = (one.venue for one, _ in by_size if has_table(one.venue, one.symbol, one.contract))
    return next(known_ones, leading.venue)


def _symbols(ledger: Ledger, mine: str, part: VenueLedger) -> dict[str, str]:
    """Return the venues whose rules are listed, the plan's own first, and what each calls the contract."""
    return {mine: part.symbol} | {one.venue: one.symbol for one in ledger if one.venue != mine}


def _now(at: Any, now: Any, time: int) -> int:
    if now is not None:
        return time_ns(now, "now", any_year=True)
    return clock.time_ns() if at is None else time


def _placed(given: Asked, rules: MarginRules, seen: Surroundings) -> StopPlace:
    """Return the stop that is proposed: the nearest place in front of the own liquidation, else half way to it."""
    side, nearest = given.trade.side, given.last_entry
    least = seen.day * math.sqrt(_LEAST_HOURS / 24)
    unit = seen.ledger.unit
    for place in stop_places(side, nearest, seen.clusters, seen.gaps, least=least, unit=unit):
        if _in_front(given, rules, place.price):
            return place
    price = nearest * math.exp(-side * max(seen.day, least))
    for _ in range(_SHRINKS):
        if _in_front(given, rules, price):
            break
        price = nearest + (price - nearest) / 2
    else:
        price = nearest * math.exp(-side * max(seen.day, least))
    away = abs(price / nearest - 1)
    return StopPlace(price, f"{away:.2%} from the entry: no cluster or gap gives one in front of the own liquidation")


def _in_front(given: Asked, rules: MarginRules, stop: float) -> bool:
    """Return whether a stop comes before the own liquidation, with as much room again as to a price cell."""
    try:
        own = _own_price(given, rules, stop)
    except DataError:
        return False
    side, entry = given.trade.side, given.trade.entry
    return math.isnan(own) or side * (stop - own) > 0.1 * side * (entry - stop)


def _own_price(given: Asked, rules: MarginRules, stop: float) -> float:
    sized = given.sized(stop)
    return rules.price(given.trade.side, given.trade.entry, sized.behind(given.mode), sized.size)[0]


def _reckoned(
    given: Asked, rules: dict[str, MarginRules], mine: str, place: StopPlace, seen: Surroundings, *, horizon: str
) -> Plan:
    """Return the plan, but for its warnings and what it assumes."""
    trade, stop, target = given.trade, place.price, math.nan if given.target is None else given.target
    sized = given.sized(stop)
    value = sized.value
    own = {
        (name, mode): own_liquidation(
            one,
            mode,
            trade.side,
            trade.entry,
            leverage=sized.behind(mode),
            size=sized.size,
            strict=(name, mode) == (mine, given.mode),
        )
        for name, one in rules.items()
        for mode in sized.modes
    }
    own_price = own[mine, given.mode].price
    backed = {
        "leverage": sized.behind(given.mode),
        "size": sized.size,
        "stands": sized.stands(given.mode),
    }
    late = trade.side * (own_price - stop) >= 0
    needed = margin_to_reach(rules[mine], trade.side, trade.entry, stop, **backed) if late else math.nan
    fill = trade.fill(stop, value)
    loss = trade.loss(stop, value)
    reward = math.nan if math.isnan(target) else value * trade.gain(target)
    ratio = math.nan if math.isnan(target) else trade.gain(target) / -trade.gain(trade.closed_at(stop, value))
    days = parse_measure("expected", horizon)
    quoted = trade.quote_value(value, trade.entry)
    volume, interest = seen.market(mine)
    contract = trade.contract
    coin = coin_of(seen.leading.symbol)
    return Plan(
        side=trade.side,
        symbol=coin,
        venue=mine,
        mode=given.mode,
        contract=contract,
        time=seen.time,
        last_price=seen.last,
        entries=given.entries,
        weights=given.weights,
        entry=trade.entry,
        stop=stop,
        stop_reason=place.reason,
        stop_proposed=given.stop is None,
        target=target,
        size=sized.size,
        value=quoted,
        margin=sized.margin,
        leverage=sized.leverage,
        account=given.account,
        fee=trade.fee,
        risk=given.risk,
        loss=loss,
        reward=reward,
        reward_to_risk=ratio,
        break_even=trade.break_even,
        fees_at_stop=value * trade.fees(trade.closed_at(stop, value)),
        impact="" if trade.impact is None else trade.impact.name,
        slippage_counted=trade.counted,
        stop_fill=fill,
        slippage=abs(fill / stop - 1),
        stop_in_cascade=seen.cascade_end(stop, trade.impact),
        liquidation_price=own_price,
        max_leverage=own[mine, given.mode].max_leverage,
        liquidations=tuple(own.values()),
        added_margin=more_margin(rules[mine], trade.side, trade.entry, **backed),
        margin_for_stop=needed,
        on_the_way=seen.on_the_way(given, stop, own_price),
        liquidated_to_stop=seen.standing_to(stop),
        liquidated_to_target=seen.standing_to(target),
        chance_stop=seen.chance(stop, days),
        chance_target=seen.chance(target, days),
        chance_liquidation=seen.chance(own_price, days),
        horizon=horizon,
        volume_share=quoted / volume if volume > 0 else math.nan,
        interest_share=quoted / interest if interest > 0 else math.nan,
        quote=seen.ledger.quote,
        unit=seen.ledger.unit,
        currency=coin if contract == "inverse" else seen.ledger.quote,
    )
