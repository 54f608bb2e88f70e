"""The viewport and times at the face: ranges that make sense, or a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, HOUR, MINUTE, duration_ns, duration_text, time_index, time_ns, timestamp
from liqwidget.domain.viewport import MAXIMUM_PIXELS, Viewport
from liqwidget.errors import DataError

TIME, PRICE = ("2026-01-01", "2026-01-02"), (90.0, 110.0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"time": ("2026-01-02", "2026-01-01")}, "time from an earlier to a later time"),
        ({"time": ("2026-01-01", "2026-01-01")}, "time from an earlier to a later time"),
        ({"time": "2026-01-01"}, r"time as \(from, to\)"),
        ({"time": None}, r"time as \(from, to\)"),
        ({"time": (pd.NaT, "2026-01-01")}, "a time such as"),
        ({"time": (None, "2026-01-01")}, "a time such as"),
        ({"time": ("1500-01-01", "2026-01-01")}, "between the years 1678 and 2261"),
        ({"time": (float("nan"), "2026-01-01")}, "a time such as"),
        ({"price": (110, 90)}, "low before high"),
        ({"price": (0, 90)}, "above 0"),
        ({"price": (-5, 90)}, "above 0"),
        ({"price": (90, np.inf)}, "two prices"),
        ({"price": (np.nan, 90)}, "two prices"),
        ({"price": ("low", "high")}, r"price as \(low, high\)"),
        ({"price": 90}, r"price as \(low, high\)"),
        ({"price": (1, 2, 3)}, r"price as \(low, high\)"),
        ({"width": 0}, "width as 1 to 8192 pixels"),
        ({"width": MAXIMUM_PIXELS + 1}, "width as 1 to 8192 pixels"),
        ({"height": -1}, "height as 1 to 8192 pixels"),
        ({"height": 1.5}, "height as 1 to 8192 pixels"),
        ({"height": True}, "height as 1 to 8192 pixels"),
        ({"width": "600"}, "width as 1 to 8192 pixels"),
        ({"price_scale": "sqrt"}, "'linear' or 'log'"),
    ],
)
def test_wrong_views_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Viewport(**({"time": TIME, "price": PRICE} | wrong))


@given(st.integers(1, 2000), st.integers(1, 2000), st.sampled_from(["linear", "log"]))
def test_edges_ascend_from_end_to_end(width: int, height: int, scale: str) -> None:
    view = Viewport(TIME, PRICE, width, height, scale)
    assert view.time_edges.shape == (width + 1,)
    assert view.price_edges.shape == (height + 1,)
    assert (np.diff(view.time_edges) > 0).all()
    assert (np.diff(view.price_edges) > 0).all()
    assert (view.time_edges[0], view.time_edges[-1]) == view.time
    assert (view.price_edges[0], view.price_edges[-1]) == pytest.approx(view.price)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01",
        "2026-01-01T01:00+01:00",
        pd.Timestamp("2026-01-01"),
        datetime(2026, 1, 1, tzinfo=UTC),
        np.datetime64("2026-01-01"),
        1767225600 * 10**9,
    ],
)
def test_times_at_the_face_are_utc_and_integers_are_ns(value: Any) -> None:
    assert time_ns(value) == 1767225600 * 10**9
    assert timestamp(time_ns(value)) == pd.Timestamp("2026-01-01", tz="UTC")
    assert str(time_index(np.array([time_ns(value)]))[0]) == "2026-01-01 00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("5m", 5 * MINUTE),
        ("24h", DAY),
        ("1.5h", 90 * MINUTE),
        ("1w", 7 * DAY),
        (" 30 s ", MINUTE // 2),
        (pd.Timedelta("1h"), HOUR),
        (HOUR, HOUR),
    ],
)
def test_durations(text: Any, duration: int) -> None:
    assert duration_ns(text) == duration


@pytest.mark.parametrize(
    "text", ["", "5", "m5", "-5m", "0h", "1e9d", "5 minutes", None, 1.5, True, pd.NaT, "9" * 30 + "w", 2**63]
)
def test_wrong_durations_are_named(text: Any) -> None:
    with pytest.raises(DataError, match="positive duration such as '5m'"):
        duration_ns(text)


def test_durations_as_text() -> None:
    assert [duration_text(part) for part in (5 * MINUTE, DAY, 90 * MINUTE, 30 * 10**9, 5)] == [
        "5m",
        "1d",
        "90m",
        "30s",
        "5 ns",
    ]


def test_sides() -> None:
    assert [Side.parse(value) for value in ("long", " Short", 1, -1, Side.LONG)] == [1, -1, 1, -1, 1]
    assert (Side.LONG.label, Side.SHORT.row) == ("long", 1)
    for wrong in ("buy", 0, 2, None, True, "", float("nan")):
        with pytest.raises(DataError, match="side 'long' or 'short'"):
            Side.parse(wrong)  # type: ignore[arg-type]


def test_leverage_groups() -> None:
    assert group_indices(None) == tuple(range(6))
    assert group_indices(["<3x", ">50x", "<3x"]) == (0, 5)
    assert group_indices("3-5x") == (4,)
    for wrong in (["10x"], 5, [None], "x"):
        with pytest.raises(DataError, match=LEVERAGE_GROUPS[0]):
            group_indices(wrong)  # type: ignore[arg-type]
