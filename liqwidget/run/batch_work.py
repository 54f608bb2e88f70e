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
from liqwidget.errors import LiqError
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
    from collections.abc import Collection, Iterator, Sequence

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


def work_venue(job: Job, series: Series) -> Done:
    """Write ledger, clusters, profiles and scores of a symbol on a venue, cut by cut; what is there already stays."""
    begun = clock.perf_counter()
    row = empty_row(series.symbol, series.venue)
    try:
        market, said = market_of(series, job.wanted)
        marks, counts = {}, [0, 0, 0]
        for name, before, ledger, dropped, mark in _cuts(job, market):
            done = _mark(job, series.symbol, series.venue, name) == mark
            if not done:
                part, rows = ledger.venues[0], 0 if before is None else len(before.venues[0].time)
                content = encoded_ledger(ledger, begin=rows, dropped=dropped)
                found = list(looks(ledger, job.step, after=_last_look(before, job.step)))
                counts[0] += len(part.time) - rows
                counts[1] += _write(job, (series.symbol, series.venue, name), content, found)
                counts[2] += len(found)
                _set_mark(job, series.symbol, series.venue, name, mark)
            marks[name] = mark
        _clear(job, (series.symbol, series.venue), marks)
        row |= {"first": timestamp(int(market.time[0])), "last": timestamp(int(market.close_time[-1]))}
        row |= {"candles": len(market.time), "written_rows": counts[0], "written_bytes": counts[1], "looks": counts[2]}
        if _mark(job, series.symbol, series.venue, SCORES) != mark:
            said = (*said, *_score(job, series, market))
            _set_mark(job, series.symbol, series.venue, SCORES, mark)
    except LiqError as error:
        row["reason"] = str(error)
        marks, said = {}, ()
    row |= {"notes": "; ".join(said), "seconds": clock.perf_counter() - begun}
    return Done(row, marks)


def work_symbol(job: Job, symbol: str, venues: Sequence[Done]) -> Done:
    """Write clusters, profiles and alerts of all venues of a symbol, from the ledgers that they have written."""
    begun = clock.perf_counter()
    row = empty_row(symbol, ALL)
    there = [(one.row["venue"], one.cuts) for one in venues if one.cuts]
    names = sorted({name for _, cuts in there for name in cuts})
    fold, alerts, totals = AlertFold(job.rules, max(_ALERT_STEP, _candle(job))), [], []
    mark = _symbol_mark(job, there)
    if names and _mark(job, symbol, ALL, ALL) == mark:
        totals = [decoded_table(places.read(job.path("totals", symbol, ALL, "totals")))]
        return Done(row | {"seconds": clock.perf_counter() - begun}, dict.fromkeys(names, mark), totals[0])
    ledger: Ledger | None = None
    last: int | None = None
    try:
        for name in names:
            ledger = _grown(job, ledger, symbol, [venue for venue, cuts in there if name in cuts], name)
            found = list(looks(ledger, job.step, after=last))
            last = found[-1].time if found else last
            row["written_bytes"] += _write(job, (symbol, ALL, name), None, found)
            row["looks"] += len(found)
            totals.append(totals_table(found))
            if job.rules:
                alerts += [one.row() for _, one in fold.go_on(ledger)]
            ledger = without_past(ledger, _needed(min(last or 0, fold.time or last or 0), job.step))
        if job.rules and ledger is not None:
            content = encoded_table(alerts_frame(alerts))
            places.write(job.path("alerts", symbol, ALL, "alerts"), content)
            row |= {"alerts": len(alerts), "notes": "; ".join(fold.switched_off.values())}
        if names:
            places.write(job.path("totals", symbol, ALL, "totals"), encoded_table(pd.concat(totals, ignore_index=True)))
            _clear(job, (symbol, ALL), names)
            _set_mark(job, symbol, ALL, ALL, mark)
    except LiqError as error:
        row["reason"] = str(error)
    if not names:
        row["reason"] = "no venue could be read"
    row["seconds"] = clock.perf_counter() - begun
    return Done(row, dict.fromkeys(names, mark), pd.concat(totals, ignore_index=True) if totals else None)


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
        part = decoded_ledger(places.read(where), where)
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


def _write(job: Job, place: tuple[str, str, str], ledger: bytes | None, found: Sequence[Look]) -> int:
    """Write the files of a cut, and return their bytes."""
    files = {"clusters": encoded_table(clusters_table(found)), "profiles": encoded_table(profiles_table(found))}
    if ledger is not None:
        files[FOLDER] = ledger
    for kind, content in files.items():
        places.write(job.path(kind, *place), content)
    return sum(map(len, files.values()))


def _clear(job: Job, place: tuple[str, str], names: Collection[str]) -> None:
    """Take away what was written of cuts that the data have no more."""
    for kind, suffix in ((FOLDER, SUFFIX), ("clusters", SUFFIX), ("profiles", SUFFIX), ("marks", ".txt")):
        folder = places.within(job.out, kind, f"symbol={in_path(place[0])}", f"venue={place[1]}")
        for path in places.found(folder, suffix):
            if path.rpartition("/")[2].removesuffix(suffix) not in {*names, ALL, SCORES}:
                places.remove(path)


def _score(job: Job, series: Series, market: MarketData) -> tuple[str, ...]:
    """Write the scores of a market with realised liquidations; return why there are none, if there were some."""
    times = market.liquidations.time
    if not len(times):
        return ()
    try:
        begin = max(int(times[0]) - WARM_UP, int(market.time[0]))
        ledger = estimated(market.since(begin), job.prior, Rules(job.churn, job.near))
        frame = score(ledger, market).to_frame()
    except LiqError as error:
        return (f"not scored: {error}",)
    places.write(job.path(SCORES, series.symbol, series.venue, SCORES), encoded_table(frame))
    return ()


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


def _mark(job: Job, symbol: str, venue: str, name: str) -> str | None:
    path = job.path("marks", symbol, venue, name, ".txt")
    return places.read(path).decode() if places.there(path) else None


def _set_mark(job: Job, symbol: str, venue: str, name: str, mark: str) -> None:
    places.write(job.path("marks", symbol, venue, name, ".txt"), mark.encode())


def empty_row(symbol: str, venue: str) -> dict[str, Any]:
    """Return the row of a task that has not done anything yet."""
    return {
        "symbol": symbol, "venue": venue, "first": pd.NaT, "last": pd.NaT, "candles": 0, "written_rows": 0,
        "written_bytes": 0, "looks": 0, "alerts": 0, "seconds": 0.0, "notes": "", "reason": "",
    }  # fmt: skip


def in_path(symbol: str) -> str:
    """Return a symbol as a part of a path."""
    return symbol.replace("/", "-").replace(":", "-")
