"""Rows of several coins or venues in one frame: told by a column that names them, or by what they say of one time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.quotation import quotation
from liqwidget.errors import DataError

_COINS = frozenset({
    "symbol", "coin", "ticker", "pair", "instrument", "instid", "instrumentname", "instrumentid", "contractcode",
    "productid", "underlying",
})  # fmt: skip
_VENUES = frozenset({"venue", "exchange", "exch", "exchangename", "exchangeid", "platform"})
_LEVELS = re.compile(r"level \d+")
"""What levels of an index without a name are called once they are columns."""
_COUNTED = re.compile(r"(?:10{2,}|1M|K(?=(?:PEPE|SHIB|BONK|FLOKI|LUNC|NEIRO|DOGS)$))|10{2,}$")
_SHOWN = 4


def names_coins(name: object) -> bool:
    """Return whether a column of this name says of which coin, or contract, each row is."""
    return _plain(name) in _COINS


def names_venues(name: object) -> bool:
    """Return whether a column of this name says of which venue each row is."""
    return _plain(name) in _VENUES


def _plain(name: object) -> str:
    return re.sub(r"[^a-z]", "", str(name).lower())


def refuse_mixture(frame: pd.DataFrame, what: str, symbol: str, *, venues: bool = False) -> None:
    """Refuse rows of several coins, or of another coin than `symbol`; of several venues too, unless they may be.

    Parameters
    ----------
    frame : DataFrame
        As it came.
    what : str
        Its name in sentences.
    symbol : str
        Whose rows are wanted; '' where any coin will do.
    venues : bool
        Whether rows of several venues may be in it, as in what was liquidated anywhere.

    Raises
    ------
    DataError
        The text names the column, what is in it, and how to take one.
    """
    for name in frame.columns:
        coins, several = names_coins(name), names_venues(name) and not venues
        level = _LEVELS.fullmatch(str(name)) is not None
        if not (coins or several or level):
            continue
        column: Any = frame[name]
        values = column.to_numpy(dtype=object).ravel().tolist()
        texts = dict.fromkeys(str(one) for one in values if level or isinstance(one, str))
        found = [one for one in texts if one.strip()]
        kinds = {_coin(one) for one in found} if coins and venues else set(found)
        if len(kinds) > 1:
            shown = ", ".join(re.sub(r"[^\w:/.-]+", " ", one)[:20] for one in found[:_SHOWN]) + (
                ", .." if len(found) > _SHOWN else ""
            )
            one = "venue" if several else "coin" if coins and len(set(map(_coin, found))) > 1 else "market"
            example = next((value for value in found if coins and _coin(value) == _coin(symbol)), found[0])
            message = (
                f"Expected {what} of one {one}, was {len(kinds)} in column {str(name)!r} ({shown}): take one with "
                f"{what}[{what}[{str(name)!r}] == {example!r}]"
            )
            raise DataError(message)
        if coins and found and symbol and _coin(found[0]) != _coin(symbol):
            message = (
                f"Expected {what} of {symbol}, was {found[0]!r} in column {str(name)!r}: give symbol={found[0]!r}, or "
                f"rows of {symbol}"
            )
            raise DataError(message)


def refuse_other_values(
    times: npt.NDArray[np.int64], values: npt.NDArray[np.float64], what: str, name: str, most: float
) -> None:
    """Refuse rows that tell different values of the same times: those of several coins or venues, without their names.

    Parameters
    ----------
    times, values : ndarray of int64 / float64, shape (n,)
        Stamps [ns] and what is said of them, above 0.
    what, name : str
        Names of frame and column in sentences.
    most : float
        The largest ratio of two values of one time that rows of one market have in the median.

    Raises
    ------
    DataError
        If half of the times that come twice have values further apart.
    """
    if (np.diff(times) > 0).all():
        return
    known = values > 0
    groups = pd.Series(values[known]).groupby(times[known])
    low, high, count = groups.min(), groups.max(), groups.count()
    ratios = (high / low)[count > 1]
    if len(ratios) and float(ratios.median()) > most:
        row = ratios.index[int(np.argmax(ratios.to_numpy()))]
        message = (
            f"Expected one row of {what} a time, was {int(count[row])} of {pd.Timestamp(row, tz='UTC')} with {name} "
            f"{low[row]:.8g} to {high[row]:.8g}; {len(ratios)} such times. Rows of several coins or venues? Take one"
        )
        raise DataError(message)


def _coin(symbol: str) -> str:
    """Return the coin that a symbol names, in capitals and without how many of them it counts as one."""
    coin = quotation(symbol).coin
    if coin.endswith("USDTPERP"):
        coin = coin.removesuffix("USDTPERP")
    return {"XBT": "BTC"}.get(coin, _COUNTED.sub("", coin) or coin)
