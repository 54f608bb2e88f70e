"""Maintenance margin tiers of the venues, as dated data.

One JSON file a venue stands in ``tier_tables/``. Each table names its public source and the day it was read;
`valid_from` is null where the source bears no date. Files are read on first use and checked once.

HTX has no file: in isolated margin it takes an adjustment factor over the chosen leverage, not a rate by tier, and no
public document with its factors was found (read on 2026-11-22); the tiers it announces hold for its cross margin only.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

from liqwidget.domain.quotation import Contract, check_contract, contract_of, quotation
from liqwidget.domain.time import DAY, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable

    import pandas as pd

Basis = Literal["mark", "entry"]
Method = Literal["marginal", "whole"]
Unit = Literal["quote", "base"]

_OLD = 365 * DAY

OTHER = "OTHER"
"""Symbol of a venue's approximate table for contracts that have none of their own."""

_UNITS: dict[tuple[str, str], Unit] = {
    ("linear", "marginal"): "quote",
    ("inverse", "marginal"): "base",
    ("linear", "whole"): "base",
    ("inverse", "whole"): "quote",
}
"""Unit of the limits: of the value that maintenance is a fraction of, or of the size, which no price changes."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a table."""

    limit: float
    """Largest position of the tier, inclusive, in the table's `limit_unit`; inf if there is none."""
    max_leverage: float
    """Largest leverage at which a position of this tier may be opened."""
    maintenance_margin_rate: float
    """Maintenance margin as a fraction of the position's value."""
    maintenance_amount: float
    """What is taken off value x rate (Binance: cum, Bybit: deduction), in the table's `limit_unit`."""


@dataclass(frozen=True, slots=True)
class TierTable:
    """The tiers of some symbols of a venue from a date on."""

    venue: str
    symbols: tuple[str, ...]
    contract: Contract
    valid_from: int | None
    """int64 ns UTC; None if the source is undated, and then the table holds until the next dated one."""
    source: str
    """Name or number of the public document."""
    read_on: str
    """Day the document was read, ISO 8601."""
    approximate: bool
    """Whether some number stands for one that is not known; `note` says which."""
    complete: bool
    """Whether positions larger than the last limit are covered by the last tier."""
    method: Method
    """'marginal': tiers of value, maintenance = value x rate - amount, continuous; 'whole': tiers of size, amount 0."""
    limit_unit: Unit
    """Unit of limits and amounts: 'quote', or 'base' (coins)."""
    note: str
    tiers: tuple[Tier, ...]

    @property
    def since(self) -> pd.Timestamp | None:
        """`valid_from` as a Timestamp."""
        return None if self.valid_from is None else timestamp(self.valid_from)

    def started(self, moment: int | None) -> bool:
        """Return whether the table is in force at `moment` [int64 ns UTC; None: now] unless a later one has started."""
        return moment is None or self.valid_from is None or self.valid_from <= moment


@dataclass(frozen=True, slots=True)
class VenueRules:
    """What is known of one venue's margin rules."""

    venue: str
    maintenance_on: Basis
    """'mark': maintenance of the value at the mark price; 'entry': of the value at entry (Bybit, linear)."""
    inverse_maintenance_on: Basis
    """The same of inverse contracts."""
    fee: float
    """Fee rate that the venue adds to the maintenance rate; 0 if its formula has none."""
    formula: str
    """Source of the formula."""
    tables: tuple[TierTable, ...]

    def basis(self, contract: Contract) -> Basis:
        """Return whether maintenance is taken of the value at the mark price or at entry."""
        return self.inverse_maintenance_on if contract == "inverse" else self.maintenance_on


