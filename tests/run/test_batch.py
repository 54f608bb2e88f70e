"""`liqwidget.batch` on a real Dask cluster: what it writes is what one process writes, whoever is killed."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import liqwidget
from liqwidget import LiqHeatmap, PriceNear
from liqwidget.domain.ledger import Ledger
from liqwidget.errors import DataError, MissingExtraError, SourceError
from tests.ledgers import content
from tests.run.batching import filled, single_pass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

distributed = pytest.importorskip("dask.distributed", reason="pip install 'liqwidget[batch]'")

pytestmark = [
    # Dask's own: sockets and loops of clusters that were killed.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::UserWarning:distributed"),
]

SYMBOLS = {"BTC/USDT:USDT": ("binance", "bybit"), "ETH/USDT:USDT": ("okx",)}
ARGUMENTS: dict[str, Any] = {
    "timeframe": "1h", "cut": "2d", "rules": [PriceNear(2.0)], "progress": False,
}  # fmt: skip
LONGEST = 120.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("store"), SYMBOLS, hours=168)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    import dask

    # A user's workers begin anew; these are forked from a process that has imported what they need.
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        # It names Dask's own modules to be imported there, at its first call.
        distributed.utils.get_mp_context().set_forkserver_preload(["tests.run.warm_worker"])
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit="1GiB"
            ) as cluster,
            distributed.Client(cluster) as made,
        ):
            yield made
    # What was connected to a killed worker is left to the garbage collector, which complains of it in another's test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def whole(store: Path, client: Any, tmp_path_factory: pytest.TempPathFactory) -> liqwidget.Batch:
    return liqwidget.batch(tmp_path_factory.mktemp("whole"), store, client=client, **ARGUMENTS)


def files_of(out: str | Path) -> dict[str, bytes]:
    """Return the files of results, without what tells of seconds and what was done."""
    from pathlib import Path

    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in Path(out).rglob("*")
        if path.is_file() and path.name != "markets.parquet"
    }


def poll(there: Callable[[], Any]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONGEST
    while not there():
        assert time.monotonic() < end, "Expected it to happen"
        time.sleep(0.01)


@pytest.mark.slow
def test_ledgers_and_tables_come_back(whole: liqwidget.Batch, store: Path) -> None:
    assert repr(whole) == f"Batch({whole.out!r}, 3 markets)"
    assert list(whole.markets["venue"]) == ["all", "binance", "bybit", "all", "okx"]
    for symbol in ("BTC", "ETH"):
        single = single_pass(store, symbol)
        assert content(Ledger.load(whole.ledger_path(symbol))) == content(single)
        assert len(whole.table("clusters", symbol)) > 0
        assert content(LiqHeatmap.from_ledger(whole.ledger_path(symbol)).ledger) == content(single)
    assert set(whole.table("alerts", "BTC")["symbol"]) == {"BTC"}
    totals = pd.read_parquet(f"{whole.out}/totals-USD.parquet")
    long = [whole.table("totals", symbol).set_index("time")["long"] for symbol in ("BTC", "ETH")]
    both = pd.concat(long, axis=1, join="inner").sum(axis=1)
    assert totals["symbols"].max() == 2
    assert totals[totals["symbols"] == 2]["long"].tolist() == both.tolist()
    with pytest.raises(DataError, match="Expected kind as one of"):
        whole.table("candles", "BTC")
    with pytest.raises(DataError, match="Expected scores of DOGE"):
        whole.table("scores", "DOGE")


@pytest.mark.slow
def test_it_reads_and_writes_addresses_of_fsspec(store: Path, whole: liqwidget.Batch, tmp_path: Path) -> None:
    """In this process, so that what is in memory is that of the tasks."""
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.put(f"{store}/", "/market", recursive=True)
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as inside:
        done = liqwidget.batch("memory://out", "memory://market", client=inside, **ARGUMENTS)
    assert content(Ledger.load(done.ledger_path("BTC"))) == content(Ledger.load(whole.ledger_path("BTC")))
    memory.get("/out/", f"{tmp_path}/", recursive=True)
    assert files_of(tmp_path) == files_of(whole.out)


@pytest.mark.slow
def test_called_again_it_does_nothing_anew(store: Path, client: Any, whole: liqwidget.Batch) -> None:
    before = files_of(whole.out)
    again = liqwidget.batch(whole.out, store, client=client, **ARGUMENTS)
    assert set(again.markets["looks"]) == {0}
    assert files_of(whole.out) == before


def test_a_folder_of_other_arguments_is_refused(store: Path, client: Any, whole: liqwidget.Batch) -> None:
    with pytest.raises(DataError, match=r"of a batch of the same arguments, .*churn=0\.4"):
        liqwidget.batch(whole.out, store, client=client, **ARGUMENTS, churn=0.3)
    assert json.loads(files_of(whole.out)["job.json"])["churn"] == 0.4


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"cut": "90m"}, "whole days"), ({"step": "7h"}, "part of a day"), ({"step": "5m"}, "at least a candle"),
     ({"since": "2026-02-01", "until": "2026-01-01"}, "Expected until after since"),
     ({"churn": -1}, "Expected churn"), ({"rules": [3]}, "Expected a rule"), ({"prior": "x"}, "Expected prior")],
)  # fmt: skip
def test_arguments_that_cannot_be_used(store: Path, tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        liqwidget.batch(tmp_path, store, **(ARGUMENTS | wrong))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(store: Path, client: Any, whole: liqwidget.Batch, tmp_path: Path) -> None:
    """The first worker that has set a mark is killed there, in the middle of its task."""
    out, died = tmp_path / "out", tmp_path / "died"

    def set_to_die() -> None:
        from liqwidget.run import places

        write = places.write

        def written(path: str, content: bytes) -> None:
            write(path, content)
            if "marks" in path:
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(died, os.O_CREAT | os.O_EXCL))
                    os.kill(os.getpid(), signal.SIGKILL)

        places.write = written

    def set_to_live() -> None:
        from liqwidget.run import places

        importlib.reload(places)

    client.run(set_to_die)
    done = liqwidget.batch(out, store, client=client, **ARGUMENTS)
    client.run(set_to_live)
    assert died.exists()
    assert set(done.markets["reason"]) == {""}
    assert files_of(out) == files_of(whole.out)


@contextlib.contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as made:
        try:
            yield made
        finally:
            made.kill()


@pytest.mark.soak
def test_a_killed_scheduler_is_a_sentence_and_the_next_goes_on(
    store: Path, client: Any, whole: liqwidget.Batch, tmp_path: Path
) -> None:
    out, told = tmp_path / "out", tmp_path / "scheduler.json"
    cli = "distributed.cli.dask_"
    options = "--host", "127.0.0.1", "--scheduler-file", str(told)
    with (
        process(f"{cli}scheduler", *options, "--port", "0", "--no-dashboard") as scheduler,
        process(f"{cli}worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-dashboard", "--no-nanny"),
    ):
        poll(told.exists)
        poll(told.read_text)
        with distributed.Client(scheduler_file=str(told), timeout=LONGEST, set_as_default=False) as other:
            failed: list[BaseException] = []

            def run() -> None:
                try:
                    liqwidget.batch(out, store, client=other, **ARGUMENTS)
                except SourceError as error:
                    failed.append(error)

            running = threading.Thread(target=run, daemon=True)
            running.start()
            poll(lambda: list(out.glob("marks/*/*/*")))
            scheduler.kill()
            running.join(LONGEST)
            assert "call batch again with another client" in str(failed[0])
            other.close(timeout=1)
    begun = len(list(out.glob("marks/*/*/*.txt")))
    done = liqwidget.batch(out, store, client=client, **ARGUMENTS)
    assert 0 < begun < len(list(out.glob("marks/*/*/*.txt")))
    assert set(done.markets["reason"]) == {""}
    assert files_of(out) == files_of(whole.out)


@pytest.mark.slow
def test_one_broken_market_costs_the_others_nothing(client: Any, whole: liqwidget.Batch, tmp_path: Path) -> None:
    """Files of another program, empty ones, nonsense: the others are those of a store without it, totals too."""
    store = filled(tmp_path / "store", SYMBOLS | {"SOL/USDT:USDT": ("binance",)}, hours=168)
    for number, path in enumerate(sorted((store / "binance").rglob("SOL*/candles/1h/*.parquet"))):
        pd.DataFrame({"a": [1]}).to_parquet(path) if number % 2 else path.write_bytes(b"")
    done = liqwidget.batch(tmp_path / "out", store, client=client, **ARGUMENTS)
    reasons = done.markets.set_index(["symbol", "venue"])["reason"]
    assert reasons[reasons != ""].index.tolist() == [("SOL", "all"), ("SOL", "binance")]
    assert "and 3 more of candles cannot be used and counts as missing" in reasons["SOL", "binance"]
    assert {name: data for name, data in files_of(done.out).items() if name in files_of(whole.out)} == files_of(
        whole.out
    )


def test_a_function_of_a_notebook_that_uses_the_package_reaches_a_worker(client: Any) -> None:
    """What stands in a notebook is sent by value, with the modules that it names."""
    names: dict[str, Any] = {"liqwidget": liqwidget, "__name__": "__main__"}
    exec("def told():\n    return liqwidget.Side.LONG.label", names)  # noqa: S102 - as a cell is run
    assert client.submit(names["told"]).result(timeout=LONGEST) == "long"


def test_without_dask_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'liqwidget\[batch\]'"):
        liqwidget.batch(tmp_path)
