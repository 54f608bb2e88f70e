"""Law 7 among processes: a killed writer leaves the old or the new file, two at once lose nothing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING

import pytest

from tests.market.store.test_days import ROOT, SERIES, START, at, candles

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os, sys
import pandas as pd, numpy as np
from liqwidget.market.store.days import Store
stage, folder = sys.argv[1:]

def wait():
    print("there", flush=True)
    sys.stdin.read()

replace = os.replace
def half(handle):
    os.ftruncate(handle, os.fstat(handle).st_size // 2)
    wait()
def before(one, other):
    wait()
def after(one, other):
    replace(one, other)
    wait()
if stage == "half":
    os.fsync = half
else:
    os.replace = before if stage == "before" else after
time = pd.date_range("2026-01-28", periods=288, freq="5min", tz="UTC")
frame = pd.DataFrame({name: np.full(288, 7.0) for name in ("open", "high", "low", "close", "volume")}, index=time)
Store(folder).write("binance", "BTC/USDT:USDT", "candles", "5m", frame)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "close"), [("half", 100.0), ("before", 100.0), ("after", 7.0)])
def test_a_killed_writer_leaves_the_old_or_the_new_file(tmp_path: Path, stage: str, close: float) -> None:
    store = at(tmp_path)
    store.write(*SERIES, candles(START, 288))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, stage, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"there\n"
        child.kill()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(store.read(*SERIES)["close"]) == {close}
        # The lock went with the process, and what it left is swept away by the next writer.
        store.write(*SERIES, candles(START, 288, close=9.0))
    assert set(store.read(*SERIES)["close"]) == {9.0}
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.slow
def test_two_processes_write_one_day_at_once(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        import pandas as pd
        from liqwidget.market.store.days import Store
        number, folder = int(sys.argv[1]), sys.argv[2]
        store = Store(folder)
        print("ready", flush=True)
        sys.stdin.readline()
        for row in range(number, 24, 2):
            time = pd.DatetimeIndex([pd.Timestamp("2026-01-28", tz="UTC") + row * pd.Timedelta("5min")])
            frame = pd.DataFrame({name: float(row) for name in ("open", "high", "low", "close", "volume")}, index=time)
            store.write("binance", "BTC/USDT:USDT", "candles", "5m", frame)
            assert store.read("binance", "BTC/USDT:USDT", "candles", "5m").index.is_monotonic_increasing
    """)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(number), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for number in (0, 1)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=120)
    assert [child.returncode for child in children] == [0, 0]
    assert at(tmp_path).read(*SERIES)["close"].tolist() == list(range(24))
