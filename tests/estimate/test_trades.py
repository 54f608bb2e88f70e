"""Trades as input: the same fold, whatever the chunks, in the order of the trades and at their prices."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import cell_edge
from liqwidget.domain.ledger import Ledger, RowKind
from liqwidget.domain.retold import market_of
from liqwidget.domain.whole_candles import whole_candles
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.density import venue_density
from liqwidget.field.measure import volatility
from liqwidget.run.ledger_bytes import _timed
from liqwidget.run.own_data import joined
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.study.provenance import provenance
from liqwidget.trust.grade import grade
from tests.ledgers import content
from tests.trade_walks import Walk, chunked, plain_map, trade_walk, walks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

laws = settings(max_examples=12, deadline=None)
cuts = st.lists(st.floats(0, 1), max_size=5)
START = pd.Timestamp("2026-01-01", tz="UTC")


def of_candles(walk: Walk, **options: Any) -> MarketData:
    """Return the market of the candles of the same trades."""
    made = walk.market(**options)
    frame = made.to_frame()
    return MarketData.from_frames(frame, walk.open_interest, minimum_distance=0.004, timeframe="5m")


def apart(one: Ledger, other: Ledger, within: float = 0.2) -> float:
    """Return the total variation of two maps within so much of the price, on 50 bps."""
    price = one.last_price()
    edges = price * np.exp(np.arange(-within, within + 1e-9, 0.005))
    ours, theirs = (np.concatenate([made.long, made.short]) for made in (profile(one, edges), profile(other, edges)))
    return float(np.abs(ours - theirs).sum() / (ours.sum() + theirs.sum()))


@laws
@given(walks(), cuts)
def test_chunks_give_the_same_market_to_the_byte(walk: Walk, shares: list[float]) -> None:
    """Law 3, before the fold: where the chunks are cut changes nothing, in the middle of an instant neither."""
    whole = walk.market()
    assert content(walk.market(iter(chunked(walk.trades, shares)))) == content(whole)


@laws
@given(walks(), cuts)
def test_candles_of_trades_in_any_chunks_give_the_same_ledger_to_the_byte(walk: Walk, shares: list[float]) -> None:
    """Law 3: cut at closes, `advance` goes on; candles that are there already change nothing."""
    market = walk.market()
    ends = sorted({int(share * (len(market.time) - 1)) for share in shares} | {len(market.time) - 1})
    ledger = estimate(market.until(market.close_time[ends[0]]))
    for end in ends:
        ledger = advance(ledger, market.until(market.close_time[end]))
    assert content(ledger) == content(estimate(market))


@laws
@given(walks(), st.integers(0, 1000), st.sampled_from([[], ["taker_buy"]]))
def test_order_within_an_instant_changes_nothing(walk: Walk, seed: int, unknown: list[str]) -> None:
    trades = walk.trades.drop(columns=unknown)
    mixed = trades.sample(frac=1, random_state=seed).sort_values("time", kind="stable")
    ours, theirs = (Walk(frame, walk.open_interest).market() for frame in (trades, mixed))
    assert content(ours) == content(theirs)


@laws
@given(walks(150), st.sampled_from([0.25, 64.0]))
def test_scaled_coins_scale_what_opens(walk: Walk, factor: float) -> None:
    """More coins in trades and open interest are as many more in the map; the clock knows shares only."""
    more = Walk(walk.trades.assign(amount=walk.trades["amount"] * factor), walk.open_interest * factor)
    ours, theirs = estimate(walk.market()).venues[0], estimate(more.market()).venues[0]
    np.testing.assert_array_equal(theirs.opened, ours.opened * factor)
    np.testing.assert_array_equal(theirs.log_survival, ours.log_survival)


@laws
@given(walks(150))
def test_books_and_clock_of_the_candles(walk: Walk) -> None:
    """At each close a book holds its share of open interest, and as much has survived as in the candles' ledger."""
    ours, theirs = estimate(walk.market()).venues[0], estimate(of_candles(walk)).venues[0]
    ends = np.flatnonzero(ours.inputs.kind != RowKind.PART)
    whole = whole_candles(ours.inputs)
    for name in ("time", "kind", "low", "high", "close", "volume", "interest", "interest_time"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(theirs.inputs, name))
    np.testing.assert_allclose(ours.log_survival[ends], theirs.log_survival, atol=1e-12)
    np.testing.assert_array_equal(ours.open_interest[ends], theirs.open_interest)
    spread = venue_density(ours, estimate(walk.market()).prior)
    np.testing.assert_allclose(ours.books.mass, np.tile(spread.weights * ours.open_interest[-1], (2, 1)), rtol=1e-9)
    np.testing.assert_allclose(volatility(ours)[ends], volatility(theirs), rtol=1e-9)


