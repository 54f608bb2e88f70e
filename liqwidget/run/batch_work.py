"""What one worker of `batch` does: the history of a symbol on a venue, and the venues of a symbol together.

A history is cut in time. What is handed on from cut to cut is a ledger without its long past, so memory does not grow
with the history, and a cut gives the same bytes as a single pass. Each cut's files are there before its mark is: who is
killed is followed by one who folds again, which is the cheap part, and looks from the first cut without a mark on.
"""

from __future__ import annotations

import hashlib
import time as clock
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from liqwidget.decide.alerts import AlertFold, alerts_frame
from liqwidget.decide.looks import BLOCK, looks
from liqwidget.domain.ledger import Ledger, VenueLedger
from liqwidget.domain.time import DAY, HOUR, time_index, timestamp
from liqwidget.errors import DataError, LiqError, plain
from liqwidget.estimate.estimator import Rules, estimate, estimated, folded, with_heat
from liqwidget.estimate.estimator import advance as advanced
from liqwidget.estimate.tail import without_past
from liqwidget.run import places
from liqwidget.run.batch_source import market_of
from liqwidget.run.batch_tables import (
    CLUSTERS,
    clusters_table,
    decoded_table,
    encoded_table,
    profiles_table,
    totals_table,
)  # fmt: skip
from liqwidget.run.ledger_bytes import decoded_ledger, encoded_ledger, own_version
from liqwidget.run.ledger_file import FOLDER, SUFFIX
from liqwidget.trust.score import score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from liqwidget.decide.looks import Look
    from liqwidget.decide.watching import AlertRule
    from liqwidget.domain.frames import MarketData
    from liqwidget.field.density import Prior
    from liqwidget.run.batch_source import Series, Wanted

ALL = "all"
"""Name of the venues together, beside theirs."""

SCORES = "scores"
"""Kind of a table, and the name of its mark."""

WARM_UP = 30 * DAY
"""How long before the first liquidation the ledger begins that is scored [ns]."""

