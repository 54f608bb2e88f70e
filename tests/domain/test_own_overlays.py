"""An analyst's levels, series and events: what is taken for what, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.overlay import Line, PriceBand, PriceCurve, PriceLine, TimeMark
from liqwidget.domain.own_overlays import own_levels, own_series
from liqwidget.errors import DataError

TIMES = pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")
NAN = float("nan")


def at(row: int) -> int:
    return int(TIMES[row].as_unit("ns").value)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (97_500, [PriceLine(97_500.0)]),
        ([1e-9, 2e-9], [PriceLine(1e-9), PriceLine(2e-9)]),
        (np.array([3.0]), [PriceLine(3.0)]),
        ({"week high": 5, "week low": 4}, [PriceLine(5.0, "week high"), PriceLine(4.0, "week low")]),
        (pd.Series([5.0, 4.0], index=["a", "b"]), [PriceLine(5.0, "a"), PriceLine(4.0, "b")]),
        (pd.Series([5.0]), [PriceLine(5.0)]),
        (pd.Series([5.0], index=TIMES[2:3]), [PriceLine(5.0, "", at(2))]),
        (pd.DataFrame({"price_low": [4.0], "price_high": [5.0], "size": [1e6]}), [PriceBand(4.0, 5.0)]),
        (
            pd.DataFrame({"price": [5.0, None], "low": [None, 1.0], "high": [None, 2.0], "label": ["a", None]}),
            [PriceLine(5.0, "a"), PriceBand(1.0, 2.0)],
        ),
        (
            pd.DataFrame({"price": [5.0, 6.0], "start": [TIMES[0], pd.NaT], "end": [pd.NaT, "2026-01-01T02:00Z"]}),
            [PriceLine(5.0, "", at(0), None), PriceLine(6.0, "", None, at(2))],
        ),
        (
            pd.DataFrame({"price": [5.0], "from": ["2026-01-01 01:00+01:00"], "until": [TIMES[3]], "kind": ["stop"]}),
            [PriceLine(5.0, "", at(0), at(3), "stop")],
        ),
    ],
)
def test_levels_are_read_from_what_an_analyst_has(given: Any, wanted: list[Any]) -> None:
    assert own_levels(given) == tuple(wanted)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "at least one row"),
        (None, "Expected levels as a price"),
        (True, "Expected levels as a price"),
        ("97500", "Expected levels as a price"),
        (object(), "was object"),
        ([-1.0], "price above 0.*row 0"),
        ([1.0, 0.0], "price above 0.*row 1"),
        ([1.0, NAN], "row 1"),
        ([float("inf")], "finite number"),
        (["high"], "finite number"),
        (pd.DataFrame({"px": [1.0]}), "'px' meant"),
        (pd.DataFrame({"low": [1.0]}), "column 'high'"),
        (pd.DataFrame({"low": [2.0], "high": [1.0]}), "low to high.*row 0"),
        (pd.DataFrame({"low": [2.0], "high": [NAN]}), "row 0"),
        (pd.DataFrame({"price": [1.0], "start": [pd.Timestamp("2026-01-01")]}), "column 'start'.*naive"),
        (pd.DataFrame({"price": [1.0], "until": [1_767_225_600]}), "column 'until'.*unit='s'"),
        (pd.DataFrame({"price": [1.0], "start": [TIMES[1]], "end": [TIMES[0]]}), "begins before it ends.*row 0"),
        (pd.DataFrame({"price": [1.0], "kind": ["magic"]}), "kind of own.*'magic'.*row 0"),
        (pd.Series([1.0], index=TIMES[:1].tz_localize(None)), "naive"),
        (np.ones(2001), "at most 2,000"),
    ],
)
def test_levels_that_cannot_be_used_are_refused_in_words(given: Any, said: str) -> None:
    with pytest.raises(DataError, match=f"(?s){said}"):
        own_levels(given)


def test_a_column_of_numbers_is_a_line_and_one_of_texts_is_events() -> None:
    frame = pd.DataFrame(
        {"time": TIMES[::-1], "nupl": [0.4, NAN, 0.2, 0.1], "what": ["Rate\n decision", None, " ", "CPI" + "x" * 80]}
    )
    with pytest.warns(UserWarning, match="sorted"):
        found = own_series(frame, unit="%")
    (line,) = found["nupl"]
    assert isinstance(line, Line)
    assert (line.name, line.unit, line.on_price) == ("nupl", "%", False)
    np.testing.assert_array_equal(line.time, [at(row) for row in range(4)])
    np.testing.assert_array_equal(line.value, [0.1, 0.2, NAN, 0.4])
    late, early = found["what"][::-1]
    assert late == TimeMark(at(3), "Rate decision")
    assert (early.time, len(early.label)) == (at(0), 60)  # type: ignore[union-attr]
    (alone,) = own_series(pd.Series([1, 2, 3, 4], index=TIMES), on_price=True)["series"]
    assert isinstance(alone, Line)
    assert alone.on_price


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ([1.0, 2.0], {}, "as a pandas DataFrame"),
        (pd.DataFrame({"nupl": [1.0]}), {}, "UTC DatetimeIndex or a column 'time'"),
        (pd.DataFrame({"time": TIMES}), {}, "beside the times"),
        (pd.DataFrame({"time": [1_767_225_600_000], "x": [1.0]}), {}, "unit='ms'"),
        (pd.Series([1.0] * 4, index=TIMES.tz_localize(None)), {}, "naive"),
        (pd.Series([NAN] * 4, index=TIMES), {}, "none in 4 rows"),
        (pd.Series([1.0, float("inf"), 1, 1], index=TIMES), {}, "finite number.*row 1"),
        (pd.Series([1.0, 2.0, -1.0, 1.0], index=TIMES), {"on_price": True}, "above 0.*row 2"),
        (pd.Series(["a", 1, 2, 3], index=TIMES, dtype=object), {}, "finite number.*'a'"),
        (pd.Series(["", " ", None, ""], index=TIMES, dtype=object), {}, "1 to 2,000 events"),
        (pd.Series(["a"] * 4, index=TIMES), {"kind": "news"}, "kind of own"),
        (pd.DataFrame(np.ones((4, 2)), index=TIMES, columns=["x", "x"]), {}, "names of their own"),
    ],
)
def test_series_that_cannot_be_used_are_refused_in_words(given: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=f"(?s){said}"):
        own_series(given, **options)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PriceLine(NAN), "price above 0"),
        (lambda: PriceLine("5"), "price above 0"),  # type: ignore[arg-type]
        (lambda: PriceLine(price=True), "price above 0"),
        (lambda: PriceLine(1.0, 5), "label as text"),  # type: ignore[arg-type]
        (lambda: PriceLine(1.0, start="soon"), "start as a time"),  # type: ignore[arg-type]
        (lambda: PriceBand(2.0, 1.0), "low to high"),
        (lambda: TimeMark(None), "a time"),  # type: ignore[arg-type]
        (lambda: Line("x", np.array([2, 1]), np.array([1.0, 2.0])), "ascending"),
        (lambda: Line("x", np.array([1, 2]), np.array([1.0])), "shape"),
        (lambda: Line("x", np.array([1.5]), np.array([1.0])), "int64"),
        (lambda: Line("x", np.array([1]), np.array([NAN])), "was none"),
        (lambda: Line("x", np.array([1, 2]), np.array([1.0, np.inf])), "finite"),
        (lambda: Line("x", np.array([1]), np.array([-1.0]), on_price=True), "prices above 0"),
        (lambda: Line(5, np.array([1]), np.array([1.0])), "name as text"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_drawn_is_no_overlay(make: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        make()


def test_times_of_overlays_are_given_as_any_time() -> None:
    assert PriceLine(1.0, start="2026-01-01", end=TIMES[1]) == PriceLine(1.0, "", at(0), at(1))  # type: ignore[arg-type]
    assert TimeMark("2026-01-01 02:00").time == at(2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "word", ["$$x^2$$", "</script>", "\x1b[31m", "a\x00b", "\u202eevil", "\ud800", "a\r\nb\tc", "x" * 10**6]
)
def test_words_of_others_are_one_short_plain_line(word: str) -> None:
    times, values = np.array([1, 2]), np.array([1.0, 2.0])
    curve = PriceCurve(word, values, values)
    line = Line(word, times, values, unit=word)
    texts = [line.name, line.unit, curve.name, PriceLine(1.0, word).label, TimeMark(1, word).label]
    texts += [PriceBand(1.0, 2.0, word).label, own_levels({word: 1.0})[0].label]
    assert all(text.isprintable() and 0 < len(text) <= 60 for text in texts)
