"""The accuracy page says what the code computes: its tables are made anew, and its claims are checked.

``make accuracy`` writes the page again. A number may differ by one in its last printed digit: sums are not the same to
the last bit on every machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from liqwidget.estimate.calibrate import calibrate
from liqwidget.field.density import Prior
from liqwidget.trust.score_table import Score
from tests.accuracy import page_hours, page_tables, page_targets, recorded_truth
from tests.accuracy.page import PAGE, PLACE, PROSE
from tests.accuracy.page_markdown import GAIN, PARTIAL, RANK, RATIO, markdown
from tests.accuracy.page_tables import RECORDED, SIMULATED
from tests.accuracy.ranges import FEWEST_HELD, WIDEST, held
from tests.recorded import needs_recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.trust.score_table import Scores

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
PARTLY = ("calibrations", "hours_ranges", "other_chances", "other_targets", "priors")
"""Tables whose rows take seconds each: some of them are made anew, all by `make accuracy`."""
HOURLY = (("B", "1h"), ("K", "1h"))
EFFECTIVE = Prior.parse("effective")


def step(number: str) -> float:
    """Return one in the last printed digit."""
    return 10.0 ** -len(number.partition(".")[2])


def value(number: str) -> float:
    return float(number.replace(",", ""))


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """Return the pairs of numbers that differ, or of whole texts where the words do."""
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return [(old, new)]
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return [(was, now) for was, now in pairs if abs(value(was) - value(now)) > 1.01 * step(was)]


def printed(name: str) -> str:
    """Return what the page has in the place of a table: between the pieces of prose around it."""
    pieces = PLACE.split(PROSE.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    place = pieces.index(name, 1)
    assert place % 2 == 1
    start = page.index(pieces[place - 1]) + len(pieces[place - 1])
    return page[start : page.index(pieces[place + 1], start)]


def test_every_place_has_a_table_and_every_table_a_place() -> None:
    places = PLACE.findall(PROSE.read_text(encoding="utf-8"))
    assert sorted(places) == sorted({**SIMULATED, **RECORDED})
    assert "{{" not in PAGE.read_text(encoding="utf-8")


def test_the_prose_is_on_the_page_word_by_word() -> None:
    page = PAGE.read_text(encoding="utf-8")
    pieces = PLACE.split(PROSE.read_text(encoding="utf-8"))[::2]
    found = [page.find(piece) for piece in pieces]
    assert -1 not in found
    assert found == sorted(found)
    assert page.startswith(pieces[0])
    assert page.endswith(pieces[-1])


def test_a_wrong_number_is_found() -> None:
    assert not differences("| map | 0.85 [0.76, 0.91] |", "| map | 0.84 [0.76, 0.91] |")
    assert differences("| map | 0.85 [0.76, 0.91] |", "| map | 0.83 [0.76, 0.91] |") == [("0.85", "0.83")]
    assert differences("| map | 0.05 |", "| map | -0.05 |")
    assert differences("1,204", "1,206") == [("1,204", "1,206")]


def check(name: str, table: Callable[[], str]) -> None:
    assert differences(printed(name), table()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_the_tables_of_the_simulated_market_are_right(name: str) -> None:
    check(name, SIMULATED[name])


@pytest.mark.slow
@needs_recordings
@pytest.mark.parametrize("name", [name for name in RECORDED if name not in PARTLY])
def test_the_tables_of_recorded_markets_are_right(name: str) -> None:
    check(name, RECORDED[name])


def rows_differ(name: str, table: str) -> list[tuple[str, str]]:
    """Return where rows of a table differ from those on the page that begin alike."""
    lines = {line.split(" | ")[0]: line for line in printed(name).splitlines()}
    return [pair for line in table.splitlines()[2:] for pair in differences(lines[line.split(" | ")[0]], line)]


@pytest.mark.slow
@needs_recordings
def test_some_rows_of_the_longer_tables_are_right() -> None:
    chances, priors = page_tables.CANDIDATES, tuple(page_tables.PRIORS)
    assert rows_differ("other_chances", page_tables.other_chances((chances[0], chances[-1]))) == []
    assert rows_differ("priors", page_tables.priors(("effective", priors[-1]))) == []
    assert rows_differ("hours_ranges", page_hours.hours_ranges(HOURLY)) == []
    assert rows_differ("other_targets", page_targets.other_targets(page_targets.SHORT)) == []


@pytest.mark.slow
@needs_recordings
@pytest.mark.parametrize(("name", "every"), HOURLY)
def test_the_stated_range_holds_most_hours_and_is_not_wider_than_two_orders(name: str, every: str) -> None:
    found = held(name, every)
    assert found.inside.value >= FEWEST_HELD
    assert found.width.value <= WIDEST
    assert found.inside.value + found.below.value + found.above.value == pytest.approx(1)


@pytest.mark.slow
@needs_recordings
def test_the_factors_fitted_to_recorded_liquidations_are_right() -> None:
    """The fits of priors and of the simulated market take half a minute: they are left to `make accuracy`."""
    lines = printed("calibrations").splitlines()
    for coin in recorded_truth.COINS:
        market, facts = recorded_truth.hyperliquid_daily(coin)
        found = calibrate(market, facts, skip=recorded_truth.unreliable_days())
        name = f"Hyperliquid, {coin}"
        wanted = next(line for line in lines if line.startswith(f"| {name} | all sizes"))
        made = markdown([], [page_tables._calibrated(name, found)])
        assert differences(wanted, made.splitlines()[-1]) == []


# ------------------------------------------------------------------ what leads the page


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ((0.20, 0.10, 0.25), "the map is ahead, intervals apart"),
        ((0.28, 0.25, 0.35), "the map is ahead, if within chance"),
        ((0.32, 0.25, 0.40), "**a curve is ahead**, if within chance"),
        ((0.60, 0.50, 0.70), "**a curve is ahead**, intervals apart"),
    ],
)
def test_the_words_say_who_is_ahead(theirs: tuple[float, float, float], said: str) -> None:
    ours = Score("map", "log correlation", 0.30, 0.26, 0.34, 9)
    assert page_hours._verdict(ours, Score("a curve", "log correlation", *theirs, 9)) == said


def test_the_hourly_tables_are_the_first_of_the_page() -> None:
    places = PLACE.findall(PROSE.read_text(encoding="utf-8"))
    assert places[:4] == ["hours_in_words", "hours_b", "hours_k", "hours_by_move"]


# ------------------------------------------------------------------ the two lists


def best(scores: Scores, metric: str) -> float:
    return max(one.value for one in scores.scores if one.metric == metric and one.method != "map")


@pytest.mark.slow
@needs_recordings
def test_what_the_map_is_said_to_do_it_does() -> None:
    days = page_tables._daily(EFFECTIVE)
    assert days.of("map", PARTIAL).low > 0
    for metric in (RANK, PARTIAL, GAIN):
        assert days.of("map", metric).value > best(days, metric)
    assert 0.1 < days.of("map", RATIO).value < 10


@pytest.mark.slow
@needs_recordings
def test_what_the_map_is_said_not_to_do_it_does_not() -> None:
    held = page_tables._positions(EFFECTIVE)
    given = "rank correlation given distance, 20 %"
    assert all(abs(one.value) < 0.1 and one.low < 0 for one in held.scores if one.metric == given)
    assert held.of("map", f"{RANK}, 20 %").value < best(held, f"{RANK}, 20 %") + 0.02
    assert page_tables._daily(Prior.parse("nominal")).of("map", RATIO).value > 10


@pytest.mark.slow
def test_the_map_is_not_ahead_on_the_simulated_market() -> None:
    found = page_tables._heatmap().score()
    assert found.of("map", RANK).value < found.of("move only", RANK).value
    assert found.of("map", PARTIAL).value < best(found, PARTIAL)


def test_another_prior_makes_most_clusters_many_times_as_large() -> None:
    sizes = page_tables._heatmap().uncertainty().by_alternative("expected")
    ratio = sizes["isolated"] / sizes["base"]
    assert ratio.min() > 1
    assert ratio.median() > 5
