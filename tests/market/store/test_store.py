"""`liqwidget.store`: what is stored is listed, forgotten and exported in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import liqwidget
from liqwidget.errors import DataError
from liqwidget.market.simulated.sample import VenueSample, sample_market
from liqwidget.market.store.account_log import Account, AccountLog, AccountSnapshot
from liqwidget.market.store.days import Store
from liqwidget.market.venue.accounts import Held
from tests.ledgers import content
from tests.trade_walks import trade_walk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def published() -> VenueSample:
    return sample_market("BTC", days=3).venues["okx"]


@pytest.fixture
def filled(published: VenueSample) -> Store:
    store = Store()
    store.write("okx", "BTC/USDT:USDT", "candles", "5m", published.candles)
    store.write("okx", "BTC/USDT:USDT", "liquidations", None, published.liquidations)
    store.write("bybit", "ETH/USDT:USDT", "funding", None, published.funding)
    return store


def test_the_store_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIQWIDGET_HOME", str(tmp_path / "own"))
    assert liqwidget.store.location() == tmp_path / "own" / "store"
    assert liqwidget.store.list().empty
    assert not (tmp_path / "own").exists()


@pytest.mark.usefixtures("filled")
def test_list_shows_one_row_a_series(published: VenueSample) -> None:
    listed = liqwidget.store.list()
    assert listed[["venue", "symbol", "kind", "timeframe", "days", "rows", "set_aside"]].to_numpy().tolist() == [
        ["bybit", "ETH/USDT:USDT", "funding", "events", 4, len(published.funding), 0],
        ["okx", "BTC/USDT:USDT", "candles", "5m", 3, len(published.candles), 0],
        ["okx", "BTC/USDT:USDT", "liquidations", "events", 3, len(published.liquidations), 0],
    ]
    assert listed["first"].iloc[1] == published.candles.index[0]
    assert listed["last"].iloc[1] == published.candles.index[-1]
    assert (listed["bytes"] > 0).all()
    assert len(liqwidget.store.list(symbol="BTC")) == 2
    assert liqwidget.store.list(kind="candles", timeframe="1m").empty


@pytest.mark.usefixtures("filled")
def test_chunks_are_the_stored_rows_day_by_day(published: VenueSample) -> None:
    whole = liqwidget.store.read("okx", "BTC", "candles")
    parts = list(liqwidget.store.chunks("okx", "BTC", "candles"))
    assert [len(pd.DatetimeIndex(part.index).floor("D").unique()) for part in parts] == [1, 1, 1]
    pd.testing.assert_frame_equal(pd.concat(parts), whole)
    since, until = published.candles.index[[100, 700]]
    some = list(liqwidget.store.chunks("okx", "BTC", "candles", since=since, until=until))
    pd.testing.assert_frame_equal(pd.concat(some), whole[(whole.index >= since) & (whole.index < until)])
    with pytest.raises(DataError, match="one stored series of okx ETH trades, was none"):
        liqwidget.store.chunks("okx", "ETH")


def test_stored_trades_make_a_market(filled: Store) -> None:
    """Trades of three days, read a day at a time, as a market in one go."""
    walk = trade_walk(8, 500, 60.0)
    filled.write("okx", "BTC/USDT:USDT", "trades", None, walk.trades)
    made = liqwidget.MarketData.from_trades(liqwidget.store.chunks("okx"), walk.open_interest, timeframe="1h")
    assert content(made) == content(liqwidget.MarketData.from_trades(walk.trades, walk.open_interest, timeframe="1h"))


@pytest.mark.usefixtures("filled")
def test_prune_forgets_whole_days() -> None:
    assert liqwidget.store.prune("2026-01-29 12:00", venue="okx", kind="candles") == 1
    assert liqwidget.store.list()["days"].tolist() == [4, 2, 3]
    assert liqwidget.store.prune(since="2026-01-30", symbol="BTC") == 2
    assert liqwidget.store.list()["days"].tolist() == [4, 1, 2]
    assert liqwidget.store.prune("1d") == 7
    assert liqwidget.store.list().empty


def test_prune_takes_what_was_set_aside(filled: Store) -> None:
    path = max(filled.root.rglob("*.parquet"))
    path.rename(path.with_name(f"{path.name}.corrupt-1"))
    assert liqwidget.store.list()["set_aside"].tolist() == [0, 0, 1]
    liqwidget.store.prune(venue="okx")
    assert liqwidget.store.list()["venue"].tolist() == ["bybit"]


@pytest.mark.usefixtures("filled")
def test_export_writes_what_any_program_reads(tmp_path: Path, published: VenueSample) -> None:
    out = liqwidget.store.export(tmp_path / "out", venue="okx")
    assert sorted(path.name for path in out) == [
        "okx_BTC%2FUSDT%3AUSDT_candles_5m.parquet",
        "okx_BTC%2FUSDT%3AUSDT_liquidations_events.parquet",
    ]
    pd.testing.assert_frame_equal(pd.read_parquet(out[0]), published.candles, check_freq=False)
    (csv,) = liqwidget.store.export(tmp_path / "funding.csv", kind="funding")
    assert csv == tmp_path / "funding.csv"
    assert len(pd.read_csv(csv)) == len(published.funding)
    assert [path.suffix for path in liqwidget.store.export(tmp_path / "texts", form="csv")] == [".csv"] * 3
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.usefixtures("filled")
def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Expected a time or a name of what to remove"):
        liqwidget.store.prune()
    with pytest.raises(DataError, match="Expected before as a time"):
        liqwidget.store.prune("soon")
    with pytest.raises(DataError, match="Expected form as 'parquet' or 'csv'"):
        liqwidget.store.export(tmp_path, form="pickle")
    with pytest.raises(DataError, match="Expected form as 'parquet' or 'csv', as the file's name says"):
        liqwidget.store.export(tmp_path / "a.csv", kind="funding", form="parquet")
    with pytest.raises(DataError, match="Expected one series for one file, was 3: bybit ETH/USDT:USDT funding events;"):
        liqwidget.store.export(tmp_path / "a.csv")
    with pytest.raises(DataError, match="Expected a series stored in"):
        liqwidget.store.export(tmp_path, venue="gate")


def test_snapshots_of_accounts_are_listed_and_forgotten(filled: Store) -> None:
    log = AccountLog("hyperliquid")
    address = f"0x{7:040x}"
    days = [int(pd.Timestamp(day, tz="UTC").value) for day in ("2026-01-28 10:00", "2026-01-29", "2026-01-29 12:00")]
    for time in days:
        held = (Held("BTC", 1.0, 100.0, 90.0, 10.0),)
        log.close(AccountSnapshot(time, {address: Account(address, time, held)}, {}, "accounts that were named"))
    log.add([Account(address, days[-1], ())])
    name = log.name(address)
    (listed,) = liqwidget.store.list(kind="accounts").to_dict("records")
    ends = [pd.Timestamp(day, tz="UTC") for day in (days[0], days[-1])]
    assert [listed["first"], listed["last"]] == ends
    wanted = {"venue": "hyperliquid", "symbol": "", "timeframe": "events", "rows": 3, "days": 4, "set_aside": 0}
    assert {key: listed[key] for key in wanted} == wanted
    assert listed["bytes"] == sum(path.stat().st_size for path in log.folder.glob("*.jsonl"))
    assert len(liqwidget.store.list()) == 4
    assert liqwidget.store.list(symbol="BTC", venue="hyperliquid").empty
    assert address not in liqwidget.store.list().to_csv()
    assert liqwidget.store.prune(symbol="ETH") == 4
    assert liqwidget.store.prune("2026-01-29 12:00", kind="accounts") == 1
    assert liqwidget.store.prune(since="2026-01-30", venue="hyperliquid") == 1
    assert [shot.time for shot in log.snapshots()] == days[1:]
    assert liqwidget.store.prune(kind="accounts") == 2
    assert liqwidget.store.list(venue="hyperliquid").empty
    assert log.name(address) == name
    assert len(liqwidget.store.list()) == 2
    outside = filled.root.parent / "elsewhere"
    log.folder.rename(outside)
    log.folder.symlink_to(outside)
    (outside / f"hyperliquid-{days[0]}.jsonl").write_bytes(b"")
    assert liqwidget.store.prune(before="2099-12-31") == 6
    assert (outside / f"hyperliquid-{days[0]}.jsonl").exists()
