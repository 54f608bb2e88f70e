"""What alerts tell stands over the picture until it is closed, and in a list: words of others as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.heatmap import Heatmap

TELL = "h.alerts._list('BTC: swept near <b>my</b> level {number}', '', 0); h.alerts._show(list(h.alerts._shown))"


@pytest.fixture
def told(heatmap: Heatmap) -> Iterator[Heatmap]:
    yield heatmap
    heatmap.kernel.run("h.alerts._shown.clear(); h.alerts._show([])")


def test_a_toast_is_told_closed_and_listed(told: Heatmap) -> None:
    toasts, button = told.root.locator(".liq-toast"), told.root.locator("[aria-controls^=liq-alerts-]")
    expect(button).to_have_count(0)
    for number in (1, 2):
        told.kernel.run(TELL.format(number=number))
    expect(toasts).to_have_count(2)
    expect(toasts.first).to_contain_text("BTC: swept near <b>my</b> level 1")
    expect(told.root.locator("[role=status] > .liq-toast")).to_have_count(2)
    assert toasts.locator("b b").count() == 0
    figure = told.root.locator(".liq-figure").bounding_box()
    assert figure is not None
    ends = figure["x"], figure["x"] + figure["width"]
    eventually(
        toasts.first.bounding_box,
        lambda box: box is not None and ends[0] <= box["x"] <= box["x"] + box["width"] <= ends[1],
    )
    before = told.trait("price_range")
    toasts.first.get_by_label("Close this alert").click()
    expect(toasts).to_have_count(1)
    assert told.trait("price_range") == before
    toasts.first.get_by_label("Close this alert").focus()
    told.page.keyboard.press("Escape")
    expect(toasts).to_have_count(0)
    button.click()
    expect(told.root.locator(".liq-alert-list li")).to_have_count(2)
    expect(told.root.locator(".liq-alert-list li").first).to_contain_text("level 2")
    button.click()
    expect(told.root.locator(".liq-alert-list")).to_be_hidden()
