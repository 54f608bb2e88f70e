"""The watchlist: a table of markets that is a DataFrame too, and whose rows open heatmaps."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from liqwidget import DataError, LiqHeatmap, MarketData, SourceError, Watchlist, estimate, market_summary
from tests.markets import walk
from tests.waiting import eventually, until

if TYPE_CHECKING:
    from collections.abc import Iterator


def market(seed: int, symbol: str, venue: str = "okx", price: float = 100.0) -> MarketData:
    return walk(seed, 60, price=price).market(symbol=symbol, venue=venue)


OWN = [market(1, "BTC"), market(1, "BTC", "bybit"), market(2, "ETH", price=3e-7)]


@contextmanager
def shown(*given: Any, **options: Any) -> Iterator[Watchlist]:
    watchlist = Watchlist(*given, **options)
    try:
        until(lambda: not {"waiting", "reading"} & set(watchlist.to_frame()["state"]))
        yield watchlist
    finally:
        watchlist.close()
    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("liqwidget-watchlist")])


def test_own_markets_of_several_coins_are_a_row_each() -> None:
    with shown(source=OWN) as watchlist:
        frame = watchlist.to_frame().set_index("symbol")
        assert list(frame.index) == list(watchlist.symbols) == ["BTC", "ETH"]
        for symbol, markets in (("BTC", OWN[:2]), ("ETH", OWN[2:])):
            summary = market_summary(estimate(markets))
            row: Any = frame.loc[symbol]
            assert row["price"] == summary.price
            assert row["below_size"] == (
                summary.below.size if summary.below else pytest.approx(float("nan"), nan_ok=True)
            )
            assert row["venues"] == ", ".join(part.venue for part in markets)
            assert row["last_time"] == pd.Timestamp(summary.time, tz="UTC")
            assert row["data_age"] > pd.Timedelta(0)
            assert row["state"] == "own frames"
        assert row["price"] < 1e-5


def test_the_page_is_told_in_json_without_nan() -> None:
    with shown(source=OWN) as watchlist:
        until(lambda: all(row["price"] for row in watchlist._table.rows))
        rows = watchlist._table.rows
        json.dumps(rows, allow_nan=False)
        assert [row["symbol"] for row in rows] == ["BTC", "ETH"]
        assert rows[1]["decimals"] > 8
        assert rows[0]["change"] is None


def test_the_page_changes_nothing_that_the_kernel_tells() -> None:
    with shown(source=OWN) as watchlist:
        table = watchlist._table
        before = table.get_state()
        for name, value in {
            "rows": [{"symbol": float("nan")}], "opened": "ETH", "note": "<b>", "theme": 5, "_esm": "x",
            "_model_module": "x",
        }.items():  # fmt: skip
            data = {"method": "update", "state": {name: value}, "buffer_paths": []}
            table._handle_msg({"content": {"data": data}, "buffers": []})
        assert table.get_state(["opened", "note", "theme", "_esm", "_model_module"]).items() <= before.items()
        assert [row["symbol"] for row in table.rows] == ["BTC", "ETH"]


def test_of_many_clicks_the_newest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str | None] = []
    with shown(source=OWN) as watchlist:
        monkeypatch.setattr(watchlist, "show", opened.append)
        for number in range(400):
            watchlist._table._handle_custom_msg({"open": ["BTC", "ETH"][number % 2]}, [])
        eventually(lambda: opened[-1] == "ETH" and not watchlist._clicks.busy)
        assert len(opened) < 30


def test_a_click_opens_the_heatmap_of_a_row_and_another_closes_it() -> None:
    with shown(source=OWN) as watchlist:
        click = watchlist._table._handle_custom_msg
        click({"open": "ETH"}, [])
        opened: Any = watchlist.heatmap
        assert isinstance(opened, LiqHeatmap)
        assert opened.symbol == watchlist._table.opened == "ETH"
        assert list(watchlist.children) == [watchlist._table, opened]
        click({"open": "BTC"}, [])
        opened = watchlist.heatmap
        assert opened.ledger.names == ("okx", "bybit")
        nonsense: tuple[Any, ...] = ({"open": "SOL"}, {"open": 5}, {}, [], "BTC")
        for content in nonsense:
            click(content, [])
        assert watchlist._table.opened == "BTC"
        click({"open": "BTC"}, [])
        assert watchlist.heatmap is None
        assert watchlist._table.opened == ""
        assert list(watchlist.children) == [watchlist._table]
        with pytest.raises(DataError, match="Expected a symbol among BTC, ETH, was 'SOL'"):
            watchlist.show("SOL")


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (("BTC",), {}, r"use \['BTC'\]"),
        ((5,), {}, "symbols as a list such as"),
        (([],), {}, "at least one symbol"),
        ((["BTC", ""],), {"source": "sample"}, "symbol"),
        ((["BTC", 5],), {"source": "sample"}, "symbol"),
        ((["SOL"],), {"source": OWN}, "own markets of SOL, were of BTC, ETH"),
    ],
)
def test_what_cannot_be_watched_is_refused(given: Any, options: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Watchlist(*given, **options)


def test_what_stands_still_is_not_followed() -> None:
    with pytest.raises(SourceError, match="stands still"):
        Watchlist(source=OWN, live=True)
    with pytest.raises(SourceError, match="stands still"):
        Watchlist(["BTC"], "sample", live=True)
    with shown(source=OWN) as watchlist:
        assert not watchlist.live
        with pytest.raises(SourceError, match="nothing to follow"):
            watchlist.start()


def test_own_markets_that_do_not_fit_each_other_cost_their_row_alone() -> None:
    bad = [market(1, "BTC"), market(1, "BTC", "bybit", price=150.0), market(2, "ETH")]
    with shown(["BTC", "ETH"], source=bad) as watchlist:
        frame: Any = watchlist.to_frame().set_index("symbol")
        assert frame.loc["BTC", "state"] == "failed"
        assert "Expected one coin on all venues" in str(frame.loc["BTC", "reason"])
        assert pd.isna(frame.loc["BTC", "price"])
        assert frame.loc["ETH", "state"] == "own frames"
