"""Provenance: every candle's part of a price range is exact, the parts add up, and nothing later is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.ledger import Ledger
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.passages import Passages
from liqwidget.domain.side import Side
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.study.profile import profile
from liqwidget.study.provenance import Provenance, provenance
from tests.ledgers import content
from tests.markets import START, Frames, candles_of, frames, interest_of, two_venues, walk
from tests.recorded import binance, needs_recordings

if TYPE_CHECKING:
    from collections.abc import Iterable

laws = settings(max_examples=15, deadline=None)
offsets = st.tuples(st.floats(-0.6, 0.6), st.floats(1e-5, 0.5))
moments = st.floats(0, 1)
groups = st.sampled_from([None, ["10-25x"], [">50x", "<3x"]])
LEDGER = estimate(two_venues(9, 200))


def moment(ledger: Ledger, part: float) -> int:
    return int(ledger.start + part * (ledger.end - ledger.start))


def range_of(ledger: Ledger, drawn: tuple[float, float]) -> tuple[float, float]:
    low = ledger.venues[0].close[-1] * np.exp(drawn[0])
    return low, low * np.exp(drawn[1])


def sizes(found: Provenance) -> np.ndarray[Any, Any]:
    return np.array([found.long_size, found.short_size])


def standing(ledger: Ledger, price: tuple[float, float], at: Any, **options: Any) -> np.ndarray[Any, Any]:
    found = profile(ledger, price, at, **options)
    return np.array([found.long[0], found.short[0]])


def of_one_row(ledger: Ledger, row: int) -> Ledger:
    """Return the ledger in which only one row opened anything: the brute force."""
    part = ledger.venues[0]
    opened = np.zeros_like(part.opened)
    opened[row] = part.opened[row]
    return Ledger(
        ledger.symbol, ledger.prior, (replace(part, opened=opened, checkpoints=(), passages=Passages.none()),)
    )


@laws
@given(frames(), offsets, moments, groups)
def test_sizes_add_up_to_the_profile(
    drawn: Frames, offset: tuple[float, float], part: float, leverage: list[str] | None
) -> None:
    ledger = estimate(drawn.market())
    price, at = range_of(ledger, offset), moment(ledger, part)
    expected = standing(ledger, price, at, leverage=leverage)
    whole = standing(ledger, (price[0] / 1e3, price[1] * 1e3), at).sum()
    found = provenance(ledger, price, at, leverage=leverage)
    np.testing.assert_allclose(sizes(found), expected, rtol=1e-9, atol=1e-12 * whole)
    if found.total > 0:
        assert found.to_frame()["share"].sum() == pytest.approx(1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), offset=offsets, part=moments, gaps=st.booleans())
def test_each_row_holds_what_a_ledger_of_that_row_alone_holds(
    *, seed: int, offset: tuple[float, float], part: float, gaps: bool
) -> None:
    """The brute force: single-row ledgers through the engine."""
    ledger = estimate(walk(seed, 40, volatility=0.006, gaps=gaps).market())
    price, at = range_of(ledger, (offset[0] / 4, offset[1])), moment(ledger, part)
    for leverage in (None, ["25-50x"]):
        found = provenance(ledger, price, at, leverage=leverage)
        total = found.total
        for row, time in enumerate(ledger.venues[0].time):
            alone = standing(of_one_row(ledger, row), price, at, leverage=leverage)
            mine = (found.kind == 0) if row == 0 else (found.opened_to == time) & (found.kind != 0)
            ours = [found.size[mine & (found.side == side)].sum() for side in (0, 1)]
            np.testing.assert_allclose(ours, alone, rtol=1e-9, atol=1e-11 * total)


@laws
@given(offsets, moments, st.sampled_from(["15m", "1h", "7h", "1d"]))
def test_merged_candles_add_up_to_the_candles(offset: tuple[float, float], part: float, by: str) -> None:
    price, at = range_of(LEDGER, offset), moment(LEDGER, part)
    single, merged = provenance(LEDGER, price, at), provenance(LEDGER, price, at, by=by)
    np.testing.assert_allclose(sizes(merged), sizes(single), rtol=1e-12)
    assert merged.by_venue() == pytest.approx(single.by_venue())
    assert merged.by_leverage() == pytest.approx(single.by_leverage())
    assert len(merged.venue) <= len(single.venue)
    begun = [found.size[found.kind == 0].sum() for found in (merged, single)]
    assert begun[0] == pytest.approx(begun[1], rel=1e-12)
    step = duration_ns(by)
    kept = merged.kind != 0
    keys = list(zip(merged.venue[kept], merged.side[kept], merged.opened_from[kept] // step, strict=True))
    assert len(set(keys)) == len(keys)


@laws
@given(offsets, moments)
def test_venues_sides_and_groups_are_their_own_profiles(offset: tuple[float, float], part: float) -> None:
    price, at = range_of(LEDGER, offset), moment(LEDGER, part)
    found = provenance(LEDGER, price, at)
    for name, share in found.by_venue().items():
        expected = standing(LEDGER, price, at, venues=[name]).sum()
        assert share * found.total == pytest.approx(expected, rel=1e-9, abs=1e-9 * found.total)
    for name, share in found.by_leverage().items():
        expected = standing(LEDGER, price, at, leverage=[name]).sum()
        assert share * found.total == pytest.approx(expected, rel=1e-9, abs=1e-9 * found.total)
    for side in Side:
        only = provenance(LEDGER, price, at, side=side)
        assert sizes(only)[side.row] == sizes(found)[side.row]
        assert sizes(only)[1 - side.row] == 0


@laws
@given(st.integers(0, 1000), offsets, moments)
def test_nothing_after_the_time_is_read(seed: int, offset: tuple[float, float], part: float) -> None:
    """Rows that close later, however wild, change no byte."""
    market = walk(seed, 60, volatility=0.01, gaps=True).market()
    whole = estimate(market)
    cut = int(market.close_time[int(part * 40) + 2])
    price = range_of(whole, offset)
    assert content(provenance(whole, price, cut)) == content(provenance(estimate(market.until(cut)), price, cut))


@laws
@given(offsets, moments, st.integers(1, 300), st.floats(-0.5, 0.9))
def test_the_timeline_holds_everything_once(
    offset: tuple[float, float], part: float, columns: int, shift: float
) -> None:
    price, at = range_of(LEDGER, offset), moment(LEDGER, part)
    found = provenance(LEDGER, price, at)
    shifted = np.linspace(LEDGER.start, LEDGER.end, columns + 1).astype(np.int64)
    shifted += int(shift * (LEDGER.end - LEDGER.start))
    for asked in (columns, shifted):
        line = found.timeline(asked)
        assert len(line.edges) == len(line.long) + 1 == columns + 1
        total = line.long.sum() + line.short.sum() + line.before + line.after
        assert total == pytest.approx(found.total, rel=1e-9)
        assert (line.long >= 0).all()
        assert (line.short >= 0).all()
    if found.total > 0:
        whole = found.timeline(columns)
        assert whole.after == pytest.approx(0, abs=1e-9 * found.total)
        begun = found.size[found.kind == 0].sum()
        assert whole.before == pytest.approx(begun, rel=1e-9, abs=1e-12 * found.total)
        assert whole.long.sum() + whole.before >= found.long_size * (1 - 1e-9)


def test_a_column_of_the_timeline_is_its_candle() -> None:
    found = provenance(LEDGER.only(["binance"]), (60.0, 99.0), side="long")
    edges = LEDGER.venues[0].time.copy()
    line = found.timeline(edges)
    sums = pd.Series(found.size.sum(axis=1)[found.kind != 0], index=found.opened_to[found.kind != 0])
    np.testing.assert_allclose(line.long, sums.reindex(edges[1:], fill_value=0.0), rtol=1e-9, atol=1e-9 * found.total)
    assert not line.short.any()


def test_by_hand() -> None:
    """A wick to 95 swept what was above it: only candles since the wick made what stands at 96 to 97."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 10
    rows[4] = (100.0, 100.0, 95.0, 100.0)
    interest = [1000.0] * 8 + [1500.0] * 3
    ledger = estimate(Frames(candles_of(rows), interest_of(interest), "5m").market())
    table = provenance(ledger, (96.0, 97.0)).to_frame()
    assert set(table["side"]) == {"long"}
    assert table["open_time"].min() == START + pd.Timedelta("20min")
    jump = table[table["open_time"] == START + pd.Timedelta("35min")].iloc[0]
    assert jump["open_interest_change"] == 500.0
    assert (jump["low"], jump["high"], jump["close"], jump["volume"]) == (100.0, 100.0, 100.0, 10.0)
    assert table.loc[table["open_time"] > START + pd.Timedelta("20min"), "size"].idxmax() == jump.name
    below = provenance(ledger, (90.0, 94.0)).to_frame()
    assert below.iloc[0]["kind"] == "start"
    assert np.isnan(below.iloc[0]["open_interest_change"])
    assert below.iloc[0]["open_time"] == below.iloc[0]["close_time"] == START


