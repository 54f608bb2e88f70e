"""Ideas for the estimator, each scored beside the specification: ``python -m tests.accuracy.ideas``.

Prints one row per idea: the scores of `evaluate_map.py` and of our simulated market, and how much they differ from the
specification's, with a 95 % interval of the *difference* (bootstrap over days of the same labels; for simulated markets
the lowest and highest difference of the seeds). A star marks an interval that leaves out 0. Then what a cap and a prior
learned from past liquidations give on later ones. The recorded data lie beside the checkout (see `tests.recorded`).
"""

from __future__ import annotations

import argparse
import sys
import warnings
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tests.accuracy.idea_list import ETH_TAKER, IDEAS, recorded
from tests.accuracy.idea_scores import (
    MIDDLE_OF_DECEMBER,
    Score,
    bar_truth,
    bars,
    crossed_shorts,
    daily_frame,
    daily_scores,
    positions,
    scores,
)
from tests.accuracy.provider import liqwidget
from tests.accuracy.scorer import scorer
from tests.accuracy.variant_books import Floats, Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tests.accuracy.idea_list import Provider

CAPS = (0.6, 0.8, 1.0, 1.3, 1.6, 2.0)
MEDIANS, SIGMAS = (1.5, 2.5, 4.0, 8.0), (0.8, 1.0, 1.25)
MIDDLE_OF_EVENTS = 1_748_347_200_000
"""2025-05-27 12:00 UTC [ms], the middle of the recorded events on Hyperliquid."""


def line(name: str, found: dict[str, Score], plain: dict[str, Score]) -> str:
    """Return one row: each score, its difference to the specification and the interval of that."""
    cells = [name]
    for column, score in found.items():
        text = f"{score.value:.3f}"
        if found is not plain:
            gain, low, high = score.beside(plain[column])
            text += f" ({gain:+.3f} [{low:+.3f}, {high:+.3f}]{'*' if low > 0 or high < 0 else ''})"
        cells.append(text)
    return "| " + " | ".join(cells) + " |\n"


def show(ideas: dict[str, Provider], test: Callable[[Provider], dict[str, Score]]) -> None:
    """Print the scores of the specification and of each idea."""
    plain = test(Variant())
    sys.stdout.write("| idea | " + " | ".join(plain) + " |\n" + "| --- " * (len(plain) + 1) + "|\n")
    sys.stdout.write(line("specification", plain, plain))
    for name, provider in ideas.items():
        sys.stdout.write(line(name, test(provider), plain))
        sys.stdout.flush()


# ---------------------------------------------------------------- learning the cap and the prior
class Learned(NamedTuple):
    """What one setting gives: log-likelihood of the learning part of each feed, and all scores to test it."""

    events_early: float
    days_early: float
    tested: dict[str, Score]


def learn_from(variant: Variant) -> Learned:
    """Return how likely past liquidations are, and the scores on later ones."""
    frame = daily_frame(variant)
    early = frame["day"] < MIDDLE_OF_DECEMBER
    events = bars(variant)["E3b partial"]
    late = np.char.rpartition(events.groups, ":")[:, 2].astype(float) * 2 * 3_600_000 >= MIDDLE_OF_EVENTS
    tested = {"E3b later events": Score(events.statistic, events.rows[late], events.groups[late])}
    daily = daily_scores(frame)
    tested |= {name: daily[name] for name in ("E2 partial", "E2 second half")} | positions(variant)
    return Learned(events_likelihood(variant), days_likelihood(frame[early]), tested)


def days_likelihood(frame: pd.DataFrame) -> float:
    """Return the log-likelihood of daily USD: log-normal around a constant of coin and side times the map."""
    gap = frame["y"] - frame["f"]
    rest = gap - gap.groupby([frame["coin"], frame["side"]]).transform("mean")
    return float(-0.5 * len(rest) * np.log((rest**2).mean()))


def events_likelihood(variant: Variant) -> float:
    """Return the log-likelihood of the early events' hours: the map's share of each among the hours of its coin."""
    total = 0.0
    for _, market, index, usd in bar_truth():
        early = market["t"][index] < MIDDLE_OF_EVENTS
        found: Floats = crossed_shorts(variant, market, index)[early]
        share = 0.95 * found / found.sum() + 0.05 / len(found)
        weight = np.sqrt(usd[early])
        total += float((weight / weight.sum() * np.log(share)).sum()) * int((weight > 0).sum())
    return total


def learning(settings: Iterable[tuple[str, Variant]]) -> None:
    """Print every setting's likelihoods, then what the likeliest of each feed scores on data it has not seen."""
    found = {name: learn_from(variant) for name, variant in settings}
    plain = found["specification"].tested
    sys.stdout.write("| setting | ln L events | ln L days | " + " | ".join(plain) + " |\n")
    sys.stdout.write("| --- " * (len(plain) + 3) + "|\n")
    base = found["specification"]
    for name, part in found.items():
        gains = f"{part.events_early - base.events_early:+.1f} | {part.days_early - base.days_early:+.1f}"
        sys.stdout.write(line(f"{name} | {gains}", part.tested, plain))
    for feed in ("events_early", "days_early"):
        best = max(found, key=lambda name: getattr(found[name], feed))
        sys.stdout.write(f"Likeliest by {feed}: {best}\n")


def caps_and_priors() -> list[tuple[str, Variant]]:
    """Return the specification, then other caps, then other priors."""
    caps = [(f"cap {cap:g}", Variant(cap=cap)) for cap in CAPS if cap != 1.0]
    pairs = [pair for pair in product(MEDIANS, SIGMAS) if pair != (2.5, 1.0)]
    priors = [(f"median {median:g} sigma {sigma:g}", Variant(prior=((1.0, median, sigma),))) for median, sigma in pairs]
    return [("specification", Variant()), *caps, *priors]


def farthest_from_product() -> float:
    """Return the most total variation between the default variant's map and the product's, BTC by the day."""
    market = recorded().hl1h("BTC")
    asof = market["t"][200::24] + market["step_ms"]
    edges = scorer().grid_edges(market, asof)
    maps = [np.concatenate(found(market, asof, edges)) for found in (Variant(), liqwidget)]
    shares = [found / found.sum(axis=1, keepdims=True) for found in maps]
    return float(0.5 * np.abs(shares[0] - shares[1]).sum(axis=1).max())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="ideas whose names start so, instead of all tables")
    wanted = parser.parse_args().only
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.stdout.write(f"Default variant against the product: total variation {farthest_from_product():.1e}\n\n")
        if wanted is not None:
            show({name: idea for name, idea in IDEAS.items() if name.startswith(tuple(wanted))}, scores)
            return
        show(IDEAS, scores)
        sys.stdout.write("\nE3b of ETH alone, with takers' real volume:\n\n")
        show(ETH_TAKER, lambda provider: bars(provider, only="ETH"))
        sys.stdout.write("\nLearned from past liquidations:\n\n")
        learning(caps_and_priors())


if __name__ == "__main__":
    main()
