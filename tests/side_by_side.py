"""A plugin of pytest: workers of pytest-xdist are forked from a process that has imported all tests.

Each would take some ten seconds for it, and compile anew what the others do at the same time.
"""

from __future__ import annotations

import os
import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tests.forking import DOOR, asking, forking

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Start the process that workers are forked from, before there are any, and end it with the tests."""
    if hasattr(config, "workerinput") or not config.getoption("tx", default=None):
        return
    running = ExitStack()
    door = running.enter_context(forking("tests.forked_worker", *config.args))
    os.environ[DOOR] = door
    config.option.tx = [f"popen//python={shlex.join(asking(door))}" for _ in config.option.tx]
    config.add_cleanup(running.close)
