"""Work in a thread of its own: the newest wish only, nothing left behind, nothing kept alive."""

from __future__ import annotations

import threading
import weakref

from liqwidget.background import Background, Newest, weakly
from tests.waiting import PATIENCE_S


class Work:
    """Takes the newest of what is wished, and waits for leave to end each."""

    def __init__(self) -> None:
        self.newest: Newest[str] = Newest()
        self.begun, self.leave = threading.Event(), threading.Event()
        self.done: list[str] = []
        self.rest: float | None = None
        self.background = Background("test-background", self.step)

    def wish(self, text: str) -> None:
        self.newest.put(text)
        self.background.wake()

    def step(self, _now: float) -> float | None:
        text = self.newest.take()
        if text is not None:
            self.begun.set()
            assert self.leave.wait(PATIENCE_S)
            self.done.append(text)
        return self.rest if self.newest.waits else None


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "test-background"]


def test_a_newer_wish_takes_the_place_of_an_older_one() -> None:
    newest: Newest[str] = Newest()
    assert newest.take() is None
    first, second = "first", "second"
    assert newest.put(first)
    assert not newest.put(second)
    assert newest.take() == second
    assert not newest.waits
    assert newest.take() is None
    assert newest.counts(second)
    assert not newest.counts(first)
    assert newest.put(None)
    assert not newest.waits
    assert not newest.counts(second)


def test_only_the_newest_of_those_that_wait_is_done() -> None:
    work = Work()
    work.wish("first")
    assert work.begun.wait(PATIENCE_S)
    for number in range(5):
        work.wish(f"{number}")
    work.wish("last")
    assert len(running()) == 1
    work.leave.set()
    work.background.finish(PATIENCE_S)
    assert work.done == ["first", "last"]
    assert running() == []


def test_a_thread_is_there_only_while_there_is_work() -> None:
    work = Work()
    work.leave.set()
    assert not work.background.busy
    for _ in range(2):
        work.wish("one")
        for thread in running():
            thread.join(PATIENCE_S)
        assert not work.background.busy
        assert running() == []
    assert work.done == ["one", "one"]


def test_closing_drops_what_waits_and_wakes_one_that_rests() -> None:
    work = Work()
    work.rest = 1e6
    work.wish("first")
    assert work.begun.wait(PATIENCE_S)
    work.newest.put("second")
    work.leave.set()
    work.background.close()
    work.wish("third")
    assert work.done == ["first"]
    assert running() == []


def test_it_may_end_itself() -> None:
    ended: list[bool] = []

    def step(_now: float) -> float | None:
        background.close()
        ended.append(True)
        return 0.0

    background = Background("test-background", step)
    background.wake()
    for thread in running():
        thread.join(PATIENCE_S)
    assert ended == [True]
    assert running() == []


def test_a_callback_does_not_keep_its_object() -> None:
    work = Work()
    reference, wish = weakref.ref(work), weakly(work.newest.put)
    assert wish("one") is True
    step = weakly(work.step)
    work.background = Background("test-background", step)
    del work
    assert reference() is None
    assert step(0.0) is None
    assert wish("two") is None
