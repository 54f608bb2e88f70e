"""What the venues send, read: rows become frames in base units, by position side, in the order of time.

Everything here is pure. Each reader names the convention that it follows; the side of a liquidation is always that of
the position that was closed. Rows that cannot be read are left out and counted, never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.market.venue.venues import venue

if TYPE_CHECKING:
    from liqwidget.market.venue.symbols import Instrument

Notes = list[str]
CandleRow = tuple[int, float, float, float, float, float]

_CANDLE = ("open", "high", "low", "close", "volume")
_FIELDS = 6
_SECONDS = 1000
_ORDER_SIDES = {"sell": "long", "buy": "short"}
"""A sell order closes a long."""
_POSITION_SIDES = {"buy": "long", "sell": "short", "long": "long", "short": "short"}


class Event(NamedTuple):
    """One liquidation."""

    time: int
    """[ns UTC]"""
    side: str
    """'long' or 'short', of the position that was closed."""
    price: float
    """[quote/base]: the fill where the venue gives it (Binance, Gate), else the bankruptcy price."""
    size: float
    """[quote]"""


def said(text: object, length: int = 160) -> str:
    """Return a text from the network as one short line of plain characters.

    What shows it must still treat it as text, not as markup.
    """
    line = re.sub(r"\s+", " ", re.sub(r"[^\x20-\x7e]+", " ", str(text))).strip()
    return line if len(line) <= length else line[: length - 3] + "..."


# ---------------------------------------------------------------------- candles


def candle_frame(rows: Iterable[Any], instrument: Instrument, step: int, now: int) -> tuple[pd.DataFrame, Notes]:
    """Return candles as `candle_rows` does, indexed by UTC open time: open, high, low, close, volume."""
    table, notes = candle_rows(rows, instrument, step, now)
    return _frame(list(table), _CANDLE), notes


def candle_rows(rows: Iterable[Any], instrument: Instrument, step: int, now: int) -> tuple[list[CandleRow], Notes]:
    """Return open time [ns UTC], open, high, low, close [quote/base], volume [base] of each candle.

    Rows are sorted; of duplicates the last one counts; rows off the grid of candles, that open after `now`, or that
    hold no price are left out.

    Parameters
    ----------
    rows : iterable
        As ccxt's fetch_ohlcv: open time [ms], open, high, low, close, volume. Volume is base units but on Gate
        (contracts), and counts both sides on HTX.
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    now : int
        The venue's present [ns].
    """
    kept: dict[int, tuple[float, ...]] = {}
    bad = future = 0
    for row in rows:
        values = [number(part) for part in row[:_FIELDS]] if isinstance(row, Sequence) else []
        if len(values) < _FIELDS or not _whole_candle(values, step):
            bad += 1
        elif values[0] * MILLISECOND >= now:
            future += 1
        else:
            kept[int(values[0]) * MILLISECOND] = tuple(values[1:])
    notes = _counted([(bad, "unreadable candles"), (future, "candles from the future")])
    factor, halved = instrument.scale, venue(instrument.venue).candle_sides
    unit = instrument.contract_size if instrument.venue == "gate" else None
    table: list[CandleRow] = []
    for time in sorted(kept):
        opened, high, low, close, volume = kept[time]
        amount = volume if unit is None else volume * unit / (close if instrument.inverse else 1.0)
        high, low = max(high, opened, close), min(low, opened, close)
        priced = (opened / factor, high / factor, low / factor, close / factor)
        table.append((time, *priced, amount * factor / halved))
    return table, notes


def _whole_candle(values: list[float], step: int) -> bool:
    time, *prices, volume = values
    return (
        math.isfinite(time)
        and time > 0
        and (step > DAY or int(time) * MILLISECOND % step == 0)
        and all(0 < price < math.inf for price in prices)
        and values[3] <= values[2]
        and (math.isnan(volume) or 0 <= volume < math.inf)
    )


# ---------------------------------------------------------------------- open interest


def interest_frame(
    infos: Iterable[tuple[Any, int | None]], instrument: Instrument, now: int
) -> tuple[pd.DataFrame, Notes]:
    """Return open interest by UTC time: `open_interest` [base, one side], or `open_interest_value` [quote] if inverse.

    Parameters
    ----------
    infos : iterable of (raw row, ns or None)
        Rows as the venue sent them, and the time of those that bear none.
    instrument : Instrument
        The contract.
    now : int
        The venue's present [ns]; later rows are left out.
    """
    kept: dict[int, float] = {}
    bad = future = 0
    for info, at in infos:
        time, amount = interest(info, instrument)
        stamp = at if time is None else time
        if stamp is None or not 0 < amount < math.inf:
            bad += 1
        elif stamp > now:
            future += 1
        else:
            kept[stamp] = amount
    notes = _counted([(bad, "unreadable values of open interest"), (future, "values of open interest from the future")])
    name = "open_interest_value" if in_quote(instrument) else "open_interest"
    return _frame([(time, kept[time]) for time in sorted(kept)], (name,)), notes


def in_quote(instrument: Instrument) -> bool:
    """Return whether `interest` gives quote currency: a contract is an amount of it and the coins are not told."""
    return instrument.inverse and instrument.venue in {"binance", "bybit", "gate"}


def interest(info: Any, instrument: Instrument) -> tuple[int | None, float]:
    """Return the time [ns, None if it bears none] and amount [base, or quote: `in_quote`] of one raw row, of one side.

    NaN if the row cannot be read. Conventions: Binance sumOpenInterest / openInterest [base; inverse: contracts];
    Bybit singleOpenInterest, else half of openInterest [base; inverse: USD]; OKX oiCcy [base], else oi x contract;
    Hyperliquid openInterest [base]; Bitget size [base]; Gate open_interest [contracts, both sides]; HTX amount, or in
    the history volume as asked for in coins [base, both sides].
    """
    sides, size = venue(instrument.venue).interest_sides, instrument.contract_size
    row: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
    time, amount = row.get("timestamp", row.get("time", row.get("ts"))), math.nan
    match instrument.venue:
        case "binance":
            amount = _first(row, "sumOpenInterest", "openInterest") * (size if instrument.inverse else 1.0)
        case "bybit":
            single = _first(row, "singleOpenInterest")
            amount = _first(row, "openInterest") / sides if math.isnan(single) else single
        case "okx" if isinstance(info, Sequence) and not isinstance(info, str) and len(info) > 2:  # noqa: PLR2004
            time, amount = info[0], number(info[2])
        case "okx":
            amount = _first(row, "oiCcy")
            if math.isnan(amount) and not instrument.inverse:
                amount = _first(row, "oi") * size
        case "hyperliquid":
            amount = _first(row, "openInterest")
        case "bitget":
            listed = row.get("openInterestList") or row.get("list") or [row]
            amount = _first(listed[0] if isinstance(listed[0], Mapping) else {}, "size", "openInterest")
        case "gate":
            time = number(row.get("time")) * _SECONDS
            amount = _first(row, "open_interest") * size / sides
        case "htx":
            history = "amount_type" in row
            amount = _first(row, "volume" if history else "amount") / sides
    scale = 1.0 if in_quote(instrument) else instrument.scale
    stamp = number(time)
    return (int(stamp) * MILLISECOND if 0 < stamp < math.inf else None), amount * scale


# ---------------------------------------------------------------------- funding and ratio


def rate_frame(rows: Iterable[Mapping[str, Any]], name: str, column: str, now: int) -> tuple[pd.DataFrame, Notes]:
    """Return a column by UTC time from ccxt's rows (`timestamp` [ms] and `name`): funding rates, long/short ratios.

    A rate that ccxt leaves empty is looked for in the raw row: OKX's recorded answers have `fundingRate` alone.
    """
    kept: dict[int, float] = {}
    bad = future = 0
    for row in rows:
        info = row.get("info")
        value = number(row.get(name))
        if math.isnan(value) and isinstance(info, Mapping):
            value = number(info.get(name))
        time = number(row.get("timestamp"))
        if not (math.isfinite(value) and 0 < time < math.inf):
            bad += 1
        elif int(time) * MILLISECOND > now:
            future += 1
        else:
            kept[int(time) * MILLISECOND] = value
    what = column.replace("_", " ") + "s"
    notes = _counted([(bad, f"unreadable {what}"), (future, f"{what} from the future")])
    return _frame([(time, kept[time]) for time in sorted(kept)], (column,)), notes


# ---------------------------------------------------------------------- liquidations


def liquidation_frame(events: Iterable[Event | None], now: int) -> tuple[pd.DataFrame, Notes]:
    """Return liquidations with a column `time`: side ('long' / 'short'), price [quote/base], size [quote].

    None stands for an unreadable one; the same event twice counts once.
    """
    kept: dict[Event, None] = {}
    bad = future = 0
    for event in events:
        if event is None:
            bad += 1
        elif event.time > now:
            future += 1
        else:
            kept[event] = None
    notes = _counted([(bad, "unreadable liquidations"), (future, "liquidations from the future")])
    frame = pd.DataFrame(sorted(kept), columns=list(Event._fields))
    return frame.assign(time=pd.to_datetime(frame["time"].astype("int64"), utc=True)), notes


def liquidation_items(name: str, payload: Any) -> Iterator[tuple[str, Any]]:
    """Yield the venue's name of the contract and the raw item of each liquidation in an answer or a socket's frame."""
    body = payload.get("data", payload) if isinstance(payload, Mapping) else payload
    if name == "binance" and isinstance(body, Mapping):
        body = [body.get("o", body)]
    for item in body if isinstance(body, Sequence) and not isinstance(body, str) else []:
        if not isinstance(item, Mapping):
            continue
        if name == "okx" and isinstance(item.get("details"), Sequence):
            yield from ((str(item.get("instId")), part) for part in item["details"])
        else:
            keys = {"binance": "s", "bybit": "s", "gate": "contract", "htx": "contract_code", "okx": "instId"}
            yield str(item.get(keys.get(name, "symbol"))), item


def liquidations_streamed(name: str, message: Any) -> bool:
    """Return whether a socket's message tells of liquidations."""
    if not isinstance(message, Mapping):
        return False
    argument = message.get("arg")
    match name:
        case "binance":
            return message.get("e") == "forceOrder"
        case "bybit":
            return str(message.get("topic")).startswith("allLiquidation.")
        case "okx":
            return (
                isinstance(argument, Mapping) and argument.get("channel") == "liquidation-orders" and "data" in message
            )
    return False