@pytest.mark.parametrize(("width", "bound"), [(0.0, 1e-9), (0.0002, 2e-3)])
def test_the_plain_map_of_every_single_trade(width: float, bound: float) -> None:
    """The oracle: arrays of cells, one row and one entry per trade. Parts of 2 bps come close to it."""
    walk = trade_walk(5, 45, 0.6, volatility=2e-3)
    walk = walk._replace(trades=walk.trades.drop_duplicates("time", ignore_index=True))
    ledger = estimate(walk.market(width=width))
    part = ledger.venues[0]
    plain = plain_map(walk, whole_candles(part.inputs), part.timeframe)
    edges = cell_edge(np.append(plain.cells, plain.cells[-1] + 1)[::5])
    made = profile(ledger, edges)
    ours = np.stack([made.long, made.short])
    count = ours.shape[1]
    theirs = plain.worth()[:, : 5 * count].reshape(2, count, 5).sum(axis=2)
    inside = np.abs(np.log(edges[1:] / ledger.last_price())) < 0.5
    difference = np.abs(ours - theirs)[:, inside].sum() / theirs[:, inside].sum()
    assert difference < bound
    swept = (part.inputs.kind == RowKind.PART).sum()
    assert swept > 10


@pytest.mark.parametrize("seed", range(3))
def test_the_map_of_their_candles(seed: int) -> None:
    """Against candles of the same trades, total variation of at most .01: a move of 3 % within two hours."""
    walk = trade_walk(seed, 3000, 2.0, volatility=5e-4)
    assert apart(estimate(walk.market()), estimate(of_candles(walk))) < 0.01


def test_what_opened_and_was_swept_within_one_candle_is_gone() -> None:
    """A candle keeps what the last of its trades would have swept; trades sweep in their order."""
    seconds = pd.to_timedelta([0, 60, 120, 180, 240], unit="s")
    path = [100.0, 100.0, 99.0, 100.0, 100.0]
    trades = pd.DataFrame({"price": path, "amount": 1.0}, index=pd.Timestamp("2026-01-01", tz="UTC") + seconds)
    interest = pd.DataFrame(
        {"open_interest": [1e3, 1.2e3]}, index=pd.date_range("2026-01-01", periods=2, freq="5min", tz="UTC")
    )
    ledger = estimate(Walk(trades, interest).market(minimum_distance=0.004))
    near = profile(ledger, 100 * np.exp(np.array([-0.0099, -0.0095, -0.0092])))
    untouched = profile(ledger, 100 * np.exp(np.array([-0.0115, -0.0110, -0.0105])))
    assert 0 < near.long.sum() < 0.35 * untouched.long.sum()


def test_a_frame_and_what_it_says_of_the_taker() -> None:
    """Sides as words or numbers; taker volume is kept, and what one order ate through is walked in its direction."""
    walk = trade_walk(1, 300)
    told, bought = walk.trades.drop(columns="taker_buy"), walk.trades["taker_buy"] == 1
    ours = walk.market()
    for columns in (
        {"side": np.where(bought, "Buy", " sell")}, {"side": np.where(bought, "b", "S")}, {"taker_buy": bought},
        {"taker_buy": bought.astype(str)}, {"is_buyer_maker": ~bought}, {"isBuyerMaker": (~bought).astype(int)},
    ):  # fmt: skip
        assert content(Walk(told.assign(**columns), walk.open_interest).market()) == content(ours), columns
    bought = walk.trades["amount"] * walk.trades["taker_buy"]
    np.testing.assert_allclose(ours.taker_buy_volume.sum(), bought.sum())
    at_once = pd.DataFrame(
        {"price": [101.0, 100, 102], "amount": 1.0, "side": "sell"}, index=walk.open_interest.index[[1, 1, 1]]
    )
    assert MarketData.from_trades(at_once).to_frame()[["open", "close"]].iloc[0].tolist() == [102.0, 100.0]


