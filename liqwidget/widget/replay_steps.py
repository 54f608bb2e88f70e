"""Steps of a replay: what a page is sent of the next candle, and what of it is left behind until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import time_ns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from liqwidget.widget.display import Display

LEFT_BEHIND = frozenset({"_frames", "_standing"})
"""Traits that a step leaves as they were: each page's own picture brings what it needs of them."""

_LONGEST = 100
"""Candles that a step goes on at most; a longer one is a jump, after which all is sent."""


class ReplaySteps:
    """Knows which change is a step of a replay that goes on, and has made anew what such a step has left behind.

    Parameters
    ----------
    display : Display
        What is shown, and whether a part of it is behind.
    refresh : callable
        Shares all that the settings show.
    """

    def __init__(self, display: Display, refresh: Callable[[], None]) -> None:
        self._display, self._refresh = display, refresh

    def is_step(self, change: Any, view: str) -> bool:
        """Return whether a trait's change is a step of a replay that goes on, seen as a heatmap."""
        old, new = change["old"], change["new"]
        if change["name"] != "as_of" or old is None or new is None or view != "heatmap":
            return False
        return 0 < time_ns(new) - time_ns(old) <= _LONGEST * self._display.session.ledger.timeframe

    def complete(self, _change: Any = None) -> None:
        """Send what was left behind: the map shows all that stands, and the profile is stacked otherwise."""
        if self._display.behind:
            self._refresh()

    def complete_for(self, asked: str | Iterable[str] | None) -> None:
        """Send it if traits that are asked for, by name or all, are among it."""
        if asked is None or not LEFT_BEHIND.isdisjoint([asked] if isinstance(asked, str) else asked):
            self.complete()
