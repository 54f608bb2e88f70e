"""The anywidget: the traits that the front end shares, and the way to the page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from traitlets import Dict, List, Unicode

from liqwidget.background import weakly
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.paths import file_name
from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.field.density import DEFAULT_PRIOR, Prior
from liqwidget.field.measure import MEASURES
from liqwidget.look import LOOK, THEME_CHOICES
from liqwidget.raster.palette import DEFAULT_PALETTE, PALETTES, palettes_state
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS, side_colours_state
from liqwidget.study.selection import Selection
from liqwidget.widget import answers, checked_traits, chosen, elsewhere, protocol, resets
from liqwidget.widget.answers import Answers, Reply, not_drawn, picture_of, reading_of
from liqwidget.widget.assets import WATCHED, bokeh_asset, built
from liqwidget.widget.display import Display, Shown
from liqwidget.widget.document import FigureDocument
from liqwidget.widget.empty_figure import empty_document_json
from liqwidget.widget.frame_answers import LastPictures
from liqwidget.widget.lifetime import shown_here
from liqwidget.widget.live import FAILED, Live
from liqwidget.widget.names import checked_attribute, choice, flag, option_names, shared_names
from liqwidget.widget.overlays import overlay_traits
from liqwidget.widget.pictures import Pictures
from liqwidget.widget.place import height_trait, timezone_trait
from liqwidget.widget.replay_steps import ReplaySteps
from liqwidget.widget.resets import Thresholds
from liqwidget.widget.selection import Selecting
from liqwidget.widget.session import WINDOWS, Session, Settings
from liqwidget.widget.traits import Boxed, Duration, Names, Number, PriceRange, Time, TimeRange, default_state, synced
from liqwidget.widget.uncertainty_ranges import UncertaintyRanges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import RLock

    from liqwidget.domain.status import About
    from liqwidget.study.clusters import Cluster

PANELS = ("volume", "open_interest", "funding", "liquidations")
"""Panels under the picture."""

KERNEL_TRAITS = ("measure", "horizon", "window", "sensitivity", "leverage", "venues", "as_of", "future")
"""Traits that change what the kernel computes; the others are the front end's alone."""


