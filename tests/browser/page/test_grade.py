"""The grade of the data stands on the picture, which is hatched where there is too little to rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap


def test_the_grade_follows_the_time_shown(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    assert "Grade A" in drawn.notice
    assert not drawn.hatched
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.start + 20 * 3_600 * 10**9"))
    early = eventually(heatmap.drawn, lambda found: found.hatched)
    assert "Grade D, warming up: 20.0 hours of data" in early.notice
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.start + 4 * 86_400 * 10**9"))
    later = eventually(heatmap.drawn, lambda found: not found.hatched)
    assert "Grade B, warming up: 4.0 days of data" in later.notice
    heatmap.changes(lambda: heatmap.set(as_of=None))
