"""What is asked of a plan, checked: prices on their sides, and numbers that say one size."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from liqwidget.decide.trade_value import Trade, average_entry
from liqwidget.domain.amount import plain_price
from liqwidget.domain.quotation import check_contract
from liqwidget.domain.side import Side
from liqwidget.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    from liqwidget.decide.impact import Impact

MODES = ("isolated", "cross")
"""What stands behind a position: its margin, or the account."""

HIGHEST_FEE = 0.05
"""No venue takes more of a value; more is rather per cent."""

_PER_CENT = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*%\s*")
_MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Sized:
    """A size and what stands behind it; NaN where it was not said.

    Parameters
    ----------
    value : float
        At entry [settled currency].
    size : float
        [base]; of an inverse contract the value.
    margin, account : float
        [settled currency].
    leverage : float
        Value over margin.
    """

    value: float
    size: float
    margin: float
    leverage: float
    account: float

    @property
    def modes(self) -> tuple[str, ...]:
        """The margin modes that can be reckoned: cross where account and size are known."""
        known = not (math.isnan(self.account) or math.isnan(self.value))
        return MODES if known else MODES[:1]

    def stands(self, mode: str) -> float:
        """Return what stands behind the position [settled currency]."""
        return self.account if mode == "cross" else self.margin

    def behind(self, mode: str) -> float:
        """Return the value at entry over what stands behind the position."""
        return self.value / self.account if mode == "cross" else self.leverage


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a plan.

    Parameters
    ----------
    trade : Trade
        Side, average entry, contract, fee and impact.
    entries, weights : tuple of float
        Prices [quote/base] and shares.
    stop, target : float or None
        [quote/base].
    mode : str
        'isolated' or 'cross'.
    leverage, margin, size, risk, account : float
        NaN where not given; a risk in per cent is money here.
    """

    trade: Trade
    entries: tuple[float, ...]
    weights: tuple[float, ...]
    stop: float | None
    target: float | None
    mode: str
    leverage: float
    margin: float
    size: float
    risk: float
    account: float

    @property
    def last_entry(self) -> float:
        """The entry that is nearest to the stop [quote/base]."""
        return self.trade.side * min(self.trade.side * price for price in self.entries)

    @property
    def first_entry(self) -> float:
        """The entry that is nearest to the target [quote/base]."""
        return self.trade.side * max(self.trade.side * price for price in self.entries)

    def sized(self, stop: float) -> Sized:
        """Return the size with a stop."""
        inverse = self.trade.contract == "inverse"
        if not math.isnan(self.risk):
            value = self.trade.value_for(self.risk, stop)
        elif not math.isnan(self.size):
            value = self.size if inverse else self.size * self.trade.entry
        else:
            value = self.margin * self.leverage
        margin, leverage = self.margin, self.leverage
        if math.isnan(leverage):
            margin = self.account if math.isnan(margin) else margin
            leverage = value / margin
        else:
            margin = value / leverage
        return Sized(value, value if inverse else value / self.trade.entry, margin, leverage, self.account)


def asked(
    side: Side | int | str,
    entry: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    stop: float | None,
    target: float | None,
    *,
    contract: str,
    leverage: float | None,
    margin: float | None,
    size: float | None,
    risk: float | str | None,
    account: float | None,
    mode: str,
    fee: float,
    impact: Impact | None,
    count_slippage: bool,
) -> Asked:
    """Return what is asked of a plan; parameters as in `liqwidget.plan`.

    Raises
    ------
    DataError
        If something cannot be, is on the wrong side, or numbers say two sizes or none.
    """
    which, kind = Side.parse(side), check_contract(contract)
    prices, shares = _entries(entry, weights)
    if mode not in MODES:
        raise DataError(f"Expected mode to be one of {', '.join(MODES)}, was {mode!r:.40}")
    if not (_is_number(fee) and 0 <= fee <= HIGHEST_FEE):
        message = (
            f"Expected fee as a fraction of the value from 0 to {HIGHEST_FEE:g} (0.0005 is 0.05 %), was {fee!r:.40}"
        )
        raise DataError(message)
    if impact is not None and not (callable(getattr(impact, "move", None)) and hasattr(impact, "name")):
        raise DataError(f"Expected impact as a SquareRootImpact or an OrderBook, was {impact!r:.60}")
    held = _optional("account", account, "the account's equity")
    found = Asked(
        trade=Trade(which, average_entry(prices, shares, kind), kind, float(fee), impact, bool(count_slippage)),
        entries=prices,
        weights=shares,
        stop=None if stop is None else _number("stop", stop, "a price"),
        target=None if target is None else _number("target", target, "a price"),
        mode=mode,
        leverage=_optional("leverage", leverage, "value over margin"),
        margin=_optional("margin", margin, "money"),
        size=_optional("size", size, "coins"),
        risk=_risk(risk, held),
        account=held,
    )
    _check_sides(found)
    _check_size(found)
    return found


