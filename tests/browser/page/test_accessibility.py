"""Every control has a name and a role, focus is seen, colours are far enough apart: axe-core finds nothing serious."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import AXE, serious
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap, Theme

SEEN = """() => {
  const node = document.activeElement
  const drawn = (part) => {
    const style = getComputedStyle(node, part)
    const line = (name) => style[`${name}Style`] !== "none" && parseFloat(style[`${name}Width`]) >= 1
    return line("outline") || (part !== null && line("borderTop"))
  }
  return drawn(null) || drawn("::after")
}"""
NAMELESS = """node => {
  const named = (one) => one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") ||
    [...(one.labels ?? [])].map((label) => label.textContent).join("") || one.textContent
  const controls = [...node.querySelectorAll("button, input, select, textarea, [tabindex], [role=button]")]
  return controls.filter((one) => !named(one)).map((one) => one.outerHTML)
}"""
STATES = {
    "selected": "h.selected_clusters = h.clusters[:2]",
    "one side": "h.side = 'long'",
    "map": "h.view = 'map'",
    "alerts": "h._fired = [{'number': 1, 'time': 0, 'text': 'BTC: swept', 'name': '', 'kind': 'alert'}]",
    "error and stale": "h._error = 'It failed'; h._market = {**h._market, 'stale': 'binance is silent'}",
}
BACK = "h.side = 'both'; h.view = 'heatmap'; h._error = ''; h._fired = []; h.clear_selection(); h._market = market"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(heatmap: Heatmap, theme: Theme) -> None:
    heatmap.page.evaluate(AXE.read_text(encoding="utf-8"))
    heatmap.page.emulate_media(color_scheme=theme)
    eventually(lambda: heatmap.root.get_attribute("data-theme") == theme)
    found: dict[str, list[Any]] = {}
    for shown in (False, True):
        heatmap.options(shown=shown)
        found |= {f"drawer {shown}": serious(heatmap.page, theme)}
    heatmap.options(shown=False)
    heatmap.kernel.run("market = h._market")
    for name, code in STATES.items():
        heatmap.kernel.run(code)
        heatmap.rests()
        found |= {name: serious(heatmap.page, theme)}
        heatmap.kernel.run(BACK)
    assert {name: violations for name, violations in found.items() if violations} == {}


def test_every_control_has_a_name(heatmap: Heatmap) -> None:
    assert heatmap.evaluate(NAMELESS) == []


def test_focus_is_seen_wherever_tab_goes(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.button("Side", "both").focus()
    heatmap.page.keyboard.press("Tab")
    unseen, reached = [], 0
    while heatmap.evaluate("node => node.contains(document.activeElement)"):
        reached += 1
        if not heatmap.page.evaluate(SEEN):
            unseen.append(heatmap.page.evaluate("document.activeElement.outerHTML"))
        heatmap.page.keyboard.press("Tab")
    heatmap.options(shown=False)
    assert unseen == []
    assert reached > 40


def test_the_picture_has_a_name_and_moves_by_keys(heatmap: Heatmap) -> None:
    expect(heatmap.figure).to_have_attribute("role", "application")
    label = heatmap.figure.get_attribute("aria-label")
    assert label is not None
    assert "BTC" in label
    assert "Arrow keys" in label


def test_nothing_moves_by_itself_where_that_is_not_wanted(heatmap: Heatmap) -> None:
    heatmap.page.emulate_media(reduced_motion="reduce")
    moving = heatmap.evaluate(
        "node => [...node.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one); "
        "return style.animationName !== 'none' || !/^(0s(, )?)+$/.test(style.transitionDuration) }).length"
    )
    heatmap.page.emulate_media(reduced_motion="null")
    assert moving == 0


def test_the_words_of_the_canvas_are_in_the_page_too(heatmap: Heatmap) -> None:
    expect(heatmap.root.locator(".liq-foot")).to_contain_text("Simulated market")
    expect(heatmap.root.locator(".liq-foot")).to_contain_text("Whiskers")
