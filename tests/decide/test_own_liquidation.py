"""The own liquidation: venues' own examples worked by hand, cross margin, and rules that stand in."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, Side, liquidation_price
from liqwidget.decide.given_tiers import GivenTiers
from liqwidget.decide.own_liquidation import UNKNOWN_RATE, margin_rules, own_liquidation
from liqwidget.domain.tiers import tier_table

LONG, SHORT = Side.LONG, Side.SHORT

ETH, BTC = (3_683.979, 1_456.84), (109.488, 32_481.98)
WALLET = 1_535_443.01
"""Binance's example of two longs in one account (support FAQ b3c689c1f50a44cabb3a84e663b81d93)."""


@pytest.mark.parametrize(
    ("position", "rate", "amount", "others", "expected"),
    [
        (ETH, 0.10, 135_365, -71_200.81144 - 56_354.57, 1_153.26),
        (BTC, 0.025, 16_300, -356_512.508 - 448_192.89, 26_316.89),
        (ETH, 0.10, 135_365, 0.0, 1_114.78),
        (BTC, 0.025, 16_300, 0.0, 18_778.73),
    ],
)
def test_cross_margin_of_binances_own_example(
    position: tuple[float, float], rate: float, amount: float, others: float, expected: float
) -> None:
    """The account's equity, less the maintenance margin and the losses of the other leg, stands behind each."""
    size, entry = position
    rules = margin_rules("binance", "BTC", "linear", rate=rate, amount=amount)
    price, note = rules.price(LONG, entry, size * entry / (WALLET + others), size)
    assert price == pytest.approx(expected, abs=0.005)
    assert (rules.known, note) == ("given", "")


@pytest.mark.parametrize(
    ("venue", "side", "leverage", "expected"),
    [
        ("binance", LONG, 10, 90_361.45),
        ("binance", SHORT, 20, 104_581.67),
        ("hyperliquid", LONG, 40, 98_734.18),
        ("hyperliquid", SHORT, 5, 118_518.52),
        ("bybit", LONG, 10, 90_500.0),
        ("okx", LONG, 10, 90_406.83),
        ("okx", SHORT, 10, 109_507.22),
    ],
)
def test_each_venues_lowest_tier_by_hand(venue: str, side: Side, leverage: float, expected: float) -> None:
    price, _ = margin_rules(venue, "BTC", "linear").price(side, 100_000, leverage)
    assert price == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("side", "expected"), [(SHORT, 55_277.78), (LONG, 45_681.82)])
def test_an_inverse_contract_of_bybits_own_example(side: Side, expected: float) -> None:
    """60,000 USD at 50,000 with 10x and 0.5 %: 1.2 BTC at entry."""
    rules = margin_rules("bybit", "BTC", "inverse")
    assert rules.price(side, 50_000, 10, 1.2)[0] == pytest.approx(expected, abs=0.005)


def test_tiers_are_those_of_the_day() -> None:
    size = 2.0
    early = margin_rules("binance", "BTC", "linear", at=1_620_000_000 * 10**9)
    assert early.price(LONG, 50_000, 10, size)[0] == liquidation_price(
        "binance", "BTC", "long", 50_000, 10, size, at="2021-05-03"
    )
    assert early.max_leverage(50_000, size) == 100
    before = margin_rules("binance", "BTC", "linear", at=1_500_000_000 * 10**9)
    assert "known from 2021-03-18 on" in before.price(LONG, 50_000, 10, size)[1]


@given(st.floats(0.001, 20_000), st.floats(1.5, 40), st.sampled_from(["binance", "okx", "bybit", "hyperliquid"]))
@settings(max_examples=15, deadline=None)
def test_more_margin_never_brings_it_nearer(size: float, leverage: float, venue: str) -> None:
    """Also where a position outgrows the tiers that are known."""
    for contract in ("linear", "inverse"):
        for side in Side:
            rules = margin_rules(venue, "BTC", contract)
            places: list[float] = []
            for share in (1, 1.1, 1.5, 2, 4):
                try:
                    price = rules.price(side, 90_000, leverage / share, size)[0]
                except DataError:
                    assert not places, "more margin makes no position impossible"
                    continue
                places.append(side * (90_000 - price) if not math.isnan(price) else math.inf)
            assert places == sorted(places)
            assert all(place > 0 for place in places)


def test_a_position_larger_than_the_tiers_known_takes_the_last_one_and_says_so() -> None:
    rules = margin_rules("okx", "BTC", "linear")
    small, large = (own_liquidation(rules, "isolated", LONG, 90_000, leverage=10, size=size) for size in (9.0, 50.0))
    assert small.price == large.price
    assert (small.known, small.note) == ("exact", "")
    assert large.known == "approximate"
    assert "larger tiers than are known" in large.note


def test_a_table_known_in_part_is_exact_in_its_lowest_tier() -> None:
    rules = margin_rules("binance", "BTC", "linear")
    small, large = (own_liquidation(rules, "isolated", LONG, 90_000, leverage=10, size=size) for size in (1.0, 50.0))
    assert (small.known, small.note, large.known) == ("exact", "", "approximate")
    assert "Only the first tier is known" in large.note


