"""Checks at the door: a user's frames become sorted UTC arrays, or a sentence that says what to mend."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.columns import column_name
from liqwidget.domain.time import DAY, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

NO_TIME = np.iinfo(np.int64).min
"""Stands for the time of a row whose time cannot be read."""

_NAME = re.compile(r"\w[\w .:/\-]{0,39}")


class DataWarning(UserWarning):
    """A documented repair of the user's data."""


def repaired(message: str) -> str:
    """Warn of a documented repair and return its text, to be kept as a note."""
    warnings.warn(message, DataWarning, stacklevel=4)
    return message


def checked_name(value: object, what: str) -> str:
    """Return a symbol or venue name that is safe to show.

    Raises
    ------
    DataError
        If it is not 1 to 40 letters, digits, spaces or one of ``. : / - _``.
    """
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    message = f"Expected {what} of 1 to 40 letters, digits or . : / - _, was {value!r:.60}"
    raise DataError(message)


class Faults:
    """Gathers what is wrong, so that a user reads all of it at once.

    As a context it keeps a DataError that is raised in it, and goes on after it.
    """

    def __init__(self) -> None:
        self._found: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __enter__(self) -> Self:
        """Begin a check that may fail."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep a DataError."""
        if not isinstance(error, DataError):
            return False
        self._found += [line for line in str(error).splitlines() if line not in self._found]
        return True

    def stop(self) -> None:
        """Raise what was gathered, a line each.

        Raises
        ------
        DataError
            If something was.
        """
        if self._found:
            raise DataError("\n".join(self._found))


def checked_frame(frame: object, what: str) -> pd.DataFrame:
    """Return `frame` as a DataFrame of pandas with rows and plain columns; polars and pyarrow are taken too.

    Raises
    ------
    DataError
        If it is something else or empty, or has columns of more than one symbol.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        frame = _converted(frame, what)
    if isinstance(frame.index, pd.MultiIndex):
        frame = _by_time(frame)
    if isinstance(frame.columns, pd.MultiIndex):
        frame = _of_one(frame, what)
    if frame.empty:
        message = f"Expected {what} with at least one row, was an empty frame with columns {list(frame.columns)}"
        raise DataError(message)
    return frame


def absent(given: object) -> bool:
    """Return whether a frame that need not be there is none, or empty."""
    return given is None or (isinstance(given, pd.DataFrame) and given.empty)


def is_frame(given: object) -> bool:
    """Return whether a value is a frame, of pandas or one that turns into such."""
    return isinstance(given, pd.DataFrame) or callable(getattr(given, "to_pandas", None))


def _converted(frame: object, what: str) -> pd.DataFrame:
    kind = type(frame)
    convert = getattr(frame, "to_pandas", None)
    message = f"Expected {what} as a pandas DataFrame, was {kind.__name__}"
    if not callable(convert):
        raise DataError(message + _way(frame, what))
    try:
        found = convert()
    except Exception as error:
        message += f" that pandas cannot take ({type(error).__name__}: {error!s:.120})"
        raise DataError(message) from error
    if not isinstance(found, pd.DataFrame):
        raise DataError(message)
    return found


def _way(frame: object, what: str) -> str:
    """Return how a frame is made of what was given."""
    if callable(getattr(frame, "collect", None)):
        return f": call {what}.collect() first"
    if isinstance(frame, str | Path):
        return f": read it with pandas.read_csv (a text through io.StringIO), {what} is what that returns"
    if isinstance(frame, list | tuple | np.ndarray):
        first = frame[0] if len(frame) else None
        rows = isinstance(first, list | tuple) or (isinstance(frame, np.ndarray) and frame.ndim > 1)
        names = ", columns=['time', 'open', 'high', 'low', 'close', 'volume']" if rows and what == "candles" else ""
        return (
            f": make one with pandas.DataFrame({what}{names}), then its 'time' with pandas.to_datetime(x, unit='ms', "
            "utc=True)"
        )
    return f": make one with pandas.DataFrame({what})" if isinstance(frame, Mapping) else ""


def _by_time(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose index has several levels by the level that holds times; the others become columns."""
    index: Any = frame.index
    levels = range(index.nlevels)
    timed = [level for level in levels if isinstance(index.get_level_values(level), pd.DatetimeIndex)]
    timed = timed or [level for level in levels if str(index.names[level]).lower() == "time"]
    if len(timed) != 1:
        return frame
    rest = [level for level in levels if level != timed[0]]
    added = {f"{index.names[level] or f'level {level}'}": index.get_level_values(level) for level in rest}
    kept = frame.set_axis(index.get_level_values(timed[0]))
    return kept.assign(**{name: values for name, values in added.items() if name not in kept.columns})


