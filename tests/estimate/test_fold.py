"""Law 3, fold: any chunking gives the same ledger to the byte, and nothing before t depends on data after t."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.ledger import RowKind
from liqwidget.domain.viewport import Viewport
from liqwidget.errors import DataError
from liqwidget.estimate import books
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.raster.grid import rasterise
from liqwidget.study.clusters import find_clusters
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from tests.ledgers import content, edges_of, traded_cells
from tests.markets import Frames, frames, two_venues, walk

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

laws = settings(max_examples=12, deadline=None)
cuts = st.lists(st.floats(0, 1), min_size=0, max_size=6)


def closes_at(market: MarketData, shares: list[float]) -> list[int]:
    """Return close times at shares of the candles, ascending, the last close at the end."""
    rows = sorted({int(share * (len(market.time) - 1)) for share in shares} | {len(market.time) - 1})
    return [int(market.close_time[row]) for row in rows]


def changed(market: MarketData, row: int, factor: float) -> MarketData:
    """Return a market with one candle's high and everything after it multiplied."""
    rising = np.where(np.arange(len(market.time)) >= row, factor, 1.0)
    names = ("open", "high", "low", "close")
    return replace(market, **{name: getattr(market, name) * rising for name in names})


@laws
@given(frames(), cuts)
def test_chunks_give_the_same_ledger_to_the_byte(drawn: Frames, shares: list[float]) -> None:
    """Law 3: chunks that follow each other, with gaps between and inside them, states included."""
    market = drawn.market()
    first, *later = closes_at(market, shares)
    ledger = estimate(market.until(first))
    for start, end in zip([first, *later], later, strict=False):
        ledger = advance(ledger, market.since(start).until(end))
    assert content(ledger) == content(estimate(market))


@laws
@given(frames(), cuts)
def test_repeated_candles_change_nothing(drawn: Frames, shares: list[float]) -> None:
    """Law 3: each chunk starts at the first candle again."""
    market = drawn.market()
    first, *later = closes_at(market, shares)
    ledger = estimate(market.until(first))
    for end in later:
        ledger = advance(advance(ledger, market.until(end)), market.until(end))
    assert content(ledger) == content(estimate(market))


@laws
@given(frames(), cuts, st.floats(0.01, 0.99))
def test_provisional_rows_leave_no_trace(drawn: Frames, shares: list[float], elapsed: float) -> None:
    """Law 3: an unfinished candle is a row that the next advance replaces; it never enters the state."""
    market = drawn.market()
    first, *later = closes_at(market, shares)
    ledger = estimate(market.until(first))
    for end in later:
        now = end - int(elapsed * market.timeframe)
        seen = advance(ledger, replace(market, complete_until=now))
        assert seen.venues[0].inputs.kind[-1] == RowKind.PROVISIONAL
        assert seen.venues[0].books.row == len(seen.venues[0].time) - 2
        ledger = advance(seen, market.until(end))
    assert content(ledger) == content(estimate(market))


@laws
@given(frames(), st.floats(0, 1))
def test_future_data_change_nothing_before_them(drawn: Frames, share: float) -> None:
    """Law 3, no look-ahead: rows up to t are the same bytes without the data after t, and with other data after t."""
    market = drawn.market()
    now = closes_at(market, [share])[0]
    seen = estimate(market.until(now)).venues[0]
    rows = len(seen.time)
    other = changed(market, int(np.searchsorted(market.close_time, now, side="right")), 1.7)
    for future in (estimate(market).venues[0], estimate(other).venues[0]):
        assert content(future.inputs.cut(slice(0, rows))) == content(seen.inputs)
        for name in ("open_interest", "flags", "log_survival", "opened"):
            assert content(getattr(future, name)[:rows]) == content(getattr(seen, name))


@laws
@given(frames(), st.floats(0, 1))
def test_frames_that_end_at_t_give_the_same_rows(drawn: Frames, share: float) -> None:
    """Law 3, no look-ahead through `from_frames`: repairs and units too use only what was known."""
    market = drawn.market()
    now = pd.Timestamp(closes_at(market, [share])[0], tz="UTC")
    interest = drawn.open_interest
    known = None if interest is None else interest[interest.index <= now + pd.Timedelta(market.tolerance)]
    candles = drawn.candles[drawn.candles.index <= now - pd.Timedelta(market.timeframe)]
    if known is not None and not (known["open_interest"] > 0).any():
        return
    seen = estimate(Frames(candles, known, drawn.timeframe).market()).venues[0]
    assert content(estimate(market).venues[0].opened[: len(seen.time)]) == content(seen.opened)


