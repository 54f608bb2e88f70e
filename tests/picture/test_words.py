"""Words of others on pictures and in errors are text, whatever they hold."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.errors import LiqError, SourceError, plain
from liqwidget.market.venue.refusals import tamed
from tests.widget.conftest import market

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["$$x^2$$", "$\\frac{", "$a_{b$ and $c$", "\\$", "$\\alpha$", "$"]
ORDERS = ["\x1b[31mred", "\x9b2J", "a\rb", "\x07", "\u202eevil", "\x00", "\u2028", "\ud800"]


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS)
def test_what_stands_between_dollars_is_no_formula(tmp_path: Path, words: str) -> None:
    heatmap = LiqHeatmap("BTC", source=[market(days=2)], window="12h")
    heatmap._market = {**heatmap._market, "notice": words, "label": words}
    first = heatmap.to_png(tmp_path / "a.png", width=400, height=300).read_bytes()
    with mpl.rc_context({"text.usetex": True}):
        assert heatmap.to_png(tmp_path / "b.png", width=400, height=300).read_bytes() == first


@pytest.mark.parametrize("words", ORDERS)
def test_an_error_gives_a_terminal_no_orders(words: str) -> None:
    for error in (LiqError(words), SourceError(f"near names: {words}", venue="okx")):
        shown = "".join(traceback.format_exception(error)) + "".join(error._render_traceback_())
        assert words not in shown
        assert shown.replace("\n", "").isprintable()


def test_what_is_behind_an_error_gives_none_either() -> None:
    error = KeyError("\x1b]0;title\x07")
    error.__cause__ = ValueError("okx <html>\x1b[31m" + "x" * 10_000)
    tamed(error)
    shown = "".join(traceback.format_exception(error))
    assert "\x1b" not in shown
    assert len(shown) < 3_000


@given(st.text())
def test_plain_text_can_be_written_and_stays_as_it_is(words: str) -> None:
    made = plain(words)
    assert made.replace("\n", "").isprintable() or any(letter.isspace() for letter in made)
    assert plain(made) == made
    assert made.encode().decode() == made
    if words.isprintable():
        assert made == words


@pytest.mark.parametrize("name", ["Zoë", "比特", "a b", "x\ny", "100 €"])
def test_words_of_any_language_stay(name: Any) -> None:
    assert plain(name) == name
