"""Public files on this machine, and a store of its own."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import liqwidget
from liqwidget.market.venue import worker
from tests.market.bulk.served import FileServer
from tests.venues.clients import only_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = pd.Timestamp("2024-06-05 12:00", tz="UTC")


@pytest.fixture
def files() -> Iterator[FileServer]:
    """Return the public files; afterwards no thread is left, and no other host was tried."""
    with only_loopback() as refused, FileServer() as server:
        yield server
        worker.close()
    assert not refused
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]


@pytest.fixture
def history(files: FileServer) -> Callable[..., Any]:
    """Return `liqwidget.history` as it is on 2024-06-05 at noon, where endpoints refuse and files are there."""
    return functools.partial(
        liqwidget.history, address=files.address, clock=lambda: NOW.value, first_wait=0.001, paced=False,
        progress=False,
    )  # fmt: skip