def liquidation(item: Any, instrument: Instrument) -> Event | None:
    """Return the liquidation of one raw item, None if it cannot be read.

    Conventions: Binance `S` is the side of the ORDER, `ap` the average fill, `z` what was filled. Bybit `S` is the
    side of the POSITION, `p` the bankruptcy price. OKX `posSide` is the position's side ('net' or missing: by the
    order's `side`), `sz` contracts, `bkPx` the bankruptcy price. Gate's sign of `size` is the POSITION's, `order_size`
    what this order closes (`size` counts a position that is closed in steps again at each). HTX `position_side`, else
    the order's `direction`; `trade_turnover` is quote currency.
    """
    if not isinstance(item, Mapping):
        return None
    contract = instrument.contract_size
    side: str | None = None
    time = price = amount = worth = math.nan
    match instrument.venue:
        case "binance":
            side = _ORDER_SIDES.get(str(item.get("S")).lower())
            filled = _first(item, "ap")
            price = filled if filled > 0 else _first(item, "p")
            time, amount = number(item.get("T")), _first(item, "z", "q") * (contract if instrument.inverse else 1.0)
        case "bybit":
            side = _POSITION_SIDES.get(str(item.get("S")).lower())
            time, price, amount = number(item.get("T")), _first(item, "p"), _first(item, "v")
        case "okx":
            side = {"long": "long", "short": "short"}.get(str(item.get("posSide")).lower()) or _ORDER_SIDES.get(
                str(item.get("side")).lower()
            )
            time, price, amount = number(item.get("ts")), _first(item, "bkPx"), _first(item, "sz") * contract
        case "gate":
            held = _first(item, "size")
            side = "long" if held > 0 else "short" if held < 0 else None
            closed = abs(_first(item, "order_size", "size")) - abs(_first({"left": 0} | dict(item), "left"))
            time, price = number(item.get("time")) * _SECONDS, _first(item, "fill_price", "order_price")
            amount = closed * contract
        case "htx":
            position = _POSITION_SIDES.get(str(item.get("position_side")).lower())
            side = position or _ORDER_SIDES.get(str(item.get("direction")).lower())
            time = number(item.get("liquidation_time", item.get("created_at")))
            price, worth = _first(item, "bankrupt_price", "price"), _first(item, "trade_turnover")
            amount = _first(item, "volume") * contract
    if math.isnan(worth):
        worth = amount if instrument.inverse else amount * price
    if side is None or not (0 < time < math.inf and 0 < price < math.inf and 0 < worth < math.inf):
        return None
    return Event(int(time) * MILLISECOND, side, price / instrument.scale, worth)


# ---------------------------------------------------------------------- small parts


def number(value: Any) -> float:
    """Return a number or its text as a float; NaN for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _first(row: Mapping[str, Any], *names: str) -> float:
    """Return the first of some fields that is a number, else NaN."""
    return next((value for value in (number(row.get(name)) for name in names) if not math.isnan(value)), math.nan)


def _counted(counts: list[tuple[int, str]]) -> Notes:
    return [f"{count} {what} left out" for count, what in counts if count]


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["time", *columns])
    times = pd.DatetimeIndex(pd.to_datetime(frame["time"].astype("int64"), utc=True), name="time")
    return frame.drop(columns="time").astype("float64").set_axis(times)
