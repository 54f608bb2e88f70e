"""From market data to the ledger: `estimate`, and `advance`, which goes on from where a ledger stands."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from liqwidget.domain.lattice import cell_coordinate
from liqwidget.domain.ledger import CHURN, Ledger, RowInputs, RowKind, VenueLedger
from liqwidget.domain.leverage import NEAR_BOOK, NEAR_SHARE
from liqwidget.domain.time import duration_text, time_ns, timestamp
from liqwidget.domain.whole_candles import whole_candles
from liqwidget.errors import DataError
from liqwidget.estimate.books import empty_books
from liqwidget.estimate.estimate_asked import Markets, checked_markets, checked_rate, checked_share
from liqwidget.estimate.fold import extend, without_provisional
from liqwidget.estimate.parts import in_parts
from liqwidget.estimate.survival import SurvivalState
from liqwidget.field.density import DEFAULT_PRIOR, HEAT_PRIOR, Prior, PriorLike, density

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.frames import MarketData

_ROUNDING = 1e-12
"""Share by which a value may miss itself: volumes are sums of parts, where a candle was made of trades."""


def estimate(
    market: Markets, prior: PriorLike | Prior = DEFAULT_PRIOR, *, churn: float = CHURN, near: float = NEAR_SHARE
) -> Ledger:
    """Estimate what opened, closed and was swept, candle by candle.

    Each venue is estimated by itself; maps add. Beside the ledger stands that of the same candles under the prior of
    heat, `Ledger.heat`.

    Parameters
    ----------
    market : MarketData or iterable of MarketData
        One per venue, all of one symbol.
    prior : str, (median, sigma), or mapping
        The leverage prior: 'effective' (default), 'isolated', 'nominal', own numbers, or a nominal ladder.
    churn : float
        Share of positions closed per day of normal volume, as an exponential rate; 0.4 is a half-life of 1.7 days.
    near : float
        Share of open interest in the book at the venue's cap, a small and fast one that sets the level of sizes near
        price (docs/method.md, section 3); 0 is without it.

    Returns
    -------
    Ledger

    Raises
    ------
    DataError
        If venues repeat, symbols, quote currencies or units of price differ, churn is no rate, or near is no share.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> ledger.names
    ('binance', 'bybit', 'okx', 'hyperliquid')
    """
    rules = Rules.checked(churn, near)
    ledger = estimated(market, Prior.parse(prior), rules)
    return with_heat(ledger, estimated_beside(ledger, HEAT_PRIOR, rules.without_cap()))


class Rules(NamedTuple):
    """What is the same for every venue of a ledger: churn of the groups' books, share of the book at the cap."""

    churn: float = CHURN
    near: float = NEAR_SHARE

    @classmethod
    def checked(cls, churn: object, near: object) -> Rules:
        """Return the rules that a user gives; a DataError if they cannot be."""
        return cls(checked_rate(churn), checked_share(near))

    @classmethod
    def of(cls, ledger: Ledger) -> Rules:
        """Return the rules that a ledger was made by."""
        return cls(ledger.venues[0].churn, ledger.venues[0].near) if ledger.venues else cls()

    def without_cap(self) -> Rules:
        """Return the rules of heat."""
        return Rules(self.churn, 0.0)


def estimated(market: Markets, prior: Prior, rules: Rules) -> Ledger:
    """Return the ledger of a prior, without heat."""
    markets = checked_markets(market)
    return Ledger(markets[0].symbol, prior, tuple(_first(part, prior, rules) for part in markets))


def estimated_beside(ledger: Ledger, prior: Prior, rules: Rules) -> Ledger:
    """Return the ledger of another prior, without heat, from the rows of one: what `estimated` makes of its markets."""
    parts = []
    for part in ledger:
        blank = _blank(part, int(part.time[0]), float(part.close[0]), prior, rules)
        parts.append(extend(blank, part.inputs, prior, part))
    return Ledger(ledger.symbol, prior, tuple(parts))


def with_heat(ledger: Ledger, heat: Ledger) -> Ledger:
    """Return a ledger with its heat, which holds the same arrays where they are equal."""
    shared = ("inputs", "open_interest", "flags", "survival")
    parts = tuple(
        replace(part, **{name: getattr(main, name) for name in shared}) for main, part in zip(ledger, heat, strict=True)
    )
    return replace(ledger, heat=replace(heat, venues=parts))