def test_memory_holds_one_chunk() -> None:
    """Chunks are let go one by one: of those that were read, the newest alone is alive."""
    walk = trade_walk(2, 4000, 6.0)
    alive: list[weakref.ref[pd.DataFrame]] = []

    def chunks() -> Iterator[pd.DataFrame]:
        for part in chunked(walk.trades, [share / 40 for share in range(1, 40)]):
            chunk = part.copy()
            assert sum(one() is not None for one in alive) <= 1
            alive.append(weakref.ref(chunk))
            yield chunk
            del chunk

    assert content(walk.market(chunks())) == content(walk.market())
    assert len(alive) == 40


def test_more_trades_on_the_same_way_make_no_more_rows() -> None:
    walk = trade_walk(3, 300)
    again = pd.concat([walk.trades] * 20).sort_values("time", kind="stable")
    one, many = (len(Walk(frame, walk.open_interest).market().path.time) for frame in (walk.trades, again))  # type: ignore[union-attr]
    assert many <= 1.2 * one


def test_a_ledger_of_trades_is_saved_retold_and_read_like_any_other(tmp_path: Path) -> None:
    walk = trade_walk(4, 600, 4.0, volatility=1e-3)
    ledger = estimate(walk.market())
    part = ledger.venues[0]
    loaded = Ledger.load(ledger.save(tmp_path / "trades.parquet"))
    assert content(loaded) == content(ledger)
    retold = market_of(part)
    assert content(estimate(retold).venues[0].inputs) == content(part.inputs)
    np.testing.assert_array_equal(retold.to_frame()["high"], walk.market().high)
    lives = levels(ledger)
    assert (lives.open_time < lives.close_time).all()
    edges = ledger.last_price() * np.exp(np.array([-0.1, 0.0, 0.1]))
    centre = np.exp((lives.cell + 0.5) * 0.001)
    inside = (centre > edges[0]) & (centre < edges[-1]) & (lives.close_time == np.iinfo(np.int64).max)
    standing = profile(ledger, edges)
    np.testing.assert_allclose(lives.size[inside].sum(), standing.long.sum() + standing.short.sum(), rtol=0.02)
    told = provenance(ledger, (float(edges[0]), float(edges[1])), side="long").to_frame()
    assert "part" not in set(told["kind"])
    assert (told["open_time"] < told["close_time"]).iloc[1:].all()
    assert str(grade(ledger, ledger.end)) == str(grade(estimate(of_candles(walk)), ledger.end))


def test_a_candle_without_a_trade_stands_still_and_a_long_silence_is_a_gap() -> None:
    minutes = pd.to_timedelta([0, 1, 21, 200], unit="min")
    trades = pd.DataFrame({"price": [100.0, 101, 102, 103], "amount": 1.0, "side": "buy"}, index=START + minutes)
    market = MarketData.from_trades(trades)
    opened = (market.time - START.value) // 60_000_000_000
    assert opened.tolist() == [0, 5, 10, 15, 20, 200]
    assert market.close.tolist() == [101.0, 101, 101, 101, 102, 103]
    assert market.low.tolist() == [100.0, 101, 101, 101, 102, 103]
    assert market.volume.tolist() == market.taker_buy_volume.tolist() == [2.0, 0, 0, 0, 1, 1]
    kinds = [RowKind(kind).name for kind in estimate(market).venues[0].inputs.kind]
    assert kinds == ["START", "PART", *["CANDLE"] * 5, "GAP", "CANDLE"]


def test_own_trades_go_on() -> None:
    """`h.update` with newer trades: of a candle that both have, the newer way counts."""
    walk = trade_walk(7, 400, 3.0)
    middle = walk.trades["time"].iloc[200].floor("5min")
    older = Walk(walk.trades[walk.trades["time"] < middle], walk.open_interest).market()
    newer = Walk(walk.trades[walk.trades["time"] >= middle - pd.Timedelta("15min")], walk.open_interest).market()
    whole = walk.market()
    made = joined(older, newer)
    assert made.path is not None
    assert whole.path is not None
    for name in ("time", "low", "high", "close", "volume"):
        np.testing.assert_array_equal(getattr(made.path, name), getattr(whole.path, name))
    assert content(estimate(made).venues[0].inputs) == content(estimate(whole).venues[0].inputs)


