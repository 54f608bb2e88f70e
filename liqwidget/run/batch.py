"""`liqwidget.batch`: many symbols, venues and years on the workers of a Dask cluster, which this file alone imports."""

from __future__ import annotations

import json
import math
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.decide.alerts import checked_rules
from liqwidget.decide.watching import rule_text
from liqwidget.domain.ledger import CHURN
from liqwidget.domain.leverage import NEAR_SHARE
from liqwidget.domain.quotation import shown_quote
from liqwidget.domain.time import DAY, duration_ns, duration_text, time_ns
from liqwidget.errors import DataError, MissingExtraError, SourceError
from liqwidget.estimate.estimator import Rules
from liqwidget.field.density import Prior
from liqwidget.market.store.days import Store
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.run import batch_work as work
from liqwidget.run import places
from liqwidget.run.batch_source import Wanted, series_of
from liqwidget.run.batch_tables import decoded_table, encoded_table
from liqwidget.run.ledger_bytes import own_version
from liqwidget.run.ledger_file import FOLDER, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from liqwidget.decide.watching import AlertRule
    from liqwidget.run.batch_source import Series

KINDS = ("clusters", "profiles", "scores", "alerts", "totals")

CUT_ROWS = 131_072
"""Candles in a cut unless told otherwise."""

_TOGETHER = 16
"""Symbols that are summed by one task."""

_VERSION = 1
_JOB, _MARKETS = "job.json", "markets" + SUFFIX


@dataclass(frozen=True, slots=True)
class Batch:
    """What `liqwidget.batch` has written.

    Parameters
    ----------
    out : str
        The folder, or address.
    markets : DataFrame
        One row per symbol and venue, and per symbol ('all'): first, last (UTC); candles; written_rows, written_bytes,
        looks: what was not there before; alerts; seconds on its worker; notes; reason: why it failed, else ''.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> done = liqwidget.Batch("results", pd.DataFrame({"symbol": ["BTC"], "venue": ["okx"], "state": ["done"]}))
    >>> done.ledger_path("BTC")
    'results/ledgers/symbol=BTC'
    """

    out: str
    markets: pd.DataFrame

    def ledger_path(self, symbol: str) -> str:
        """Return what `Ledger.load` and `LiqHeatmap.from_ledger` take for a symbol: the folder of its venues."""
        return places.within(self.out, FOLDER, f"symbol={work.in_path(symbol)}")

    def table(self, kind: str, symbol: str, venue: str = work.ALL) -> pd.DataFrame:
        """Return one symbol's table of a kind, all cuts in order.

        Parameters
        ----------
        kind : str
            'clusters', 'profiles', 'alerts' or 'totals' of all venues together ('all') or, the first two, of one;
            'scores' of one venue.

        Raises
        ------
        DataError
            If the kind is none of these, or there is no such table.
        """
        if kind not in KINDS:
            message = f"Expected kind as one of {', '.join(KINDS)}, was {kind!r:.40}"
            raise DataError(message)
        folder = places.within(self.out, kind, f"symbol={work.in_path(symbol)}", f"venue={venue}")
        names = places.found(folder, SUFFIX)
        if not names:
            message = f"Expected {kind} of {symbol} on {venue} in {self.out!r:.200}, was none: see .markets"
            raise DataError(message)
        frames = [decoded_table(places.read(name)) for name in names]
        return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)

    def __repr__(self) -> str:
        """Return where, how many markets, and how many failed."""
        own = self.markets[self.markets["venue"] != work.ALL]
        failed = int((own["reason"] != "").sum())
        return f"Batch({self.out!r}, {len(own)} markets" + (f", {failed} failed)" if failed else ")")


