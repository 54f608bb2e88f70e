"""Models in words: each says what it does to amounts; a ladder set on the page keeps to what the venues allow."""

from __future__ import annotations

from typing import Any

import pytest

from liqwidget import LiqHeatmap
from liqwidget.field.density import Prior
from liqwidget.widget.priors import near_share, prior_state, within_caps


def test_each_model_says_what_it_does_to_amounts_and_how_much_stands_near() -> None:
    models: list[Any] = ["effective", "isolated", "nominal", (4.0, 0.9), {10: 0.5, 50: 0.5}]
    for name in models:
        state = prior_state(Prior.parse(name))
        for prior in state["_priors"]:
            assert "mounts" in prior["title"] or prior["name"] == "own"
            assert prior["title"].count(". ") == 0
            assert "within 5% of its entry" in prior["title"]
    shares = [near_share(Prior.parse(name)) for name in (*models[:3], models[4])]
    assert shares == pytest.approx([0.0188, 0.241, 0.610, 0.5], abs=0.001)


@pytest.mark.slow
def test_a_ladder_of_the_page_keeps_to_the_strictest_venue_and_says_so() -> None:
    h = LiqHeatmap("BTC", source="sample")
    ladder, said = within_caps({5: 0.25, 50: 0.25, 100: 0.5}, h.ledger)
    assert ladder == {5: 0.25, 40: 0.75}
    assert said.startswith("hyperliquid allows 40x at most")
    assert within_caps({5: 0.5, 25: 0.5}, h.ledger) == ({5: 0.5, 25: 0.5}, "")
    h.set_state({"_ladder": [[5, 0.25], [50, 0.25], [100, 0.5]]})
    assert h.prior == {5: 0.25, 40: 0.75}
    assert h._error == said
    assert (h._prior, h._ladder) == ("ladder", [])
    assert h._priors[-1]["rungs"] == [[5.0, 0.25], [40.0, 0.75]]
    h.set_state({"_ladder": [[5, 0.25], [25, 0.5]]})
    assert (h.prior, h._error) == ({5: 0.25, 25: 0.5}, "")
    h.set_state({"_ladder": [[5, 7.0]]})
    assert "Expected a ladder" in h._error
    assert h.prior == {5: 0.25, 25: 0.5}