@cache
def venues() -> tuple[str, ...]:
    """Return the names of the venues that have tier tables."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def venue_rules(venue: str) -> VenueRules:
    """Return the margin rules of a venue.

    Raises
    ------
    DataError
        If the venue has no tables; the text lists those that have.
    """
    name = str(venue).strip().lower()
    if name not in venues():
        message = f"Expected venue to be one of {', '.join(venues())}, was {venue!r:.60}"
        raise DataError(message)
    return _load(name)


def tier_table(venue: str, symbol: str, at: object = None, contract: str | None = None) -> TierTable:
    """Return the tier table that was in force.

    Parameters
    ----------
    venue, symbol : str
        The symbol may be a coin ('BTC'), a ccxt symbol ('BTC/USDT:USDT') or a venue's own ('BTCUSDT'); 'other' is
        the venue's approximate table for contracts without one.
    at : time, optional
        The moment asked for; None means now, that is the latest table.
    contract : {'linear', 'inverse'}, optional
        None: what the symbol says; 'BTC/USD:BTC' and 'BTCUSD_PERP' are inverse.

    Raises
    ------
    DataError
        If the venue, the symbol or the contract is unknown (the text lists what is), or if `at` lies before the
        first table (the text says from when it is known).
    """
    tables = symbol_tables(venue, symbol, contract)
    moment = None if at is None else time_ns(at, "at")
    for table in reversed(tables):
        if table.started(moment):
            return table
    message = (
        f"Expected at= on or after {tables[0].since}, from when the {tables[0].contract} tiers of {symbol!r} on {venue}"
        f" are known, was {at!r:.60}; give maintenance_margin_rate to do without the table"
    )
    raise DataError(message)


def symbol_tables(venue: str, symbol: str, contract: str | None = None) -> tuple[TierTable, ...]:
    """Return all tables of one symbol, oldest first; parameters and errors as in `tier_table`."""
    rules = venue_rules(venue)
    kind = contract_of(symbol, rules.venue) if contract is None else check_contract(contract)
    names = _names(symbol)
    tables = [table for table in rules.tables if table.contract == kind]
    found = [table for table in tables if any(name in table.symbols for name in names)]
    if not found:
        known = sorted({name for table in tables for name in table.symbols}) or ["none"]
        message = (
            f"Expected symbol to have {kind} tiers on {rules.venue} ({', '.join(known)}), was {symbol!r:.60}; give"
            " maintenance_margin_rate to do without the table"
        )
        raise DataError(message)
    return tuple(sorted(found, key=lambda table: -math.inf if table.valid_from is None else table.valid_from))


def outdated(venue: str, symbol: str, at: int, now: int, contract: str | None = None) -> bool:
    """Return whether a venue's rules of `now` are a better guess for `at` [ns UTC] than the table in force then.

    So it is where the table is dated over a year before `at`, and `now` is nearer to it than that date: what changed
    in between is not known.
    """
    tables = [table for table in symbol_tables(venue, symbol, contract) if table.started(at)]
    since = tables[-1].valid_from if tables else None
    return since is not None and at - since > max(_OLD, now - at)


def _names(symbol: str) -> tuple[str, ...]:
    whole, coin = str(symbol).strip().upper(), quotation(symbol).coin
    return whole, "BTC" if coin == "XBT" else coin


def _folder() -> Traversable:
    return resources.files(__package__) / "tier_tables"


@cache
def _load(venue: str) -> VenueRules:
    text = (_folder() / f"{venue}.json").read_text(encoding="utf-8")
    return read_rules(text, f"tier_tables/{venue}.json")


def read_rules(text: str, where: str) -> VenueRules:
    """Return the rules written in the JSON text of one venue.

    Parameters
    ----------
    text : str
        The file's text.
    where : str
        Name of the file, for errors.

    Raises
    ------
    DataError
        If a field is missing or of the wrong kind, or if tiers are not in order: limits and rates must rise,
        leverage must fall, 1 / leverage must exceed the rate, and the first amount must be 0.
    """
    try:
        content: dict[str, Any] = json.loads(text)
        venue = str(content["venue"])
        return VenueRules(
            venue=venue,
            maintenance_on=_choice(content["maintenance_on"], get_args(Basis)),
            inverse_maintenance_on=_choice(
                content.get("inverse_maintenance_on", content["maintenance_on"]), get_args(Basis)
            ),
            fee=float(content["fee"]),
            formula=str(content["formula"]),
            tables=tuple(_read_table(venue, table) for table in content["tables"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"Expected {where} to hold margin tiers as documented in liqwidget.domain.tiers, was other: {error!r}"
        raise DataError(message) from error


def _read_table(venue: str, table: dict[str, Any]) -> TierTable:
    tiers = tuple(_read_tier(tier) for tier in table["tiers"])
    _check_tiers(tiers, f"{venue} {table['symbols']} {table['valid_from']}")
    since = table["valid_from"]
    contract, method, unit = check_contract(table["contract"]), table["method"], table["limit_unit"]
    if unit != _UNITS.get((contract, method)):
        message = f"Expected limit_unit {_UNITS.get((contract, method))} for {contract} and {method}, was {unit!r:.60}"
        raise ValueError(message)
    return TierTable(
        venue=venue,
        symbols=tuple(str(symbol) for symbol in table["symbols"]),
        contract=contract,
        valid_from=None if since is None else time_ns(since, "valid_from"),
        source=str(table["source"]),
        read_on=str(table["read_on"]),
        approximate=bool(table["approximate"]),
        complete=bool(table["complete"]),
        method=method,
        limit_unit=unit,
        note=str(table.get("note", "")),
        tiers=tiers,
    )


def _read_tier(tier: dict[str, float | None]) -> Tier:
    limit, leverage, rate, amount = (
        tier[name] for name in ("limit", "max_leverage", "maintenance_margin_rate", "maintenance_amount")
    )
    if leverage is None or rate is None or amount is None:
        message = f"Expected numbers for leverage, rate and amount, was {tier}"
        raise ValueError(message)
    return Tier(math.inf if limit is None else float(limit), float(leverage), float(rate), float(amount))


def _check_tiers(tiers: tuple[Tier, ...], where: str) -> None:
    rules: list[tuple[str, Callable[[Tier, Tier], bool]]] = [
        ("limits to rise", lambda low, high: low.limit < high.limit),
        ("rates to rise", lambda low, high: low.maintenance_margin_rate < high.maintenance_margin_rate),
        ("leverage to fall", lambda low, high: low.max_leverage > high.max_leverage),
    ]
    if not tiers or tiers[0].maintenance_amount != 0 or tiers[0].limit <= 0:
        message = f"Expected tiers whose first has a limit above 0 and amount 0, in {where}"
        raise ValueError(message)
    for tier in tiers:
        if not 0 < tier.maintenance_margin_rate < 1 / tier.max_leverage:
            message = f"Expected rates above 0 and under 1 / max_leverage, was {tier}, in {where}"
            raise ValueError(message)
    for low, high in pairwise(tiers):
        for text, holds in rules:
            if not holds(low, high):
                message = f"Expected {text}, was {low} before {high}, in {where}"
                raise ValueError(message)


def _choice(value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        message = f"Expected one of {', '.join(allowed)}, was {value!r:.60}"
        raise ValueError(message)
    return value
