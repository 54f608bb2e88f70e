"""What goes into the store while a contract is followed, since nobody can read it later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import HOUR
from liqwidget.market.history import Gathering, Kind
from liqwidget.market.store.keeper import Keeper, put
from liqwidget.market.venue.venues import venue
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.market.history import History
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.payload import Event

AHEAD = 5_000_000_000
"""How far ahead of our idea of the venue's present what it tells may be [ns]."""


class Kept:
    """Liquidations that a socket told, open interest of the present alone, and long/short ratios, of one contract.

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
        self._ratios_at = 0

    def hear(self, events: list[Event]) -> None:
        """Take liquidations; they are written with the next answer, not one by one."""
        if self._on:
            self._heard += events

    def interest(self, info: Any, at: int) -> None:
        """Take the present open interest, where the venue has no history of it."""
        if not self._venue.interest_history:
            self._keep("open_interest", [(info, at)])

    def wanted(self, now: int) -> list[Kind]:
        """Return what is asked for besides what the map needs: long/short ratios, once an hour."""
        due = self._on and bool(self._venue.ratio_periods) and now - self._ratios_at > HOUR
        return ["long_short"] if due else []

    def answered(self, history: History) -> None:
        """Write what was heard since the last answer, and the ratios that it brought."""
        ratios = history.frames.get("long_short")
        if ratios is not None:
            self._ratios_at = self._now()
            worker().files.submit(put, replace(history, frames={"long_short": ratios}))
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