def batch(
    out: str | Path,
    source: str | Path | None = None,
    *,
    symbols: str | Iterable[str] | None = None,
    venues: str | Iterable[str] | None = None,
    timeframe: str = "5m",
    since: Any = None,
    until: Any = None,
    prior: Any = "effective",
    churn: float = CHURN,
    near: float = NEAR_SHARE,
    step: str = "1h",
    cut: str | None = None,
    rules: AlertRule | Iterable[AlertRule] = (),
    client: Any = None,
    workers: int | None = None,
    memory: str = "2GiB",
    retries: int = 3,
    progress: bool = True,
) -> Batch:
    """Estimate many symbols on many venues over years, on the workers of a Dask cluster.

    One task per symbol and venue reads its market, cuts it in time and goes through the cuts; one per symbol puts its
    venues together. What is handed on is a ledger without its long past, so the memory of a worker is bounded, and the
    files are the same bytes as those of a single pass. Every file is written whole, and a mark after each cut: call it
    again with the same arguments, after whatever, and what is there is not done again.

    Parameters
    ----------
    out : str or Path
        A folder for the results, or an address that fsspec opens (``s3://...``), that all workers reach:
        ``ledgers/symbol=BTC/venue=binance/<cut>.parquet``, and so ``clusters``, ``profiles`` (also ``venue=all``),
        ``scores`` where liquidations were kept, ``alerts``, ``totals``; ``totals-<quote>.parquet`` of all symbols, and
        ``markets.parquet``.
    source : str or Path, optional
        Market data in the layout of `liqwidget.store`, of this machine by default; a folder or address.
    symbols, venues : str, or iterable of str, optional
        Only these, as 'BTC'; all that are there by default. One that is not there is an error.
    timeframe, since, until : str, time, time
        Length of a candle, and the span that is read, [since, until).
    prior, churn, near
        As in `liqwidget.estimate`.
    step : str
        How often clusters are looked for; profiles are those of midnight UTC.
    cut : str, optional
        Length of a cut, whole days; 131,072 candles by default (a quarter of minutes).
    rules : AlertRule, or iterable of AlertRule
        What alerts are replayed, as `replay_alerts`.
    client : dask.distributed.Client, optional
        Of any cluster; by default a LocalCluster is made, and closed at the end.
    workers, memory : int, str
        Of that cluster: processes (one a core by default), and the limit of each; beyond it Dask spills and pauses.
    retries : int
        How often work on a market that raises is tried again; then `reason` in its row says why, and all others go on.
        What a worker that dies had begun goes to another at once.
    progress : bool
        Whether a bar (tqdm) is shown; Dask's own dashboard shows each task.

    Returns
    -------
    Batch

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    DataError
        If there is nothing to read, an argument cannot be used, or `out` holds results of other arguments.
    SourceError
        If the scheduler is gone; what was written stays.

    Examples
    --------
    >>> import liqwidget
    >>> done = liqwidget.batch("results", timeframe="1m", symbols=["BTC", "ETH"])  # doctest: +SKIP
    >>> liqwidget.LiqHeatmap.from_ledger(done.ledger_path("BTC"))  # doctest: +SKIP

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as empty:  # nothing was kept there yet
    ...     try:
    ...         done = liqwidget.batch(f"{empty}/results", empty, progress=False)
    ...     except liqwidget.DataError as error:
    ...         print(str(error).partition(" in ")[0])
    Expected series
    """
    _distributed()
    asked = checked_rules(rules)
    length = duration_ns(timeframe)
    span = duration_ns(cut) if cut is not None else max(-(-CUT_ROWS * length // DAY), 1) * DAY
    if span % DAY or span <= 0:
        message = f"Expected cut= as whole days, such as '30d', was {cut!r:.60}"
        raise DataError(message)
    if (apart := duration_ns(step)) < length or DAY % apart:
        message = f"Expected step as a part of a day, at least a candle ({timeframe}), was {step!r:.60}"
        raise DataError(message)
    terms = Rules.checked(churn, near)
    low, high = (-(2**62) if since is None else time_ns(since)), (2**62 if until is None else time_ns(until))
    if low >= high:
        message = f"Expected until after since, was {until!r:.40} and {since!r:.40}"
        raise DataError(message)
    wanted = Wanted(duration_text(length).replace(" ", ""), low, high)
    job = work.Job(places.place(out), wanted, Prior.parse(prior), *terms, apart, span, asked)
    series = series_of(places.place(Store().root if source is None else source), symbols, venues)
    _claim(job)
    with _client(client, workers, memory) as there:
        rows = _done(there, job, series, retries, progress=progress)
    markets = pd.DataFrame(rows).sort_values(["symbol", "venue"], ignore_index=True)
    for name in ("first", "last"):
        markets[name] = pd.to_datetime(markets[name], utc=True)
    places.write(places.within(job.out, _MARKETS), encoded_table(markets))
    return Batch(job.out, markets)


def _distributed() -> Any:
    try:
        from dask import distributed
    except ImportError as error:
        message = f"Expected Dask, which batch runs on: pip install 'liqwidget[batch]' ({error})"
        raise MissingExtraError(message) from error
    return distributed


def _claim(job: work.Job) -> None:
    """Take a folder for a job; one of the same arguments goes on.

    Raises
    ------
    DataError
        If another job has written there.
    """
    told = {
        "version": _VERSION, "liqwidget": own_version(), "mark": work.job_mark(job), "timeframe": job.wanted.timeframe,
        "since": job.wanted.since, "until": job.wanted.until, "prior": repr(job.prior), "churn": job.churn,
        "near": job.near, "step": duration_text(job.step), "cut": duration_text(job.cut),
        "rules": [rule_text(rule) for rule in job.rules],
    }  # fmt: skip
    path = places.within(job.out, _JOB)
    if places.there(path):
        try:
            before = json.loads(places.read(path))
            same = before["mark"] == told["mark"]
        except (ValueError, KeyError, TypeError):
            before, same = {}, False
        if not same:
            other = ", ".join(f"{name}={before.get(name)}" for name in told if before.get(name) != told[name])
            message = f"Expected a new folder, or one of a batch of the same arguments, was {job.out!r:.200} of {other}"
            raise DataError(message)
    places.write(path, json.dumps(told, indent=1).encode())


@contextmanager
def _client(client: Any, workers: int | None, memory: str) -> Iterator[Any]:
    """Give a client: that which is given, or one of a cluster that ends with the work."""
    if client is not None:
        yield client
        return
    distributed = _distributed()
    with (
        distributed.LocalCluster(
            n_workers=workers or os.cpu_count() or 1, threads_per_worker=1, processes=True, memory_limit=memory,
            host="127.0.0.1", dashboard_address="127.0.0.1:0",
        ) as cluster,
        distributed.Client(cluster) as own,
    ):  # fmt: skip
        yield own


def _done(
    client: Any, job: work.Job, series: tuple[Series, ...], retries: int, *, progress: bool
) -> list[dict[str, Any]]:
    """Have everything done, and return the rows of all tasks."""
    options = {"pure": False, "retries": retries}
    groups: dict[str, list[Any]] = {}
    rows: dict[Any, tuple[str, str]] = {}
    stood: dict[str, list[Any]] = {}
    for one in series:
        made = client.submit(work.work_venue, job, one, retries, **options)
        groups.setdefault(one.symbol, []).append(made)
        rows[client.submit(work.row_of, made, **options)] = one.symbol, one.venue
    for symbol, parts in groups.items():
        made = client.submit(work.work_symbol, job, symbol, parts, retries, **options)
        rows[client.submit(work.row_of, made, **options)] = symbol, work.ALL
        quote = shown_quote(parse_symbol(symbol).quote)
        stood.setdefault(quote, []).append(client.submit(work.totals_of, made, **options))
    found = list(_rows(client, rows, progress=progress))
    for quote, futures in stood.items():
        parts = [one for one in futures if one.status != "error"]  # the reason is in its row
        _result(client.submit(work.write_totals, job, quote, _tree(client, parts, options), **options))
    return found


def _tree(client: Any, parts: list[Any], options: dict[str, Any]) -> Any:
    """Return the future of the sum of parts, a few at a time, on the workers."""
    while len(parts) > 1:
        count = math.ceil(len(parts) / _TOGETHER)
        parts = [client.submit(work.work_totals, parts[number::count], **options) for number in range(count)]
    return client.submit(work.work_totals, parts, **options)


def _rows(client: Any, rows: dict[Any, tuple[str, str]], *, progress: bool) -> Iterator[dict[str, Any]]:
    """Yield the row of each task as it ends; of one that failed its reason."""
    from tqdm.auto import tqdm

    with tqdm(total=len(rows), desc="batch", unit=" markets", disable=not progress, leave=False) as bar:
        for future in _distributed().as_completed(list(rows)):
            symbol, venue = rows[future]
            if client.status != "running" or future.status in {"cancelled", "lost"}:
                _gone()
            if future.status == "error":
                why = f"{type(future.exception()).__name__}: {future.exception()}"
                yield work.empty_row(symbol, venue) | {"reason": why[:500]}
            else:
                yield _result(future)
            bar.update()


def _result(future: Any) -> Any:
    distributed = _distributed()
    try:
        return future.result()
    except (distributed.CancelledError, distributed.comm.CommClosedError) as error:
        _gone(error)


def _gone(error: BaseException | None = None) -> None:
    message = (
        "Expected a Dask scheduler that stays, was one that is gone: call batch again with another client; what is "
        "written stays, and is not done again"
    )
    raise SourceError(message, retryable=True) from error
