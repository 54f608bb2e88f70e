"""Liquidation prices of isolated positions, and the nearest distance that a venue allows.

All formulas follow from one sentence: a position is liquidated where its equity falls to its maintenance margin. In
fractions of the value at entry, with s = +1 long or -1 short, r = margin, m = maintenance rate + fee, k = maintenance
amount and p = liquidation price / entry price, equity = maintenance reads

==========  =========================  =======================================  ===============================
contract    maintenance of the value   equation                                 solution
==========  =========================  =======================================  ===============================
linear      at the mark price          r + s (p - 1) = m p - k                  p = (s - r - k) / (s - m)
linear      at entry (Bybit)           r + s (p - 1) = m - k                    p = 1 - s (r - m + k)
inverse     at the mark price          r + s (1 - 1/p) = m / p - k              p = (s + m) / (s + r + k)
inverse     at entry                   r + s (1 - 1/p) = m - k                  p = 1 / (1 + s (r - m + k))
==========  =========================  =======================================  ===============================

The source of each venue's formula stands in its file of tier tables (`liqwidget.domain.tiers`). Cross margin depends
on the whole account and cannot be computed from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.margin_arguments import arguments, refuse, signs
from liqwidget.domain.quotation import check_contract, contract_of
from liqwidget.domain.side import Side
from liqwidget.domain.tiers import OTHER, symbol_tables, tier_table, venue_rules, venues
from liqwidget.domain.time import time_ns
from liqwidget.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from liqwidget.domain.quotation import Contract
    from liqwidget.domain.tiers import Basis, TierTable

    FloatArray = npt.NDArray[np.float64]

SMALLEST_DISTANCE = 0.002
"""No distance from entry to liquidation is taken to be nearer than this, whatever a table says."""

UNKNOWN_DISTANCE = 0.008
"""Nearest distance assumed where venue or symbol has no table."""


@dataclass(frozen=True, slots=True)
class VenueCap:
    """The nearest distance from entry to liquidation that a venue allows."""

    minimum_distance: float
    """Fraction of the entry price: 1 / (largest leverage) - maintenance rate of the lowest tier, at least 0.002."""
    known: bool
    """Whether it comes from a table of this very symbol that was in force; False means: say so to the user."""
    valid_from: pd.Timestamp | None
    """From when the table used held; None if undated or if there is no table."""
    source: str
    """The table's public document, or why there is none."""
    maintenance_margin_rate: float = 0.0
    """Fraction of notional, of the lowest tier; 0 if unknown."""


def venue_cap(venue: str, symbol: str, at: object = None, contract: str | None = None) -> VenueCap:
    """Return the nearest distance that a venue allows, and where that is from.

    Parameters
    ----------
    venue, symbol : str
        As in `liquidation_price`. Unknown names are no error: the distance is then 0.008 and `known` is False.
    at : time, optional
        The moment asked for; None means now. Before the first table that one is used, with `known` False.
    contract : {'linear', 'inverse'}, optional
        None: what the symbol says.

    Raises
    ------
    DataError
        If `at` is not a time or `contract` not one of the two.
    """
    kind = _kind(contract, symbol, venue)
    moment = None if at is None else time_ns(at, "at")
    try:
        tables = symbol_tables(venue, symbol, kind)
    except DataError as error:
        return VenueCap(UNKNOWN_DISTANCE, known=False, valid_from=None, source=str(error))
    started = [table for table in tables if table.started(moment)]
    table = started[-1] if started else tables[0]
    lowest = table.tiers[0]
    return VenueCap(
        nearest_distance(lowest.max_leverage, lowest.maintenance_margin_rate),
        known=bool(started) and OTHER not in table.symbols,
        valid_from=table.since,
        source=table.source,
        maintenance_margin_rate=lowest.maintenance_margin_rate,
    )


def nearest_distance(max_leverage: float, maintenance_margin_rate: float) -> float:
    """Return the nearest distance from entry to liquidation that a tier allows [fraction of the entry price]."""
    return max(1 / max_leverage - maintenance_margin_rate, SMALLEST_DISTANCE)


def has_table(venue: str, symbol: str, contract: str | None = None) -> bool:
    """Return whether the package has a tier table, of whatever date, for this very symbol of a venue."""
    try:
        return any(OTHER not in table.symbols for table in symbol_tables(venue, symbol, contract))
    except DataError:
        return False


def minimum_distance(venue: str, symbol: str, at: object = None, contract: str | None = None) -> float:
    """Return the number of `venue_cap` alone, a fraction of the entry price: at least 0.002, 0.008 if unknown."""
    return venue_cap(venue, symbol, at, contract).minimum_distance


