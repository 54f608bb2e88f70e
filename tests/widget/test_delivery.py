"""The newest offer is shown in the end, never too many a second, and nobody who is gone holds it up."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.widget.delivery import CALM_SECONDS, GRACE_SECONDS, LONGEST, RATE, Delivery, Recipients
from tests.waiting import PATIENCE_S

LEAST = 1 / RATE - 1e-9


class Desk:
    """A delivery without its thread, on a clock of the test's, and what it delivered."""

    def __init__(self) -> None:
        self.now, self.gone = 0.0, 0
        self.delivered: list[tuple[float, int | None, int, bool]] = []
        self.delivery: Delivery[int] = Delivery(self.deliver, self.leave, lambda: self.now)
        self.delivery._thread._thread = threading.current_thread()

    def deliver(self, news: int | None, number: int, calm: bool) -> None:  # noqa: FBT001
        self.delivered.append((self.now, news, number, calm))

    def leave(self) -> None:
        self.gone += 1

    def wait(self, seconds: float) -> None:
        """Let time pass; it wakes whenever it wanted to."""
        end = self.now + seconds
        while (next_ := self.delivery.step(self.now)) + self.now <= end:
            self.now += max(next_, 1e-4)
        self.now = end

    @property
    def shown(self) -> list[tuple[float, int]]:
        return [(at, news) for at, news, _, _ in self.delivered if news is not None]

    @property
    def calmed(self) -> list[float]:
        return [at for at, _, _, calm in self.delivered if calm]


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), st.floats(0, 0.3)),
        st.tuples(st.just("taken"), st.floats(0, 0.3), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("left"), st.floats(0, 0.3), st.sampled_from("abc")),
    ),
    max_size=60,
)


@given(ACTS)
def test_the_newest_is_shown_in_the_end_and_never_more_than_ten_a_second(acts: list[tuple[object, ...]]) -> None:
    desk, offered = Desk(), 0
    for act in acts:
        desk.wait(float(str(act[1])))
        if act[0] == "offer":
            offered += 1
            desk.delivery.offer(offered)
        elif act[0] == "taken":
            desk.delivery.taken(str(act[2]), max(desk.delivery._recipients.number - int(str(act[3])), 1))
        else:
            desk.delivery.left(str(act[2]))
    desk.wait(2 * LONGEST)
    times = [at for at, _ in desk.shown]
    assert [news for _, news in desk.shown][-1:] == ([offered] if offered else [])
    assert all(later - earlier >= LEAST - 1e-9 for earlier, later in itertools.pairwise(times))
    assert all(later - earlier >= CALM_SECONDS - 1e-9 for earlier, later in itertools.pairwise(desk.calmed))
    if offered:
        desk.delivery.taken("a", desk.delivery._recipients.number)
        desk.wait(CALM_SECONDS)
        assert not desk.delivery.behind


def test_a_front_end_that_keeps_up_gets_ten_a_second() -> None:
    desk = Desk()
    for number in range(1, 500):
        desk.delivery.offer(number)
        desk.wait(0.01)
        desk.delivery.taken("a", desk.delivery._recipients.number)
    assert 45 <= len(desk.shown) <= 50


def test_nothing_more_goes_to_a_front_end_that_has_not_taken_the_last() -> None:
    desk = Desk()
    desk.delivery.offer(1)
    desk.wait(0.2)
    desk.delivery.taken("a", 1)
    desk.delivery.offer(2)
    desk.wait(0.2)
    desk.delivery.offer(3)
    desk.wait(0.7)
    assert [news for _, news in desk.shown] == [1, 2]
    desk.delivery.taken("a", 2)
    desk.wait(0.0)
    assert [news for _, news in desk.shown] == [1, 2, 3]


def test_a_browser_that_is_closed_does_not_hold_up_another_and_costs_ever_less() -> None:
    desk = Desk()
    desk.delivery.offer(0)
    desk.wait(0.01)
    for view in ("a", "b"):
        desk.delivery.taken(view, 1)
    for number in range(1, 101):
        desk.delivery.offer(number)
        desk.wait(0.05)
        desk.delivery.taken("a", desk.delivery._recipients.number)
    assert len(desk.shown) > 30
    before = len(desk.delivered)
    for number in range(600):
        desk.delivery.offer(number)
        desk.wait(1.0)
    assert len(desk.delivered) - before < 20
    desk.delivery.taken("b", desk.delivery._recipients.number)
    desk.delivery.offer(-1)
    desk.wait(0.0)
    assert desk.shown[-1] == (desk.now, -1)


def test_what_costs_more_waits_until_somebody_looks() -> None:
    desk = Desk()
    for number in range(5):
        desk.delivery.offer(number)
        desk.wait(5.0)
    assert desk.calmed == []
    assert desk.delivery.behind
    desk.delivery.taken("a", desk.delivery._recipients.number)
    desk.wait(0.0)
    assert len(desk.calmed) == 1
    assert not desk.delivery.behind


def test_the_last_view_that_leaves_stops_it_after_a_while_unless_another_comes() -> None:
    desk = Desk()
    desk.delivery.offer(1)
    desk.wait(0.1)
    for back in (True, False):
        desk.delivery.taken("a", 1)
        desk.delivery.left("a")
        desk.wait(GRACE_SECONDS / 2)
        if back:
            desk.delivery.taken("b", 1)
            desk.delivery.taken("a", 1)
            desk.delivery.left("b")
        desk.wait(GRACE_SECONDS)
        assert desk.gone == (0 if back else 1)


def test_numbers_that_were_never_sent_are_no_messages_taken() -> None:
    recipients = Recipients()
    recipients.taken("a", 7)
    assert recipients.views == frozenset()
    assert recipients.sent(0.0) == 1
    recipients.taken("a", 2)
    recipients.taken("a", 0)
    assert not recipients.heard


def test_messages_that_go_a_little_late_are_ten_a_second_and_those_after_a_pause_are_no_burst() -> None:
    recipients = Recipients()
    times = [0.0]
    for number in range(1, 101):
        assert recipients.sent(times[-1]) == number
        recipients.taken("a", number)
        times.append(max(recipients.due(), times[-1]) + 0.004)
    assert times[100] == pytest.approx(10.0, abs=0.01)
    assert min(late - early for early, late in itertools.pairwise(times)) > 0.09
    recipients.sent(20.0)
    recipients.taken("a", recipients.number)
    assert recipients.due() == pytest.approx(20.1)


def test_the_thread_shows_the_last_offer_and_ends_when_it_is_told_to_rest() -> None:
    shown: list[int | None] = []
    delivery: Delivery[int] = Delivery(lambda news, _number, _calm: shown.append(news))
    for _ in range(2):
        for number in range(1000):
            delivery.offer(number)
        delivery.rest()
        assert shown[-1] == 999
        assert not [thread for thread in threading.enumerate() if thread.name == "liqwidget-picture"]
    delivery.offer(7)
    delivery.close()
    delivery.offer(8)
    assert not [thread for thread in threading.enumerate() if thread.name == "liqwidget-picture"]
    assert 8 not in shown


def test_an_offer_returns_at_once_whatever_the_picture_does() -> None:
    go, held = threading.Event(), list[bool]()

    def slow(_news: int | None, _number: int, _calm: bool) -> None:  # noqa: FBT001
        go.wait(PATIENCE_S)
        held.append(go.is_set())

    delivery: Delivery[int] = Delivery(slow)
    delivery.offer(0)
    for number in range(1000):
        delivery.offer(number)
    assert held == []
    go.set()
    delivery.close()
