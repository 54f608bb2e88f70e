"""What is read of a plan: words, frames, lines."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from liqwidget import (
    DataError,
    LiqHeatmap,
    MarketData,
    Side,
    SquareRootImpact,
    estimate,
    plan,
)
from tests.decide.plans import END, PRICE, frames, made, planned
from tests.markets import walk


def test_it_is_frozen_and_says_what_it_assumes() -> None:
    found = planned("long", target=made().last_price() * 1.05, risk=100, account=2_000, leverage=10)
    with pytest.raises(FrozenInstanceError):
        found.stop = 1.0  # type: ignore[misc]
    assert found == planned("long", target=made().last_price() * 1.05, risk=100, account=2_000, leverage=10)
    page = found._repr_html_()
    assert "no advice" in page
    assert "no advice" in repr(found)
    assert "leverage_high" in page
    assert "<td>10x</td>" in page
    assert "BTC</td>" in page
    for one in found.assumptions:
        assert one.endswith(".")
    assert "not that price goes there" in " ".join(found.assumptions)
    kinds = [line.kind for line in found.overlays()]
    assert kinds == ["entry", "stop", "target", "liquidation"]
    assert list(found.margin_frame().columns) == ["margin", "leverage", "liquidation_price", "distance_pct"]


def test_plans_of_the_same_are_equal_where_numbers_are_not_known_too() -> None:
    one, other = (planned("long", risk=10, leverage=1, account=1e9) for _ in range(2))
    assert math.isnan(one.liquidation_price)
    assert one == other
    assert hash(one) == hash(other)
    assert "no price liquidates it" in repr(one)
    assert "none" in one._repr_html_()


def test_amounts_are_named_in_the_quote_currency() -> None:
    ledger = estimate(frames().market(symbol="BTC/EUR", venue="kraken"))
    found = planned("long", ledger=ledger, risk=100)
    assert (found.quote, found.currency, found.symbol) == ("EUR", "EUR", "BTC")
    assert "loses 100.00 EUR" in repr(found)
    assert "$" not in found._repr_html_()
    assert found.to_frame().loc["loss", "unit"] == "EUR"


def test_own_data_without_open_interest_and_volume() -> None:
    market: MarketData = walk(3, 200, interest="none", volume="unknown").market()
    found = plan(estimate(market), "short", leverage=3, risk=5, now=END)
    assert np.isnan([found.volume_share, found.interest_share]).all()
    assert "is a share, not an amount" in " ".join(found.assumptions)


def test_the_heatmap_plans_in_what_it_shows() -> None:
    markets = [walk(7, 320, price=PRICE).market(venue=name) for name in ("okx", "gate")]
    heatmap = LiqHeatmap("BTC", source=markets, venues=("okx",), as_of=pd.Timestamp("2026-01-02", tz="UTC"))
    found = heatmap.plan("long", leverage=4, risk=100)
    law = SquareRootImpact.of(markets[0], "2026-01-02")
    alone = plan(
        heatmap.ledger, Side.LONG, leverage=4, risk=100, at="2026-01-02", venues=["okx"], impact=law,
        count_slippage=False,
    )  # fmt: skip
    assert found == alone
    assert found.venue == "okx"
    assert found.loss == pytest.approx(100)
    assert found.slippage > 0
    with pytest.raises(DataError, match="Expected stop below"):
        heatmap.plan("long", 90_000, leverage=4, risk=1, stop=95_000)
    heatmap.close()
