"""The anywidget: traits that the front end shares, and the messages between them and a session."""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from traitlets import Bool, Dict, Enum, Float, List, Unicode

from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.time import duration_text, time_ns
from liqwidget.field.measure import MEASURES
from liqwidget.raster.palette import DEFAULT_PALETTE, PALETTES, look_up_table
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS, side_colours_state
from liqwidget.widget import protocol
from liqwidget.widget.assets import STATIC, bokeh_asset, bokeh_gzip, bokeh_version, code_gzip
from liqwidget.widget.keeping import shown_here, weakly
from liqwidget.widget.opened import opened_answer
from liqwidget.widget.session import WINDOWS, Session, Settings, cluster_state
from liqwidget.widget.traits import Duration, Names, PriceRange, Time, TimeRange, synced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bokeh.document import Document

    from liqwidget.study.clusters import Cluster

PANELS = ("volume", "open_interest", "funding", "liquidations")
"""Panels under the picture."""

_FILE_NAME = re.compile(r"[^\w.-]+")
"""What a file's name does without."""
_KERNEL_TRAITS = ("measure", "horizon", "window", "sensitivity", "leverage", "venues", "as_of", "future")
"""Traits that change what the kernel computes; the others are the front end's alone."""


_WATCHED = os.environ.get("ANYWIDGET_HMR") == "1"
"""Whether anywidget shall watch the built files, for development: a watched file keeps every widget."""


def _static(name: str) -> str | Path:
    path = STATIC / name
    return path if _WATCHED else path.read_text(encoding="utf-8")


