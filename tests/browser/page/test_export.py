"""The exported file opens alone: no network, no kernel, no script but ours; the exported picture is a picture."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import actions, contexts
from tests.browser.heatmap import Heatmap, changed_share
from tests.browser.page.conftest import HOSTILE, SIZE, TITLE, plain
from tests.browser.page.own_kernel import OwnPage, unmounted
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from liqwidget import LiqHeatmap


@pytest.fixture
def requests(page: Page) -> list[str]:
    kept: list[str] = []
    page.on("request", lambda request: kept.append(request.url))
    return kept


@pytest.fixture(scope="module")
def file_page(browser: Browser, complaints: list[str], exported: Path) -> Iterator[OwnPage]:
    """Return a page in which the exported file is open, for all tests: it loads BokehJS once."""
    mountable = exported.with_name("mountable.html")
    mountable.write_text(unmounted(exported), encoding="utf-8")
    with contexts.opened(browser, viewport=SIZE, offline=True) as context:
        page = context.new_page()
        contexts.listen(page, "file", complaints)
        yield OwnPage(page, mountable)


@pytest.fixture
def harmless(file_page: OwnPage) -> Iterator[OwnPage]:
    """Return the page, as tests begin; it asks for nothing, and no words of others run."""
    plain(file_page.page)
    first = len(file_page.requests)
    yield file_page
    assert all(url.startswith("blob:") for url in file_page.requests[first:]), file_page.requests
    assert file_page.page.evaluate("globalThis.hacked === undefined")


@pytest.fixture
def heatmap(harmless: OwnPage) -> Heatmap:
    """Return the heatmap of the exported file, shown anew."""
    return harmless.alone()


def opened(page: Page, file: Path) -> Heatmap:
    """Open a file and return its heatmap, painted."""
    page.goto(file.as_uri())
    heatmap = Heatmap(page, page.locator(".liq-root")).alone_in_chromium()
    eventually(heatmap.shown)
    return heatmap


def test_the_file_paints_and_asks_for_nothing(page: Page, requests: list[str], exported: Path) -> None:
    assert requests == []
    heatmap = opened(page, exported)
    assert len(heatmap.drawn().candles) > 40
    whole = heatmap.steady_picture()
    assert changed_share(whole, heatmap.without("liq-heat-image")) > 0.2
    assert changed_share(whole, heatmap.without("liq-candle-body")) > 0.005
    assert "imulated market" in heatmap.drawn().notice
    heatmap.wheel(0.5, 0.5, -200, times=2)
    heatmap.rests()
    assert requests[0] == exported.as_uri()
    assert all(url.startswith("blob:") for url in requests[1:]), requests
    assert re.search(r"""(src|href)=["']?(https?:)?//""", exported.read_text(encoding="utf-8")) is None


