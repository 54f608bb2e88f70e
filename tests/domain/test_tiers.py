"""The tier tables that ship, and what the reader refuses."""

from __future__ import annotations

import gzip
import itertools
import json
from functools import cache
from typing import Any

import pandas as pd
import pytest

from liqwidget.domain.margin import liquidation_price, venue_cap
from liqwidget.domain.tiers import TierTable, outdated, read_rules, symbol_tables, tier_table, venue_rules, venues
from liqwidget.domain.time import time_ns
from liqwidget.errors import DataError
from tests.recorded import FOLDER, needs_recordings

TABLES = [table for venue in venues() for table in venue_rules(venue).tables]
RECORDED_ON = "2025-06-22"
LINEAR_ON_BINANCE = sorted(
    {
        symbol
        for table in venue_rules("binance").tables
        if table.contract == "linear" and table.started(time_ns(RECORDED_ON)) and not table.approximate
        for symbol in table.symbols
    }
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


MARGINAL = [table for table in TABLES if table.method == "marginal"]


@pytest.mark.parametrize("table", MARGINAL, ids=map(name_of, MARGINAL))
def test_amounts_keep_maintenance_continuous(table: TierTable) -> None:
    """Binance, Bybit and Hyperliquid publish the same rule: c_n = c_(n-1) + floor_n (m_n - m_(n-1))."""
    assert table.tiers[0].maintenance_amount == 0
    for low, high in itertools.pairwise(table.tiers):
        step = low.limit * (high.maintenance_margin_rate - low.maintenance_margin_rate)
        assert high.maintenance_amount == pytest.approx(low.maintenance_amount + step, rel=1e-9, abs=1e-6)


# Venues' pages (../shared/FORMULAS.md, section 1): limit, largest leverage, rate, deduction where it is printed.
BYBIT_BTC = [
    (2e6, 100, 0.005, 0),
    (2.6e6, 90, 0.0056, 1_200),
    (3.2e6, 80, 0.0063, 3_020),
    (3.8e6, 75, 0.0067, 4_300),
    (4.4e6, 70, 0.0071, None),
    (5e6, 65, 0.0077, None),
    (5.6e6, 55, 0.0091, None),
    (8.5e6, 50, 0.01, 20_500),
    (10e6, 45, 0.013, None),
    (14e6, 40, 0.015, None),
    (20e6, 35, 0.016, 80_000),
    (28e6, 30, 0.02, 160_000),
    (38e6, 25, 0.025, 300_000),
    (50e6, 20, 0.029, None),
    (80e6, 14, 0.045, 1_482_000),
]
OCTOBER_2024 = [
    (50e3, 125, 0.004),
    (600e3, 100, 0.005),
    (3e6, 75, 0.0065),
    (12e6, 50, 0.01),
    (70e6, 25, 0.02),
    (100e6, 20, 0.025),
    (230e6, 10, 0.05),
    (480e6, 5, 0.1),
    (600e6, 4, 0.125),
    (800e6, 3, 0.15),
    (1.2e9, 2, 0.25),
    (1.8e9, 1, 0.5),
]


def test_published_amounts() -> None:
    october = tier_table("binance", "BTC", "2024-10-31").tiers
    assert [(tier.limit, tier.max_leverage, tier.maintenance_margin_rate) for tier in october] == OCTOBER_2024
    assert [tier.maintenance_amount for tier in october[:7]] == [0, 50, 950, 11_450, 131_450, 481_450, 2_981_450]
    bybit = {tier.limit: tier for tier in tier_table("bybit", "BTC").tiers}
    for limit, leverage, rate, deduction in BYBIT_BTC:
        tier = bybit[limit]
        assert (tier.max_leverage, tier.maintenance_margin_rate) == (leverage, rate)
        assert deduction is None or tier.maintenance_amount == deduction
    assert tier_table("hyperliquid", "BTC").tiers[1].maintenance_amount == 1_875_000
    for symbol, limit, low, high in [("BTC", 150e6, 40, 20), ("ETH", 100e6, 25, 15), ("SOL", 70e6, 20, 10)]:
        tiers = tier_table("hyperliquid", symbol).tiers
        assert [(tier.limit, tier.max_leverage) for tier in tiers] == [(limit, low), (float("inf"), high)]
        assert [tier.maintenance_margin_rate for tier in tiers] == pytest.approx([0.5 / low, 0.5 / high])
    coin = [tier.maintenance_amount for tier in tier_table("binance", "BTC", contract="inverse").tiers]
    assert [round(amount, 2) for amount in (coin[3], coin[4], coin[6])] == [0.56, 1.81, 11.81]
    # Bitget's own example: 330,000 USDT cost 1,648 USDT with the fee of 0.06 %.
    second = tier_table("bitget", "BTC").tiers[1]
    owed = 330_000 * (second.maintenance_margin_rate + venue_rules("bitget").fee) - second.maintenance_amount
    assert owed == pytest.approx(1_648)


@cache
def recorded_brackets() -> dict[str, Any]:
    path = FOLDER / "data" / "real" / "leverage_tiers" / "binance_leverage_tiers.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return dict(json.load(file))


@needs_recordings
@pytest.mark.parametrize("symbol", LINEAR_ON_BINANCE)
def test_binance_agrees_with_the_recorded_brackets(symbol: str) -> None:
    recorded = [
        (tier["maxNotional"], tier["maxLeverage"], tier["maintenanceMarginRate"], float(tier["info"]["cum"]))
        for tier in recorded_brackets()[f"{symbol}/USDT:USDT"]
    ]
    table = tier_table("binance", symbol, RECORDED_ON)
    tiers = table.tiers
    shipped = [(tier.limit, tier.max_leverage, tier.maintenance_margin_rate, tier.maintenance_amount) for tier in tiers]
    assert shipped == (recorded if table.complete else recorded[: len(shipped)])


def test_the_coins_that_are_compared_with_recorded_brackets() -> None:
    assert {"BTC", "ETH", "SOL", "XRP", "DOGE", "SUI"} <= set(LINEAR_ON_BINANCE)
    assert len(LINEAR_ON_BINANCE) > 35


@pytest.mark.parametrize(
    ("venue", "symbol", "at", "nearest"),
    [
        ("binance", "XRPUSDT", "2025-12-01", 1 / 75 - 0.005),
        ("binance", "ARB", "2025-12-01", 1 / 25 - 0.006),
        ("okx", "SOL-USDT-SWAP", "2022-12-01", 1 / 75 - 0.01),
        ("okx", "SOL-USD-SWAP", "2022-12-01", 1 / 75 - 0.01),
        ("okx", "ALGO", "2023-06-01", 1 / 50 - 0.0065),
        ("okx", "MKR", "2023-09-01", 1 / 50 - 0.0065),
        ("bybit", "1000RATSUSDT", "2025-07-01", 1 / 20 - 0.025),
        ("bybit", "VOXELUSDT", "2025-08-01", 1 / 20 - 0.025),
    ],
)
def test_published_first_tiers(venue: str, symbol: str, at: str, nearest: float) -> None:
    cap = venue_cap(venue, symbol, at)
    assert cap.known
    assert cap.minimum_distance == pytest.approx(nearest)


def test_limits_of_okx_are_contracts_times_their_size() -> None:
    """Of SOL 500 contracts of 1 SOL, or 1,000 of 10 dollars; of MKR 1,500 of 0.01."""
    assert tier_table("okx", "SOL").tiers[0].limit == 500
    assert tier_table("okx", "SOL", contract="inverse").tiers[0].limit == 10_000
    assert tier_table("okx", "MKR").tiers[0].limit == 15


def test_rules_of_today_stand_in_for_a_table_that_is_years_old() -> None:
    """OKX's of SOL are of November 2022; a table without a date, and the newest of a coin, are not outdated."""
    day = [time_ns(f"{year}-12-01") for year in (2022, 2023, 2024, 2025)]
    assert not outdated("okx", "SOL", day[0], day[3])
    assert not outdated("okx", "SOL", day[1], day[3])
    assert outdated("okx", "SOL", day[2], day[3])
    assert outdated("okx", "SOL", day[3], day[3])
    assert not outdated("okx", "BTC", day[3], day[3])
    assert not outdated("bitget", "BTC", day[3], day[3])
    assert not outdated("okx", "SOL", time_ns("2020-01-01"), day[3])


def test_tiers_of_size_hold_for_the_whole_position() -> None:
    """OKX: contracts choose the tier, price does not; its rate holds for all of the position, without an amount."""
    aave = [str(table.since)[:10] for table in symbol_tables("okx", "AAVE")]
    assert aave == ["2023-05-19", "2023-08-07"]
    for size, rate in ((1_500 * 100, 0.005), (1_500 * 100 + 1, 0.0075), (6_000 * 100, 0.01)):
        expected = 0.5 * (1 - 1 / 10) / (1 - rate - 0.0005)
        assert liquidation_price("okx", "ADA", "long", 0.5, 10, size) == pytest.approx(expected)
    with pytest.raises(DataError, match=r"size up to 600000 \[base\]"):
        liquidation_price("okx", "ADA", "long", 0.5, 10, 6_001 * 100)


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
