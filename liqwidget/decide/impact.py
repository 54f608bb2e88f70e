"""Price impact: how far an amount that must be traded at once moves the price.

`SquareRootImpact` is the law seen on many markets. `liqwidget.domain.order_book.OrderBook`, what lay on a venue's books
at one moment, is an impact too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from liqwidget.domain.amount import money
from liqwidget.domain.frames import MarketData
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import DAY, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable


Floats = npt.NDArray[np.float64]

CONSTANT = 1.0
"""Of the square-root law; measured between about 0.5 and 1.5 (see `SquareRootImpact`)."""

IMPACT_DAYS = 7.0
"""Days of candles from which volatility and volume are taken."""

_FEWEST = 2


class Impact(Protocol):
    """Moves the price by what is traded."""

    @property
    def name(self) -> str:
        """What it is, in few words."""

    def move(self, amount: npt.ArrayLike, side: int) -> Floats:
        """Return how far amounts [quote] of market orders move the price, in ln(price), 0 or more.

        `side`: +1 buys, -1 sells. Never less for more.
        """


@dataclass(frozen=True, slots=True)
class SquareRootImpact:
    """The square-root law: an amount moves the price by ``constant * volatility * sqrt(amount / volume)``.

    From Toth et al., "Anomalous price impact and the critical nature of liquidity in financial markets", Physical
    Review X 1, 021006 (2011): for orders worked over a day the constant is about 1, over markets and decades. Orders of
    a liquidation come at once, so the law is rather a floor; it knows nothing of what lies on the book now.

    Parameters
    ----------
    volatility : float
        Standard deviation of a day's ln(price).
    volume : float
        Traded on a day [quote].
    constant : float
        0 is a market that nothing moves.
    quote : str
        The quote currency, as amounts are written in.

    Examples
    --------
    >>> import liqwidget
    >>> impact = liqwidget.SquareRootImpact(volatility=0.02, volume=2e9)
    >>> round(float(impact.move(2e7, liqwidget.Side.LONG)), 4)
    0.002
    """

    volatility: float
    volume: float
    constant: float = CONSTANT
    quote: str = DOLLAR

    def __post_init__(self) -> None:
        """Refuse what no market is."""
        for name in ("volatility", "constant"):
            if not _number(value := getattr(self, name), 0.0):
                message = f"Expected {name} of the impact as a number of at least 0, was {value!r:.40}"
                raise DataError(message)
        if not _number(self.volume, np.nextafter(0.0, 1.0)):
            message = f"Expected volume of the impact as quote currency a day above 0, was {self.volume!r:.40}"
            raise DataError(message)

    @classmethod
    def of(
        cls,
        markets: MarketData | Iterable[MarketData],
        at: Any = None,
        *,
        constant: float = CONSTANT,
        days: float = IMPACT_DAYS,
    ) -> SquareRootImpact:
        """Return the law of recorded markets: their volumes added, volatility of the one that traded most.

        Parameters
        ----------
        markets : MarketData, or iterable of MarketData
            One per venue.
        at : time, optional
            Candles that closed by then; None takes all.
        constant : float
            Of the law.
        days : float
            How many days before count.

        Raises
        ------
        DataError
            If no candles with volume closed in that time.
        """
        parts = [markets] if isinstance(markets, MarketData) else list(markets)
        end = max(int(part.close_time[-1]) for part in parts) if at is None else time_ns(at)
        known = []
        for part in parts:
            inside = (part.close_time <= end) & (part.close_time > end - int(days * DAY))
            if int(inside.sum()) >= _FEWEST:
                traded = float((part.volume[inside] * part.close[inside]).sum())
                moves = np.diff(np.log(part.close[inside]))
                known.append((traded, float(np.sqrt((moves**2).sum() / _days(part, inside))), _days(part, inside)))
        volume = sum(traded / length for traded, _, length in known)
        if not volume > 0:
            message = f"Expected candles with volume in the {days:g} days before {timestamp(end)}, was none"
            raise DataError(message)
        return cls(max(known)[1], volume, constant, parts[0].quote)

    @property
    def name(self) -> str:
        """What it is, in few words."""
        return (
            f"square root law: {self.constant:g} x {self.volatility:.2%} a day x "
            f"sqrt(amount / {money(self.volume, self.quote)} a day)"
        )

    def move(self, amount: npt.ArrayLike, side: int) -> Floats:
        """Return how far amounts [quote] move the price, in ln(price); both sides alike."""
        del side
        share = np.maximum(np.asarray(amount, dtype=np.float64), 0.0) / self.volume
        return np.asarray(self.constant * self.volatility * np.sqrt(share))


def _number(value: object, least: float) -> bool:
    """Return whether something is a number in range."""
    return isinstance(value, int | float | np.floating) and least <= float(value) < math.inf


def _days(part: MarketData, inside: npt.NDArray[np.bool_]) -> float:
    return float(int(inside.sum()) * part.timeframe / DAY)
