"""Margin tiers that venues show to everyone: read by ccxt, used where the package has no table of the contract."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import liqwidget
from liqwidget.domain.margin import UNKNOWN_DISTANCE, venue_cap
from liqwidget.domain.tiers import tier_table
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError, SourceError
from liqwidget.market.fetch import fetch_history
from liqwidget.market.venue import reader
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.tiers import COLUMNS, read_tiers
from liqwidget.market.venue.venues import venue
from tests.loops import run
from tests.venues import faults
from tests.venues.clients import _rewritten

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData
    from tests.venues.server import VenueServer


def options(server: VenueServer) -> dict[str, Any]:
    now = server.clock.now * 1_000_000
    return {
        "address": lambda name, url: str(_rewritten(url, server.base, name)),
        "clock": lambda: now,
        "paced": False,
        "first_wait": 0.01,
        "request_seconds": 30.0,
    }


def market(server: VenueServer, name: str, symbol: str) -> MarketData:
    since = pd.Timestamp(server.clock.now, unit="ms", tz="UTC") - pd.Timedelta(hours=6)
    return fetch_history(name, symbol, "5m", since, **options(server)).market()


# ------------------------------------------------------------------ with the real ccxt


def test_they_are_what_the_venue_lists(server: VenueServer) -> None:
    bybit = liqwidget.margin_tiers("bybit", "BTC", **options(server))
    assert bybit.columns.tolist() == list(COLUMNS)
    assert bybit.to_numpy().tolist() == [
        [2e6, "quote", 100.0, 0.005],
        [4e6, "quote", 50.0, 0.01],
        [8e6, "quote", 25.0, 0.02],
    ]
    assert bybit.attrs["source"] == "bybit, today"
    okx = liqwidget.margin_tiers("okx", "BTC", **options(server))
    assert okx[["limit", "unit"]].to_numpy().tolist() == [[5.0, "base"], [10.0, "base"], [20.0, "base"]]
    assert okx["maintenance_margin_rate"].tolist() == [0.004, 0.008, 0.016]
    (hyperliquid,) = liqwidget.margin_tiers("hyperliquid", "BTC", **options(server)).to_numpy().tolist()
    assert hyperliquid == [math.inf, "quote", 40.0, 0.0125]


def test_a_contract_without_a_table_is_read_with_the_tiers_of_today(server: VenueServer) -> None:
    assert not venue_cap("bybit", "ETH").known
    found = market(server, "bybit", "ETH")
    assert found.minimum_distance == pytest.approx(1 / 100 - 0.005)
    assert found.maintenance_margin_rate == 0.005
    assert "bybit: today's margin tiers (up to 100x, maintenance 0.50%) stand for the past" in found.notes
    assert not any("no margin tiers known" in note for note in found.notes)


def test_one_with_a_table_is_not_asked_for(server: VenueServer) -> None:
    found = market(server, "bybit", "BTC")
    assert server.asked("bybit", "tiers") == []
    assert found.minimum_distance == venue_cap("bybit", "BTC", found.time[0]).minimum_distance


def test_one_with_a_table_that_is_years_old_is_read_with_the_tiers_of_today(
    server: VenueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def old(*question: object) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(reader, "outdated", old)
    found = market(server, "okx", "ETH")
    assert len(server.asked("okx", "tiers")) == 1
    now = server.clock.now * 1_000_000
    assert asked == [("okx", "ETH", now - 6 * HOUR, now, "linear")]
    assert any("okx: today's margin tiers" in note for note in found.notes)


def test_where_they_cannot_be_read_the_map_is_there_and_says_so(server: VenueServer) -> None:
    server.faults.inject(faults.Status(403), venue="bybit", kind="tiers", times=None)
    found = market(server, "bybit", "ETH")
    assert found.minimum_distance == venue_cap("bybit", "ETH").minimum_distance
    assert any(note.startswith("margin tiers could not be read: bybit") for note in found.notes)


# ------------------------------------------------------------------ what else the venues' documents show


def instrument(name: str, *, inverse: bool = False, size: float = 1.0, factor: int = 1) -> Instrument:
    wanted = parse_symbol("BTC/USD:BTC" if inverse else "BTC")
    return Instrument(name, "BTC/USDT:USDT", "BTCUSDT", wanted, "USDT", inverse, size, factor)


def read(name: str, rows: object, contract: Instrument) -> pd.DataFrame:
    async def call(method: str, symbol: str) -> object:
        assert (method, symbol) == ("fetch_market_leverage_tiers", "BTC/USDT:USDT")
        return rows

    listed = SimpleNamespace(markets={contract.symbol: {}})
    client: Any = SimpleNamespace(venue=venue(name), api=listed, call=call)
    return run(read_tiers(client, contract))


def test_an_amount_of_the_currency_of_settlement_is_dollars_or_coins() -> None:
    rows = [{"maxNotional": 20_000, "maxLeverage": 125, "maintenanceMarginRate": 0.004}]
    for name in ("bybit", "gate"):
        assert read(name, rows, instrument(name))["unit"].tolist() == ["quote"]
        assert read(name, rows, instrument(name, inverse=True))["unit"].tolist() == ["base"]


def test_contracts_become_coins_or_dollars() -> None:
    rows = [{"maxNotional": 500, "maxLeverage": 100, "maintenanceMarginRate": 0.004}]
    for name in ("okx", "htx"):
        assert read(name, rows, instrument(name, size=0.01))[["limit", "unit"]].to_numpy().tolist() == [[5.0, "base"]]
        dollars = read(name, rows, instrument(name, inverse=True, size=100.0))
        assert dollars[["limit", "unit"]].to_numpy().tolist() == [[50_000.0, "quote"]]
    assert read("okx", rows, instrument("okx", factor=1000))["limit"].tolist() == [500_000.0]


@pytest.mark.parametrize(
    "row",
    [
        {"maxNotional": 500, "maxLeverage": "no", "maintenanceMarginRate": 0.004},
        {"maxNotional": 500, "maxLeverage": 0, "maintenanceMarginRate": 0.004},
        {"maxNotional": 500, "maxLeverage": 100, "maintenanceMarginRate": None},
        {"maxNotional": 500, "maxLeverage": 100, "maintenanceMarginRate": 1.5},
        "<b>words</b>",
    ],
)
def test_what_cannot_be_a_tier_is_refused(row: object) -> None:
    with pytest.raises(SourceError, match="bybit sent margin tiers of BTCUSDT that cannot be used"):
        read("bybit", [row], instrument("bybit"))


@pytest.mark.parametrize("info", [{"maxLeverage": 0}, {"maxLeverage": "no"}, {}, None])
def test_a_largest_leverage_that_is_none_is_refused(info: object) -> None:
    listed = SimpleNamespace(markets={"BTC/USDT:USDT": {"info": info}})
    client: Any = SimpleNamespace(venue=venue("hyperliquid"), api=listed, call=None)
    with pytest.raises(SourceError, match="hyperliquid sent margin tiers of BTCUSDT that cannot be used"):
        run(read_tiers(client, instrument("hyperliquid")))


def test_a_venue_that_needs_a_key_gives_the_table_of_the_package() -> None:
    found = liqwidget.margin_tiers("binance", "BTCUSDT")
    table = tier_table("binance", "BTC")
    assert found["limit"].tolist() == [tier.limit for tier in table.tiers]
    assert set(found["unit"]) == {table.limit_unit}
    assert table.read_on in found.attrs["source"]
    with pytest.raises(SourceError, match="only to those with a key"):
        read("binance", [], instrument("binance"))
    with pytest.raises(DataError, match="tiers on binance"):
        liqwidget.margin_tiers("binance", "PEPE")
    assert venue_cap("binance", "PEPE").minimum_distance == UNKNOWN_DISTANCE
