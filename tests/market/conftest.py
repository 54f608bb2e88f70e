"""The loopback exchanges, for the tests that read them with the real ccxt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from liqwidget.market.venue import worker
from tests.market.public_accounts import accounts_served
from tests.venues.clients import only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


@pytest.fixture
def venue() -> Iterator[Any]:
    """A venue that shows accounts to everyone."""
    with accounts_served() as served:
        yield served


@pytest.fixture
def server() -> Iterator[VenueServer]:
    """The loopback exchanges; afterwards no thread and no connection is left, and no other host was tried."""
    with only_loopback() as refused, VenueServer(sample_tape(("BTC", "ETH"))) as running:
        yield running
        worker.close()
    assert not refused
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]
