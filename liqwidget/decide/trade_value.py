"""What a position earns and loses, with fees and slippage, and how large it may be for a fixed risk.

All shares are of the value at entry, in the currency that the contract settles in: quote currency, or coins for an
inverse contract, which is a fixed amount of quote currency. With s = +1 long, -1 short, E the average entry and p the
exit, profit is s (p/E - 1), of an inverse contract s (1 - E/p); fees are ``fee`` of the value at entry and at exit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.decide.impact import Impact
    from liqwidget.domain.quotation import Contract
    from liqwidget.domain.side import Side

_PARTS = 256
"""Of an order, whose fills are averaged."""

_HALVINGS = 100


def average_entry(prices: Sequence[float], weights: Sequence[float], contract: Contract) -> float:
    """Return the average price of several entries [quote/base].

    Weights are shares of the size: of coins, or of an inverse contract's amount of quote currency, whose average is the
    harmonic one.
    """
    price, share = np.array(prices), np.array(weights)
    return float(1 / (share / price).sum() if contract == "inverse" else (share * price).sum())


@dataclass(frozen=True, slots=True)
class Trade:
    """What is bought or sold and how it is closed.

    Parameters
    ----------
    side : Side
        Of the position.
    entry : float
        Average price [quote/base].
    contract : str
        'linear' or 'inverse'.
    fee : float
        Of the value at entry and at exit, as a fraction.
    impact : Impact, optional
        What closing at the stop moves the price by; None: nothing.
    counted : bool
        Whether that is part of what is lost.
    """

    side: Side
    entry: float
    contract: Contract
    fee: float = 0.0
    impact: Impact | None = None
    counted: bool = True

    def profit(self, price: float) -> float:
        """Return the profit at a price before fees, as a share of the value at entry."""
        return float(self.side * (price - self.entry) / (price if self.contract == "inverse" else self.entry))

    def fees(self, price: float) -> float:
        """Return the fees of entry and of an exit at a price, as a share of the value at entry."""
        worth = price / self.entry
        return self.fee * (1 + (1 / worth if self.contract == "inverse" else worth))

    def gain(self, price: float) -> float:
        """Return the profit at a price after fees, as a share of the value at entry."""
        return self.profit(price) - self.fees(price)

    def quote_value(self, value: float, price: float) -> float:
        """Return what a position of a value at entry [settled currency] is at a price [quote]."""
        return value * self.entry if self.contract == "inverse" else value * price / self.entry

    def fill(self, stop: float, value: float) -> float:
        """Return the average price at which the stop is filled [quote/base].

        The order walks the market from the stop on: each part of it is filled where the parts before have moved the
        price. `value`: at entry [settled currency].
        """
        if self.impact is None or not np.isfinite(value):
            return stop
        amount = self.quote_value(value, stop)
        upper = (np.arange(_PARTS) + 0.5) / _PARTS
        # Squares of even steps: most laws are steepest at the beginning.
        moved = np.asarray(self.impact.move(amount * upper**2, -self.side), dtype=np.float64)
        weight = 2 * upper / _PARTS
        factor = float((np.exp(-self.side * moved) * weight).sum())
        if not (np.isfinite(factor) and factor > 0):
            raise DataError(
                f"Expected the impact to move the price by finite amounts, was a fill at {factor:g} x the stop"
            )
        return stop * factor

    def closed_at(self, stop: float, value: float) -> float:
        """Return the price by which the loss is reckoned [quote/base]: the fill, or the stop if it is not counted."""
        return self.fill(stop, value) if self.counted else stop

    def loss(self, stop: float, value: float) -> float:
        """Return what is lost at the stop, with fees, and slippage if counted [settled currency]."""
        return -value * self.gain(self.closed_at(stop, value))

    def value_for(self, risk: float, stop: float) -> float:
        """Return the value at entry [settled currency] that loses `risk` at the stop, all costs counted."""
        most = risk / -self.gain(stop)
        if self.impact is None or not self.counted:
            return most
        low, high = 0.0, most
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.loss(stop, middle) > risk else (middle, high)
        return (low + high) / 2

    @property
    def break_even(self) -> float:
        """The price at which the fees are earned [quote/base]."""
        return self.entry * (self.side + self.fee) / (self.side - self.fee)