class HeatmapWidget(anywidget.AnyWidget):
    """The widget behind `LiqHeatmap`: shows what a session answers.

    Every public trait is a control: set it in Python and the control moves, move it and Python sees it.

    Parameters
    ----------
    session : Session
        Answers for the ledger that is shown first.
    about : callable
        Returns what is said of the source.
    take : callable
        Takes a live update, which then is the one to be shown: see `_show`.
    unwatched : callable
        Called some time after the last view was taken off its page.
    lock : RLock
        Held while what is shown changes.
    **traits
        By name.
    """

    _esm = built("widget.js" if WATCHED else "loader.js")
    _css = built("widget.css")

    symbol = Unicode(help="The coin; setting it reads another from the same source.").tag(sync=True)
    side = choice(("both", "long", "short"), "both", "Whose liquidations are drawn and listed; `clusters` keeps both")
    window = choice(WINDOWS, "7d", "How much of the past is shown")
    measure = choice(
        MEASURES, "heat", "What colours mean: relative heat, size standing, or size times the chance of the price"
    )
    horizon = synced(Duration("24h", help="Within what time price is to get there, for the measure 'expected'."))
    threshold = Number(0.0, 0.0, help="Nothing under it is drawn [quote per 0.1 % of price; heat].").tag(sync=True)
    palette = choice(PALETTES, DEFAULT_PALETTE, "Colours of the map")
    side_colours = choice(SIDE_COLOURS, DEFAULT_SIDE_COLOURS, "Colours of longs and shorts elsewhere")
    candle_colours = choice(LOOK.candle_colours, "plain", "Colours of candles that rose and fell")
    theme = choice(THEME_CHOICES, "auto", "Dark or light, as the page or as told")
    map_theme = choice(THEME_CHOICES, "dark", "The ground of the map; 'auto': as the page")
    timezone, height = timezone_trait(), height_trait()
    scale = choice(("linear", "log", "rank"), "log", "How values become colours")
    smooth = flag("Whether levels fade into each other; only drawn so.", on=False)
    sensitivity = Number(0.5, 0.0, 1.0, help="How many clusters are found, from few (0) to many (1).").tag(sync=True)
    follow = flag("Whether the price range follows the candles.", on=True)
    price_style = choice(("candles", "line", "off"), "candles", "How the price is drawn")
    circles = flag("Whether realised liquidations are drawn as circles.", on=True)
    whiskers = flag("Whether clusters show their range under other assumptions.", on=True)
    panels = synced(
        Names(
            PANELS, empty=True, default_value=("volume", "open_interest"),
            help=f"Panels under the picture: some of {', '.join(map(repr, PANELS))}.",
        )
    )  # fmt: skip
    profile = choice(("leverage", "venue", "off"), "leverage", "By what the profile beside the picture is stacked")
    view = choice(("heatmap", "map"), "heatmap", "Levels over time, or what stands now by price")
    leverage = synced(
        Names(LEVERAGE_GROUPS, default_value=LEVERAGE_GROUPS, help="Groups of leverage that are shown, by name.")
    )
    venues = synced(Names((), default_value=(), help="Venues that are shown, by name."))
    timeframe = synced(Duration("5m", help="Length of a candle; setting it estimates anew."))
    as_of = synced(Time(None, allow_none=True, help="The past time that is shown [UTC]; None: the present."))
    future = flag("Whether candles after `as_of` are drawn too.", on=False)
    time_range = synced(TimeRange(None, allow_none=True, help="(from, to) shown [UTC]; None: the window."))
    price_range = synced(PriceRange(None, allow_none=True, help="(low, high) [quote/base]; None: around the candles."))

    prior = traitlets.Any(DEFAULT_PRIOR, help="The leverage prior; setting it estimates anew.")
    selection = traitlets.Instance(
        Selection, None, allow_none=True, read_only=True, help="What the box, or the chosen clusters, hold; or None."
    )
    selected_clusters = traitlets.Tuple(help="Clusters clicked on the map or ticked in the list.")

    _figure_document = Unicode().tag(sync=True)
    _assets = anywidget.WidgetTrait().tag(sync=True)
    _palettes = List(Dict()).tag(sync=True)
    _sides = List(Dict()).tag(sync=True)
    _usual = Dict().tag(sync=True)
    _priors = List(Dict()).tag(sync=True)
    _prior = Unicode().tag(sync=True)
    _ladder: Any = List().tag(sync=True)
    _frames = List(Dict()).tag(sync=True)
    _market = Dict(default_value=None, allow_none=True).tag(sync=True)
    _live = Dict(default_value=None, allow_none=True).tag(sync=True)
    _standing = Dict(default_value=None, allow_none=True).tag(sync=True)
    _clusters = List(Dict()).tag(sync=True)
    _cluster_ranges = Dict(default_value=None, allow_none=True).tag(sync=True)
    _selection = synced(Boxed(None, allow_none=True))
    _selected = List(Unicode()).tag(sync=True)
    _chosen = Dict(default_value=None, allow_none=True).tag(sync=True)
    _fired = List(Dict()).tag(sync=True)
    _overlays, _lives = overlay_traits()
    _error = Unicode().tag(sync=True)
    _offline = flag("", on=False)

    _by_page = False
    set_state, _known_as_of = checked_traits.take_state, checked_traits.known_as_of
    _known_time_range, _known_price_range = checked_traits.known_time_range, checked_traits.known_price_range
    _known_scale, _follow_chosen, _reset_others = checked_traits.known_scale, chosen.follow, resets.follow

    def __init__(
        self,
        session: Session,
        about: Callable[[], About],
        take: Callable[[Any], None],
        unwatched: Callable[[], None],
        lock: RLock,
        **traits: Any,
    ) -> None:
        self._own_layout, self._lock, self._ranged = "layout" not in traits, lock, 0
        shown, share = weakly(self._shown), weakly(self._share)
        self._display = Display(session, weakly(self._settings), about, share, lock)
        self._steps = ReplaySteps(self._display, weakly(self._refresh))
        self._updates: Live[Any] = Live(
            self._display, take, calmed=weakly(self._calmed), tell=weakly(self._told), say=weakly(self._say_live),
            unwatched=unwatched,
        )  # fmt: skip
        self._selecting = Selecting(shown)
        self._ranges = ranges = UncertaintyRanges(weakly(self._with_ranges), share, lock)
        self._drawn_on, self._last_pictures = FigureDocument(weakly(self._patched)), LastPictures()
        self._pictures, self._readings, self._pages = self._queues = tuple(
            Pictures(weakly(answer), weakly(self._reply), not_drawn)
            for answer in (self._picture, self._reading, self._file)
        )
        self._answers = Answers(
            {
                protocol.ViewportRequest: self._pictures.asked,
                protocol.ReadingRequest: self._readings.asked,
                protocol.ProvenanceRequest: weakly(self._opened),
                protocol.HtmlRequest: self._pages.asked,
                protocol.TakenNote: self._updates.taken,
                protocol.BokehRequest: answers.bokeh_script,
                protocol.CodeRequest: answers.front_end,
                protocol.OnDemandRequest: answers.on_demand,
            }
        )
        shared = {"_palettes": palettes_state(), "_sides": side_colours_state(), "_assets": bokeh_asset()}
        super().__init__(**shared, **({"venues": session.ledger.names, "selected_clusters": ()} | traits))
        self._usual = default_state(self, option_names(HeatmapWidget))
        self._thresholds = Thresholds(self.measure, self.threshold)
        self.set_trait("symbol", session.ledger.symbol)
        self._figure_document = empty_document_json()
        self._refresh()
        self.observe(weakly(self._kernel_trait_changed), list(KERNEL_TRAITS))
        self.observe(weakly(self._reset_others), "threshold")
        self.observe(weakly(self._follow_chosen), list(chosen.NAMES))
        self.observe(lambda _: ranges.renew(), "whiskers")
        self.observe(weakly(self._range_set), "time_range")
        self.observe(self._steps.complete, ["view", "profile"])
        self.on_msg(weakly(self._answer))
        shown_here(self)

    # ------------------------------------------------------------------ what is shown

    def _show(self, session: Session, *, every: bool = False, live: bool = False) -> None:
        """Let another session answer: the one place where it changes; with the lock held.

        Venues that it does not have are not shown any more, and all that it has are if all were, or `every` is true.
        """
        every |= self.venues == self._display.session.ledger.names
        kept = tuple(name for name in self.venues if name in session.ledger.names)
        self._display.take(session, live=live)
        self.venues = session.ledger.names if every or not kept else kept

    def _refresh(self, *, step: bool = False) -> None:
        """Compute what the settings show, and send it in one go; `step`: the little that a step of replay moves."""
        with self._lock, self.hold_sync():
            self._updates.caught_up()
            self._display.whole(step=step)
            chosen.renew(self)
            self._ranges.renew()

    def _shown(self) -> Shown:
        self._updates.catch_up()
        return self._display.shown

    def _settings(self) -> Settings:
        """Return what the kernel computes with, as one value."""
        return Settings(
            measure=self.measure,
            horizon=self.horizon,
            window=self.window,
            sensitivity=self.sensitivity,
            leverage=None if self.leverage == LEVERAGE_GROUPS else self.leverage,
            venues=None if self.venues == self._display.session.ledger.names else self.venues,
            as_of=None if self.as_of is None else time_ns(self.as_of),
            future=self.future,
        )

    def _kernel_trait_changed(self, change: Any) -> None:
        self._reset_others(change)
        self._refresh(step=self._steps.is_step(change, self.view))

    def _share(self, traits: dict[str, Any]) -> None:
        """Set traits by name, and send them in one go; by one thread at a time, as `hold_sync` knows of none."""
        with self._lock, self.hold_sync():
            for name, value in traits.items():
                self.set_trait(name, value)

    @traitlets.validate("venues")
    def _known_venues(self, proposal: Any) -> tuple[str, ...]:
        names = self._display.session.ledger.names
        unknown = [name for name in proposal["value"] if name not in names]
        if unknown:
            message = f"venues: Expected one or more of {', '.join(names)}, was {unknown[0]!r:.60}"
            raise traitlets.TraitError(message)
        return tuple(name for name in names if name in proposal["value"])

    @traitlets.validate("selected_clusters")
    def _known_clusters(self, proposal: Any) -> tuple[Cluster, ...]:
        try:
            return self._selecting.known(proposal["value"])
        except DataError as error:
            message = f"selected_clusters: {error}"
            raise traitlets.TraitError(message) from error

    @traitlets.validate("prior")
    def _known_prior(self, proposal: Any) -> Any:
        Prior.parse(proposal["value"])
        return proposal["value"]

    def _with_ranges(self) -> Shown | None:
        return self._shown() if self.whiskers else None

    # ------------------------------------------------------------------ live updates

    def _calmed(self, closed: bool) -> bool:  # noqa: FBT001
        """Follow with ranges once what costs more was made anew; return whether users are to be told."""
        if closed:
            self._ranges.renew()
        standing = {cluster.id for cluster in self._display.shown.clusters}
        return closed or not standing.issuperset(self._selected)

    def _told(self) -> None:
        """Bring up to date what users observe, and move a range on that shows the present."""
        with self._lock:
            chosen.renew(self)
            shift = self._display.session.closed - self._ranged
            if shift > 0 and self.time_range is not None and self.time_range[1].value > self._ranged:
                self.time_range = tuple(timestamp(part.value + shift) for part in self.time_range)

    def _range_set(self, _change: Any) -> None:
        self._ranged = self._display.session.closed

    def _say_live(self, text: str) -> None:
        if text or self._error.startswith(FAILED):
            self._error = text

    # ------------------------------------------------------------------ messages

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        self._reply(self._answers.to(content))

    def _reply(self, reply: Reply | None) -> None:
        if reply is not None:
            self.send(*reply)

    def _picture(self, request: protocol.ViewportRequest) -> Reply:
        with self._lock:
            shown = self._display.shown
        reply = picture_of(request, shown, self._last_pictures, self.profile)
        self._ranges.watch()
        return reply

    def _reading(self, request: protocol.ReadingRequest) -> Reply:
        with self._lock:
            return reading_of(request, self._display.shown)

    def _opened(self, request: protocol.ProvenanceRequest) -> Reply:
        with self._lock:
            return self._selecting.opened(request, self.selection, self.selected_clusters)

    def _file(self, request: protocol.HtmlRequest) -> Reply:
        with self._lock:
            name = f"{file_name(self._shown().ledger.symbol)}-liquidations.html"
            return protocol.file_answer(request, name, self._page().encode())

    def _page(self, title: str | None = None) -> str:
        """Return the text of a file that holds it as it is set up."""
        from liqwidget.widget.export import html_page

        self._ranges.complete()
        return html_page(self.get_state(shared_names(HeatmapWidget)), str(self._css), self._shown(), title)

    def _patched(self, patch: dict[str, Any], document: str) -> None:
        """Send a change of the document to the views that are open, and keep it for those that open later."""
        self.send({"type": "patch", "content": patch})
        self._figure_document = document

    # ------------------------------------------------------------------ the way to the page

    def open(self) -> None:
        """Open the way to the page; the way does not keep the view alive (see `liqwidget.widget.lifetime`)."""
        super().open()
        self.comm.on_msg(weakly(self._handle_msg))

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Return the state of all or some traits, none of which is left behind."""
        self._steps.complete_for(key)
        return super().get_state(key, drop_defaults)

    def close(self) -> None:
        """Close the view, and the layout that was made for it; nothing goes on behind it."""
        was_open = self.comm is not None
        if was_open:
            self._updates.close()
            self._ranges.close()
            for queue in self._queues:
                queue.close()
        super().close()
        if was_open and self._own_layout:
            self.layout.close()

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        """Close what nobody holds any more; not when Python ends, as its modules are being taken apart then."""
        if not ending():
            super().__del__()

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse a name that a heatmap does not have: a misspelt control would be kept and do nothing."""
        if not name.startswith("_"):
            checked_attribute(type(self), name)
        super().__setattr__(name, value)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        shown_here(self)
        return elsewhere.bundle_with_words(super()._repr_mimebundle_(**options))

    def _repr_keys(self) -> Iterator[str]:
        yield from ()

    def __repr__(self) -> str:
        """Return what it shows, a text that is the same in every run."""
        if not self._market:
            return f"{type(self).__name__}()"
        times = self.time_range or tuple(map(timestamp, self._display.shown.window))
        names = ("simulated",) if self._market["simulated"] else self.venues
        shown = elsewhere.described(names, (self.timeframe, self.window), times)
        return f"{type(self).__name__}({self.symbol!r}, {shown})"
