"""While exchanges are read the cell says so, in one line that is gone in the end; why none answered stays."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from liqwidget import LiqHeatmap, SourceError
from liqwidget.market import fetch, read
from liqwidget.widget.progress import ReadingProgress
from tests.answers import answering, history
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def put_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """Return what a notebook's cell shows: text, and whether it takes the place of the one before."""
    shown: list[tuple[str, bool]] = []

    def publish(data: dict[str, str], *, update: bool = False, **_: Any) -> None:
        shown.append((data["text/plain"], update))

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    monkeypatch.setattr(shell.display_pub, "publish", publish)
    monkeypatch.setattr(fetch, "TELLS_SECONDS", 0.01)
    yield shown
    InteractiveShell.clear_instance()
    # It would look for circles in all that this process holds when it ends.
    atexit.unregister(shell.atexit_operations)


def test_one_line_says_who_is_waited_for_and_goes(
    put_out: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {"binance": history("binance"), "okx": None})
    monkeypatch.setattr(read, "FIRST_SECONDS", 0.1)
    heatmap = LiqHeatmap("BTC", ["binance", "okx"], live=False)
    said, updates = zip(*put_out, strict=True)
    assert said[:2] == (
        "Reading BTC: asking binance, okx", "Reading BTC: 1 of 2 exchanges have answered; waiting for okx"
    )  # fmt: skip
    assert said[-1] == ""
    assert updates == (False, *[True] * (len(updates) - 1))
    heatmap.close()


def test_it_is_said_before_anybody_is_asked_and_goes_in_the_end(
    put_out: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {"okx": SourceError("okx is under maintenance")})
    with pytest.raises(SourceError, match="under maintenance"):
        LiqHeatmap("BTC", ["okx"])
    assert put_out == [("Reading BTC: asking okx", False), ("", True)]
    with ReadingProgress("BTC") as told:
        told("0 of 1 exchanges have answered; waiting for okx")
        assert put_out[-1][0] != ""
    assert put_out[-1] == ("", True)


def test_scripts_hear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with ReadingProgress("BTC") as told:
        told("0 of 7 exchanges have answered")
    assert capsys.readouterr() == ("", "")


def test_the_reason_stays_while_the_exchanges_are_to_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"okx": SourceError("okx is under maintenance: try again later")})
    heatmap = LiqHeatmap("BTC")
    try:
        feed = heatmap._moving.following.feed
        assert feed is not None
        eventually(lambda: [part.state for part in feed.status], lambda states: states == ["refused"] * 7)
        assert dict(heatmap.status["state"].value_counts()) == {"no network": 6, "simulated": 4, "refused": 1}
        assert heatmap.status.loc["okx (real)", "reason"] == "is under maintenance: try again later"
    finally:
        heatmap.close()
