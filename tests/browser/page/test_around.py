"""What stands around the picture: the profile, the panels, the liquidation map and the replay."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap
    from tests.browser.page.own_kernel import OwnKernel, OwnPage

PANELS = ("volume", "open_interest", "funding", "liquidations")


def drawn_share(part: Locator) -> float:
    """Return the share of a part's pixels that are not its commonest colour."""
    image = np.asarray(Image.open(io.BytesIO(part.screenshot())).convert("RGB")).reshape(-1, 3)
    _, counts = np.unique(image, axis=0, return_counts=True)
    return float(1 - counts.max() / counts.sum())


@pytest.mark.parametrize("stack", ["leverage", "venue"])
def test_the_profile_stands_beside_the_picture(heatmap: Heatmap, stack: str) -> None:
    heatmap.set(profile=stack)
    profile = heatmap.root.locator(".liq-profile")
    expect(heatmap.root.locator(".liq-stack-keys")).to_contain_text(f"By {stack}:")
    assert eventually(lambda: drawn_share(profile), lambda share: share > 0.05)
    eventually(
        lambda: (heatmap.drawn().frame, profile.bounding_box()),
        lambda now: now[1] is not None and now[1]["x"] > now[0]["x"] + now[0]["width"] and now[1]["y"] <= now[0]["y"],
    )


def test_without_a_profile_the_picture_is_wider(heatmap: Heatmap) -> None:
    width = heatmap.drawn().frame["width"]
    heatmap.set(profile="off")
    expect(heatmap.root.locator(".liq-profile")).to_be_hidden()
    assert eventually(lambda: heatmap.drawn().frame["width"], lambda now: now > width + 100)


def test_each_panel_can_be_switched_and_is_linked_in_time(heatmap: Heatmap) -> None:
    heatmap.set(panels=PANELS)
    rows = heatmap.root.locator(".liq-panel-row")
    expect(rows).to_have_count(4)
    assert rows.evaluate_all("all => all.map(one => one.dataset.panel)") == list(PANELS)
    for row in rows.all():
        assert eventually(lambda row=row: drawn_share(row), lambda share: share > 0.002)  # type: ignore[misc]
    newest = rows.locator("b").all_inner_texts()
    assert all(newest)
    heatmap.page.mouse.move(*heatmap.drawn().at(0.3, 0.5))
    eventually(lambda: rows.locator("b").all_inner_texts() != newest)
    heatmap.set(panels=())
    expect(rows).to_have_count(0)


def test_the_liquidation_map_reads_out_and_zooms(heatmap: Heatmap) -> None:
    heatmap.set(view="map")
    surface = heatmap.root.locator(".liq-map")
    expect(surface).to_be_visible()
    assert eventually(lambda: drawn_share(surface), lambda share: share > 0.05)
    box = surface.bounding_box()
    assert box is not None
    heatmap.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    hint = heatmap.root.locator(".liq-hint")
    expect(hint).to_contain_text("short est. $")
    before = hint.inner_text()
    heatmap.page.keyboard.down("Control")
    heatmap.page.mouse.wheel(0, -300)
    heatmap.page.keyboard.up("Control")
    eventually(lambda: hint.inner_text() != before)
    heatmap.set(view="heatmap")
    expect(surface).to_be_hidden()


def test_candles_can_be_a_line_or_nothing_and_circles_can_go(heatmap: Heatmap) -> None:
    for style in ("line", "off", "candles"):
        heatmap.changes(lambda style=style: heatmap.set(price_style=style))  # type: ignore[misc]
    heatmap.changes(lambda: heatmap.set(circles=False))


@pytest.mark.slow
def test_steps_of_a_replay_draw_what_a_fresh_view_draws(heatmap: Heatmap, own_page: OwnPage) -> None:
    kernel, shifts = cast("OwnKernel", heatmap.kernel), []
    heatmap.set(profile="venue")
    kernel.run("h.as_of = h.ledger.end - 3 * 86_400 * 10**9")
    heatmap.sharp()
    say = kernel.heatmap.send

    def heard(content: Any, buffers: Any = ()) -> None:
        shifts.append(content.get("shift"))
        say(content, buffers)

    kernel.heatmap.send = heard
    for step in (1, 100, 1, 7):
        kernel.run(f"h.as_of = h.as_of.value + {step} * 300 * 10**9")
        drawn = heatmap.sharp()
    kernel.heatmap.send = say
    profile = heatmap.root.locator(".liq-profile-canvas")
    inked = "canvas => canvas.toDataURL()"
    bars = eventually(lambda: settled(lambda: profile.evaluate(inked)))
    assert kernel.value("h._display.behind")
    # The last was told as what differs from one some columns before it.
    assert shifts[-1] is not None
    assert min(shifts[-1]) > 0
    fresh = own_page.mounted(kernel).sharp()
    assert (fresh.time, fresh.price, fresh.heat) == (drawn.time, drawn.price, drawn.heat)
    assert fresh.digest == drawn.digest
    assert not kernel.value("h._display.behind")
    eventually(lambda: profile.evaluate(inked), lambda found: found == bars)


def test_a_replay_goes_by_candles_and_comes_back(heatmap: Heatmap) -> None:
    replay = heatmap.root.locator(".liq-replay")
    last = heatmap.kernel.value("h.ledger.end")
    replay.get_by_role("button", name="One candle back").click()
    step = heatmap.kernel.value("h.ledger.timeframe")
    assert eventually(lambda: heatmap.kernel.value("h.as_of and h.as_of.value")) == last - step
    expect(replay.locator(".liq-replay-time")).to_contain_text("as of")
    replay.get_by_role("button", name="Play").click()
    eventually(lambda: heatmap.kernel.value("h.as_of is None"))
    expect(replay.get_by_role("button", name="Play")).to_be_visible()


def test_what_followed_is_shown_faded_on_request(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.end - 2 * 86_400 * 10**9"))
    end = heatmap.kernel.value("h._display.session.end(h._settings())") / 1e6
    eventually(lambda: max(heatmap.drawn().candles), lambda newest: newest < end)
    heatmap.changes(lambda: heatmap.root.get_by_role("button", name="What followed").click())
    assert eventually(lambda: max(heatmap.drawn().candles), lambda newest: newest > end)
    heatmap.changes(lambda: heatmap.set(future=False, as_of=None))
