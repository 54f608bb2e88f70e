"""What a worker of `batch` does: cut anywhere it is the single pass to the byte, and what is there is not redone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import ClusterAppears, PriceNear, replay_alerts
from liqwidget.decide.looks import looks
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.time import DAY, HOUR
from liqwidget.errors import DataError
from liqwidget.estimate import books
from liqwidget.market.store.files import KINDS
from liqwidget.market.store.parquet import decoded_day, encoded_day
from liqwidget.run import batch_work, places
from liqwidget.run.batch import Batch
from liqwidget.run.batch_source import Wanted, market_of, series_of
from liqwidget.run.batch_tables import clusters_table, encoded_table, profiles_table, totals_table
from liqwidget.run.batch_work import Done, Job, work_symbol, work_totals, work_venue
from tests.ledgers import content
from tests.run.batching import filled, job_in, single_pass

if TYPE_CHECKING:
    from pathlib import Path

USDT = "BTC/USDT:USDT"
RULES = (PriceNear(2.0), ClusterAppears())
DAYS, CHECKPOINT_ROWS = 11, 64


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    symbols = {USDT: ("binance", "bybit"), "ETH/USDT:USDT": ("okx",)}
    return filled(tmp_path_factory.mktemp("store"), symbols, hours=24 * DAYS)


@pytest.fixture(scope="module")
def whole(store: Path) -> Ledger:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "CHECKPOINT_ROWS", CHECKPOINT_ROWS)
        return single_pass(store, "BTC")


@pytest.fixture(scope="module")
def tables(whole: Ledger) -> dict[tuple[str, str], bytes]:
    """Return by kind and venue what one pass over all of it makes."""
    made: dict[tuple[str, str], bytes] = {}
    for venue, ledger in {"all": whole, "binance": whole.only("binance"), "bybit": whole.only("bybit")}.items():
        found = list(looks(ledger, HOUR))
        made["clusters", venue] = encoded_table(clusters_table(found))
        made["profiles", venue] = encoded_table(profiles_table(found))
        if venue == "all":
            made["totals", venue] = encoded_table(totals_table(found))
    alerts = replay_alerts(RULES, whole, step="1h").to_frame()
    assert len(alerts) > 0
    return made | {("alerts", "all"): encoded_table(alerts)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("small"), {USDT: ("binance", "bybit")}, hours=144)


def worked(job: Job, store: Path, symbol: str = "BTC") -> list[Done]:
    """Return what all tasks of a symbol come to, the symbol's last."""
    venues = [work_venue(job, one) for one in series_of(str(store), [symbol], None)]
    return [*venues, work_symbol(job, symbol, venues)]


