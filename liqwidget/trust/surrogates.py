"""Markets in which nothing can be attracted: the loaded candles, each mirrored with chance one half.

Volume, volatility and the geometry of levels stay; attraction, trend and reversal cannot. What a question gives there
is its bias, and how far it scatters by chance (notebooks/evidence.md).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import Ledger, RowInputs, RowKind
from liqwidget.estimate.estimator import begun_late


def mirrored(heat: Ledger, seed: int, until: int) -> Ledger:
    """Return the heat of one venue on a mirrored market, made anew of the candles that had closed by a time [ns].

    The shape of a candle from the last close, in ln(price), is mirrored or kept; the same of all candles, of whatever
    coin and venue, that close at the same instant.

    Parameters
    ----------
    heat : Ledger
        Of a single venue.
    seed : int
        Which of the mirrored markets.
    until : int
        Later candles do not count [ns].
    """
    (part,) = heat.venues
    rows = int(np.searchsorted(part.known[: part.settled], until, side="right"))
    inputs = part.inputs.cut(slice(0, rows))
    changed = replace(part, inputs=_mirrored(inputs, signs(part.known[:rows], seed)))
    return replace(heat, venues=(begun_late(changed, 0, heat.prior),), heat=None)


def signs(time: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.float64]:
    """Return +1 or -1 for each instant [ns], as a coin would: a hash of the instant and the seed (SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = time.astype(np.uint64) + np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
    return np.where(mixed & np.uint64(1), 1.0, -1.0)


def _mirrored(inputs: RowInputs, sign: npt.NDArray[np.float64]) -> RowInputs:
    close = np.log(inputs.close)
    before = np.append(close[:1], close[:-1])
    low, high = np.log(inputs.low) - before, np.log(inputs.high) - before
    steps = np.where(inputs.are(RowKind.START), 0.0, close - before) * sign
    walked = close[0] + np.cumsum(steps)
    start = walked - steps
    return inputs._replace(
        low=np.exp(np.minimum(start + np.where(sign > 0, low, -high), walked)),
        high=np.exp(np.maximum(start + np.where(sign > 0, high, -low), walked)),
        close=np.exp(walked),
    )