def _of_one(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a frame without the levels of its columns that all columns share (yfinance: the ticker)."""
    for level in reversed(range(frame.columns.nlevels)):
        if frame.columns.nlevels > 1 and len(set(frame.columns.get_level_values(level))) == 1:
            frame = frame.droplevel(level, axis=1)
    if not isinstance(frame.columns, pd.MultiIndex):
        return frame
    levels = range(frame.columns.nlevels)
    known = [{str(name).lower() for name in frame.columns.get_level_values(level)} for level in levels]
    tickers = next((level for level in levels if not known[level] & {"close", "open_interest", "price"}), 0)
    names = list(dict.fromkeys(frame.columns.get_level_values(tickers).tolist()))
    message = (
        f"Expected {what} of one symbol, was columns of {len(names)} ({', '.join(map(str, names[:8]))}): "
        f"take one with {what}.xs({names[0]!r}, axis=1, level={tickers})"
    )
    raise DataError(message)


def numbers(
    frame: pd.DataFrame, name: str, what: str, times: Times, *, missing: bool = False, endless: bool = False
) -> Values:
    """Return a column as float64, shape (n,).

    Raises
    ------
    DataError
        If a value is not a number, infinite (unless `endless`), or NaN (unless `missing`); the first such row is named.
    """
    column: Any = frame[column_name(frame, name, what)]
    if isinstance(column, pd.DataFrame):
        message = f"Expected one column {name!r} in {what}, was {column.shape[1]} columns of that name"
        raise DataError(message)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    kind = column.dtype
    message = f"Expected numbers in column {name!r} of {what}, was {kind}"
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_complex_dtype(kind) or kind.kind in "mM":
        raise DataError(message)
    if pd.api.types.is_object_dtype(kind):
        odd = column.map(lambda value: isinstance(value, bool | np.bool_ | complex | bytes)).to_numpy(dtype=bool)
        refuse(odd, column, times, f"a finite number in column {name!r} of {what}")
    if kind == np.float64 and isinstance(kind, np.dtype):
        values: Values = column.to_numpy(copy=True)
        text = np.zeros(len(values), np.bool_)
    else:
        try:
            values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
            raise DataError(message) from error
        text = np.asarray(column.notna()) & np.isnan(values)
    bad = text | (np.isinf(values) & (not endless)) | (np.isnan(values) & (not missing))
    remedy = f". Leave such rows out of {what}" if bad.any() and not text.any() else ""
    if text.any():
        remedy = _of_text(column.iloc[int(np.argmax(text))], missing=missing)
    refuse(bad, column, times, f"a finite number in column {name!r} of {what}", remedy)
    return values


def _of_text(value: object, *, missing: bool) -> str:
    """Return what to do with text that is no number."""
    text = str(value).strip()
    if not re.search(r"\d", text):
        return ". pandas.to_numeric(x, errors='coerce') makes it NaN" + ("" if missing else "; leave such rows out")
    if text.endswith("%"):
        return ". Take the sign off and divide by 100"
    plain = ". Plain numbers such as 90552.74 are read: pandas.read_csv takes thousands=',' and decimal=','"
    if match := re.fullmatch(r"[\d.,\s]+([KMBkmb]|[万亿])", text):
        many = {"k": "1e3", "m": "1e6", "b": "1e9", "万": "1e4", "亿": "1e8"}[match[1].lower()]
        return f"{plain}. {match[1]!r} stands for {many}: take it off and multiply by that"
    return plain


def refuse(
    bad: npt.NDArray[np.bool_], values: pd.Series | Values, times: Times, expected: str, remedy: str = ""
) -> None:
    """Raise a DataError that names the first bad row, its time and its value, if there is one, and what to do."""
    if bad.any():
        row = int(np.argmax(bad))
        value = values.iloc[row] if isinstance(values, pd.Series) else values[row]
        value = value.item() if isinstance(value, np.generic) else value
        at = "" if times[row] == NO_TIME else f" ({timestamp(times[row])})"
        message = f"Expected {expected}, was {value!r:.60} in row {row}{at}; {int(bad.sum())} such rows{remedy}"
        raise DataError(message)


def in_order(times: Times, what: str) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the rows to keep, in time order and without duplicates (the last one counts), and notes of the repairs."""
    notes: list[str] = []
    order = np.arange(len(times))
    if (np.diff(times) < 0).any():
        order = np.argsort(times, kind="stable")
        notes.append(repaired(f"{what}: rows were not in time order and were sorted"))
    last = np.append(np.diff(times[order]) != 0, True)
    if not last.all():
        notes.append(repaired(f"{what}: {int((~last).sum())} duplicate times; the last row of each was kept"))
    return order[last], notes


def positive(values: Sequence[tuple[str, Values]], times: Times, what: str) -> None:
    """Raise a DataError at the first price that is not above zero."""
    for name, column in values:
        refuse(~(column > 0), column, times, f"a price above 0 in column {name!r} of {what}")


MOST_DAYS = 100.0
"""Open interest of more than so many days of volume is implausible."""
FEWEST_DAYS = 1 / 1440
"""Open interest of less than so much of a day's volume is implausible."""
_SURE = 100.0, 10.0
"""By how much it must be above, or below, them to be refused, where another unit explains it."""
_USUAL = 1 / 48, 20.0
"""Days of volume that open interest usually is: another unit explains it only if it brings it there."""
_MANY = 3.0
_INVERSE_SIZES = 100.0, 10.0, 1.0
"""What one inverse contract is at venues [quote]."""
_LEAST_ROWS, _LEAST_SPAN = 12, DAY // 4


def implausible_interest(
    interest: Values, volume: Values, price: Values, timeframe: int, *, inverse: bool = False
) -> tuple[str, str | None] | None:
    """Return what is implausible of open interest beside volume and price, and the unit that would explain it.

    Parameters
    ----------
    interest : ndarray of float64, shape (m,)
        [base]
    volume, price : ndarray of float64, shape (n,)
        Of candles [base, quote/base]; volume is NaN where unknown.
    timeframe : int
        Length of a candle [ns].
    inverse : bool
        Whether one contract is an amount of quote currency.

    Returns
    -------
    (str, str or None) or None
        A phrase, and 'quote', 'volume in quote' or 'contracts' where what follows from that is plausible and what
        stands is far from it; None where nothing is implausible. Few candles tell no unit for sure: of them only what
        would be refused counts, and its unit is None.
    """
    known = volume[np.isfinite(volume)]
    if not len(interest) or not known.sum() > 0:
        return None
    daily = float(known.mean()) * DAY / timeframe
    days, middle = float(np.median(interest)) / daily, float(np.median(price))
    if FEWEST_DAYS <= days <= MOST_DAYS:
        return None
    amount = f"{days:,.0f} days" if days > 1 else f"{days * 86_400:.2g} seconds"
    phrase = f"open interest of {np.median(interest):,.6g} is {amount} of volume ({daily:,.6g} a day)"
    units = {"quote": days / middle, "volume in quote": days * middle} if abs(np.log10(middle)) > 1 else {}
    far = days > MOST_DAYS * _SURE[0] or days < FEWEST_DAYS / _SURE[1]
    fitting = [
        unit
        for unit, there in units.items()
        if _USUAL[0] <= there <= _USUAL[1] and (unit == "quote") == ((days > 1) == (middle > 1))
    ]
    if len(known) < _LEAST_ROWS or len(known) * timeframe < _LEAST_SPAN:
        return (phrase, None) if fitting and far else None
    if fitting and far:
        return phrase, fitting[0]
    counted = inverse and any(_USUAL[0] <= days * size / middle <= _USUAL[1] for size in _INVERSE_SIZES)
    return phrase, "contracts" if counted and days > _MANY * MOST_DAYS else None
