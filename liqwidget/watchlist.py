"""Watchlist: several markets in one table, the nearest clusters of each; a click opens its heatmap."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from liqwidget.background import Background, weakly
from liqwidget.beginning import checked_source
from liqwidget.domain.amount import MOST_DECIMALS, price_decimals
from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import MILLISECOND
from liqwidget.errors import DataError, LiqError, SourceError
from liqwidget.field.density import DEFAULT_PRIOR
from liqwidget.heatmap import LiqHeatmap
from liqwidget.market.read import base_symbol
from liqwidget.run.watched_markets import WatchedMarkets
from liqwidget.widget.elsewhere import with_words
from liqwidget.widget.live import on_main_thread
from liqwidget.widget.watchlist_table import WatchlistTable

if TYPE_CHECKING:
    from liqwidget.decide.market_summary import MarketSummary, NearCluster
    from liqwidget.market.source import SourceLike
    from liqwidget.run.alerting import Alerts
    from liqwidget.run.watched_markets import Watched

USUAL_SYMBOLS = ("BTC", "ETH", "SOL")
"""The simulated market has these."""
_APART, _CLOSE_SECONDS = 0.25, 5.0
"""How often the page is told, at most; how long is waited for its last words [s]."""
_GAP, _AT_ONCE = 0.005, 3
"""A click that comes so soon after a heatmap was opened had queued up [s]; so many of these are followed one by one."""
_COLUMNS = (
    "symbol", "price", "change_24h_pct",
    "below_price", "below_distance_pct", "below_size", "below_size_change_24h",
    "above_price", "above_distance_pct", "above_size", "above_size_change_24h",
    "quote", "venues", "last_time", "data_age", "alerts", "state", "reason",
)  # fmt: skip


class Watchlist(ipywidgets.VBox):  # type: ignore[misc]
    """Several markets in one table: price, the nearest cluster on both sides, how they changed, data age, alerts.

    A click on a row opens its heatmap below; another closes it. `to_frame` is the table as a DataFrame.

    Parameters
    ----------
    symbols : iterable of str, optional
        Such as ``["BTC", "ETH", "SOL"]``, the default; own markets bring theirs.
    source : str, MarketData, or iterable of either, optional
        As for `LiqHeatmap`; own `MarketData` may be of several symbols.
    live : bool
        Whether to follow those that come from exchanges, until `stop` or `close`; all of them share one feed per venue.
    timeframe : str, optional
        Length of a candle, ``'5m'`` or that of your own data.
    prior : str, (median, sigma), or mapping
        The leverage prior: see `LiqHeatmap`.
    theme : {'auto', 'light', 'dark'}
        Of the table.

    Raises
    ------
    DataError
        If there is no symbol, one is none, or own markets are of others.
    SourceError
        If `live` is asked of a source that cannot be followed.

    Examples
    --------
    >>> import liqwidget
    >>> w = liqwidget.Watchlist(["BTC", "ETH"], source="sample")
    >>> w.to_frame()["symbol"].tolist()
    ['BTC', 'ETH']
    >>> w.close()
    """

    def __init__(
        self,
        symbols: Iterable[str] | None = None,
        source: SourceLike = None,
        live: bool = False,  # noqa: FBT001, FBT002 - as `LiqHeatmap` says it
        *,
        timeframe: str | None = None,
        prior: Any = DEFAULT_PRIOR,
        theme: str = "auto",
    ) -> None:
        sources = _sources(symbols, source)
        if live and any(map(_still, sources.values())):
            message = "Expected live=True with exchanges, was a source that stands still: leave live out"
            raise SourceError(message)
        self._sources, self._options = sources, {"timeframe": timeframe, "prior": prior}
        self._told_at = float("-inf")
        self._telling = Background("liqwidget-watchlist-page", weakly(self._tell))
        self._heatmap: LiqHeatmap | None = None
        self._last_click: str | None = None
        self._clicked_at, self._queued = float("-inf"), 0
        self._clicks = Background("liqwidget-watchlist-clicks", weakly(self._click_last))
        self.children: tuple[ipywidgets.Widget, ...]
        self._table = WatchlistTable(theme=theme)
        self._table.on_open(weakly(self._clicked))
        self._markets = WatchedMarkets(
            sources, timeframe=timeframe, prior=prior, live=live, changed=weakly(self._changed), main=on_main_thread
        )
        super().__init__(children=(self._table,))
        self._show()
        self._markets.begin()

    # ------------------------------------------------------------------ what is known

    @property
    def symbols(self) -> tuple[str, ...]:
        """The markets, in order."""
        return tuple(self._sources)

    @property
    def heatmap(self) -> LiqHeatmap | None:
        """The heatmap that is open below the table."""
        return self._heatmap

    @property
    def alerts(self) -> dict[str, Alerts]:
        """The alerts of each market that is read: see `LiqHeatmap.alerts`; `watch_for` adds a rule to all of them."""
        return self._markets.alerts

    @property
    def live(self) -> bool:
        """Whether markets are followed."""
        return self._markets.live

    def to_frame(self) -> pd.DataFrame:
        """Return the table.

        Returns
        -------
        DataFrame
            One row per market: symbol; price, below_price, above_price: the last price, and the near edge of the
            nearest cluster of longs below and of shorts above [quote/base]; change_24h_pct; below_distance_pct,
            above_distance_pct [%]; below_size, above_size: what stands in these clusters, estimates, and
            below_size_change_24h, above_size_change_24h: how much more than a day before [quote]; quote; venues;
            last_time (UTC) and data_age: up to when it is known, and how long ago that was; alerts: how many were
            told; state: 'waiting', 'reading', 'live', 'stopped', 'simulated', 'own frames' or 'failed'; reason.
            NaN and NaT stand for what is not known.
        """
        known, now = self._markets.known, time.time_ns()
        frame = pd.DataFrame([_table_row(one) for one in known], columns=list(_COLUMNS))
        frame["last_time"] = pd.to_datetime(frame["last_time"], utc=True)
        frame["data_age"] = pd.TimedeltaIndex([_age(one, now) for one in known])
        return frame

    def watch_for(self, rule: Any, action: Any = "toast") -> None:
        """Add a rule to the alerts of every market: see `Alerts.add`.

        Raises
        ------
        DataError
            If it is no rule, or no action.
        """
        self._markets.watch_for(rule, action)

    # ------------------------------------------------------------------ what is followed

    def start(self) -> None:
        """Follow those markets that come from exchanges.

        Raises
        ------
        SourceError
            If none does.
        """
        if all(map(_still, self._sources.values())):
            message = "Expected markets of exchanges, was a source that stands still: there is nothing to follow"
            raise SourceError(message)
        self._markets.start()

    def stop(self) -> None:
        """Follow nothing; the table stays."""
        self._markets.stop()

    def close(self) -> None:
        """Close the table and the heatmap; nothing goes on behind them."""
        if self.comm is not None:
            self._markets.close()
            self._telling.close(_CLOSE_SECONDS)
            self._clicks.close(_CLOSE_SECONDS)
            if self._heatmap is not None:
                self._heatmap.close()
            self._table.close()
        super().close()

    # ------------------------------------------------------------------ the heatmap below

    def show(self, symbol: str | None) -> LiqHeatmap | None:
        """Open the heatmap of a market below the table, in place of that which is open; None closes it.

        Raises
        ------
        DataError
            If the symbol is not in the list.
        LiqError
            If it cannot be read.
        """
        if symbol is not None and symbol not in self._sources:
            message = f"Expected a symbol among {', '.join(self._sources)}, was {symbol!r:.60}"
            raise DataError(message)
        self._let_go()
        if symbol is not None:
            self._table.note = f"Reading {symbol} …"
            self._heatmap = LiqHeatmap(symbol, self._sources[symbol], **self._options)
            self._table.note, self._table.opened = "", symbol
            self.children = (self._table, self._heatmap)
        return self._heatmap

    def _let_go(self) -> None:
        before, self._heatmap = self._heatmap, None
        self.children, self._table.opened, self._table.note = (self._table,), "", ""
        if before is not None:
            before.close()

    def _clicked(self, symbol: str) -> None:
        """Open or close what is clicked; of clicks that queued up while one was opened, the newest."""
        self._queued = self._queued + 1 if time.monotonic() - self._clicked_at < _GAP else 0
        if self._last_click is None and self._queued < _AT_ONCE:
            self._toggle(symbol)
        else:
            self._last_click, self._clicked_at = symbol, time.monotonic()
            self._clicks.wake()

    def _click_last(self, now: float) -> float | None:
        """Open what was clicked last, once no more clicks come."""
        if now - self._clicked_at < _GAP:
            return _GAP
        symbol, self._last_click = self._last_click, None
        if symbol is not None:
            on_main_thread(partial(self._toggle, symbol))
        return None

    def _toggle(self, symbol: str) -> None:
        if self.comm is None:
            return
        try:
            self.show(None if symbol == self._table.opened else symbol)
        except LiqError as error:
            self._table.note = str(error)
        finally:
            self._clicked_at = time.monotonic()

    # ------------------------------------------------------------------ the page

    def _changed(self) -> None:
        """Tell the page, a few times a second at most."""
        self._telling.wake()

    def _tell(self, now: float) -> float | None:
        wait = self._told_at + _APART - now
        if wait > 0:
            return wait
        self._told_at = now
        self._show()
        return None

    def _show(self) -> None:
        self._table.rows = [_page_row(one) for one in self._markets.known]

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any] | None:
        data = super()._repr_mimebundle_(**options)
        return data and with_words(data)

    def __repr__(self) -> str:
        """Return what is watched."""
        return f"Watchlist({', '.join(self._sources)})"


def _still(source: SourceLike) -> bool:
    """Return whether a source of `_sources` can be read but not followed: the user's own, or the simulated market."""
    return source == "sample" or (isinstance(source, list) and isinstance(source[0], MarketData))


