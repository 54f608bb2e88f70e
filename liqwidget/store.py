"""Market history that is stored on this machine: where it is, what is there, forgetting and exporting it.

Everything that is read from an exchange is kept in Parquet files, one a UTC day, by venue, symbol, kind and timeframe,
in ``LIQWIDGET_HOME`` or else in the platform's cache folder. Only what is missing is asked for again. Several notebooks
may use it at once. Nothing in it is ever executed or unpickled; a file that is damaged is set aside and fetched again.

Examples
--------
>>> import liqwidget
>>> liqwidget.store.list().columns[:4].tolist()
['venue', 'symbol', 'kind', 'timeframe']
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.time import DAY, duration_ns, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.market.bulk.adding import add
from liqwidget.market.store import files
from liqwidget.market.store.days import KINDS, Store, StoreWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["StoreWarning", "add", "chunks", "export", "list", "location", "prune", "read"]

_FORMS = ("parquet", "csv")
ACCOUNTS = "accounts"
"""The kind that snapshots of accounts are listed as."""
_AGES = 2**62
"""Before and after all times [ns]."""
_COLUMNS = ("venue", "symbol", "kind", "timeframe", "first", "last", "rows", "bytes", "days", "set_aside")


def location() -> Path:
    """Return the folder of the store; it need not exist yet."""
    return Store().root


def list(  # noqa: A001 - `liqwidget.store.list()` is what it does
    *, venue: str | None = None, symbol: str | None = None, kind: str | None = None, timeframe: str | None = None
) -> pd.DataFrame:
    """Return what is stored, one row a series.

    Parameters
    ----------
    venue, symbol, kind, timeframe : str, optional
        Only these. A symbol may be the coin alone: 'BTC' finds 'BTC/USDT:USDT'.

    Returns
    -------
    DataFrame
        venue; symbol; kind ('candles', 'open_interest', 'funding', 'liquidations', 'long_short', 'taker_volume',
        'trades', 'accounts'); timeframe ('events' for kinds that have none); first and last: times of the first and
        last row (UTC); rows; bytes; days: files; set_aside: files that were damaged. 'accounts' are the snapshots of
        `liqwidget.positions`, of all coins (symbol ''); their rows are snapshots, their files also what is under way.
    """
    found = []
    for folder, names in Store().series(venue, symbol, kind, timeframe):
        paths = files.day_files(folder)
        aside = sum(1 for path in folder.iterdir() if ".corrupt-" in path.name)
        if not paths and not aside:
            continue
        extents = [files.extent_of(path, KINDS[names["kind"]]) for path in paths]
        first = min((low for _, low, _ in extents if low is not None), default=None)
        last = max((high for _, _, high in extents if high is not None), default=None)
        found.append(
            {
                **names,
                "first": pd.NaT if first is None else timestamp(first),
                "last": pd.NaT if last is None else timestamp(last),
                "rows": sum(rows for rows, _, _ in extents),
                "bytes": sum(path.stat().st_size for path in paths),
                "days": len(paths),
                "set_aside": aside,
            }
        )
    if symbol is None and kind in {None, ACCOUNTS} and timeframe in {None, files.EVENTS}:
        found += _accounts(venue)
    return pd.DataFrame(found, columns=pd.Index(_COLUMNS))


def _accounts(venue: str | None) -> Sequence[dict[str, Any]]:
    """Return a row for each venue whose accounts are kept."""
    from liqwidget.market.store.account_log import account_files

    kept = account_files(Store().root, venue)
    rows = []
    for name in sorted({one.venue for one in kept}):
        own = [one for one in kept if one.venue == name]
        times = [one.time for one in own if one.snapshot]
        rows.append(
            {
                "venue": name, "symbol": "", "kind": ACCOUNTS, "timeframe": files.EVENTS,
                "first": timestamp(times[0]) if times else pd.NaT, "last": timestamp(times[-1]) if times else pd.NaT,
                "rows": len(times), "bytes": sum(one.path.stat().st_size for one in own), "days": len(own),
                "set_aside": 0,
            }
        )  # fmt: skip
    return rows


def read(
    venue: str,
    symbol: str = "BTC",
    kind: str = "candles",
    timeframe: str | None = None,
    *,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """Return the stored rows of one series, without asking anybody.

    Parameters
    ----------
    venue, symbol : str
        A symbol may be the coin alone, where only one contract of it is stored.
    kind : str
        As in `list`: 'candles' (open, high, low, close, volume, taker_buy_volume), 'open_interest', 'funding',
        'liquidations' (side of the position, price, size [quote]), 'long_short' (long_short_ratio of accounts,
        top_account_ratio, top_position_ratio), 'taker_volume' (taker_ratio: bought / sold, of 5 minutes), 'trades'
        (price, amount [base], taker_buy: 1 where the taker bought).
    timeframe : str, optional
        Length of a candle, of candles and open interest; None where one length alone is stored.
    since, until : time or str, optional
        From when (or how long before now) up to before when. A day may have millions of trades: `chunks` gives them
        day by day.

    Returns
    -------
    DataFrame
        By UTC time, events with a column `time`; no rows where none are stored of that time.

    Raises
    ------
    DataError
        If there is no such series, or several.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.store.read("binance", "BTC", "long_short", since="30d")  # doctest: +SKIP
    """
    names, _ = _one_series(venue, symbol, kind, timeframe)
    step = None if names["timeframe"] == files.EVENTS else names["timeframe"]
    ends = _time(since, "since", -_AGES), _time(until, "until", _AGES)
    low, high = (None if abs(end) == _AGES else timestamp(end) for end in ends)
    return Store().read(names["venue"], names["symbol"], names["kind"], step, low, high)


def chunks(
    venue: str,
    symbol: str = "BTC",
    kind: str = "trades",
    timeframe: str | None = None,
    *,
    since: Any = None,
    until: Any = None,
) -> Iterator[pd.DataFrame]:
    """Yield the stored rows of one series, a UTC day at a time, so that memory holds one day.

    Parameters
    ----------
    venue, symbol, kind, timeframe, since, until
        As for `read`.

    Yields
    ------
    DataFrame
        As of `read`, oldest day first; days without rows are left out.

    Raises
    ------
    DataError
        If there is no such series, or several.

    Examples
    --------
    >>> import liqwidget
    >>> trades = liqwidget.store.chunks("binance", "BTC", since="30d")  # doctest: +SKIP
    >>> market = liqwidget.MarketData.from_trades(trades, open_interest)  # doctest: +SKIP
    """
    names, folder = _one_series(venue, symbol, kind, timeframe)
    ends = _time(since, "since", -_AGES), _time(until, "until", _AGES)
    days = sorted({day for path in files.day_files(folder) if (day := files.day_of(path)) is not None})
    return _by_day(names, [day for day in days if day + DAY > ends[0] and day < ends[1]], ends)


def _by_day(names: dict[str, str], days: Sequence[int], ends: tuple[int, int]) -> Iterator[pd.DataFrame]:
    step = None if names["timeframe"] == files.EVENTS else names["timeframe"]
    for day in days:
        low, high = timestamp(max(day, ends[0])), timestamp(min(day + DAY, ends[1]))
        rows = Store().read(names["venue"], names["symbol"], names["kind"], step, low, high)
        if len(rows):
            yield rows


def _one_series(venue: str, symbol: str, kind: str, timeframe: str | None) -> tuple[dict[str, str], Path]:
    """Return the names of the one series that is meant, and its folder.

    Raises
    ------
    DataError
        If there is none, or several.
    """
    found = [(names, folder) for folder, names in Store().series(venue, symbol, kind, timeframe)]
    if len(found) != 1:
        known = "; ".join(" ".join(names.values()) for names, _ in found[:5]) or "none"
        remedy = "name its symbol and timeframe" if found else "liqwidget.store.list() shows what there is"
        raise DataError(f"Expected one stored series of {venue} {symbol} {kind}, was {known}: {remedy}")
    return found[0]


def prune(
    before: Any = None,
    *,
    since: Any = None,
    venue: str | None = None,
    symbol: str | None = None,
    kind: str | None = None,
    timeframe: str | None = None,
) -> int:
    """Remove whole days, with what was set aside of them; they are asked for again when they are needed.

    Folders that are links to others are not followed. Snapshots of accounts go with the rest, unless a symbol is named;
    ``prune(kind="accounts")`` forgets them alone, and every address with them.

    Parameters
    ----------
    before : time or str, optional
        Days that end by this time, or by so long before now (``'90d'``); None: up to the last.
    since : time or str, optional
        Days that begin at or after this time; None: from the first.
    venue, symbol, kind, timeframe : str, optional
        Only these. A symbol may be the coin alone.

    Returns
    -------
    int
        How many files went.

    Raises
    ------
    DataError
        If nothing says what to remove, or a time cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.store.prune("365d")  # doctest: +SKIP
    >>> liqwidget.store.prune(since="2026-03-01", venue="okx", symbol="BTC")  # a revision is read  # doctest: +SKIP
    """
    if before is since is venue is symbol is kind is timeframe is None:
        message = (
            "Expected a time or a name of what to remove, such as prune('90d') or prune(venue='okx'), was nothing; "
            "prune(before='2099-12-31') removes all"
        )
        raise DataError(message)
    low, high = _time(since, "since", -_AGES), _time(before, "before", _AGES)
    removed = 0
    store = Store()
    for folder, _ in store.series(venue, symbol, kind, timeframe):
        if folder.resolve() != store.root.resolve() / folder.relative_to(store.root):
            continue
        with files.locked(folder):
            files.sweep(folder)
            for path in tuple(folder.iterdir()):
                day = files.day_of(path)
                if day is not None and low <= day and day + DAY <= high and (path.is_symlink() or not path.is_dir()):
                    path.unlink(missing_ok=True)
                    removed += 1
        files.sweep(folder.parent.parent)
    if symbol is None and kind in {None, ACCOUNTS} and timeframe in {None, files.EVENTS}:
        removed += _forget_accounts(store, venue, low, high)
    return removed


def _forget_accounts(store: Store, venue: str | None, low: int, high: int) -> int:
    """Remove what is kept of accounts of whole days within a span [ns]; return how many files went."""
    from liqwidget.market.store.account_log import account_files

    chosen = [one for one in account_files(store.root, venue) if low <= one.time // DAY * DAY <= high - DAY]
    if chosen:
        with files.locked(chosen[0].path.parent):
            for one in chosen:
                one.path.unlink(missing_ok=True)
    return len(chosen)


def export(
    path: str | Path,
    *,
    venue: str | None = None,
    symbol: str | None = None,
    kind: str | None = None,
    timeframe: str | None = None,
    form: str | None = None,
) -> tuple[Path, ...]:
    """Write series to files that any program reads.

    Parameters
    ----------
    path : path
        A folder, made if need be, for one file a series named venue_symbol_kind_timeframe; or a file that ends in
        ``.parquet`` or ``.csv`` for the one series that the names choose.
    venue, symbol, kind, timeframe : str, optional
        Only these. A symbol may be the coin alone.
    form : {'parquet', 'csv'}, optional
        Of the files in a folder; 'parquet' by default.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    DataError
        If there is no such series, several for one file, or the form is none of these.
    """
    target, store = Path(path).expanduser(), Store()
    single = target.suffix[1:] if target.suffix[1:] in _FORMS else None
    form = form or single or _FORMS[0]
    if form not in _FORMS or single not in {None, form}:
        raise DataError(f"Expected form as {' or '.join(map(repr, _FORMS))}, as the file's name says, was {form!r:.40}")
    chosen = tuple(store.series(venue, symbol, kind, timeframe))
    if not chosen:
        raise DataError(f"Expected a series stored in {store.root}, was none: liqwidget.store.list() shows them")
    if single and len(chosen) > 1:
        known = "; ".join(" ".join(names.values()) for _, names in chosen[:5])
        raise DataError(f"Expected one series for one file, was {len(chosen)}: {known}. Name a folder, or one of them")
    (target.parent if single else target).mkdir(parents=True, exist_ok=True)
    written: tuple[Path, ...] = ()
    for folder, names in chosen:
        step = None if names["timeframe"] == files.EVENTS else names["timeframe"]
        frame = store.read(names["venue"], names["symbol"], names["kind"], step)
        file = target if single else target / f"{'_'.join(folder.relative_to(store.root).parts)}.{form}"
        _replaced(file, _writer(frame, form, index=KINDS[names["kind"]].keyed))
        written = (*written, file)
    return written


def _writer(frame: pd.DataFrame, form: str, *, index: bool) -> Callable[[Path], None]:
    if form == "csv":
        return lambda draft: frame.to_csv(draft, index=index)
    return lambda draft: frame.to_parquet(draft, engine="pyarrow")


def _replaced(file: Path, write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all."""
    draft = file.with_name(f".{file.name}.tmp")
    try:
        write(draft)
        shutil.move(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def _time(value: Any, name: str, default: int) -> int:
    """Return a time, or a duration before now, as ns."""
    if value is None:
        return default
    if isinstance(value, str | pd.Timedelta):
        try:
            return int(pd.Timestamp.now(tz="UTC").as_unit("ns").value) - duration_ns(value)
        except DataError:
            pass
    return time_ns(value, name)
