"""LiqHeatmap: the face. One cell shows the map; what is selected on it is a Python object in the next."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import traitlets

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.estimate.calibrate import calibrate
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.density import NAMED_PRIORS, Prior
from liqwidget.market.read import ENVIRONMENT, missing, read
from liqwidget.study.clusters import clusters_frame
from liqwidget.study.levels import levels
from liqwidget.timeframed import TimeframedView, session_of
from liqwidget.widget.judging import JudgingView
from liqwidget.widget.keeping import weakly
from liqwidget.widget.priors import prior_state

if TYPE_CHECKING:
    from bokeh import plotting

    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.levels import LevelSet
    from liqwidget.domain.status import VenueStatus
    from liqwidget.estimate.calibration import Calibration
    from liqwidget.market.source import SourceLike
    from liqwidget.trust.grade import Grade
    from liqwidget.widget.live_view import Update

_FEWEST_ROWS = 3
"""The start and two candles."""


class LiqHeatmap(TimeframedView, JudgingView):
    """A live-looking, zoomable map of where leveraged positions would be force-closed: an estimate from public data.

    Parameters
    ----------
    symbol : str
        Such as ``'BTC'``.
    source : str, MarketData, or iterable of either, optional
        ``'sample'`` for the simulated market, venue names, or your own `MarketData`; None asks all exchanges side by
        side, shows what has answered after 8 s (the rest joins later) or what is stored of an earlier reading, and the
        simulated market if there is neither.
    timeframe : str, optional
        Length of a candle, ``'5m'`` or that of your own data; a trait too: setting it estimates anew, and reads the
        exchanges again.
    live : bool
        Whether to follow the exchanges: the picture moves with them until `stop`, `close` or the cell's next run.
    prior : str, (median, sigma), or mapping
        Leverage prior: ``'effective'`` (default), ``'isolated'``, ``'nominal'``, own numbers, or a ladder
        {10: 0.3, ...}.
    **traits
        Any trait: side, window, measure, horizon, threshold, palette, scale, sensitivity, follow, leverage, venues,
        time_range, price_range, as_of.

    Raises
    ------
    SourceError
        If the market cannot be read; the text says what can.
    DataError
        If a frame or an option cannot be used.
    """

    prior = traitlets.Any("effective", help="The leverage prior; setting it estimates anew.")

    def __init__(
        self,
        symbol: str = "BTC",
        source: SourceLike = None,
        *,
        timeframe: str | None = None,
        live: bool = False,
        prior: Any = "effective",
        **traits: Any,
    ) -> None:
        self._check_names(traits)
        self._source = read(symbol, source, timeframe)
        self._symbol_asked, self._feed = symbol, None
        live = live and not os.environ.get(ENVIRONMENT, "").strip()
        if live:
            self._source.exchanges()
        self._levels: tuple[Ledger, LevelSet] | None = None
        ledger = estimate(self._source.markets, Prior.parse(prior))
        if len(ledger.venues[0].time) < _FEWEST_ROWS:
            message = f"Expected at least two candles for a picture, was one ({timestamp(ledger.end)})"
            raise DataError(message)
        super().__init__(
            session_of(ledger, self._source),
            f"{ledger.symbol} · {self._source.label}",
            self._source.notice,
            simulated=self._source.simulated,
            arguments=self._source.arguments(ledger.timeframe),
            **({"prior": prior} | prior_state(ledger.prior)),
            **traits,
        )
        self.observe(weakly(self._estimate_anew), "prior")
        self.observe(weakly(self._prior_chosen), "_prior")
        self.observe(weakly(self._timeframe_chosen), "timeframe")
        if self._source.joining is not None:
            self._source.joining.then(weakly(self._joined))
        if live:
            self.start()

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
        **options: Any,
    ) -> LiqHeatmap:
        """Show your own data: see `MarketData.from_frames` for the frames, `LiqHeatmap` for the options."""
        market = MarketData.from_frames(
            candles, open_interest, symbol=symbol, venue=venue, timeframe=timeframe, funding=funding,
            liquidations=liquidations, minimum_distance=minimum_distance,
        )  # fmt: skip
        return cls(symbol, source=market, **options)

    @classmethod
    def _check_names(cls, traits: dict[str, Any]) -> None:
        known = [name for name in cls.class_trait_names(sync=True) if not name.startswith("_")]
        public = sorted(set(known) - {"symbol", "timeframe", "layout", "tabbable", "tooltip", "comm", "keys", "log"})
        unknown = [name for name in traits if name not in (*public, "layout")]
        if unknown:
            message = f"Expected options among source, timeframe, live, prior, {', '.join(public)}, was {unknown[0]!r}"
            raise DataError(message)

    # ------------------------------------------------------------------ what stands

    @property
    def markets(self) -> tuple[MarketData, ...]:
        """The markets behind it, one per venue."""
        return self._session.markets

    @property
    def levels(self) -> LevelSet:
        """Lives of price cells between two touches; `.to_frame()` makes a DataFrame."""
        if self._levels is None or self._levels[0] is not self.ledger:
            self._levels = self.ledger, levels(self.ledger)
        return self._levels[1]

    def clusters_frame(self) -> pd.DataFrame:
        """Return the clusters as a DataFrame; columns and units as the attributes of `Cluster`."""
        return clusters_frame(self.clusters)

    @property
    def grade(self) -> Grade:
        """How far the map can be relied on at the end shown, 'A' to 'D', with the reasons."""
        return self._session.grade(self.settings)

    @property
    def status(self) -> pd.DataFrame:
        """One row per venue, those that are missing too.

        state: 'connected', 'stale' (its last candle is old), 'reconnecting', 'refused', 'off' (not yet, or stopped),
        'simulated' or 'own frames'; last_time (UTC); candles; notes; reason: why it is not shown, or not whole;
        publishes: what is public there; heard: when a venue that is followed live last said anything (UTC).
        """
        state = "simulated" if self._source.simulated else "own frames"
        rows: dict[str, tuple[str, Any, int, str, str, str, Any]] = {
            part.venue: (
                state,
                timestamp(int(part.time[-1])),
                len(part.time) - 1,
                "; ".join(part.notes),
                "",
                "",
                pd.NaT,
            )
            for part in self.ledger
        }
        feed = self._feed if self._feed is not None and self._feed.running else None
        for asked in self._source.asked if feed is None else feed.status:
            name, row = asked.venue, rows.get(asked.venue)
            if self._source.simulated:
                name, row = f"{name} (real)", None
            last, candles, notes = row[1:4] if row is not None else (pd.NaT, 0, "")
            rows[name] = asked.state, last, candles, notes, asked.reason, asked.publishes, asked.heard or pd.NaT
        columns = ["state", "last_time", "candles", "notes", "reason", "publishes", "heard"]
        return pd.DataFrame(rows.values(), columns=columns, index=pd.Index(rows, name="venue"))

    # ------------------------------------------------------------------ estimating

    @traitlets.validate("prior")
    def _known_prior(self, proposal: Any) -> Any:
        Prior.parse(proposal["value"])
        return proposal["value"]

    def _estimate_anew(self, change: Any) -> None:
        with self._lock:
            self._session = session_of(estimate(self.markets, Prior.parse(change["new"])), self._source)
        if self._feed is not None:
            self._feed.estimate_with(change["new"])
        with self.hold_sync():
            for name, value in prior_state(self.ledger.prior).items():
                setattr(self, name, value)
            self._refresh()

    def _prior_chosen(self, change: Any) -> None:
        if change["new"] in NAMED_PRIORS:
            self.prior = change["new"]

    # ------------------------------------------------------------------ judging

    def calibrate(self, liquidations: pd.DataFrame | None = None, **options: Any) -> Calibration:
        """Fit one factor, or the prior's (median, sigma), to realised liquidations; see `liqwidget.calibrate`.

        Nothing changes by itself: ``h.prior = calibration.prior`` takes a fitted prior.

        Parameters
        ----------
        liquidations : DataFrame, optional
            time, side, size [quote]; None takes what the markets came with.
        **options
            fit, every, period, skip: as in `liqwidget.calibrate`.

        Raises
        ------
        DataError
            If the data are too few, with what is missing.
        """
        return calibrate(self._shown_markets(), liquidations, prior=self.prior, **options)

    # ------------------------------------------------------------------ live

    def start(self) -> None:
        """Follow the exchanges from now on; nothing happens where they are followed already.

        Raises
        ------
        SourceError
            If the market is simulated or your own: there is nothing to follow.
        """
        if self._feed is not None and self._feed.running:
            return
        if self._before is not None:
            self._source.exchanges()
            self._resume = True
            return
        from liqwidget.run.live import follow

        asked = self._symbol_asked, duration_text(self.ledger.timeframe)
        self._feed = follow(self._source, self.ledger, *asked, weakly(self.offer))
        self._feed.start()

    def stop(self) -> None:
        """Stop the live feed, and waiting for exchanges that have not answered; nothing happens when none runs."""
        self._resume = False
        if self._source.joining is not None:
            self._source.joining.stop()
        if self._feed is not None:
            self._feed.stop()
            self._source = replace(self._source, status=self._feed.status)
        super().stop()

    def _statuses(self) -> tuple[VenueStatus, ...]:
        return self._source.status

    def _took(self, update: Update) -> None:
        label = " + ".join(market.venue for market in update.markets)
        status = cast("tuple[VenueStatus, ...]", tuple(update.status))
        self._source = replace(
            self._source,
            markets=tuple(update.markets),
            label=label,
            notice=missing(status),
            simulated=False,
            status=status,
        )
        arguments = self._source.arguments(update.ledger.timeframe)
        self._named = {"label": f"{update.ledger.symbol} · {label}", "simulated": False, "arguments": arguments}
        self._session.asked = tuple(part.venue for part in status)
        self._notice = self._source.notice

    def _ledger_of(self, update: Update) -> Ledger:
        """Return the ledger of an update; made anew where it was told before the prior was chosen."""
        if update.ledger.prior == self.ledger.prior:
            return update.ledger
        if update.ledger.names != self.ledger.names or self._source.simulated:
            return estimate(update.markets, self.ledger.prior)
        return advance(self.ledger, update.markets)

    def close(self) -> None:
        """Close the view; nothing goes on behind it."""
        self.stop()
        super().close()

    # ------------------------------------------------------------------ out of the notebook

    @property
    def figure(self) -> plotting.figure:
        """The Bokeh figure; glyphs added to it appear on the picture."""
        return cast("plotting.figure", self._document_shown().roots[0])

    def to_html(self, path: str | Path, *, title: str | None = None) -> Path:
        """Write one HTML file, under 6 MB, that opens with no network and no kernel, and says when it was made.

        What needs a kernel is disabled in it and says so. It holds every window in both measures.

        Parameters
        ----------
        path : str or Path
            Where to.
        title : str, optional
            Title of the page.

        Returns
        -------
        Path
            Where it was written.
        """
        from liqwidget.widget.export import write_html

        return write_html(self, Path(path), title)

    def to_png(self, path: str | Path, *, width: int = 1600, height: int = 900, theme: str = "dark") -> Path:
        """Write the picture as it is set up to a PNG file: heat, price, circles and clusters, the profile, the panels.

        Small pictures leave parts out: the profile under 560 pixels of width; lower panels, from the last, that leave
        the main panel less than half of the height (800 x 450 pixels have room for two). No ticks or boxes are drawn.

        Parameters
        ----------
        path : str or Path
            Where to.
        width, height : int
            Pixels, at least 200 each.
        theme : {'dark', 'light'}
            Colours.

        Returns
        -------
        Path
            Where it was written.
        """
        from liqwidget.picture.heatmap import write_png

        ticked = [cluster.id for cluster in self.selected_clusters]
        return write_png(self, Path(path), width, height, theme, ticked=ticked)