def advance(ledger: Ledger, market: Markets) -> Ledger:
    """Return the ledger with newer candles; the same data in any chunks give the same ledger to the byte.

    A candle already in the ledger changes nothing. A provisional row is replaced.

    Raises
    ------
    DataError
        If a candle differs from the row already in the ledger; `recompute` then makes it anew from a time on.

    Examples
    --------
    >>> import liqwidget
    >>> market = liqwidget.sample_market(days=3).markets()[0]
    >>> ledger = liqwidget.estimate(market.until("2026-01-30"))
    >>> newer = liqwidget.advance(ledger, market)
    >>> newer.end > ledger.end
    True
    """
    return _both(_advanced, ledger, market, Rules.of(ledger))


def _both(change: Callable[..., Ledger], ledger: Ledger, market: Markets, *given: Any) -> Ledger:
    """Return what a change makes of a ledger and of its heat."""
    if ledger.heat is None:
        return change(ledger, market, *given)
    markets = checked_markets(market)
    changed = change(replace(ledger, heat=None), markets, *given)
    heat_given = (part.without_cap() if isinstance(part, Rules) else part for part in given)
    return with_heat(changed, change(ledger.heat, markets, *heat_given, beside=changed))


def _advanced(ledger: Ledger, market: Markets, rules: Rules, *, beside: Ledger | None = None) -> Ledger:
    """Return the ledger with newer candles; `beside`, of the same candles, has their rows already."""
    markets = {part.venue: part for part in checked_markets(market)}
    wrong = next((part.symbol for part in markets.values() if part.symbol != ledger.symbol), None)
    if wrong is not None:
        message = f"Expected market data of {ledger.symbol}, was {wrong!r}"
        raise DataError(message)
    rows = {} if beside is None else {part.venue: part for part in beside}
    kept = [
        _advance(part, markets.pop(part.venue), ledger.prior, rows.get(part.venue)) if part.venue in markets else part
        for part in ledger
    ]
    newer = (_first(part, ledger.prior, rules) for part in markets.values())
    return Ledger(ledger.symbol, ledger.prior, (*kept, *newer))


def recompute(ledger: Ledger, market: Markets, from_time: Any) -> Ledger:
    """Return the ledger made anew from a time on, for data that were revised after the fact.

    Candles that had closed by `from_time` stay to the byte; later ones, and a gap before them, come from `market`.

    Examples
    --------
    >>> import liqwidget
    >>> market = liqwidget.sample_market(days=3).markets()[0]
    >>> ledger = liqwidget.estimate(market)
    >>> liqwidget.recompute(ledger, market, "2026-01-30").end == ledger.end
    True
    """
    return _both(_recomputed, ledger, market, time_ns(from_time, "from_time"))


def _recomputed(ledger: Ledger, market: Markets, limit: int, *, beside: Ledger | None = None) -> Ledger:  # noqa: ARG001
    markets = checked_markets(market)
    replaced = {part.venue for part in markets}
    parts = []
    for part in ledger:
        rows = int(np.searchsorted(part.time[: part.settled], limit, side="right"))
        rows -= int(rows > 0 and part.inputs.kind[rows - 1] == RowKind.GAP)
        if part.venue not in replaced:
            parts.append(part)
        elif rows > 1:
            inputs = part.inputs.cut(slice(0, rows))
            blank = _blank(
                part, int(inputs.time[0]), float(inputs.close[0]), ledger.prior, Rules(part.churn, part.near)
            )
            parts.append(extend(blank, inputs, ledger.prior))
    kept = Ledger(ledger.symbol, ledger.prior, tuple(parts))
    newer = [part for part in (_newer(part, limit) for part in markets) if part is not None]
    if not (newer or parts):
        message = f"Expected candles that close after {timestamp(limit)}, was none"
        raise DataError(message)
    return _advanced(kept, newer, Rules.of(ledger)) if newer else kept