def test_merged_candles_show_the_whole_candle() -> None:
    """Low, high, close, volume and change of open interest of a merged row are those of all its candles."""
    ledger = LEDGER.only(["binance"])
    part = ledger.venues[0]
    table = provenance(ledger, (98.0, 101.0), by="1h").to_frame()
    table = table[table["kind"] == "candle"]
    assert len(table) > 3
    for row in table.to_dict("records"):
        inside = (part.time > row["open_time"].value) & (part.time <= row["close_time"].value)
        assert inside.sum() == min(12, (ledger.end - row["open_time"].value) // (300 * 10**9))
        assert row["low"] == part.inputs.low[inside].min()
        assert row["high"] == part.inputs.high[inside].max()
        assert row["close"] == part.close[inside][-1]
        assert row["volume"] == pytest.approx(part.inputs.volume[inside].sum())
        change = part.open_interest[inside][-1] - part.open_interest[np.flatnonzero(inside)[0] - 1]
        assert row["open_interest_change"] == pytest.approx(change)
        assert row["opened"] == pytest.approx(part.opened[inside, Side.parse(row["side"]).row].sum())


def test_the_frame_has_the_documented_columns() -> None:
    found = provenance(LEDGER, (90.0, 110.0))
    shared = [
        "open_time", "close_time", "venue", "kind", "side", "size", "share", "opened", "open_interest_change",
        "volume", "low", "high", "close",
    ]  # fmt: skip
    table, fine = found.to_frame(), found.to_frame(leverage=True)
    assert list(table.columns) == [*shared, "leverage_mix"]
    assert list(fine.columns) == [*shared, "leverage"]
    assert fine["size"].sum() == pytest.approx(table["size"].sum()) == pytest.approx(found.total)
    assert (fine["size"] > 0).all()
    assert set(fine["leverage"]) <= set(LEVERAGE_GROUPS)
    assert all(sum(mix.values()) == pytest.approx(1) for mix in table["leverage_mix"])
    assert table["close_time"].is_monotonic_increasing
    assert "est. long" in repr(found)


@pytest.mark.parametrize("options", [{"at": "2020-01-01"}, {"leverage": []}, {"venues": []}, {"price": (1e6, 2e6)}])
def test_nothing_standing_gives_empty_answers(options: dict[str, Any]) -> None:
    found = provenance(LEDGER, **({"price": (90.0, 110.0)} | options))
    assert found.total == 0
    assert list(found.to_frame().columns) == list(provenance(LEDGER, (90.0, 110.0)).to_frame().columns)
    assert found.to_frame().empty
    assert found.to_frame(leverage=True).empty
    assert not found.timeline(7).share.any()
    assert set(found.by_venue().values()) <= {0.0}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": (2, 1)}, "ascending prices"),
        ({"price": (1, 2, 3)}, "low, high"),
        ({"side": "up"}, "'long' or 'short'"),
        ({"by": "soon"}, "duration"),
        ({"at": "soon"}, "a time such as"),
        ({"leverage": ["1000x"]}, ">50x"),
        ({"venues": ["mtgox"]}, "binance, bybit"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        provenance(LEDGER, **({"price": (90.0, 110.0)} | wrong))


@pytest.mark.parametrize("columns", [0, True, [3, 2], [1], [[1, 2]], [1.5, 2.5], "many"])
def test_wrong_columns_are_named(columns: Any) -> None:
    with pytest.raises(DataError, match="number of at least 1 or increasing"):
        provenance(LEDGER, (90.0, 110.0)).timeline(columns)


@pytest.mark.parametrize("prior", ["isolated", "nominal", {50: 0.3, 10: 0.4, 3: 0.2}])
def test_other_priors_add_up_too(prior: Any) -> None:
    ledger = estimate(two_venues(4, 150), prior)
    for price in ((80.0, 99.0), (97.3, 98.1), (101.0, 120.0)):
        np.testing.assert_allclose(sizes(provenance(ledger, price)), standing(ledger, price, None), rtol=1e-9)


def checked(ledger: Ledger, ranges: Iterable[tuple[float, float]]) -> None:
    for low, high in ranges:
        price = (ledger.last_price() * low, ledger.last_price() * high)
        np.testing.assert_allclose(sizes(provenance(ledger, price)), standing(ledger, price, None), rtol=1e-9)


def test_years_of_decay_underflow_nothing() -> None:
    ledger = estimate(walk(5, 900, "1d", volatility=0.03, volume="bursts").market())
    checked(ledger, [(0.5, 1.5), (0.9, 0.95), (1.1, 1.2)])


@pytest.mark.slow
@needs_recordings
def test_a_real_market_adds_up() -> None:
    checked(estimate(binance("BTC")), [(0.95, 0.96), (1.01, 1.05), (0.5, 2.0)])
