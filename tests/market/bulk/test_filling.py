"""Public files into the store: each format as it is served, and what goes wrong on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import liqwidget
from liqwidget.domain.time import MINUTE
from liqwidget.errors import DataError
from liqwidget.market import download
from liqwidget.market.bulk.archives import ARCHIVES
from liqwidget.market.bulk.asking import request_files
from liqwidget.market.bulk.contract import contract_of
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import venue
from tests.market.bulk.conftest import NOW
from tests.market.bulk.served import FileServer, rows
from tests.market.bulk.written import BINANCE, FUNDING, METRICS, ORDERS, candle_file, candle_rows, metric_rows, price_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.frames import MarketData

    History = Callable[..., MarketData]

UM, CM = f"{BINANCE}/um", f"{BINANCE}/cm"


def month_of_candles(files: FileServer, month: str, *parts: list[str], header: bool = True) -> str:
    name = f"BTCUSDT-5m-{month}.zip"
    return files.put(f"{UM}/monthly/klines/BTCUSDT/5m/{name}", candle_file(*parts, header=header))


def day_of_candles(files: FileServer, day: str, part: list[str]) -> str:
    return files.put(f"{UM}/daily/klines/BTCUSDT/5m/BTCUSDT-5m-{day}.zip", candle_file(part))


def day_of_metrics(files: FileServer, day: str, part: list[str]) -> str:
    return files.put(f"{UM}/daily/metrics/BTCUSDT/BTCUSDT-metrics-{day}.zip", rows(part, METRICS))


def test_months_and_days_of_files_are_a_market(files: FileServer, history: History) -> None:
    month_of_candles(files, "2024-03", candle_rows("2024-03-30", "2024-04-01"), header=False)
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-03", unit=1000))
    day_of_metrics(files, "2024-03-31", metric_rows("2024-03-31", "2024-04-01"))
    files.put(
        f"{UM}/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-04.zip",
        rows(["1711929600000,8,0.00018532", "1711958400002,8,-0.00001"], FUNDING),
    )
    market = history("binance", "BTC", since="2024-03-31", until="2024-04-03")
    assert market.close_time[0] == pd.Timestamp("2024-03-31 00:10", tz="UTC").value  # metrics begin 5 minutes late
    assert market.close_time[-1] == pd.Timestamp("2024-04-03", tz="UTC").value
    assert len(market.close) == 3 * 288 - 1
    np.testing.assert_array_equal(market.close[:2], [price_at(1711843500000) + 1, price_at(1711843800000) + 1])
    assert (market.volume == 12.5).all()
    assert market.funding_rate.tolist() == [0.00018532, -0.00001]
    said = " ".join(market.notes)
    assert "open interest and ratios for 2024-04-01 to 2024-04-02" in said
    assert "refuses requests from this country (451)" in said
    assert "candles for" not in said


def test_metrics_are_stamped_when_they_were_counted(files: FileServer, history: History) -> None:
    """Until 2024-03-04 a row is of its stamp, from then on of 5 minutes later."""
    month_of_candles(files, "2024-03", candle_rows("2024-03-01", "2024-03-06"))
    for day in ("2024-03-03", "2024-03-04"):
        end = str((pd.Timestamp(day) + pd.Timedelta(days=1)).date())
        day_of_metrics(files, day, metric_rows(day, end))
    history("binance", "BTC", since="2024-03-02", until="2024-03-06")
    found = liqwidget.store.read("binance", "BTC", "open_interest", "5m")["open_interest"]
    assert found[pd.Timestamp("2024-03-03", tz="UTC")] == 77_000.018
    stamps = found.index
    assert stamps[0] == pd.Timestamp("2024-03-03", tz="UTC")
    assert pd.Timestamp("2024-03-04", tz="UTC") not in stamps
    assert found[pd.Timestamp("2024-03-04 00:05", tz="UTC")] == 77_000.018
    assert stamps[-1] == pd.Timestamp("2024-03-05", tz="UTC")
    ratios = liqwidget.store.read("binance", "BTC", "long_short")
    assert ratios.loc[pd.Timestamp("2024-03-04 00:10", tz="UTC")].to_dict() == {
        "long_short_ratio": 1.001, "top_account_ratio": 1.17, "top_position_ratio": 1.23,
    }  # fmt: skip
    assert (liqwidget.store.read("binance", "BTC", "taker_volume")["taker_ratio"] == 0.78).all()


@pytest.mark.slow
def test_nothing_is_asked_for_again(files: FileServer, history: History) -> None:
    month_of_candles(files, "2024-03", candle_rows("2024-03-24", "2024-03-29"))
    for day in (25, 26, 27):
        day_of_metrics(files, f"2024-03-{day}", metric_rows(f"2024-03-{day}", f"2024-03-{day + 1}"))
    given = {"since": "2024-03-25", "until": "2024-03-28", "kinds": ("candles", "open_interest")}
    first = history("binance", "BTC", **given)
    assert len(files.bodies()) == 1 + 3
    files.asked.clear()
    again = history("binance", "BTC", **given)
    assert files.asked == []
    np.testing.assert_array_equal(first.close, again.close)
    np.testing.assert_array_equal(first.interest, again.interest)
    history("binance", "BTC", refresh=True, **given)
    assert len(files.bodies()) == 1 + 3


def test_a_month_that_lacks_days_is_mended_by_daily_files(files: FileServer, history: History) -> None:
    """As Binance's file of SOLUSDT of 2022-02 lacks 26 to 28."""
    month_of_candles(files, "2024-03", candle_rows("2024-03-01", "2024-03-26"), candle_rows("2024-03-29", "2024-04-01"))
    day_of_candles(files, "2024-03-26", candle_rows("2024-03-26", "2024-03-27"))
    day_of_candles(files, "2024-03-27", candle_rows("2024-03-27", "2024-03-28"))
    market = history("binance", "BTC", since="2024-03-20", until="2024-04-01", kinds=("candles",))
    assert "binance has no public files of candles for 2024-03-28" in market.notes
    assert "binance: 288 candles are missing between the first and the last" in market.notes
    assert sorted(name for name in files.bodies() if "-5m-2024-03-" in name) == [
        f"BTCUSDT-5m-2024-03-{day}.zip" for day in (26, 27, 28)
    ]


