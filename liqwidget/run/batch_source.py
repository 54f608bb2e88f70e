"""What `batch` reads: series in the layout of the store, here or at an address of fsspec, and the markets they make."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from liqwidget.domain.frames import MarketData
from liqwidget.domain.quotation import shown_quote
from liqwidget.domain.time import DAY, duration_ns, time_ns
from liqwidget.errors import DataError, plain
from liqwidget.market.store.files import EVENTS, KINDS, SUFFIX, decoded, frame_of
from liqwidget.market.store.parquet import BrokenFileError, NewerFileError, decoded_day
from liqwidget.market.store.sound import unsound
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import VENUES
from liqwidget.run import places

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from liqwidget.market.store.files import Kind


class Series(NamedTuple):
    """One contract of one venue: the coin as it is shown, the venue, and the folder of its kinds."""

    symbol: str
    venue: str
    contract: str
    folder: str


class Wanted(NamedTuple):
    """Which part of it is read: the length of a candle as text, and from when to when [ns]."""

    timeframe: str
    since: int
    until: int


def series_of(root: str, symbols: Iterable[str] | None, venues: Iterable[str] | None) -> tuple[Series, ...]:
    """Return the contracts of a store: one a coin and venue, by coin and name.

    Of several contracts of a coin on a venue the one in USDT counts, else the first by name; an inverse one is apart
    ('BTC/USD:BTC').

    Raises
    ------
    DataError
        If none is there, or one that is asked for is not.
    """
    symbols, venues = ([given] if isinstance(given, str) else given for given in (symbols, venues))
    wanted = None if symbols is None else {one: parse_symbol(one) for one in symbols}
    chosen = None if venues is None else {one.strip().lower() for one in venues}
    met: set[str] = set()
    found: dict[tuple[str, str], Series] = {}
    for venue_name in places.folders(root):
        venue = decoded(venue_name)
        if venue not in VENUES or (chosen is not None and venue not in chosen):
            continue
        names = places.folders(places.within(root, venue_name))
        for name in sorted(names, key=lambda one: ("USDT" not in decoded(one), one)):
            contract = decoded(name)
            try:
                parsed = parse_symbol(contract)
            except DataError:
                continue
            symbol = contract if parsed.inverse else parsed.name
            asked = [
                given for given, one in (wanted or {}).items()
                if (parsed.coin, parsed.inverse) == (one.coin, one.inverse) and one.quote in {"", parsed.quote}
            ]  # fmt: skip
            met.update(asked)
            if wanted is None or asked:
                found.setdefault(
                    (symbol, venue), Series(symbol, venue, contract, places.within(root, venue_name, name))
                )
    missing = (chosen or set()) - {venue for _, venue in found} | set(wanted or ()) - met
    if not found or missing:
        what = f"of {', '.join(sorted(missing))} " if missing else ""
        message = f"Expected series {what}in the layout of liqwidget.store in {root!r:.200}, was none"
        raise DataError(message)
    return tuple(found[key] for key in sorted(found))


def market_of(series: Series, wanted: Wanted) -> tuple[MarketData, tuple[str, ...]]:
    """Return the market of a series, and what is said of its files.

    As `liqwidget.history` makes it, but for contracts of which the package has no margin tiers: those of the day are
    not asked for. Candles that are not finished are left out.

    Raises
    ------
    DataError
        If there are no candles, or they cannot be used.
    """
    said: list[str] = []
    candles = _frame(series, "candles", wanted, said)
    interest = _frame(series, "open_interest", wanted, said)
    if candles is None:
        lengths = ", ".join(places.folders(places.within(series.folder, "candles")))
        was = (
            f"those of {lengths}"
            if lengths and wanted.timeframe not in lengths.split(", ")
            else "none that can be used in that span"
        )
        message = f"Expected {wanted.timeframe} candles in {series.folder!r:.200}, was {was if lengths else 'none'}"
        raise DataError("; ".join([message, *said]))
    if interest is not None and not VENUES[series.venue].interest_history:
        interest = pd.concat([interest[:1].set_axis(candles.index[:1]), interest])
        interest = interest[~interest.index.duplicated(keep="last")]
        said.append(f"{series.venue} publishes no history of open interest: the first value known stands for the past")
    elif interest is not None:
        candles = candles[candles.index > interest.index[0] - pd.Timedelta(duration_ns(wanted.timeframe))]
    parsed = parse_symbol(series.contract)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        market = MarketData.from_frames(
            candles, interest, symbol=parsed.name, venue=series.venue, timeframe=wanted.timeframe,
            funding=_frame(series, "funding", wanted, said), liquidations=_frame(series, "liquidations", wanted, said),
            contract="inverse" if parsed.inverse else "linear",
        )  # fmt: skip
    said += [plain(one.message)[:300] for one in caught]
    market = replace(market, quote=shown_quote(parsed.quote))
    limit = int(market.close_time[-1]) if market.complete_until is None else market.complete_until
    return replace(market.until(limit), complete_until=None), tuple(dict.fromkeys(said))


def _frame(series: Series, kind: str, wanted: Wanted, said: list[str]) -> pd.DataFrame | None:
    """Return the rows of a kind; None if there are none. A file that cannot be read counts as missing, and is named."""
    what, step = KINDS[kind], duration_ns(wanted.timeframe)
    grid = step if kind == "candles" and step <= DAY else None
    folder = places.within(series.folder, kind, wanted.timeframe if what.timed else EVENTS)
    parts: list[dict[str, npt.NDArray[Any]]] = []
    broken: dict[str, list[str]] = {}
    for path in places.found(folder, SUFFIX):
        day = _day_of(path)
        if day is None or not (day < wanted.until and wanted.since < day + DAY):
            continue
        try:
            columns = _sound(places.read(path), what, grid)
        except (BrokenFileError, NewerFileError, DataError, OSError) as error:
            broken.setdefault(plain(error)[:80], []).append(path)
            continue
        inside = (columns["time"] >= wanted.since) & (columns["time"] < wanted.until)
        parts.append({name: column[inside] for name, column in columns.items()})
    for why, paths in broken.items():
        more = f" and {len(paths) - 1} more of {kind}" if len(paths) > 1 else ""
        said.append(f"{paths[0]}{more} cannot be used and counts as missing: {why}")
    names = ["time", *(name for name in what.columns if any(name in part for part in parts))]
    joined = {
        name: np.concatenate([part[name] if name in part else np.full(len(part["time"]), np.nan) for part in parts])
        for name in names
        if parts
    }
    return frame_of(joined, what) if parts and len(joined["time"]) else None


def _sound(content: bytes, what: Kind, grid: int | None) -> dict[str, npt.NDArray[Any]]:
    """Return the rows of a day file; a BrokenFileError if it is none, or its values cannot be."""
    columns = decoded_day(content, what.columns).columns
    fault = unsound(columns, grid, keyed=what.keyed)
    if fault is not None:
        raise BrokenFileError(f"expected {fault[1]}")
    return columns


def _day_of(path: str) -> int | None:
    """Return the start [ns] of the day of a file; None if it is no day file."""
    try:
        return time_ns(path.rpartition("/")[2].removesuffix(SUFFIX) + "T00:00Z")
    except DataError:
        return None
