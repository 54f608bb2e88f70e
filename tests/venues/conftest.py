"""The loopback exchanges and the guard, for every test in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.venues.clients import only_loopback
from tests.venues.recorded_market import MarketTape, sample_tape
from tests.venues.server import VenueServer

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
def server(tape: MarketTape) -> Iterator[VenueServer]:
    with VenueServer(tape) as running:
        yield running