def test_a_month_without_a_file_is_read_by_its_days(files: FileServer, history: History) -> None:
    for day in range(1, 5):
        day_of_candles(
            files,
            f"2024-04-{day:02}",
            candle_rows(f"2024-04-{day:02}", str(pd.Timestamp(2024, 4, day) + pd.Timedelta("1D"))),
        )
    market = history("binance", "BTC", since="2024-04-01", until="2024-04-05", kinds=("candles",))
    assert len(market.close) == 4 * 288
    assert not [note for note in market.notes if "no public files" in note]


def test_months_before_a_listing_cost_few_requests(files: FileServer, history: History) -> None:
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    market = history("binance", "BTC", since="2023-04-01", until="2024-04-05", kinds=("candles",))
    assert len(market.close) == 4 * 288
    assert "binance has no public files of candles for 2023-04-01 to 2024-03-31" in market.notes
    assert len(files.asked) <= 13 * 2 + 12 * 3 * 2


def test_a_wrong_checksum_is_not_believed(files: FileServer, history: History) -> None:
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    wrong = day_of_metrics(files, "2024-04-02", metric_rows("2024-04-02", "2024-04-03"))
    files.files[f"{wrong}.CHECKSUM"] = b"0" * 64 + b"  BTCUSDT-metrics-2024-04-02.zip\n"
    market = history("binance", "BTC", since="2024-04-02", until="2024-04-03", kinds=("candles", "open_interest"))
    assert market.relative
    assert files.bodies().count("BTCUSDT-metrics-2024-04-02.zip") == 2
    said = "binance: left out of its public files: BTCUSDT-metrics-2024-04-02.zip does not fit its checksum"
    assert said in market.notes
    assert not list(liqwidget.store.location().parent.rglob("*.part"))


def test_what_broke_off_goes_on_where_it_was(files: FileServer, history: History) -> None:
    place = month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    files.broken[place] = 2
    market = history("binance", "BTC", since="2024-04-01", until="2024-04-05", kinds=("candles",))
    assert len(market.close) == 4 * 288
    half = len(files.files[place]) // 2
    assert files.ranges[0] == f"bytes={half}-"
    assert len(files.ranges) == 2


