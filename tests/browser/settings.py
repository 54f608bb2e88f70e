"""Public traits of a heatmap set at random, and compared: runs in the kernel of a browser test."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import timestamp
from liqwidget.widget import traits
from liqwidget.widget.names import option_names
from liqwidget.widget.place import Timezone
from liqwidget.widget.view import HeatmapWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import LiqHeatmap

LAST = ("time_range", "price_range")
"""Set after the window and the time shown, which clear them."""


def public() -> list[str]:
    """Return the names of the traits that a reader may set, ranges last."""
    names = [*option_names(HeatmapWidget), "timeframe"]
    return [*(name for name in names if name not in LAST), *LAST]


def set_at_random(heatmap: LiqHeatmap, seed: int, prior: Any) -> None:
    """Set every public trait to a random value that is not its default where there is another, and the prior."""
    chance = random.Random(seed)  # noqa: S311 - a test
    heatmap.prior = prior
    for name in public():
        setattr(heatmap, name, _value(heatmap, name, chance))


def _value(heatmap: LiqHeatmap, name: str, chance: random.Random) -> Any:
    trait: Any = heatmap.traits()[name]
    start, end = heatmap.ledger.start, heatmap.ledger.end
    day, hour = 86_400_000_000_000, 3_600_000_000_000
    price, middle = heatmap.ledger.last_price(end), (start + end) // (2 * hour) * hour
    choices = getattr(trait, "choices", ()) or heatmap.ledger.names
    made: dict[type, Callable[[], Any]] = {
        traits.Choice: lambda: chance.choice([value for value in trait.values if value != trait.default_value]),
        traits.Flag: lambda: not trait.default_value,
        traits.Number: lambda: round(trait.low + chance.random(), 3),
        Timezone: lambda: chance.choice(("Europe/Berlin", "Asia/Kolkata")),
        traits.Names: lambda: tuple(chance.sample(choices, chance.randint(1, len(choices) - 1))),
        traits.Duration: lambda: chance.choice(("4h", "36h", "3d")),
        traits.Time: lambda: timestamp(end - chance.randint(1, 40) * hour),
        traits.TimeRange: lambda: (timestamp(middle), timestamp(middle + day)),
        traits.PriceRange: lambda: (round(price * 0.97, 2), round(price * 1.02, 2)),
    }
    return made[type(trait)]()


def differing(one: LiqHeatmap, other: LiqHeatmap) -> list[tuple[str, str, str]]:
    """Return the public traits, and the prior, in which two heatmaps differ."""
    names = [*public(), "prior"]
    pairs = [(name, getattr(one, name), getattr(other, name)) for name in names]
    return [(name, repr(left), repr(right)) for name, left, right in pairs if left != right]
