"""A view that is mounted while its model was moved before shows that; no lawful state gives an empty plot."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import traitlets
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.time import milliseconds_ns, time_ns, timestamp
from liqwidget.widget import export_frames
from tests.browser.heatmap import Drawn, Heatmap, changed_share
from tests.browser.page.own_kernel import OwnKernel
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.page.own_kernel import OwnPage

SHAPES = {
    "side": st.sampled_from(("both", "long", "short")),
    "window": st.sampled_from(("12h", "24h", "3d", "7d", "30d", "all")),
    "measure": st.sampled_from(("heat", "expected", "size")),
    "palette": st.sampled_from(("ember", "viridis", "mono")),
    "scale": st.sampled_from(("linear", "log", "rank")),
    "smooth": st.booleans(),
    "follow": st.booleans(),
    "whiskers": st.booleans(),
    "price_style": st.sampled_from(("candles", "line", "off")),
    "panels": st.sets(st.sampled_from(("volume", "open_interest", "funding", "liquidations"))).map(tuple),
    "profile": st.sampled_from(("leverage", "venue", "off")),
    "sensitivity": st.floats(0, 1),
    "future": st.booleans(),
}


@pytest.fixture(scope="module")
def model() -> LiqHeatmap:
    return LiqHeatmap("BTC", source="sample")


def moved(model: LiqHeatmap) -> tuple[tuple[pd.Timestamp, pd.Timestamp], tuple[float, float]]:
    """Return a range of time inside the window, and one of price."""
    end, price = timestamp(model.ledger.end), model.ledger.last_price(model.ledger.end)
    return (end - pd.Timedelta("40h"), end - pd.Timedelta("10h")), (0.96 * price, 1.01 * price)


@pytest.fixture
def fresh(emptied: OwnPage, model: LiqHeatmap) -> Callable[[], Heatmap]:
    """Return a function that mounts a view of the model as it is now."""
    return functools.partial(emptied.mounted, OwnKernel(model))


def shows(drawn: Drawn, model: LiqHeatmap) -> bool:
    """Tell whether a view has axes of the market and heat in them."""
    if drawn.heat is None:
        return False
    last = model.ledger.last_price(model.ledger.end)
    across = min(drawn.time[1], drawn.heat.time[1]) - max(drawn.time[0], drawn.heat.time[0])
    down = min(drawn.price[1], drawn.heat.price[1]) - max(drawn.price[0], drawn.heat.price[0])
    length = drawn.price[1] - drawn.price[0]
    return (
        across > 0.05 * (drawn.time[1] - drawn.time[0])
        and down > 0.5 * length
        and 0.04 * last < drawn.price[0]
        and drawn.price[1] < 4.1 * last
    )


def test_a_view_shows_where_the_model_was_moved_to(fresh: Callable[[], Heatmap], model: LiqHeatmap) -> None:
    time, price = moved(model)
    with model.hold_trait_notifications():
        model.time_range, model.price_range = time, price
    heatmap = fresh()
    drawn = eventually(
        heatmap.drawn, lambda now: shows(now, model) and now.heat is not None and now.heat.price == now.price
    )
    assert [milliseconds_ns(part) for part in drawn.time] == [time_ns(part) for part in time]
    assert drawn.price == pytest.approx(price)
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.2


def lawful(model: LiqHeatmap) -> st.SearchStrategy[dict[str, Any]]:
    """Return states that Python accepts: any choices, and ranges near, at, or far from the data."""
    start, end, last = model.ledger.start, model.ledger.end, model.ledger.last_price(model.ledger.end)
    near = st.integers(start, end)
    # Before the first close there is no last price, and no JSON of it: issue 12.
    known = st.integers(start + model.ledger.timeframe * 12, end)
    times = st.lists(near | st.integers(0, 4 * 10**18), min_size=2, max_size=2, unique=True)
    spans = times.map(lambda pair: tuple(timestamp(part) for part in sorted(pair)))
    prices = st.lists(st.floats(0.5 * last, 2 * last) | st.floats(1e-9, 1e12), min_size=2, max_size=2, unique=True).map(
        lambda pair: tuple(sorted(pair))
    )
    shapes = st.fixed_dictionaries({}, optional=SHAPES)
    ranges = st.fixed_dictionaries(
        {"time_range": st.none() | spans, "price_range": st.none() | prices, "as_of": st.none() | known.map(timestamp)}
    )
    return st.tuples(shapes, ranges).map(lambda parts: parts[0] | parts[1])


@pytest.mark.slow
def test_no_lawful_state_gives_an_empty_plot(fresh: Callable[[], Heatmap], model: LiqHeatmap) -> None:
    defaults = model.trait_defaults()
    first, second = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("1970-01-02", tz="UTC")

    end, last = model.ledger.end, model.ledger.last_price(model.ledger.end)
    narrow = (timestamp(end - 7), timestamp(end - 3)), (last, last * (1 + 1e-15))

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(state=lawful(model))
    @example(state={"time_range": (first, second), "price_range": (1e-9, 2e-9)})
    @example(state={"time_range": (second, timestamp(model.ledger.end)), "price_range": (1.0, 1e12)})
    @example(state={"time_range": None, "price_range": (1e9, 1e12)})
    @example(state={"time_range": (timestamp(0), timestamp(4 * 10**18)), "price_range": (1e-300, 1e300)})
    @example(state={"time_range": narrow[0], "price_range": narrow[1]})
    def holds(state: dict[str, Any]) -> None:
        whole = {name: defaults[name] for name in (*SHAPES, "time_range", "price_range", "as_of")} | state
        # The range of time and price is set last: a change of window or time shown takes it back.
        for name in sorted(whole, key=lambda name: name.endswith("_range")):
            with contextlib.suppress(traitlets.TraitError):  # Ranges outside the data are no lawful states.
                setattr(model, name, whole[name])
        heatmap = fresh()
        eventually(heatmap.drawn, lambda drawn: shows(drawn, model))

    holds()


@pytest.mark.slow
def test_the_file_of_a_zoomed_map_is_zoomed(
    page: Page, tmp_path: Path, model: LiqHeatmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Parts of all time and other windows are not what is looked at.
    monkeypatch.setattr(export_frames, "_MOST_HALVINGS", 0)
    monkeypatch.setattr(export_frames, "WINDOWS", ())
    time, price = moved(model)
    heatmap = LiqHeatmap("BTC", source="sample", time_range=time, price_range=price)
    page.goto(heatmap.to_html(tmp_path / "zoomed.html").as_uri())
    shown = Heatmap(page, page.locator(".liq-root")).alone_in_chromium()
    eventually(shown.shown)
    # By its own picture, not by a part of the window's.
    drawn = eventually(shown.drawn, lambda now: now.heat is not None and now.heat.price == now.price)
    assert shows(drawn, heatmap)
    assert drawn.time == pytest.approx([part.value / 1e6 for part in time], abs=1)
    assert drawn.price == pytest.approx(price)
    assert changed_share(shown.steady_picture(), shown.without("liq-heat-image")) > 0.2
