"""The pictures that a file without a kernel holds: every window in both measures, then the past, within a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.field.measure import MEASURES
from liqwidget.raster.quantise import LEVELS
from liqwidget.widget import export_frames
from liqwidget.widget.export_frames import stored_frames
from liqwidget.widget.session import WINDOWS, Session

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap
    from liqwidget.widget.protocol import Frame


pytestmark = pytest.mark.usefixtures("small_pictures")


def ns(frame: Frame) -> tuple[int, int]:
    return round(frame.time[0] * 1e6), round(frame.time[1] * 1e6)


def packed(frames: list[Frame]) -> int:
    return export_frames.Packing().weight(frames)


@pytest.mark.slow
@pytest.mark.parametrize("window", ["12h", "all"])
def test_every_window_is_there_in_both_measures_on_one_ladder(heatmap: LiqHeatmap, window: str) -> None:
    settings = replace(heatmap._settings(), window=window, measure="size")
    frames = stored_frames(heatmap._display.session, settings)
    assert (ns(frames[0]), frames[0].measure) == (heatmap._display.session.window(settings), "size")
    for measure in ("expected", "size"):
        ours = [frame for frame in frames if frame.measure == measure]
        for each in WINDOWS:
            time = heatmap._display.session.window(replace(settings, window=each))
            low, high = heatmap._display.session.fitted(settings, time)
            assert any(ns(one) == time and one.price[0] < low and high < one.price[1] for one in ours), each
        strongest = {one.top * 10 ** (-one.decades * one.raised / LEVELS) for one in ours}
        assert list(strongest) == pytest.approx(
            [heatmap._display.session.ends(replace(settings, measure=measure))[1]] * len(strongest)
        )


@pytest.mark.slow
def test_any_stretch_of_time_lies_in_a_part_at_most_four_times_as_long(heatmap: LiqHeatmap) -> None:
    start, end = heatmap._display.session.window(replace(heatmap._settings(), window="all"))
    times = [ns(frame) for frame in stored_frames(heatmap._display.session, heatmap._settings(), room=10**9)]
    shortest = min(stop - begin for begin, stop in times if stop < end)
    for length in (shortest // 2, (end - start) // 9, (end - start) // 4):
        for begin in range(start, end - length, (end - start) // 97):
            holding = [stop - first for first, stop in times if first <= begin and begin + length <= stop]
            assert min(holding) <= max(4 * length, 2 * shortest)


@pytest.mark.slow
def test_they_keep_to_their_room_by_fewer_parts_then_by_fewer_pixels(heatmap: LiqHeatmap) -> None:
    most = stored_frames(heatmap._display.session, heatmap._settings())
    windows = [frame for frame in most if frame.width != 100]
    assert len(windows) < len(most)
    tight = stored_frames(heatmap._display.session, heatmap._settings(), room=packed(most[: len(windows) + 3]))
    assert len(windows) < len(tight) < len(most)
    assert tight[0].width == 160
    assert stored_frames(heatmap._display.session, heatmap._settings(), room=packed(windows) // 2)[0].width == 80


@pytest.mark.slow
def test_the_range_shown_is_there_as_it_is_shown(heatmap: LiqHeatmap) -> None:
    start, end = heatmap._display.session.window(heatmap._settings())
    time = start + (end - start) // 3, end - (end - start) // 3
    for price in (None, (29_000.0, 31_000.0)):
        frames = stored_frames(heatmap._display.session, heatmap._settings(), (time, price))
        found = next(frame for frame in frames if ns(frame) == time)
        assert price is None or found.price == price
    outside = end, end + 10**9
    assert len(stored_frames(heatmap._display.session, heatmap._settings(), (outside, None), room=0)) == len(
        stored_frames(heatmap._display.session, heatmap._settings(), room=0)
    )


@pytest.mark.slow
def test_pictures_that_have_no_room_are_not_all_drawn(heatmap: LiqHeatmap, monkeypatch: pytest.MonkeyPatch) -> None:
    session, settings = heatmap._display.session, heatmap._settings()
    whole = stored_frames(session, settings, room=10**9)
    windows = [frame for frame in whole if frame.width != 100]
    drawn: list[int] = []
    draw = type(session).frame

    def counted(*given: Any) -> Frame:
        drawn.append(given[-2])
        return draw(*given)

    monkeypatch.setattr(type(session), "frame", counted)
    tight = stored_frames(session, settings, room=packed(windows[:3]))
    assert drawn.count(160) == 4 < len(windows)
    assert {frame.width for frame in tight} == {80}


def test_measures_share_the_candles_of_a_range(heatmap: LiqHeatmap, monkeypatch: pytest.MonkeyPatch) -> None:
    session, settings, asked = heatmap._display.session, heatmap._settings(), list[Any]()
    candles = type(session).candles

    def counted(*given: Any) -> Any:
        asked.append(given)
        return candles(*given)

    monkeypatch.setattr(type(session), "candles", counted)
    time, price = heatmap._market["time"], (20_000.0, 40_000.0)
    fresh = Session(session.ledger, session.markets)
    drawn = [fresh.frame(replace(settings, measure=one), time, price, 90, 50) for one in MEASURES]
    assert len(asked) == 1
    assert len({frame.candles for frame in drawn}) == 1
    for other in (replace(settings, venues=("bybit",)), replace(settings, as_of=session.closed - 10**13)):
        assert fresh.frame(other, time, price, 90, 50).candles != drawn[0].candles
