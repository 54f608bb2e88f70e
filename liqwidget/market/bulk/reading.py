"""A file or frame read into frames of the store: its layout found by its columns, its rows day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY
from liqwidget.errors import DataError
from liqwidget.market.bulk import binance, bybit, okx, vendors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from liqwidget.market.bulk.cleaning import Frames, Reading
    from liqwidget.market.bulk.layout import Layout

    Ours = Callable[[list[str]], set[str]]

LAYOUTS: tuple[Layout, ...] = (*binance.LAYOUTS, *bybit.LAYOUTS, *okx.LAYOUTS, *vendors.LAYOUTS)
"""What is known, in the order in which it is shown."""
_MOST_HELD = 20_000_000
"""Rows of unfinished days that are held at a time."""
_HELD_DAYS = 2
"""The day that grows, and the next."""
_NAMED_KINDS = {
    "liquidation": "liquidations", "funding": "funding", "openinterest": "open_interest", "trades": "trades",
}  # fmt: skip
"""What a word of a file's name says of its kind, where columns leave it open."""
_SYMBOLS = ("symbol", "instrument_name")


def layout_of(frame: pd.DataFrame, kind: str | None, name: str = "") -> Layout:
    """Return the layout of rows: the one with the most of its columns there.

    Parameters
    ----------
    frame : DataFrame
        Some rows.
    kind : str or None
        What they are, where it was said.
    name : str
        Of the file, which tells apart what has the same columns.

    Raises
    ------
    DataError
        If there is none, or several; the text says what would help.
    """
    fitting = [one for one in LAYOUTS if one.fits(frame)]
    said = kind or next((found for word, found in _NAMED_KINDS.items() if word in _plain(name)), None)
    left = [one for one in fitting if one.open_ended and said not in one.kinds]
    named = [one for one in fitting if one.open_ended and said in one.kinds]
    fitting = named or [one for one in fitting if not one.open_ended]
    if left and not fitting and kind is None:
        likely = ", ".join(repr(one.kinds[0]) for one in left)
        raise DataError(
            f"Expected kind= such as {likely}, was None: {name or 'the frame'} has columns {_columns(frame)}, which "
            "candles of anything have"
        )
    if kind is not None:
        others = fitting
        fitting = [one for one in fitting if kind in one.kinds]
        if not fitting and others:
            raise DataError(
                f"Expected {kind} in {name or 'the frame'}, was {others[0].name} (columns {_columns(frame)}): leave "
                "kind out, or give the file that holds it"
            )
    if not fitting:
        raise DataError(_unknown(frame, kind, name))
    most = max(len(one.columns) for one in fitting)
    best = [one for one in fitting if len(one.columns) == most]
    kinds = {one.kinds[0] for one in best}
    if len(kinds) > 1:
        best = [one for one in best if said in one.kinds] or best
    if len({one.kinds[0] for one in best}) > 1:
        raise DataError(
            f"Expected kind= one of {', '.join(map(repr, sorted(kinds)))}, was None: {name or 'the frame'} has columns "
            f"{_columns(frame)}, which all of them have"
        )
    return best[0]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _columns(frame: pd.DataFrame) -> str:
    if all(isinstance(name, int) for name in frame.columns):
        row = ", ".join(str(value)[:20] for value in frame.iloc[0]) if len(frame) else "no rows"
        return f"without names, such as {row}"[:200]
    return ", ".join(map(str, frame.columns))[:200]


def _unknown(frame: pd.DataFrame, kind: str | None, name: str) -> str:
    return (
        f"Expected rows of {kind or 'a kind'} in a layout that is known, was columns {_columns(frame)} in "
        f"{name or 'the frame'}. Read are files of Binance, Bybit, OKX, Tardis, CryptoDataDownload, freqtrade, "
        "Coinalyze, CoinGlass, and plain ones with 'time' and: open, high, low, close, volume [coins]; "
        "open_interest [coins] or open_interest_value [quote]; funding_rate; side, price, size [quote] of "
        "liquidations; price, amount, taker_buy of trades; long_short_ratio. Rename the columns"
    )


def chunks_read(
    tables: Iterable[pd.DataFrame], reading: Reading, ours: Ours, *, kind: str | None = None, name: str = ""
) -> Iterator[tuple[Layout, Frames]]:
    """Yield the layout and the frames of each chunk of rows.

    Parameters
    ----------
    tables : iterable of DataFrame
        The chunks.
    reading : Reading
        What figures count; it hears what is left out.
    ours : callable
        Says of the symbols that stand in a chunk which are taken, where rows have symbols.
    kind, name : str
        As for `layout_of`.

    Raises
    ------
    DataError
        If the layout is none, or a column cannot be read.
    """
    layout = None
    for table in tables:
        if layout is None:
            layout = layout_of(table, kind, name)
        if not len(table):
            continue
        rows = layout.named(table)
        column = next((part for part in _SYMBOLS if part in rows), None)
        if column is not None:
            symbols = rows[column].astype(str).str.strip()
            rows = rows[symbols.isin(ours(symbols.unique().tolist()))]
            if not len(rows):
                continue
        yield layout, layout.read(rows.reset_index(drop=True), reading)


def by_day(chunks: Iterable[Frames]) -> Iterator[Frames]:
    """Yield frames of whole days: what a day holds is written once, however many chunks tell of it.

    Rows may be out of order; days are held until newer ones of another day have come, or too many rows are held.
    """
    held: dict[str, list[pd.DataFrame]] = {}
    for frames in chunks:
        for kind, frame in frames.items():
            if len(frame):
                held.setdefault(kind, []).append(frame)
        for kind, parts in held.items():
            if sum(map(len, parts)) < _MOST_HELD and _days(parts) <= _HELD_DAYS:
                continue
            joined = pd.concat(parts)
            last = _times(joined).max() // DAY if len(parts) else 0
            done = _times(joined) // DAY < last
            if done.any():
                yield {kind: joined[done]}
            held[kind] = [joined[~done]]
    rest = {kind: pd.concat(parts) for kind, parts in held.items() if parts}
    if rest:
        yield rest


def _days(parts: list[pd.DataFrame]) -> int:
    ends = [(int(_times(part).min()) // DAY, int(_times(part).max()) // DAY) for part in parts if len(part)]
    return max((end for _, end in ends), default=0) - min((start for start, _ in ends), default=0) + 1


def _times(frame: pd.DataFrame) -> Any:
    return np.asarray(pd.DatetimeIndex(frame.get("time", frame.index)).as_unit("ns").asi8)
