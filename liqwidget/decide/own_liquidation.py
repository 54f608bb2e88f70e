"""Where a venue would liquidate a position of one's own, in isolated and in cross margin.

Isolated, it is `liqwidget.liquidation_price` with the position's margin. In cross margin the same sentence holds of the
account: it is liquidated where its equity falls to its maintenance margin. With the account's equity in place of the
margin, less the maintenance margin of its other positions, whose prices are held, the formula is the same (Binance
support FAQ b3c689c1f50a44cabb3a84e663b81d93: wallet balance - TMM1 + UPNL1; Hyperliquid Docs, Liquidations:
margin_available = account_value - maintenance_margin_required). Bybit's takes the venue's isolated form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from liqwidget.domain.margin import ladder_distance, liquidation_price
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.side import Side
from liqwidget.domain.tiers import OTHER, symbol_tables, venue_rules, venues
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.decide.given_tiers import GivenTiers
    from liqwidget.domain.quotation import Contract
    from liqwidget.domain.tiers import TierTable

Known = Literal["exact", "given", "approximate", "unknown"]
"""How far a venue's rules are known: its table of this symbol, a rate that was given, a table that stands in, none."""

STEPS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Shares of what stands behind a position that are added in the table of more margin."""

_HALVINGS = 40
_ROUNDING = 1e-9

UNKNOWN_RATE = 0.005
"""Maintenance rate that is taken where a venue's is not known, as most venues have in their lowest tier of BTC."""


@dataclass(frozen=True, slots=True)
class OwnLiquidation:
    """Where one venue would liquidate the position.

    Parameters
    ----------
    venue : str
        Whose rules.
    mode : str
        'isolated' or 'cross'.
    price : float
        Mark price [quote/base]; NaN where no price liquidates it, or `note` says why there is none.
    distance_pct : float
        From the average entry [%], below it negative.
    max_leverage : float
        The largest that the venue allows for a position of this size; NaN if unknown.
    known : str
        'exact': the venue's own table; 'given': a rate that was given; 'approximate' or 'unknown': see `note`.
    note : str
        What is not exact, or why there is no price.
    """

    venue: str
    mode: str
    price: float
    distance_pct: float
    max_leverage: float
    known: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MarginStep:
    """What more margin does.

    Parameters
    ----------
    added : float
        In cross margin to the account [settled currency].
    margin : float
        What then stands behind the position [settled currency].
    leverage : float
        Value at entry over that.
    liquidation_price : float
        [quote/base]; NaN where no price liquidates the position any more.
    distance_pct : float
        From the average entry to it [%].
    """

    added: float
    margin: float
    leverage: float
    liquidation_price: float
    distance_pct: float


