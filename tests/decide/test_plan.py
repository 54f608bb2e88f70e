"""A plan: its laws on a simulated market, size, own liquidation, and the stop that is proposed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import (
    Side,
    SquareRootImpact,
    cascade,
    estimate,
    find_clusters,
    find_gaps,
    liquidation_price,
    plan,
    profile,
)
from tests.decide.plans import END, PRICE, frames, made, planned
from tests.markets import Frames, walk

# ---------------------------------------------------------------------- laws


@given(
    st.sampled_from(["long", "short"]), st.floats(0.003, 0.1), st.floats(1, 1e6), st.floats(0, 0.002), st.floats(2, 8)
)
@settings(max_examples=6, deadline=None)
def test_a_fixed_risk_loses_that_risk_at_the_stop(
    side: str, away: float, risk: float, fee: float, leverage: float
) -> None:
    sign = int(Side.parse(side))
    stop = PRICE * (1 - sign * away)
    found = planned(side, PRICE, stop=stop, risk=risk, fee=fee, leverage=leverage)
    moved = found.size * sign * (PRICE - stop)
    assert moved + fee * found.size * (PRICE + stop) == pytest.approx(risk)
    assert found.loss == pytest.approx(risk)
    assert found.margin * leverage == pytest.approx(found.value)
    expected = liquidation_price("binance", "BTC", side, PRICE, leverage, found.size)
    assert found.liquidation_price == pytest.approx(expected)
    assert found.liquidations[0].price == found.liquidation_price
    places = [sign * (PRICE - step.liquidation_price) for step in found.added_margin]
    assert [place for place in places if not math.isnan(place)] == sorted(p for p in places if not math.isnan(p))
    assert found.added_margin[0].liquidation_price == found.liquidation_price


@pytest.mark.parametrize("contract", ["linear", "inverse"])
@pytest.mark.parametrize("side", ["long", "short"])
def test_one_entry_is_the_same_entry_twice(side: str, contract: str) -> None:
    one = planned(side, PRICE, risk=0.5, contract=contract)
    two = planned(side, [PRICE, PRICE], weights=[2, 2], risk=0.5, contract=contract)
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame())
    assert (one.stop_reason, one.liquidations, one.on_the_way) == (two.stop_reason, two.liquidations, two.on_the_way)


@pytest.mark.parametrize("factor", [1e-9, 0.01, 30.0])
def test_scaling_prices_scales_the_plan(factor: float) -> None:
    """A coin of tiny price as one of large: prices scale, shares and money stay."""
    scaled = estimate(frames().scaled(factor, 1 / factor).market())
    for side in ("long", "short"):
        sign = int(Side.parse(side))
        options: dict[str, Any] = {
            "stop": PRICE * (1 - sign * 0.02),
            "target": PRICE * (1 + sign * 0.05),
            "risk": 100,
            "fee": 0.0005,
        }
        one = planned(side, PRICE, **options)
        options |= {name: options[name] * factor for name in ("stop", "target")}
        other = planned(side, PRICE * factor, ledger=scaled, **options)
        for name in ("entry", "stop", "target", "liquidation_price", "break_even", "stop_fill"):
            assert getattr(other, name) == pytest.approx(getattr(one, name) * factor)
        for name in ("value", "margin", "loss", "reward", "reward_to_risk", "chance_stop"):
            assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6)
        assert other.size == pytest.approx(one.size / factor)
        assert "e-" not in repr(other)


def test_nothing_later_changes_a_plan() -> None:
    at = END - pd.Timedelta("12h")
    whole = plan(made(), "long", PRICE, leverage=5, risk=100, at=at)
    cut = Frames(frames().candles[: 600 - 144], frames().open_interest[: 600 - 144 + 1], "5m")  # type: ignore[index]
    earlier = plan(estimate(cut.market()), "long", PRICE, leverage=5, risk=100, at=at)
    pd.testing.assert_frame_equal(whole.to_frame(), earlier.to_frame())
    assert (whole.on_the_way, whole.warnings, whole.stop_reason) == (
        earlier.on_the_way, earlier.warnings, earlier.stop_reason,
    )  # fmt: skip


# ---------------------------------------------------------------------- size


def test_size_by_hand() -> None:
    """500 lost from 91,000 to 90,000 is half a coin; at 95,000 it earns 2,000, four times that."""
    found = planned("long", 91_000, stop=90_000, target=95_000, risk=500)
    assert (found.size, found.value, found.margin) == pytest.approx((0.5, 45_500, 9_100))
    assert (found.reward, found.reward_to_risk) == pytest.approx((2_000, 4))
    assert found.to_frame().loc["size", "value"] == pytest.approx(0.5)
    assert found.to_frame().loc["stop", "distance_pct"] == pytest.approx(-100 / 91)
    assert found.to_frame()["unit"][["size", "entry", "loss", "leverage"]].tolist() == ["BTC", "USD/BTC", "USD", "x"]
    assert "" not in found.to_frame()["unit"].to_numpy()


def test_how_large_it_is_beside_the_market() -> None:
    found = planned("long", size=2)
    rows = frames()
    candles, interest = rows.candles.iloc[-288:], rows.open_interest
    assert interest is not None
    day = float((candles["volume"] * candles["close"]).sum())
    last = float(candles["close"].iloc[-1])
    assert found.volume_share == pytest.approx(2 * last / day)
    assert found.interest_share == pytest.approx(2 / float(interest["open_interest"].iloc[-1]), rel=0.05)


def test_ways_to_say_a_size_agree() -> None:
    kept: dict[str, Any] = {"stop": 90_000, "leverage": None}
    by_risk = planned("long", 91_000, **(kept | {"risk": 500, "leverage": 4}))
    others = [
        planned("long", 91_000, **(kept | options))
        for options in (
            {"risk": "2.5%", "account": 20_000, "leverage": 4},
            {"risk": 500, "margin": 45_500 / 4},
            {"size": 0.5, "leverage": 4},
            {"size": 0.5, "margin": 45_500 / 4},
            {"leverage": 4, "margin": 45_500 / 4},
        )
    ]
    for other in others:
        assert (other.size, other.margin, other.leverage, other.loss) == pytest.approx(
            (by_risk.size, by_risk.margin, by_risk.leverage, by_risk.loss)
        )
        assert other.liquidation_price == pytest.approx(by_risk.liquidation_price)


def test_without_a_size_prices_are_said_and_money_is_not_known() -> None:
    found = planned("short", 91_000, stop=92_000, target=89_000, leverage=10)
    assert math.isnan(found.size)
    assert math.isnan(found.loss)
    assert found.reward_to_risk == pytest.approx(2)
    assert found.liquidation_price == liquidation_price("binance", "BTC", "short", 91_000, 10)
    assert found.added_margin == ()
    assert "lowest tier" in " ".join(found.assumptions)
    assert "loses" not in repr(found)


def test_scaling_in_has_an_average_entry() -> None:
    found = planned("long", [91_000, 90_000], weights=[1, 3], stop=89_000, risk=500)
    assert found.entry == pytest.approx(90_250)
    assert found.size * (90_250 - 89_000) == pytest.approx(500)
    assert found.weights == (0.25, 0.75)
    assert "25% at 91,000.0, 75% at 90,000.0" in found.assumptions[-1]
    inverse = planned("short", [40_000, 60_000], stop=61_000, size=1, contract="inverse")
    assert inverse.entry == pytest.approx(48_000)
    assert [line.label for line in found.overlays()] == [
        "entry 1", "entry 2", "average entry", "stop", "own liquidation (binance, isolated)",
    ]  # fmt: skip


def test_an_inverse_contract_is_reckoned_in_its_coin() -> None:
    """1 BTC long at 50,000 is 50,000 USD; at 40,000 that is 1.25 BTC, a loss of 0.25."""
    found = planned("long", 50_000, stop=40_000, target=62_500, size=1, contract="inverse", leverage=2, venue="bybit")
    assert (found.value, found.loss, found.reward) == pytest.approx((50_000, 0.25, 0.2))
    assert (found.currency, found.quote) == ("BTC", "USD")
    assert found.liquidation_price == pytest.approx(
        liquidation_price("bybit", "BTC", "long", 50_000, 2, 1, contract="inverse")
    )
    assert found.to_frame().loc["loss", "unit"] == "BTC"
    assert "0.25 BTC" in repr(found)


def test_slippage_is_part_of_the_risk_unless_it_is_only_shown() -> None:
    law = SquareRootImpact(0.03, 1e8)
    options: dict[str, Any] = {"stop": 90_000, "risk": 5_000, "impact": law}
    counted = planned("long", 91_000, **options)
    shown = planned("long", 91_000, **(options | {"count_slippage": False}))
    assert counted.size < shown.size
    assert shown.size == pytest.approx(5)
    assert counted.stop_fill < 90_000
    assert counted.size * (91_000 - counted.stop_fill) == pytest.approx(5_000)
    assert counted.slippage == pytest.approx(1 - counted.stop_fill / 90_000)
    found = cascade(made(), 90_000 / counted.last_price - 1, impact=law)
    assert counted.stop_in_cascade == found.price_end


# ---------------------------------------------------------------------- own liquidation


def test_by_venue_and_margin_mode() -> None:
    ledger = estimate([walk(7, 300, price=PRICE).market(venue=name) for name in ("okx", "binance", "kraken")])
    found = planned("long", ledger=ledger, risk=100, account=5_000, venue="binance")
    table = found.liquidations_frame().set_index(["venue", "mode"])
    assert list(table.index) == [
        (venue, mode) for venue in ("binance", "okx", "kraken") for mode in ("isolated", "cross")
    ]
    assert {one.known for one in found.liquidations if one.venue == "kraken"} == {"unknown"}
    for venue in ("binance", "okx"):
        for mode, behind in (("isolated", found.leverage), ("cross", found.value / 5_000)):
            expected = liquidation_price(venue, "BTC", "long", found.entry, behind, found.size)
            assert table.loc[(venue, mode), "price"] == pytest.approx(expected, nan_ok=True)
    cross = planned("long", ledger=ledger, risk=100, account=5_000, venue="okx", mode="cross", leverage=None)
    backed = liquidation_price("okx", "BTC", "long", cross.entry, None, cross.size, margin=5_000)
    assert cross.liquidation_price == pytest.approx(backed, nan_ok=True)


@pytest.mark.parametrize("mode", ["isolated", "cross"])
@pytest.mark.parametrize(("side", "stop"), [("long", 80_000), ("short", 102_000)])
def test_how_much_margin_puts_the_own_liquidation_behind_the_stop(mode: str, side: str, stop: float) -> None:
    options: dict[str, Any] = {"stop": stop, "size": 3, "leverage": None, "mode": mode}
    found = planned(side, 91_000, margin=20_000, account=20_000, **options)
    assert "liquidation_before_stop" in found.codes
    assert "more margin would put it behind" in " ".join(map(str, found.warnings))
    enough = found.margin_for_stop
    after = planned(side, 91_000, margin=enough * 1.0001, account=enough * 1.0001, **options)
    assert "liquidation_before_stop" not in after.codes
    assert after.liquidation_price == pytest.approx(stop, rel=1e-4)
    assert math.isnan(after.margin_for_stop)


def test_the_venue_may_be_one_that_is_not_shown_and_its_rate_be_given() -> None:
    found = planned("long", 91_000, venue="hyperliquid", size=1)
    assert found.liquidation_price == liquidation_price("hyperliquid", "BTC", "long", 91_000, 5, 1)
    given_rate = planned("long", 91_000, size=1, maintenance_margin_rate=0.02, maintenance_amount=10)
    expected = liquidation_price(
        "binance", "BTC", "long", 91_000, 5, 1, maintenance_margin_rate=0.02, maintenance_amount=10
    )
    assert given_rate.liquidation_price == expected
    assert "as given" in " ".join(given_rate.assumptions)


def test_tiers_in_force_at_the_time() -> None:
    rows = walk(7, 300, price=PRICE)
    old = Frames(rows.candles.set_index(pd.DatetimeIndex(rows.candles.index).shift(-500, "D")), None, "5m")
    ledger = estimate(old.market())
    now = plan(ledger, "long", 91_000, leverage=100, size=3)
    then = plan(ledger, "long", 91_000, leverage=100, size=3, at=pd.Timestamp("2024-10-01", tz="UTC"), stop=90_900)
    assert (now.max_leverage, then.max_leverage) == (150, 100)


# ---------------------------------------------------------------------- stop, clusters, gaps


@pytest.mark.parametrize("side", ["long", "short"])
def test_a_stop_is_proposed_behind_a_cluster_or_in_a_gap_in_front_of_the_own_liquidation(side: str) -> None:
    sign = int(Side.parse(side))
    found = planned(side, risk=100, leverage=3)
    assert found.stop_proposed
    assert sign * (found.entry - found.stop) > 0
    assert sign * (found.stop - found.liquidation_price) > 0
    assert not any(one.price_low <= found.stop <= one.price_high for one in find_clusters(made()))
    beyond = any(math.isclose(found.stop, edge, rel_tol=0.0011) for one in find_clusters(made())
                 for edge in (one.price_low, one.price_high))  # fmt: skip
    inside = any(one.price_low < found.stop < one.price_high for one in find_gaps(made()))
    assert beyond or inside
    assert found.stop_reason.startswith(("just beyond the cluster", "inside the gap"))
    assert "stop_in_cluster" not in found.codes


def test_where_no_cluster_or_gap_leaves_room_the_stop_is_before_the_own_liquidation() -> None:
    found = planned("long", risk=10, leverage=120)
    assert found.entry > found.stop > found.liquidation_price
    assert "no cluster or gap" in found.stop_reason


def test_what_lies_on_the_way_and_is_liquidated_there() -> None:
    found = planned("long", target=made().last_price() * 1.08, risk=100)
    frame = found.on_the_way_frame()
    assert set(frame["where"]) <= {"at entry", "to stop", "to liquidation", "to target"}
    ahead = frame[frame["where"] == "to target"]
    assert ((ahead["price_low"] < found.target) & (ahead["price_high"] > found.entry)).all()
    assert len(ahead)
    swept = profile(made(), [found.last_price, found.target])
    assert found.liquidated_to_target == pytest.approx(float(swept.short[0]))
    without = planned("long", risk=100).on_the_way_frame()
    assert (without["where"] == "ahead").sum() == 3
