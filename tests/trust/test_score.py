"""The accuracy report: its laws, what it must find on the recorded markets, and what it refuses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.time import DAY, HOUR, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.field.crossed import crossed
from liqwidget.market.simulated.sample import SampleMarket, sample_market
from liqwidget.trust.naive import METHODS, THE_MAP
from liqwidget.trust.score import Scores, score
from tests.accuracy import recorded_truth as recorded
from tests.ledgers import unheated
from tests.markets import walk
from tests.recorded import needs_recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

RANK, LOG, PARTIAL, GAIN = "rank correlation", "log correlation", "partial rank correlation", "delta R2"
MEDIAN, TOTAL = "size ratio, median", "size ratio, total"
NAMES = [THE_MAP.name, *(method.name for method in METHODS)]


@cache
def sample() -> SampleMarket:
    return sample_market("ETH", days=14)


@cache
def sample_ledger() -> Ledger:
    return unheated(sample().markets())


def liquidations() -> pd.DataFrame:
    return pd.concat([venue.liquidations for venue in sample().venues.values()], ignore_index=True)


def known(events: pd.DataFrame) -> Callable[[Ledger, npt.NDArray[np.int64]], Floats]:
    """Return a method that knows what will be liquidated."""
    stamps = np.array([time_ns(time) for time in events["time"]])
    side = np.where(events["side"] == "long", 0, 1)

    def swept(_: Ledger, times: npt.NDArray[np.int64]) -> Floats:
        out = np.zeros((2, len(times) - 1))
        step = np.searchsorted(times, stamps, side="right") - 1
        inside = (step >= 0) & (step < len(times) - 1)
        np.add.at(out, (side[inside], step[inside]), events["size"].to_numpy()[inside])
        return out

    return swept


def drawn(ledger: Ledger, seed: int, days: int) -> pd.DataFrame:
    """Return random liquidations of a ledger's time, more where the map sweeps more."""
    rng = np.random.default_rng(seed)
    times = np.arange(ledger.start // HOUR, ledger.end // HOUR)[: 24 * days] * HOUR
    sizes = crossed(ledger, np.append(times, times[-1] + HOUR)) * rng.exponential(1, (2, len(times)))
    frames = [
        pd.DataFrame({"time": [timestamp(time + HOUR // 2) for time in times], "side": side, "size": size})
        for side, size in zip(("long", "short"), sizes, strict=True)
    ]
    frame = pd.concat(frames)
    return frame[frame["size"] > 0]


def values(found: Scores, *metrics: str) -> pd.DataFrame:
    table = found.to_frame().pivot_table(index="method", columns="metric", values="value")
    return table[list(metrics)] if metrics else table


# ------------------------------------------------------------------ laws


@pytest.mark.slow
@pytest.mark.parametrize(("every", "period"), [("1h", "1d"), ("15m", "6h"), ("1h", "1h")])
def test_who_knows_what_will_happen_scores_full_marks(every: str, period: str) -> None:
    events = liquidations()
    found = score(sample_ledger(), events, every=every, period=period, methods={"known": known(events)}, draws=40)
    for metric in (RANK, PARTIAL, MEDIAN, TOTAL):
        assert found.of("known", metric)[2:5] == pytest.approx((1, 1, 1))
    # Within the day, amounts of 100 to 1,000 count as 1,000 where they happened and as they are where they are said.
    assert found.of("known", LOG).value == pytest.approx(1, abs=1e-6 if period == "1d" else 0.02)
    assert 0 < found.of("map", PARTIAL).value < 1


@pytest.mark.slow
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 1000), factor=st.sampled_from([1e-6, 0.3, 1e6]))
def test_a_factor_changes_only_the_sizes(seed: int, factor: float) -> None:
    ledger = unheated(walk(seed, 24 * 14, "1h", volatility=0.01).market())
    methods = {"scaled": lambda part, times: factor * crossed(part, times)}
    found = score(ledger, drawn(ledger, seed, 13), methods=methods, draws=20)
    for metric in (RANK, LOG, PARTIAL, GAIN):
        assert found.of("scaled", metric)[2:] == pytest.approx(found.of("map", metric)[2:], abs=1e-9)
    assert found.of("scaled", MEDIAN).value == pytest.approx(factor * found.of("map", MEDIAN).value)


@pytest.mark.slow
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_order_of_coins_changes_nothing_and_intervals_hold_their_value(seed: int) -> None:
    ledgers = [unheated(walk(seed + coin, 24 * 14, "1h", volatility=0.01).market()) for coin in range(3)]
    pairs = [(ledger, drawn(ledger, seed, 13)) for ledger in ledgers]
    forth, back = score(pairs, draws=20), score(pairs[::-1], draws=20)
    pd.testing.assert_frame_equal(forth.to_frame(), back.to_frame(), atol=1e-9)
    frame = forth.to_frame().dropna()
    assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()
    assert frame["value"][frame["metric"].isin([RANK, LOG, PARTIAL])].between(-1, 1).all()
    assert forth.of("move only", PARTIAL)[2:5] == pytest.approx((0, 0, 0), abs=1e-6)


def start_of(ledger: Ledger) -> int:
    """Return the first whole day after the first 24 hours."""
    return -(-ledger.start // DAY) * DAY + DAY


@pytest.mark.slow
def test_a_map_of_other_days_says_nothing_beyond_the_move() -> None:
    """The score can fail: the map's own sizes, drawn over the hours at random, are no map."""
    rng = np.random.default_rng(1)
    kept = cache(lambda part, count: crossed(part, start_of(part) + np.arange(count) * HOUR))
    methods = {
        str(number): lambda part, times: kept(part, len(times))[:, rng.permutation(len(times) - 1)]
        for number in range(100)
    }
    found = score(sample_ledger(), liquidations(), methods=methods)
    shuffled = [found.of(name, PARTIAL) for name in methods]
    assert found.of("map", PARTIAL).low > 0
    assert sum(one.value > found.of("map", PARTIAL).value for one in shuffled) <= 10
    assert sum(one.low > 0 or one.high < 0 for one in shuffled) <= 15
    assert abs(np.mean([one.value for one in shuffled])) < 0.08


@pytest.mark.slow
def test_what_is_liquidated_later_changes_no_earlier_score() -> None:
    """No look-ahead: the same days score the same from a ledger that ends with them."""
    markets, events = sample().markets(), liquidations()
    end = timestamp(sample_ledger().start + 11 * DAY).floor("D")
    events = events[events["time"] < end]
    short = unheated([market.until(end) for market in markets])
    assert values(score(short, events, draws=20)).to_numpy() == pytest.approx(
        values(score(sample_ledger(), events, draws=20)).to_numpy(), nan_ok=True
    )


# ------------------------------------------------------------------ periods


def days_scored(found: Scores) -> int:
    return found.of("map", RANK).n // 2


@pytest.mark.slow
def test_a_day_without_liquidations_counts_as_zero_and_the_first_24_hours_not_at_all() -> None:
    ledger, events = sample_ledger(), liquidations()
    whole = days_scored(score(ledger, events, draws=5))
    assert whole == 13
    calm = timestamp(ledger.start + 5 * DAY).floor("D")
    without = events[(events["time"] < calm) | (events["time"] >= calm + pd.Timedelta("1D"))]
    found = score(ledger, without, draws=5)
    assert days_scored(found) == whole
    assert found.of("map", MEDIAN).n == score(ledger, events, draws=5).of("map", MEDIAN).n - 2
    assert days_scored(score(ledger, events, warm_up="3d", draws=5)) == 11


def test_only_days_that_the_ledger_holds_wholly_are_scored() -> None:
    end = timestamp(sample_ledger().start + 11 * DAY).floor("D") + pd.Timedelta("12h")
    short = unheated([market.until(end) for market in sample().markets()])
    found = score(short, liquidations(), draws=5)
    assert days_scored(found) == 10
    assert f"to {end.floor('D'):%Y-%m-%d %H:%M} UTC" in found.title


@pytest.mark.slow
def test_skipped_times_and_spans_are_left_out() -> None:
    ledger, events = sample_ledger(), liquidations()
    day = timestamp(ledger.start + 5 * DAY).floor("D")
    hour = pd.Timedelta("1h")
    assert days_scored(score(ledger, events, skip=[day + hour], draws=5)) == 12
    assert days_scored(score(ledger, events, skip=[(day - hour, day + hour)], draws=5)) == 11
    assert days_scored(score(ledger, events, skip=[(day, day + 24 * hour), day], draws=5)) == 12


def test_a_day_that_lies_mostly_in_a_gap_is_left_out() -> None:
    frames = walk(4, 24 * 14, "1h", volatility=0.01)
    whole = unheated(frames.market())
    events = drawn(whole, 4, 13)
    candles = frames.candles.drop(frames.candles.index[24 * 5 : 24 * 5 + 6])
    gapped = unheated(frames.market().from_frames(candles, frames.open_interest, timeframe="1h"))
    assert days_scored(score(whole, events, draws=5)) - days_scored(score(gapped, events, draws=5)) == 1


def named(*names: str) -> pd.DataFrame:
    """Return liquidations of the sample's venues with a column of their names."""
    venues = sample().venues
    return pd.concat([venues[name].liquidations.assign(venue=name) for name in names or venues], ignore_index=True)


@pytest.mark.slow
def test_what_was_liquidated_comes_in_any_form() -> None:
    ledger, markets = sample_ledger(), sample().markets()
    wanted = score(ledger, liquidations(), draws=5).to_frame()
    indexed = liquidations().set_index("time").drop(columns="price")
    for facts in ([market.liquidations for market in markets], indexed):
        pd.testing.assert_frame_equal(score(ledger, facts, draws=5).to_frame(), wanted)
    by_venue = score(ledger, markets, draws=5).to_frame()
    for found in (
        score({"ETH": (ledger, markets)}, draws=5),
        score(ledger, iter(markets), draws=5),
        score(ledger, named().sample(frac=1, random_state=1), draws=5),
        score(ledger, [named(name) for name in sample().venues], draws=5),
    ):
        pd.testing.assert_frame_equal(found.to_frame(), by_venue)


def test_a_side_without_liquidations_is_not_scored() -> None:
    events = liquidations()
    found = score(sample_ledger(), events[events["side"] == "short"], draws=5)
    assert found.of("map", RANK).n == 13
    assert any("1 of 2 sides" in sentence for sentence in found.sentences)


# ------------------------------------------------------------------ the report


def test_the_report_is_read_as_table_and_sentences() -> None:
    found = score(sample_ledger(), liquidations(), methods={"<b>mine</b>": crossed}, draws=30)
    assert found.table.index.tolist() == [*NAMES, "<b>mine</b>"]
    assert found.table.loc["map", PARTIAL] == str(found.of("map", PARTIAL))
    assert found.table.loc["move only", MEDIAN] == "-"
    assert found.to_frame().columns.tolist() == ["method", "metric", "value", "low", "high", "n"]
    page = found._repr_html_()
    assert "<b>mine" not in page
    for text in (repr(found), page):
        assert all(word in text for word in ("ETH", "Beyond the size of the move", "13 days", "turnover, 3-25x"))
    assert str(found.of("map", PARTIAL)) in " ".join(found.sentences)
    with pytest.raises(DataError, match="Expected a method among map"):
        found.of("mine", RANK)


def test_the_sentences_admit_what_is_not_shown() -> None:
    """The verdict follows the interval: liquidations drawn by chance cannot be foretold."""
    rng = np.random.default_rng(6)
    events = liquidations()
    events["time"] = rng.permutation(events["time"].to_numpy())
    events["time"] = pd.to_datetime(events["time"], utc=True)
    found = score(sample_ledger(), events)
    assert found.of("map", PARTIAL).low < 0
    assert any("do not show that the map says anything" in sentence for sentence in found.sentences)


def test_without_open_interest_sizes_are_said_to_be_relative() -> None:
    ledger = unheated(walk(3, 24 * 14, "1h", volatility=0.01, interest="none").market())
    said = score(ledger, drawn(ledger, 3, 13), draws=5).sentences
    assert any("sizes are relative" in sentence for sentence in said)


# ------------------------------------------------------------------ refusals


def few(days: int) -> pd.DataFrame:
    events = liquidations()
    early: pd.DataFrame = events[events["time"] < events["time"].min() + pd.Timedelta(days=days)]
    return early


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (lambda: (sample_ledger(),), {}, "liquidations to score the map of ETH"),
        (lambda: (3,), {}, "Expected a Ledger"),
        (lambda: ([],), {}, "at least one pair"),
        (lambda: ([sample_ledger()],), {}, "Expected pairs"),
        (lambda: ([(sample_ledger(), liquidations())], liquidations()), {}, "inside the pairs"),
        (lambda: (sample_ledger(), []), {}, "was list"),
        (lambda: (sample_ledger(), few(4)), {}, "at least 8 whole periods of 1d"),
        (lambda: (sample_ledger(), liquidations().assign(time=pd.Timestamp("2020-01-01", tz="UTC"))), {},
         "was 2020-01-01"),
        (lambda: (sample_ledger(), liquidations().drop(columns="size")), {}, "column 'size' in liquidations"),
        (lambda: (sample_ledger(), liquidations().assign(side="up")), {}, "side 'long' or 'short'"),
        (lambda: (sample_ledger(), liquidations().assign(size=-1.0)), {}, "size of at least 0"),
        (lambda: (sample_ledger(), liquidations()), {"every": "7h"}, "whole number of every='7h'"),
        (lambda: (sample_ledger(), liquidations()), {"every": "1m"}, r"at least one candle of ETH \(5m\)"),
        (lambda: (sample_ledger(), liquidations()), {"skip": [("2026-01-02", "2026-01-01")]}, "start before end"),
        (lambda: (sample_ledger(), liquidations()), {"methods": {"map": crossed}}, "Expected a name other than"),
        (lambda: (sample_ledger(), liquidations()), {"methods": {"mine": 3}}, "as a Method or a function"),
        (lambda: (sample_ledger(), liquidations()), {"methods": {"mine": lambda _, times: times}}, r"shape \(2, "),
        (lambda: (sample_ledger(), liquidations()),
         {"methods": {"mine": lambda _, times: np.full((2, len(times) - 1), -5.0)}}, "at least 0 from method 'mine'"),
        (lambda: (sample_ledger(), liquidations()), {"draws": 0}, "draws as a whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_with_a_sentence(
    arguments: Callable[[], tuple[Any, ...]], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        score(*arguments(), **options)


# ------------------------------------------------------------------ recorded markets


@cache
def daily() -> Scores:
    pairs = [(unheated(market), facts) for market, facts in map(recorded.hyperliquid_daily, recorded.COINS)]
    return score(pairs, skip=recorded.unreliable_days())


@pytest.mark.slow
@needs_recordings
@pytest.mark.parametrize(
    ("method", "rank", "partial"),
    [
        ("map", 0.857, 0.540),
        ("distance only", 0.750, 0.191),
        ("open interest increase", 0.744, 0.297),
        ("turnover, 10-100x", 0.796, 0.296),
        ("turnover, 3-25x", 0.774, 0.328),
    ],
)
def test_daily_scores_are_those_of_the_scorer(method: str, rank: float, partial: float) -> None:
    """The scorer counts a lattice cell when price gets to its centre, the ledger when price gets into it."""
    assert daily().of(method, RANK).value == pytest.approx(rank, abs=0.01)
    assert daily().of(method, PARTIAL).value == pytest.approx(partial, abs=0.02)
    assert daily().of(method, RANK).n == 132


@needs_recordings
def test_the_map_is_shown_to_say_more_than_the_move() -> None:
    found = daily()
    assert found.of("map", GAIN).value == pytest.approx(0.126, abs=0.01)
    assert found.of("map", LOG).value == pytest.approx(0.881, abs=0.01)
    assert found.of("map", PARTIAL).low > 0.2
    others = values(found, PARTIAL).drop("map")
    assert others.max().item() < found.of("map", PARTIAL).value
    assert others.drop("market leader's rule").max().item() < found.of("map", PARTIAL).value - 0.1
    assert 0.2 < found.of("map", MEDIAN).value < 5
    assert found.of("open interest increase", MEDIAN).value > 5


@pytest.mark.slow
@needs_recordings
def test_hourly_scores_of_events_are_those_of_the_scorer() -> None:
    """The scorer reads maps on its grid of 10 bps, where the map has .429; on the lattice's own 2 bps it has less.

    Whether the candle reached anything beyond the nearest distance, yes or no, scores .436: coarser is better here.
    """
    pairs = [(unheated(market), facts) for market, facts in map(recorded.hyperliquid_events, recorded.COINS)]
    found = score(pairs, period="1h")
    assert found.of("map", RANK).n == 199
    wanted = {"map": 0.387, "open interest increase": 0.182, "turnover, 3-25x": 0.242, "distance only": -0.097}
    for method, partial in wanted.items():
        assert found.of(method, PARTIAL).value == pytest.approx(partial, abs=0.04)


@pytest.mark.slow
@needs_recordings
def test_another_venues_candles_foretell_as_well() -> None:
    pairs = [(unheated(market), facts) for market, facts in map(recorded.binance_5m, recorded.COINS)]
    found = score(pairs, skip=recorded.unreliable_days())
    assert found.of("map", PARTIAL).low > 0
