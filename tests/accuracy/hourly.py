"""What the map and the methods beside it say hour by hour of the sets of `recorded_hours`: scored once a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from liqwidget.domain.margin import UNKNOWN_DISTANCE, venue_cap
from liqwidget.domain.time import timestamp
from liqwidget.field.crossed import crossed
from liqwidget.trust.naive import Method
from liqwidget.trust.score import Scores, score
from tests.accuracy import recorded_hours
from tests.accuracy.recorded_hours import NEAREST, Pair
from tests.ledgers import unheated

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from liqwidget.domain.ledger import Ledger

SETS = ("B", "K")
WARM_UP = "3d"
FOREIGN = ("bybit", "okx", "hyperliquid")
OF_THE_DAY, UNKNOWN = "Binance's tables of the day", "none known"


@cache
def ledgers(name: str) -> tuple[Ledger, ...]:
    """Return the ledgers of a set, with the scorer's nearest distances."""
    return tuple(unheated(market) for market, _ in recorded_hours.hours(name))


@cache
def hourly(name: str) -> Scores:
    """Return the scores of a set, hour by hour."""
    facts = [labels for _, labels in recorded_hours.hours(name)]
    return score(list(zip(ledgers(name), facts, strict=True)), period="1h", warm_up=WARM_UP)


def nearest(cap: str, coin: str, start: int) -> float:
    """Return the nearest distance of a coin under a venue's rules in force at `start` [ns]."""
    if cap == UNKNOWN:
        return UNKNOWN_DISTANCE
    return venue_cap("binance" if cap == OF_THE_DAY else cap, coin, timestamp(start)).minimum_distance


def known_caps(name: str) -> tuple[str, ...]:
    """Return whose rules are tried on a set: venues that have them of all its coins, and none."""
    coins = [market.symbol for market, _ in recorded_hours.hours(name)]
    own = tuple(venue for venue in FOREIGN if all(venue_cap(venue, coin).known for coin in coins))
    return (OF_THE_DAY, *own, UNKNOWN)


@cache
def other_caps(name: str) -> tuple[Scores, dict[str, tuple[float, ...]]]:
    """Return the scores of maps of a set made with other nearest distances, as methods, and these distances."""
    pairs: tuple[Pair, ...] = recorded_hours.hours(name)
    distances = {
        cap: tuple(nearest(cap, market.symbol, int(market.time[0])) for market, _ in pairs) for cap in known_caps(name)
    }
    made = {
        cap: {
            market.symbol: unheated(recorded_hours.with_nearest(market, distance))
            for (market, _), distance in zip(pairs, values, strict=True)
        }
        for cap, values in distances.items()
    }

    def method(cap: str) -> Method:
        def swept(ledger: Ledger, times: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
            return crossed(made[cap][ledger.symbol], times)

        return Method(cap, swept)

    facts = [labels for _, labels in pairs]
    scores = score(
        list(zip(ledgers(name), facts, strict=True)),
        period="1h",
        warm_up=WARM_UP,
        methods={cap: method(cap) for cap in distances},
    )
    return scores, {"map": tuple(NEAREST[market.symbol] for market, _ in pairs), **distances}
