"""Whatever hands do to a heatmap, it answers to the next hand as a new one does: a monkey, and what it has found."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.heatmap import DOUBLE_CLICK_MS, NEXT_PICTURE
from tests.browser.page import laws
from tests.browser.page.conftest import at_start
from tests.browser.page.monkey import Monkey
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

SEEDS, ACTS = (2,), 8
RESTED_MS = 400
MANY, LONG = int(os.environ.get("MONKEYS", "150")), 14


def hands_on(heatmap: Heatmap, seed: int, acts: int, complaints: list[str]) -> None:
    """Let a monkey at a heatmap, and hold it to the laws afterwards."""
    fresh = laws.whole_picture(heatmap)
    monkey = Monkey(heatmap, seed)
    try:
        monkey.act(acts)
        monkey.rest()
        laws.ranges_are_those_drawn(heatmap)
        laws.nothing_is_left(heatmap)
        laws.controls_show_traits(heatmap)
        laws.a_drag_pans_as_far_as_the_hand_goes(heatmap)
        laws.the_wheel_zooms_about_the_pointer(heatmap)
        laws.escape_leaves_nothing(heatmap)
        at_start(heatmap)
        laws.looks_like(heatmap, fresh)
        assert complaints == []
    except BaseException as error:
        error.add_note(f"seed {seed}: " + "; ".join(monkey.done))
        raise


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_gestures_all_is_as_it_was(heatmap: Heatmap, seed: int, complaints: list[str]) -> None:
    hands_on(heatmap, seed, ACTS, complaints)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + MANY))
def test_after_many_gestures_all_is_as_it_was(heatmap: Heatmap, seed: int, complaints: list[str]) -> None:
    hands_on(heatmap, seed, LONG, complaints)


def test_a_button_that_comes_up_out_of_sight_ends_its_drag(heatmap: Heatmap) -> None:
    """As under a menu, or in another window: the next thing that the page hears is a move without a button."""
    drawn = heatmap.drawn()
    session = heatmap.page.context.new_cdp_session(heatmap.page)

    def send(kind: str, across: float, buttons: int, button: str = "none") -> None:
        x, y = drawn.at(across, 0.5)
        send = {"type": kind, "x": x, "y": y, "buttons": buttons, "button": button, "clickCount": int(button == "left")}
        session.send("Input.dispatchMouseEvent", send)

    for kind, across, buttons, button in (
        ("mouseMoved", 0.5, 0, "none"), ("mousePressed", 0.5, 1, "left"), ("mouseMoved", 0.6, 1, "none"),
        ("mouseMoved", 0.3, 0, "none"), ("mouseMoved", 0.1, 0, "none"),
    ):  # fmt: skip
        send(kind, across, buttons, button)
    session.detach()
    tenth = pytest.approx(drawn.time[0] - 0.1 * (drawn.time[1] - drawn.time[0]), abs=12 * drawn.pixel[0])
    eventually(lambda: settled(heatmap.drawn).time[0], lambda start: start == tenth)
    heatmap.page.mouse.up()
    laws.nothing_is_left(heatmap)


def test_escape_breaks_off_a_box_and_a_drag(heatmap: Heatmap) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn, mouse = heatmap.drawn(), heatmap.page.mouse

    def broken_off() -> None:
        mouse.move(*drawn.at(0.3, 0.3))
        mouse.down()
        mouse.move(*drawn.at(0.5, 0.5), steps=3)
        heatmap.page.evaluate(NEXT_PICTURE)
        heatmap.page.keyboard.press("Escape")
        mouse.move(*drawn.at(0.7, 0.7), steps=3)
        mouse.up()

    broken_off()
    laws.nothing_is_left(heatmap)
    heatmap.presses("Drag mode", "select")
    assert heatmap.trait("_selection") is None
    heatmap.drag(drawn.at(0.4, 0.4), drawn.at(0.6, 0.6))
    eventually(lambda: heatmap.trait("_selection"))
    heatmap.button("Drag mode", "pan").click()
    broken_off()
    fifth = pytest.approx(drawn.time[0] - 0.2 * (drawn.time[1] - drawn.time[0]), abs=12 * drawn.pixel[0])
    eventually(lambda: settled(heatmap.drawn).time[0], lambda start: start == fifth)
    assert heatmap.trait("_selection") is not None


def test_a_hand_that_rests_on_its_button_drags_and_clicks_as_any_other(heatmap: Heatmap) -> None:
    """By BokehJS a button that is down for 0.3 s before it moves is a press, which drags nothing and clicks nothing."""
    drawn, mouse = heatmap.drawn(), heatmap.page.mouse

    def rest() -> None:
        mouse.down()
        begun = heatmap.page.evaluate("performance.now()")
        heatmap.page.wait_for_function(f"performance.now() > {begun + RESTED_MS}")

    peaks = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    chosen, price = next(one for one in peaks if drawn.price[0] < one[1] < drawn.price[1])
    mouse.move(*drawn.point(drawn.time[1] - 5 * drawn.pixel[0], price))
    rest()
    mouse.up()
    eventually(lambda: heatmap.trait("_selected"), lambda ids: list(ids) == [chosen])
    mouse.move(*drawn.at(0.3, 0.5))
    rest()
    mouse.move(*drawn.at(0.5, 0.5), steps=3)
    mouse.up()
    fifth = pytest.approx(drawn.time[0] - 0.2 * (drawn.time[1] - drawn.time[0]), abs=12 * drawn.pixel[0])
    eventually(lambda: settled(heatmap.drawn).time[0], lambda start: start == fifth)


def test_two_quick_clicks_at_two_places_are_no_double_click(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    found = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    inside = [one for one in found if drawn.price[0] < one[1] < drawn.price[1]]
    (first, low), *_, (second, high) = sorted(inside, key=lambda one: float(one[1]))
    for price in (low, high):
        heatmap.page.mouse.click(*drawn.point(drawn.time[1] - 5 * drawn.pixel[0], price))
    eventually(lambda: sorted(heatmap.trait("_selected")), lambda ids: ids == sorted([first, second]))
    clicked = heatmap.page.evaluate("performance.now()")
    heatmap.page.wait_for_function(f"performance.now() > {clicked + DOUBLE_CLICK_MS}")
