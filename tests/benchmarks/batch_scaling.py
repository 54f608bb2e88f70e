"""Throughput of `liqwidget.batch` with one worker and with two: seconds, bytes moved, memory, and what they project to.

``python -m tests.benchmarks.batch_scaling [days] [markets]`` makes a store of minutes and prints a table of Markdown.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import liqwidget
from liqwidget.market.store.days import Store
from tests.markets import walk

VENUES = ("binance", "bybit")
SYMBOLS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE")


def filled(root: Path, days: int, markets: int) -> int:
    """Fill a store with minutes of random coins, each on all venues at nearly one price, and return its bytes."""
    store = Store(root)
    for number in range(markets):
        symbol, venue = SYMBOLS[number // len(VENUES)], VENUES[number % len(VENUES)]
        drawn = walk(number // len(VENUES), days * 1440, "1m", volatility=0.0006, price=60_000.0 + number)
        for kind, frame in (("candles", drawn.candles.round(1)), ("open_interest", held(drawn.candles.index, number))):
            store.write(venue, f"{symbol}/USDT:USDT", kind, "1m", frame)
    return bytes_of(root)


def held(times: pd.Index[Any], seed: int) -> pd.DataFrame:
    """Return open interest every five minutes that stays of one size over years [base]."""
    rng = np.random.default_rng(seed)
    rows = np.arange(0, len(times), 5)
    values = 80_000 * np.exp(0.3 * np.sin(rows / 20_000) + rng.normal(0, 0.002, len(rows)))
    return pd.DataFrame({"open_interest": values.round(3)}, index=times[rows])


def bytes_of(root: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def peak() -> float:
    """Return the most memory that this process has held [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def spent() -> float:
    """Return how long this process has computed [s]."""
    return time.process_time()


def moved(dask_worker: Any) -> float:
    """Return how much results a worker has sent to the others and to the client [bytes]."""
    return float(sum(one["total"] for one in dask_worker.transfer_outgoing_log))


def warm(market: Any) -> None:
    """Load the package and its compiled kernels."""
    liqwidget.find_clusters(liqwidget.estimate(market))


def measured(source: Path, out: Path, workers: int) -> dict[str, float]:
    """Return what one run costs."""
    from dask import distributed

    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit="3GiB"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        market = walk(1, 3000, "1m").market()
        client.run(warm, market)
        before = sum(client.run(spent).values())
        begun = time.perf_counter()
        done = liqwidget.batch(out, source, timeframe="1m", client=client, progress=False)
        seconds = time.perf_counter() - begun
        assert set(done.markets["reason"]) == {""}
        return {
            "workers": workers,
            "seconds": seconds,
            "cpu": sum(client.run(spent).values()) - before,
            "peak MB": max(client.run(peak).values()),
            "moved KB": sum(client.run(moved).values()) / 1e3,
            "written MB": bytes_of(out) / 1e6,
            "rows": float(done.markets["candles"].sum()),
        }


def main(days: int = 90, markets: int = 4) -> None:
    """Print the table: of three runs each, in turn, the fastest."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        stored = filled(root / "store", days, markets)
        print(
            f"{markets} markets of {days} days of minutes, {stored / 1e6:.1f} MB stored, load {os.getloadavg()[0]:.1f}"
        )
        runs = [measured(root / "store", root / f"out{run}-{one}", one) for run in range(3) for one in (1, 2)]
        print(f"load after: {os.getloadavg()[0]:.1f}")
        best = [min((run for run in runs if run["workers"] == one), key=lambda run: run["seconds"]) for one in (1, 2)]
        print(f"| {' | '.join([*best[0], 'candles a second', 'efficiency'])} |")
        for one in best:
            share = best[0]["seconds"] / one["seconds"] / one["workers"]
            rate = f"{one['rows'] / one['seconds']:,.0f}"
            told = [f"{value:,.1f}" for value in one.values()]
            print("|", " | ".join([*told, rate, f"{share:.0%}"]), "|")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
