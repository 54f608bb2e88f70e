"""A plugin of pytest: the kernels of notebooks are forked from a process that has imported what each would.

The first notebook keeps a kernel of its own, started as users start it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.forking import forking_kernels

if TYPE_CHECKING:
    import pytest

FORKED = "liqwidget-forked"
ORDINARY = "01_quickstart.ipynb"


def pytest_configure(config: pytest.Config) -> None:
    """Start the process that kernels are forked from, and end it with the tests."""
    running = ExitStack()
    folder = running.enter_context(tempfile.TemporaryDirectory(prefix="liqwidget-kernels-"))
    # Each kernel would tell the terminal how to connect to it.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running.enter_context(forking_kernels(Path(folder), FORKED, **silent))
    known = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (folder, known)))
    config.add_cleanup(running.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every notebook but the first the kernels that are forked."""
    for item in items:
        file: Any = item.parent
        if item.path.suffix == ".ipynb" and item.path.name != ORDINARY:
            file.nb.metadata["kernelspec"] = {"name": FORKED, "display_name": "Python 3", "language": "python"}
