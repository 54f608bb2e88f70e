"""Sweeps: those of the history of clusters, each measure worked by hand, and no look past what had closed."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, Ledger, LiqHeatmap, MarketData, cluster_history, estimate, sweeps
from liqwidget.decide.sweep_measures import interest_drops, measures, realised
from liqwidget.decide.sweeps import Sweep
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR, MINUTE
from tests.ledgers import content
from tests.markets import START, candles_of, interest_of, two_venues, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

laws = settings(max_examples=5, deadline=None)

AFTER = ("followed_until", "net_reversal_bps", "reversal_bps", "continuation_bps", "outcome")


@functools.cache
def made() -> tuple[tuple[MarketData, ...], Ledger]:
    markets = tuple(two_venues(4, 500))
    return markets, estimate(markets)


# ------------------------------------------------------------------ which


def test_sweeps_are_those_of_the_history() -> None:
    markets, ledger = made()
    found, history = sweeps(ledger, markets), cluster_history(ledger).to_frame()
    told = history[history["event"].isin(["swept", "swept in part"])]
    frame = found.to_frame()
    assert len(found) > 10
    assert frame["id"].tolist() == told["id"].tolist()
    assert frame["told"].tolist() == told["time"].tolist()
    assert frame["amount"].tolist() == told["amount"].tolist()
    assert ((frame["share"] >= 0.1) & (frame["share"] <= 1)).all()
    assert (frame["time"] <= frame["told"]).all()
    assert (frame["time"] > frame["told"] - pd.Timedelta("1h")).all()
    assert (frame["took"] >= pd.Timedelta("5m")).all()
    assert (frame["speed"] > 0).all()


def test_its_candle_is_the_first_by_which_a_tenth_was_crossed() -> None:
    market = walk(4, 500).market()
    for one in sweeps(market):
        row = int(np.searchsorted(market.close_time, one.time))
        first = int(np.searchsorted(market.close_time, one.told - HOUR, side="right"))
        long = one.side is Side.LONG
        edge = one.price_high if long else one.price_low
        reached = [
            market.low[first : last + 1].min() < edge if long else market.high[first : last + 1].max() > edge
            for last in range(first, row + 1)
        ]
        assert reached[-1]
        assert one.time - one.took == market.time[first + reached.index(True)]
        assert one.close == market.close[row]


# ------------------------------------------------------------------ what they were like, by hand


def market_of(prices: list[tuple[float, float, float, float]], volume: Any = 10.0, **frames: Any) -> MarketData:
    return MarketData.from_frames(candles_of(prices, "5m", volume), timeframe="5m", minimum_distance=0.004, **frames)


def close_of(row: int) -> int:
    return int(START.value) + (row + 1) * 5 * MINUTE


FALL = [(100.0, 100.0, 100.0, 100.0)] * 20 + [(100.0, 100.5, 98.0, 98.5), (98.5, 98.6, 96.0, 97.5)]
BACK = [(97.5, 99.0, 97.0, 98.9), (98.9, 99.5, 95.0, 98.0), (98.0, 98.2, 97.9, 98.1)]


def test_speed_wick_and_volume_by_hand() -> None:
    market = market_of([*FALL, *BACK], [10.0] * 20 + [40.0, 60.0, 5.0, 5.0, 5.0])
    span = (close_of(19), close_of(21))
    found = measures(market, span, Side.LONG, 2)
    assert found["speed"] == pytest.approx(math.log(100 / 96) * 1e4 / 10)
    assert found["wick"] == pytest.approx(1.5 / 2.6)
    assert found["volume_spike"] == pytest.approx(5.0)
    assert found["close"] == 97.5
    assert found["followed_until"] == close_of(23)
    assert found["net_reversal_bps"] == pytest.approx(math.log(98 / 97.5) * 1e4)
    assert found["reversal_bps"] == pytest.approx(math.log(99.5 / 97.5) * 1e4)
    assert found["continuation_bps"] == pytest.approx(math.log(97.5 / 95) * 1e4)
    turned = market_of([(1e4 / o, 1e4 / low, 1e4 / high, 1e4 / c) for o, high, low, c in [*FALL, *BACK]])
    other = measures(turned, span, Side.SHORT, 2)
    for name in ("speed", "net_reversal_bps", "reversal_bps", "continuation_bps"):
        assert other[name] == pytest.approx(found[name])


def test_what_has_not_closed_yet_is_not_known() -> None:
    market = market_of([*FALL, *BACK])
    span = (close_of(19), close_of(21))
    for n in (1, 2, 3, 4, 12):
        for rows in range(22, 26):
            found = measures(market.until(close_of(rows - 1)), span, Side.LONG, n)
            known = rows >= 22 + n
            assert math.isnan(found["net_reversal_bps"]) != known
            assert math.isnan(found["reversal_bps"]) != known
            assert found["followed_until"] == close_of(21 + n)
    assert math.isnan(measures(None, span, Side.LONG, 1)["close"])
    late = (close_of(40), close_of(41))
    assert math.isnan(measures(market, late, Side.LONG, 1)["close"])


def liquidations(*rows: tuple[float, str, float]) -> pd.DataFrame:
    times = pd.DatetimeIndex([START + pd.Timedelta(minutes=minutes) for minutes, *_ in rows])
    sides, sizes = [side for _, side, _ in rows], [size for *_, size in rows]
    return pd.DataFrame({"side": sides, "price": 99.0, "size": sizes}, index=times)


def test_realised_liquidations_count_where_a_record_tells_them() -> None:
    told = liquidations((10, "long", 7.0), (101, "long", 100.0), (102, "short", 30.0), (111, "long", 5.0))
    market = market_of([*FALL, *BACK], liquidations=told)

    def of(first: float, last: float, side: Side, markets: Iterable[MarketData] = (market,)) -> float:
        begun, end = (int(START.value) + int(minutes * MINUTE) for minutes in (first, last))
        return float(realised(markets, np.array([[begun, end]]), [side])[0])

    assert of(100, 110, Side.LONG) == 100
    assert of(100, 110, Side.SHORT) == 30
    assert of(100, 120, Side.LONG) == 105
    assert of(20, 30, Side.LONG) == 0
    # Before its first row, and a day after its last one, a record tells nothing.
    assert math.isnan(of(5, 30, Side.LONG))
    assert math.isnan(of(111 + 1440, 1560, Side.LONG))
    assert of(100, 110, Side.LONG, (market, replace(market, venue="okx"))) == 200
    assert math.isnan(of(100, 110, Side.LONG, (market_of(FALL),)))


def test_open_interest_that_fell_is_a_drop() -> None:
    values = [1000.0] * 21 + [950.0, 900.0, 900.0, 900.0, 990.0]
    market = market_of([*FALL, *BACK], open_interest=interest_of(values))
    spans = np.array([[close_of(19), close_of(21)], [close_of(21), close_of(24)], [close_of(90), close_of(91)]])
    found = interest_drops([market], spans)
    assert found[:2] == pytest.approx([0.1, -0.1])
    assert math.isnan(found[2])
    assert interest_drops([market, replace(market, interest=market.interest * 0 + 1000)], spans)[0] == pytest.approx(
        0.05
    )
    assert np.isnan(interest_drops([market_of(FALL)], spans)).all()


# ------------------------------------------------------------------ laws


@laws
@given(st.integers(120, 498), st.sampled_from((1, 12, 60)))
def test_what_comes_later_changes_no_earlier_row_but_what_followed(cut: int, n: int) -> None:
    markets, ledger = made()
    at = int(markets[0].close_time[cut])
    known = [part.until(at) for part in markets]
    before, whole = sweeps(estimate(known), known, n), sweeps(ledger, markets, n)
    same = sweeps(ledger, markets, n, at=at)
    assert content(same.sweeps) == content(before.sweeps)
    rows = [one for one in whole if one.told <= before.sweeps[-1].told] if len(before) else []
    assert len(rows) == len(before)
    for one, later in zip(before, rows, strict=True):
        for name in Sweep.__dataclass_fields__:
            if name not in AFTER or one.outcome:
                assert repr(getattr(one, name)) == repr(getattr(later, name))
        assert (one.outcome == "") == (one.followed_until > at)


def test_a_candle_that_runs_tells_no_sweep_and_ends_none() -> None:
    market = walk(4, 300).market()
    followed = [one for one in sweeps(market) if one.outcome][-1]
    row = int(np.searchsorted(market.close_time, followed.followed_until))

    def outcome(market: MarketData) -> str:
        return next(one.outcome for one in sweeps(market) if (one.id, one.told) == (followed.id, followed.told))

    running = replace(market.until(market.close_time[row]), complete_until=int(market.close_time[row]) - MINUTE)
    closed = market.until(market.close_time[row - 1])
    assert content(sweeps(running).sweeps) == content(sweeps(closed).sweeps)
    assert outcome(running) == ""
    assert outcome(market.until(market.close_time[row])) == followed.outcome


def test_a_coin_of_tiny_price_has_the_same_sweeps() -> None:
    frames = walk(4, 500)
    one, other = sweeps(frames.market()), sweeps(frames.scaled(math.exp(-0.001 * 20_000), 1.0).market())
    assert len(one) == len(other) > 10
    first, second = one.to_frame(), other.to_frame()
    for name in ("share", "speed", "wick", "volume_spike", "open_interest_drop", "net_reversal_bps", "reversal_bps"):
        assert second[name].tolist() == pytest.approx(first[name].tolist(), rel=1e-6, abs=1e-6, nan_ok=True)
    assert first["outcome"].tolist() == second["outcome"].tolist()


# ------------------------------------------------------------------ as it is shown, and at the door


def test_the_heatmap_tells_those_up_to_the_end_shown() -> None:
    markets, ledger = made()
    heatmap = LiqHeatmap("BTC", source=markets)
    assert content(heatmap.sweeps(6).sweeps) == content(sweeps(ledger, markets, 6).sweeps)
    heatmap.as_of = pd.Timestamp(markets[0].close_time[300], tz="UTC")
    found = heatmap.sweeps()
    assert found.until == markets[0].close_time[300]
    assert max(one.told for one in found) <= found.until
    frame = found.to_frame()
    pending = frame["outcome"] == ""
    assert frame["followed_until"].isna().tolist() == pending.tolist()
    assert frame["net_reversal_bps"].isna().tolist() == pending.tolist()
    assert {str(frame[name].dtype) for name in ("time", "told", "followed_until")} == {"datetime64[ns, UTC]"}
    for said in (repr(found), found._repr_html_()):
        assert "not told from an ordinary move" in said
        assert "reversed" not in said.replace("reversal", "")
    shown, pages = frame[~pending].tail(1), found._repr_html_()
    moved = (shown["net_reversal_bps"] * shown["side"].map({"long": 1, "short": -1})).iloc[0]
    assert "price after 12 candles" in pages
    assert f"{moved:+.0f} bps" in pages
    assert len(found.overlays()) == len(found)
    assert all(one.start is not None and one.start < (one.end or 0) for one in found.overlays())


def test_a_venue_that_is_named_tells_of_all_and_none_of_none() -> None:
    markets, ledger = made()
    assert {one.venue for one in sweeps(ledger, markets, venue="bybit")} == {"bybit"}
    assert {one.side for one in sweeps(ledger, markets)} == set(Side)
    empty = sweeps(ledger, markets, at=markets[0].close_time[2])
    assert len(empty) == 0
    assert len(empty.to_frame()) == 0
    assert empty.overlays() == ()
    assert "Sweeps(0 by" in empty._repr_html_()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 0}, "n as a whole number of candles from 1"),
        ({"n": -3}, "n as"),
        ({"n": 1.5}, "n as"),
        ({"n": True}, "n as"),
        ({"n": math.nan}, "n as"),
        ({"n": "12"}, "n as"),
        ({"venue": "nowhere"}, "venue as one of binance, bybit"),
        ({"step": "1m"}, "step of at least a candle"),
        ({"since": "soon"}, "as a time"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, Any], said: str) -> None:
    markets, ledger = made()
    with pytest.raises(DataError, match=said):
        sweeps(ledger, markets, **options)
