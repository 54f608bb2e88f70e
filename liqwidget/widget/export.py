"""One HTML file that opens with no network and no kernel: the same front end over a read-only state."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liqwidget.field.measure import MEASURES
from liqwidget.widget.assets import bokeh_gzip, bokeh_version

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.widget.protocol import Frame
    from liqwidget.widget.session import Session, Settings
    from liqwidget.widget.view import HeatmapView

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; }}
body {{ box-sizing: border-box; padding: 12px; background: #ffffff; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0f131a; }} }}
</style>
<style>{css}</style>
</head>
<body>
<noscript>This picture needs JavaScript; it loads nothing from the network.</noscript>
<div id="liqwidget"></div>
<script type="application/json" id="liqwidget-state">{state}</script>
<script type="application/json" id="liqwidget-code">{code}</script>
<script type="module">
const read = (id) => JSON.parse(document.getElementById(id).textContent)
const source = new Blob([read("liqwidget-code")], {{ type: "text/javascript" }})
const {{ mount }} = await import(URL.createObjectURL(source))
await mount(document.getElementById("liqwidget"), read("liqwidget-state"))
</script>
</body>
</html>
"""

_FULL, _DETAIL, _WHOLE = (1200, 600), (1000, 500), (900, 450)


def write_html(view: HeatmapView, path: Path, title: str | None) -> Path:
    """Write a heatmap as it is set up to one self-contained file; see `LiqHeatmap.to_html`."""
    path.write_text(html_page(view, title), encoding="utf-8")
    return path


def html_page(view: HeatmapView, title: str | None = None) -> str:
    """Return the text of that file."""
    view.complete()
    return _PAGE.format(
        title=html.escape(title or f"{view.symbol} liquidation heatmap (estimate)"),
        css=_static(view, "_css"),
        state=_embedded(_state(view)),
        code=_embedded(_static(view, "_esm")),
    )


def _static(view: HeatmapView, name: str) -> str:
    return str(getattr(view, name))


def _embedded(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, default=_binary)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _binary(value: object) -> dict[str, str]:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"b64": base64.b64encode(value).decode("ascii")}
    message = f"Expected JSON or bytes, was {type(value).__name__}"
    raise TypeError(message)


def _state(view: HeatmapView) -> dict[str, Any]:
    """Return the traits that the front end reads, with enough frames to zoom into."""
    state = {name: _plain(view, name) for name in view.shared_names()}
    frames = [
        frame.state()
        for measure in MEASURES
        for frame in _frames(view.session, replace(view.settings, measure=measure))
    ]
    return state | {
        "_frames": frames,
        "_offline": True,
        "_bokeh": {"version": bokeh_version(), "gz": bokeh_gzip()},
    }


def _plain(view: HeatmapView, name: str) -> Any:
    to_json = view.trait_metadata(name, "to_json")
    value = getattr(view, name)
    return value if to_json is None else to_json(value, view)


def _frames(session: Session, settings: Settings) -> list[Frame]:
    """Return the window, its last quarter in more detail, and all of the data."""
    start, end = session.window(settings)
    full = session.base_frame(settings, _FULL)
    late = (end - (end - start) // 4, end)
    everything = replace(settings, window="all")
    frames = [full, session.fitted_frame(settings, late, _DETAIL)]
    if session.window(everything) != (start, end):
        frames.append(session.fitted_frame(settings, session.window(everything), _WHOLE))
    return frames