@dataclass(frozen=True, slots=True)
class MarginRules:
    """What one venue asks of one contract, at one time: see `margin_rules`."""

    venue: str
    symbol: str
    contract: Contract
    known: Known
    note: str
    table: TierTable | None
    rate: float | None
    amount: float | None
    tiers: GivenTiers | None = None

    def price(self, side: Side, entry: float, leverage: float, size: float = math.nan) -> tuple[float, str]:
        """Return the liquidation price [quote/base], NaN where there is none, and what of it is not exact.

        Parameters
        ----------
        side : Side
            Of the position.
        entry : float
            Average price [quote/base].
        leverage : float
            Value at entry over the margin that stands behind it: in cross margin the account's equity.
        size : float
            [base], of an inverse contract its value at entry; NaN takes the lowest tier.

        Raises
        ------
        DataError
            If the margin does not exceed the maintenance margin.
        """
        held = side, entry, leverage, size
        if self.tiers is not None:
            found = [self._by_rate(*held, rate=rate, amount=amount) for rate, amount in self.tiers.lines(entry, size)]
            met = [price for price in found if not math.isnan(price)]
            return (side * max(side * price for price in met) if met else math.nan), self.note
        if self.rate is not None or self.table is None:
            return self._by_rate(
                *held, rate=UNKNOWN_RATE if self.rate is None else self.rate, amount=self.amount
            ), self.note
        last = self.table.tiers[-1]
        if not (self.table.complete or math.isnan(size)):
            tail = math.nan
            if self.table.method == "marginal" or self._held(entry, size) > last.limit:
                tail = self._by_rate(*held, rate=last.maintenance_margin_rate, amount=last.maintenance_amount)
            if self._held(entry, size, tail) > last.limit:
                return tail, f"{self.venue} has larger tiers than are known here, the last one known stands in"
        sized: dict[str, Any] = {} if math.isnan(size) else {"size": size}
        price = liquidation_price(
            self.venue, self.symbol, side, entry, leverage, at=self.table.since, contract=self.contract, **sized
        )
        return float(price), self._note(entry, size)

    def _by_rate(
        self, side: Side, entry: float, leverage: float, size: float, *, rate: float, amount: float | None
    ) -> float:
        """Return the price by one maintenance rate and amount, in the form of the venue, or in the common one."""
        sized = not math.isnan(size) and bool(amount)
        if self.venue in venues():
            more: dict[str, Any] = {"size": size, "maintenance_amount": amount} if sized else {}
            found = liquidation_price(
                self.venue,
                self.symbol,
                side,
                entry,
                leverage,
                maintenance_margin_rate=rate,
                contract=self.contract,
                **more,
            )
            return float(found)
        # In the common form (maintenance at the mark price, no fee) an amount adds to the margin.
        value = size if self.contract == "inverse" else size * entry
        backed = 1 / (1 / leverage + (amount or 0.0) / value) if sized else leverage
        long, short = ladder_distance(self.venue, backed, rate, contract=self.contract)
        return entry * float(1 - long if side is Side.LONG else 1 + short)

    def _note(self, entry: float, size: float) -> str:
        """Return what is not exact; of a table that is not known whole, the lowest tier is."""
        table = self.table
        if self.note or self.rate is not None or table is None or not table.approximate or math.isnan(size):
            return self.note
        return table.note.rstrip(".") if self._held(entry, size) > table.tiers[0].limit else ""

    def _held(self, entry: float, size: float, price: float = math.nan) -> float:
        """Return a position in the unit of the table's limits, at entry, or at a price if that counts."""
        if self.table is None:
            return math.nan
        held = size if self.table.limit_unit == "base" else size * entry
        at_mark = self.table.method == "marginal" and venue_rules(self.venue).basis(self.contract) == "mark"
        if not at_mark or math.isnan(price):
            return held
        return held * (entry / price if self.contract == "inverse" else price / entry)

    def max_leverage(self, entry: float, size: float) -> float:
        """Return the largest leverage that the venue allows for a size [base]; NaN if unknown."""
        if self.tiers is not None:
            return float(self.tiers.max_leverage[self.tiers.row(entry, size)])
        if self.table is None:
            return math.nan
        if math.isnan(size):
            return self.table.tiers[0].max_leverage
        limits = [tier.limit for tier in self.table.tiers]
        return self.table.tiers[
            min(int(np.searchsorted(limits, self._held(entry, size))), len(limits) - 1)
        ].max_leverage


def margin_rules(
    venue: str,
    symbol: str,
    contract: Contract,
    *,
    at: int | None = None,
    quote: str = DOLLAR,
    rate: float | None = None,
    amount: float | None = None,
    tiers: GivenTiers | None = None,
) -> MarginRules:
    """Return the margin rules of a venue for a contract, or what stands in for them and why.

    Parameters
    ----------
    venue, symbol, contract : str
        As in `liqwidget.liquidation_price`.
    at : int, optional
        When [ns UTC]; None is now. Before the first table that one stands in.
    quote : str
        What amounts are in. Limits of tiers in dollars say nothing of amounts in another currency: the lowest tier's
        rate stands in.
    rate, amount : float, optional
        Maintenance rate (fraction) and amount [quote; base of an inverse contract] in place of the table's.
    tiers : GivenTiers, optional
        In place of the table.
    """
    table, name, note = _table(venue, symbol, contract, at)
    if rate is not None:
        return MarginRules(venue, name, contract, "given", "", table, rate, amount)
    if tiers is not None:
        return MarginRules(venue, name, contract, "given", "", None, None, None, tiers)
    if table is None:
        return MarginRules(venue, name, contract, "unknown", note, None, UNKNOWN_RATE, None)
    if quote != DOLLAR and contract == "linear" and table.limit_unit == "quote":
        lowest = table.tiers[0].maintenance_margin_rate
        note = f"the tiers of {venue} are in dollars, amounts here in {quote}, the lowest tier's {lowest:.2%} is taken"
        return MarginRules(venue, name, contract, "approximate", note, None, lowest, None)
    return MarginRules(venue, name, contract, "approximate" if note else "exact", note, table, None, None)


