"""Columns that grow: what was handed out never changes, and growing does not copy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.domain.growth import appended, unwritten


def memory(column: np.ndarray) -> int:
    return int(column.__array_interface__["data"][0])


def test_a_row_behind_the_last_is_written_where_it_belongs() -> None:
    first = appended(np.arange(5.0), np.arange(3.0))
    second = appended(first, np.array([9.0]))
    assert second.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 9]
    assert memory(second) == memory(first)
    assert not second.flags.writeable


def test_a_last_row_replaced_again_and_again_does_not_copy() -> None:
    """As live candles do it, the column before still in use: two memories take turns."""
    column = appended(appended(np.arange(50.0), np.arange(2.0)), np.array([-1.0]))
    seen = set()
    for tick in range(60):
        column = appended(column[: 52 + tick // 4], np.full(1 + (tick % 4 == 3), float(tick)))
        seen.add(memory(column))
    assert len(seen) == 2
    assert column[:52].tolist() == [*range(50), 0, 1]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.integers(1, 3), st.booleans()), max_size=60))
def test_columns_never_change(steps: list[tuple[int, int, int, bool]]) -> None:
    """Whatever is appended to which part of which column, and whichever of them are let go."""
    held = [(appended(np.arange(6.0), np.zeros(1)), [*range(6), 0])]
    for number, (which, cut, count, forget) in enumerate(steps):
        column, known = held[which % len(held)]
        stop = max(len(known) - cut, 0)
        added = [number + 0.5 + one for one in range(count)]
        held.append((appended(column[:stop], np.array(added)), [*known[:stop], *added]))
        if forget and len(held) > 1:
            held.pop(which % len(held))
        del column
        for one, said in held:
            assert one.tolist() == said


def test_a_part_kept_by_a_user_keeps_its_rows() -> None:
    column = appended(appended(np.arange(4.0), np.ones(1)), np.array([7.0]))
    part = column[-2:]
    before = column[:-1]
    del column
    made = [appended(before, np.array([float(number)])) for number in range(5)]
    assert part.tolist() == [1, 7]
    assert [one[-1] for one in made] == [0, 1, 2, 3, 4]


def test_first_rows_become_a_column_without_a_copy_and_grow_where_they_are() -> None:
    rows = unwritten(3, 2)
    assert rows.tolist() == [[0, 0]] * 3
    rows[:] = 1.0
    column = appended(np.empty((0, 2)), rows)
    assert memory(column) == memory(rows)
    again = appended(np.empty((0, 2)), column)
    assert memory(again) == memory(column)
    longer, other = (appended(one, np.full((1, 2), number)) for one, number in ((column, 5.0), (again, 6.0)))
    assert memory(longer) == memory(column) != memory(other)
    assert longer.tolist() == [[1, 1]] * 3 + [[5, 5]]
    assert other.tolist() == [[1, 1]] * 3 + [[6, 6]]
