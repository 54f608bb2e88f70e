"""The chance comes true: of prices said to have one, how many were touched, over all recorded markets together.

Markets are read and asked once a process, in ten seconds.
"""

from __future__ import annotations

import pytest

from tests.accuracy import chance
from tests.accuracy.targets import RELIABILITY
from tests.recorded import needs_recordings

pytestmark = needs_recordings


@pytest.mark.slow
@pytest.mark.parametrize("horizon", RELIABILITY)
def test_the_chance_is_as_reliable_as_it_must(horizon: str) -> None:
    must, _ = RELIABILITY[horizon]
    assert chance.pooled(horizon).error <= must


@pytest.mark.slow
def test_markets_are_of_two_venues_and_of_all_times() -> None:
    found = chance.pooled("24h")
    assert len(chance.every_market()) == 21
    assert found.venue == "binance, bybit"
    assert found.count // 2 > 60_000