def test_an_interrupted_reading_is_resumed_from_its_part(files: FileServer, history: History) -> None:
    place = month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    files.broken[place] = 99
    given: dict[str, Any] = {"since": "2024-04-01", "until": "2024-04-05", "kinds": ("candles",)}
    with pytest.raises(liqwidget.SourceError, match="451"):
        history("binance", "BTC", **given)
    (part,) = liqwidget.store.location().parent.rglob("*.part")
    kept = part.stat().st_size
    assert 0 < kept < len(files.files[place])
    files.broken.clear()
    files.ranges.clear()
    assert len(history("binance", "BTC", **given).close) == 4 * 288
    assert files.ranges == [f"bytes={kept}-"]


def test_a_rotten_zip_is_named_and_left_out(files: FileServer, history: History) -> None:
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    place = f"{UM}/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-04-02.zip"
    files.files[place] = b"PK\x03\x04 not a zip"
    market = history("binance", "BTC", since="2024-04-02", until="2024-04-03", kinds=("candles", "open_interest"))
    assert any("BTCUSDT-metrics-2024-04-02.zip cannot be read" in note for note in market.notes)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "binance, its public files: refuses requests from this network"),
        (302, r"a redirect to another host \(192\.0\.2\.1\), which is not followed"),
        (503, "has trouble of its own"),
    ],
)
def test_a_host_that_refuses_or_leads_elsewhere_is_named(files: FileServer, status: int, words: str) -> None:
    files.refusing["data.binance.vision"] = status
    low, high = (pd.Timestamp(day, tz="UTC").value for day in ("2024-04-02", "2024-04-03"))
    request = request_files(
        venue("binance"), parse_symbol("BTC"), 5 * MINUTE, (low, high), ("candles",), address=files.address,
        clock=lambda: NOW.value, first_wait=0.001, paced=False,
    )  # fmt: skip
    with pytest.raises(liqwidget.SourceError, match=words):
        request.future.result()


def test_a_host_that_asks_to_slow_down_is_waited_for(files: FileServer, history: History) -> None:
    place = month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    files.busy[place] = 2
    assert len(history("binance", "BTC", since="2024-04-01", until="2024-04-05", kinds=("candles",)).close) == 4 * 288
    assert files.asked.count(place) == 3