def views(ledger: Ledger, end: int, edges: np.ndarray) -> list[object]:
    """Return what every public path shows of the past up to `end`."""
    price = ledger.last_price(end)
    grids = []
    for start in (ledger.start - 10**9, (ledger.start + end) // 2, end - 1):
        view = Viewport((start, end), (price * 0.8, price * 1.25), width=9, height=11)
        grids += [rasterise(ledger, view, measure) for measure in ("size", "expected")]
    columns = [array for grid in grids for array in (grid.long, grid.short)]
    found = [profile(ledger, edges, end, measure=measure) for measure in ("size", "expected")]
    gone = levels(ledger)
    gone = gone.where(gone.close_time <= end)
    return [content(part) for part in (columns, found, find_clusters(ledger, end), gone)]


@settings(max_examples=10, deadline=None)
@given(frames(most=40), st.floats(0, 1))
def test_pictures_of_the_past_are_the_same_bytes_when_later_data_are_appended(drawn: Frames, share: float) -> None:
    """Law 3: byte-equal columns, profiles, clusters and ended levels, up to the very last column."""
    market = drawn.market()
    now = closes_at(market, [share])[0]
    seen = estimate(market.until(now))
    later = advance(seen, market)
    edges = edges_of(traded_cells(seen, down=300, up=300))[::7]
    assert views(seen, now, edges) == views(later, now, edges)


def test_pictures_of_the_past_are_the_same_bytes_across_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", 16)
    market = walk(4, 120, gaps=True).market()
    for row in (12, 13, 14, 15, 16, 47, 90):
        now = int(market.close_time[row])
        seen = estimate(market.until(now))
        assert len(seen.venues[0].checkpoints) == len(seen.venues[0].time) // 16
        found = [profile(ledger, np.geomspace(50, 200, 300), now) for ledger in (seen, estimate(market))]
        assert content(found[0]) == content(found[1])


def test_checkpoints_agree_with_the_state_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The closed form from the first row on, from a checkpoint, and the forward pass give one map."""
    market = walk(4, 100).market()
    whole = profile(estimate(market), np.geomspace(20, 300, 500)).total
    monkeypatch.setattr(books, "CHECKPOINT_ROWS", 8)
    np.testing.assert_allclose(profile(estimate(market), np.geomspace(20, 300, 500)).total, whole, rtol=1e-9)


def test_venues_advance_by_themselves_and_new_ones_join() -> None:
    one, other = two_venues(6)
    middle = int(one.close_time[70])
    ledger = advance(estimate(one.until(middle)), [other])
    ledger = advance(ledger, one.since(middle))
    assert ledger.names == ("binance", "bybit")
    assert content(ledger) == content(estimate([one, other]))


def test_an_identical_candle_changes_nothing() -> None:
    market = walk(1, 30).market()
    ledger = estimate(market)
    assert advance(ledger, market).venues[0] is ledger.venues[0]
    assert content(advance(ledger, market.since(market.time[-1]))) == content(ledger)


@pytest.mark.parametrize("name", ["low", "high", "close", "volume"])
def test_a_different_candle_is_an_error_that_names_recompute(name: str) -> None:
    market = walk(1, 30).market()
    values = getattr(market, name).copy()
    values[20] *= 0.999 if name == "low" else 1.0001
    at = pd.Timestamp(market.time[20], tz="UTC")
    with pytest.raises(
        DataError, match=rf"recompute\(ledger, market, from_time='{at.isoformat()}'\)".replace("+", r"\+")
    ):
        advance(estimate(market), replace(market, **{name: values}))


def test_a_candle_inside_a_known_gap_is_an_error() -> None:
    drawn = walk(1, 30)
    with_gap = Frames(drawn.candles.drop(drawn.candles.index[10]), drawn.open_interest, "5m").market()
    with pytest.raises(DataError, match="recompute"):
        advance(estimate(with_gap), drawn.market())


@laws
@given(frames(), st.floats(0, 1))
def test_recompute_keeps_earlier_rows_to_the_byte(drawn: Frames, share: float) -> None:
    """Law 3: from the time on as if only the new data had ever been, before it as it was."""
    market = drawn.market()
    row = max(1, int(share * (len(market.time) - 1)))
    revised = changed(market, row, 1.01)
    ledger = recompute(estimate(market), revised, pd.Timestamp(market.time[row], tz="UTC"))
    assert content(ledger) == content(estimate(revised))
    keep = int(np.searchsorted(ledger.venues[0].time, market.close_time[row - 1], side="right"))
    assert content(ledger.venues[0].opened[:keep]) == content(estimate(market).venues[0].opened[:keep])


def test_recompute_at_the_edges() -> None:
    market = walk(1, 30).market()
    ledger = estimate(market)
    assert content(recompute(ledger, market, "2030-01-01")) == content(ledger)
    assert content(recompute(ledger, market, "2020-01-01")) == content(ledger)
    starting_later = estimate(market.since(market.time[4]))
    with pytest.raises(DataError, match="close after"):
        recompute(starting_later, market.until(market.close_time[1]), market.close_time[2])


def test_other_symbols_and_timeframes_are_refused() -> None:
    drawn = walk(1, 60)
    ledger = estimate(drawn.market())
    with pytest.raises(DataError, match="of BTC, was 'ETH'"):
        advance(ledger, drawn.market(symbol="ETH"))
    with pytest.raises(DataError, match="5m as in the ledger, was 15m"):
        advance(ledger, drawn.market().coarser("15m"))


def test_candles_off_the_ledger_s_grid_are_refused() -> None:
    market = walk(3, 20).market()
    ledger = estimate(market)
    later = replace(market, time=market.time + market.timeframe // 2)
    with pytest.raises(DataError, match="ledger's grid of"):
        advance(ledger, later)