_ALERT_STEP = 5 * 60 * 10**9


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of all workers.

    Parameters
    ----------
    out : str
        The folder of results.
    wanted : Wanted
        Length of a candle, span.
    prior, churn, near :
        As in `liqwidget.estimate`.
    step, cut : int
        Time from look to look, length of a cut [ns]; cuts begin at whole multiples of it since 1970.
    rules : tuple of AlertRule
        What alerts are replayed.
    """

    out: str
    wanted: Wanted
    prior: Prior
    churn: float
    near: float
    step: int
    cut: int
    rules: tuple[AlertRule, ...] = ()

    def path(self, kind: str, symbol: str, venue: str, name: str, suffix: str = SUFFIX) -> str:
        """Return where a file of results lies."""
        names = (f"symbol={in_path(symbol)}", f"venue={venue}", name + suffix)
        return places.within(self.out, kind, *names)


class Done(NamedTuple):
    """What came of a task: a row of `markets.parquet`, its cuts with the marks of their data, and what stood in all.

    `totals` is of a symbol: time [ns], long, short [quote] at each look.
    """

    row: dict[str, Any]
    cuts: dict[str, str]
    totals: pd.DataFrame | None = None


def work_venue(job: Job, series: Series, retries: int = 0) -> Done:
    """Write ledger, clusters, profiles and scores of a symbol on a venue, cut by cut; what is there already stays.

    What goes wrong is the reason in its row, and costs no other task anything.
    """
    return _tried(lambda: _venue(job, series), empty_row(series.symbol, series.venue), retries)


def work_symbol(job: Job, symbol: str, venues: Sequence[Done], retries: int = 0) -> Done:
    """Write clusters, profiles and alerts of all venues of a symbol, from the ledgers that they have written."""
    return _tried(lambda: _symbol(job, symbol, venues), empty_row(symbol, ALL), retries)


def _tried(work: Callable[[], Done], row: dict[str, Any], retries: int) -> Done:
    """Return what comes of some work; of what fails, or raises more often than `retries`, a row with the reason."""
    begun = clock.perf_counter()
    for left in range(retries, -1, -1):
        try:
            done = work()
        except LiqError as error:
            reason = str(error)
            break
        except Exception as error:  # noqa: BLE001 - of one market, which must not cost the others
            reason = f"{type(error).__name__}: {error}"
            if not left:
                break
        else:
            return done._replace(row=done.row | {"seconds": clock.perf_counter() - begun})
    return Done(row | {"reason": plain(reason)[:500], "seconds": clock.perf_counter() - begun}, {})


def _venue(job: Job, series: Series) -> Done:
    row, place = empty_row(series.symbol, series.venue), (series.symbol, series.venue)
    market, said = market_of(series, job.wanted)
    marks, counts = {}, [0, 0, 0]
    for name, before, ledger, dropped, mark in _cuts(job, market):
        if not _is_done(job, place, name, mark):
            part, rows = ledger.venues[0], 0 if before is None else len(before.venues[0].time)
            content = encoded_ledger(ledger, begin=rows, dropped=dropped)
            found = list(looks(ledger, job.step, after=_last_look(before, job.step)))
            files = _write(job, (*place, name), content, found)
            counts[0] += len(part.time) - rows
            counts[1] += sum(files.values())
            counts[2] += len(found)
            _set_done(job, place, name, mark, files)
        marks[name] = mark
    _clear(job, place, marks)
    row |= {"first": timestamp(int(market.time[0])), "last": timestamp(int(market.close_time[-1]))}
    row |= {"candles": len(market.time), "written_rows": counts[0], "written_bytes": counts[1], "looks": counts[2]}
    if not _is_done(job, place, SCORES, mark):
        why, files = _score(job, series, market)
        said = (*said, *why)
        _set_done(job, place, SCORES, mark, files)
    return Done(row | {"notes": "; ".join(said)}, marks)


def _symbol(job: Job, symbol: str, venues: Sequence[Done]) -> Done:
    row, place = empty_row(symbol, ALL), (symbol, ALL)
    there = [(one.row["venue"], one.cuts) for one in venues if one.cuts]
    names = sorted({name for _, cuts in there for name in cuts})
    if not names:
        message = "no venue could be read"
        raise DataError(message)
    fold, alerts, totals = AlertFold(job.rules, max(_ALERT_STEP, _candle(job))), [], []
    mark = _symbol_mark(job, there)
    if _is_done(job, place, ALL, mark):
        stood = decoded_table(places.read(job.path("totals", symbol, ALL, "totals")))
        return Done(row, dict.fromkeys(names, mark), stood)
    ledger: Ledger | None = None
    last: int | None = None
    files: dict[str, int] = {}
    for name in names:
        ledger = _grown(job, ledger, symbol, [venue for venue, cuts in there if name in cuts], name)
        found = list(looks(ledger, job.step, after=last))
        last = found[-1].time if found else last
        files |= _write(job, (symbol, ALL, name), None, found)
        row["looks"] += len(found)
        totals.append(totals_table(found))
        if job.rules:
            alerts += [one.row() for _, one in fold.go_on(ledger)]
        ledger = without_past(ledger, _needed(min(last or 0, fold.time or last or 0), job.step))
    row["written_bytes"] = sum(files.values())
    if job.rules and ledger is not None:
        files |= _put(job, "alerts", (symbol, ALL, "alerts"), encoded_table(alerts_frame(alerts)))
        row |= {"alerts": len(alerts), "notes": "; ".join(fold.switched_off.values())}
    stood = pd.concat(totals, ignore_index=True)
    files |= _put(job, "totals", (symbol, ALL, "totals"), encoded_table(stood))
    _clear(job, place, names)
    _set_done(job, place, ALL, mark, files)
    return Done(row, dict.fromkeys(names, mark), stood)


def row_of(done: Done) -> dict[str, Any]:
    """Return the row of a task: what goes to the client."""
    return done.row


def totals_of(done: Done) -> pd.DataFrame | None:
    """Return what stood in a symbol."""
    return done.totals


def work_totals(parts: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Return what stands in several symbols together at each look: time [ns], long, short [quote], symbols."""
    there = [part if "symbols" in part else part.assign(symbols=1) for part in parts if part is not None and len(part)]
    if not there:
        return None
    return pd.concat(there).groupby("time", as_index=False, sort=True).sum()


