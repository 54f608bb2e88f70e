"""What a cascade would have said of recorded falls, beside what was liquidated in them.

The shock is the one whose cascade ends where the fall did: what the map then calls forced stands beside what three
venues liquidated, as a share of what Binance alone traded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from liqwidget import SquareRootImpact, cascade, cascade_curve, default_alternatives, estimate
from liqwidget.domain.amount import money
from tests.accuracy.page_markdown import markdown
from tests.accuracy.recorded_hours import labels_b, market_b
from tests.accuracy.recorded_truth import HOUR


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall of BTC, from the open of its first hour."""

    start: str
    hours: int


FALLS = (Fall("2025-12-11 00:00", 4), Fall("2026-02-05 15:00", 1), Fall("2026-02-05 20:00", 1))
"""The falls named before the cascade was run: hours in which much was liquidated."""
HEAD = (
    "fall from (UTC)", "hours", "move", "shock that ends there", "liquidated by the map (range)", "forced, by the map",
    "liquidated, recorded", "of what was traded",
)  # fmt: skip


def cascades() -> str:
    """Return the falls: what a cascade says of them, and what is recorded."""
    market, labels = market_b(), labels_b()
    ledger = estimate(market)
    longs = labels.loc[labels["side"] == "long", "size"]
    rows = []
    for fall in FALLS:
        start = pd.Timestamp(fall.start, tz="UTC")
        end = start + fall.hours * HOUR
        inside = (market.time >= start.value) & (market.time < end.value)
        move = float(market.low[inside].min() / market.open[inside][0] - 1)
        law = SquareRootImpact.of(market, start)
        shocks = np.linspace(move, move / 100, 100)
        ends = cascade_curve(ledger, shocks, start, impact=law)["move"].to_numpy()
        shock = float(shocks[np.argmin(np.abs(ends - move))])
        found = cascade(ledger, shock, start, impact=law, alternatives=default_alternatives(ledger.prior))
        seen = float(longs[(longs.index >= start) & (longs.index < end)].sum())
        traded = float((market.volume[inside] * market.close[inside]).sum())
        rows.append(
            (
                f"{start:%Y-%m-%d %H:%M}", str(fall.hours), f"{move:.1%}", f"{shock:.1%}",
                f"{money(found.liquidated)} ({money(found.liquidated_low)} to {money(found.liquidated_high)})",
                f"{found.forced_share:.0%}", money(seen), f"{seen / traded:.1%}",
            )
        )  # fmt: skip
    return markdown(HEAD, rows)
