"""The loopback exchanges and the guard, for every test in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exchanges.clients import only_loopback
from tests.exchanges.market_tape import MarketTape, sample_tape
from tests.exchanges.server import ExchangeServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def refused() -> Iterator[list[str]]:
    """Refuse every host but this machine; nothing may even have been tried."""
    with only_loopback() as tried:
        yield tried
    assert not tried


@pytest.fixture(scope="session")
def tape() -> MarketTape:
    return sample_tape()


@pytest.fixture
def server(tape: MarketTape) -> Iterator[ExchangeServer]:
    with ExchangeServer(tape) as running:
        yield running