def files_of(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("days", [1, 400])
def test_cut_in_time_it_is_the_single_pass_to_the_byte(
    store: Path, whole: Ledger, tables: dict[tuple[str, str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    days: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", CHECKPOINT_ROWS)
    dones = worked(job_in(tmp_path, cut=days * DAY, rules=RULES), store)
    assert [one.row["reason"] for one in dones] == ["", "", ""]
    assert len(dones[0].cuts) == {1: DAYS, 400: 1}[days]
    done = Batch(str(tmp_path), pd.DataFrame())
    assert content(Ledger.load(done.ledger_path("BTC"))) == content(whole)
    for (kind, venue), made in tables.items():
        assert encoded_table(done.table(kind, "BTC", venue)) == made, (kind, venue)
    scores = done.table("scores", "BTC", "binance")
    assert {"method", "metric", "value"} <= set(scores.columns)
    assert dones[1].row["notes"] == ""


@pytest.mark.slow
def test_rows_in_memory_do_not_grow_with_the_history(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", CHECKPOINT_ROWS)
    held: list[int] = []

    def watched(ledger: Ledger, *given: Any, **options: Any) -> Any:
        held.append(max(len(part.time) for part in ledger))
        return looks(ledger, *given, **options)

    monkeypatch.setattr(batch_work, "looks", watched)
    worked(job_in(tmp_path, cut=DAY), store)
    most = 2 * CHECKPOINT_ROWS + 24 + 25 + 24
    assert max(held) <= most < 24 * DAYS


@pytest.mark.slow
def test_what_is_there_is_not_done_again(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_in(tmp_path, rules=RULES)
    worked(job, small)
    before = files_of(tmp_path)

    def never(*_: Any, **__: Any) -> Any:
        pytest.fail("looked again")

    with monkeypatch.context() as done:
        done.setattr(batch_work, "looks", never)
        again = worked(job, small)
    assert [one.row["looks"] for one in again] == [0, 0, 0]
    assert files_of(tmp_path) == before
    assert any("scores" in name for name in before)


@pytest.fixture(scope="module")
def unharmed(small: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("unharmed")
    worked(job_in(out), small)
    return files_of(out)


@pytest.mark.slow
@pytest.mark.parametrize("written", [1, 9, 21])
def test_killed_anywhere_it_goes_on_and_ends_the_same(
    small: Path, unharmed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    killed, left = job_in(tmp_path / "killed"), [written]

    def write(path: str, data: bytes, real: Any = places.write) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(path, data)

    with monkeypatch.context() as dying:
        dying.setattr(places, "write", write)
        with pytest.raises(KeyboardInterrupt):
            worked(killed, small)
    assert len(files_of(tmp_path / "killed")) == written
    worked(killed, small)
    assert files_of(tmp_path / "killed") == unharmed


@pytest.mark.slow
def test_newer_and_revised_data_are_done_and_earlier_cuts_stay(tmp_path: Path) -> None:
    job, root = job_in(tmp_path / "out"), tmp_path / "store"
    filled(root, {USDT: ("binance",)}, hours=240)
    first = worked(job, root)
    filled(root, {USDT: ("binance",)}, hours=240)
    assert worked(job, root)[0].row["looks"] == 0
    days = sorted(root.rglob("candles/1h/*.parquet"))
    done = Batch(job.out, pd.DataFrame())
    for gone in (days[9:], days[5:9]):
        for day in gone:
            day.unlink()
        shorter = worked(job, root)
        assert shorter[0].row["looks"] <= first[0].row["looks"]
        assert content(Ledger.load(done.ledger_path("BTC"))) == content(single_pass(root, "BTC"))
    assert len(shorter[0].cuts) < len(first[0].cuts)
    assert done.table("clusters", "BTC")["time"].max() == done.table("clusters", "BTC", "binance")["time"].max()


@pytest.mark.slow
def test_a_venue_that_cannot_be_read_costs_the_others_nothing(tmp_path: Path) -> None:
    root = filled(tmp_path / "store", {USDT: ("binance", "bybit")}, hours=240)
    for path in (root / "bybit").rglob("candles/1h/*.parquet"):
        path.write_bytes(b"PAR1")
    dones = worked(job_in(tmp_path / "out"), root)
    assert "Expected 1h candles" in dones[1].row["reason"]
    assert dones[0].row["reason"] == dones[2].row["reason"] == ""
    assert dones[2].row["looks"] > 0
    nothing = work_symbol(job_in(tmp_path / "none"), "BTC", [dones[1]])
    assert nothing.row["reason"] == "no venue could be read"


@pytest.mark.slow
def test_what_nobody_expected_is_the_reason_of_one_market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that is no sentence of ours, tried again first, costs neither the other venue nor the symbol."""
    root, job, tried = filled(tmp_path / "store", {USDT: ("binance", "bybit")}, hours=240), job_in(tmp_path / "out"), []

    def market(series: Any, wanted: Any) -> Any:
        if series.venue == "binance":
            tried.append(series)
            raise ZeroDivisionError("one of a library")
        return market_of(series, wanted)

    monkeypatch.setattr(batch_work, "market_of", market)
    venues = [work_venue(job, one, 2) for one in series_of(str(root), ["BTC"], None)]
    assert len(tried) == 3
    assert [one.row["reason"] for one in venues] == ["ZeroDivisionError: one of a library", ""]
    both = work_symbol(job, "BTC", venues, 2)
    assert both.row["reason"] == ""
    assert both.row["looks"] > 0


@pytest.mark.slow
def test_results_that_are_lost_are_made_again(small: Path, tmp_path: Path) -> None:
    """A mark counts where all that it stands for is there: whoever takes a file away, or cuts it, gets it back."""
    job = job_in(tmp_path)
    worked(job, small)
    before = files_of(tmp_path)
    for kind in ("ledgers", "clusters", "profiles", "totals"):
        lost = sorted((tmp_path / kind).rglob("*.parquet"))
        for path in lost[::3]:
            path.unlink()
        for path in lost[1::3]:
            path.write_bytes(path.read_bytes()[:-5])
        assert lost
    worked(job, small)
    assert files_of(tmp_path) == before


@pytest.mark.slow
def test_a_ledger_that_rots_is_said_and_made_again(small: Path, tmp_path: Path) -> None:
    job = job_in(tmp_path)
    worked(job, small)
    before = files_of(tmp_path)
    path = min((tmp_path / "ledgers").rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (tmp_path / "marks" / "symbol=BTC" / "venue=all" / "all.txt").unlink()
    assert "Call batch again: it is made anew" in worked(job, small)[-1].row["reason"]
    worked(job, small)
    assert files_of(tmp_path) == before


@pytest.mark.slow
def test_a_day_of_values_that_no_market_has_counts_as_missing(tmp_path: Path) -> None:
    """Sealed, and nonsense: as the store reads it. A day costs a day, not the years beside it."""
    root = filled(tmp_path / "store", {USDT: ("binance",)}, hours=240)
    day = sorted(root.rglob("candles/1h/*.parquet"))[4]
    whole = decoded_day(day.read_bytes(), KINDS["candles"].columns)
    day.write_bytes(encoded_day(whole.columns | {"low": -whole.columns["low"]}, whole.covered))
    (done,) = worked(job_in(tmp_path / "out"), root)[:1]
    assert "cannot be used and counts as missing: expected low of at least 0" in done.row["notes"]
    assert done.row["candles"] == 240 - 24
    with pytest.raises(DataError, match=r"Expected 5m candles in .*, was those of 1h"):
        market_of(series_of(str(root), None, None)[0], Wanted("5m", -(2**62), 2**62))


@pytest.mark.slow
def test_a_day_that_is_damaged_counts_as_missing_and_is_named(tmp_path: Path) -> None:
    root = filled(tmp_path / "store", {USDT: ("binance",)}, hours=240)
    day = sorted(root.rglob("candles/1h/*.parquet"))[4]
    day.write_bytes(day.read_bytes()[:-9])
    (done,) = worked(job_in(tmp_path / "out"), root)[:1]
    assert f"{day.as_posix()} cannot be used and counts as missing" in done.row["notes"]
    assert done.row["candles"] == 240 - 24


def test_symbols_add_up_on_the_workers() -> None:
    one = pd.DataFrame({"time": [1, 2], "long": [1.0, 2.0], "short": [3.0, 4.0]})
    other = pd.DataFrame({"time": [2, 3], "long": [10.0, 20.0], "short": [30.0, 40.0]})
    summed = work_totals([work_totals([one, None]), other])
    assert summed is not None
    assert summed.to_dict("list") == {
        "time": [1, 2, 3], "long": [1.0, 12.0, 20.0], "short": [3.0, 34.0, 40.0], "symbols": [1, 2, 1],
    }  # fmt: skip
    assert work_totals([None]) is None


def test_which_contracts_are_there(store: Path, tmp_path: Path) -> None:
    found = [(one.symbol, one.venue) for one in series_of(str(store), None, None)]
    assert found == [("BTC", "binance"), ("BTC", "bybit"), ("ETH", "okx")]
    assert [one.symbol for one in series_of(str(store), ["eth"], ["OKX"])] == ["ETH"]
    with pytest.raises(DataError, match="Expected series in the layout of"):
        series_of(str(tmp_path), None, None)
    with pytest.raises(DataError, match="Expected series of gate"):
        series_of(str(store), None, ["okx", "gate"])
    with pytest.raises(DataError, match="Expected series of DOGE, doge2 in the layout"):
        series_of(str(store), ["ETH", "doge2", "DOGE"], None)
    assert series_of(str(store), "ETH", "okx") == series_of(str(store), ["ETH"], ["okx"])
