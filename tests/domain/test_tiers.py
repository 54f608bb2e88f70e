"""The tier tables that ship, and what the reader refuses."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from liqwidget.domain.tiers import TierTable, read_rules, symbol_tables, tier_table, venue_rules, venues
from liqwidget.errors import DataError

TABLES = [table for venue in venues() for table in venue_rules(venue).tables]
SHARED_TIERS = (
    Path(__file__).resolve().parents[3]
    / "shared"
    / "data"
    / "real"
    / "leverage_tiers"
    / "binance_leverage_tiers.json.gz"
)


def name_of(table: TierTable) -> str:
    return f"{table.venue}-{table.symbols[0]}-{table.contract}-{str(table.since)[:10]}"


def test_the_main_venues_have_tables() -> None:
    assert {"binance", "bybit", "okx", "hyperliquid", "bitget", "gate"} == set(venues())
    for venue in ("binance", "bybit", "okx", "hyperliquid"):
        assert symbol_tables(venue, "BTC")
    assert [str(table.since)[:10] for table in symbol_tables("binance", "BTC")] == [
        "2021-03-18",
        "2024-10-01",
        "2025-08-19",
    ]


@pytest.mark.parametrize("table", TABLES, ids=map(name_of, TABLES))
def test_tables_are_in_order(table: TierTable) -> None:
    assert table.source
    assert pd.Timestamp(table.read_on) >= pd.Timestamp("2026-01-01")
    assert table.note or not (table.approximate or not table.complete)
    for low, high in itertools.pairwise(table.tiers):
        assert low.limit < high.limit
        assert low.max_leverage > high.max_leverage
        assert low.maintenance_margin_rate < high.maintenance_margin_rate
    for tier in table.tiers:
        assert 1 / tier.max_leverage > tier.maintenance_margin_rate + venue_rules(table.venue).fee


@pytest.mark.parametrize("table", TABLES, ids=map(name_of, TABLES))
def test_amounts_keep_maintenance_continuous(table: TierTable) -> None:
    """Binance, Bybit and Hyperliquid publish the same rule: c_n = c_(n-1) + floor_n (m_n - m_(n-1))."""
    assert table.tiers[0].maintenance_amount == 0
    for low, high in itertools.pairwise(table.tiers):
        step = low.limit * (high.maintenance_margin_rate - low.maintenance_margin_rate)
        assert high.maintenance_amount == pytest.approx(low.maintenance_amount + step, rel=1e-9, abs=1e-6)


def test_published_amounts() -> None:
    october = tier_table("binance", "BTC", "2024-10-31").tiers
    assert [tier.maintenance_amount for tier in october[:7]] == [0, 50, 950, 11_450, 131_450, 481_450, 2_981_450]
    bybit = {tier.limit: tier.maintenance_amount for tier in tier_table("bybit", "BTC").tiers}
    published = {2.6e6: 1_200, 3.8e6: 4_300, 8.5e6: 20_500, 20e6: 80_000, 28e6: 160_000, 38e6: 300_000, 80e6: 1_482_000}
    assert {limit: bybit[limit] for limit in published} == published
    assert tier_table("hyperliquid", "BTC").tiers[1].maintenance_amount == 1_875_000
    coin = [tier.maintenance_amount for tier in tier_table("binance", "BTC", contract="inverse").tiers]
    assert [round(amount, 2) for amount in (coin[3], coin[4], coin[6])] == [0.56, 1.81, 11.81]
    # Bitget's own example: 330,000 USDT cost 1,648 USDT with the fee of 0.06 %.
    second = tier_table("bitget", "BTC").tiers[1]
    owed = 330_000 * (second.maintenance_margin_rate + venue_rules("bitget").fee) - second.maintenance_amount
    assert owed == pytest.approx(1_648)


@pytest.mark.skipif(not SHARED_TIERS.exists(), reason="the recorded Binance brackets are not beside this checkout")
@pytest.mark.parametrize("symbol", ["BTC", "ETH", "SOL"])
def test_binance_agrees_with_the_recorded_brackets(symbol: str) -> None:
    with gzip.open(SHARED_TIERS, "rt", encoding="utf-8") as file:
        brackets = json.load(file)[f"{symbol}/USDT:USDT"]
    tiers = tier_table("binance", symbol, "2025-06-22").tiers
    recorded = [
        (tier["maxNotional"], tier["maxLeverage"], tier["maintenanceMarginRate"], float(tier["info"]["cum"]))
        for tier in brackets
    ]
    shipped = [(tier.limit, tier.max_leverage, tier.maintenance_margin_rate, tier.maintenance_amount) for tier in tiers]
    assert shipped == recorded


def rules_text(**changes: Any) -> str:
    tiers: list[dict[str, Any]] = [
        {"limit": 10, "max_leverage": 50, "maintenance_margin_rate": 0.01, "maintenance_amount": 0},
        {"limit": None, "max_leverage": 10, "maintenance_margin_rate": 0.05, "maintenance_amount": 0.4},
    ]
    table = {
        "symbols": ["BTC"],
        "contract": "linear",
        "valid_from": None,
        "source": "a page",
        "read_on": "2026-11-22",
        "approximate": False,
        "complete": True,
        "method": "marginal",
        "limit_unit": "quote",
        "tiers": tiers,
    }
    for name, value in changes.items():
        if name in table:
            table[name] = value
        else:
            tiers[1][name] = value
    return json.dumps({"venue": "x", "maintenance_on": "mark", "fee": 0, "formula": "a page", "tables": [table]})


def test_rules_are_read() -> None:
    table = read_rules(rules_text(), "x.json").tables[0]
    assert table.tiers[1].limit == float("inf")
    assert table.since is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"limit": 5}, "Expected limits to rise"),
        ({"max_leverage": 60}, "Expected .*"),
        ({"max_leverage": 50, "maintenance_margin_rate": 0.015}, "Expected leverage to fall"),
        ({"maintenance_margin_rate": 0.01}, "Expected rates to rise"),
        ({"maintenance_margin_rate": 0.1}, "Expected rates above 0 and under 1 / max_leverage"),
        ({"maintenance_margin_rate": None}, "Expected numbers"),
        ({"contract": "round"}, "Expected contract"),
        ({"limit_unit": "base"}, "Expected limit_unit quote"),
        ({"method": "half"}, "Expected limit_unit None"),
        ({"valid_from": "once"}, "Expected valid_from as a time"),
        ({"tiers": []}, "Expected tiers whose first"),
    ],
)
def test_broken_rules_are_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(DataError, match=f"(?s)x.json.*{text}"):
        read_rules(rules_text(**changes), "x.json")


def test_rules_without_a_field_are_refused() -> None:
    with pytest.raises(DataError, match=r"x\.json.*KeyError\('venue'\)"):
        read_rules("{}", "x.json")
