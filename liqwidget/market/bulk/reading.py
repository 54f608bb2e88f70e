"""A file or frame read into frames of the store: its layout found by its columns, its rows day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.columns import hints_of
from liqwidget.domain.mixture import names_coins, names_venues
from liqwidget.domain.time import DAY, timestamp
from liqwidget.errors import DataError
from liqwidget.market.bulk import binance, bybit, okx, vendors
from liqwidget.market.bulk.layout import small
from liqwidget.market.store.files import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from liqwidget.market.bulk.cleaning import Frames, Reading
    from liqwidget.market.bulk.layout import Layout

    Ours = Callable[[list[str]], set[str]]

LAYOUTS: tuple[Layout, ...] = (*binance.LAYOUTS, *bybit.LAYOUTS, *okx.LAYOUTS, *vendors.LAYOUTS)
"""What is known, in the order in which it is shown."""
_MOST_HELD = 40_000_000
"""Rows that are held at a time."""
_HELD_DAYS = 2
"""The day that grows, and the next."""
_NAMED_KINDS = {
    "liquidation": "liquidations", "funding": "funding", "openinterest": "open_interest", "trades": "trades",
}  # fmt: skip
"""What a word of a file's name says of its kind, where columns leave it open."""
_PLAIN: dict[str, tuple[str, ...]] = {
    "candles": ("open", "high", "low", "close", "volume"), "open_interest": ("open_interest",),
    "funding": ("funding_rate",), "liquidations": ("side", "price", "size"), "trades": ("price", "amount", "side"),
    "long_short": ("long_short_ratio",), "taker_volume": ("taker_buy_volume", "taker_sell_volume"),
}  # fmt: skip
"""Columns of a plain table of each kind, beside its times."""


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
    if said == "funding" and left and left == fitting:
        raise DataError(
            f"Expected funding as 'time' of each settlement and 'funding_rate', a fraction (0.0001 is 0.01 %), was "
            f"columns {_columns(frame)} in {name or 'the frame'}: of candles of a rate take the last value of each "
            "period; where it is in per cent, divide it by 100"
        )
    fitting = [one for one in fitting if not one.open_ended or said in one.kinds]
    if left and not fitting and kind is None:
        likely = ", ".join(repr(one.kinds[0]) for one in left)
        prices = {"open", "high", "low", "close"} <= {small(one) for one in frame.columns}
        lacks = f". As candles it has no{_said_of(frame, 'candles')}" if prices else ""
        raise DataError(
            f"Expected kind= such as {likely}, was None: {name or 'the frame'} has columns {_columns(frame)}, which "
            f"tables of other things have too{lacks}"
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
        raise DataError(_unknown(frame, said, name))
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
    hints = "".join(f" As {one} it has no{_said_of(frame, one)}" for one in _nearest(frame, kind))
    return (
        f"Expected rows of {kind or 'a kind'} in a layout that is known, was columns {_columns(frame)} in "
        f"{name or 'the frame'}.{hints} Read are files of Binance, Bybit, OKX, Tardis, CryptoDataDownload, freqtrade, "
        "Coinalyze, CoinGlass, and plain ones with 'time' and: open, high, low, close, volume [coins]; "
        "open_interest [coins] or open_interest_value [quote]; funding_rate; side, price, size [quote] of "
        "liquidations; price, amount, taker_buy (or side, with kind='trades') of trades; long_short_ratio. Rename the "
        "columns"
    )


def _nearest(frame: pd.DataFrame, kind: str | None) -> list[str]:
    """Return the kinds of plain tables of which a frame seems to have all under other names, the least others first."""
    if all(isinstance(one, int) for one in frame.columns):
        return []
    found = {one: _hints(frame, one) for one in (_PLAIN if kind is None else [kind])}
    lacking = {
        one: len(hints)
        for one, hints in found.items()
        if all(any(text.startswith("Is ") for text in texts) for texts in hints.values())
    }
    least = min(lacking.values(), default=0)
    return [one for one, count in lacking.items() if count == least]


def _hints(frame: pd.DataFrame, kind: str) -> dict[str, list[str]]:
    return hints_of(frame.set_axis([small(one) for one in frame.columns], axis=1), _PLAIN[kind], kind)


def _said_of(frame: pd.DataFrame, kind: str) -> str:
    """Return which columns a plain table of a kind lacks, and which may be meant."""
    hints = _hints(frame, kind)
    texts = [text for found in hints.values() for text in found[:2]]
    return f" {', '.join(map(repr, hints))}. {' '.join(texts)}"


def chunks_read(
    tables: Iterable[pd.DataFrame], reading: Reading, ours: Ours, *, of_venue: Ours | None = None,
    kind: str | None = None, name: str = "",
) -> Iterator[tuple[Layout, Frames]]:  # fmt: skip
    """Yield the layout and the frames of each chunk of rows.

    Parameters
    ----------
    tables : iterable of DataFrame
        The chunks.
    reading : Reading
        What figures count; it hears what is left out.
    ours : callable
        Says of the symbols that stand in a chunk which are taken, where rows have symbols.
    of_venue : callable, optional
        Same of the names of venues.
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
        for says, taken in ((names_coins, ours), (names_venues, of_venue)):
            column = next((part for part in rows.columns if says(part)), None)
            if column is not None and taken is not None and len(rows):
                texts = rows[column].astype(str).str.strip()
                rows = rows[texts.isin(taken(texts.unique().tolist()))]
        if not len(rows):
            continue
        yield layout, layout.read(rows.reset_index(drop=True), reading)


def by_day(chunks: Iterable[Frames]) -> Iterator[Frames]:
    """Yield frames of whole days: what a day holds is written once, however many chunks tell of it.

    Rows may come from the oldest to the newest or the other way round, and a little out of order: a day is held until
    the newest chunk tells of others only.

    Raises
    ------
    DataError
        If rows of a day come back after it was yielded: equal events of both parts could not be told from the same one
        told twice.
    """
    held: dict[str, list[pd.DataFrame]] = {}
    over: dict[str, set[int]] = {}
    for frames in chunks:
        for kind, frame in frames.items():
            if len(frame):
                held.setdefault(kind, []).append(frame)
        for kind, parts in held.items():
            done, held[kind] = _over(kind, parts)
            if len(done):
                _refuse_again(kind, over, done)
                yield {kind: done}
    rest = {kind: pd.concat(parts) for kind, parts in held.items() if parts}
    for kind, frame in rest.items():
        _refuse_again(kind, over, frame)
    if rest:
        yield rest


def _over(kind: str, parts: list[pd.DataFrame]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the rows of days that the newest of some chunks does not tell of, and what is held for later."""
    if len(parts) < 2 or _days(parts) <= _HELD_DAYS:  # noqa: PLR2004 - one chunk is all that is known
        return pd.DataFrame(), parts
    joined = pd.concat(parts)
    days, newest = _times(joined) // DAY, _times(parts[-1]) // DAY
    done = (days < newest.min()) | (days > newest.max())
    if len(joined) - done.sum() > _MOST_HELD:
        if not KINDS[kind].keyed:
            message = f"Expected {kind} in the order of time, was {len(joined):,} rows in none: sort the file by time"
            raise DataError(message)
        done[:] = True  # a row that is written twice does no harm
    return joined[done], [joined[~done]]


def _refuse_again(kind: str, over: dict[str, set[int]], frame: pd.DataFrame) -> None:
    """Note which days are yielded; a DataError if one of them was before, and its events could be lost so."""
    days = set(np.unique(_times(frame) // DAY).tolist())
    seen = over.setdefault(kind, set())
    if not KINDS[kind].keyed and days & seen:
        message = (
            f"Expected {kind} in the order of time, oldest or newest first, was one of "
            f"{timestamp(min(days & seen) * DAY):%Y-%m-%d} long after others of that day: sort the file by time, and "
            "add it again; nothing is stored twice"
        )
        raise DataError(message)
    seen |= days


def _days(parts: list[pd.DataFrame]) -> int:
    ends = [(int(_times(part).min()) // DAY, int(_times(part).max()) // DAY) for part in parts if len(part)]
    return max((end for _, end in ends), default=0) - min((start for start, _ in ends), default=0) + 1


def _times(frame: pd.DataFrame) -> Any:
    return np.asarray(pd.DatetimeIndex(frame.get("time", frame.index)).as_unit("ns").asi8)