def _newer(market: MarketData, limit: int) -> MarketData | None:
    """Return the candles that close after `limit`, with all open interest."""
    rows = market.close_time > limit
    if not rows.any():
        return None
    names = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")
    return replace(market, **{name: getattr(market, name)[rows] for name in names})


def _first(market: MarketData, prior: Prior, rules: Rules) -> VenueLedger:
    """Return the ledger of one venue from its first candle on."""
    price, time = market.open[:1], market.time[:1]
    row = int(np.searchsorted(market.interest_time, time[0] + market.tolerance, side="right")) - 1
    known, stamp = (market.interest[row], market.interest_time[row]) if row >= 0 else (math.nan, 0)
    rows = _rows(market, int(time[0]), float(price[0]), known, stamp)
    if math.isnan(known) and len(rows.time):
        known, stamp = rows.interest[0], time[0]
    first = RowInputs(
        time,
        np.array([RowKind.START], np.uint8),
        price,
        price,
        price,
        np.array([np.nan]),
        np.array([known]),
        np.array([stamp]),
    )
    blank = _blank(market, int(time[0]), float(price[0]), prior, rules)
    return extend(blank, first.followed_by(rows), prior)


def begun_late(part: VenueLedger, first: int, prior: Prior) -> VenueLedger:
    """Return a venue's ledger as if its data began at the close of a row, by its own rules and another prior."""
    close, held = part.close[first : first + 1], part.open_interest[first : first + 1]
    time = part.time[first : first + 1]
    start = RowInputs(time, np.array([RowKind.START], np.uint8), close, close, close, np.array([np.nan]), held, time)
    blank = _blank(part, int(time[0]), float(close[0]), prior, Rules(part.churn, part.near))
    return extend(blank, start.followed_by(part.inputs.cut(slice(first + 1, None))), prior)


def folded(part: VenueLedger, rows: RowInputs, prior: Prior) -> VenueLedger:
    """Return a venue's ledger with further rows, as they stand in another ledger of the same data.

    To one that has no rows yet they are the first: its books are made for them.
    """
    if not len(part.time):
        rules = Rules(part.churn, part.near)
        return extend(_blank(part, int(rows.time[0]), float(rows.close[0]), prior, rules), rows, prior)
    return extend(without_provisional(part), rows, prior) if len(rows.time) else part


def _blank(market: MarketData | VenueLedger, start: int, price: float, prior: Prior, rules: Rules) -> VenueLedger:
    """Return a ledger without rows, with the venue of `market`, before `price` at `start` [ns]."""
    empty, no_times = np.empty(0), np.empty(0, np.int64)
    spread = density(
        prior, market.minimum_distance, market.venue, market.maintenance_margin_rate, market.contract, near=rules.near
    )
    return VenueLedger(
        venue=market.venue,
        symbol=market.symbol,
        timeframe=market.timeframe,
        minimum_distance=market.minimum_distance,
        maintenance_margin_rate=market.maintenance_margin_rate,
        inputs=RowInputs(no_times, np.empty(0, np.uint8), empty, empty, empty, empty, empty, no_times),
        open_interest=empty,
        flags=np.empty(0, np.uint8),
        log_survival=empty,
        near_log_survival=empty,
        opened=np.empty((0, 2, NEAR_BOOK + 1)),
        books=empty_books(float(cell_coordinate(price)), spread),
        survival=SurvivalState(time=start, volume_since=start),
        churn=rules.churn,
        near=rules.near,
        relative=market.relative,
        notes=market.notes,
        contract=market.contract,
        quote=market.quote,
    )


def _advance(ledger: VenueLedger, market: MarketData, prior: Prior, beside: VenueLedger | None = None) -> VenueLedger:
    if beside is not None:
        return _followed(ledger, beside, prior)
    if market.timeframe != ledger.timeframe:
        message = (
            f"Expected {ledger.venue} candles of {duration_text(ledger.timeframe)} as in the ledger, "
            f"was {duration_text(market.timeframe)}"
        )
        raise DataError(message)
    settled = without_provisional(ledger)
    if (int(market.time[0]) - int(settled.time[0])) % ledger.timeframe:
        message = (
            f"Expected {ledger.venue} candles that open on the ledger's grid of {duration_text(ledger.timeframe)} from "
            f"{timestamp(settled.time[0])}, was {timestamp(market.time[0])}"
        )
        raise DataError(message)
    known = int(np.searchsorted(market.close_time, settled.time[-1], side="right"))
    _compare(settled, market, known)
    if known == len(market.time):
        return ledger if market.complete_until is None else settled
    inputs = settled.inputs
    newer = _rows(
        _from_row(market, known),
        int(inputs.time[-1]),
        float(inputs.close[-1]),
        float(inputs.interest[-1]),
        int(inputs.interest_time[-1]),
    )
    return extend(settled, newer, prior) if len(newer.time) else settled