def _sources(symbols: Iterable[str] | None, source: SourceLike) -> dict[str, SourceLike]:
    """Return what each symbol is read from.

    Raises
    ------
    DataError
        If there is no symbol, one is none, or own markets are of others.
    """
    if isinstance(symbols, str):
        message = f"Expected symbols as a list such as ['BTC', 'ETH'], was {symbols!r:.60}: use [{symbols!r:.60}]"
        raise DataError(message)
    given: Any = [source] if isinstance(source, MarketData) else source
    own: dict[str, list[MarketData]] = {}
    if given is not None and not isinstance(given, str):
        given = list(given)
        for market in given:
            if isinstance(market, MarketData):
                own.setdefault(market.symbol, []).append(market)
    if symbols is not None and not isinstance(symbols, Iterable):
        raise DataError(f"Expected symbols as a list such as ['BTC', 'ETH'], was {symbols!r:.60}")
    names = list(own) if symbols is None and own else list(USUAL_SYMBOLS if symbols is None else symbols)
    if not names:
        raise DataError("Expected at least one symbol such as 'BTC', was none")
    found: dict[str, SourceLike] = {}
    for name in dict.fromkeys(names):
        if not own:
            checked_source(name, given)
            base_symbol(name)
            found[name] = given
            continue
        markets = next((part for symbol, part in own.items() if base_symbol(symbol) == base_symbol(name)), None)
        if markets is None:
            message = f"Expected own markets of {name}, were of {', '.join(own)}: leave it out, or give its market"
            raise DataError(message)
        found[name] = markets
    return found


