"""What MkDocs does not do by itself: pages that stand elsewhere in the repository, the reference, tables from the code.

MkDocs calls these functions by their names (``hooks`` in mkdocs.yml).
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

from liqwidget.domain.time import duration_ns
from liqwidget.market.bulk.archives import ARCHIVES
from liqwidget.market.venue.instrument import Instrument, Wanted
from liqwidget.market.venue.venues import VENUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = {
    "notebooks/accuracy.md": "notebooks/accuracy.md",
    "notebooks/evidence.md": "notebooks/evidence.md",
    "notebooks/scale.md": "notebooks/scale.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
}
"""By their place on the site, pages that stand elsewhere in the repository. They are read from there, not copied."""

ROOMS = {
    "heatmap": "The heatmap",
    "market": "Market data",
    "estimate": "The estimate",
    "study": "Levels, clusters, profiles",
    "trust": "How far to believe it",
    "decide": "Decisions and alerts",
    "run": "Live, and many at once",
    "domain": "Values",
    "errors": "Errors",
}
"""Pages of the reference, by the part of the package whose names they hold."""
_ALSO = {"watchlist": "heatmap", "raster": "study", "picture": "trust", "store": "market"}
"""Parts that have no page of their own."""
VERBS = ("exports", "decisions", "trusting", "overlaid")
"""Modules whose public functions are verbs of `LiqHeatmap`."""
NO_VERBS = ("lives_of", "own_overlays")
"""Functions of these that the heatmap itself calls."""


def on_config(config: MkDocsConfig) -> None:
    """Put the pages of the reference into the navigation."""
    pages = [{title: f"reference/{part}.md"} for part, title in ROOMS.items()]
    for entry in config.nav or ():
        if isinstance(entry, dict) and entry.get("Reference") == "reference/":
            entry["Reference"] = pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add pages that are no files of this folder."""
    for place, source in ELSEWHERE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    names = public_names()
    for part, title in ROOMS.items():
        blocks = [f"# {title}", *(f"::: {path}" for path in names[part])]
        files.append(File.generated(config, f"reference/{part}.md", content="\n\n".join(blocks) + "\n"))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead links of the repository to the places of the site, and put in what the code knows."""
    up = "../" * page.file.src_uri.count("/")
    if page.file.src_uri in ELSEWHERE:
        markdown = markdown.replace("](docs/", f"]({up}")
    for place, source in ELSEWHERE.items():
        markdown = markdown.replace(f"]({up}../{source}", f"]({up}{place}")
    if page.file.src_uri != "venues.md":
        return markdown
    return markdown.replace("{{ venues }}", "\n".join(venue_rows())).replace("{{ files }}", "\n".join(file_rows()))


def public_names() -> dict[str, list[str]]:
    """Return, for each page of the reference, where the public names of the package are defined."""
    stub = ast.parse((ROOT / "liqwidget" / "__init__.pyi").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {part: [] for part in ROOMS}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            module = node.module or node.names[0].name
            part = module.split(".")[0]
            names = [f"liqwidget.{module}.{alias.name}" for alias in node.names] if node.module else ["liqwidget.store"]
            found[_ALSO.get(part, part)] += names
    for verbs in VERBS:
        tree = ast.parse((ROOT / "liqwidget" / f"{verbs}.py").read_text(encoding="utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
        own = dict.fromkeys(node.name for node in functions if node.args.args[0].arg == "self")
        found["heatmap"] += [f"liqwidget.{verbs}.{name}" for name in own if name not in NO_VERBS]
    return found


def venue_rows() -> Iterator[str]:
    """Yield the table of what each venue publishes, from what the package asks it for."""
    yield "| venue | contracts | candles | open interest | realised liquidations | margin tiers | live by socket |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for venue in VENUES.values():
        kinds = " and ".join(kind for kind in ("linear", "inverse") if getattr(venue, f"{kind}_class"))
        candles = "no limit documented" if venue.candle_rows is None else f"newest {venue.candle_rows:,}"
        heard = venue.liquidation_stream or "no public stream"
        listed = f"list of {venue.liquidation_history}; " if venue.liquidation_history else ""
        tiers = "public" if venue.tiers == "public" else "with a key: dated tables are shipped"
        cells = (
            venue.name,
            kinds,
            candles,
            _interest(venue),
            listed + heard,
            tiers,
            ", ".join(venue.streams) or "polled",
        )
        yield f"| {' | '.join(cells)} |"


def file_rows() -> Iterator[str]:
    """Yield the table of the public files of venues, and the day before which there are none."""
    yield "| venue | files of a day or month | since |"
    yield "| --- | --- | --- |"
    for name, archive in ARCHIVES.items():
        contract = Instrument(
            name, "BTC/USD:BTC", "BTCUSD", Wanted("BTC", "BTC"), "USD", inverse=True, contract_size=1.0, factor=1
        )
        for series in archive.series(contract, duration_ns("5m")):
            yield f"| {name} | {series.name} | {series.first} |"


def _interest(venue: Any) -> str:
    if not venue.interest_history:
        return "the present alone: collected as it is asked"
    limits = [f"{venue.interest_days} days"] if venue.interest_days else []
    limits += [f"newest {venue.interest_rows:,} rows"] if venue.interest_rows else []
    return f"every {venue.interest_history[0]}: {' and '.join(limits) or 'no limit documented'}"