def given_maintenance(rate: object, amount: object) -> tuple[float | None, float | None]:
    """Return a maintenance rate and amount that are given in place of a venue's.

    Raises
    ------
    DataError
        If they are no numbers in range, or there is an amount without a rate.
    """
    if amount is not None and rate is None:
        raise DataError("Expected maintenance_margin_rate beside maintenance_amount, was None")
    if rate is not None and not (_is_number(rate) and 0 <= rate < 1):
        raise DataError(
            f"Expected maintenance_margin_rate as a fraction from 0 to 1 (0.004 is 0.4 %), was {rate!r:.40}"
        )
    if amount is not None and not (_is_number(amount) and 0 <= amount < math.inf):
        raise DataError(f"Expected maintenance_amount as money of at least 0, was {amount!r:.40}")
    return None if rate is None else float(rate), None if amount is None else float(amount)


def _check_sides(found: Asked) -> None:
    """Refuse a stop that is no stop, and a target that earns nothing."""
    side, long = found.trade.side, found.trade.side > 0
    if found.stop is not None and side * (found.last_entry - found.stop) <= 0:
        words = f"stop {'below' if long else 'above'} the entry of a {side.label}, {plain_price(found.last_entry)}"
        raise DataError(f"Expected {words}, was {plain_price(found.stop)}")
    if found.target is not None and side * (found.target - found.trade.entry) <= 0:
        words = f"target {'above' if long else 'below'} the entry of a {side.label}, {plain_price(found.trade.entry)}"
        raise DataError(f"Expected {words}, was {plain_price(found.target)}")


def _check_size(found: Asked) -> None:
    """Refuse numbers that say two sizes, or none where one is needed."""
    has = {name: not math.isnan(getattr(found, name)) for name in ("leverage", "margin", "size", "risk", "account")}
    cross = found.mode == "cross"
    if has["size"] and has["risk"]:
        raise DataError("Expected risk or size, which both say how large the position is, were both given")
    if cross and not has["account"]:
        raise DataError("Expected account (its equity) in cross margin, where it stands behind the position, was None")
    said = has["size"] or has["risk"]
    if said and has["leverage"] and has["margin"]:
        other = "risk" if has["risk"] else "size"
        raise DataError(f"Expected leverage or margin beside {other}, which says the size already, were both given")
    if not has["leverage"] and not has["margin"] and not cross:
        raise DataError("Expected leverage or margin, were both None")
    if not said and not (has["leverage"] and has["margin"]) and (cross or not has["leverage"]):
        raise DataError(
            "Expected risk, size, or leverage and margin, which say how large the position is, was none of them"
        )


def _entries(entry: Any, weights: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return entries and their shares, which sum to 1."""
    given = _numbers("entry", entry, "a price above 0, or several")
    if weights is None:
        return given, tuple([1 / len(given)] * len(given))
    shares = _numbers("weights", weights, "shares above 0, one per entry")
    if len(shares) != len(given):
        raise DataError(f"Expected weights, one per entry ({len(given)}), were {len(shares)}")
    total = sum(shares)
    return given, tuple(share / total for share in shares)


def _numbers(name: str, given: Any, what: str) -> tuple[float, ...]:
    try:
        array = np.asarray(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"Expected {name} as {what}, was {given!r:.60}") from error
    if array.dtype.kind not in "iuf":
        raise DataError(f"Expected {name} as {what}, was {given!r:.60}")
    values = np.atleast_1d(array).astype(np.float64)
    if values.ndim != 1 or not 0 < len(values) <= _MOST_ENTRIES:
        raise DataError(f"Expected {name} as {what}, up to {_MOST_ENTRIES}, was an array of shape {values.shape}")
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise DataError(f"Expected {name} as {what}, was {given!r:.60}")
    return tuple(values.tolist())


def _risk(risk: float | str | None, account: float) -> float:
    """Return a risk as money; NaN for none."""
    if isinstance(risk, str):
        match = _PER_CENT.fullmatch(risk)
        if match is None:
            raise DataError(f"Expected risk as money (500) or per cent of the account ('1%'), was {risk!r:.40}")
        if not 0 < float(match[1]) <= 100:  # noqa: PLR2004 - per cent
            raise DataError(f"Expected risk of more than 0 % and no more than the account, '100%', was {risk!r:.40}")
        if math.isnan(account):
            raise DataError(f"Expected account (its equity) beside a risk in per cent, {risk!r:.40}, was None")
        return account * float(match[1]) / 100
    money = _optional("risk", risk, "money, or '1%' of the account")
    if money > account:
        raise DataError(f"Expected risk of no more than the account, {account:,.6g}, was {money:,.6g}")
    return money


def _optional(name: str, value: Any, what: str) -> float:
    return math.nan if value is None else _number(name, value, what)


def _number(name: str, value: Any, what: str) -> float:
    if _is_number(value) and math.isfinite(value) and value > 0:
        return float(value)
    raise DataError(f"Expected {name} ({what}) as a finite number above 0, was {value!r:.40}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