def test_parts_of_a_file_that_cannot_be_are_refused() -> None:
    """The parts of a candle have its time, something to share, and a candle's row behind them."""
    inputs = estimate(trade_walk(9, 200, 1.0, volatility=2e-3).market()).venues[0].inputs
    part = int(np.flatnonzero(inputs.kind == RowKind.PART)[5])
    last = int(np.flatnonzero(inputs.kind[part:] == RowKind.CANDLE)[0]) + part
    assert _timed(inputs)
    for name, row, value in (
        ("kind", len(inputs.kind) - 1, RowKind.PART),
        ("kind", last, RowKind.GAP),
        ("time", part, inputs.time[part] - 1),
        ("time", last, inputs.time[last] + 1),
        ("volume", part, 0.0),
        ("volume", last, np.nan),
    ):
        column = getattr(inputs, name).copy()
        column[row] = value
        assert not _timed(inputs._replace(**{name: column})), (name, row)


def test_longer_candles_keep_the_way() -> None:
    walk = trade_walk(6, 500, 3.0)
    made = estimate(walk.market().coarser("1h")).venues[0]
    direct = estimate(walk.market(timeframe="1h")).venues[0]
    assert (made.inputs.kind == RowKind.PART).sum() >= (direct.inputs.kind == RowKind.PART).sum() > 0
    np.testing.assert_array_equal(whole_candles(made.inputs).high, whole_candles(direct.inputs).high)


SOUND = pd.DataFrame({"price": [1.0, 2.0], "amount": [1.0, 1.0]}, index=pd.DatetimeIndex([START, START]))


@pytest.mark.parametrize(
    ("trades", "said"),
    [
        (3, "Expected trades as a DataFrame or as frames that follow each other, was int"),
        ([], "Expected trades in at least one chunk, was none"),
        (SOUND.drop(columns="amount").assign(qty=1.0), "Is 'qty' meant"),
        (SOUND.assign(price=[1.0, -2.0]), r"a price above 0 in column 'price' of chunk 1 of trades, was -2.0 in row 1"),
        (
            SOUND.assign(amount=[0.0, 1.0]),
            "an amount above 0 in column 'amount' of chunk 1 of trades, was 0.0 in row 0",
        ),
        (SOUND.assign(price=[1.0, np.nan]), "a finite number in column 'price' of chunk 1 of trades"),
        (
            SOUND.assign(side=["buy", "long"]),
            "'buy' or 'sell' in column 'side' of chunk 1 of trades, was 'long' in row 1",
        ),
        (SOUND.assign(side=["A", "B"]), "of Hyperliquid 'B' is a buy and 'A' a sell"),
        (SOUND.assign(side=["buy", np.nan]), "'buy' or 'sell' in column 'side' of chunk 1 of trades, was nan in row 1"),
        (SOUND.assign(is_buyer_maker=["no", "yes"]), "1 or 0 .* in column 'is_buyer_maker' of chunk 1 of trades"),
        (SOUND.assign(taker_buy=[1, 2]), "1 or 0 .* in column 'taker_buy' of chunk 1 of trades, was 2"),
        (SOUND.reset_index(drop=True), "time"),
        (
            [SOUND, SOUND.shift(freq="-1h")],
            "chunks of trades in time order, was 2025-12-31 23:00:00.* in chunk 2 after",
        ),
    ],
)
def test_trades_that_cannot_be_used_are_refused(trades: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        MarketData.from_trades(trades)


def test_each_fault_of_a_chunk_is_said_once() -> None:
    with pytest.raises(DataError) as caught:
        MarketData.from_trades(SOUND.rename(columns={"price": "px", "amount": "sz"}))
    assert str(caught.value).count("Is 'px' meant") == 1


@pytest.mark.parametrize("width", [-0.1, 0.01, float("nan"), "2bps", True])
def test_a_width_that_cannot_be_is_refused(width: Any) -> None:
    with pytest.raises(DataError, match=r"width from 0 to 0\.001"):
        MarketData.from_trades(SOUND, width=width)
