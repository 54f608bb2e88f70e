"""The evidence page says what the code computes; ``make evidence`` writes it again.

One market's figures are made anew in the quick tests, all of them and the surrogates by `make soak`.
"""

from __future__ import annotations

import pytest

from liqwidget.trust.evidence import evidence
from liqwidget.trust.evidence_words import QUESTIONS
from tests.accuracy.test_page import differences
from tests.evidence import page_tables
from tests.evidence.page import PAGE, PLACE, PROSE, page
from tests.evidence.recorded_markets import market
from tests.recorded import needs_recordings


def test_every_place_has_a_table_and_every_table_a_place() -> None:
    assert sorted(PLACE.findall(PROSE.read_text(encoding="utf-8"))) == sorted(page_tables.TABLES)


def test_the_prose_is_on_the_page_word_by_word() -> None:
    found, text = -1, PAGE.read_text(encoding="utf-8")
    for piece in PLACE.split(PROSE.read_text(encoding="utf-8"))[::2]:
        found = text.index(piece, found + 1)
    assert "{{" not in text


def test_every_question_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for number, question in enumerate(QUESTIONS, 1):
        assert f"| {number} {question.asked} |" in text
        assert f"{number}. {question.asked}: " in text


def test_a_hit_rate_stands_on_the_page_with_its_control_alone() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "Touched within" in line]
    assert lines
    assert all("of matched levels" in line for line in lines)


@pytest.mark.slow
@needs_recordings
def test_the_figures_of_one_market_are_right() -> None:
    alone = page_tables.markets((evidence(market("SOL", "binance"), check=0),)).splitlines()[-1]
    (there,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| SOL binance")]
    assert differences(there, alone) == []


@pytest.mark.soak
@needs_recordings
def test_the_whole_page_is_right() -> None:
    made, there = (text.splitlines() for text in (page(), PAGE.read_text(encoding="utf-8")))
    assert len(made) == len(there)
    assert [pair for lines in zip(there, made, strict=True) for pair in differences(*lines)] == []
