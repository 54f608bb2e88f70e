"""A user's realised liquidations, read: each a position that was closed, of a side, at a price, of a size."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import have_columns
from liqwidget.domain.mixture import refuse_mixture
from liqwidget.domain.side import Side
from liqwidget.domain.stamps import times_of
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError

_ORDERS = {"sell": "long", "s": "long", "ask": "long", "buy": "short", "b": "short", "bid": "short"}
"""The side of the position that an order of this side closes."""
_SHORT_FOR = {"l": "long", "s": "short"}
"""Where both stand in a column, or the first."""
_NOTHING = {"", "nan", "none", "<na>", "nat"}
_IDENTITIES = ("id", "trade_id", "tradeId", "order_id", "orderId", "venue", "exchange")
_FAR, _SEVERAL = 2.0, 3
"""Fills are no further from the close of their candle than by this factor."""
_DUST = 20.0
"""Liquidations under this [quote], of coins that cost a multiple, are coins."""
_DEAR = 100.0

Columns = dict[str, Any]
Integers = npt.NDArray[np.int64]


def read_liquidations(
    given: object, symbol: str, faults: check.Faults, *, priced: bool = True
) -> tuple[Columns, list[str]]:
    """Return time [ns], side, price [quote/base] and size [quote] in time order, and notes.

    A row without a price or size is left out, the same row twice counts once. Where prices are not asked for,
    rows without one stay, as 0; `symbol` may be "" where any coin will do.
    """
    columns: Columns = {
        "time": np.empty(0, np.int64), "side": np.empty(0, np.int8), "price": np.empty(0), "size": np.empty(0),
    }  # fmt: skip
    if given is None or (priced and check.absent(given)):
        return columns, []
    what, found = "liquidations", dict[str, Any]()
    frame = pd.DataFrame()
    with faults:
        frame = check.checked_frame(given, what)
        with faults:
            refuse_mixture(frame, what, symbol, venues=True)
        with faults:
            have_columns(frame, ["side", "price", "size"] if priced else ["side", "size"], what, symbol)
        found["time"] = times = times_of(frame, what)
        for name in ("price", "size"):
            with faults:
                if name in frame.columns:
                    found[name] = values = check.numbers(frame, name, what, times, missing=True)
                    least = "a price above 0" if name == "price" else "a size of at least 0"
                    wrong = values <= 0 if name == "price" else values < 0
                    check.refuse(wrong, values, times, f"{least} in column {name!r} of {what}")
        with faults:
            if "side" in frame.columns:
                found["side"] = _sides(frame, times)
    if not priced and "size" in found:
        found["price"] = np.nan_to_num(found.get("price", np.zeros(len(times))))
    if len(found) < len(columns) or faults:
        return columns, []
    return _events(frame, found, faults, priced=priced)


def _sides(frame: pd.DataFrame, times: Integers) -> npt.NDArray[np.int8]:
    column: Any = frame["side"]
    if isinstance(column, pd.DataFrame):
        message = f"Expected one column 'side' in liquidations, was {column.shape[1]} columns of that name"
        raise DataError(message)
    side, values = np.zeros(len(column), np.int8), column.tolist()
    for row, value in enumerate(values):
        try:
            side[row] = int(Side.parse(value))
        except (DataError, TypeError, ValueError) as error:
            message = (
                f"Expected side 'long' or 'short' (of the position that was closed) in column 'side' of liquidations, "
                f"was {value!r:.60} in row {row} ({timestamp(times[row])}): {_remedy(value, values)}"
            )
            raise DataError(message) from error
    return side


def _remedy(value: object, values: list[object]) -> str:
    """Return what to write instead of what is no side."""
    text = str(value).strip().lower()
    words = re.findall(r"[a-z]+", text)
    if text in _SHORT_FOR and any(str(one).strip().lower() == "l" for one in values):
        return f"write {_SHORT_FOR[text]!r} for {value!r}"
    if found := next((side for side in ("long", "short") if side in text), None):
        return f"write {found!r} if that was closed"
    if order := next((word for word in words if word in _ORDERS), None):
        return (
            f"a sell order closes a long and a buy order a short, so {value!r} is {_ORDERS[order]!r} "
            "if it is the order's side (Bybit's stream tells the position's: 'Buy' is 'long')"
        )
    return "leave rows without a side out" if text in _NOTHING else "write 'long' or 'short'"


def _events(frame: pd.DataFrame, found: Columns, faults: check.Faults, *, priced: bool) -> tuple[Columns, list[str]]:
    """Return the rows that can be used in time order, and notes."""
    notes = []
    empty = ~(np.isfinite(found["price"]) & np.isfinite(found["size"]))
    names = [name for name in _IDENTITIES if name in frame.columns]
    rows = pd.DataFrame(found | {f" {name}": frame[name].astype(str).to_numpy() for name in names})
    twice = rows.duplicated().to_numpy() & ~empty
    if empty.any():
        row = int(np.argmax(empty))
        at = f"row {row} ({timestamp(found['time'][row])})"
        notes.append(
            check.repaired(f"liquidations: {int(empty.sum())} rows without a price or size were left out, first {at}")
        )
    if twice.any():
        notes.append(check.repaired(f"liquidations: {int(twice.sum())} repeated rows were dropped"))
    kept = {name: column[~(empty | twice)] for name, column in found.items()}
    order = np.argsort(kept["time"], kind="stable")
    kept = {name: column[order] for name, column in kept.items()}
    with faults:
        if not len(order) and not priced:
            message = f"Expected liquidations with sizes, was none in {len(frame)} rows"
            raise DataError(message)
        some = kept["size"] > 0
        size, price = (float(np.median(kept[name][some])) if some.any() else np.nan for name in ("size", "price"))
        if 0 < size < _DUST and price > _DEAR:
            message = (
                f"Expected column 'size' of liquidations in quote currency, was {size:.6g} in half of the rows at a "
                f"price of {price:,.6g}: if it is in coins, multiply it by 'price'"
            )
            raise DataError(message)
    return kept, notes


def plausible_liquidations(events: Columns, candles: Columns, step: int) -> tuple[Columns, list[str]]:
    """Return liquidations without those far from the price of the candle they fell in, and notes.

    Several at other prices are of another coin, or per 1,000 coins; one or two may be a venue's slip. That they are
    more than all volume of those candles is noted too.
    """
    row = np.asarray(np.searchsorted(candles["time"], events["time"], side="right")) - 1
    inside = (row >= 0) & (events["time"] < candles["time"][row] + step)
    if not inside.any():
        return events, []
    ratio = events["price"] / candles["close"][np.maximum(row, 0)]
    far = inside & ((ratio > _FAR) | (ratio * _FAR < 1))
    notes = []
    if far.any():
        odd = int(np.argmax(far))
        text = (
            f"liquidations: {int(far.sum())} are far from the price of their candle, first of "
            f"{timestamp(events['time'][odd])} at {events['price'][odd]:,.8g} (column 'price')"
        )
        if far.sum() >= _SEVERAL:
            text += ", and were left out: of another coin, or per 1,000 coins"
            events, row, inside = {name: column[~far] for name, column in events.items()}, row[~far], inside[~far]
            check.repaired(text)
        notes.append(text)
    rows = np.unique(row[inside])
    traded = float(np.sum(candles["volume"][rows] * candles["close"][rows]))
    total = float(events["size"][inside].sum())
    if not 0 < traded < total:
        return events, notes
    text = (
        f"liquidations: {total:,.6g} in column 'size' is more than the {traded:,.6g} traded in those candles: "
        "'size' is in quote currency, 'volume' in coins"
    )
    return events, [*notes, check.repaired(text)]
