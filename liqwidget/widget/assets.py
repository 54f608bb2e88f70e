"""What all heatmaps of a page share, sent to it once per kernel by one hidden widget: BokehJS and the front end."""

from __future__ import annotations

import gzip
import importlib.metadata
import importlib.util
import os
import threading
from functools import cache, partial
from pathlib import Path

import anywidget
from traitlets import Bytes, Unicode

from liqwidget.background import freed_in_child
from liqwidget.errors import MissingExtraError
from liqwidget.widget.lifetime import after_cell

STATIC = Path(__file__).parent.parent / "static"
FRONT_END = (STATIC / "widget.js").read_bytes()
"""The built front end; ``loader.js`` imports it once a page."""
ON_DEMAND = (STATIC / "on_demand.js").read_bytes()
"""What no first picture needs; the front end imports it once a page, right after that picture."""
OFFLINE = (STATIC / "offline.js").read_bytes()
"""What shows a saved state by the front end, in a page without a kernel."""

WATCHED = os.environ.get("ANYWIDGET_HMR") == "1"
"""Whether anywidget shall watch the built files, for development: a watched file keeps every widget."""

AFTER_S = 0.5
"""What is loaded on demand is sent so long after the rest at most: a slow line carries the first picture first [s]."""

_SCRIPT = Path("server") / "static" / "js" / "bokeh.min.js"
_lock = freed_in_child(threading.Lock())
_shared: list[BokehAsset] = []


def built(name: str) -> str | Path:
    """Return what is in a built file, or the file where it is watched."""
    return STATIC / name if WATCHED else (STATIC / name).read_text(encoding="utf-8")


class BokehAsset(anywidget.AnyWidget):
    """A widget without a face whose state is BokehJS and the front end; heatmaps refer to it.

    A page unpacks them as soon as they are there, before it hears of a heatmap.
    """

    _esm = (STATIC / "assets.js").read_text(encoding="utf-8")
    version = Unicode().tag(sync=True)
    """Version of the installed bokeh package."""
    bokeh = Bytes().tag(sync=True)
    """``bokeh.min.js`` compressed with gzip."""
    code = Bytes().tag(sync=True)
    """``widget.js`` compressed with gzip."""
    on_demand = Bytes().tag(sync=True)
    """``on_demand.js`` compressed with gzip; empty until the first picture is on its way to the page."""


def bokeh_asset() -> BokehAsset:
    """Return the asset widget of this kernel, made on first use and again after it was closed."""
    with _lock:
        if not _shared or _shared[0].comm is None:
            asset = BokehAsset(version=bokeh_version(), bokeh=bokeh_gzip(), code=code_gzip())
            _shared[:] = [asset]
            after_cell(partial(_complete, asset), AFTER_S)
        return _shared[0]


def _complete(asset: BokehAsset) -> None:
    """Send what is loaded on demand; a saved page has it too, whether or not somebody wanted it."""
    if asset.comm is not None:
        asset.on_demand = on_demand_gzip()


@cache
def bokeh_version() -> str:
    """Return the version of the installed bokeh package."""
    return importlib.metadata.version("bokeh")


@cache
def bokeh_gzip() -> bytes:
    """Return ``bokeh.min.js`` of the installed bokeh package, compressed with gzip (same bytes every time)."""
    spec = importlib.util.find_spec("bokeh")
    if spec is None or spec.origin is None:
        message = "Expected the package bokeh, was not installed; install it with: pip install bokeh"
        raise MissingExtraError(message)
    return gzip.compress((Path(spec.origin).parent / _SCRIPT).read_bytes(), compresslevel=9, mtime=0)


@cache
def code_gzip() -> bytes:
    """Return the front end, compressed with gzip (same bytes every time)."""
    return gzip.compress(FRONT_END, compresslevel=9, mtime=0)


@cache
def on_demand_gzip() -> bytes:
    """Return what the front end loads on demand, compressed with gzip (same bytes every time)."""
    return gzip.compress(ON_DEMAND, compresslevel=9, mtime=0)
