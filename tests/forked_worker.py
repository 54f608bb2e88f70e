"""Workers of pytest-xdist that are forked from a process which has imported the tests that each would import."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence


def prepare(paths: Sequence[str]) -> None:
    """Import what is under some paths, as those do who collect tests there."""
    told = os.dup(1)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - no path that anything lies at
        os.dup2(nowhere.fileno(), 1)
        pytest.main(["--collect-only", "-qq", *paths])
    os.dup2(told, 1)
    os.close(told)
    gc.collect()
    gc.freeze()


def become(asked: list[str]) -> None:
    """Run what a Python would that was asked to run it: options, and the code that execnet begins a worker with."""
    exec(asked[-1], {"__name__": "__main__"})  # noqa: S102 - execnet's own
