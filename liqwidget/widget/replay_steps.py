"""Steps of a replay: what a page is sent of the next candle, and what of it is left behind until somebody asks."""

from __future__ import annotations

from typing import Any

import anywidget

from liqwidget.domain.time import time_ns

LEFT_BEHIND = frozenset({"_frames", "_standing"})
"""Traits that a step leaves as they were: each page's own picture brings what it needs of them."""

_LONGEST = 100
"""Candles that a step goes on at most; a longer one is a jump, after which all is sent."""


def is_step(self: Any, change: Any) -> bool:
    """Return whether a trait's change is a step of a replay that goes on, seen as a heatmap."""
    old, new = change["old"], change["new"]
    if change["name"] != "as_of" or old is None or new is None or self.view != "heatmap":
        return False
    return 0 < time_ns(new) - time_ns(old) <= _LONGEST * self._display.session.ledger.timeframe  # type: ignore[no-any-return]


def get_state(self: Any, key: Any = None, drop_defaults: bool = False) -> Any:  # noqa: FBT001, FBT002
    """Return the state of all or some traits, none of which is left behind."""
    names = [key] if isinstance(key, str) else key
    if self._display.behind and (names is None or not LEFT_BEHIND.isdisjoint(names)):
        self._refresh()
    return anywidget.AnyWidget.get_state(self, key, drop_defaults)


def complete(self: Any, _change: Any) -> None:
    """Send what was left behind: the liquidation map shows all that stands, and the profile is stacked otherwise."""
    if self._display.behind:
        self._refresh()
