"""What a venue's public files are: series of daily and monthly ones, and when each day begins and is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from liqwidget.domain.time import DAY, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.market.venue.instrument import Instrument

LATE = 2 * DAY
"""A day's file is there so long after the day has ended [ns]."""
MONTH_LATE = 4 * DAY
"""Same for a month's."""
LARGEST_FILE = 256 * 2**20
LARGEST_OF_TRADES = 4 * 2**30
"""Bytes of a packed file."""


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One file of a series.

    Parameters
    ----------
    address : str
        Where it is.
    checksum : str
        Where its checksum is; '' where there is none.
    span : (int, int)
        From when to when it tells [ns], half-open.
    """

    address: str
    checksum: str
    span: tuple[int, int]

    @property
    def name(self) -> str:
        """Its last part."""
        return self.address.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Series:
    """Files of one contract that hold the same.

    Parameters
    ----------
    name : str
        What it holds, in words.
    kinds : tuple of str
        Kinds of the store that it fills; the first says which days are missing.
    day, month : str
        Address of a file of a day and of a month, as a format of `day`, `month`, `last` (of the month); '' for none.
    checksum : str
        Ending of the address of a file's checksum; '' where there is none.
    first : str
        Day before which there is nothing.
    ahead : int
        How far ahead of UTC the clock is by which files are cut [ns].
    late : int
        How much later than the day the first row may be [ns]: metrics of Binance.
    part : int or None
        Length of the candles in a file [ns].
    largest : int
        Bytes of a file.
    """

    name: str
    kinds: tuple[str, ...]
    day: str = ""
    month: str = ""
    checksum: str = ""
    first: str = "2019-01-01"
    ahead: int = 0
    part: int | None = None
    largest: int = LARGEST_FILE

    def of_day(self, start: int) -> BulkFile:
        """Return the file of the day that begins at `start` [ns, of the clock of the files]."""
        address = self.day.format(day=timestamp(start))
        return BulkFile(address, self._checksum(address), (start - self.ahead, start + DAY - self.ahead))

    def of_month(self, start: int) -> BulkFile:
        """Return the file of the month that begins at `start` [ns, of the clock of the files]."""
        month = timestamp(start)
        end = month + pd.offsets.MonthBegin(1)
        address = self.month.format(month=month, last=end - pd.Timedelta(days=1))
        return BulkFile(address, self._checksum(address), (start - self.ahead, int(end.value) - self.ahead))

    def _checksum(self, address: str) -> str:
        return address + self.checksum if self.checksum else ""


@dataclass(frozen=True, slots=True)
class Archive:
    """What one venue has of public files.

    Parameters
    ----------
    venue : str
        Its name.
    series : callable
        (contract, length of a candle [ns]) -> the series of the contract.
    told : int
        How far back the venue's own endpoints tell everything [ns]: before that the files are read.
    note : str
        What a reader of it should know.
    """

    venue: str
    series: Callable[[Instrument, int], tuple[Series, ...]]
    told: int = 30 * DAY
    note: str = ""
