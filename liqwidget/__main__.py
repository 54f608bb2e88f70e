"""The heatmap for cron and CI: ``python -m liqwidget BTC --png btc.png --clusters btc.csv``.

The same verbs as in a notebook. It ends with 0, with 1 where the market cannot be read, with 2 where an argument cannot
be used, and with 3 where a file cannot be written.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import TraitError

from liqwidget.domain.amount import estimate_text
from liqwidget.domain.paths import checked_path
from liqwidget.domain.status import is_simulated
from liqwidget.domain.time import timestamp
from liqwidget.errors import LiqError, SourceError
from liqwidget.field.density import DEFAULT_PRIOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from liqwidget.heatmap import LiqHeatmap

DONE, UNREAD, UNUSABLE, UNWRITTEN = 0, 1, 2, 3
"""How it ends."""

_SUFFIXES = {"png": (".png",), "html": (".html", ".htm"), "clusters": (".csv", ".json")}
"""Of the files that can be written."""
_MIXES = ["leverage_mix", "venue_mix", "agreeing_venues"]


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    made = argparse.ArgumentParser(
        prog="python -m liqwidget",
        description="Draw a liquidation heatmap, and list its clusters: an estimate from public market data.",
        epilog="Exit codes: 0 done, 1 the market cannot be read, 2 an argument cannot be used, 3 a file cannot be "
        "written.",
    )
    made.add_argument("symbol", help="such as BTC")
    made.add_argument(
        "--source", help="'sample' for the simulated market, or exchanges: binance,bybit; by default all exchanges"
    )
    made.add_argument("--timeframe", help="length of a candle, such as 5m")
    made.add_argument("--window", help="such as 24h, 7d, all")
    made.add_argument("--measure", help="heat, size or expected")
    made.add_argument("--side", help="both, long or short: what the picture shows; the list has both")
    made.add_argument("--prior", default=DEFAULT_PRIOR, help="effective, isolated or nominal")
    made.add_argument("--at", help="as of this time (UTC), such as 2026-01-31T12:00; by default the last close")
    made.add_argument("--png", type=Path, help="write the picture here")
    made.add_argument("--html", type=Path, help="write the page here: one file that needs no kernel and no network")
    made.add_argument("--clusters", type=Path, help="write the clusters here, as .csv or .json")
    told = made.add_mutually_exclusive_group()
    told.add_argument("--json", action="store_true", help="say what was made as JSON, the clusters too")
    told.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return how it ended."""
    given = parser().parse_args(arguments)
    try:
        made = _made(given)
    except (LiqError, TraitError) as error:
        return _failed(error, UNREAD if isinstance(error, SourceError) and not _refuses(error) else UNUSABLE)
    except OSError as error:
        return _failed(error, UNWRITTEN)
    if given.json:
        sys.stdout.write(json.dumps(made, allow_nan=False) + "\n")
    elif not given.quiet:
        sys.stdout.write("\n".join(_told(made)) + "\n")
    return DONE


def _made(given: argparse.Namespace) -> dict[str, Any]:
    """Read the market and write the files asked for; return what is said of them."""
    asked = {name: getattr(given, name) for name in _SUFFIXES}
    targets = {name: checked_path(path, *_SUFFIXES[name]) for name, path in asked.items() if path is not None}
    from liqwidget.heatmap import LiqHeatmap

    names = None if given.source is None else [part for part in map(str.strip, given.source.split(",")) if part]
    traits = {name: getattr(given, name) for name in ("window", "measure", "side") if getattr(given, name) is not None}
    heatmap = LiqHeatmap(given.symbol, names, timeframe=given.timeframe, prior=given.prior, live=False, **traits)
    try:
        if given.at is not None:
            heatmap.as_of = given.at
        return _written(heatmap, targets)
    finally:
        heatmap.close()


def _written(heatmap: LiqHeatmap, targets: dict[str, Path]) -> dict[str, Any]:
    clusters, end = heatmap.clusters_frame(), heatmap.as_of or timestamp(heatmap.ledger.end)
    simulated = is_simulated(heatmap.ledger)
    listed = clusters.assign(simulated=simulated)
    for name, path in targets.items():
        if name == "png":
            heatmap.to_png(path)
        elif name == "html":
            heatmap.to_html(path)
        elif path.suffix.lower() == ".csv":
            listed.drop(columns=_MIXES).to_csv(path, index=False)
        else:
            path.write_text(json.dumps(_records(listed), allow_nan=False), encoding="utf-8")
    return {
        "symbol": heatmap.ledger.symbol,
        "venues": list(heatmap.ledger.names),
        "simulated": simulated,
        "at": end.isoformat(),
        "price": heatmap.ledger.last_price(end.value),
        "quote": heatmap.ledger.quote,
        "unit": heatmap.ledger.unit,
        "clusters": _records(clusters),
        "files": {name: str(path) for name, path in targets.items()},
    }


def _records(clusters: pd.DataFrame) -> list[dict[str, Any]]:
    """Return clusters as JSON has them: ages in seconds, and null where something is not known."""
    rows = clusters.to_dict("records")
    return [
        {
            str(name): value.total_seconds() if isinstance(value, timedelta) else _known(value)
            for name, value in row.items()
        }
        for row in rows
    ]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _told(made: dict[str, Any]) -> list[str]:
    """Return what is said of it to a reader."""
    kind = " (simulated market: prices and positions are not real)" if made["simulated"] else ""
    lines = [
        f"{made['symbol']} on {', '.join(made['venues'])}{kind}, {made['at']}: {made['price']:,.7g} {made['quote']}"
    ]
    lines += [
        f"  {one['side']:5} {one['price_low']:,.7g} to {one['price_high']:,.7g} (peak {one['distance_pct']:+.1f} %): "
        f"est. {estimate_text(one['size'], made['unit'])}, heat {one['heat']:.0f}"
        for one in made["clusters"]
    ]
    return lines + [f"{name}: {path}" for name, path in made["files"].items()]


def _refuses(error: SourceError) -> bool:
    """Tell whether an error is about what was asked for, and not about what a venue did."""
    return str(error).startswith("Expected")


def _failed(error: Exception, code: int) -> int:
    sys.stderr.write(f"liqwidget: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
