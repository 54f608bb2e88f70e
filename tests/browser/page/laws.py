"""What holds of a heatmap in a page after any gestures, once all hands are off it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.heatmap import VISIBLE, distance
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap, Pixels

AT_REST_JS = Path(__file__).with_name("at_rest.js").read_text(encoding="utf-8")
SHOWN_JS = """root => {
  const shown = {}
  for (const row of root.querySelectorAll('[role=radiogroup]'))
    shown[row.ariaLabel] = [...row.querySelectorAll(':checked')].map(one => one.dataset.value)
  for (const one of root.querySelectorAll('select[name], input[type=checkbox][name]'))
    shown[one.name] = one.type === 'checkbox' ? one.checked : one.value
  for (const list of root.querySelectorAll('.liq-fieldset'))
    shown[list.ariaLabel] = [...list.querySelectorAll(':checked')].map(one => one.value)
  for (const one of root.querySelectorAll('.liq-picture-line button[aria-pressed]'))
    shown[one.textContent] = one.ariaPressed === 'true'
  shown.ticked = [...root.querySelectorAll('.liq-row:has(:checked)')].map(one => one.dataset.id).sort()
  return shown
}"""
TRAITS = {
    "Side": "side", "Window": "window", "View": "view", "Measure": "measure", "palette": "palette", "scale": "scale",
    "theme": "theme", "map_ground": "map_theme", "horizon": "horizon", "price_style": "price_style",
    "profile": "profile", "smooth_cells": "smooth", "liquidation_circles": "circles", "whiskers": "whiskers",
    "Leverage": "leverage", "Venues": "venues", "Lower panels": "panels", "Follow": "follow",
    "candle_colours": "candle_colours", "side_colours": "side_colours", "timeframe": "timeframe",
}  # fmt: skip
"""The control of each trait, as `SHOWN_JS` names it."""


def nothing_is_left(heatmap: Heatmap) -> None:
    """No pointer is held, nothing is lit, read out or said of a hand that is gone."""
    heatmap.page.mouse.click(3, 3)
    eventually(lambda: heatmap.evaluate(AT_REST_JS), lambda left: left == {})


def ranges_are_those_drawn(heatmap: Heatmap) -> None:
    """What the kernel knows of the view is what is drawn."""

    def apart() -> list[Any]:
        drawn = settled(heatmap.drawn, times=2)
        pairs = ((heatmap.trait("time_range"), drawn.time), (heatmap.trait("price_range"), drawn.price))
        return [pair for pair in pairs if pair[0] is not None and pair[0] != pytest.approx(pair[1], rel=1e-9, abs=1)]

    eventually(apart, lambda found: found == [])


def controls_show_traits(heatmap: Heatmap) -> None:
    """Each control says what the kernel has."""

    def apart() -> dict[str, Any]:
        shown, found = heatmap.evaluate(SHOWN_JS), {}
        for control, trait in TRAITS.items():
            if control not in shown:
                continue
            value, said = heatmap.trait(trait), shown[control]
            said = said[0] if isinstance(said, list) and isinstance(value, str) and len(said) == 1 else said
            if isinstance(value, list | tuple):
                value, said = sorted(value), sorted(said)
            if value != said:
                found[control] = (said, value)
        listed = set(heatmap.listed())
        ticked = sorted(listed.intersection(heatmap.trait("_selected")))
        return found | ({} if ticked == shown["ticked"] else {"ticked": (shown["ticked"], ticked)})

    eventually(apart, lambda found: found == {})


def in_the_middle(heatmap: Heatmap) -> Drawn:
    """Look at the middle of the data, as a heatmap that pans, free of all limits."""
    heatmap.set(view="heatmap", as_of=None)
    heatmap.button("Drag mode", "pan").click()
    heatmap.kernel.run(
        """from pandas import Timestamp
first, end = h._market["time"]
middle, last = (first + end) / 2, h._market["last_price"]
h.follow = False
h.time_range = tuple(Timestamp(round(middle + part * (end - first)), unit="ms", tz="UTC") for part in (-0.1, 0.1))
h.price_range = (0.97 * last, 1.03 * last)"""
    )
    wanted = [*heatmap.trait("time_range"), *heatmap.trait("price_range")]
    return eventually(heatmap.drawn, lambda drawn: [*drawn.time, *drawn.price] == pytest.approx(wanted, rel=1e-9))


def a_drag_pans_as_far_as_the_hand_goes(heatmap: Heatmap, share: float = 0.2) -> None:
    """A drag of a fifth of the width moves the picture by a fifth of it."""
    before = in_the_middle(heatmap)
    heatmap.drag(before.at(0.5, 0.5), before.at(0.5 + share, 0.5 - share))
    after = eventually(heatmap.drawn, lambda now: now.time != before.time and settled(heatmap.drawn) == now)
    across, up = (
        (before.time[0] - after.time[0]) / before.pixel[0],
        (before.price[0] - after.price[0]) / before.pixel[1],
    )
    assert (across, up) == pytest.approx((share * before.frame["width"], share * before.frame["height"]), abs=6)
    assert after.time[1] - after.time[0] == pytest.approx(before.time[1] - before.time[0], abs=2)
    ranges_are_those_drawn(heatmap)


def the_wheel_zooms_about_the_pointer(heatmap: Heatmap) -> None:
    """What is under the pointer stays there."""
    before = in_the_middle(heatmap)
    heatmap.wheel(0.3, 0.4, -200)
    factor = np.exp(-0.4)
    after = eventually(heatmap.drawn, lambda now: now.time != before.time and settled(heatmap.drawn) == now)
    for old, new, share in ((before.time, after.time, 0.3), (before.price, after.price, 0.6)):
        length = old[1] - old[0]
        assert new[1] - new[0] == pytest.approx(factor * length, rel=1e-3)
        assert new[0] + share * (new[1] - new[0]) == pytest.approx(old[0] + share * length, abs=0.01 * length)


def escape_leaves_nothing(heatmap: Heatmap) -> None:
    """Escape on the figure clears what is selected, and the box is not drawn any more."""
    heatmap.figure.focus()
    for _ in range(2):
        heatmap.page.keyboard.press("Escape")
    eventually(lambda: [heatmap.trait("_selection"), heatmap.trait("_selected")], lambda two: two == [None, []])
    eventually(lambda: heatmap.drawn().selection is None)


def looks_like(heatmap: Heatmap, fresh: Pixels) -> None:
    """The widget looks as it did when it was new."""

    def share() -> float:
        now = whole_picture(heatmap)
        # Bokeh paints half of the left edge anew at each paint, over what was there.
        return 1.0 if now.shape != fresh.shape else float((distance(now, fresh) > VISIBLE)[:, 1:].mean())

    eventually(share, lambda found: found < 1e-5)


def whole_picture(heatmap: Heatmap) -> Pixels:
    """Return the pixels of the figure with all that stands beside and under it, at rest."""
    heatmap.page.mouse.move(3, 3)
    taken = heatmap.root.locator(".liq-main").screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"))
