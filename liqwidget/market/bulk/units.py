"""Amounts of a file beside the stored candles of their time: what cannot be in the unit that it says is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from liqwidget.domain.quotation import shown_quote
from liqwidget.domain.reading import plausible_interest
from liqwidget.domain.time import DAY, duration_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.market.bulk.cleaning import step_of
from liqwidget.market.store.contracts import series_symbol

if TYPE_CHECKING:
    from liqwidget.market.bulk.cleaning import Floats, Integers
    from liqwidget.market.store.days import Store
    from liqwidget.market.venue.instrument import Instrument

_FEW_CANDLES = 3
_TAKERS = "taker_buy_volume", "taker_sell_volume"
_MOST_TAKEN = 50.0
"""So many times the volume of candles takers did not buy and sell."""


class _Beside(NamedTuple):
    """Stored candles: their length [ns], volume [base] and close [quote/base], shape (n,)."""

    step: int
    columns: dict[str, Floats]


def refuse_another_unit(kind: str, frame: pd.DataFrame, store: Store, contract: Instrument) -> None:
    """Refuse open interest and taker volume that cannot be in their unit; without stored candles nothing is known.

    Parameters
    ----------
    kind : str
        Of the store; others than these are not looked at.
    frame : DataFrame
        As the store keeps it.
    store, contract : Store, Instrument
        Where candles of which contract are looked for.

    Raises
    ------
    DataError
        The text says which unit would fit, and how to say it.
    """
    times: Integers = np.asarray(pd.DatetimeIndex(frame.index).as_unit("ns").asi8)
    beside = _candles(times, store, contract)
    if beside is not None and kind == "open_interest":
        _check_interest(frame, beside, contract)
    elif beside is not None and set(_TAKERS) <= set(frame.columns):
        _check_takers(frame, beside, step_of(times) or beside.step)


def _candles(times: Integers, store: Store, contract: Instrument) -> _Beside | None:
    symbol, ends = series_symbol(contract), (timestamp(int(times.min()) - DAY), timestamp(int(times.max()) + 1))
    for _, names in store.series(contract.venue, symbol, "candles"):
        candles = store.read(contract.venue, symbol, "candles", names["timeframe"], *ends)
        if len(candles) >= _FEW_CANDLES:
            columns = {name: candles[name].to_numpy(np.float64) for name in ("volume", "close")}
            return _Beside(duration_ns(names["timeframe"]), columns)
    return None


def _check_interest(frame: pd.DataFrame, beside: _Beside, contract: Instrument) -> None:
    valued = "open_interest_value" in frame.columns
    values = frame["open_interest_value" if valued else "open_interest"].to_numpy(np.float64)
    try:
        plausible_interest(
            values, beside.columns, beside.step, valued=valued, inverse=contract.inverse,
            quote=shown_quote(contract.quote),
        )  # fmt: skip
    except DataError as error:
        raise DataError(f"{error}. Or say unit= ('coins', 'contracts', 'quote') to liqwidget.store.add") from None


def _check_takers(frame: pd.DataFrame, beside: _Beside, step: int) -> None:
    taken = _middle(frame[list(_TAKERS)].sum(axis=1).to_numpy(np.float64)) / step
    traded = _middle(beside.columns["volume"]) / beside.step
    if taken > _MOST_TAKEN * traded > 0:
        names = " and ".join(f"{name}_usd" for name in _TAKERS)
        raise DataError(
            f"Expected {' and '.join(_TAKERS)} in coins, was {taken / traded:,.0f} times what the stored candles say "
            f"was traded: if they are dollars, as those of CoinGlass, name them {names}"
        )


def _middle(values: Floats) -> float:
    """Return the median of what is known; 0 where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0
