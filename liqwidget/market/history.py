"""What was read of one venue's past: frames by kind, and the MarketData that they make."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from liqwidget.domain.frames import MarketData
from liqwidget.domain.margin import nearest_distance, venue_cap
from liqwidget.domain.quotation import shown_quote
from liqwidget.domain.time import DAY, duration_text, timestamp
from liqwidget.errors import SourceError
from liqwidget.market.venue.rows import candle_frame, interest_frame, liquidation_frame, rate_frame, taker_frame
from liqwidget.market.venue.venues import venue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.market.venue.instrument import Instrument

Kind = Literal["candles", "open_interest", "funding", "liquidations", "long_short", "taker_volume"]
KINDS: tuple[Kind, ...] = ("candles", "open_interest", "funding", "liquidations", "long_short", "taker_volume")
"""What can be read of a venue; `Venue` says what it publishes of each."""
FIRST_KINDS: tuple[Kind, ...] = ("candles", "open_interest", "funding", "liquidations")
"""What a heatmap reads."""
UNDER_WAY = "newer candles are being read"
"""Said of a venue while only what is stored of it is there."""
_AROUND = 6


ROWS = 8640
"""Candles that are read where no start is given: 30 days of 5m, 6 days of 1m."""
_FEWEST_DAYS, _MOST_DAYS = 3, 730


def default_span(step: int) -> int:
    """Return how far back is read where no start is given [ns]: `ROWS` candles, at least 3 and at most 730 days."""
    return min(max(ROWS * step, _FEWEST_DAYS * DAY), _MOST_DAYS * DAY)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One venue's past as it was read, in base units and by position side.

    Parameters
    ----------
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    complete_until : int
        The venue's time when the newest candles were asked for [ns]: a candle that closes later was not finished.
    frames : dict
        A frame by kind, indexed by UTC time (liquidations: column `time`), in the units of `MarketData.from_frames`;
        'long_short' has long_short_ratio [accounts long / accounts short], 'taker_volume' taker_ratio (bought / sold),
        taker_buy_volume and taker_sell_volume [base]. A kind that was not read is missing.
    notes : tuple of str
        What was left out, and what the venue does not have.
    complete : bool
        Whether all that was asked for is there; False while older pages are still being read.
    tiers : DataFrame, optional
        The venue's margin tiers of today, which are read where the package has no table of the contract.
    """

    instrument: Instrument
    step: int
    complete_until: int
    frames: dict[Kind, pd.DataFrame] = field(repr=False)
    notes: tuple[str, ...] = ()
    complete: bool = True
    tiers: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def last_time(self) -> pd.Timestamp:
        """Close of the newest candle, or the time it was asked for if it is not finished."""
        last = int(self.frames["candles"].index[-1].value) + self.step
        return timestamp(min(last, self.complete_until))

    def market(self) -> MarketData:
        """Return the market that these frames make, ready to be estimated from.

        Candles from before the first open interest are left out. A venue that has no history of open interest is taken
        to have had its first known value in all of the past, which a note says.

        Raises
        ------
        SourceError
            If no candle is left.
        """
        name, symbol = self.instrument.venue, self.instrument.wanted.name
        candles, notes = self.frames["candles"], list(self.notes)
        interest = self.frames.get("open_interest")
        if interest is not None and interest.empty:
            interest = None
        if interest is not None and not venue(name).interest_history:
            interest = pd.concat([interest[:1].set_axis(candles.index[:1]), interest])
            interest = interest[~interest.index.duplicated(keep="last")]
            notes.append(f"{name} publishes no history of open interest: the first value known stands for the past")
        elif interest is not None:
            candles = candles[candles.index > interest.index[0] - pd.Timedelta(self.step)]
        if candles.empty:
            message = f"{name} has no candles of {symbol} that its open interest overlaps"
            raise SourceError(message, venue=name, symbol=symbol)
        market = MarketData.from_frames(
            candles, interest, symbol=symbol, venue=name, timeframe=duration_text(self.step),
            funding=_filled(self.frames.get("funding")), liquidations=_filled(self.frames.get("liquidations")),
            minimum_distance=self._distance(), complete_until=self.complete_until,
            contract="inverse" if self.instrument.inverse else "linear",
        )  # fmt: skip
        market = replace(market, quote=shown_quote(self.instrument.quote))
        if lowest := self._lowest_tier():
            market = replace(market, maintenance_margin_rate=lowest[1])
            words = f"up to {lowest[0]:g}x, maintenance {lowest[1]:.2%}"
            notes.append(f"{name}: today's margin tiers ({words}) stand for the past")
        if not market.relative and venue(name).interest_doubt:
            notes.append(f"{name} {venue(name).interest_doubt}")
        return replace(market, notes=(*market.notes, *dict.fromkeys(notes)))

    def _lowest_tier(self) -> tuple[float, float] | None:
        """Return largest leverage and maintenance rate of the first tier that was read."""
        if self.tiers is None:
            return None
        lowest = self.tiers.iloc[0]
        return float(lowest["max_leverage"]), float(lowest["maintenance_margin_rate"])

    def _distance(self) -> float | None:
        if lowest := self._lowest_tier():
            return nearest_distance(*lowest)
        if not self.instrument.inverse:
            return None
        first = self.frames["candles"].index[0]
        return venue_cap(self.instrument.venue, self.instrument.wanted.coin, first, "inverse").minimum_distance


