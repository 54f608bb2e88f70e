"""The loopback exchanges, for the tests that read them with the real ccxt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from liqwidget.market import exchange
from tests.exchanges.clients import only_loopback
from tests.exchanges.market_tape import sample_tape
from tests.exchanges.server import ExchangeServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ExchangeServer]:
    """The loopback exchanges; afterwards no thread and no connection is left, and no other host was tried."""
    with only_loopback() as refused, ExchangeServer(sample_tape(("BTC", "ETH"))) as running:
        yield running
        exchange.close()
    assert not refused
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]
