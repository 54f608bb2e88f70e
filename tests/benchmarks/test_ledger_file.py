"""A ledger of a year of minutes in a file: its bytes, and the seconds of the processor that loading it takes."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from liqwidget.domain.ledger import Ledger
from liqwidget.estimate.estimator import estimate
from tests.ledgers import content
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.benchmark


def test_a_year_of_minutes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    """Budgets: 20 MB with all digits of doubles, 6 s."""
    ledger = estimate(walk(1, 525_600, "1m", volatility=0.0005).market())
    path = ledger.save(tmp_path / "year.parquet")
    begun = time.process_time()
    found = Ledger.load(path)
    seconds, megabytes = time.process_time() - begun, path.stat().st_size / 1e6
    record_property("mb", megabytes)
    record_property("load_s", seconds)
    with capsys.disabled():
        sys.stdout.write(f"\na ledger of a year of 1m: {megabytes:.1f} MB, loaded in {seconds:.1f} s (budgets 20, 6)\n")
    assert content(found) == content(ledger)
    assert megabytes < 20
    assert seconds < 2 * 6