def _filled(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None or frame.empty else frame


class Gathering:
    """A history while it is being read: one thread adds pages, another may take what is there.

    Parameters
    ----------
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    """

    def __init__(self, instrument: Instrument, step: int) -> None:
        self.instrument, self.step = instrument, step
        self.asked_at = 0
        self.complete = False
        self.tiers: pd.DataFrame | None = None
        self._lock = threading.Lock()
        self._rows: dict[Kind, list[Any]] = {}
        self._stored: dict[Kind, pd.DataFrame] = {}
        self._notes: list[str] = []

    def add(self, kind: Kind, rows: Iterable[Any] = ()) -> None:
        """Add what a page held; a kind that was read and has nothing is there with no rows."""
        with self._lock:
            self._rows.setdefault(kind, []).extend(rows)

    def recall(self, frames: dict[Kind, pd.DataFrame]) -> None:
        """Add what was kept of an earlier reading; rows that are read anew take the place of those of the same time."""
        with self._lock:
            self._stored |= {kind: frame for kind, frame in frames.items() if len(frame)}

    @property
    def recalled(self) -> bool:
        """Whether there are candles of an earlier reading."""
        with self._lock:
            return "candles" in self._stored

    @property
    def renewed(self) -> bool:
        """Whether candles were read anew."""
        with self._lock:
            return bool(self._rows.get("candles"))

    def note(self, text: str) -> None:
        """Add a sentence for the user, once."""
        with self._lock:
            if text not in self._notes:
                self._notes.append(text)

    def count(self, kind: Kind, *, stored: bool = True) -> int:
        """Return how many rows there are, duplicates included; with `stored` those that were recalled too."""
        with self._lock:
            return len(self._rows.get(kind, ())) + (len(self._stored.get(kind, ())) if stored else 0)

    def history(self, until: int | None = None) -> History:
        """Return what there is.

        Parameters
        ----------
        until : int, optional
            Nothing from after this time [ns] is taken.

        Raises
        ------
        SourceError
            If there is no candle yet.
        """
        with self._lock:
            rows = {kind: list(part) for kind, part in self._rows.items()}
            stored = dict(self._stored)
            notes, complete = list(self._notes), self.complete
        now = self.asked_at if until is None else min(self.asked_at, until)
        frames: dict[Kind, pd.DataFrame] = {}
        for kind, part in rows.items():
            frames[kind], found = self.framed(kind, part, now)
            notes += [f"{self.instrument.venue}: {text}" for text in found]
        for kind, frame in stored.items():
            frames[kind] = _joined(kind, frame, frames[kind]) if kind in frames else frame
        if "candles" not in frames or frames["candles"].empty:
            name, symbol = self.instrument.venue, self.instrument.wanted.name
            message = f"{name} sent no candles of {symbol} ({self.instrument.id[:40]}) for the time asked for"
            raise SourceError(message, venue=name, symbol=symbol)
        gaps = _gaps(frames["candles"].index, self.step)
        if gaps:
            notes.append(f"{self.instrument.venue}: {gaps} candles are missing between the first and the last")
        gaps = _gaps_of_interest(frames.get("open_interest"), self.step) if self._interest_is_listed else 0
        if gaps:
            notes.append(f"{self.instrument.venue}: {gaps} values of open interest are missing")
        return History(self.instrument, self.step, now, frames, tuple(notes), complete, self.tiers)

    @property
    def _interest_is_listed(self) -> bool:
        return bool(venue(self.instrument.venue).interest_history)

    def framed(self, kind: Kind, rows: list[Any], now: int) -> tuple[pd.DataFrame, list[str]]:
        """Return rows of a kind as a frame, without those from after `now` [ns]; and what was left out."""
        match kind:
            case "candles":
                return candle_frame(rows, self.instrument, self.step, now)
            case "open_interest":
                return interest_frame(rows, self.instrument, now + self.step)
            case "funding":
                return rate_frame(rows, "fundingRate", "funding_rate", now)
            case "long_short":
                return rate_frame(rows, "longShortRatio", "long_short_ratio", now)
            case "taker_volume":
                return taker_frame(rows, self.instrument, now)
            case "liquidations":
                return liquidation_frame(rows, now)


def _joined(kind: Kind, stored: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """Return rows of both in the order of time: of one time the one that was read anew."""
    if read.empty:
        return stored
    if kind == "liquidations":
        both = pd.concat([stored, read]).drop_duplicates()
        return both.sort_values(["time", "side", "price", "size"], ignore_index=True)
    return pd.concat([stored[~stored.index.isin(read.index)], read]).sort_index()


def _gaps(index: pd.Index[Any], step: int) -> int:
    if len(index) < 2:  # noqa: PLR2004
        return 0
    return (int(index[-1].value) - int(index[0].value)) // step + 1 - len(index)


def _gaps_of_interest(frame: pd.DataFrame | None, step: int) -> int:
    """Return how many values are missing, by the distance that is usual around them: older ones stand further apart."""
    if frame is None or len(frame) < 2:  # noqa: PLR2004
        return 0
    apart = np.diff(pd.DatetimeIndex(frame.index).as_unit("ns").asi8)
    if not np.any(apart > 1.5 * step):
        return 0
    around = np.lib.stride_tricks.sliding_window_view(np.pad(apart, _AROUND, mode="edge"), 2 * _AROUND + 1)
    usual = np.maximum(np.median(around, axis=1), step)
    return int(np.sum(np.round(apart / usual)[apart > 1.5 * usual] - 1))