def test_hover_reads_out(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    heatmap.page.mouse.move(*drawn.at(0.5, 0.15))
    line = heatmap.root.locator(".liq-readout")
    expect(line.locator(".liq-cells")).to_have_count(2)
    expect(line.locator(".liq-cell-about")).to_contain_text(re.compile(r"est\. about.*\$[0-9.]+[KMB]? per 0\.1 %"))
    expect(line.locator(".liq-cell-heat")).to_contain_text(re.compile(r"heat\s*\d+"))
    expect(line.locator(".liq-cell-side")).to_have_text("short")
    price = drawn.price[1] - 0.15 * (drawn.price[1] - drawn.price[0])
    shown = float(line.locator(".liq-cell-price").inner_text().replace(",", ""))
    assert shown == pytest.approx(price, abs=1.1 * drawn.pixel[1])


def test_zoom_and_pan_work(heatmap: Heatmap) -> None:
    actions.zooms_and_pans(heatmap)


def test_client_side_controls_work(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.button("Side", "long").click())
    heatmap.changes(lambda: heatmap.button("Side", "both").click())
    heatmap.changes(lambda: heatmap.button("Measure", "size").click())
    heatmap.options(shown=True)
    heatmap.changes(lambda: heatmap.root.get_by_label("Palette", exact=True).select_option("viridis"))
    heatmap.changes(lambda: heatmap.root.get_by_label("Scale", exact=True).select_option("rank"))
    slider = heatmap.field("threshold")
    slider.focus()
    heatmap.changes(lambda: slider.press("End"))
    heatmap.changes(lambda: heatmap.button("Measure", "expected").click())
    heatmap.options(shown=False)
    heatmap.changes(lambda: heatmap.cluster_boxes().nth(0).click())
    expect(heatmap.button("Drag mode", "select")).to_be_disabled()
    assert heatmap.button("Drag mode", "select").get_attribute("title")


def test_every_window_is_sharp_and_fitted_from_any_other(heatmap: Heatmap, source: LiqHeatmap) -> None:
    for window in ("all", "12h", "30d", "24h", "all", "3d", "7d"):
        heatmap.button("Window", window).click()
        drawn = heatmap.steady()
        settings = replace(source._settings(), window=window)
        time = source._display.session.window(settings)
        heat = drawn.heat
        assert heat is not None
        assert heat.time == pytest.approx([part / 1e6 for part in time], abs=1), window
        assert heat.width == 1600, window
        low, high = source._display.session.fitted(settings, time)
        slip = abs(drawn.price[0] - low) + abs(drawn.price[1] - high)
        assert slip < 0.06 * (high - low), window
        assert heat.price[0] <= drawn.price[0] < drawn.price[1] <= heat.price[1], window


def test_the_other_measure_keeps_the_zoom(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.wheel(0.5, 0.5, -200, times=3))
    near = heatmap.steady()
    for measure in ("size", "heat", "expected", "heat"):
        heatmap.changes(lambda measure=measure: heatmap.button("Measure", measure).click())  # type: ignore[misc]
        drawn = heatmap.steady()
        assert (drawn.time, drawn.price) == (near.time, near.price)
    assert heatmap.steady().digest == near.digest


def test_table_profile_panels_and_map_work(heatmap: Heatmap) -> None:
    root = heatmap.root
    made = re.compile(r"saved picture of BTC \(simulated market\), made .* UTC")
    expect(heatmap.page.locator("#liqwidget-made")).to_contain_text(made)
    rows = root.locator(".liq-row")
    first = rows.first.get_attribute("data-id")
    root.get_by_role("button", name="Est. size").click()
    expect(rows.first).not_to_have_attribute("data-id", str(first))
    rows.first.locator("input").check()
    expect(root.locator(".liq-count")).to_contain_text("1 of")
    heatmap.options(shown=True)
    profile = root.locator(".liq-profile canvas")
    before = profile.screenshot()
    root.get_by_label("Profile", exact=True).select_option("venue")
    eventually(profile.screenshot, lambda after: after != before)
    expect(root.locator(".liq-panel-row:visible")).to_have_count(2)
    root.get_by_label("Funding", exact=True).check()
    expect(root.locator(".liq-panel-row:visible")).to_have_count(3)
    for name in ("Coin", "Timeframe", "Model", "Horizon", "Sensitivity", "<3x", "binance"):
        field = root.get_by_label(name, exact=True)
        expect(field).to_be_disabled()
        assert "kernel" in str(field.evaluate("(node) => node.closest('[title]:not([title=\"\"])').title"))
    heatmap.button("View", "map").click()
    expect(root.locator(".liq-map canvas")).to_be_visible()
    heatmap.options(shown=False)
    root.locator(".liq-map").hover(position={"x": 300, "y": 200})
    expect(root.locator(".liq-hint")).to_contain_text(re.compile(r"est\. \$.* here"))


def test_hostile_words_stay_words_and_a_hostile_title_a_title(harmless: OwnPage, exported: Path) -> None:
    text = exported.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="liqwidget-state">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    state = json.loads(found[1])
    state["_market"] |= {"notice": HOSTILE, "label": HOSTILE, "symbol": HOSTILE, "quote": HOSTILE}
    for cluster in state["_clusters"]:
        cluster |= {"venue_mix": {HOSTILE: 1.0}, "leverage_mix": {HOSTILE: 1.0}}
    state["_palettes"][0]["label"] = HOSTILE
    others = {name: state[name] for name in ("_market", "_clusters", "_palettes")}
    heatmap = harmless.alone(symbol=HOSTILE, _error=HOSTILE, horizon=HOSTILE, **others)
    assert heatmap.drawn().notice == HOSTILE
    heatmap.page.mouse.move(*heatmap.drawn().at(0.5, 0.15))
    heatmap.root.locator(".liq-row").first.hover()
    expect(heatmap.root.locator(".liq-banner")).to_have_text(HOSTILE)
    heatmap.rests()
    assert heatmap.page.locator("img, .liq-root script").count() == 0
    assert heatmap.page.title() == TITLE


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_picture_file_is_a_picture(source: LiqHeatmap, tmp_path: Path, artefacts: Path, theme: str) -> None:
    path = source.to_png(tmp_path / "btc.png", width=1000, height=600, theme=theme)
    image = Image.open(path).convert("RGB")
    image.save(artefacts / f"to_png-{theme}.png")
    assert image.size == (1000, 600)
    pixels = np.asarray(image)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 500
    assert (pixels[5, 5].mean() < 60) == (theme == "dark")
