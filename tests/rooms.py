"""The rooms of the house: what each holds, and whom it may import.

`tests/test_architecture.py` holds the tree to it, and the table in CONTRIBUTING.md is made of it:
``python -m tests.rooms`` writes the table anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- rooms: written by `python -m tests.rooms` -->", "<!-- /rooms -->"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of the tree."""

    folder: str
    """From the root."""
    holds: str
    files: dict[str, str]
    """By name without its ending, what a reader looks for in it."""
    may_import: tuple[str, ...] | None = ()
    """Other parts of the package; None stands for all."""


_NOUNS = ("domain",)
_FIELD = (*_NOUNS, "field")

ROOMS = (
    Room(
        "liqwidget",
        "the face, and what every room may use",
        {
            "heatmap": "`LiqHeatmap`: the public verbs, and the parts it has",
            "errors": "the errors a user may meet",
            "look": "reads `look.json`: every colour and measure that page and picture file share",
            "background": "work in a thread, of which the newest counts",
        },
        None,
    ),
    Room(
        "liqwidget/domain",
        "the nouns",
        {
            "frames": "`MarketData`, the user's own DataFrames",
            "validation": "checks of those, and their sentences",
            "ledger": "one row per candle and venue",
            "levels": "`LevelSet`",
            "positions": "measured positions",
            "margin": "liquidation prices",
            "tiers": "dated margin tables, `tier_tables/`",
            "time": "times, lengths of a candle",
            "lattice": "price cells of 10 bps",
            "leverage": "leverage groups",
            "side": "long and short",
            "viewport": "`Viewport`, `Box`",
            "amount": "numbers in few characters",
            "status": "how a venue does",
        },
        (),
    ),
    Room(
        "liqwidget/market",
        "where data come from",
        {
            "read": "asks for what `source=` names; what is said if it cannot be had",
            "source": "`Source`, and venues that join later",
            "fetch": "one venue's history on its way; timeouts",
            "history": "what was read of it, as frames",
            "download": "`history()`, `margin_tiers()` for scripts",
            "timeframes": "lengths of a candle to choose from",
        },
        _NOUNS,
    ),
    Room(
        "liqwidget/market/venue",
        "the venues; alone knows ccxt",
        {
            "binance": "**one file a venue**: what it publishes, how it is asked, how its rows are read",
            "bybit": "same",
            "okx": "same",
            "hyperliquid": "same",
            "bitget": "same",
            "gate": "same",
            "htx": "same",
            "venue": "what a venue may differ in",
            "venues": "the list of them",
            "client": "requests, retries, refusals and their words",
            "worker": "the thread and event loop",
            "reader": "reads a past, newest first",
            "pages": "pages until nothing is missing",
            "stream": "sockets",
            "rows": "rows become frames; what is left out",
            "payload": "numbers and text as sent",
            "tiers": "margin tiers of today",
            "symbols": "spellings of a symbol",
            "instrument": "a contract",
        },
        _NOUNS,
    ),
    Room(
        "liqwidget/market/store",
        "what is kept on this machine",
        {
            "face": "`liqwidget.store`: list, prune, export",
            "files": "Parquet files, locks, damage",
            "days": "rows by UTC day",
            "contracts": "contracts found once",
            "keeper": "kept rows first, gaps asked for",
        },
        _NOUNS,
    ),
    Room(
        "liqwidget/market/simulated",
        "the simulated market",
        {
            "sample": "`sample_market()`",
            "scenario": "venues, coins and price",
            "agents": "what traders intend",
            "simulation": "what happens to them",
            "publishing": "what its venues publish",
        },
        _NOUNS,
    ),
    Room(
        "liqwidget/field",
        "what stands at any price and time; pure",
        {
            "density": "the leverage prior",
            "evaluate": "standing size",
            "measure": "`size` and `expected`",
            "parts": "by venue, group and side",
            "contribution": "row by row",
            "crossed": "what price crosses",
            "engine": "Numba or NumPy",
            "oracle": "the kernels in NumPy",
        },
        _NOUNS,
    ),
    Room(
        "liqwidget/field/kernels",
        "compiled loops",
        {"evaluate": "a viewport", "forward": "a candle", "lives": "levels", "placing": "openings"},
        _NOUNS,
    ),
    Room(
        "liqwidget/estimate",
        "market data to ledger; pure",
        {
            "estimator": "`estimate`, `advance`, `recompute`",
            "books": "the pass over candles",
            "survival": "unwinding, missing open interest",
            "calibrate": "fits to liquidations",
            "calibration": "what that found",
            "likelihood": "how it is judged",
        },
        _FIELD,
    ),
    Room(
        "liqwidget/raster",
        "ledger to numbers to bytes; pure",
        {
            "grid": "`rasterise`",
            "quantise": "one byte a pixel",
            "palette": "palettes",
            "scale": "log, linear, rank; threshold",
            "side_colours": "colours of longs and shorts",
            "smooth": "smoothing for the eye",
        },
        _FIELD,
    ),
    Room(
        "liqwidget/study",
        "what a reader asks of a ledger; pure",
        {
            "clusters": "what a cluster is",
            "levels": "lives of price cells",
            "profile": "size between price edges",
            "standing": "what both stand on, cell by cell",
            "reading": "one cell at a time",
            "selection": "a box",
            "provenance": "what made it",
        },
        _FIELD,
    ),
    Room(
        "liqwidget/trust",
        "how far to believe it; pure",
        {
            "grade": "from the data behind the map",
            "score": "against realised liquidations",
            "score_standing": "against known positions",
            "score_inputs": "what is scored",
            "score_table": "`Scores`, its words",
            "naive": "simple maps it is held against",
            "reliability": "does 30 % mean 30 %",
            "uncertainty": "sizes under other assumptions",
            "comparison": "with measured positions",
            "agreement": "how alike, in figures",
            "measured_levels": "measured positions as levels",
            "venue_comparison": "venues with each other",
            "statistics": "ranks, correlations, intervals",
        },
        (*_FIELD, "estimate", "study"),
    ),
    Room(
        "liqwidget/run",
        "loops over time",
        {
            "following": "source, timeframe, live feed: all that replaces what is shown",
            "live": "all venues of a feed",
            "venue_feed": "one venue: sockets, polling, reconnecting",
            "growing_market": "rows in any order become clean history",
        },
        (*_FIELD, "market", "estimate", "study", "background"),
    ),
    Room(
        "liqwidget/widget",
        "the anywidget and what answers it",
        {
            "view": "traits",
            "traits": "types of traits",
            "names": "options, near names, help texts",
            "priors": "what priors are called",
            "display": "what is shown becomes traits",
            "session": "ledger and settings become frames",
            "series": "rows of the panels",
            "standing": "rows of profile and map",
            "answers": "who answers which message",
            "protocol": "messages",
            "selection": "box and ticked clusters",
            "trust": "grade, score, compare as shown",
            "uncertainty_ranges": "ranges beside the clusters",
            "live": "what a feed offers",
            "delivery": "how often it is sent",
            "freshness": "age of each venue's data",
            "lifetime": "how long a heatmap lives",
            "figure": "the Bokeh figure",
            "document": "`h.figure`, drawn on",
            "scene": "what a picture file is drawn from",
            "assets": "BokehJS, once a page",
            "export": "`to_html`",
            "export_frames": "pictures in that file",
        },
        (*_FIELD, "raster", "study", "trust", "background"),
    ),
    Room(
        "liqwidget/picture",
        "drawn without a page",
        {
            "heatmap": "`to_png`",
            "layout": "where its parts lie",
            "axes": "round times and prices",
            "ink": "colours",
            "clusters": "bands and labels",
            "legend": "what colours mean",
            "panels": "lower panels",
            "profile": "profile and liquidation map",
            "comparison": "a comparison in a notebook",
            "comparison_bars": "its bars",
            "comparison_figure": "in Bokeh",
            "comparison_png": "in Matplotlib",
            "venue_comparison": "venues in a notebook",
            "venue_comparison_png": "in Matplotlib",
            "sheet": "what these share",
        },
        (*_FIELD, "raster", "study", "trust", "widget"),
    ),
)
"""The lower floors first. All may import `errors` and `look`."""