def liquidation_price(
    venue: str,
    symbol: str,
    side: Side | int | str | npt.ArrayLike,
    entry_price: npt.ArrayLike,
    leverage: npt.ArrayLike | None,
    size: npt.ArrayLike | None = None,
    at: object = None,
    *,
    margin: npt.ArrayLike | None = None,
    maintenance_margin_rate: npt.ArrayLike | None = None,
    maintenance_amount: npt.ArrayLike | None = None,
    fee: npt.ArrayLike | None = None,
    contract: str | None = None,
) -> float | FloatArray:
    """Return the mark price at which an isolated position is liquidated.

    Parameters
    ----------
    venue : str
        'binance', 'bybit', 'okx', 'hyperliquid', ... (`liqwidget.domain.tiers.venues`).
    symbol : str
        'BTC', 'BTC/USDT:USDT', 'BTCUSDT', 'BTC/USD:BTC'; 'other' is the venue's approximate table.
    side : Side, {'long', 'short'}, {1, -1}, or array_like of these
    entry_price : array_like
        Price at entry [quote / base].
    leverage : array_like or None
        Value at entry over margin; may be None if `margin` is given. It is not compared with the venue's largest,
        since positions outlive changes of the tiers, but 1 / leverage must exceed the maintenance rate.
    size : array_like, optional
        Position [base]; for an inverse contract its value at entry [base]. It chooses the tier that is valid at the
        liquidation price (on Bybit, linear: at entry; for OKX: by contracts). None: the first tier.
    at : time, optional
        The tier table in force at this moment is used; None means the latest.
    margin : array_like, optional
        Isolated margin [quote; base for an inverse contract] in place of value / leverage; needs `size`.
    maintenance_margin_rate : array_like, optional
        In place of the table's, as a fraction; then no table is needed and the amount is 0 unless given.
    maintenance_amount : array_like, optional
        In place of the table's [quote; base for an inverse contract]; needs `size`.
    fee : array_like, optional
        In place of the venue's; it is added to the maintenance rate.
    contract : {'linear', 'inverse'}, optional
        None: what the symbol says; 'BTC/USD:BTC' and 'BTCUSD_PERP' are inverse, 'BTC' and 'BTCUSDT' are not.

    Returns
    -------
    float or ndarray of float64
        Price [quote / base]: a float if all arguments are scalars, else an array of their broadcast shape. NaN where
        no price liquidates the position: an unleveraged long, an inverse short with leverage <= 1.

    Raises
    ------
    DataError
        If an argument is out of its range, shapes do not broadcast, the margin does not exceed the maintenance margin
        at entry, venue, symbol or date have no table, or the position is larger than the tiers that are known.

    Notes
    -----
    Law: at the price, equity = maintenance margin; long < entry < short; monotone in leverage; continuous in size
    where the table's method is 'marginal'.

    Examples
    --------
    >>> import liqwidget
    >>> round(liqwidget.liquidation_price("binance", "BTC", "long", 100_000, 10, at="2026-01-31"))
    90361
    """
    kind, rules = _kind(contract, symbol, venue), venue_rules(venue)
    basis = rules.basis(kind)
    given = arguments(
        side=signs(side),
        entry_price=entry_price,
        leverage=leverage,
        size=size,
        margin=margin,
        maintenance_margin_rate=maintenance_margin_rate,
        maintenance_amount=maintenance_amount,
        fee=rules.fee if fee is None else fee,
    )
    position = _position(given, kind)
    if "maintenance_margin_rate" in given:
        table, rates, amounts = None, given["maintenance_margin_rate"], np.zeros_like(position.entry)
    else:
        table = tier_table(venue, symbol, at, kind)
        index = _tier_index(table, position, given["fee"], basis)
        rates, amounts = _rates(table)[index], _amounts(table)[index]
    amounts = given.get("maintenance_amount", amounts)
    owed, shares = _owed(rates, given["fee"]), amounts / position.value
    _check_margin(position.margin, owed, shares)
    ratio = _price_ratio(position.sign, position.margin, owed, shares, basis=basis, contract=kind)
    if table is not None:
        _check_covered(table, position, ratio, basis)
    price = position.entry * ratio
    return float(price) if price.ndim == 0 else price


def ladder_distance(
    venue: str,
    leverage: npt.ArrayLike,
    maintenance_margin_rate: npt.ArrayLike,
    fee: npt.ArrayLike | None = None,
    contract: str = "linear",
) -> tuple[FloatArray, FloatArray]:
    """Return the distances from entry to liquidation of nominal leverages, isolated and in the first tier.

    Parameters
    ----------
    venue : str
        Chooses the form of the formula; a venue without tables has the common one (maintenance at the mark price).
    leverage, maintenance_margin_rate : array_like
        Nominal leverage; maintenance rate as a fraction. They broadcast.
    fee : array_like, optional
        In place of the venue's, as a fraction; it is added to the maintenance rate. A venue without tables has none.
    contract : {'linear', 'inverse'}

    Returns
    -------
    long, short : ndarray of float64, broadcast shape
        |entry - liquidation price| / entry; NaN where there is no liquidation price.

    Raises
    ------
    DataError
        If a distance would not be positive (1 / leverage <= maintenance rate + fee), or an argument is out of range.
    """
    kind = check_contract(contract)
    rules = venue_rules(venue) if str(venue).strip().lower() in venues() else None
    basis: Basis = "mark" if rules is None else rules.basis(kind)
    usual = 0.0 if rules is None else rules.fee
    given = arguments(
        leverage=leverage, maintenance_margin_rate=maintenance_margin_rate, fee=usual if fee is None else fee
    )
    margin, owed = 1.0 / given["leverage"], _owed(given["maintenance_margin_rate"], given["fee"])
    _check_margin(margin, owed, nothing := np.zeros_like(margin))
    long, short = (
        _price_ratio(np.full_like(margin, side), margin, owed, nothing, basis=basis, contract=kind) for side in Side
    )
    return np.asarray(1.0 - long), np.asarray(short - 1.0)


