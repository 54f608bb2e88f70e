"""What goes into the store while a contract is followed, since nobody can read it later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import HOUR
from liqwidget.market.history import Gathering
from liqwidget.market.store.keeper import Keeper, put
from liqwidget.market.venue.venues import venue
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.market.history import History, Kind
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.payload import Event

_STATISTICS: tuple[Kind, ...] = ("long_short", "taker_volume")
AHEAD = 5_000_000_000
"""How far ahead of our idea of the venue's present what it tells may be [ns]."""


class Kept:
    """What is kept of one contract: liquidations of a socket, open interest of the present alone, ratios, taker volume.

    Parameters
    ----------
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    now : callable
        The venue's present [ns UTC].
    on : bool
        Whether anything is kept.
    """

    def __init__(self, instrument: Instrument, step: int, now: Callable[[], int], *, on: bool) -> None:
        self._venue, self._now, self._on = venue(instrument.venue), now, on
        self._gathering = Gathering(instrument, step)
        self._keeper: Keeper | None = None
        self._heard: list[Event] = []
        periods = {"long_short": self._venue.ratio_periods, "taker_volume": self._venue.taker_periods}
        self._asked_at: dict[Kind, int] = {kind: 0 for kind in _STATISTICS if periods[kind]}

    def hear(self, events: list[Event]) -> None:
        """Take liquidations; they are written with the next answer, not one by one."""
        if self._on:
            self._heard += events

    def interest(self, info: Any, at: int) -> None:
        """Take the present open interest, where the venue has no history of it."""
        if not self._venue.interest_history:
            self._keep("open_interest", [(info, at)])

    def wanted(self, now: int) -> list[Kind]:
        """Return what is asked for besides what the map needs: long/short ratios and taker volume, once an hour."""
        return [kind for kind, at in self._asked_at.items() if self._on and now - at > HOUR]

    def answered(self, history: History) -> None:
        """Write what was heard since the last answer, and the statistics that it brought."""
        brought = {kind: history.frames[kind] for kind in self._asked_at if kind in history.frames}
        if brought:
            self._asked_at |= dict.fromkeys(brought, self._now())
            worker().files.submit(put, replace(history, frames=brought))
        self.flush()

    def flush(self) -> None:
        """Write what was heard since the last time."""
        self._keep("liquidations", self._heard)
        self._heard = []

    def _keep(self, kind: Kind, rows: list[Any]) -> None:
        if self._on and rows:
            self._gathering.asked_at = self._now() + AHEAD
            self._keeper = self._keeper or Keeper(worker().files, self._now)
            self._keeper.keep(self._gathering, kind, rows)