NO_CIRCLE = ("errors", "look", "background")
"""Modules of the first room that are below all others."""

FRONT_END = {
    "wire": "messages, traits as signals, newest wins, a model without a kernel",
    "load": "assets, BokehJS",
    "steer": "zoom, pan, wheel, fingers, keys, what is looked at",
    "heat": "frames, colours of pixels, requests for pictures",
    "layers": "on the plot: candles, clusters, axis tags, provenance; `plot.ts` alone touches Bokeh",
    "beside": "profile, panels, liquidation map",
    "table": "the table of clusters",
    "controls": "toolbar, drawer, replay, threshold, sharing",
    "words": "read-out, legend, notes, help, age of data",
    "format": "numbers and times as text",
    "dom": "elements, theme, colours",
    "css": "styles",
}
"""Folders of `js/src`."""

OTHERS = {
    "js/test/": "vitest, one file a subject",
    "tests/": "mirrors `liqwidget/`; `venues/` a server that plays venues, `look/` cases that pytest and vitest read, "
    "`protocol/` recorded messages, `browser/` JupyterLab and Chromium, `accuracy/` the map against recorded markets, "
    "which are not in the repository",
    "notebooks/": "each runs offline, top to bottom, with its outputs saved; `accuracy.md` is generated",
    "binder/": "what Binder installs",
}


def parts() -> dict[str, set[str] | None]:
    """Return, for each part of the package (`domain`, `heatmap`), the other parts that it may import; None is all."""
    found: dict[str, set[str] | None] = {name: set() for name in NO_CIRCLE}
    found |= {name: None for name in (*ROOMS[0].files, "__init__") if name not in NO_CIRCLE}
    for room in ROOMS[1:]:
        part = room.folder.split("/")[1]
        others = found.setdefault(part, {"errors", "look"})
        if others is not None and room.may_import is not None:
            others |= set(room.may_import)
    return found


def table() -> str:
    """Return the table of rooms as Markdown."""
    rows = ["| folder | holds | may import |", "| --- | --- | --- |"]
    for room in ROOMS:
        files = "; ".join(f"`{name}` {what}" for name, what in room.files.items())
        below = "all" if room.may_import is None else ", ".join(f"`{part}`" for part in room.may_import) or "`errors`"
        rows.append(f"| `{room.folder}/` | {room.holds}: {files} | {below} |")
    rows += [f"| `js/src/{name}/` | {what} | |" for name, what in FRONT_END.items()]
    rows += [f"| `{name}` | {what} | |" for name, what in OTHERS.items()]
    return "\n".join(rows)


def written(guide: str) -> str:
    """Return the text of CONTRIBUTING.md with the table of this file in its place."""
    before, _, rest = guide.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
