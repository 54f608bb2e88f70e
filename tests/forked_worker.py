"""Workers of pytest-xdist that are forked from a process which has imported the tests that each would import."""

from __future__ import annotations

import gc
import os
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import pytest

from tests.forked_kernel import fill_caches

if TYPE_CHECKING:
    from collections.abc import Sequence


def prepare(paths: Sequence[str]) -> None:
    """Import what is under some paths, as those do who collect tests there, and fill caches that all would fill."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 - no file
        pytest.main(["--collect-only", "-qq", *paths])
    fill_caches()
    gc.collect()
    gc.freeze()


def become(asked: list[str]) -> None:
    """Run what a Python would that was asked to run it: options, and the code that execnet begins a worker with."""
    exec(asked[-1], {"__name__": "__main__"})  # noqa: S102 - execnet's own
