"""`evidence`: its value, its words, the least it needs, and what must not change it."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import liqwidget
from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import DAY, HOUR
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.heatmap import LiqHeatmap
from liqwidget.trust.block_statistics import Tally
from liqwidget.trust.evidence import COLUMNS, Evidence, evidence
from liqwidget.trust.evidence_asked import Asked
from liqwidget.trust.evidence_words import BPS, POINTS, QUESTIONS, RECORDED, Answer, beside, hit_rate, sentence
from tests.markets import walk

NAMES = [one.name for one in QUESTIONS]
NEIGHBOURS = {"binance": 1.0, "bybit": 1.0004}
LEVELS = ["race", "mirror", "matched"]


@cache
def market(venue: str = "binance", seed: int = 8, days: int = 54, timeframe: str = "1h") -> MarketData:
    count = days * 24 * {"1h": 1, "15m": 4, "4h": 0.25}[timeframe]
    volatility = 0.006 if timeframe == "1h" else 0.003
    return walk(seed, int(count), timeframe, volatility=volatility, interest="none").market(venue=venue)


@cache
def told(check: int = 2, **options: Any) -> Evidence:
    return evidence(market(), check=check, **options)


@cache
def fine() -> Evidence:
    return evidence(market(timeframe="15m", days=46), check=0)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# ------------------------------------------------------------------ the value


@pytest.mark.slow
def test_the_frame_has_a_row_per_question_and_the_columns_of_the_design() -> None:
    frame = told().to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert list(frame.index) == NAMES
    assert frame.loc["race", "base"] == 50
    for name in ("race", "mirror", "matched", "extremes"):
        row = frame.xs(name)
        assert row["low"] <= row["effect"] <= row["high"]
        assert 0 <= row["p"] <= row["p_holm"] <= 1
        assert row["n"] > 0
        assert row["blocks"] >= 6
    assert np.isfinite(frame["null_mean"].to_numpy()[:4]).all()
    assert (frame["null_sd"].dropna() >= 0).all()
    error = (frame["high"] - frame["low"]) / 2 / 2.8
    assert (frame["detectable"].dropna() > error.dropna()).all(), "2.8 errors against Student's 2 to 2.4"


def test_the_value_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        told().days = 1.0  # type: ignore[misc]


@pytest.mark.slow
def test_a_heatmap_asks_of_what_it_shows() -> None:
    frame = market().to_frame()
    both = [MarketData.from_frames(frame * [*[scale] * 4, 1, 1], venue=name) for name, scale in NEIGHBOURS.items()]
    heatmap = LiqHeatmap("BTC", source=both, sensitivity=0.8, leverage=("10-25x", "25-50x"), venues=("bybit",))
    heatmap.as_of = at = pd.Timestamp(market().close_time[24 * 48], tz="UTC")
    options: dict[str, Any] = {"sensitivity": 0.8, "leverage": ("10-25x", "25-50x"), "at": at}
    found = heatmap.evidence(check=0)
    assert found.markets == (("BTC", "bybit"),)
    same(found.to_frame(), evidence(both[1], check=0, **options).to_frame())
    with pytest.raises(DataError, match="Expected check"):
        heatmap.evidence(check=-3)


def test_public_names() -> None:
    assert liqwidget.evidence is evidence
    assert liqwidget.Evidence is Evidence


@pytest.mark.slow
def test_the_same_history_gives_the_same_bytes() -> None:
    again, others = evidence(market(), check=2), told(2, seed=5).to_frame()
    assert again.to_frame().to_csv() == told().to_frame().to_csv()
    assert repr(again) == repr(told())
    assert others["effect"].equals(told().to_frame()["effect"])
    assert not others["null_mean"].equals(told().to_frame()["null_mean"])


@pytest.mark.slow
def test_a_ledger_of_any_prior_and_a_market_say_the_same() -> None:
    same(evidence(estimate(market(), prior="isolated"), check=0).to_frame(), told(0).to_frame())


def test_candles_after_a_time_do_not_count() -> None:
    at = pd.Timestamp(market().close_time[24 * 47], tz="UTC")
    same(evidence(market(), check=0, at=at).to_frame(), evidence(market().until(at), check=0).to_frame())


# ------------------------------------------------------------------ several markets


@pytest.mark.slow
def test_another_venue_changes_no_row_of_a_venue_and_both_are_pooled() -> None:
    other = market("bybit", seed=9)
    both = evidence(estimate([market(), other]), check=0)
    same(both.market("binance").to_frame(), told(0).to_frame())
    same(both.market("bybit").to_frame(), evidence(other, check=0).to_frame())
    assert both.answer("race").n == sum(part.answer("race").n for part in both.parts)
    assert both.answer("race").blocks <= max(part.answer("race").blocks for part in both.parts) + 1
    assert both.days == pytest.approx(told(0).days), "the same days of two venues are not twice as many"
    frame = both.markets_frame()
    assert frame.index.names == ["symbol", "venue", "name"]
    same(pd.DataFrame(frame.xs(("BTC", "bybit"), level=("symbol", "venue"))), both.market("bybit").to_frame())
    assert evidence(estimate([market(), other]), check=0, venues=["bybit"]).markets == (("BTC", "bybit"),)


@pytest.mark.slow
def test_twice_the_same_market_is_no_more_certain() -> None:
    """Blocks are of the calendar: what happens on two venues at once is one observation."""
    both = evidence([market(), replace(market(), venue="bybit")], check=0).answer("race")
    alone = told(0).answer("race")
    assert both.n == 2 * alone.n
    assert (both.effect, both.low, both.high) == pytest.approx((alone.effect, alone.low, alone.high))


def test_coins_are_asked_together() -> None:
    coins = [market(), replace(market(seed=9, days=20), symbol="ETH")]
    both = evidence(coins, check=0)
    assert both.markets == (("BTC", "binance"), ("ETH", "binance"))
    same(both.market("binance", "BTC").to_frame(), told(0).to_frame())
    with pytest.raises(DataError, match="Expected one market among BTC on binance, ETH on binance"):
        both.market("binance")


# ------------------------------------------------------------------ what must not change it


def test_another_unit_of_price_by_whole_cells_changes_nothing() -> None:
    factor = math.exp(0.001 * 2300)
    scaled = replace(market(), **{name: getattr(market(), name) * factor for name in ("open", "high", "low", "close")})
    found = evidence(scaled, check=0).to_frame().drop(columns="question")
    np.testing.assert_allclose(found, told(0).to_frame().drop(columns="question"), rtol=1e-6, atol=1e-6)


def test_the_market_upside_down_says_the_same_of_levels() -> None:
    """Around the border of a cell. The distances of longs and shorts do not mirror: half an error is left."""
    middle = math.exp(0.001 * round(2000 * math.log(market().open[0])))
    turned = {
        name: middle / getattr(market(), source)
        for name, source in {"open": "open", "close": "close", "high": "low", "low": "high"}.items()
    }
    found, before = evidence(replace(market(), **turned), check=0), told(0)
    for name in LEVELS:
        error = before.answer(name).detectable / 2.8
        assert abs(found.answer(name).effect - before.answer(name).effect) < error / 2


# ------------------------------------------------------------------ the least it needs


def test_twenty_days_say_how_many_are_needed() -> None:
    found = evidence(market(days=20))
    assert found.to_frame()[["effect", "low", "p", "p_holm", "base"]].isna().all(axis=None)
    assert len(found.sentences) == 1
    assert "20 days are loaded: 14 to warm up and 30 to ask are needed, 44 days" in found.sentences[0]
    assert found.check == 0
    assert RECORDED in repr(found)


def test_thirty_asked_days_are_needed() -> None:
    assert evidence(market(days=43), check=0).answer("matched").missing.startswith("43 days are loaded")
    assert math.isfinite(evidence(market(days=46), check=0).answer("matched").effect)


def test_the_direction_needs_four_months() -> None:
    assert told(0).answer("direction").missing == "Needs 120 asked days; these are 40."
    long = Asked({"direction": Tally.of(np.arange(9) * DAY, np.ones(9))}, np.arange(121 * 24) * HOUR, 140.0, HOUR, HOUR)
    assert (long.missing("direction"), long.days) == ("", 121)


def test_sweeps_and_gaps_need_short_candles() -> None:
    for name in NAMES[5:]:
        assert told().answer(name).missing == "Needs candles of 15m or shorter; these are of 1h."
    assert math.isfinite(fine().answer("gaps").effect)
    assert fine().answer("sweep").missing.startswith("Needs 100 sweeps that can be compared; these are ")


def test_long_candles_cannot_be_asked() -> None:
    found = evidence(market(timeframe="4h", days=60))
    assert found.sentences == ("Nothing can be said yet. Needs candles of 1h or shorter; these are of 4h.",)


def test_a_market_that_does_not_move_has_no_effect() -> None:
    flat: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close"), np.full(len(market().time), 100.0))
    found = evidence(replace(market(), **flat), check=0)
    assert found.answer("race").missing == "No case that can be compared."
    assert {one.verdict for one in found.answers} <= {"missing", "none"}


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": "soon"}, "duration"),
        ({"horizon": "90m"}, "Expected horizon as whole hours"),
        ({"horizon": "60d"}, "Expected horizon as whole hours from 1h to 14d"),
        ({"every": "7m"}, "Expected every= as whole hours up to a day, or a part of one"),
        ({"every": "-1h"}, "every|duration"),
        ({"every": "15m"}, "Expected every= as at least a candle of BTC on binance"),
        ({"check": -1}, "Expected check as a whole number from 0"),
        ({"check": 1.5}, "Expected check"),
        ({"check": True}, "Expected check"),
        ({"seed": "x"}, "Expected seed"),
        ({"venues": ["okx"]}, "Expected a venue among binance, was 'okx'"),
        ({"venues": []}, "Expected at least one market"),
        ({"leverage": ["100x"]}, "leverage"),
        ({"sensitivity": 2}, "sensitivity"),
        ({"width": math.nan}, "width"),
        ({"at": "yesterday"}, "at"),
    ],
)
def test_an_option_that_cannot_be_used(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        evidence(market(), **options)


@pytest.mark.parametrize("given", [None, "BTC", 3, [], [market(), "x"], pd.DataFrame(), [market(), market()]])
def test_what_is_no_market(given: Any) -> None:
    with pytest.raises(DataError, match="Expected"):
        evidence(given, check=0)


def test_a_ledger_without_heat_is_refused() -> None:
    with pytest.raises(DataError, match="ledger with heat"):
        evidence(replace(estimate(market()), heat=None))


@pytest.mark.slow
def test_other_horizons_and_grids() -> None:
    short, four = told(0, horizon="4h"), told(0, every="4h")
    assert short.answer("matched").base != told(0).answer("matched").base
    assert short.answer("race").effect == told(0).answer("race").effect
    assert four.answer("race").n == pytest.approx(told(0).answer("race").n / 4, rel=0.05)
    assert four.days == pytest.approx(told(0).days, abs=0.5)
    half = evidence(market(timeframe="15m", days=46), every="30m", check=0)
    assert half.answer("matched").n > 1.8 * fine().answer("matched").n


# ------------------------------------------------------------------ words

RACE = Answer(
    "race", "q", POINTS, effect=1.1, low=-0.6, high=2.8, p=0.2, p_holm=1.0, detectable=3.0, base=50.0, n=4100, blocks=60
)


def test_an_effect_is_told_with_what_it_does_not_say() -> None:
    found = replace(RACE, effect=7, low=2, high=12, p=0.001, p_holm=0.008)
    assert sentence(found, 300) == (
        "Price reached the nearer cluster before its mirror price in 57.0 % of 4,100 cases (52.0 to 62.0; 50 means no "
        "attraction), also after counting eight questions. It does not say why, nor that it goes on."
    )
    assert sentence(replace(found, p_holm=0.2), 300).startswith("Cannot tell"), "one of eight is by chance"


def test_none_is_told_with_what_would_have_shown() -> None:
    assert sentence(RACE, 300) == (
        "No attraction seen: 51.1 % (49.4 to 52.8; 50 means none). An effect above 3.0 points would have shown."
    )


def test_too_wide_is_told_with_the_days_that_it_takes() -> None:
    found = replace(RACE, effect=2, low=-9, high=13, detectable=16.0)
    assert sentence(found, 70) == (
        "Cannot tell: 52.0 % (41.0 to 63.0; 50 means none). 70 days can only show effects above 16 points; some 720 "
        "days of one market are needed for 5."
    )


def test_too_wide_but_against_the_claim() -> None:
    found = replace(RACE, effect=-3.7, low=-6.9, high=-0.5, detectable=4.5)
    assert sentence(found, 500) == (
        "Cannot tell: 46.3 % (43.1 to 49.5; 50 means none). 500 days can only show effects above 4.5 points. The whole "
        "interval is against the claim."
    )


def test_a_biased_question_gets_no_verdict() -> None:
    found = replace(RACE, effect=7, low=2, high=12, p_holm=0.008, null_mean=2.0, null_sd=1.8, checked=20)
    assert (found.verdict, replace(found, null_mean=0.7).verdict) == ("biased", "effect"), "0.7 is under two errors"
    assert replace(found, null_mean=0.9, detectable=9.0).verdict == "effect", "under a third of its own error"
    assert sentence(found, 300).startswith("Biased here, no verdict: 57.0 %")
    assert "A market without any attraction gives +2.0 \N{PLUS-MINUS SIGN} 1.8." in sentence(found, 300)


def test_what_markets_without_attraction_give_too_is_no_effect() -> None:
    """Ten blocks say -12.6 with an error of 2.7, and the same candles without attraction spread by 5.3."""
    found = replace(RACE, effect=-12.6, low=-18.7, high=-6.5, p_holm=0.01, detectable=7.6, null_mean=0.7, checked=20)
    assert (replace(found, null_sd=5.3).verdict, replace(found, null_sd=4.4).verdict) == ("cannot tell", "effect")
    assert sentence(replace(found, null_sd=5.3), 46) == (
        "Cannot tell: 37.4 % (31.3 to 43.5; 50 means none). Markets without any attraction spread as far. A market "
        "without any attraction gives +0.7 \N{PLUS-MINUS SIGN} 5.3."
    )


def test_a_hit_rate_never_stands_alone() -> None:
    found = replace(RACE, name="matched", effect=-0.2, base=26.7)
    assert hit_rate(found, "24h") == (
        "Touched within 24h: 26.5 % of 4,100 clusters, and 26.7 % of matched levels in no cluster."
    )
    for line in (*told().sentences, *told().beside_sentences):
        assert "Touched within" not in line or "of matched levels" in line


def test_what_differs_without_attraction_is_told_less_its_surrogates() -> None:
    wick = replace(RACE, name="sweep_wick", question="wick", effect=5.4, low=2.7, high=8.1, null_mean=3.0, checked=9)
    assert beside(wick) == "Wick: +2.4 points (-0.3 to +5.1), surrogates off."
    assert beside(replace(wick, null_mean=math.nan)) == ""


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
@pytest.mark.parametrize("sign", [1, -1])
def test_every_question_has_words_for_every_answer(question: Any, sign: int) -> None:
    size = 40 if question.unit == BPS else 7
    found = replace(
        RACE, name=question.name, unit=question.unit, effect=sign * size, low=sign * size - 3, high=sign * size + 3
    )
    told_so = sentence(replace(found, p_holm=0.01), 300)
    assert "also after counting eight questions" in told_so
    assert question.name == "race" or ("more" in told_so) is (sign > 0)
    assert sentence(replace(found, effect=0.5, low=-1, high=2), 300).startswith(f"No {question.nothing} seen")
    assert sentence(replace(found, low=-90, high=90, detectable=120), 300).startswith("Cannot tell")
    assert sentence(replace(found, missing="Needs more."), 300) == "Needs more."


def test_the_report_ends_with_what_was_found_on_recorded_markets() -> None:
    html = told()._repr_html_()
    assert html.endswith(f"<p>{RECORDED}</p></div>")
    assert html.count("<li>") == len(NAMES) + len(told().beside_sentences)
    assert "not counted" in html
    assert "40 days asked every 1h, beside 2 markets without any attraction" in html


def test_an_unknown_question() -> None:
    with pytest.raises(DataError, match="Expected a question among race, mirror"):
        told().answer("luck")
