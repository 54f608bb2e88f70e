"""Every picture and file of the simulated market says that it is one, also when it is copied out of its page."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document

import liqwidget
from liqwidget import LiqHeatmap, compare, compare_venues, estimate
from liqwidget.domain.positions import Positions
from liqwidget.domain.status import SIMULATED, is_simulated
from liqwidget.look import LOOK
from liqwidget.picture.comparison import comparison_figure
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import Ledger

GROUND = np.array([int(LOOK.simulated.ground[at : at + 2], 16) for at in (1, 3, 5)]) / 255


@cache
def ledger(*, simulated: bool) -> Ledger:
    market = walk(3, 100, "1h").market()
    return estimate(replace(market, notes=(*market.notes, SIMULATED)) if simulated else market)


@cache
def positions() -> Positions:
    held = {"side": ["long", "short"] * 4, "size": 2.0, "liquidation_price": [90.0, 111.0, 91.0, 112.0] * 2}
    time = pd.Timestamp("2026-01-05 04:00", tz="UTC")
    return Positions.from_frame(pd.DataFrame({"time": time, **held}), symbol="BTC")


def _heatmap(of: Ledger, path: Path) -> None:
    h = LiqHeatmap.from_ledger(of, panels=(), whiskers=False)
    h.to_png(path, width=500, height=400)
    h.close()


PICTURES: dict[str, Callable[[Ledger, Path], object]] = {
    "heatmap": _heatmap,
    "beside": lambda of, path: compare(of, positions(), draws=0).to_png(path, width=500, height=400),
    "over": lambda of, path: compare(of, positions(), how="over", draws=0).to_png(path, width=900, height=400),
    "minus": lambda of, path: compare(of, positions(), how="minus", draws=0).to_png(path, width=500, height=400),
    "venues": lambda of, path: compare_venues(of).to_png(path, width=500, height=400),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_a_banner_lies_across_every_picture(name: str, tmp_path: Path) -> None:
    shares = []
    for simulated in (True, False):
        path = tmp_path / f"{simulated}.png"
        PICTURES[name](ledger(simulated=simulated), path)
        rows = (np.abs(matplotlib.image.imread(path)[..., :3] - GROUND).max(axis=-1) < 0.02).mean(axis=1)
        shares.append(float(np.sort(rows)[-6]))
    assert shares[0] > 0.5
    assert shares[1] == 0


def test_what_draws_a_picture_file_knows_of_the_banner() -> None:
    folder = Path(liqwidget.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    drawn = {name: text for name, text in texts.items() if "print_png(" in text or "png_bytes(" in text}
    assert {name for name, text in drawn.items() if "draw_simulated" not in text} == {"sheet.py"}
    assert len(drawn) == 4


@pytest.mark.slow
def test_notebooks_and_bokeh_are_told_too() -> None:
    for simulated in (True, False):
        of = ledger(simulated=simulated)
        assert is_simulated(of) is simulated
        compared, venues = compare(of, positions(), draws=0), compare_venues(of)
        document = Document()
        document.add_root(comparison_figure(compared))
        shown = (compared._repr_html_(), venues._repr_html_(), json.dumps(document.to_json(deferred=False)))
        assert [LOOK.simulated.banner in text for text in shown] == [simulated] * 3


@pytest.mark.usefixtures("small_pictures")
def test_a_saved_page_says_so_before_any_script_runs() -> None:
    for simulated in (True, False):
        h = LiqHeatmap.from_ledger(ledger(simulated=simulated), whiskers=False)
        head = h.to_html().partition('<script type="application/json"')[0]
        assert ("simulated market" in head.partition("</title>")[0]) is simulated
        assert ("(simulated market), made" in head) is simulated
        h.close()
