"""The grade: reasons for what data lack, never better for less of them, the same in the past whatever comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import HOUR, duration_ns
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.market.simulated.sample import sample_market
from liqwidget.trust.grade import Grade, grade
from tests.markets import START, Frames, walk
from tests.recorded import binance, needs_recordings

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

WEEK = 7 * 24


def hourly(
    hours: int = 10 * 24, *, interest: float = 5e6, volume: float = 2e5, venue: str = "binance", **options: Any
) -> MarketData:
    """Return a solid market of 1h candles around a price of 100: open interest of 5 M coins, 2e5 coins an hour."""
    drawn = walk(3, hours, "1h", interest="constant")
    stamps = None if drawn.open_interest is None else drawn.open_interest * interest / 1000
    return Frames(drawn.candles.assign(volume=volume), stamps, "1h").market(venue=venue, **options)


def without(market: MarketData, rows: Any) -> MarketData:
    """Return the market with some candles missing."""
    frame = market.to_frame().drop(columns="taker_buy_volume")
    interest = pd.DataFrame({"time": pd.to_datetime(market.interest_time, utc=True), "open_interest": market.interest})
    return MarketData.from_frames(
        frame.drop(frame.index[rows]), interest, venue=market.venue, timeframe="1h", minimum_distance=0.004
    )


def at_hour(hours: float) -> pd.Timestamp:
    return START + pd.Timedelta(hours=hours)


def test_solid_data_need_no_reason() -> None:
    found = grade(estimate(hourly()))
    assert (found.letter, found.reasons, found.caps) == ("A", (), ())
    assert not found.hatched
    assert not found.warming_up
    assert found.sentence == "Grade A"
    assert found.at == at_hour(240)


@pytest.mark.parametrize(
    ("hours", "letter", "text"),
    [
        (WEEK, "A", None),
        (WEEK - 1, "B", "6.9 days of data; sizes settle after 7"),
        (125, "B", "5.2 days of data; sizes settle after 7"),
        (48, "C", "2.0 days of data; sizes settle after 7"),
        (23, "D", "23.0 hours of data; sizes settle after 7 days"),
    ],
)
def test_days_of_data(hours: int, letter: str, text: str | None) -> None:
    found = grade(estimate(hourly(hours)))
    assert found.letter == letter
    assert found.reasons == (() if text is None else (text,))
    assert found.hatched == (hours < 24)
    assert found.warming_up == (hours < WEEK)


def test_the_sentence_is_the_worst_reason_in_few_words() -> None:
    found = grade(estimate(hourly(125)))
    assert found.sentence == "Grade B, warming up: 5.2 days of data"
    thin = grade(estimate(hourly(125, interest=32_000)))
    assert thin.caps == ("D", "B")
    assert thin.sentence.startswith("Grade D, warming up: open interest $")


@pytest.mark.parametrize(("coins", "letter"), [(1.2e6, "A"), (5e5, "B"), (1e5, "C"), (1e4, "D")])
def test_open_interest(coins: float, letter: str) -> None:
    ledger = estimate(hourly(interest=coins))
    found = grade(ledger)
    assert found.letter == letter
    amount = ledger.venues[0].open_interest[-1] * ledger.venues[0].close[-1]
    facts = found.to_frame().set_index("fact")
    assert facts.loc["open interest", "value"] == amount
    assert facts.loc["open interest", "cap"] == letter
    if letter != "A":
        assert "single positions shape the map" in found.reasons[0]


@pytest.mark.parametrize(("coins", "letter"), [(2e5, "A"), (1e4, "B"), (1e3, "C"), (10.0, "D")])
def test_volume(coins: float, letter: str) -> None:
    found = grade(estimate(hourly(volume=coins)))
    assert found.letter == letter
    assert letter == "A" or found.reasons[0].startswith("Volume $")


def test_unknown_volume_open_interest_and_rules() -> None:
    assert grade(estimate(hourly(volume=np.nan))).reasons == ("Volume unknown: turnover runs evenly",)
    frames = walk(3, 240, "1h", interest="none")
    relative = Frames(frames.candles.assign(volume=2e5), None, "1h")
    found = grade(estimate(relative.market()))
    assert (found.letter, found.reasons) == ("C", ("No open interest, sizes are relative",))
    found = grade(estimate(hourly(venue="somewhere", minimum_distance=None)))
    assert (found.letter, found.reasons) == ("B", ("Margin rules unknown: nearest distance taken as 0.8%",))


@pytest.mark.parametrize(("count", "letter"), [(1, "A"), (8, "B"), (16, "C"), (60, "D")])
def test_missing_candles(count: int, letter: str) -> None:
    found = grade(estimate(without(hourly(), slice(100, 100 + count))))
    assert found.letter == letter
    assert found.to_frame().set_index("fact").loc["candles missing", "value"] == pytest.approx(count / WEEK)
    if letter != "A":
        assert "of candles missing in the last 7 days" in found.reasons[0]


def test_candles_missing_long_ago_are_forgotten() -> None:
    assert grade(estimate(without(hourly(15 * 24), slice(10, 80)))).letter == "A"


@pytest.mark.parametrize(("held", "letter"), [(6, "A"), (14, "B"), (60, "C"), (150, "C")])
def test_open_interest_that_is_held_or_frozen(held: int, letter: str) -> None:
    market = hourly()
    silent = np.ones(len(market.interest), bool)
    silent[50 + 25 : 50 + 25 + held] = False
    frame = pd.DataFrame({"time": pd.to_datetime(market.interest_time, utc=True), "open_interest": market.interest})
    candles = market.to_frame().drop(columns="taker_buy_volume")
    found = grade(estimate(MarketData.from_frames(candles, frame[silent], minimum_distance=0.004)))
    assert found.letter == letter
    # The first hour without its own value still knows one that is an hour old.
    assert found.to_frame().set_index("fact").loc["open interest unseen", "value"] == pytest.approx((held - 1) / WEEK)


def test_hourly_open_interest_is_enough_for_shorter_candles() -> None:
    drawn = walk(3, 2100, "5m", interest="constant")
    assert drawn.open_interest is not None
    hours = drawn.open_interest.iloc[::12] * 5e3
    assert grade(estimate(Frames(drawn.candles.assign(volume=2e5), hours, "5m").market())).letter == "A"
    sparse = drawn.open_interest.iloc[::48] * 5e3
    found = grade(estimate(Frames(drawn.candles.assign(volume=2e5), sparse, "5m").market()))
    assert "Open interest missing, held or frozen in" in found.reasons[0]


def test_venues_that_answer() -> None:
    both = estimate([hourly(), hourly(venue="okx")])
    assert grade(both).letter == "A"
    assert grade(both, expected_venues=2).letter == "A"
    assert grade(both, expected_venues=["binance", "okx"]).letter == "A"
    found = grade(both, expected_venues=4)
    assert (found.letter, found.reasons) == ("B", ("2 venues of 4 answered",))
    found = grade(both.only("okx"), expected_venues=["binance", "bybit", "gate", "okx"])
    assert (found.letter, found.reasons) == ("C", ("1 venue of 4 answered",))
    assert grade(both, expected_venues=["gate"]).letter == "D"


def test_a_venue_that_stopped_no_longer_answers_and_another_speaks() -> None:
    ledger = estimate([hourly(), hourly(200, venue="okx")])
    found = grade(ledger)
    assert (found.letter, found.reasons) == ("B", ("1 venue of 2 answered",))
    assert grade(ledger, at_hour(201)).letter == "A"


def test_a_venue_with_many_gaps_does_not_answer() -> None:
    gappy = without(hourly(venue="okx"), slice(100, 150))
    assert grade(estimate([hourly(), gappy])).reasons == ("1 venue of 2 answered",)


def test_open_interest_held_back_as_an_outlier_counts_as_unseen() -> None:
    market = hourly()
    values = market.interest.copy()
    values[100:103] *= 0.1
    stamps = pd.DataFrame({"open_interest": values}, index=pd.to_datetime(market.interest_time, utc=True))
    candles = market.to_frame().drop(columns="taker_buy_volume")
    found = grade(estimate(MarketData.from_frames(candles, stamps, minimum_distance=0.004)))
    assert found.to_frame().set_index("fact").loc["open interest unseen", "value"] == pytest.approx(3 / WEEK)


def test_amounts_are_those_known_over_the_whole_week() -> None:
    drawn = hourly()
    unknown = Frames(drawn.to_frame().drop(columns="taker_buy_volume"), None, "1h").market(venue="okx")
    ledger = estimate([without(drawn, slice(100, 184)), unknown])
    facts = grade(ledger).to_frame().set_index("fact")
    part = ledger.venues[0]
    assert facts.loc["open interest", "value"] == part.open_interest[-1] * part.close[-1]
    assert facts.loc["volume a day", "value"] == pytest.approx(1.5 * 2e5 * 24 * part.close.mean(), rel=0.1)


def test_after_the_end_nobody_answers() -> None:
    ledger = estimate(hourly())
    assert grade(ledger, at_hour(243)).letter != "D"
    assert grade(ledger, at_hour(260)).reasons[0] == "0 venues of 1 answered"


def test_before_the_first_close_there_is_nothing() -> None:
    found = grade(estimate(hourly()), at_hour(0.5))
    assert found.letter == "D"
    assert found.hatched


def test_facts_of_several_venues_name_the_one_that_speaks() -> None:
    found = grade(estimate([hourly(100), hourly(60, venue="okx")]), at_hour(60))
    assert found.reasons == ("2.5 days of data; sizes settle after 7",)
    assert set(found.to_frame()["venue"]) == {"", "binance", "okx"}


def test_a_venue_without_open_interest_beside_one_that_has_it_is_missing_from_sizes() -> None:
    with_it, frame = hourly(), hourly().to_frame().drop(columns="taker_buy_volume")
    bare = MarketData.from_frames(frame, venue="bybit", timeframe="1h")
    found = grade(estimate([with_it, bare]))
    assert (found.letter, found.reasons) == ("B", ("No open interest of bybit: sizes leave out what stands there",))
    assert grade(estimate([with_it])).letter == "A"
    assert grade(estimate([with_it]), expected_venues=("binance", "bybit")).letter == "B"
    assert grade(estimate([bare])).reasons[0] == "No open interest, sizes are relative"


def random_ledger(seed: int, venues: int = 1, keep: float = 1.0, unknown: float = 0.0) -> Ledger:
    rng = np.random.default_rng(seed)
    names = ("binance", "okx", "bybit")[:venues]
    hours, interest = int(rng.integers(20, 260)), float(10 ** rng.uniform(3.5, 7))
    markets = []
    for name in names:
        market = hourly(hours, interest=interest, volume=float(10 ** rng.uniform(1, 6)), venue=name)
        gone = np.flatnonzero(rng.random(hours - 2) > keep) + 1
        market = without(market, gone)
        if rng.random() < unknown:
            bare = market.to_frame().drop(columns="taker_buy_volume")
            market = MarketData.from_frames(bare, venue=name, timeframe="1h", minimum_distance=0.004)
        markets.append(market)
    return estimate(markets)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), first=st.integers(1, 200), count=st.integers(1, 120))
def test_more_gaps_never_improve_the_grade(seed: int, first: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    hours = int(rng.integers(20, 260))
    market = without(hourly(hours), np.flatnonzero(rng.random(hours) > rng.uniform(0.7, 1)))
    rows = np.arange(first, min(first + count, len(market.time)))
    assume(len(rows) < len(market.time) - 1)
    whole, gappy = estimate(market), estimate(without(market, rows))
    assert grade(gappy, at_hour(hours)).letter >= grade(whole, at_hour(hours)).letter


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.9))
def test_less_data_never_improve_the_grade(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    hours = int(rng.integers(20, 260))
    market = hourly(hours, interest=float(10 ** rng.uniform(3.5, 7)))
    late = market.since(at_hour(int(hours * share)))
    assert grade(estimate(late)).letter >= grade(estimate(market)).letter


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 10_000), keep=st.sampled_from([1.0, 0.97, 0.7]), unknown=st.sampled_from([0.0, 0.4]))
def test_fewer_venues_never_improve_the_grade(seed: int, keep: float, unknown: float) -> None:
    ledger = random_ledger(seed, 3, keep, unknown)
    letters = [grade(ledger.only(ledger.names[:count]), expected_venues=3).letter for count in (1, 2, 3)]
    assert letters == sorted(letters, reverse=True)


def same(one: Grade, other: Grade) -> bool:
    fields = [(found.letter, found.reasons, found.hatched, found.warming_up) for found in (one, other)]
    return fields[0] == fields[1] and one.to_frame().equals(other.to_frame())


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    keep=st.sampled_from([1.0, 0.95, 0.6]),
    share=st.floats(0.02, 1),
    minutes=st.integers(0, 180),
)
def test_later_data_do_not_change_a_past_grade(seed: int, keep: float, share: float, minutes: int) -> None:
    rng = np.random.default_rng(seed)
    whole = hourly(int(rng.integers(20, 260)))
    market = without(whole, np.flatnonzero(rng.random(len(whole.time) - 2) > keep) + 1)
    time = START + (at_hour(len(whole.time) * share) - START).floor("h") + pd.Timedelta(minutes=minutes)
    assume(time >= at_hour(1))
    ledger = estimate(market)
    assert same(grade(ledger, time), grade(estimate(market.until(time)), time))


def test_an_unfinished_candle_does_not_count() -> None:
    market = hourly(WEEK)
    unfinished = hourly(WEEK, complete_until=at_hour(WEEK - 0.5))
    ledger = estimate(unfinished)
    assert grade(ledger).to_frame().set_index("fact").loc["days of data", "value"] == pytest.approx((WEEK - 1) / 24)
    time = at_hour(WEEK - 0.5)
    assert same(grade(ledger, time), grade(advance(ledger, market), time))


@pytest.mark.parametrize("expected", [0, True, "binance", 2.5, []])
def test_expected_venues_must_be_a_count_or_names(expected: Any) -> None:
    with pytest.raises(DataError, match="expected_venues"):
        grade(estimate(hourly(30)), expected_venues=expected)


def test_html_is_escaped_and_names_the_caps() -> None:
    shown = grade(estimate(hourly(30)))._repr_html_()
    assert "<b>Grade C</b>" in shown
    assert "(at best C)" in shown


@pytest.mark.slow
def test_the_sample_is_solid_and_a_thin_altcoin_is_not() -> None:
    assert grade(estimate(sample_market("BTC").markets())).letter == "A"
    thin = without(hourly(9 * 24, interest=1e4, volume=20.0), slice(60, 100))
    found = grade(estimate(thin))
    assert found.letter == "D"
    words = ("of candles missing", "single positions", "thin trading")
    assert [word in reason for word, reason in zip(words, found.reasons, strict=True)] == [True] * 3
    assert found.caps == ("D", "D", "D")


@needs_recordings
@pytest.mark.parametrize("coin", ["BTC", "ETH", "SOL"])
def test_recorded_markets_are_solid(coin: str) -> None:
    market = binance(coin)
    assert grade(estimate(market)).letter == "A"
    found = grade(estimate(market), market.time[0] + 100 * HOUR)
    assert (found.letter, found.sentence) == ("B", "Grade B, warming up: 4.1 days of data")
    assert duration_ns("5m") == market.timeframe
