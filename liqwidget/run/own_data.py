"""Own data that go on: newer candles join those that are there, in any order, twice or revised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.domain.frames import Liquidations, MarketData
from liqwidget.domain.time import duration_text, timestamp
from liqwidget.domain.trades import PricePath
from liqwidget.errors import DataError, SourceError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.market.read import strangers
from liqwidget.market.timeframes import coarser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import Ledger
    from liqwidget.market.source import Source

_CANDLE = ("open", "high", "low", "close", "volume", "taker_buy_volume")


def gone_on(
    source: Source, ledger: Ledger, given: Any, open_interest: Any, options: dict[str, Any]
) -> tuple[Source, Ledger]:
    """Return a source of own data with more of them, in candles as long as before, and its ledger.

    Raises
    ------
    DataError
        If what was given cannot be used, or is of another symbol, timeframe or grid.
    SourceError
        If the source is simulated or of exchanges.
    """
    if source.simulated or source.status:
        what = "simulated" if source.simulated else "read from exchanges: h.start() follows them"
        message = f"Expected a heatmap of your own data to update, was one that is {what}"
        raise SourceError(message)
    known = {part.venue: part for part in source.finest or source.markets}
    for part in _markets_of(given, open_interest, tuple(known.values()), **options):
        known[part.venue] = joined(known[part.venue], part) if part.venue in known else part
    finest = tuple(known.values())
    if strange := strangers(finest):
        raise DataError(f"Expected one coin on all venues, was another price: {'; '.join(strange.values())}")
    made = replace(source, markets=finest, label=" + ".join(known), finest=finest)
    if any(part.timeframe != ledger.timeframe for part in finest):
        made = coarser(made, ledger.timeframe)
    return made, _ledger_of(ledger, source.markets, made.markets)


def _markets_of(
    given: Any, open_interest: Any, known: Sequence[MarketData], *, venue: str | None = None, **options: Any
) -> tuple[MarketData, ...]:
    """Return what a user gave as markets: markets, or frames of one of the venues that are known.

    Raises
    ------
    DataError
        If frames cannot be used, or it is not said of which venue they are.
    """
    if isinstance(given, MarketData):
        return (given,)
    if isinstance(given, Iterable) and not isinstance(given, pd.DataFrame | pd.Series | str):
        several = list(given) if isinstance(given, list | tuple) else []
        if several and all(isinstance(part, MarketData) for part in several):
            return tuple(several)
    venues = [part.venue for part in known]
    if venue is None and len(venues) > 1:
        message = f"Expected venue= as one of {', '.join(venues)} beside frames, was none"
        raise DataError(message)
    name = venues[0] if venue is None else venue
    own = next((part for part in known if part.venue == name), known[0])
    usual = {
        "symbol": own.symbol, "venue": name, "timeframe": duration_text(own.timeframe), "contract": own.contract,
    }  # fmt: skip
    return (MarketData.from_frames(given, open_interest, **(usual | options)),)


def joined(market: MarketData, newer: MarketData) -> MarketData:
    """Return a market with newer rows after and in place of its own.

    Raises
    ------
    DataError
        If they are of another symbol, kind of contract, timeframe or grid, or open interest begins to be known.
    """
    if any(getattr(newer, name) != getattr(market, name) for name in ("symbol", "timeframe", "contract")):
        kinds = ("", "") if newer.contract == market.contract else (f"{market.contract} ", f"{newer.contract} ")
        wanted, was = (
            f"{kind}{part.symbol} in {duration_text(part.timeframe)}"
            for kind, part in zip(kinds, (market, newer), strict=True)
        )
        message = f"Expected candles of {wanted} on {market.venue}, was {was}"
        raise DataError(message)
    if (int(newer.time[0]) - int(market.time[0])) % market.timeframe:
        message = (
            f"Expected candles whole {duration_text(market.timeframe)} after {timestamp(market.time[0])}, "
            f"was {timestamp(newer.time[0])}"
        )
        raise DataError(message)
    if strange := strangers([market, newer]):
        message = f"Expected prices that go on from those before, was another size: {'; '.join(strange.values())}"
        raise DataError(message)
    if market.relative and not newer.relative:
        message = (
            f"Expected candles alone, as {market.venue} has no open interest before, was open interest too: "
            "make a heatmap of both"
        )
        raise DataError(message)
    columns = _by_time(market, newer, "time", _CANDLE)
    if market.relative:
        stamps = np.append(columns["time"][:1], columns["time"] + market.timeframe)
        columns |= {"interest_time": stamps, "interest": np.ones(len(stamps))}
    elif not newer.relative:
        columns |= _by_time(market, newer, "interest_time", ("interest",))
    made = replace(
        market,
        **columns,
        **_by_time(market, newer, "funding_time", ("funding_rate",)),
        liquidations=_events(market.liquidations, newer.liquidations),
        path=_path(market, newer),
        complete_until=newer.complete_until,
        partial=tuple(sorted({*market.partial, *newer.partial})),
        notes=tuple(dict.fromkeys([*market.notes, *(() if newer.relative else newer.notes)])),
    )
    made.check_unit()
    return made


def _by_time(market: MarketData, newer: MarketData, key: str, names: Sequence[str]) -> dict[str, Any]:
    """Return columns of both by time; of one time the newer row counts."""
    ours, theirs = getattr(market, key), getattr(newer, key)
    keep = ~np.isin(ours, theirs)
    order = np.argsort(np.concatenate([ours[keep], theirs]), kind="stable")
    both = {name: np.concatenate([getattr(market, name)[keep], getattr(newer, name)])[order] for name in (key, *names)}
    for column in both.values():
        column.flags.writeable = False
    return both


def _path(market: MarketData, newer: MarketData) -> PricePath | None:
    """Return the way of price within candles of both, of candles of one time that of the newer."""
    ours, theirs = market.path, newer.path
    if ours is not None:
        ours = PricePath._make(column[~np.isin(ours.time, newer.time)] for column in ours)
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    both = PricePath._make(map(np.concatenate, zip(ours, theirs, strict=True)))
    order = np.argsort(both.time, kind="stable")
    return PricePath._make(column[order] for column in both)


def _events(ours: Liquidations, theirs: Liquidations) -> Liquidations:
    names = [part.name for part in fields(ours)]
    both = pd.concat([pd.DataFrame({name: getattr(part, name) for name in names}) for part in (ours, theirs)])
    both = both.drop_duplicates().sort_values("time", kind="stable")
    return Liquidations(**{name: both[name].to_numpy(getattr(ours, name).dtype) for name in names})


def _ledger_of(ledger: Ledger, before: Sequence[MarketData], markets: Sequence[MarketData]) -> Ledger:
    """Return the ledger of markets that went on from those before: as if it were estimated from them all at once."""
    known = {part.venue: part for part in before}
    if all(part.venue in known and _goes_on(known[part.venue], part) for part in markets):
        try:
            return advance(ledger, markets)
        except DataError:  # Rows that had closed were revised.
            pass
    return estimate(markets, ledger.prior)


def _goes_on(before: MarketData, market: MarketData) -> bool:
    """Return whether nothing was revised that a ledger does not compare: open interest up to the last close."""
    count, edge = len(before.interest_time), int(before.close_time[-1]) + before.tolerance
    return bool(
        np.array_equal(market.time[: len(before.time)], before.time)
        and np.array_equal(market.interest_time[:count], before.interest_time)
        and np.array_equal(market.interest[:count], before.interest)
        and (market.interest_time[count:] > edge).all()
    )
