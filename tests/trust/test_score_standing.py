"""The map against known positions: its laws, the truth of the sample, measured positions, and what is refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from liqwidget import profile
from liqwidget.domain.time import DAY, timestamp
from liqwidget.errors import DataError
from liqwidget.field.crossed import crossed
from liqwidget.market.simulated.sample import SampleMarket, sample_market
from liqwidget.trust import score_standing
from liqwidget.trust.naive import METHODS, THE_MAP, Method
from liqwidget.trust.score_standing import score_positions, score_truth
from tests.accuracy import recorded_truth as recorded
from tests.ledgers import unheated
from tests.recorded import needs_recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

RANK = "rank correlation"
NAMES = [THE_MAP.name, *(method.name for method in METHODS)]


@cache
def sample() -> SampleMarket:
    return sample_market("ETH", days=14)


@cache
def sample_ledger() -> Ledger:
    return unheated(sample().markets())


class Itself:
    """The map as its own truth."""

    def standing(self, at: Any, edges: npt.ArrayLike, venue: str | None = None) -> tuple[Floats, Floats]:
        found = profile(sample_ledger(), edges, at, venues=None if venue is None else [venue])
        return found.long, found.short


@pytest.mark.slow
def test_a_map_agrees_with_itself() -> None:
    found = score_truth(sample_ledger(), Itself(), draws=10)
    assert found.of("map", RANK).value == pytest.approx(1)
    assert found.of("map", "local rank correlation").value > 0.999
    assert found.of("map", "total variation").value == pytest.approx(0, abs=1e-6)
    assert found.of("map", "distance error").value == pytest.approx(0, abs=1e-6)
    assert found.of("map", "size ratio, median")[2:5] == pytest.approx((1, 1, 1), abs=1e-6)
    assert found.of("uniform", "total variation").value > 0.1


def test_the_local_part_is_what_a_line_does_not_say() -> None:
    line, bump = np.linspace(1, 2, 40), np.eye(40)[20]
    assert score_standing._local(line)[4:-4] == pytest.approx(0)
    assert score_standing._local(line + 9 * bump)[4:-4] == pytest.approx(score_standing._local(9 * bump)[4:-4])


def test_the_distance_error_is_how_far_sizes_have_to_be_moved() -> None:
    shares = np.eye(30)
    assert score_standing._moved(shares[4], shares[11], 0.01) == pytest.approx(0.07)
    assert score_standing._moved((shares[4] + shares[8]) / 2, shares[6], 0.01) == pytest.approx(0.02)


@pytest.mark.slow
def test_the_true_positions_tell_a_wrong_prior_from_the_right_one() -> None:
    default = score_truth(sample_ledger(), sample().truth)
    wrong = score_truth(unheated(sample().markets(), (100, 0.5)), sample().truth)
    for metric in ("total variation", "distance error"):
        assert wrong.of("map", metric).low > default.of("map", metric).high
        assert default.of("uniform", metric).low > default.of("map", metric).high
    assert wrong.of("map", RANK).high < default.of("map", RANK).low
    assert default.table.index.tolist() == [name for name in NAMES if name != "move only"]
    assert any("By distance from price" in sentence for sentence in default.sentences)


def test_the_truth_of_one_venue_is_its_own() -> None:
    one = score_truth(sample_ledger().only("binance"), sample().truth, draws=10)
    assert 0.2 < one.of("map", "size ratio, median").value < 5


def positions_of(ledger: Ledger, every: int) -> pd.DataFrame:
    """Return positions that stand as the map says, one per cell of a fine profile."""
    frames = []
    for time in range(ledger.start // every * every + 2 * DAY, ledger.end, every):
        price = ledger.last_price(time)
        edges = price * np.exp(np.linspace(-1, 1, 1001))
        found = profile(ledger, edges, time)
        for side, size in (("long", found.long), ("short", found.short)):
            level = np.sqrt(edges[1:] * edges[:-1])
            frames.append(pd.DataFrame({"side": side, "liquidation_price": level, "size": size,
                                        "time": timestamp(time)}))  # fmt: skip
    return pd.concat(frames)


@pytest.mark.slow
def test_positions_that_stand_as_the_map_says_agree_with_it() -> None:
    positions = positions_of(sample_ledger(), DAY)
    found = score_positions(sample_ledger(), positions, draws=20)
    for band in ("10 %", "20 %", "all"):
        assert found.of("map", f"rank correlation, {band}").value > 0.99
        assert found.of("map", f"distance error, {band}").value < 0.002
    # Where sizes fall with every step of distance nothing is left, and counts as 0.
    assert found.of("map", "rank correlation given distance, 20 %").value > 0.5
    assert found.of("map", "size ratio, median").value == pytest.approx(1, rel=1e-3)
    assert found.of("uniform", "rank correlation, 20 %").value < 0.5


@pytest.mark.slow
def test_a_mark_price_moves_the_distances() -> None:
    positions = positions_of(sample_ledger(), DAY)
    moved = positions.assign(mark_price=positions.groupby("time")["liquidation_price"].transform("median") * 1.05)
    found = score_positions(sample_ledger(), moved, draws=5)
    assert (
        found.to_frame()["value"].tolist()
        != score_positions(sample_ledger(), positions, draws=5).to_frame()["value"].tolist()
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: score_truth(sample_ledger()), "truth to score"),
        (lambda: score_truth(sample_ledger(), 3), "a method standing"),  # type: ignore[arg-type]
        (lambda: score_truth(sample_ledger(), sample().truth, every="7d"), "at least 8 times"),
        (lambda: score_truth(sample_ledger(), sample().truth, reach=9.0), "reach up to 3"),
        (lambda: score_truth(sample_ledger(), sample().truth, methods={"mine": crossed}), "methods with a map"),
        (
            lambda: score_positions(sample_ledger(), next(iter(sample().venues.values())).liquidations),
            "column 'liquidation_price' in positions",
        ),
        (lambda: score_positions(sample_ledger(), positions_of(sample_ledger(), 5 * DAY)), "at least 8 times"),
        (
            lambda: score_positions(
                sample_ledger(), positions_of(sample_ledger(), DAY).assign(time=pd.Timestamp("2010-01-01", tz="UTC"))
            ),
            "Expected snapshots of ETH",
        ),
        (
            lambda: score_positions(sample_ledger(), positions_of(sample_ledger(), DAY).groupby("time").head(3)),
            "five positions",
        ),
    ],
)
def test_positions_that_cannot_be_scored_are_refused(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        call()


def test_own_maps_are_scored_beside_the_others() -> None:
    mine = Method("anything", THE_MAP.swept, THE_MAP.standing)
    found = score_truth(sample_ledger(), sample().truth, methods={"mine": mine}, draws=5).table
    assert found.T["mine"].tolist() == found.T["map"].tolist()


@pytest.mark.slow
@needs_recordings
def test_scores_of_measured_positions_are_those_of_the_scorer() -> None:
    pairs = [(unheated(market), facts) for market, facts in map(recorded.hyperliquid_positions, recorded.COINS)]
    found = score_positions(pairs)
    wanted = {
        "map": (0.332, 0.280, -0.003, 0.151),
        "distance only": (0.273, 0.280, 0.063, 0.143),
        "open interest increase": (0.211, 0.146, 0.043, 0.276),
        "turnover, 3-25x": (0.209, 0.222, 0.016, 0.211),
    }
    metrics = ("rank correlation, 10 %", "rank correlation, 20 %", "rank correlation given distance, 20 %",
               "distance error, all")  # fmt: skip
    for method, numbers in wanted.items():
        assert [found.of(method, metric).value for metric in metrics] == pytest.approx(numbers, abs=0.015)
    assert [found.of("map", metric).n for metric in metrics] == [30, 107, 107, 153]