def _followed(ledger: VenueLedger, beside: VenueLedger, prior: Prior) -> VenueLedger:
    """Return a ledger with the rows that the one beside it, of the same candles, has got."""
    if beside.inputs is ledger.inputs:
        return ledger
    settled = without_provisional(ledger)
    rows = beside.inputs.cut(slice(len(settled.time), None))
    return extend(settled, rows, prior, beside) if len(rows.time) else settled


def _from_row(market: MarketData, row: int) -> MarketData:
    names = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")
    return replace(market, **{name: getattr(market, name)[row:] for name in names})


def _compare(ledger: VenueLedger, market: MarketData, known: int) -> None:
    """Raise a DataError at the first of the market's `known` candles that differs from the ledger's row."""
    if not known:
        return
    begin = int(np.searchsorted(ledger.time, market.close_time[0]))
    inputs = whole_candles(ledger.inputs.cut(slice(begin, None)))
    rows = np.minimum(np.searchsorted(inputs.time, market.close_time[:known]), len(inputs.time) - 1)
    same = (inputs.time[rows] == market.close_time[:known]) & (inputs.kind[rows] == RowKind.CANDLE)
    for name in ("low", "high", "close", "volume"):
        ours, theirs = getattr(inputs, name)[rows], getattr(market, name)[:known]
        same &= (np.abs(ours - theirs) <= _ROUNDING * np.abs(theirs)) | (np.isnan(ours) & np.isnan(theirs))
    if not same.all():
        row = int(np.argmin(same))
        opened = timestamp(market.time[row])
        message = (
            f"Expected candles as they stand in the ledger, was another {ledger.venue} candle at {opened}: "
            f"low, high, close {market.low[row]:g}, {market.high[row]:g}, {market.close[row]:g}. "
            f"Call recompute(ledger, market, from_time={opened.isoformat()!r}) to replace what follows"
        )
        raise DataError(message)


def _rows(market: MarketData, time: int, close: float, interest: float, stamp: int) -> RowInputs:
    """Return the rows of a market's candles: candles, the gaps before them, a provisional one.

    `time` [ns], `close`, `interest` and its `stamp` [ns] are those of the row before.
    """
    limit = market.complete_until
    done = market.close_time if limit is None else np.minimum(market.close_time, limit)
    kinds = np.where(done < market.close_time, RowKind.PROVISIONAL, RowKind.CANDLE).astype(np.uint8)
    count = int((done > market.time).sum())
    end, kinds = done[:count], kinds[:count]
    before_time, before_close = np.append(time, end)[:count], np.append(close, market.close[:count])[:count]
    gaps = np.flatnonzero(market.time[:count] > before_time)
    opens = market.open[gaps]
    closes = np.insert(end, gaps, market.time[gaps])
    newer = market.interest_time > stamp
    values, stamps = np.append(interest, market.interest[newer]), np.append(stamp, market.interest_time[newer])
    index = np.searchsorted(stamps[1:], closes + market.tolerance, side="right")
    rows = RowInputs(
        time=closes,
        kind=np.insert(kinds, gaps, RowKind.GAP),
        low=np.insert(market.low[:count], gaps, np.minimum(before_close[gaps], opens)),
        high=np.insert(market.high[:count], gaps, np.maximum(before_close[gaps], opens)),
        close=np.insert(market.close[:count], gaps, opens),
        volume=np.insert(market.volume[:count], gaps, np.nan),
        interest=values[index],
        interest_time=stamps[index],
    )
    return in_parts(rows, market.timeframe, market.path)
