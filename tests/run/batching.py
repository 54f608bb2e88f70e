"""What the tests of `batch` share: a store of two coins on several venues, and what one pass makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY, HOUR
from liqwidget.estimate.estimator import estimate
from liqwidget.field.density import Prior
from liqwidget.market.store.days import Store
from liqwidget.run.batch_source import Wanted, market_of, series_of
from liqwidget.run.batch_work import Job
from tests.markets import walk

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.decide.watching import AlertRule
    from liqwidget.domain.ledger import Ledger

CUT = 4 * DAY


def filled(root: Path, symbols: dict[str, tuple[str, ...]], hours: int = 480) -> Path:
    """Return the root of a store that holds hours of coins, by the venues that have them."""
    store = Store(root)
    for number, (symbol, venues) in enumerate(symbols.items()):
        for place, venue in enumerate(venues):
            drawn = walk(number, hours - 60 * place, "1h", volatility=0.01, price=100.0 + place / 10)
            assert drawn.open_interest is not None
            candles, interest = drawn.candles, drawn.open_interest
            interest = interest.set_axis(pd.DatetimeIndex(interest.index).floor("h"))
            store.write(venue, symbol, "candles", "1h", candles)
            store.write(venue, symbol, "open_interest", "1h", interest)
            if place == 0:
                store.write(venue, symbol, "liquidations", None, liquidations(candles))
    return root


def liquidations(candles: pd.DataFrame) -> pd.DataFrame:
    """Return one liquidation an hour."""
    rng = np.random.default_rng(5)
    sides = np.where(candles["close"] < candles["open"], "long", "short")
    return pd.DataFrame(
        {
            "time": candles.index,
            "side": sides,
            "price": candles["close"].to_numpy(),
            "size": rng.exponential(50_000, len(candles)),
        }
    )


def job_in(out: Path, *, cut: int = CUT, rules: tuple[AlertRule, ...] = (), churn: float = 0.4) -> Job:
    """Return a job of hours."""
    wanted = Wanted("1h", -(2**62), 2**62)
    return Job(str(out), wanted, Prior.parse("effective"), churn, 0.0003, HOUR, cut, rules)


def single_pass(root: Path, symbol: str) -> Ledger:
    """Return the ledger of all venues of a coin, made at once."""
    series = series_of(str(root), [symbol], None)
    return estimate([market_of(one, Wanted("1h", -(2**62), 2**62))[0] for one in series])
