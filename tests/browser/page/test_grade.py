"""The grade of the data stands on the picture, which is hatched where there is too little to rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap


OWN = """
from dataclasses import replace
simulated = h._following.source
h._following.source = replace(simulated, simulated=False, notice=None)
h._refresh()
"""
SIMULATED = "h._following.source = simulated; h._refresh()"


def test_the_grade_follows_the_time_shown(heatmap: Heatmap) -> None:
    # The simulated market has none.
    heatmap.kernel.run(OWN)
    drawn = eventually(heatmap.drawn, lambda found: "Data" in found.notice)
    assert "Data complete: 30 days of candles, none missing" in drawn.notice
    assert not drawn.hatched
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.start + 20 * 3_600 * 10**9"))
    early = eventually(heatmap.drawn, lambda found: found.hatched)
    assert "Data too thin to rely on, warming up: 20.0 hours of data" in early.notice
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.start + 4 * 86_400 * 10**9"))
    later = eventually(heatmap.drawn, lambda found: not found.hatched)
    assert "Data nearly complete, warming up: 4.0 days of data" in later.notice
    heatmap.changes(lambda: heatmap.set(as_of=None))
    heatmap.kernel.run(SIMULATED)