def test_a_bar_counts_files(files: FileServer, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there while files come, and tells how many are done of how many."""
    month_of_candles(files, "2024-03", candle_rows("2024-03-24", "2024-03-29"))
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    files.gate.clear()
    told: list[Any] = []

    class Bar:
        def __init__(self, request: Any) -> None:
            self.n, self.total = 0, request.progress[1]
            told.append((request.unit, self.total))
            files.gate.set()

        def update(self, more: int) -> None:
            self.n += more

        def close(self) -> None:
            told.append(self.n <= self.total)

    monkeypatch.setattr(download, "BAR_SECONDS", 0.0)
    monkeypatch.setattr(download, "_bar", Bar)
    history("binance", "BTC", since="2024-03-24", until="2024-04-05", kinds=("candles",), progress=True)
    assert told[:2] == [("files", 2), True]


def test_coin_margined_files_count_contracts_of_100_dollars(files: FileServer, history: History) -> None:
    """COIN-M: coins stand where the turnover is; open interest and liquidations are contracts."""
    candles = ["1711929600000,70000.0,70100.0,69900.0,70050.0,206,1711929899999,2.13660389,48,119,1.23424865,0"]
    candles += ["1711929900000,70050.0,70100.0,69900.0,70000.0,100,1711930199999,1.5,48,119,0.5,0"]
    files.put(f"{CM}/daily/klines/BTCUSD_PERP/5m/BTCUSD_PERP-5m-2024-04-01.zip", candle_file(candles))
    metrics = ["2024-04-01 00:00:00,BTCUSD_PERP,6500000.0,9285.7,1.1,1.2,1.3,0.9"]
    files.put(f"{CM}/daily/metrics/BTCUSD_PERP/BTCUSD_PERP-metrics-2024-04-01.zip", rows(metrics, METRICS))
    orders = [
        "1711929700000,SELL,LIMIT,IOC,10,69500,70010.5,FILLED,3,7",
        "1711929800000,BUY,LIMIT,IOC,4,71000,0,FILLED,4,4",
    ]
    files.put(
        f"{CM}/daily/liquidationSnapshot/BTCUSD_PERP/BTCUSD_PERP-liquidationSnapshot-2024-04-01.zip",
        rows(orders, ORDERS),
    )
    history("binance", "BTC/USD:BTC", since="2024-04-01", until="2024-04-02")
    symbol = "BTC/USD:BTC"
    found = liqwidget.store.read("binance", symbol, "candles")
    assert found["volume"].tolist() == [2.13660389, 1.5]
    assert found["taker_buy_volume"].tolist() == [1.23424865, 0.5]
    assert liqwidget.store.read("binance", symbol, "open_interest")["open_interest_value"].tolist() == [650_000_000.0]
    happened = liqwidget.store.read("binance", symbol, "liquidations")
    assert happened[["side", "price", "size"]].to_numpy().tolist() == [
        ["long", 70010.5, 700.0],
        ["short", 71000.0, 400.0],
    ]


def test_trades_come_a_day_at_a_time(files: FileServer, history: History) -> None:
    """Binance's rows without a header, then with one; where the buyer was the maker, the taker sold."""
    month_of_candles(files, "2024-04", candle_rows("2024-04-01", "2024-04-05"))
    place = f"{UM}/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades"
    files.put(f"{place}-2024-04-01.zip", rows(["26129,70000.5,4.704,27781,27781,1711929601153,true"]))
    header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    files.put(
        f"{place}-2024-04-02.zip",
        rows(
            [
                "26130,70001.5,0.5,27782,27782,1712016001153000,false",
                "26131,70001.5,0.5,27783,27783,1712016001153000,false",
            ],
            header,
        ),
    )
    given: dict[str, Any] = {"since": "2024-04-01", "until": "2024-04-03", "kinds": ("candles", "trades")}
    history("binance", "BTC", **given)
    found = liqwidget.store.read("binance", "BTC", "trades")
    assert found[["price", "amount", "taker_buy"]].to_numpy().tolist() == [
        [70000.5, 4.704, 0.0], [70001.5, 0.5, 1.0], [70001.5, 0.5, 1.0],
    ]  # fmt: skip
    # A day that is read again takes the place of what there was.
    files.put(f"{place}-2024-04-02.zip", rows(["26130,70002.5,0.25,27782,27782,1712016001153,true"]))
    history("binance", "BTC", refresh=True, **given)
    found = liqwidget.store.read("binance", "BTC", "trades")
    assert found["price"].tolist() == [70000.5, 70002.5]
    with pytest.raises(DataError, match="venue with public files \\(binance, bybit, okx\\), was 'gate'"):
        history("gate", "BTC", kinds=("trades",))


def test_candles_of_bybit_are_cut_by_a_clock_of_utc_3(files: FileServer, history: History) -> None:
    """A month without a header, which begins at 21:00 UTC of the day before."""
    times = pd.date_range("2022-01-01", "2022-02-01", freq="5min", inclusive="left")
    lines = [f"{time:%Y.%m.%d %H:%M},46210.5,46280,46200.5,46250,120.5" for time in times]
    place = "public.bybit.com/kline_for_metatrader4/BTCUSDT/2022/BTCUSDT_5_2022-01-01_2022-01-31.csv.gz"
    files.put(place, rows(lines))
    market = history("bybit", "BTC", since="2021-12-31 21:00", until="2022-01-10", kinds=("candles",))
    assert market.close_time[0] == pd.Timestamp("2021-12-31 21:05", tz="UTC").value
    assert len(market.close) == 9 * 288 + 36
    assert not [note for note in market.notes if "no public files" in note]
    assert files.asked == [place]


@pytest.mark.slow
def test_files_of_okx_are_cut_by_a_clock_of_utc_8(files: FileServer, history: History) -> None:
    """Candles of a minute become whole ones of five; funding stands among that of all swaps; trades are contracts."""
    host = "static.okx.com/cdn/okex/traderecords"
    minutes = pd.date_range("2024-03-31 16:00", "2024-04-30 16:00", freq="1min", inclusive="left", tz="UTC")
    lines = [
        f"BTC-USDT-SWAP,70000,{70001 + number % 9},69990,70000.5,500,5,350000,{time.value // 1_000_000},1"
        for number, time in enumerate(minutes)
        if time != pd.Timestamp("2024-04-02 00:03", tz="UTC")
    ]
    header = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"
    files.put(f"{host}/candlesticks/monthly/202404/BTC-USDT-SWAP-candlesticks-2024-04.zip", rows(lines, header))
    rates = [f"{coin}-USDT-SWAP,{rate},1711987200000" for coin, rate in (("ADA", 0.1), ("BTC", 0.00012), ("ETH", 0.2))]
    files.put(
        f"{host}/swaprates/daily/20240402/allswap-fundingrates-2024-04-02.zip",
        rows(rates, "instrument_name,funding_rate,funding_time"),
    )
    day = [f"BTC-USDT-SWAP,1,sell,70000.0,8.0,{pd.Timestamp('2024-04-01 16:00:00.179', tz='UTC').value // 1_000_000}"]
    files.put(
        f"{host}/trades/daily/20240402/BTC-USDT-SWAP-trades-2024-04-02.zip",
        rows(day, "instrument_name,trade_id,side,price,size,created_time"),
    )
    given: dict[str, Any] = {"since": "2024-04-01", "until": "2024-04-03"}
    market = history("okx", "BTC", kinds=("candles", "funding", "trades"), **given)
    assert len(market.close) == 2 * 288 - 1  # one of its minutes is missing
    assert set(market.volume) == {25.0}
    assert market.funding_rate.tolist() == [0.00012]
    assert sorted(name for name in files.bodies() if "-trades-" in name) == [
        f"BTC-USDT-SWAP-trades-2024-04-0{day}.zip" for day in (1, 2, 3)
    ]
    found = liqwidget.store.read("okx", "BTC", "trades")
    assert found[["price", "amount", "taker_buy"]].to_numpy().tolist() == [[70000.0, 0.08, 0.0]]
    assert found["time"].tolist() == [pd.Timestamp("2024-04-01 16:00:00.179", tz="UTC")]
    assert [name for name in files.bodies() if "candlesticks-2024-04-02" in name]  # it may hold what the month lacks


def test_files_are_where_venues_have_them() -> None:
    """Addresses as they stand in public repositories that fetch them."""
    day, month = pd.Timestamp("2024-01-15", tz="UTC").value, pd.Timestamp("2024-02-01", tz="UTC").value
    found: dict[str, list[str]] = {}
    for name, symbol in (("binance", "BTC"), ("binance", "BTC/USD:BTC"), ("bybit", "BTC"), ("okx", "BTC")):
        contract = contract_of(name, parse_symbol(symbol), liqwidget.store.location())
        for series in ARCHIVES[name].series(contract, 5 * MINUTE):
            found.setdefault(f"{name} {series.name}", []).extend(
                [series.of_day(day).address] if series.day else [series.of_month(month).address]
            )
    okx = "https://static.okx.com/cdn/okex/traderecords"
    vision = "https://data.binance.vision/data/futures"
    assert found == {
        "binance candles": [
            f"{vision}/um/daily/klines/BTCUSDT/5m/BTCUSDT-5m-2024-01-15.zip",
            f"{vision}/cm/daily/klines/BTCUSD_PERP/5m/BTCUSD_PERP-5m-2024-01-15.zip",
        ],
        "binance open interest and ratios": [
            f"{vision}/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-15.zip",
            f"{vision}/cm/daily/metrics/BTCUSD_PERP/BTCUSD_PERP-metrics-2024-01-15.zip",
        ],
        "binance funding": [
            f"{vision}/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-02.zip",
            f"{vision}/cm/monthly/fundingRate/BTCUSD_PERP/BTCUSD_PERP-fundingRate-2024-02.zip",
        ],
        "binance trades": [
            f"{vision}/um/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2024-01-15.zip",
            f"{vision}/cm/daily/aggTrades/BTCUSD_PERP/BTCUSD_PERP-aggTrades-2024-01-15.zip",
        ],
        "binance liquidations": [
            f"{vision}/cm/daily/liquidationSnapshot/BTCUSD_PERP/BTCUSD_PERP-liquidationSnapshot-2024-01-15.zip"
        ],
        "bybit trades": ["https://public.bybit.com/trading/BTCUSDT/BTCUSDT2024-01-15.csv.gz"],
        "bybit candles": [
            "https://public.bybit.com/kline_for_metatrader4/BTCUSDT/2024/BTCUSDT_5_2024-02-01_2024-02-29.csv.gz"
        ],
        "okx candles": [
            f"{okx}/candlesticks/daily/20240115/BTC-USDT-SWAP-candlesticks-2024-01-15.zip",
        ],
        "okx funding": [f"{okx}/swaprates/daily/20240115/allswap-fundingrates-2024-01-15.zip"],
        "okx trades": [f"{okx}/trades/daily/20240115/BTC-USDT-SWAP-trades-2024-01-15.zip"],
    }
