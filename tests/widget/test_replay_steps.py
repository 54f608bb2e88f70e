"""A step of a replay sends the little that it moves; whoever needs more gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from liqwidget.widget.frame_answers import Held, decode_frame
from liqwidget.widget.packing import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget import LiqHeatmap

    Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]

LEFT = {"_frames", "_standing"}


@pytest.fixture
def sent(heatmap: LiqHeatmap, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of traits that are sent, the heatmap ten candles before its end."""
    heatmap.as_of = heatmap.ledger.end - 10 * heatmap.ledger.timeframe
    names: set[str] = set()
    monkeypatch.setattr(heatmap, "send_state", lambda key=None: names.update([key] if isinstance(key, str) else key))
    return names


def step(heatmap: LiqHeatmap, candles: int = 1) -> None:
    assert heatmap.as_of is not None
    heatmap.as_of = heatmap.as_of.value + candles * heatmap.ledger.timeframe


def request(heatmap: LiqHeatmap, number: int, base: int | None = 0) -> dict[str, Any]:
    end = heatmap._market["time"][1]
    time, price = [end - 90 * 900_000, end], [0.97 * heatmap.ledger.last_price(), 1.05 * heatmap.ledger.last_price()]
    asked = {"type": "viewport", "view": "a", "id": number, "time": time, "price": price, "width": 90, "height": 80}
    return asked if base is None else asked | {"base": base}


def stood(state: dict[str, Any], stack: str) -> npt.NDArray[np.float32]:
    """Return what a state says that stands, shape (names, columns), as the page reads it."""
    rows = np.zeros((len(state[f"{stack}_names"]), state["columns"]), "<f4")
    values, at = np.frombuffer(state[stack], "<f4"), 0
    for row, (first, count) in zip(rows, state[f"{stack}_cells"], strict=True):
        row[first : first + count] = values[at : at + count]
        at += count
    assert at == len(values)
    return rows


def test_all_that_stands_is_sent_but_where_nothing_does(heatmap: LiqHeatmap) -> None:
    state, around = heatmap._standing, heatmap._display.session.around(heatmap._settings())
    assert around is not None
    for stack, axis in (("leverage", 0), ("venue", 1)):
        found = stood(state, stack)
        assert np.array_equal(found, around.parts.sum(axis=2).sum(axis=axis).astype("<f4"))
    assert len(state["leverage"]) < 0.6 * found.shape[1] * 4 * len(state["leverage_names"])


def test_a_step_on_leaves_the_pictures_of_the_window_and_all_that_stands_behind(
    heatmap: LiqHeatmap, sent: set[str]
) -> None:
    step(heatmap)
    assert {"as_of", "_market"} <= sent
    assert not sent & LEFT
    assert heatmap._market["step"]


@pytest.mark.parametrize("jump", [-1, 101, None])
def test_after_a_jump_all_is_sent(heatmap: LiqHeatmap, sent: set[str], jump: int | None) -> None:
    heatmap.as_of = heatmap.ledger.start + 3 * heatmap.ledger.timeframe
    step(heatmap, 2)
    sent.clear()
    if jump is None:
        heatmap.as_of = None
    else:
        step(heatmap, jump)
    assert sent >= LEFT
    assert "step" not in heatmap._market


@pytest.mark.parametrize("change", [{"view": "map"}, {"profile": "venue"}, {"measure": "size"}])
def test_what_needs_more_gets_it(heatmap: LiqHeatmap, sent: set[str], change: dict[str, str]) -> None:
    step(heatmap)
    for name, value in change.items():
        setattr(heatmap, name, value)
    assert sent >= LEFT
    sent.clear()
    step(heatmap)
    assert bool(sent & LEFT) == ("view" in change)


@pytest.mark.usefixtures("sent")
def test_a_page_that_is_opened_meanwhile_and_a_file_get_all(heatmap: LiqHeatmap) -> None:
    step(heatmap)
    state = heatmap.get_state()
    assert state["_frames"][0]["time"][1] == state["_market"]["time"][1] == heatmap.as_of.value // 10**6
    assert "step" not in state["_market"]
    whole = heatmap._display.session.standing(heatmap._settings())
    assert whole is not None
    assert state["_standing"]["leverage"] == whole["leverage"]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("stack", "others"), [("leverage", "venue"), ("venue", "leverage"), ("off", "leverage")])
def test_the_picture_of_a_step_brings_what_stands_in_its_prices(
    heatmap: LiqHeatmap, ask: Ask, stack: str, others: str
) -> None:
    heatmap.profile = stack
    step(heatmap)
    content, buffers = ask(request(heatmap, 1))
    standing, whole = content["standing"], heatmap._display.session.standing(heatmap._settings())
    assert whole is not None
    standing |= {name: unpacked(part) for name, part in zip(("leverage", "venue"), buffers[3:], strict=True)}
    assert (standing[others], standing[f"{others}_cells"]) == (b"", [])
    if stack != "off":
        found, first = stood(standing, stack), standing["base"] - whole["base"]
        assert found.any()
        assert np.array_equal(found, stood(whole, stack)[:, first : first + found.shape[1]])
        low, high = standing["base"] * whole["cell"], (standing["base"] + found.shape[1]) * whole["cell"]
        assert low <= np.log(content["frame"]["price"][0]) < low + whole["cell"]
        assert high - whole["cell"] <= np.log(content["frame"]["price"][1]) < high


@pytest.mark.usefixtures("sent")
def test_pictures_of_steps_are_told_by_the_last_one(heatmap: LiqHeatmap, ask: Ask) -> None:
    held = None
    for number in range(1, 5):
        step(heatmap)
        content, buffers = ask(request(heatmap, number, held.id if held else 0))
        frame = decode_frame(content, buffers, held)
        assert content.get("base") == (held.id if held else None)
        asked = request(heatmap, number)
        fresh = heatmap._display.session.frame(heatmap._settings(), asked["time"], asked["price"], 90, 80)
        assert frame.state() == fresh.state()
        held = Held(number, frame)
    # What a page does not hold is not told by; nor does another view hold it.
    assert "base" not in ask(request(heatmap, 9, 2))[0]
    assert "base" not in ask(request(heatmap, 10, 4) | {"view": "b"})[0]