def _kind(contract: str | None, symbol: str, venue: str) -> Contract:
    return contract_of(symbol, venue) if contract is None else check_contract(contract)


@dataclass(frozen=True, slots=True)
class _Position:
    sign: FloatArray  # +1 long, -1 short
    entry: FloatArray  # [quote / base]
    margin: FloatArray  # fraction of the value at entry
    value: FloatArray  # at entry, in the unit of margin: quote, for an inverse contract base; 1 if size is unknown
    size: FloatArray | None  # [base], for an inverse contract at the entry price
    contract: Contract


def _position(given: dict[str, FloatArray], contract: Contract) -> _Position:
    if "entry_price" not in given or not {"leverage", "margin"} & given.keys():
        missing = "leverage or margin, were both None" if "entry_price" in given else "entry_price, was None"
        raise DataError("Expected " + missing)
    size, entry = given.get("size"), given["entry_price"]
    for name in ("margin", "maintenance_amount"):
        if name in given and size is None:
            message = f"Expected size [base] together with {name}, which belongs to the whole position, was None"
            raise DataError(message)
    held = np.ones_like(entry) if size is None else size
    value = held if size is None or contract == "inverse" else held * entry
    margin = given["margin"] / value if "margin" in given else 1.0 / given["leverage"]
    return _Position(given["side"], entry, margin, value, size, contract)


def _price_ratio(
    sign: FloatArray, margin: FloatArray, owed: FloatArray, amount: FloatArray, *, basis: Basis, contract: Contract
) -> FloatArray:
    spare = margin - owed + amount
    with np.errstate(divide="ignore", invalid="ignore"):
        if contract == "linear":
            ratio = (sign - margin - amount) / (sign - owed) if basis == "mark" else 1.0 - sign * spare
        else:
            ratio = (sign + owed) / (sign + margin + amount) if basis == "mark" else 1.0 / (1.0 + sign * spare)
    return np.where(np.isfinite(ratio) & (ratio > 0), ratio, np.nan)


def _tier_index(table: TierTable, position: _Position, fee: FloatArray, basis: Basis) -> npt.NDArray[np.intp]:
    """Return the tier of each position that is valid at its liquidation price, shape of `position.entry`.

    Maintenance by marginal tiers is convex in value, so it is the largest of the tiers' lines, and the tier that
    holds at the liquidation price is the one whose own line is met first: the highest price for a long, the lowest
    for a short.
    """
    if position.size is None:
        return np.zeros(position.entry.shape, np.intp)
    if table.method == "whole":
        size = position.size if table.limit_unit == "base" else position.size * position.entry
        return np.minimum(np.searchsorted(_limits(table), size), len(table.tiers) - 1)
    column = (slice(None),) + (None,) * position.entry.ndim
    owed, amounts = _rates(table)[column] + fee, _amounts(table)[column] / position.value
    ratios = _price_ratio(position.sign, position.margin, owed, amounts, basis=basis, contract=position.contract)
    nearness = np.where(np.isnan(ratios), -np.inf, position.sign * ratios)
    return np.asarray(np.argmax(nearness, axis=0), np.intp)


def _check_covered(table: TierTable, position: _Position, ratio: FloatArray, basis: Basis) -> None:
    if table.complete or position.size is None:
        return
    if table.method == "whole":
        held = position.size if table.limit_unit == "base" else position.size * position.entry
    elif basis == "entry":
        held = position.value
    else:
        held = position.value / ratio if position.contract == "inverse" else position.value * ratio
    expected = f"size up to {table.tiers[-1].limit:g} [{table.limit_unit}] at liquidation, as far as tiers are known"
    refuse(held > table.tiers[-1].limit, f"{expected} ({table.source}); give maintenance_margin_rate", held)


def _check_margin(margin: FloatArray, owed: FloatArray, amount: FloatArray) -> None:
    bad = margin - owed + amount <= 0
    if bad.any():
        most = np.broadcast_to(1.0 / np.maximum(owed - amount, np.finfo(np.float64).tiny), bad.shape)[bad].flat[0]
        refuse(
            bad,
            f"leverage (value at entry / margin) under {most:.6g}, so that the margin exceeds the maintenance margin",
            1.0 / margin,
        )


def _owed(rates: FloatArray, fee: FloatArray) -> FloatArray:
    owed = rates + fee
    refuse(owed >= 1, "maintenance_margin_rate + fee under 1", owed)
    return owed


def _rates(table: TierTable) -> FloatArray:
    return np.array([tier.maintenance_margin_rate for tier in table.tiers])


def _amounts(table: TierTable) -> FloatArray:
    return np.array([tier.maintenance_amount for tier in table.tiers])


def _limits(table: TierTable) -> FloatArray:
    return np.array([tier.limit for tier in table.tiers])