def _table(venue: str, symbol: str, contract: Contract, at: int | None) -> tuple[TierTable | None, str, str]:
    """Return the table that is taken, the symbol by which it is found, and what is not exact about it."""
    for name in (symbol, OTHER):
        try:
            tables = symbol_tables(venue, name, contract)
        except DataError:
            continue
        started = [table for table in tables if table.started(at)]
        table = started[-1] if started else tables[0]
        note = ""
        if OTHER in table.symbols:
            note = f"{venue} has no table of {symbol} here, its usual tiers of small coins stand in"
        elif not started:
            note = f"the tiers of {venue} are known from {table.since:%Y-%m-%d} on, those of that day stand in"
        return table, name, note
    note = (
        f"the {contract} tiers of {symbol} on {venue} are not known, a maintenance rate of {UNKNOWN_RATE:.1%} is taken"
    )
    return None, symbol, note


def one_nan(value: float) -> float:
    """Return a number, or the one NaN: values that hold it are equal then."""
    return math.nan if math.isnan(value) else value


def own_liquidation(
    rules: MarginRules, mode: str, side: Side, entry: float, *, leverage: float, size: float, strict: bool = False
) -> OwnLiquidation:
    """Return where a venue liquidates the position; why it cannot be held there is its note, or raised if `strict`."""
    try:
        price, note = rules.price(side, entry, leverage, size)
    except DataError as error:
        if strict:
            most = rules.max_leverage(entry, size)
            allowed = "" if math.isnan(most) else f"; {rules.venue} allows up to {most:g}x for that size"
            message = f"{error}{allowed}"
            raise DataError(message) from error
        price, note = math.nan, str(error)
    known = "approximate" if note and rules.known == "exact" else rules.known
    most = rules.max_leverage(entry, size)
    if not (strict or note) and mode == "isolated" and leverage > most * (1 + _ROUNDING):
        note = f"{rules.venue} allows up to {most:g}x for that size"
    return OwnLiquidation(
        venue=rules.venue,
        mode=mode,
        price=one_nan(price),
        distance_pct=one_nan((price / entry - 1) * 100),
        max_leverage=most,
        known=known,
        note=note,
    )


def more_margin(
    rules: MarginRules, side: Side, entry: float, *, leverage: float, size: float, stands: float
) -> tuple[MarginStep, ...]:
    """Return what more margin does: `STEPS` of what stands behind the position, added; none without a size."""
    if math.isnan(stands):
        return ()
    steps = []
    for share in STEPS:
        price, _ = rules.price(side, entry, leverage / (1 + share), size)
        away = one_nan((price / entry - 1) * 100)
        steps.append(MarginStep(stands * share, stands * (1 + share), leverage / (1 + share), one_nan(price), away))
    return tuple(steps)


def margin_to_reach(
    rules: MarginRules, side: Side, entry: float, price: float, *, leverage: float, size: float, stands: float
) -> float:
    """Return what must stand behind a position so that it is liquidated at a price and no sooner; NaN without a size.

    `leverage`, `stands`: value at entry over what stands behind it now, and that [settled currency].
    """
    if math.isnan(stands):
        return math.nan
    enough, few = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (enough + few) / 2
        own, _note = rules.price(side, entry, leverage * share, size)
        beyond = math.isnan(own) or side * (price - own) >= 0
        enough, few = (share, few) if beyond else (enough, share)
    return stands / enough if enough > 0 else math.nan
