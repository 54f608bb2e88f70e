"""What is shown: the newest wins, whoever computes it."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from liqwidget.domain.status import About
from liqwidget.widget import display
from liqwidget.widget.display import Display

if TYPE_CHECKING:
    import pytest


def test_what_is_made_anew_calmly_never_takes_back_what_was_said_of_the_source_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another timeframe is chosen while a closed candle is drawn: the sentence on it stays."""
    monkeypatch.setattr(display, "feeds", lambda *_, **__: [])
    said = {"reading": ""}
    shared: dict[str, Any] = {}
    chosen: list[str] = []

    def market(_settings: Any) -> dict[str, Any]:
        if chosen:
            said["reading"] = chosen.pop()
            shown.whole()
        return {"grade": {"sentence": ""}}

    session: Any = SimpleNamespace(
        closed=1,
        ledger=None,
        clusters=lambda _settings: (),
        market=market,
        standing=lambda _settings: None,
        base_frame=lambda _settings: SimpleNamespace(packed_state=dict),
    )
    about = About(label="", simulated=False, arguments="", notice=None, status=(), timeframes=(), reading="")

    def told() -> About:
        return replace(about, reading=said["reading"])

    settings: Any = SimpleNamespace(as_of=None)
    shown = Display(session, lambda: settings, told, shared.update, threading.RLock())
    assert shown.calmly() is True
    assert shared["_market"]["reading"] is None
    chosen.append("Reading 15m candles")
    shown.calmly()
    assert shared["_market"]["reading"] == "Reading 15m candles"
