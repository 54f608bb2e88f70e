"""A view that is mounted while its model was moved before shows that; no lawful state gives an empty plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.time import milliseconds_ns, time_ns, timestamp
from liqwidget.widget.export import _embedded
from tests.browser.eventually import eventually
from tests.browser.heatmap import Drawn, Heatmap, changed_share
from tests.browser.test_save import saved_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.sheet import Desk

FRESH = Path(__file__).with_name("fresh_view.js").read_text(encoding="utf-8")
SHAPES = {
    "side": st.sampled_from(("both", "long", "short")),
    "window": st.sampled_from(("12h", "24h", "3d", "7d", "30d", "all")),
    "measure": st.sampled_from(("expected", "size")),
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
def file_page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """Return a page without a network."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, offline=True)
    page = context.new_page()
    desk.listen(page, "zoomed")
    yield page
    context.close()


@pytest.fixture
def fresh(file_page: Page, model: LiqHeatmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Heatmap]:
    """Return a function that mounts a view of the model as it is now, in a page where this process is its kernel."""
    answers: list[str] = []
    monkeypatch.setattr(
        model, "send", lambda content, buffers=(): answers.append(_embedded({"content": content, "buffers": buffers}))
    )

    def ask(message: str) -> str:
        answers.clear()
        model._handle_custom_msg(json.loads(message), [])
        return answers[-1] if answers else ""

    file_page.goto(model.to_html(tmp_path / "fresh.html").as_uri())
    heatmap = Heatmap(file_page, file_page.locator(".liq-root"))
    eventually(heatmap.shown)
    asset = json.loads(file_page.locator("#liqwidget-state").text_content() or "")["_bokeh"]
    file_page.expose_function("ask", ask)

    def mount() -> Heatmap:
        names = (*model.shared_names(), "_frames")
        forms = {name: model.trait_metadata(name, "to_json") or (lambda value, _: value) for name in names}
        state = {name: form(getattr(model, name), model) for name, form in forms.items()}
        file_page.evaluate(FRESH, _embedded(state | {"_bokeh": asset}))
        return heatmap

    return mount


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
    times = st.lists(near | st.integers(0, 4 * 10**18), min_size=2, max_size=2, unique=True)
    spans = times.map(lambda pair: tuple(timestamp(part) for part in sorted(pair)))
    prices = st.lists(st.floats(0.5 * last, 2 * last) | st.floats(1e-9, 1e12), min_size=2, max_size=2, unique=True).map(
        lambda pair: tuple(sorted(pair))
    )
    shapes = st.fixed_dictionaries({}, optional=SHAPES)
    ranges = st.fixed_dictionaries(
        {"time_range": st.none() | spans, "price_range": st.none() | prices, "as_of": st.none() | near.map(timestamp)}
    )
    return st.tuples(shapes, ranges).map(lambda parts: parts[0] | parts[1])


def test_no_lawful_state_gives_an_empty_plot(fresh: Callable[[], Heatmap], model: LiqHeatmap) -> None:
    defaults = model.trait_defaults()
    first, second = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("1970-01-02", tz="UTC")

    @settings(
        max_examples=12,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),  # a page for each example: a failing one is shown as it is
        suppress_health_check=list(HealthCheck),
    )
    @given(state=lawful(model))
    @example(state={"time_range": (first, second), "price_range": (1e-9, 2e-9)})
    @example(state={"time_range": (second, timestamp(model.ledger.end)), "price_range": (1.0, 1e12)})
    @example(state={"time_range": None, "price_range": (1e9, 1e12)})
    def holds(state: dict[str, Any]) -> None:
        whole = {name: defaults[name] for name in (*SHAPES, "time_range", "price_range", "as_of")} | state
        # The range of time and price is set last: a change of window or time shown takes it back.
        for name in sorted(whole, key=lambda name: name.endswith("_range")):
            setattr(model, name, whole[name])
        heatmap = fresh()
        eventually(lambda: heatmap.root.count() == 1 and heatmap.shown())
        eventually(heatmap.drawn, lambda drawn: shows(drawn, model))

    holds()


def test_the_file_of_a_zoomed_map_is_zoomed(file_page: Page, tmp_path: Path, model: LiqHeatmap) -> None:
    time, price = moved(model)
    heatmap = LiqHeatmap("BTC", source="sample", time_range=time, price_range=price)
    file_page.goto(heatmap.to_html(tmp_path / "zoomed.html").as_uri())
    shown = Heatmap(file_page, file_page.locator(".liq-root"))
    eventually(shown.shown)
    drawn = shown.drawn()
    assert shows(drawn, heatmap)
    assert drawn.time == pytest.approx([part.value / 1e6 for part in time], abs=1)
    assert drawn.price == pytest.approx(price)
    assert changed_share(shown.steady_picture(), shown.without("liq-heat-image")) > 0.2


def test_a_zoomed_map_is_shown_again_by_cells_reloads_and_other_browsers(desk: Desk, browser: Browser) -> None:
    first = (
        "from liqwidget import LiqHeatmap\n"
        'h = LiqHeatmap("BTC", source="sample")\n'
        "end = h.ledger.end\n"
        'h = LiqHeatmap("BTC", source="sample", time_range=(end - 40 * 3600 * 10**9, end - 10 * 3600 * 10**9),\n'
        "               price_range=tuple(h.ledger.last_price(end) * part for part in (0.96, 1.01)))\n"
        "h"
    )
    with desk.sheet("zoomed", first, "h", run=False) as sheet:
        sheet.page.set_viewport_size({"width": 1600, "height": 2400})
        sheet.run_cell(0)
        made = sheet.heatmap(0)
        wanted = made.trait("time_range")
        at = eventually(made.drawn, lambda drawn: drawn.time == pytest.approx(wanted, abs=1))
        # Zoomed by hand, then shown in the next cell.
        made.wheel(0.5, 0.5, -200, times=2)
        eventually(lambda: made.trait("time_range"), lambda found: found != wanted)
        at = made.sharp()
        sheet.run_cell(1)
        assert alike(at, sheet.heatmap(1).sharp())
        sheet.menu("File", "Save Notebook")
        path = desk.lab.folder / sheet.name
        eventually(lambda: saved_state(path.read_text(encoding="utf-8")))
        sheet.page.reload()
        sheet.idle()
        again = sheet.heatmap(0)
        assert alike(at, again.sharp())
        context = browser.new_context(viewport={"width": 1600, "height": 2400})
        try:
            with type(desk)(desk.lab, context).page(sheet.name, "other") as page:
                other = Heatmap(page, page.locator(".liq-root").first, sheet.kernel)
                eventually(other.shown, within_s=60)
                assert alike(at, other.sharp())
        finally:
            context.close()


def alike(one: Drawn, other: Drawn) -> bool:
    """Tell whether two views look at the same, and both have a picture of it."""
    return (
        other.heat is not None
        and other.time == pytest.approx(one.time, abs=2)
        and other.price == pytest.approx(one.price)
    )