class HeatmapView(anywidget.AnyWidget):
    """The widget behind `LiqHeatmap`: shows what a session answers.

    Every public trait is a control: set it in Python and the control moves, move it and Python sees it.
    """

    _esm = _static("widget.js" if _WATCHED else "loader.js")
    _css = _static("widget.css")

    symbol = Unicode(read_only=True).tag(sync=True)
    side = Enum(("both", "long", "short"), "both").tag(sync=True)
    window = Enum(WINDOWS, "7d").tag(sync=True)
    measure = Enum(MEASURES, "expected").tag(sync=True)
    horizon = synced(Duration("24h"))
    threshold = Float(0.0, min=0.0).tag(sync=True)
    palette = Enum(tuple(PALETTES), DEFAULT_PALETTE).tag(sync=True)
    side_colours = Enum(tuple(SIDE_COLOURS), DEFAULT_SIDE_COLOURS).tag(sync=True)
    scale = Enum(("linear", "log", "rank"), "log").tag(sync=True)
    smooth = Bool(default_value=False).tag(sync=True)
    sensitivity = Float(0.5, min=0.0, max=1.0).tag(sync=True)
    follow = Bool(default_value=True).tag(sync=True)
    price_style = Enum(("candles", "line", "off"), "candles").tag(sync=True)
    circles = Bool(default_value=True).tag(sync=True)
    whiskers = Bool(default_value=True).tag(sync=True)
    panels = synced(Names(PANELS, empty=True, default_value=("volume", "open_interest")))
    profile = Enum(("leverage", "venue", "off"), "leverage").tag(sync=True)
    view = Enum(("heatmap", "map"), "heatmap").tag(sync=True)
    leverage = synced(Names(LEVERAGE_GROUPS, default_value=LEVERAGE_GROUPS))
    venues = synced(Names((), default_value=()))
    timeframe = synced(Duration("5m"))
    as_of = synced(Time(None, allow_none=True))
    future = Bool(default_value=False).tag(sync=True)
    time_range = synced(TimeRange(None, allow_none=True))
    price_range = synced(PriceRange(None, allow_none=True))

    _document = Unicode().tag(sync=True)
    _assets = anywidget.WidgetTrait().tag(sync=True)
    _palettes = List(Dict()).tag(sync=True)
    _sides = List(Dict()).tag(sync=True)
    _usual = Dict().tag(sync=True)
    _priors = List(Dict()).tag(sync=True)
    _prior = Unicode().tag(sync=True)
    _frames = List(Dict()).tag(sync=True)
    _market = Dict(default_value=None, allow_none=True).tag(sync=True)
    _book = Dict(default_value=None, allow_none=True).tag(sync=True)
    _clusters = List(Dict()).tag(sync=True)
    _doubt = Dict(default_value=None, allow_none=True).tag(sync=True)
    _selection = Dict(default_value=None, allow_none=True).tag(sync=True)
    _selected = List(Unicode()).tag(sync=True)
    _error = Unicode().tag(sync=True)
    _offline = Bool(default_value=False).tag(sync=True)

    def __init__(
        self,
        session: Session,
        label: str,
        notice: str | None,
        *,
        simulated: bool = False,
        arguments: str = "",
        **traits: Any,
    ) -> None:
        from liqwidget.widget.figure import empty_document_json

        self._lock = threading.RLock()
        self._session = session
        self._named = {"label": label, "simulated": simulated, "arguments": arguments}
        self._notice = notice
        self._found: tuple[Cluster, ...] = ()
        self._bokeh_document: Document | None = None
        self._own_layout = "layout" not in traits
        palettes = [
            {"name": name, "label": palette.label}
            | {theme: look_up_table(name, theme).tobytes() for theme in ("dark", "light")}
            for name, palette in PALETTES.items()
        ]
        shared = {"_palettes": palettes, "_sides": side_colours_state(), "_assets": bokeh_asset()}
        known = {"venues": session.ledger.names, "timeframe": duration_text(session.ledger.timeframe)}
        super().__init__(**shared, **(known | traits))
        self._usual = self._defaults()
        self.set_trait("symbol", session.ledger.symbol)
        self._document = empty_document_json()
        self._refresh()
        self.observe(weakly(self._kernel_trait_changed), list(_KERNEL_TRAITS))
        self.on_msg(weakly(self._answer))
        shown_here(self)

    def open(self) -> None:
        """Open the way to the page; the way does not keep the view alive (see `liqwidget.widget.keeping`)."""
        super().open()
        self.comm.on_msg(weakly(self._handle_msg))

    def close(self) -> None:
        """Close the view, and the layout that was made for it."""
        was_open = self.comm is not None
        super().close()
        if was_open and self._own_layout:
            self.layout.close()

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        """Close what nobody holds any more; not when Python ends, as its modules are being taken apart then."""
        if not ending():
            super().__del__()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        shown_here(self)
        return super()._repr_mimebundle_(**options)

    def _defaults(self) -> dict[str, Any]:
        """Return the default of each public trait as JSON: code that makes a view anew leaves those out.

        Symbol and timeframe stand among the arguments of its source.
        """
        apart = ("symbol", "timeframe")
        public = [name for name in self.shared_names() if not name.startswith("_") and name not in apart]
        forms = {name: self.trait_metadata(name, "to_json") or (lambda value, _: value) for name in public}
        return {name: form(self.trait_defaults(name), self) for name, form in forms.items()}

    @property
    def session(self) -> Session:
        """What answers for the ledger shown."""
        return self._session

    @property
    def found(self) -> tuple[Cluster, ...]:
        """Clusters that stand at the end shown, largest in the shown measure first."""
        return self._found

    @property
    def market_state(self) -> dict[str, Any]:
        """What the front end knows of the market: label, notice, times, last price."""
        return dict(self._market)

    @classmethod
    def shared_names(cls) -> tuple[str, ...]:
        """Names of the traits that the front end reads, but for the assets and frames that depend on where it runs."""
        return tuple(name for name in HeatmapView.class_own_traits(sync=True) if name not in ("_assets", "_frames"))

    @property
    def settings(self) -> Settings:
        """What the kernel computes with, as one value."""
        return Settings(
            measure=self.measure,
            horizon=self.horizon,
            window=self.window,
            sensitivity=self.sensitivity,
            leverage=None if self.leverage == LEVERAGE_GROUPS else self.leverage,
            venues=None if self.venues == self._session.ledger.names else self.venues,
            as_of=None if self.as_of is None else time_ns(self.as_of),
            future=self.future,
        )

    @traitlets.validate("venues")
    def _known_venues(self, proposal: Any) -> tuple[str, ...]:
        names = self._session.ledger.names
        unknown = [name for name in proposal["value"] if name not in names]
        if unknown:
            message = f"venues: Expected one or more of {', '.join(names)}, was {unknown[0]!r}"
            raise traitlets.TraitError(message)
        return tuple(name for name in names if name in proposal["value"])

    def complete(self) -> None:
        """Compute what is otherwise left for later, so that the state can be saved whole; nothing is left here."""

    def _refresh(self) -> None:
        """Compute what the settings show, and send it in one go."""
        with self._lock, self.hold_sync():
            self._show(*self._computed(self._session, self.settings))
            self._keep_ticks()

    def _computed(
        self, session: Session, settings: Settings, *, frames: bool = True
    ) -> tuple[tuple[Cluster, ...], dict[str, Any]]:
        """Return the clusters and traits of what settings show; `frames`: the picture of the whole window too."""
        found = session.clusters(settings)
        market = session.market(settings) | self._named | self._freshness()
        said = (self._notice, market["grade"]["sentence"])
        market["notice"] = "\n".join(filter(None, said)) or None
        traits = {
            "_market": market,
            "_book": session.book(settings),
            "_clusters": [cluster_state(cluster) for cluster in found],
        }
        return found, traits | ({"_frames": [session.base_frame(settings).state()]} if frames else {})

    def _show(self, found: tuple[Cluster, ...], traits: dict[str, Any]) -> None:
        with self._lock, self.hold_sync():
            self._found = found
            for name, value in traits.items():
                self.set_trait(name, value)

    def _keep_ticks(self) -> None:
        """Untick clusters that stand no more."""
        kept = [cluster.id for cluster in self.found if cluster.id in self._selected]
        if kept != list(self._selected):
            self._selected = kept

    def _freshness(self) -> dict[str, Any]:
        """Return what the market's state says of the age of its data."""
        return {}

    def _kernel_trait_changed(self, change: Any) -> None:
        if change["name"] in ("window", "as_of"):
            with self.hold_sync():
                self.time_range = None
                self.price_range = None
        self._refresh()

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Answer one message; whatever goes wrong is an answer too."""
        try:
            reply = self._reply(protocol.decode_request(content))
        except Exception as error:  # noqa: BLE001 - the front end waits for an answer, whatever went wrong
            asked = content if isinstance(content, dict) else {}
            reply = protocol.error_answer(str(asked.get("view", "")), _whole(asked.get("id")), error), []
        if reply is not None:
            self.send(*reply)

    def _reply(self, request: protocol.Request) -> tuple[dict[str, Any], protocol.Buffers] | None:
        if isinstance(request, protocol.TakenNote):
            return None
        if isinstance(request, protocol.BokehRequest | protocol.CodeRequest):
            bokeh = isinstance(request, protocol.BokehRequest)
            kind, packed = ("bokeh", bokeh_gzip()) if bokeh else ("code", code_gzip())
            return {"type": kind, "view": request.view, "id": request.id, "version": bokeh_version()}, [packed]
        if isinstance(request, protocol.HtmlRequest):
            from liqwidget.widget.export import html_page

            with self._lock:
                name = f"{_FILE_NAME.sub('_', self.symbol)}-liquidations.html"
                return protocol.file_answer(request, name, html_page(self).encode())
        with self._lock:
            settings = self.settings
            if isinstance(request, protocol.ReadingRequest):
                values = self._session.reading(settings, request.time, request.price)
                return {"type": "reading", "view": request.view, "id": request.id} | values, []
            if isinstance(request, protocol.ProvenanceRequest):
                return self._opened(request)
            frame = self._session.frame(settings, request.time, request.price, request.width, request.height)
            return protocol.frame_answer(request, frame)

    def _opened(self, request: protocol.ProvenanceRequest) -> tuple[dict[str, Any], protocol.Buffers]:
        """Return when what is selected was opened; nothing can be selected here."""
        return opened_answer(request, (), clusters=0)

    def _document_shown(self) -> Document:
        """Return the Bokeh document, made on first use; from then on changes reach the views as patches."""
        if self._bokeh_document is None:
            from liqwidget.widget.figure import empty_document

            self._bokeh_document = empty_document()
            self._bokeh_document.on_change(weakly(self._patch))
        return self._bokeh_document

    def _patch(self, event: Any) -> None:
        """Send a change of the document to the views that are open, and keep it for those that open later."""
        from bokeh.core.serialization import Serializer

        from liqwidget.widget.figure import document_json

        document = self._bokeh_document
        if document is None:
            return
        serializer = Serializer(references=document.models.synced_references, deferred=False)
        content = {"events": serializer.encode([event])}
        document.models.flush_synced()
        self.send({"type": "patch", "content": content})
        self._document = document_json(document)

    def __repr__(self) -> str:
        """Return a text that is the same in every run."""
        return f"{type(self).__name__}({self.symbol!r})"

    def _repr_keys(self) -> Iterator[str]:
        yield from ()


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
