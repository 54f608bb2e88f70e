"""Where data come from, and how each venue does: what a picture says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.domain.ledger import Ledger

SIMULATED = "prices and positions are not real"
"""A note of every simulated market: it goes with the ledger, also into files."""

_UNHEARD = {"no network": "no network", "did not answer": "no answer"}
"""States by words of the reason (`liqwidget.market.venue.refusals`)."""


@dataclass(frozen=True, slots=True)
class VenueStatus:
    """What is known of one venue's answer.

    Parameters
    ----------
    venue : str
        Its name.
    state : str
        'connected' (its data are shown and fresh), 'stale' (shown, but its last candle is old), 'reconnecting' (live,
        but its socket has ended), 'refused' (it answered with no, or not at all), 'off' (not yet, or no more).
    last_time : Timestamp or None
        The time up to which it is known [UTC].
    reason : str
        Why it is not shown, or not whole.
    publishes : str
        What it publishes without a key.
    stored : bool
        Whether only what is stored on this machine is there.
    heard : Timestamp or None
        When it last said anything, on a socket or to a question [UTC]; None where nothing is live.
    """

    venue: str
    state: str
    last_time: pd.Timestamp | None = None
    reason: str = ""
    publishes: str = ""
    stored: bool = False
    heard: pd.Timestamp | None = None

    @property
    def said(self) -> str:
        """The state in words: 'no network', 'no answer' where nobody said no."""
        if self.state == "refused":
            return next((state for words, state in _UNHEARD.items() if words in self.reason), self.state)
        return self.state


@dataclass(frozen=True, slots=True)
class About:
    """What is said of the source of what is shown.

    Parameters
    ----------
    label : str
        Names symbol and venues.
    simulated : bool
        Whether no part of it is real.
    arguments : str
        The arguments of `LiqHeatmap`, as Python, that read it again.
    notice : str or None
        A sentence that always stands on the picture.
    status : tuple of VenueStatus
        One per exchange that was asked.
    timeframes : tuple of str
        Lengths of candles that can be chosen.
    reading : str
        What is being read, in words; empty for nothing.
    coins : tuple of str
        Coins that can be chosen; others may be named where there is no reason against it.
    held : str
        Why no other coin can be read; empty where one can.
    """

    label: str
    simulated: bool = False
    arguments: str = ""
    notice: str | None = None
    status: tuple[VenueStatus, ...] = ()
    timeframes: tuple[str, ...] = ()
    reading: str = ""
    coins: tuple[str, ...] = ()
    held: str = ""


def is_simulated(ledger: Ledger) -> bool:
    """Return whether a ledger is of the simulated market: no price and no position in it is real."""
    return any(SIMULATED in part.notes for part in ledger)
