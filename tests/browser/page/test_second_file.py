"""The file that comes right after the first picture: what hands do before it is there, and where it never comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from liqwidget import LiqHeatmap
from tests.browser.page import laws
from tests.browser.page.own_kernel import OwnKernel, OwnPage
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.heatmap import Heatmap

WITHOUT_JS = """() => {
  const held = document.getElementById("liqwidget-state")
  const state = JSON.parse(held.textContent)
  delete state._files.on_demand
  held.textContent = JSON.stringify(state)
}"""


class Withholding(OwnKernel):
    """A kernel that keeps back what is loaded on demand until it is let go."""

    def __init__(self) -> None:
        self.kept: list[tuple[Any, Any]] = []
        self.open = False
        super().__init__(LiqHeatmap("BTC", source="sample"))

    def _say(self, content: Any, buffers: Any = ()) -> None:
        if content.get("type") == "on_demand" and not self.open:
            self.kept.append((content, buffers))
        else:
            super()._say(content, buffers)

    def asked(self) -> int:
        """Return how often it was asked."""
        self.hear()
        return len(self.kept)

    def let_go(self) -> None:
        """Answer what was asked, and from now on at once."""
        self.open = True
        for content, buffers in self.kept:
            self._say(content, buffers)
        self.hear()

    def refuse(self) -> None:
        """Answer that it cannot be had."""
        for content, _ in self.kept:
            named = {"view": content["view"], "id": content["id"]}
            super()._say({"type": "error", **named, "message": "the line broke"})
        self.kept.clear()
        self.hear()


@pytest.fixture
def kernel() -> Withholding:
    return Withholding()


@pytest.fixture
def early(page: Page, unmounted_file: Path, kernel: Withholding) -> Heatmap:
    """Return a heatmap whose second file is on its way."""
    own_page = OwnPage(page, unmounted_file)
    page.evaluate(WITHOUT_JS)
    heatmap = own_page.mounted(kernel)
    heatmap.sharp()
    eventually(kernel.asked)
    return heatmap


@pytest.mark.slow
def test_nothing_is_lost_before_it_is_there_and_where_it_does_not_come_that_is_said(
    early: Heatmap, kernel: Withholding
) -> None:
    page, home = early.page, early.drawn()
    page.mouse.move(*home.at(0.3, 0.4))
    page.mouse.wheel(0, -200)
    assert settled(early.drawn).time == home.time
    laws.a_drag_pans_as_far_as_the_hand_goes(early)
    laws.the_wheel_zooms_about_the_pointer(early)
    near = settled(early.drawn)
    early.figure.focus()
    page.keyboard.press("ArrowLeft")
    eventually(early.drawn, lambda now: now.time[0] < near.time[0])
    options = early.named("Options")
    waits_for_it(options)
    eventually(kernel.asked)
    kernel.refuse()
    expect(early.root.locator(".liq-chip")).to_contain_text("the line broke")
    expect(options).not_to_have_attribute("aria-busy", "true")
    laws.the_wheel_zooms_about_the_pointer(early)
    eventually(kernel.asked)
    waits_for_it(options)
    kernel.let_go()
    expect(options).to_have_attribute("aria-expanded", "true")
    expect(options).not_to_have_attribute("aria-busy", "true")
    early.options(shown=False)
    before = settled(early.drawn)
    bottom = before.frame["y"] + before.frame["height"] + 10
    early.drag((before.at(0.2, 0)[0], bottom), (before.at(0.6, 0)[0], bottom))
    longer = eventually(early.drawn, lambda now: now.time[0] != before.time[0])
    assert longer.time[1] == pytest.approx(before.time[1], abs=2)
    bar = early.named("Help")
    bar.click()
    expect(bar).to_have_attribute("aria-expanded", "true")
    laws.nothing_is_left(early)


def waits_for_it(options: Locator) -> None:
    """Press the button of the options: they are not there yet, and it says that they come."""
    options.click()
    expect(options).to_have_attribute("aria-busy", "true")
    expect(options).to_have_attribute("aria-expanded", "false")
