"""What the front end writes code from: defaults, the source and the prior, as Python that makes them again.

The whole way, from the button to a heatmap like the first, is in tests/browser/page/test_controls.py.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.status import VenueStatus
from liqwidget.domain.time import duration_ns
from liqwidget.field.density import NAMED_PRIORS, Prior
from liqwidget.market.source import VENUES, Source
from liqwidget.widget.priors import prior_state

if TYPE_CHECKING:
    from liqwidget import MarketData

positive = st.floats(1e-3, 1e3)
ladders = st.dictionaries(st.floats(1, 125), st.floats(0.001, 0.2), min_size=1, max_size=5)


@given(st.one_of(st.sampled_from(list(NAMED_PRIORS)), st.tuples(positive, positive), ladders))
def test_the_code_of_a_prior_is_that_prior(given_prior: str | tuple[float, float] | dict[float, float]) -> None:
    prior = Prior.parse(given_prior)
    state = prior_state(prior)
    chosen = [part for part in state["_priors"] if part["name"] == state["_prior"]]
    assert [Prior.parse(ast.literal_eval(part["code"])) for part in chosen] == [prior]


def test_the_defaults_are_those_of_a_new_heatmap(heatmap: LiqHeatmap) -> None:
    usual = heatmap.get_state()["_usual"]
    shown = heatmap.get_state()
    assert set(usual) > {"side", "palette", "side_colours", "smooth", "panels", "time_range", "as_of", "future"}
    assert not {"symbol", "timeframe"} & set(usual)
    assert {name for name in usual if shown[name] != usual[name]} == {"venues"}
    public = {name for name in heatmap.class_trait_names(sync=True) if not name.startswith("_")}
    assert public - set(usual) <= {"symbol", "timeframe", "layout", "tabbable", "tooltip"}


def test_the_arguments_read_the_same_source_again(markets: tuple[MarketData, ...]) -> None:
    def asked(*names: str) -> Source:
        return Source(markets, "", status=tuple(VenueStatus(name, "connected") for name in names))

    five, quarter = duration_ns("5m"), duration_ns("15m")
    assert Source(markets, "").arguments(quarter) == "source=market"
    assert Source(markets, "", simulated=True).arguments(five) == 'source="sample"'
    assert asked(*VENUES).arguments(five) == ""
    assert asked(*VENUES).arguments(quarter) == 'timeframe="15m"'
    assert asked("okx", "gate").arguments(quarter) == 'source=["okx", "gate"], timeframe="15m"'


@pytest.mark.parametrize("timeframe", ["5m", "15m"])
def test_a_heatmap_says_how_it_was_read(timeframe: str) -> None:
    heatmap = LiqHeatmap("BTC", source="sample", timeframe=timeframe)
    wanted = {"5m": 'source="sample"', "15m": 'source="sample", timeframe="15m"'}
    assert heatmap._market["arguments"] == wanted[timeframe]
    heatmap.close()