@pytest.mark.parametrize(
    ("venue", "symbol", "quote", "known", "said"),
    [
        ("binance", "QQQCOIN", "USD", "approximate", "no table of QQQCOIN"),
        ("gate", "QQQCOIN", "USD", "unknown", "are not known"),
        ("htx", "BTC", "USD", "unknown", "are not known"),
        ("my own", "BTC", "EUR", "unknown", "are not known"),
        ("binance", "BTC", "KRW", "approximate", "in dollars, amounts here in KRW"),
    ],
)
def test_what_stands_in_for_rules_that_are_not_known(
    venue: str, symbol: str, quote: str, known: str, said: str
) -> None:
    rules = margin_rules(venue, symbol, "linear", quote=quote)
    found = own_liquidation(rules, "isolated", SHORT, 1_000, leverage=5, size=3)
    assert found.known == known
    assert said in found.note
    assert found.price > 1_000


def test_the_common_form_where_a_venue_has_no_rules() -> None:
    rules = margin_rules("my own", "BTC", "linear")
    assert rules.price(LONG, 100, 10)[0] == pytest.approx(100 * (1 - 0.1) / (1 - UNKNOWN_RATE))
    given_amount = margin_rules("my own", "BTC", "linear", rate=0.01, amount=50)
    reference = liquidation_price(
        "binance", "BTC", "short", 100, 10, 20, maintenance_margin_rate=0.01, maintenance_amount=50
    )
    assert given_amount.price(SHORT, 100, 10, 20)[0] == pytest.approx(reference)
    assert math.isnan(rules.max_leverage(100, 1))


def frame(unit: str, limits: list[float], rates: list[float]) -> pd.DataFrame:
    leverage = [1 / (2 * rate) for rate in rates]
    return pd.DataFrame({"limit": limits, "unit": unit, "max_leverage": leverage, "maintenance_margin_rate": rates})


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("size", [1.0, 5.0, 30.0, math.nan])
def test_tiers_that_are_given_are_as_those_of_the_package(side: Side, size: float) -> None:
    """Amounts follow from limits and rates; the price is that of `liquidation_price` with the package's table."""
    table = tier_table("binance", "BTC", at="2024-10-01")
    read = frame("quote", [one.limit for one in table.tiers], [one.maintenance_margin_rate for one in table.tiers])
    rules = margin_rules("binance", "BTC", "linear", tiers=GivenTiers.of(read, "linear"))
    sized = None if math.isnan(size) else size
    expected = liquidation_price("binance", "BTC", side, 90_000, 8, sized, at="2024-10-01")
    assert rules.price(side, 90_000, 8, size)[0] == pytest.approx(expected)
    common = margin_rules("my own", "BTC", "linear", tiers=GivenTiers.of(read, "linear"))
    assert common.price(side, 90_000, 8, size)[0] == pytest.approx(expected)


def test_tiers_of_coins_hold_for_the_whole_position() -> None:
    given_tiers = GivenTiers.of(frame("base", [10, 50, math.inf], [0.004, 0.01, 0.02]), "linear")
    rules = margin_rules("okx", "BTC", "linear", tiers=given_tiers)
    found = own_liquidation(rules, "isolated", LONG, 90_000, leverage=10, size=20)
    expected = liquidation_price("okx", "BTC", "long", 90_000, 10, maintenance_margin_rate=0.01)
    assert (found.price, found.max_leverage, found.known, found.note) == (expected, 50, "given", "")


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        (None, "Expected tiers as liqwidget.margin_tiers"),
        (pd.DataFrame({"limit": [1.0]}), "Expected tiers as liqwidget.margin_tiers"),
        (frame("quote", [], []), "Expected tiers as liqwidget.margin_tiers"),
        (frame("coins", [1], [0.1]), "Expected the unit of tiers"),
        (frame("quote", [2, 1], [0.1, 0.2]), "limits and rates rise"),
        (frame("quote", [1, 2], [0.2, 0.1]), "limits and rates rise"),
        (frame("quote", [1, math.nan], [0.1, 0.2]), "limit of tiers as numbers, was NaN in row 1"),
        (frame("quote", [1], [0.1]).assign(limit="many"), "limit of tiers as numbers"),
    ],
)
def test_tiers_that_are_none_are_refused(tiers: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        GivenTiers.of(tiers, "linear")


def test_a_leverage_that_a_venue_does_not_offer_is_noted() -> None:
    rules = margin_rules("hyperliquid", "BTC", "linear")
    found = own_liquidation(rules, "isolated", LONG, 90_000, leverage=50, size=0.1)
    assert (found.known, found.note) == ("exact", "hyperliquid allows up to 40x for that size")
    assert found.price == rules.price(LONG, 90_000, 50, 0.1)[0]


def test_what_cannot_be_held_is_a_note_or_refused_with_what_can() -> None:
    rules = margin_rules("binance", "BTC", "linear")
    noted = own_liquidation(rules, "isolated", LONG, 90_000, leverage=120, size=500)
    assert math.isnan(noted.price)
    assert "Expected leverage" in noted.note
    with pytest.raises(DataError, match="binance allows up to 25x for that size"):
        own_liquidation(rules, "isolated", LONG, 90_000, leverage=120, size=500, strict=True)