def write_totals(job: Job, quote: str, totals: pd.DataFrame | None) -> None:
    """Write what stood in all symbols of a quote currency."""
    if totals is not None:
        frame = totals.assign(time=time_index(totals["time"].to_numpy(np.int64)))
        places.write(places.within(job.out, f"totals-{quote}{SUFFIX}"), encoded_table(frame))


# ------------------------------------------------------------------ cuts


def _cuts(job: Job, market: MarketData) -> Iterator[tuple[str, Ledger | None, Ledger, int, str]]:
    """Yield each cut: its name, the ledger before and after it, rows lost at its beginning, the mark of its data."""
    numbers = np.unique((market.close_time - 1) // job.cut)
    ledger: Ledger | None = None
    dropped, mark = 0, job_mark(job)
    for number in numbers.tolist():
        end = min((number + 1) * job.cut, int(market.close_time[-1]))
        part = market.until(end)
        if ledger is not None:
            part = part.since(int(ledger.venues[0].time[-1]))
        mark = _digest(mark, part)
        before = ledger
        ledger = estimate(part, job.prior, churn=job.churn, near=job.near) if ledger is None else advanced(ledger, part)
        yield f"{timestamp(number * job.cut):%Y-%m-%dT%H}", before, ledger, dropped, mark
        rows = len(ledger.venues[0].time)
        ledger = without_past(ledger, _needed(_last_look(ledger, job.step) or 0, job.step))
        dropped += rows - len(ledger.venues[0].time)


def _grown(job: Job, ledger: Ledger | None, symbol: str, venues: Sequence[str], name: str) -> Ledger:
    """Return the ledger of a symbol with the rows that some venues have written of a cut."""
    mains = {} if ledger is None else {part.venue: part for part in ledger}
    hots = {} if ledger is None or ledger.heat is None else {part.venue: part for part in ledger.heat}
    prior = heat_prior = job.prior
    for venue in venues:
        where = job.path(FOLDER, symbol, venue, name)
        try:
            part = decoded_ledger(places.read(where), where)
        except DataError as error:
            places.remove(_mark_path(job, (symbol, venue), name))
            message = f"{error}. Call batch again: it is made anew"
            raise DataError(message) from error
        one = part.venues[0]
        prior, heat_prior = part.prior, part.heat_prior or part.prior
        hot = one.terms if one.heat is None else one.heat
        mains[venue] = folded(mains.get(venue, one.terms.blank), one.rows, prior)
        hots[venue] = folded(hots.get(venue, hot.blank), one.rows, heat_prior)
    order = sorted(mains)
    coin = mains[order[0]].symbol
    parts: tuple[VenueLedger, ...] = tuple(mains[venue] for venue in order)
    heat = Ledger(coin, heat_prior, tuple(hots[venue] for venue in order))
    return with_heat(Ledger(coin, prior, parts), heat)


def _last_look(ledger: Ledger | None, step: int) -> int | None:
    """Return the last look that a ledger of one venue allows [ns]."""
    if ledger is None:
        return None
    return int(ledger.venues[0].known[-1]) // step * step


def _needed(last: int, step: int) -> int:
    """Return from when on rows are read after a look [ns]: its block begins before it, and its path a step before."""
    return last - BLOCK * max(step, HOUR) - step


def _candle(job: Job) -> int:
    return int(pd.Timedelta(job.wanted.timeframe).value)


# ------------------------------------------------------------------ what is written


def _put(job: Job, kind: str, place: tuple[str, str, str], content: bytes) -> dict[str, int]:
    """Write a file of a cut, and return its bytes by its kind and name."""
    places.write(job.path(kind, *place), content)
    return {f"{kind} {place[2]}": len(content)}


def _write(job: Job, place: tuple[str, str, str], ledger: bytes | None, found: Sequence[Look]) -> dict[str, int]:
    """Write the files of a cut, and return the bytes of each."""
    tables = {"clusters": clusters_table(found), "profiles": profiles_table(found)}
    files = [_put(job, kind, place, encoded_table(table)) for kind, table in tables.items()]
    if ledger is not None:
        files.append(_put(job, FOLDER, place, ledger))
    return {name: size for one in files for name, size in one.items()}


def _clear(job: Job, place: tuple[str, str], names: Collection[str]) -> None:
    """Take away what was written of cuts that the data have no more."""
    for kind, suffix in ((FOLDER, SUFFIX), ("clusters", SUFFIX), ("profiles", SUFFIX), ("marks", ".txt")):
        folder = places.within(job.out, kind, f"symbol={in_path(place[0])}", f"venue={place[1]}")
        for path in places.found(folder, suffix):
            if path.rpartition("/")[2].removesuffix(suffix) not in {*names, ALL, SCORES}:
                places.remove(path)


def _score(job: Job, series: Series, market: MarketData) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write the scores of a market with realised liquidations; return why there are none, and the file's bytes."""
    times = market.liquidations.time
    if not len(times):
        return (), {}
    try:
        begin = max(int(times[0]) - WARM_UP, int(market.time[0]))
        ledger = estimated(market.since(begin), job.prior, Rules(job.churn, job.near))
        frame = score(ledger, market).to_frame()
    except LiqError as error:
        return (f"not scored: {error}",), {}
    return (), _put(job, SCORES, (series.symbol, series.venue, SCORES), encoded_table(frame))


def job_mark(job: Job) -> str:
    """Return a digest of what results depend on, but for the data and rules."""
    said = repr((replace(job, out="", rules=()), CLUSTERS, own_version()))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _digest(before: str, market: MarketData) -> str:
    """Return a digest of a cut's data and of all before it."""
    made = hashlib.blake2b(before.encode(), digest_size=16)
    made.update(repr((market.minimum_distance, market.maintenance_margin_rate, market.contract, market.notes)).encode())
    for name in ("time", "open", "high", "low", "close", "volume", "interest_time", "interest"):
        made.update(np.ascontiguousarray(getattr(market, name)).data)
    return made.hexdigest()


def _symbol_mark(job: Job, venues: Sequence[tuple[str, dict[str, str]]]) -> str:
    """Return a digest of the data of all venues and of the rules that are asked of them."""
    said = repr((job_mark(job), sorted((venue, sorted(marks.items())) for venue, marks in venues), job.rules))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _mark_path(job: Job, place: tuple[str, str], name: str) -> str:
    return job.path("marks", *place, name, ".txt")


def _is_done(job: Job, place: tuple[str, str], name: str, mark: str) -> bool:
    """Return whether some work on the same data has been done, and all that it wrote is there in its full length."""
    path = _mark_path(job, place, name)
    if not places.there(path):
        return False
    said, *files = places.read(path).decode(errors="replace").splitlines() or [""]
    parts = [line.split() for line in files]
    return said == mark and all(
        len(part) == 3 and places.size(job.path(part[0], *place, part[1])) == int(part[2])  # noqa: PLR2004
        for part in parts
    )


def _set_done(job: Job, place: tuple[str, str], name: str, mark: str, files: dict[str, int]) -> None:
    """Note that some work is done, and the lengths of the files that it wrote."""
    lines = [mark, *(f"{file} {size}" for file, size in files.items())]
    places.write(_mark_path(job, place, name), "\n".join(lines).encode())


def empty_row(symbol: str, venue: str) -> dict[str, Any]:
    """Return the row of a task that has not done anything yet."""
    return {
        "symbol": symbol, "venue": venue, "first": pd.NaT, "last": pd.NaT, "candles": 0, "written_rows": 0,
        "written_bytes": 0, "looks": 0, "alerts": 0, "seconds": 0.0, "notes": "", "reason": "",
    }  # fmt: skip


def in_path(symbol: str) -> str:
    """Return a symbol as a part of a path."""
    return symbol.replace("/", "-").replace(":", "-")