def _table_row(known: Watched) -> dict[str, Any]:
    row = {"symbol": known.symbol, "alerts": known.alerts, "state": known.state, "reason": known.reason}
    return row if known.summary is None else known.summary.row() | row


def _age(known: Watched, now: int) -> pd.Timedelta | None:
    """Return how old what is known of a market is; None where no real time runs."""
    if known.summary is None or known.state == "simulated":
        return None
    return pd.Timedelta(max(now - known.summary.time, 0), "ns")


def _page_row(known: Watched) -> dict[str, Any]:
    """Return what the page shows of a market: null where something is not known, times in ms."""
    row: dict[str, Any] = {
        "symbol": known.symbol, "state": known.state, "reason": known.reason,
        "alerts": known.alerts, "alert": known.alert,
    }  # fmt: skip
    summary = known.summary
    if summary is None:
        return row | {"price": None}
    return row | {
        "price": summary.price,
        "decimals": price_decimals(summary.price, MOST_DECIMALS),
        "quote": summary.quote,
        "unit": summary.unit,
        "change": _finite(summary.change_24h_pct),
        "below": _near(summary, summary.below),
        "above": _near(summary, summary.above),
        "time": summary.time / MILLISECOND,
        "venues": list(summary.venues),
    }


def _near(summary: MarketSummary, near: NearCluster | None) -> dict[str, Any] | None:
    if near is None:
        return None
    return {
        "price": near.near_edge,
        "distance": near.distance_pct(summary.price),
        "size": near.size,
        "change": _finite(near.size_change),
        "heat": near.heat,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
