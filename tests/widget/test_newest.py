"""Work in a thread of its own: the newest task only, a rest after a heavy one, nothing left behind."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from liqwidget.widget import newest
from liqwidget.widget.newest import Newest
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Task:
    """A task that says when it runs and waits for leave to end."""

    def __init__(self) -> None:
        self.begun, self.leave = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.leave.wait(PATIENCE_S)


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "test-newest"]


def test_only_the_newest_of_those_that_wait_is_run() -> None:
    worker, first, last = Newest("test-newest"), Task(), Task()
    ran: list[int] = []
    worker.ask(first)
    assert first.begun.wait(PATIENCE_S)
    for number in range(5):
        worker.ask(lambda number=number: ran.append(number))  # type: ignore[misc]
    worker.ask(last)
    assert len(running()) == 1
    first.leave.set()
    assert last.begun.wait(PATIENCE_S)
    last.leave.set()
    worker.close()
    assert ran == []
    assert running() == []


def test_a_thread_is_there_only_while_there_is_work() -> None:
    worker, done = Newest("test-newest"), threading.Event()
    assert not worker.busy
    worker.ask(done.set)
    assert done.wait(PATIENCE_S)
    for thread in running():
        thread.join(PATIENCE_S)
    assert not worker.busy
    assert running() == []


def test_closing_drops_what_waits_and_wakes_one_that_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "HEAVY", 0.0)
    monkeypatch.setattr(newest, "REST", 1e12)
    worker, first = Newest("test-newest"), Task()
    ran: list[Callable[[], None]] = []
    worker.ask(first)
    assert first.begun.wait(PATIENCE_S)
    worker.ask(lambda: ran.append(worker.close))
    first.leave.set()
    worker.close()
    worker.ask(lambda: ran.append(worker.close))
    assert ran == []
    assert running() == []
