"""What a page may send that it should not: each is refused or answered, and holds nothing up."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.widget.answers import MOST_PIXELS
from liqwidget.widget.frame_answers import decode_frame
from liqwidget.widget.kept import Kept
from liqwidget.widget.pictures import Pictures
from liqwidget.widget.protocol import ViewportRequest
from tests.waiting import eventually
from tests.widget.conftest import Recorder, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from liqwidget import LiqHeatmap, MarketData

NAN = float("nan")


def said(heatmap: LiqHeatmap, **state: Any) -> None:
    data = {"method": "update", "state": state, "buffer_paths": []}
    heatmap._handle_msg({"content": {"data": data}, "buffers": []})


@pytest.fixture(scope="module")
def told_nonsense(markets: tuple[MarketData, ...]) -> Iterator[LiqHeatmap]:
    """Return the heatmap that gets one value after the other which it cannot take: none may leave a trace."""
    made = opened(markets)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sensitivity", NAN), ("sensitivity", None), ("sensitivity", "0.5"), ("threshold", NAN),
        ("threshold", float("inf")), ("as_of", NAN), ("as_of", 1e300), ("time_range", [NAN, 1.0]),
        ("time_range", [1, 2, 3]), ("time_range", "ab"), ("price_range", [NAN, NAN]), ("price_range", {"a": 1}),
        ("horizon", NAN), ("window", NAN), ("leverage", [NAN]), ("venues", [NAN]), ("panels", 5), ("follow", NAN),
        ("timeframe", NAN), ("_selection", {"price": [1]}), ("_selection", 5), ("_selection", []),
        ("_selection", {"price": [1, 2], "time": [NAN, 2]}), ("_selection", {"price": [NAN, 2], "time": [1, 2]}),
        ("_selection", {"price": "ab", "time": {}}), ("_selection", {"price": [1, 2], "time": [1e300, 2e300]}),
        ("_selection", {"price": [2, 1], "time": [1, 2]}), ("_selected", [NAN]), ("_selected", 5),
        ("_market", {"a": 1}), ("_frames", []), ("_error", "<b>"), ("_clusters", []), ("_overlays", []),
        ("_fired", [{"text": "<b>"}]), ("_lives", [{}]), ("_model_module", "x"), ("_view_name", "x"), ("_esm", "x"),
        ("_prior", "nope"), ("_prior", "NaN"), ("_ladder", [NAN, 1]), ("_ladder", [[NAN, 1]]), ("_ladder", [[1, NAN]]),
        ("_ladder", [[float("inf"), 1]]), ("_ladder", [["a", "b"]]), ("_ladder", [[10**400, 1]]),
        ("_ladder", [[0, 0]]), ("_ladder", [[1, 1]] * 200), ("symbol", "x" * 10**5), ("theme", "x" * 10**5),
        ("timeframe", "\x1b[31m5m"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_answered_with_the_value_that_stays(
    told_nonsense: LiqHeatmap, name: str, value: Any
) -> None:
    heatmap = told_nonsense
    heatmap.smooth, heatmap.sensitivity = False, 0.5
    before, told, sent = getattr(heatmap, name), list[Any](), Recorder()
    heatmap.send, heatmap.send_state = sent, lambda key=None: told.append(key)
    said(heatmap, **{name: value, "smooth": True})
    assert getattr(heatmap, name) == before
    assert heatmap.smooth is True
    assert [name] in told
    (answer, _) = sent.messages[-1]
    assert answer["type"] == "error"
    assert 0 < len(answer["message"]) <= 1000 >= len(heatmap._error)
    assert answer["message"].isprintable()
    assert heatmap.selection is None
    said(heatmap, sensitivity=0.25)
    assert heatmap.sensitivity == 0.25


def test_a_box_of_the_page_is_taken(heatmap: LiqHeatmap) -> None:
    start, end = heatmap._market["time"]
    said(heatmap, _selection={"time": [start, end], "price": [10_000, 90_000]})
    box: Any = heatmap.selection
    assert box.box.price == (10_000, 90_000)
    said(heatmap, _selection=None)
    assert heatmap.selection is None


def viewport_request(heatmap: LiqHeatmap, number: int, width: int = 60, height: int = 30) -> dict[str, Any]:
    return {
        "type": "viewport", "view": "a", "id": number, "time": list(heatmap._market["time"]), "price": [20_000, 40_000],
        "width": width, "height": height,
    }  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(8192, 8192), (8192, 600), (100, 8192)])
def test_a_picture_has_no_more_pixels_than_a_screen(
    heatmap: LiqHeatmap, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    monkeypatch.setattr("liqwidget.widget.answers.MOST_PIXELS", 10_000)
    content, buffers = ask(viewport_request(heatmap, 1, width, height))
    assert content["type"] == "frame"
    frame = decode_frame(content, buffers)
    assert frame.width * frame.height == len(frame.pixels) <= 10_000
    assert frame.width / frame.height == pytest.approx(width / height, rel=0.2)
    assert MOST_PIXELS <= 4096 * 2160


def test_a_picture_is_computed_without_the_lock(heatmap: LiqHeatmap, monkeypatch: pytest.MonkeyPatch) -> None:
    free: list[bool] = []

    def drawn(*_: Any) -> Any:
        def tried() -> None:
            free.append(heatmap._lock.acquire(blocking=False))
            if free[-1]:
                heatmap._lock.release()

        thread = threading.Thread(target=tried)
        thread.start()
        thread.join()
        return {"type": "frame"}, []

    monkeypatch.setattr("liqwidget.widget.view.picture_of", drawn)
    heatmap.send = Recorder()
    heatmap._handle_custom_msg(viewport_request(heatmap, 1), [])
    assert free == [True]


def test_of_a_thousand_requests_the_newest_is_answered(heatmap: LiqHeatmap) -> None:
    sent = Recorder()
    heatmap.send = sent
    for number in range(1000):
        heatmap._handle_custom_msg(viewport_request(heatmap, number), [])
    eventually(lambda: sent.messages[-1][0]["id"] == 999)
    assert len(sent.messages) < 30
    heatmap.close()
    assert sent.messages[0][0]["id"] == 0


@pytest.mark.parametrize("kind", ["reading", "html"])
def test_of_many_other_requests_the_newest_is_answered_too(
    heatmap: LiqHeatmap, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(heatmap, "_page", lambda: "page")
    sent = Recorder()
    heatmap.send = sent
    end = heatmap._market["time"][1]
    for number in range(300):
        content = {"type": kind, "view": "a", "id": number, "time": end, "price": 30_000.0}
        heatmap._handle_custom_msg(content, [])
    eventually(lambda: sent.messages[-1][0]["id"] == 299)
    assert len(sent.messages) < 30
    assert {answer["type"] for answer, _ in sent.messages} == {"file" if kind == "html" else kind}


@pytest.mark.parametrize(
    "part",
    [
        {"time": [-1e15, 1e15]}, {"time": [0, 8.6e15]}, {"view": "x" * 10**5}, {"view": ["a"]}, {"id": NAN},
        {"id": "x" * 10**5}, {"type": ["view"]}, {"type": "x" * 10**5}, {"price": [1, 10**400]}, {"width": 2**63},
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_in_a_short_sentence(
    heatmap: LiqHeatmap, ask: Callable[..., Any], part: dict[str, Any]
) -> None:
    content, _ = ask(viewport_request(heatmap, 1) | part)
    assert content["type"] == "error"
    assert 0 < len(content["message"]) <= 1000
    assert len(content["view"]) <= 200


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(number: int, view: str = "a") -> ViewportRequest:
    return ViewportRequest(view, number, (0.0, 1.0), (1.0, 2.0), 4, 4)


def test_requests_that_come_one_by_one_are_answered_at_once() -> None:
    clock, later = Clock(), list[Any]()
    pictures = Pictures(lambda request: ({"id": request.id}, []), later.append, lambda *_: ({}, []), clock)
    for number in range(20):
        assert pictures.asked(asked(number)) == ({"id": number}, [])
        clock.now += 0.02
    assert later == []
    pictures.close()


def test_of_requests_that_queue_up_each_view_gets_its_newest() -> None:
    later = list[Any]()

    def draw(request: ViewportRequest) -> Any:
        if request.view == "bad":
            raise ValueError("no picture")
        return {"id": request.id, "view": request.view}, []

    def failed(request: ViewportRequest, error: Exception) -> Any:
        return {"view": request.view, "message": str(error)}, []

    clock = Clock()
    pictures = Pictures(draw, later.append, failed, clock)
    for number in range(300):
        for view in ("a", "b", "bad"):
            try:
                pictures.asked(asked(number, view))
            except ValueError:
                assert number == 0
    assert later == []
    clock.now = 1.0
    eventually(lambda: {one[0]["view"] for one in later} == {"a", "b", "bad"})
    assert {one[0]["id"] for one in later if "id" in one[0]} == {299}
    assert [one for one in later if "message" in one[0]] == [({"view": "bad", "message": "no picture"}, [])]
    pictures.close()
    time.sleep(0)


def test_what_is_kept_is_the_newest_from_any_thread() -> None:
    kept: Kept[int, int] = Kept(4)
    asked_for: list[int] = []

    def answer(key: int) -> int:
        asked_for.append(key)
        return key * 2

    threads = [threading.Thread(target=lambda: [kept.of(key % 7, answer) for key in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept._kept) == 4
    other = kept.copy()
    asked_for.clear()
    assert [other.of(key, answer) for key in list(other._kept)] == [key * 2 for key in list(other._kept)]
    assert asked_for == []
