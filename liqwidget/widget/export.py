"""One HTML file that opens with no network and no kernel: the same front end over a read-only state."""

from __future__ import annotations

import base64
import html
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.time import milliseconds_ns, timestamp
from liqwidget.look import LOOK
from liqwidget.widget.assets import FRONT_END, OFFLINE, bokeh_gzip, bokeh_version, on_demand_gzip
from liqwidget.widget.export_frames import Packing, stored_frames
from liqwidget.widget.notices import notices

if TYPE_CHECKING:
    from liqwidget.widget.display import Shown
    from liqwidget.widget.protocol import Interval

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
html, body {{ height: 100%; }}
body {{ margin: 0; }}
body {{ box-sizing: border-box; display: flex; flex-direction: column; padding: 8px; }}
body {{ background: {light.page}; color: {light.muted}; }}
#liqwidget {{ flex: 1 0 auto; --liq-least: clamp(400px, calc(100vh - 270px), 690px); }}
#liqwidget-made {{ margin: 0 0 4px; font: 12px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
#liqwidget-notices {{ margin: 4px 0 0; font: 11px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
#liqwidget-notices pre {{ white-space: pre-wrap; }}
@media (prefers-color-scheme: dark) {{ body {{ background: {dark.page}; color: {dark.muted}; }} }}
</style>
<style>{css}</style>
</head>
<body>
<p id="liqwidget-made">{made}</p>
<noscript>This picture needs JavaScript; it loads nothing from the network.</noscript>
<div id="liqwidget"></div>
<details id="liqwidget-notices"><summary>Licences</summary><pre>{notices}</pre></details>
<script type="application/json" id="liqwidget-state">{state}</script>
<script type="application/json" id="liqwidget-code">{code}</script>
<script type="application/json" id="liqwidget-offline">{offline}</script>
<script type="module">
const unpacked = []
async function unpack(holder, key, text) {{
  const letters = atob(text)
  const packed = new Uint8Array(letters.length)
  for (let at = 0; at < letters.length; at++) packed[at] = letters.charCodeAt(at)
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))
  holder[key] = new DataView(await new Response(stream).arrayBuffer())
}}
function revive(key, value) {{
  if (typeof value?.gzip === "string") unpacked.push(unpack(this, key, value.gzip))
  return value
}}
const read = (id) => JSON.parse(document.getElementById(id).textContent, revive)
const load = (id) => import(URL.createObjectURL(new Blob([read(id)], {{ type: "text/javascript" }})))
const {{ default: frontEnd }} = await load("liqwidget-code")
const {{ mount }} = await load("liqwidget-offline")
const state = read("liqwidget-state")
await Promise.all(unpacked)
await mount(document.getElementById("liqwidget"), state, frontEnd)
</script>
</body>
</html>
"""

_WORTH_PACKING = 1024
"""Bytes from which gzip is worth its unpacking."""
_GZIP = b"\x1f\x8b"


def html_page(traits: dict[str, Any], css: str, shown: Shown, title: str | None = None) -> str:
    """Return the text of a file that holds a heatmap as it is set up; see `LiqHeatmap.to_html`.

    Parameters
    ----------
    traits : dict
        The state of the widget that the front end reads, in its JSON form.
    css : str
        Its style sheet.
    shown : Shown
        What it shows.
    title : str, optional
        Of the page.
    """
    symbol, moved, packing = shown.ledger.symbol, _range_shown(traits), Packing()
    simulated = bool(traits["_market"]["simulated"])
    kind = "simulated market, " if simulated else ""
    state = traits | {
        "_frames": [frame.state() for frame in stored_frames(shown.session, shown.settings, moved, packing=packing)],
        "_offline": True,
        "symbol": symbol,
        "_files": {
            name: {"version": bokeh_version(), "gz": content}
            for name, content in (("bokeh", bokeh_gzip()), ("on_demand", on_demand_gzip()))
        },
    }
    return _PAGE.format(
        title=html.escape(title or f"{symbol} liquidation heatmap ({kind}estimate)"),
        made=html.escape(_made(symbol, shown.end, simulated=simulated)),
        css=css,
        notices=html.escape(notices(), quote=False),
        light=LOOK.themes["light"],
        dark=LOOK.themes["dark"],
        state=_embedded(state, packing),
        code=_embedded(FRONT_END.decode(), packing),
        offline=_embedded(OFFLINE.decode(), packing),
    )


def _made(symbol: str, end: int, *, simulated: bool) -> str:
    """Return the sentence that says what the file is, and of when."""
    made, known = pd.Timestamp.now("UTC"), timestamp(end)
    what = f"{symbol} (simulated market)" if simulated else symbol
    return (
        f"A saved picture of {what}, made {made:%Y-%m-%d %H:%M} UTC; its data end {known:%Y-%m-%d %H:%M} UTC. "
        "Nothing in it changes by itself: for newer data, run the notebook again."
    )


def _embedded(value: Any, packing: Packing) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, default=partial(_binary, packing))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _binary(packing: Packing, value: object) -> dict[str, str]:
    """Return bytes as JSON: as they are when they are few or packed already, else packed."""
    if isinstance(value, bytes | bytearray | memoryview):
        plain = bytes(value)
        if len(plain) < _WORTH_PACKING or plain.startswith(_GZIP):
            return {"b64": base64.b64encode(plain).decode("ascii")}
        return {"gzip": base64.b64encode(packing(plain)).decode("ascii")}
    message = f"Expected JSON or bytes, was {type(value).__name__}"
    raise TypeError(message)


def _range_shown(traits: dict[str, Any]) -> tuple[tuple[int, int], Interval | None] | None:
    """Return the range that the view was moved to: time [ns], and price where it does not follow."""
    if traits["time_range"] is None:
        return None
    start, end = map(milliseconds_ns, traits["time_range"])
    low_high = traits["price_range"]
    return (start, end), None if low_high is None else (low_high[0], low_high[1])
