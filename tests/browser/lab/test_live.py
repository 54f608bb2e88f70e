"""Live data in a real browser, from a feed without a network: what moves, what stays, and what is said of their age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Desk, Sheet

MINUTE_MS = 60_000
CANDLE_MS = 15 * MINUTE_MS

FEED = """
import threading, time
from pathlib import Path
from liqwidget import LiqHeatmap
from liqwidget.market.simulated.sample import sample_market
from liqwidget.widget import delivery
from tests.fake_feed import FakeFeed, asked
markets = [market.coarser("15m") for market in sample_market("BTC").markets()[:2]]
start = int(markets[0].time[-300])
feed = FakeFeed(markets, start)
h = LiqHeatmap("BTC", source=feed.markets, window="12h")
shown, at = h, 0.0

def tell(candles, **how):
    global at
    at += candles
    h._updates.offer(asked(feed.at(start + round(at * markets[0].timeframe), **how)))
"""
SHOW = "shown"
BUSY = """
def stream():
    while not Path("live-go").exists():
        tell(0.02)
        time.sleep(0.02)
thread = threading.Thread(target=stream)
thread.start()
while not Path("live-go").exists():
    pass
thread.join()
"""


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("live", FEED, SHOW, BUSY, run=False) as sheet:
        sheet.run_cell(0)
        sheet.run_cell(1)
        sheet.heatmap().sharp()
        sheet.kernel.run("tell(0.2)")
        eventually(lambda: sheet.heatmap().drawn().column)
        yield sheet


@pytest.fixture
def heatmap(sheet: Sheet) -> Heatmap:
    return sheet.heatmap()


def tell(heatmap: Heatmap, candles: float, how: str = "") -> None:
    """Have the feed tell the next candles, and wait until the page shows the price."""
    heatmap.kernel.run(f"tell({candles}, {how})")
    price = heatmap.kernel.value("f'{feed.ledger.last_price():,.1f}'")
    expect(heatmap.root.locator(".liq-tag-last")).to_have_text(str(price))


def closed_and_now(heatmap: Heatmap) -> list[float]:
    """Return the last close and the present of the feed [ms]."""
    ends = heatmap.kernel.value("[int(markets[0].timeframe), int(feed.ledger.end)]")
    return [ends[1] // ends[0] * ends[0] / 1e6, ends[1] / 1e6]


def test_price_candle_and_column_move_before_the_candle_is_over(heatmap: Heatmap) -> None:
    before = heatmap.sharp(last=closed_and_now(heatmap)[0])
    tell(heatmap, 0.5)
    closed, now = closed_and_now(heatmap)
    drawn = eventually(heatmap.drawn, lambda drawn: drawn.column == pytest.approx([closed, now]))
    assert (drawn.digest, drawn.time) == (before.digest, before.time)
    assert drawn.heat is not None
    assert drawn.heat.time[1] == pytest.approx(closed)
    assert drawn.candles[-1] == pytest.approx(closed + CANDLE_MS / 2)
    price = heatmap.kernel.value("feed.ledger.last_price()")
    assert price in (drawn.candle_top[-1], drawn.candle_bottom[-1])
    assert drawn.last_price == price


def test_the_picture_moves_on_with_a_close(heatmap: Heatmap) -> None:
    before = heatmap.drawn()
    tell(heatmap, 1.0)
    closed, now = closed_and_now(heatmap)
    drawn = eventually(
        heatmap.drawn, lambda drawn: drawn.heat is not None and drawn.heat.time[1] == pytest.approx(closed)
    )
    assert drawn.time[1] > now
    assert drawn.time[1] - before.time[1] == pytest.approx(CANDLE_MS)
    assert len(drawn.candles) == len(set(drawn.candles))
    eventually(lambda: heatmap.kernel.value("h._market['time'][1]"), lambda end: end >= closed)


def test_ages_count_on_and_old_data_are_named(heatmap: Heatmap, artefacts: Path) -> None:
    chips = heatmap.root.locator(".liq-feed")
    tell(heatmap, 0.01)
    expect(chips.first).to_contain_text("binance")
    first = chips.first.inner_text()
    eventually(chips.first.inner_text, lambda text: text != first and text.endswith(" s"))
    tell(heatmap, 0.01, "state='stale', late=200, reason='no heartbeat'")
    expect(chips.first).to_have_attribute("data-level", "late")
    expect(chips.first).to_contain_text("3 min")
    assert "no heartbeat" in str(chips.first.get_attribute("title"))
    banner = heatmap.root.locator(".liq-banner[data-kind=stale]")
    expect(banner).to_contain_text("nothing from binance since")
    heatmap.root.screenshot(path=artefacts / "live-stale.png", animations="disabled")
    tell(heatmap, 0.01)
    expect(banner).to_have_count(0)
    expect(chips.first).to_have_attribute("data-level", "fresh")


def test_the_past_stays_and_a_button_leads_back(heatmap: Heatmap) -> None:
    back = heatmap.named("Newest candle")
    expect(back).to_be_hidden()
    drawn = heatmap.drawn()
    heatmap.drag(drawn.at(0.2, 0.5), drawn.at(0.7, 0.5))
    expect(back).to_be_visible()
    time = settled(lambda: heatmap.drawn().time)
    heatmap.kernel.run("tell(1.0)")
    closed, now = closed_and_now(heatmap)
    eventually(lambda: heatmap.kernel.value("h._live['time'][0]"), lambda end: end == closed)
    assert settled(lambda: heatmap.drawn().time) == time
    back.click()
    expect(back).to_be_hidden()
    span = time[1] - time[0]
    drawn = eventually(heatmap.drawn, lambda drawn: drawn.time[1] > now)
    assert drawn.time[1] - drawn.time[0] == pytest.approx(span)
    eventually(lambda: heatmap.trait("time_range"), lambda found: found is not None and found[1] > now)
    ends = settled(heatmap.drawn).time[1]
    tell(heatmap, 1.0)
    eventually(lambda: heatmap.drawn().time[1], lambda end: end == pytest.approx(ends + CANDLE_MS, abs=2))
    heatmap.set(time_range=None, price_range=None)


def test_replay_ignores_what_comes_until_it_ends(heatmap: Heatmap) -> None:
    heatmap.kernel.run("h.as_of = h._display.session.ledger.end - 20 * markets[0].timeframe")
    tag = heatmap.root.locator(".liq-tag-last")
    eventually(lambda: heatmap.drawn().column is None)
    past = settled(lambda: (tag.inner_text(), heatmap.drawn().digest, heatmap.drawn().time))
    number = heatmap.kernel.value("h._live['number']")
    heatmap.kernel.run("tell(1.0)")
    eventually(lambda: heatmap.kernel.value("h._live['number']"), lambda now: now > number)
    assert settled(lambda: (tag.inner_text(), heatmap.drawn().digest, heatmap.drawn().time)) == past
    heatmap.set(as_of=None)
    tell(heatmap, 0.1)
    eventually(lambda: heatmap.drawn().time[1], lambda end: end > past[2][1])


def test_a_busy_cell_does_not_stop_the_data(desk: Desk, sheet: Sheet, heatmap: Heatmap) -> None:
    tag = heatmap.root.locator(".liq-tag-last")
    # What a page has taken is heard once the cell is over: until then each message waits twice as long for it.
    sheet.kernel.run("h._updates.delivery._recipients._patience = 0.2")
    sheet.run_cell(2)
    expect(sheet.page.get_by_text("| Busy")).to_be_visible()
    seen: set[str] = set()
    try:
        eventually(lambda: seen.add(tag.inner_text()), lambda _: len(seen) >= 4)
    finally:
        desk.lab.folder.joinpath("live-go").touch()
    sheet.idle()
    expect(tag).to_have_text(str(heatmap.kernel.value("f'{feed.ledger.last_price():,.1f}'")))


def test_the_last_view_that_leaves_stops_the_feed(sheet: Sheet, heatmap: Heatmap) -> None:
    sheet.kernel.run(
        "delivery.GRACE_SECONDS = 0.1; stopped = []; h._updates.delivery._unwatched = lambda: stopped.append(True)"
    )
    tell(heatmap, 0.1)
    sheet.kernel.run("shown = None")
    sheet.run_cell(1)
    expect(sheet.page.locator(".liq-root")).to_have_count(0)
    eventually(lambda: sheet.kernel.value("stopped"), lambda stopped: stopped == [True])
    sheet.kernel.run("h.close()")
    assert not sheet.kernel.value("[t.name for t in threading.enumerate() if t.name.startswith('liqwidget-p')]")
