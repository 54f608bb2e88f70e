"""Law 6: decode(encode(m)) = m; recorded messages are read by pytest here and by vitest in js/test."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget import ProtocolError
from liqwidget.domain.viewport import MAXIMUM_PIXELS
from liqwidget.widget import protocol
from liqwidget.widget.frame_answers import Held, LastPictures, decode_frame, frame_answer, goes_on
from liqwidget.widget.packing import differences, restored

SAMPLES = sorted((Path(__file__).parent.parent / "protocol").glob("*.json"))

numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
intervals = st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])
ids = st.integers(0, 2**31)
pixels = st.integers(1, MAXIMUM_PIXELS)
requests = st.one_of(
    st.builds(protocol.ViewportRequest, st.text(), ids, intervals, intervals, pixels, pixels, st.none() | ids),
    st.builds(protocol.ReadingRequest, st.text(), ids, numbers, numbers),
    st.builds(protocol.ProvenanceRequest, st.text(), ids, intervals, pixels),
    st.builds(protocol.BokehRequest, st.text(), ids),
    st.builds(protocol.CodeRequest, st.text(), ids),
    st.builds(protocol.OnDemandRequest, st.text(), ids),
    st.builds(protocol.HtmlRequest, st.text(), ids),
)


@given(requests)
def test_law_6_a_request_survives_the_wire(request_: protocol.Request) -> None:
    wire = json.loads(json.dumps(protocol.encode_request(request_)))
    assert protocol.decode_request(wire) == request_


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 4), st.sampled_from((1, 700)), st.data())
def test_law_6_a_frame_survives_the_wire(
    width: int, height: int, candles: int, times: int, data: st.DataObject
) -> None:
    cells = times * data.draw(st.binary(min_size=width * height, max_size=width * height))
    height *= times
    rows = data.draw(st.binary(min_size=96 * candles, max_size=96 * candles))
    events = data.draw(st.binary(min_size=32, max_size=32))
    frame = protocol.Frame((0.0, 9.5), (1.0, 2.0), width, height, "size", 3.5, 4, 60_000, cells, rows, events)
    answer, buffers = frame_answer(protocol.ViewportRequest("v", 1, (0.0, 9.5), (1.0, 2.0), width, height), frame)
    again = decode_frame(json.loads(json.dumps(answer)), buffers)
    assert again.state() == frame.state()
    assert (answer["view"], answer["id"]) == ("v", 1)
    assert len(buffers[0]) <= max(len(cells), 4096)


frames = st.builds(
    lambda start, width, height, cells, rows, top: protocol.Frame(
        (float(start), float(start + width)), (1.0, 2.0), width, 64 * height, "size", top, 4, 60_000,
        (cells * (64 * width * height))[: 64 * width * height], rows * 12, rows * 4,
    ),
    st.integers(0, 80), st.integers(64, 90), st.integers(1, 2), st.binary(min_size=1, max_size=300),
    st.binary(max_size=40).map(lambda part: part[: len(part) // 8 * 8]), st.sampled_from((3.5, 3.5, 4.0)),
)  # fmt: skip


@given(
    st.lists(
        st.tuples(
            frames, st.sampled_from("vw"), st.sampled_from(("heard", "lost", "again", "none")), st.integers(0, 2)
        ),
        min_size=2,
        max_size=9,
    ),
)
def test_law_6_whatever_becomes_of_messages_a_view_draws_what_it_asked_for(
    asked: list[tuple[protocol.Frame, str, str, int]],
) -> None:
    """Answers are lost, late, out of order; requests come twice, and another picture stands by then; two views ask."""
    last, held = LastPictures(), dict.fromkeys("vw", Held(0, asked[0][0]))
    on_the_way: list[tuple[protocol.ViewportRequest, Held, Any, protocol.Frame]] = []
    for number, (frame, view, fate, late) in enumerate(asked, 1):
        base = None if fate == "none" else held[view].id
        request = protocol.ViewportRequest(view, number, frame.time, frame.price, frame.width, frame.height, base)
        answer = frame_answer(request, frame, last)
        if fate == "again":
            frame_answer(request, asked[0][0], last)
        if fate != "lost":
            on_the_way.append((request, held[view], answer, frame))
        while len(on_the_way) > late:
            of, known, (content, buffers), wanted = on_the_way.pop(late)
            drawn = decode_frame(json.loads(json.dumps(content)), buffers, known)
            assert drawn.state() == wanted.state()
            if content["packed"] and of.base is not None:
                held[of.view] = Held(of.id, drawn)


@given(st.lists(st.tuples(frames, st.sampled_from(("all", "lost", "none"))), min_size=2, max_size=5))
def test_law_6_a_frame_told_by_the_last_one_is_that_frame(told: list[tuple[protocol.Frame, str]]) -> None:
    last, held = LastPictures(), None
    for number, (frame, fate) in enumerate(told, 1):
        base = None if fate == "none" else held.id if held else 0
        request = protocol.ViewportRequest("v", number, frame.time, frame.price, frame.width, frame.height, base)
        answer, buffers = frame_answer(request, frame, last)
        assert decode_frame(json.loads(json.dumps(answer)), buffers, held).state() == frame.state()
        assert answer.get("base") in (None, base)
        # A picture that is lost on its way, or is not kept, is not told by again.
        if fate == "all":
            held = Held(number, frame)


@given(st.integers(1, 5), st.integers(0, 9), st.integers(0, 9), st.integers(-12, 12), st.data())
def test_differences_are_made_bytes_again(rows: int, width: int, wide: int, shift: int, data: st.DataObject) -> None:
    part, before = (data.draw(st.binary(min_size=rows * size, max_size=rows * size)) for size in (width, wide))
    assert restored(differences(part, rows), rows) == part
    assert restored(differences(part, rows, before, shift), rows, before, shift) == part


def test_a_picture_that_goes_on_costs_its_new_columns() -> None:
    cells = np.random.default_rng(1).integers(0, 256, (300, 401), np.uint8)
    rows = np.arange(12.0 * 200) ** 0.5

    def frame(first: int, **other: Any) -> protocol.Frame:
        pixels, time = cells[:, first : first + 400].tobytes(), (float(first), first + 400.0)
        made = protocol.Frame(time, (1.0, 2.0), 400, 300, "heat", 1.0, 0, 1, pixels, rows.tobytes(), b"")
        return replace(made, **other)

    def request(number: int, base: int) -> protocol.ViewportRequest:
        return protocol.ViewportRequest("v", number, (0.0, 1.0), (1.0, 2.0), 400, 300, base)

    last = LastPictures()
    sizes = [
        sum(map(len, frame_answer(request(number, base), frame(first), last)[1]))
        for number, base, first in ((1, 0, 0), (2, 1, 1), (3, 1, 1))
    ]
    assert sizes[0] > 100_000
    assert sizes[1] < 2_000
    # The second was never heard: the third is whole.
    assert sizes[2] > 100_000
    assert goes_on(frame(0), frame(1)) == (1, 0)
    for other in ({"price": (1.0, 2.1)}, {"time": (0.0, 402.0)}, {"time": (900.0, 1300.0)}, {"height": 301}):
        assert goes_on(frame(0), frame(1, **other)) is None


@pytest.mark.parametrize("damaged", [b"", b"\x07abc", b"\x03"])
def test_damaged_bytes_are_refused(damaged: bytes) -> None:
    frame = protocol.Frame((0.0, 1.0), (1.0, 2.0), 2, 2, "size", 1.0, 4, 60_000, b"abcd", b"", b"")
    with pytest.raises(ProtocolError):
        decode_frame({"frame": frame.meta(), "packed": True}, [damaged, damaged, damaged])
    with pytest.raises(ProtocolError, match="hold picture 3"):
        decode_frame({"frame": frame.meta(), "packed": True, "base": 3, "shift": [0, 0]}, [b""])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "message of type"),
        ({"type": "shell", "view": "v", "id": 1}, "message of type"),
        ({"type": "viewport", "view": 3, "id": 1}, "'view' as text"),
        ({"type": "bokeh", "view": "v", "id": 1.5}, "'id' as a whole number"),
        ({"type": "bokeh", "view": "v", "id": True}, "'id' as a whole number"),
        ({"type": "reading", "view": "v", "id": 1, "time": 0, "price": "nan"}, "'price' as a number"),
        ({"type": "reading", "view": "v", "id": 1, "time": float("inf"), "price": 1}, "'time' as a number"),
        ({"type": "viewport", "view": "v", "id": 1, "width": 0, "height": 5}, "pixels"),
        ({"type": "viewport", "view": "v", "id": 1, "width": 5, "height": 99_999}, "pixels"),
        ({"type": "provenance", "view": "v", "id": 1, "time": [1, 2], "columns": 0}, "columns"),
        ({"type": "provenance", "view": "v", "id": 1, "time": [2, 1], "columns": 5}, "from low to high"),
        ({"type": "viewport", "view": "v", "id": 1, "width": 5, "height": 5, "time": [1]}, "'time' as two numbers"),
        ({"type": "viewport", "view": "v", "id": 1, "width": 5, "height": 5, "time": [2, 1]}, "from low to high"),
    ],
)
def test_a_broken_request_is_refused_in_words(content: object, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        protocol.decode_request(content)


def test_a_frame_whose_bytes_do_not_fit_is_refused() -> None:
    frame = protocol.Frame((0.0, 1.0), (1.0, 2.0), 2, 2, "size", 1.0, 4, 60_000, b"abcd", b"", b"")
    for parts in ([b"abc", b"", b""], [b"abcd", bytes(95), b""], [b"abcd", b"", bytes(31)]):
        with pytest.raises(ProtocolError, match="2 x 2 pixels"):
            decode_frame({"frame": frame.meta(), "packed": False}, parts)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_recorded_messages_are_read(path: Path) -> None:
    sample: dict[str, Any] = json.loads(path.read_text())
    content, buffers = sample["content"], [base64.b64decode(part) for part in sample["buffers"]]
    if sample["direction"] == "to_kernel":
        assert protocol.encode_request(protocol.decode_request(content)) == content
    elif content["type"] == "frame":
        frame = decode_frame(content, buffers, _held() if "base" in content else None)
        assert frame.meta() == content["frame"]
        whole = [base64.b64decode(part) for part in sample.get("whole", ())]
        assert whole[:3] in ([], [frame.pixels, frame.candles, frame.events])
    elif content["type"] == "provenance":
        sides = np.frombuffer(buffers[0], "<f8").reshape(2, -1)
        request = protocol.ProvenanceRequest(content["view"], content["id"], tuple(content["time"]), sides.shape[1])
        outside = {name: content[name] for name in ("before", "after", "clusters")}
        assert protocol.provenance_answer(request, sides, **outside) == (content, buffers)
    elif content["type"] == "file":
        html = protocol.HtmlRequest(content["view"], content["id"])
        assert protocol.file_answer(html, content["name"], buffers[0]) == (content, buffers)
    else:
        assert content["type"] in {"reading", "bokeh", "patch", "error"}


def test_there_are_recorded_messages() -> None:
    kinds = {(sample["direction"], sample["content"]["type"]) for sample in map(_read, SAMPLES)}
    assert kinds >= {("to_kernel", kind) for kind in ("viewport", "reading", "provenance", "bokeh", "html")}
    answers = ("frame", "reading", "provenance", "bokeh", "file", "patch", "error")
    assert kinds >= {("to_page", kind) for kind in answers}


def _held() -> Held:
    """Return the recorded packed picture, as a view holds it."""
    sample = _read(SAMPLES[0].with_name("packed_frame_answer.json"))
    frame = decode_frame(sample["content"], [base64.b64decode(part) for part in sample["buffers"]])
    return Held(sample["content"]["id"], frame)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content
