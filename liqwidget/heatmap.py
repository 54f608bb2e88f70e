"""LiqHeatmap: the face. One cell shows the map; what is selected on it is a Python object in the next."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from liqwidget import choices, decisions, exports, overlaid, trusting
from liqwidget.background import freed_in_child, weakly
from liqwidget.beginning import USUAL_SYMBOL, checked_source
from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.errors import DataError
from liqwidget.field.density import DEFAULT_PRIOR
from liqwidget.market.read import followed, read
from liqwidget.run.following import Following
from liqwidget.run.moving import Moving
from liqwidget.study.clusters import clusters_frame
from liqwidget.widget.assets import bokeh_asset
from liqwidget.widget.names import checked_options, documented, option_names, own_traits
from liqwidget.widget.priors import prior_state
from liqwidget.widget.progress import ReadingProgress
from liqwidget.widget.session import Session
from liqwidget.widget.trust import Trust
from liqwidget.widget.view import HeatmapWidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from liqwidget.domain.levels import LevelSet
    from liqwidget.market.source import Source, SourceLike
    from liqwidget.run.live import Ask, Update
    from liqwidget.study.clusters import Cluster, Gap
    from liqwidget.study.provenance import Provenance
    from liqwidget.study.selection import Selection


class LiqHeatmap(HeatmapWidget):
    """A live-looking, zoomable map of where leveraged positions would be force-closed: an estimate from public data.

    Parameters
    ----------
    symbol : str
        Such as ``'BTC'``; a trait too: setting it reads that coin from the same source.
    source : str, MarketData, or iterable of either, optional
        ``'sample'`` for the simulated market, venue names, or your own `MarketData`; None asks all exchanges side by
        side, shows what has answered after 8 s (the rest joins later) or what is stored of an earlier reading, and the
        simulated market if there is neither.
    timeframe : str, optional
        Length of a candle, ``'5m'`` or that of your own data; a trait too: setting it estimates anew, and reads the
        exchanges again.
    since : time or str, optional
        From when the exchanges are read, or how long before now (``'2y'``); None: 8640 candles, 30 days of 5m. What
        `liqwidget.history` or `liqwidget.store.add` has put into the store is not asked for again; ``window='all'``
        shows all of it.
    live : bool, optional
        Whether to follow the exchanges: the picture moves with them until `stop`, `close` or the cell's next run. By
        default where exchanges are read, not with own data or the simulated market; never under ``LIQWIDGET_SOURCE``.
    prior : str, (median, sigma), or mapping
        Leverage prior: ``'effective'`` (default), ``'isolated'``, ``'nominal'``, own numbers, or a ladder
        {10: 0.3, ...}.
    **traits
        Any trait that a page shares but `symbol`: the controls, listed below and on *Every control* of the site.

    Raises
    ------
    SourceError
        If the market cannot be read; the text says what can.
    DataError
        If a frame or an option cannot be used.

    Examples
    --------
    >>> from liqwidget import LiqHeatmap
    >>> h = LiqHeatmap("BTC", source="sample")
    >>> h
    LiqHeatmap('BTC', simulated, 5m, 7d: 2026-01-24 00:00 to 2026-01-31 00:00 UTC)
    >>> h.side, h.window = "long", "3d"  # what is drawn and listed
    >>> len(h.clusters_frame()), len(h.clusters_frame().query("side == @h.side")), h.grade.letter
    (4, 2, 'A')
    >>> h.close()
    """

    def __init__(
        self,
        symbol: str = USUAL_SYMBOL,
        source: SourceLike = None,
        *,
        timeframe: str | None = None,
        since: Any = None,
        live: bool | None = None,
        prior: Any = DEFAULT_PRIOR,
        **traits: Any,
    ) -> None:
        checked_options(traits, option_names(HeatmapWidget))
        symbol = checked_source(symbol, source)
        bokeh_asset()  # on its way to the page while the market is read
        with ReadingProgress(symbol) as told:
            found = read(symbol, source, timeframe, since=since, told=told)
        follows = followed(found, live)
        self._lock = lock = freed_in_child(threading.RLock())
        following = self._follow(symbol, found, prior)
        self._moving = Moving(
            following,
            "sample" if found.simulated else source,
            make=weakly(self._follow),
            changed=weakly(self._followed),
            say=weakly(self._say),
            lock=lock,
        )
        known = {"timeframe": following.timeframe, "prior": prior} | prior_state(following.ledger.prior)
        super().__init__(
            self._answering(), self._moving.about, weakly(self._take), weakly(self.stop), lock, **(known | traits)
        )
        self._trust = Trust(weakly(self._shown))
        self._alerting = decisions.alerts_of(self._display, self._moving, weakly(self._share))
        self._lived = decisions.lives_of(self)
        for name, chosen in choices.CHOSEN.items():
            self.observe(weakly(getattr(self, chosen)), name)
        following.begin(live=follows)

    @classmethod
    def from_frames(
        cls,
        candles: pd.DataFrame,
        open_interest: pd.DataFrame | None = None,
        *,
        symbol: str = "BTC",
        venue: str = "binance",
        timeframe: str | None = None,
        funding: pd.DataFrame | None = None,
        liquidations: pd.DataFrame | None = None,
        minimum_distance: float | None = None,
        complete_until: Any = None,
        contract: str | None = None,
        contract_size: float | None = None,
        **options: Any,
    ) -> LiqHeatmap:
        """Show your own data: see `MarketData.from_frames` for the frames, `LiqHeatmap` for the options."""
        market = MarketData.from_frames(
            candles, open_interest, symbol=symbol, venue=venue, timeframe=timeframe, funding=funding,
            liquidations=liquidations, minimum_distance=minimum_distance, complete_until=complete_until,
            contract=contract, contract_size=contract_size,
        )  # fmt: skip
        return cls(symbol, source=market, **options)

    @classmethod
    def from_ledger(cls, ledger: Ledger | str | Path, **options: Any) -> LiqHeatmap:
        """Show a ledger: one that is there, or was saved by `Ledger.save` or `liqwidget.batch`.

        Nothing is followed; another prior is estimated from its rows. Opens of candles, which it does not hold, are the
        closes before them; realised liquidations, funding and taker volume are not in it.

        Parameters
        ----------
        ledger : Ledger, str or Path
            Or what `Ledger.load` takes: a file, a folder of one symbol, an address that fsspec opens.
        **options
            As for `LiqHeatmap`, but for symbol and source.

        Raises
        ------
        DataError
            If there is no such file, or it cannot be used.
        """
        found = ledger if isinstance(ledger, Ledger) else Ledger.load(ledger)
        return cls(found.symbol, source=found, **({"prior": found.prior.like} | options))

    @property
    def markets(self) -> tuple[MarketData, ...]:
        """The markets behind it, one per venue."""
        return self._display.session.markets

    @property
    def ledger(self) -> Ledger:
        """The ledger that everything shown is a function of."""
        return self._display.session.ledger

    @property
    def levels(self) -> LevelSet:
        """Lives of price cells between two touches; `.to_frame()` makes a DataFrame."""
        return self._display.session.levels

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Clusters that stand at the end shown, the hottest first, of the venues and leverage groups shown.

        Of both sides, and as many whatever the threshold: `side` and `threshold` hide clusters from picture and table
        alone.
        """
        return self._shown().clusters

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Ranges of half a percent or more in which little stands at the end shown, the nearest first."""
        return self._display.session.gaps(self._settings())

    def clusters_frame(self) -> pd.DataFrame:
        """Return `clusters` as a DataFrame; columns and units as the attributes of `Cluster`.

        One side of it: ``h.clusters_frame().query("side == @h.side")``. `heat` is 100 for the hottest; the table's is
        that of the picture, where 100 is the top of the window.
        """
        return clusters_frame(self.clusters)

    @property
    def status(self) -> pd.DataFrame:
        """One row per venue, those that are missing too.

        state: 'connected', 'stale' (its last candle is old), 'reconnecting', 'refused', 'no network', 'no answer',
        'off' (not yet, or stopped), 'simulated' or 'own frames'; last_time (UTC); candles; notes; reason: why it is not
        shown, or not whole; publishes: what is public there; heard: when a live venue last said anything (UTC).
        """
        status: pd.DataFrame = self._following.status()
        return status

    figure, to_html, to_png = exports.figure, exports.to_html, exports.to_png
    grade, uncertainty, score, evidence = trusting.grade, trusting.uncertainty, trusting.score, trusting.evidence
    calibrate, compare, compare_venues = trusting.calibrate, trusting.compare, trusting.compare_venues
    add_levels, add_series, overlay = overlaid.add_levels, overlaid.add_series, overlaid.overlay
    overlays, clear_overlays, _own_overlays = overlaid.overlays, overlaid.clear_overlays, overlaid.own_overlays
    alerts, plan, confluence, sweeps = decisions.alerts, decisions.plan, decisions.confluence, decisions.sweeps
    cascade, cascades, cluster_history = decisions.cascade, decisions.cascades, decisions.cluster_history
    _following, _begin_anew = property(choices.following), choices.begin_anew
    _symbol_chosen, _timeframe_chosen = choices.symbol_chosen, choices.timeframe_chosen
    _prior_chosen, _prior_named, _ladder_set = choices.prior_chosen, choices.prior_named, choices.ladder_set
    _known_symbol, _known_prior, _known_timeframe = choices.known_symbol, choices.known_prior, choices.known_timeframe
    _known_name, _known_ladder = choices.known_name, choices.known_ladder

    # ------------------------------------------------------------------ what is selected

    def select(self, price: Any = None, time: Any = None) -> Selection:
        """Select a box, as drawing it on the picture does.

        Parameters
        ----------
        price : (low, high), optional
            [quote/base]; None means the price range shown.
        time : (from, to), optional
            Whatever pandas.Timestamp takes, UTC; None means all times up to the end shown.

        Raises
        ------
        DataError
            If a range is empty or cannot be read.
        """
        self._selection = self._selecting.box_state(price, time, self.price_range)
        if self.selection is None:
            message = "Expected a selection after select, was none"
            raise DataError(message)
        return self.selection

    def clear_selection(self) -> None:
        """Remove the box and untick all clusters."""
        self._share({"_selected": [], "_selection": None})

    def on_select(self, callback: Callable[[Selection | None], None]) -> Callable[[], None]:
        """Call `callback` with each new selection (None when it is cleared); what is returned ends that when called."""

        def changed(change: Any) -> None:
            callback(change["new"])

        self.observe(changed, "selection")
        return lambda: self.unobserve(changed, "selection")

    def provenance(self, of: Cluster | str | tuple[float, float] | None = None, *, by: str = "candle") -> Provenance:
        """Return which candles, venues and leverage groups made what stands in a price range.

        Parameters
        ----------
        of : Cluster, str or (low, high), optional
            A cluster or its id: its price range and side at the end shown. Prices: that range, both sides, at the end
            shown. None: the selected box at its end, else the one cluster that is ticked.
        by : str
            'candle', or a duration such as '1h' into which candles are merged.

        Raises
        ------
        DataError
            If there is nothing to take, no such cluster stands, or a range or `by` cannot be used.
        """
        return self._selecting.provenance(of, by, self.selection, self.selected_clusters)

    # ------------------------------------------------------------------ own data that go on

    def update(self, candles: Any, open_interest: Any = None, *, venue: str | None = None, **options: Any) -> None:
        """Go on with newer own data: rows of times that are there take the place of those before.

        Parameters
        ----------
        candles : DataFrame, MarketData or iterable of MarketData
            Newer candles, or all of them again.
        open_interest : DataFrame, optional
            Beside a frame of candles.
        venue : str, optional
            Of which venue frames are, where several are shown.
        **options
            Beside frames: funding, liquidations, complete_until, as in `MarketData.from_frames`.

        Raises
        ------
        DataError
            If they cannot be used, or are of another symbol, timeframe or grid.
        SourceError
            If the market is simulated, or comes from exchanges: `start` follows those.
        """
        self._following.go_on(candles, open_interest, {"venue": venue} | options)

    # ------------------------------------------------------------------ live

    def start(self) -> None:
        """Follow the exchanges from now on; nothing happens where they are followed already.

        Raises
        ------
        SourceError
            If the market is simulated or your own: there is nothing to follow.
        """
        self._following.start()

    def stop(self) -> None:
        """Stop the live feed, and waiting for exchanges that have not answered; nothing happens when none runs."""
        self._following.stop()
        self._updates.rest()

    def close(self) -> None:
        """Close the view; nothing goes on behind it."""
        if self.comm is not None:
            self._moving.close()
            self._alerting.close()
            self._lived.close()
            self._updates.rest()
        super().close()

    # ------------------------------------------------------------------ what is followed

    def _answering(self) -> Session:
        return Session(self._following.ledger, self._following.source.markets, self._following.asked)

    def _follow(self, symbol: str, source: Source, prior: Any = None) -> Following:
        return Following(
            symbol, source, self.prior if prior is None else prior, changed=weakly(self._followed),
            offer=weakly(self._offered), say=weakly(self._say), lock=self._lock,
        )  # fmt: skip

    def _followed(self) -> None:
        """Show what is followed now: another source or prior, or what is said of one that is being read."""
        following = self._following
        with self.hold_sync():
            if following.ledger is not self.ledger:
                moved = following.ledger.symbol != self.ledger.symbol
                left_the_sample = self._market["simulated"] and not following.source.simulated
                self._show(self._answering(), every=left_the_sample or moved)
                if moved:
                    self._begin_anew()
            self._share(prior_state(self.ledger.prior))
            self._refresh()
            if self.timeframe != following.timeframe:
                self.timeframe = following.timeframe
            if self.symbol != self._moving.symbol:
                self.symbol = self._moving.symbol
        self._alerting.changed()

    def _take(self, update: Update) -> None:
        """Let everything that is asked be answered from a live update."""
        with self._lock:
            before, following = self._display.session, self._following
            if following.take(update):
                markets, asked = following.source.markets, following.asked
                self._show(before.advanced(following.ledger, markets, asked), live=True)

    def _ticked(self) -> list[str]:
        return list(self._selected)

    def _page(self, title: str | None = None) -> str:
        self._lived.complete()
        return super()._page(title)

    def _offered(self, ask: Ask) -> None:
        self._updates.offer(ask)
        self._alerting.offered(ask)

    def _say(self, text: str) -> None:
        self._error = text


LiqHeatmap.__doc__ = f"{(LiqHeatmap.__doc__ or '').rstrip()}\n\n{documented(own_traits(HeatmapWidget))}    "
