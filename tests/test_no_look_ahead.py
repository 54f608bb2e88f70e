"""No look-ahead: what a public path says of a time is the same bytes, whatever comes after it.

One property for each path, on the stories of `tests.stories`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liqwidget import LiqHeatmap
from liqwidget.domain.frames import Liquidations, MarketData
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.reading import tolerance
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.domain.viewport import Box, Viewport
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.field.crossed import crossed
from liqwidget.field.measure import touch_chance, volatility
from liqwidget.raster.grid import rasterise
from liqwidget.study.clusters import clusters_frame, find_clusters
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.study.selection import Selection
from tests.ledgers import content
from tests.markets import walk
from tests.stories import Story, prices_around, rows_until, same_rows, stories, times_until

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

MEASURES = ("size", "expected")

laws = settings(max_examples=8, deadline=None)


# ------------------------------------------------------------------ the fold


@laws
@given(stories())
def test_estimate(story: Story) -> None:
    for ledger in story.futures():
        same_rows(story, ledger)


@laws
@given(stories())
def test_advance_candle_by_candle(story: Story) -> None:
    """What stands in the ledger after each step stands in it after all later ones; unfinished rows are replaced."""
    market = story.markets[0]
    ledger = estimate(market.until(market.close_time[0]))
    for close in market.close_time[1:]:
        before = ledger.venues[0]
        if story.running:
            half = int(close) - market.timeframe // 2
            ledger = advance(ledger, replace(market.until(close), complete_until=half))
            assert ledger.venues[0].inputs.kind[-1] == RowKind.PROVISIONAL
        ledger = advance(ledger, market.until(close))
        last = int(before.time[before.settled - 1])
        assert rows_until(ledger.venues[0], last) == rows_until(before, last)


@laws
@given(stories())
def test_open_interest_that_is_revised_late(story: Story) -> None:
    """Stamps of the past whose value changes, or that arrive later, change no row that was there."""
    revised = []
    for part in story.markets:
        old = part.interest_time <= story.now
        late = np.sort(np.append(part.interest_time, part.interest_time[old][-1:] - 1))
        values = np.interp(late, part.interest_time, part.interest * np.where(old, 1.25, 1.0))
        revised.append(replace(part, interest_time=late, interest=values))
    same_rows(story, advance(story.seen(), revised))


@laws
@given(stories())
def test_recompute(story: Story) -> None:
    """Made anew from a time on, what had closed by then stays, also where the new data differ before it."""
    names = ("open", "high", "low", "close")
    revised = [replace(part, **{name: getattr(part, name) * 1.1 for name in names}) for part in story.markets]
    same_rows(story, recompute(estimate(story.markets), revised, story.at))


@laws
@given(stories())
def test_ledger_frame(story: Story) -> None:
    def frame(ledger: Ledger) -> pd.DataFrame:
        table = ledger.only(story.seen().names).to_frame()
        return table[table["time"] <= pd.Timestamp(story.at, tz="UTC")].reset_index(drop=True)

    for ledger in story.futures():
        pd.testing.assert_frame_equal(frame(ledger), frame(story.seen()), check_exact=True)


# ------------------------------------------------------------------ what is a function of it


@laws
@given(stories(), st.sampled_from(MEASURES), st.sampled_from((7, 33)))
def test_columns_of_a_raster(story: Story, measure: str, width: int) -> None:
    """The view reaches beyond `now`: its columns up to there are the same, whatever later ones show."""
    seen = story.seen()
    prices = prices_around(seen, story.at)
    view = Viewport((seen.start - 1, story.at + (story.at - seen.start) // 2 + 2), (prices[0], prices[-1]), width, 11)
    columns = view.time_edges[1:] <= story.at
    assert columns.any()
    expected = rasterise(seen, view, measure)
    for ledger in story.futures():
        grid = rasterise(ledger, view, measure)
        for ours, theirs in ((grid.long, expected.long), (grid.short, expected.short)):
            assert ours[:, columns].tobytes() == theirs[:, columns].tobytes()


@laws
@given(stories(), st.sampled_from(MEASURES))
def test_profile(story: Story, measure: str) -> None:
    """Also where one call asks for later times too."""
    seen = story.seen()
    times, prices = times_until(story, seen), prices_around(seen, story.at)
    expected = profile(seen, prices, times, measure=measure)
    for ledger in story.futures():
        found = profile(ledger, prices, np.append(times, ledger.end), measure=measure)
        assert content((found.long[:-1], found.short[:-1])) == content((expected.long, expected.short))


@laws
@given(stories())
def test_clusters(story: Story) -> None:
    seen = story.seen()
    names = list(seen.names)
    expected = find_clusters(seen, story.at)
    for ledger in story.futures():
        found = find_clusters(ledger, story.at, venues=names)
        assert content(found) == content(expected)
        assert content(clusters_frame(found).to_dict()) == content(clusters_frame(expected).to_dict())


@pytest.mark.slow
@laws
@given(stories())
def test_levels_that_had_ended(story: Story) -> None:
    """Levels that ended by `now` are the same, and those that stood then still are, standing or ended later."""
    seen = levels(story.seen())
    gone = seen.where(seen.close_time <= story.at)
    for ledger in story.futures():
        found = levels(ledger.only(story.seen().names))
        assert content(found.where(found.close_time <= story.at)) == content(gone)
        assert lives(found, story.at) == lives(seen, story.at)


def lives(found: Any, time: int) -> Any:
    """Return what stood at a time, without what came of it and in an order of its own."""
    stood = found.where((found.open_time <= time) & (found.close_time > time))
    columns = (stood.cell, stood.side, stood.group, stood.venue, stood.open_time)
    order = np.lexsort(columns)
    return content(tuple(column[order] for column in columns))


@laws
@given(stories())
def test_volatility(story: Story) -> None:
    for ledger in story.futures():
        for part in story.seen():
            rows = int(part.row_at(story.at)) + 1
            assert volatility(ledger.venue(part.venue))[:rows].tobytes() == volatility(part)[:rows].tobytes()


@laws
@given(stories(), st.sampled_from((0.25, 1.0, 7.0)))
def test_chance_that_price_gets_there(story: Story, days: float) -> None:
    for ledger in story.futures():
        for part in story.seen():
            prices = part.close[0] * np.exp(np.arange(-300, 300, 7) * 0.001)
            ours = touch_chance(ledger.venue(part.venue), story.at, prices, days)
            assert ours.tobytes() == touch_chance(part, story.at, prices, days).tobytes()


@laws
@given(stories())
def test_what_price_crossed(story: Story) -> None:
    times = times_until(story, story.seen())
    expected = crossed(story.seen(), times)
    for ledger in story.futures():
        assert crossed(ledger, times).tobytes() == expected.tobytes()


def test_what_price_crossed_where_later_times_are_asked_too() -> None:
    ledger = estimate(walk(5, 60, volatility=0.02).market())
    times = ledger.venues[0].time
    for last in range(1, 50):
        alone = crossed(ledger, times[last - 1 : last + 1])
        assert crossed(ledger, times[last - 1 : last + 9])[:, :1].tobytes() == alone.tobytes()


@pytest.mark.slow
@laws
@given(stories())
def test_last_price(story: Story) -> None:
    for ledger in story.futures():
        for time in times_until(story, story.seen()).tolist():
            assert content(ledger.last_price(time)) == content(story.seen().last_price(time))


@laws
@given(stories())
def test_selection(story: Story) -> None:
    """What a box that ended by then holds."""
    seen = story.seen()
    price = seen.last_price(story.at)
    box = Box((price * 0.9, price * 1.13), (seen.start, story.at))

    def held(ledger: Ledger) -> Any:
        chosen = Selection(box, ledger)
        return content((chosen.long_size, chosen.short_size, chosen.to_frame().to_dict()))

    for ledger in story.futures():
        assert held(ledger) == held(seen)


def test_a_gap_is_known_with_the_candle_after_it() -> None:
    """While the candle after missing ones is open, nothing says that candles were missed."""
    drawn = walk(5, 60, volatility=0.02)
    market = replace(drawn, candles=drawn.candles.drop(drawn.candles.index[40:44])).market()
    opened = int(market.time[40])
    for now in (opened, opened + market.timeframe // 2):
        seen = estimate(market.until(now))
        prices = prices_around(seen, now)
        assert content(profile(estimate(market), prices, now)) == content(profile(seen, prices, now))


# ------------------------------------------------------------------ market data


def events(market: MarketData) -> MarketData:
    """Return the market with funding and liquidations at each open."""
    count, time = len(market.time), market.time
    happened = Liquidations(time, np.ones(count, np.int8), market.close, np.ones(count))
    return replace(market, funding_time=time, funding_rate=np.zeros(count), liquidations=happened)


def from_frames_until(story: Story) -> tuple[MarketData, MarketData]:
    """Return the first market known at `now`, cut and with frames that ended then."""
    whole = story.markets[0]
    rows, stamped = whole.close_time <= story.now, whole.interest_time <= story.now + whole.tolerance
    candles = whole.to_frame().drop(columns="taker_buy_volume")[rows]
    interest = pd.DataFrame(
        {"open_interest": whole.interest[stamped]}, index=pd.to_datetime(whole.interest_time[stamped], utc=True)
    )
    short = MarketData.from_frames(
        candles,
        None if whole.relative or not stamped.any() else interest,
        symbol=whole.symbol,
        venue=whole.venue,
        timeframe=f"{whole.timeframe // 10**9}s",
        minimum_distance=whole.minimum_distance,
    )
    return whole.until(story.now), short


@laws
@given(stories())
def test_market_until(story: Story) -> None:
    """The cut market is the one that frames which end there make."""
    cut, short = from_frames_until(story)
    names = ["time", "open", "high", "low", "close", "volume", "timeframe"]
    names += [] if cut.relative or short.relative else ["interest_time", "interest"]
    for name in names:
        assert content(getattr(cut, name)) == content(getattr(short, name))
    other = Story(tuple(story.otherwise()), story.now, story.running).markets[0]
    assert content(other.until(story.now)) == content(cut)


@laws
@given(stories())
def test_market_until_holds_no_later_funding_or_liquidation(story: Story) -> None:
    cut = events(story.markets[0]).until(story.now)
    limit = story.now + cut.tolerance
    assert (cut.funding_time <= limit).all()
    assert (cut.liquidations.time <= limit).all()
    assert len(cut.funding_time) == len(cut.funding_rate) > 0
    assert len(cut.liquidations.time) == len(cut.liquidations.price) > 0


@laws
@given(stories(), st.integers(2, 4))
def test_coarser_candles(story: Story, factor: int) -> None:
    market = story.markets[0]
    step = f"{market.timeframe * factor // 10**9}s"
    parts = [part for part in (market, story.otherwise()[0]) if len(whole_candles(part, factor))]
    # What is stamped a little late counts as the close's, and a longer candle allows more: no such stamp is in doubt.
    doubt = story.now + market.tolerance, story.now + tolerance(market.timeframe * factor)
    for part in parts:
        for stamps in (part.interest_time, part.funding_time, part.liquidations.time):
            assume(not ((stamps > doubt[0]) & (stamps <= doubt[1])).any())
    known = [part.coarser(step).until(story.now) for part in parts if first_close(part, factor) <= story.now]
    assert len({str(content(part)) for part in known}) <= 1


def whole_candles(market: MarketData, factor: int) -> np.ndarray:
    """Return the opens of the longer candles that are whole."""
    opens, counts = np.unique(market.time // (market.timeframe * factor), return_counts=True)
    return np.asarray(opens[counts == factor] * market.timeframe * factor)


def first_close(market: MarketData, factor: int) -> int:
    return int(whole_candles(market, factor)[0]) + market.timeframe * factor


# ------------------------------------------------------------------ the picture


def shown(markets: list[MarketData], as_of: int) -> dict[str, Any]:
    """Return what a heatmap as of a time shows: pixels, ranges, candles, clusters, readings."""
    heatmap = LiqHeatmap("BTC", source=markets, as_of=pd.Timestamp(as_of, tz="UTC"), window="all")
    session, options = heatmap._display.session, heatmap._settings()
    price = session.ledger.last_price(as_of)
    first = session.ledger.start / MILLISECOND
    ahead = session.frame(options, (first, (as_of + DAY) / MILLISECOND), (price * 0.9, price * 1.1), 24, 12)
    return {
        "frame": session.base_frame(options, (24, 12)),
        "clusters": heatmap.clusters,
        "market": session.market(options),
        "reading": session.reading(options, (as_of + DAY) / MILLISECOND, price * 1.01),
        "ahead": ahead,
    }


@pytest.fixture(scope="module")
def futures() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is shown as of the middle of a candle, whichever of two futures came.

    In the other one the second venue gets most of the open interest, later.
    """
    markets = (
        walk(5, 300, price=95_000.0).market(venue="binance"),
        walk(5, 300, price=95_200.0, gaps=True).market(venue="bybit"),
    )
    story = Story(markets, int(markets[0].close_time[199]) + 2 * 60 * 10**9, running=False)
    first, second = story.otherwise()
    grown = np.where(second.interest_time > story.now + second.tolerance, 9.0, 1.0)
    other = [first, replace(second, interest=second.interest * grown)]
    return shown(list(markets), story.now), shown(other, story.now)


@pytest.mark.parametrize("part", ["frame", "clusters", "market", "reading", "ahead"])
def test_heatmap_as_of(futures: tuple[dict[str, Any], dict[str, Any]], part: str) -> None:
    came, other = futures
    assert content(came[part]) == content(other[part])
