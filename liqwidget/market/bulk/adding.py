"""Files and frames that the analyst has, into the store: `liqwidget.store.add`."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY, MINUTE, duration_ns, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.cleaning import Reading
from liqwidget.market.bulk.contract import contract_of
from liqwidget.market.bulk.opening import tables
from liqwidget.market.bulk.reading import by_day, chunks_read
from liqwidget.market.bulk.units import refuse_another_unit
from liqwidget.market.bulk.vendors import indexed
from liqwidget.market.store.contracts import known_contract, remember, series_symbol
from liqwidget.market.store.days import KINDS, Store
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import VENUES

if TYPE_CHECKING:
    from liqwidget.market.bulk.cleaning import Floats, Frames, Integers
    from liqwidget.market.venue.instrument import Instrument, Wanted

UNITS = ("coins", "contracts", "quote")
_ALIKE = 0.84
"""Names that are more alike than this are misspelt: 'binanse', 'okex', but not 'binanceus'."""
_INTEREST = "5m"
"""Under which length of a candle open interest is kept, where nothing else is said."""
_IN_NAME = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9]*[A-Z])([A-Z0-9]{2,15}?)(?:USD_PERP|([-_]?)(?:USDT|USDC|FDUSD|BUSD|USD))(?![A-Za-z])",
    re.ASCII,
)
"""A contract in the name of a file."""
_NO_COINS = {name.upper() for name in VENUES} | {
    "OKEX", "HUOBI", "GATEIO", "BITMEX", "DERIBIT", "KRAKEN", "COINBASE", "PERP", "SWAP", "FUTURES", "SPOT", "LINEAR",
    "INVERSE", "ALL", "CANDLES", "KLINES", "TRADES", "OHLCV", "FUNDING", "USD", "USDT", "USDC",
}  # fmt: skip
"""What else stands before a currency in names of files, apart from it."""
_FORMER = {"okx": ("okex",), "htx": ("huobi",), "gate": ("gateio",)}
"""Names that venues had, by which files of theirs are sold."""
_COLUMNS = ("venue", "symbol", "kind", "timeframe", "first", "last", "rows")


def add(
    path_or_frame: str | Path | pd.DataFrame,
    *,
    venue: str,
    symbol: str,
    kind: str | None = None,
    timeframe: str | None = None,
    unit: str | None = None,
    contract_size: float | None = None,
) -> pd.DataFrame:
    """Add a file or frame that you have to the store; heatmaps and `liqwidget.history` read it as their own.

    The layout is found by the columns: files of Binance's, Bybit's and OKX's public archives, as they are packed;
    Tardis (trades, liquidations, derivative_ticker); CryptoDataDownload; freqtrade (Feather); answers of Coinalyze and
    CoinGlass, as JSON or CSV; Parquet, Feather, CSV or JSON with plain names. Rows that cannot be are left out, and
    said. Large files are read in chunks; memory holds a day of them. Nothing in a file is executed.

    Parameters
    ----------
    path_or_frame : path or DataFrame
        CSV (also .gz, .zip), Parquet, Feather, JSON; or a frame. Times without a zone are UTC.
    venue, symbol : str
        Whose market it is: a file need not say. Of several symbols in a file the rows of this one are taken.
    kind : str, optional
        'candles', 'open_interest', 'funding', 'long_short', 'taker_volume', 'liquidations' or 'trades'; None: found by
        the columns, and by the file's name where columns leave it open.
    timeframe : str, optional
        Length of a candle; None: found by the times. Of open interest: for which candles it is kept, '5m' unless its
        times stand further apart.
    unit : str, optional
        What open interest, or sums of liquidations of Coinalyze, count: 'coins', 'contracts' or 'quote', where
        columns leave it open.
    contract_size : float, optional
        What a contract is [coins; of inverse ones quote], where the file counts contracts and the venue was not read.

    Returns
    -------
    DataFrame
        One row a kind that was added: venue, symbol, kind, timeframe, first, last (UTC), rows;
        ``attrs["notes"]`` says what was left out.

    Raises
    ------
    DataError
        If it is no file that can be read, its layout is not known, or it is of another symbol; the text says what
        helps.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.store.add("BTCUSDT-metrics-2024-05-01.zip", venue="binance", symbol="BTC")  # doctest: +SKIP
    >>> liqwidget.store.add("BTC_USDT_USDT-5m-futures.feather", venue="okx", symbol="BTC")  # doctest: +SKIP
    >>> liqwidget.store.add(frame, venue="bybit", symbol="ETH", kind="open_interest", unit="coins")  # doctest: +SKIP
    """
    if kind is not None and kind not in KINDS:
        raise DataError(f"Expected kind as one of {', '.join(KINDS)}, was {kind!r:.40}")
    if unit is not None and unit not in UNITS:
        raise DataError(f"Expected unit as one of {', '.join(UNITS)}, was {unit!r:.40}")
    store, wanted = Store(), parse_symbol(symbol)
    name = str(venue).strip().lower()
    if name not in VENUES and (near := difflib.get_close_matches(name, VENUES, 1, _ALIKE)):
        raise DataError(f"Expected a venue, was {name!r:.40}: is {near[0]!r} meant?")
    contract = contract_of(name, wanted, store.root)
    adding = _Adding(store, contract, wanted, kind, timeframe)
    adding.reading.unit = unit
    if contract_size is not None:
        if not 0 < contract_size < np.inf:
            raise DataError(f"Expected contract_size above 0, was {contract_size!r:.40}")
        adding.reading.contract_size = contract_size
    made = adding.run(path_or_frame)
    if name in VENUES and known_contract(store.root, wanted, VENUES[name]) is None:
        remember(store.root, contract)
    return made


class _Adding:
    """One file or frame on its way into the store."""

    def __init__(
        self, store: Store, contract: Instrument, wanted: Wanted, kind: str | None, timeframe: str | None
    ) -> None:
        self.store, self.contract, self.wanted, self.kind = store, contract, wanted, kind
        self.given = None if timeframe is None else duration_ns(timeframe)
        self.reading = Reading(
            contract.inverse, contract.contract_size, contract.scale, self.given, price_at=self._price_at
        )
        self.steps: dict[str, str | None] = {}
        self.totals: dict[str, tuple[int, int, int]] = {}
        self.others: dict[str, None] = {}
        self.elsewhere: dict[str, None] = {}

    def run(self, given: str | Path | pd.DataFrame) -> pd.DataFrame:
        if isinstance(given, pd.DataFrame):
            name, parts = "", iter([indexed(given)])
        elif isinstance(given, str) and "://" in given:
            raise DataError(f"Expected a file of this machine, was the address {given!r:.100}: download it first")
        elif isinstance(given, str | Path):
            path = Path(given).expanduser()
            name, parts = path.name, tables(path)
        else:
            raise DataError(f"Expected a path or a pandas DataFrame, was {_other(given)}")
        self._refuse_others(name)
        chunks = chunks_read(parts, self.reading, self._ours, of_venue=self._of_venue, kind=self.kind, name=name)
        for frames in by_day(self._chosen(part) for _, part in chunks):
            for kind, frame in frames.items():
                self._write(kind, frame)
        if not self.totals:
            if (self.elsewhere or self.others) and not self.reading.left_out:
                shown = ", ".join(list(self.elsewhere or self.others)[:3])[:80]
                whose = f"{self.wanted.name} on {self.contract.venue}" if self.elsewhere else self.wanted.name
                raise DataError(f"Expected rows of {whose} in {name or 'the frame'}, was {shown}")
            left = "; ".join(self.reading.notes()) or "it has no rows"
            raise DataError(f"Expected rows of {self.kind or 'a kind'} in {name or 'the frame'}, was none: {left}")
        symbol = series_symbol(self.contract)
        rows = [
            (self.contract.venue, symbol, kind, self.steps[kind] or "events", timestamp(low), timestamp(high), count)
            for kind, (low, high, count) in self.totals.items()
        ]
        made = pd.DataFrame(rows, columns=pd.Index(_COLUMNS))
        made.attrs["notes"] = self.reading.notes()
        return made

    def _ours(self, symbols: list[str]) -> set[str]:
        """Return which symbols of a file are of the contract."""
        ours = {text for text in symbols if self._is_ours(text)}
        self.others.update(dict.fromkeys(text for text in symbols if text not in ours))
        if len(ours) > 1 and self.contract.venue not in VENUES:
            shown = ", ".join(sorted(ours))[:80]
            raise DataError(f"Expected rows of one contract of {self.wanted.name}, was {shown}: name one in symbol=")
        return ours

    def _of_venue(self, names: list[str]) -> set[str]:
        """Return which names of venues in a file are its own: Tardis has 'binance-futures' and 'okex-swap'."""
        plain = re.sub(r"[^a-z]", "", self.contract.venue)
        own = (plain, *_FORMER.get(plain, ()))
        ours = {text for text in names if re.sub(r"[^a-z]", "", text.lower()).startswith(own)}
        self.elsewhere.update(dict.fromkeys(text for text in names if text not in ours))
        return ours

    def _refuse_others(self, name: str) -> None:
        """Refuse a file that is of another contract by its name, where its rows do not say it."""
        found = re.search(rf"(?:10{{3,}}|1M){re.escape(self.wanted.coin)}", name)
        told = [match[0] for match in _IN_NAME.finditer(name) if match[1] not in _NO_COINS or not match[2]]
        if self.contract.factor == 1 and found is not None:
            told = [found[0]]
        elif not told or any(self._is_ours(text) for text in told):
            return
        raise DataError(
            f"Expected a file of {self.wanted.name}, was {told[0]} by its name, {name[:80]}: say symbol={told[0]!r}; "
            "if the name misleads, read it and add the frame"
        )

    def _is_ours(self, text: str) -> bool:
        if text.upper() in {self.contract.id.upper(), self.wanted.text.upper(), self.wanted.name.upper()}:
            return True
        try:
            found = parse_symbol(text)
        except DataError:
            return False
        if self.contract.venue not in VENUES:
            return found.coin == self.wanted.coin
        same = (found.coin, found.factor) == (self.wanted.coin, self.contract.factor)
        return same and found.inverse == self.wanted.inverse and found.quote in {"", self.contract.quote}

    def _chosen(self, frames: Frames) -> Frames:
        """Return the frames that are wanted; the first rows of a kind say how long its candles are."""
        chosen = {kind: frame for kind, frame in frames.items() if self.kind in {None, kind} and len(frame)}
        for kind, frame in chosen.items():
            if kind not in self.steps:
                self.steps[kind] = self._step(kind, _times(frame)) if KINDS[kind].timed else None
        return chosen

    def _write(self, kind: str, frame: pd.DataFrame) -> None:
        times, step = _times(frame), self.steps[kind]
        if kind == "candles":
            frame = self._traded(frame)
            times = _times(frame)
        if kind == "candles" and step is not None and duration_ns(step) <= DAY:
            frame = frame[self.reading.kept(times % duration_ns(step) == 0, f"candles off the grid of {step}")]
            times = _times(frame)
        if not len(frame):
            return
        if kind in {"open_interest", "taker_volume"} and kind not in self.totals:
            refuse_another_unit(kind, frame, self.store, self.contract)
        if KINDS[kind].keyed:
            again = pd.Index(times).duplicated(keep="last")
            frame = frame[self.reading.kept(~again, f"rows of {kind} whose time comes again (the last counts)")]
            times = _times(frame)
        self.store.write(self.contract.venue, series_symbol(self.contract), kind, self.steps[kind], frame)
        low, high, count = self.totals.get(kind, (times.min(), times.max(), 0))
        self.totals[kind] = min(low, int(times.min())), max(high, int(times.max())), count + len(frame)

    def _traded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return candles, unless price moves in all of them and nothing is traded: those of a mark or index price."""
        moves = (frame["high"] > frame["low"]).to_numpy()
        untraded = moves & (frame["volume"] == 0).to_numpy()
        if not moves.any() or (moves & ~untraded).any():
            return frame
        if "candles" not in self.totals:
            raise DataError(
                f"Expected candles of trades, was {int(moves.sum()):,} in which price moves and nothing is traded "
                f"(volume 0), from {timestamp(int(_times(frame).min()))} on, as those of a mark or index price: add "
                "the file of what was traded. Where volume is not known, write NaN"
            )
        return frame[self.reading.kept(~moves, "candles in which price moves and nothing is traded")]

    def _step(self, kind: str, times: Integers) -> str:
        """Return the length of a candle under which rows are kept."""
        found = cleaning.step_of(times)
        if kind == "open_interest":
            usual = duration_ns(_INTEREST)
            return duration_text(self.given or (found if found and found > usual and found % MINUTE == 0 else usual))
        if found is None and self.given is None:
            left = "".join(f"; {note}" for note in self.reading.notes())
            raise DataError(f"Expected timeframe= of candles, was None: one row does not say how long it is{left}")
        if found is not None and self.given not in {None, found}:
            raise DataError(
                f"Expected candles of {duration_text(self.given or 0)}, was {duration_text(found)}: leave timeframe out"
            )
        return duration_text(self.given or found or 0)

    def _price_at(self, times: Integers) -> Floats:
        """Return the close of the stored candle that holds each time; NaN where there is none."""
        symbol = series_symbol(self.contract)
        prices = np.full(len(times), np.nan)
        step = self.given or cleaning.step_of(times)
        names = [names for _, names in self.store.series(self.contract.venue, symbol, "candles")]
        lengths = sorted((duration_ns(part["timeframe"]), part["timeframe"]) for part in names)
        for length, text in reversed([pair for pair in lengths if step is None or pair[0] <= step]):
            low, high = timestamp(int(times.min()) - length), timestamp(int(times.max()) + 1)
            frame = self.store.read(self.contract.venue, symbol, "candles", text, low, high)
            if frame.empty:
                continue
            opens = _times(frame)
            row = np.maximum(np.searchsorted(opens, times, side="right") - 1, 0)
            inside = (opens[row] <= times) & (times < opens[row] + length) & np.isnan(prices)
            prices[inside] = frame["close"].to_numpy()[row[inside]]
        return prices


def _other(given: object) -> str:
    """Return what was given that is neither a path nor a frame, and what helps."""
    kind = type(given)
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}".removeprefix("builtins.")
    if hasattr(given, "to_pandas"):
        return f"a {name}: add its .to_pandas()"
    if isinstance(given, list | tuple | set) or hasattr(given, "__next__"):
        return f"a {name}: add files and frames one by one"
    return f"a {name}"


def _times(frame: pd.DataFrame) -> Integers:
    return np.asarray(pd.DatetimeIndex(frame.get("time", frame.index)).as_unit("ns").asi8)
