"""What the venues send, read: units, contract sizes, sides, order; on recorded answers and on documented examples."""

from __future__ import annotations

import csv
import gzip
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.time import HOUR, MILLISECOND, duration_ns
from liqwidget.market.venue.payload import Event, number, said
from liqwidget.market.venue.rows import (
    candle_frame,
    interest,
    interest_frame,
    liquidation,
    liquidation_frame,
    rate_frame,
    taker_frame,
)
from liqwidget.market.venue.venues import VENUES
from tests.answers import START, STEP, candle_rows, instrument
from tests.loops import run
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument

RECORDED = FOLDER / "data" / "real" / "payloads"
FIVE = duration_ns("5m")
LATE = (START + 10**9) * MILLISECOND
SWAPS = {
    "binance": instrument("binance"),
    "bybit": instrument("bybit"),
    "okx": instrument("okx", id="BTC-USDT-SWAP", contract_size=0.01),
    "hyperliquid": instrument("hyperliquid", quote="USDC"),
    "bitget": instrument("bitget"),
    "gate": instrument("gate", id="BTC_USDT", contract_size=0.0001),
    "htx": instrument("htx", id="BTC-USDT", contract_size=0.001),
}


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


# ---------------------------------------------------------------------- recorded answers


@needs_recordings
def test_recorded_open_interest_agrees_with_the_value_that_stands_beside_it() -> None:
    rows = recorded("rest_2026-08-15/binance_futures_data_openInterestHist_BTCUSDT_1h.json")
    prices = [float(row["sumOpenInterestValue"]) / interest(row, SWAPS["binance"])[1] for row in rows]
    assert prices == pytest.approx([63043.4, 63026.3], rel=2e-4)  # the hour's candles open there


@needs_recordings
def test_recorded_open_interest_newest_first_is_put_in_order() -> None:
    rows = recorded("rest_2026-09_10/binance_openInterestHist_BTCUSDT_5m_2026-10-06_newest_first.json")
    frame, notes = interest_frame([(row, None) for row in rows], SWAPS["binance"], rows[0]["timestamp"] * MILLISECOND)
    assert frame["open_interest"].tolist() == [94570.933, 94731.046]
    assert frame.index.is_monotonic_increasing
    assert not notes


@needs_recordings
def test_recorded_open_interest_of_bybit_counts_both_sides() -> None:
    rows = recorded("rest_2026-08-15/bybit_v5_market_open_interest_linear_BTCUSDT_1h.json")["result"]["list"]
    assert interest(rows[0], SWAPS["bybit"]) == (1786820400000 * MILLISECOND, 64992.054 / 2)


@needs_recordings
def test_recorded_open_interest_of_okx_is_contracts_of_a_hundredth() -> None:
    row = recorded("rest_2026-08-15/okx_api_v5_public_open_interest_BTC-USDT-SWAP.json")["data"][0]
    time, amount = interest(row, SWAPS["okx"])
    assert time == 1786820650933 * MILLISECOND
    assert amount == pytest.approx(33842.7306)


@needs_recordings
def test_recorded_open_interest_of_three_venues_is_of_one_size() -> None:
    """OKX would have a hundred times as much if contracts were taken for coins."""
    now = recorded("rest_2026-09_10/binance_openInterest_BTCUSDT.json")
    assert interest(now, SWAPS["binance"])[1] == pytest.approx(94791.893)
    with (RECORDED / "multi_exchange_eth_2026-04-03_market_state.csv").open(encoding="utf-8") as file:
        told = {row["exchange"]: row for row in csv.DictReader(file)}
    contracts = float(told["okx"]["oi_qty"])
    okx = interest({"oi": contracts, "ts": 1}, instrument("okx", "ETH", contract_size=0.1))[1]
    assert okx * float(told["okx"]["mark_price"]) == pytest.approx(float(told["okx"]["oi_value_usd"]), rel=1e-3)


@needs_recordings
def test_recorded_inverse_open_interest_is_contracts_of_a_hundred_dollars() -> None:
    row = recorded("rest_2026-09_10/binance_coinm_openInterestHist_BTCUSD_5m.json")[0]
    coin = instrument("binance", "BTCUSD", contract_size=100.0, inverse=True)
    frame, _ = interest_frame([(row, None)], coin, row["timestamp"] * MILLISECOND)
    dollars = frame["open_interest_value"].iloc[0]
    assert dollars == 290_978_300.0
    assert dollars / float(row["sumOpenInterestValue"]) == pytest.approx(86154.3, rel=1e-3)  # the price then


@needs_recordings
def test_recorded_instruments_of_okx_say_what_a_contract_is() -> None:
    with gzip.open(RECORDED / "cryptofeed_2021" / "okx_api_v5_public_instruments_SWAP_2022-05-13.json.gz") as file:
        listed = {row["instId"]: row for row in json.load(file)["data"]}
    assert all(float(row["ctMult"]) == 1 for row in listed.values())
    assert (listed["BTC-USD-SWAP"]["ctType"], listed["BTC-USD-SWAP"]["ctVal"]) == ("inverse", "100")


@needs_recordings
def test_recorded_candles_of_okx_hold_contracts_and_coins() -> None:
    """ccxt takes the coins; contracts x size give the same."""
    row = recorded("rest_2026-08-15/okx_api_v5_market_candles_BTC-USDT-SWAP_1H.json")["data"][1]
    assert float(row[5]) * SWAPS["okx"].contract_size == pytest.approx(float(row[6]))


@needs_recordings
def test_recorded_candles_newest_first_are_put_in_order() -> None:
    listed = recorded("rest_2026-08-15/bybit_v5_market_kline_linear_BTCUSDT_60.json")["result"]["list"]
    frame, notes = candle_frame([row[:6] for row in listed], SWAPS["bybit"], HOUR, 1786820638 * 10**9)
    assert frame["close"].tolist() == [63027.8, 63032.3]
    assert frame["volume"].tolist() == [385.721, 4.591]
    assert not notes


@needs_recordings
def test_recorded_funding_is_read() -> None:
    listed = recorded("rest_2026-08-15/okx_api_v5_public_funding_rate_history_BTC-USDT-SWAP.json")["data"]
    rows = [{"timestamp": int(row["fundingTime"]), "fundingRate": None, "info": row} for row in listed]
    frame, _ = rate_frame(rows, "fundingRate", "funding_rate", 1786820638 * 10**9)
    assert frame["funding_rate"].tolist() == [0.0000765914290582, 0.0000647375951599]


@needs_recordings
@pytest.mark.parametrize(
    ("venue", "captured", "expected"),
    [
        ("binance", "2026-10-09", [Event(1791565602120 * MILLISECOND, "long", 82651.9, 0.19 * 82651.9)]),
        (
            "bybit", "2026-10-09",
            [Event(1791565600992 * MILLISECOND, "long", 82396.9, 0.006 * 82396.9),
             Event(1791565601058 * MILLISECOND, "long", 82394.3, 0.038 * 82394.3)],
        ),
        ("okx", "2026-10-09", [Event(1791565600771 * MILLISECOND, "long", 82655.7, 0.0855 * 82655.7)]),
    ],
)  # fmt: skip
def test_recorded_frames_agree_on_the_side(venue: str, captured: str, expected: list[Event]) -> None:
    """Within two seconds three venues liquidated longs: as a SELL, as a Buy, and as posSide long."""
    lines = (RECORDED / "ws_frames" / "frames.jsonl").read_text(encoding="utf-8").splitlines()
    frames = [json.loads(line) for line in lines]
    told = [
        json.loads(row["frame"]) for row in frames if row["venue"].startswith(venue) and row["captured"] == captured
    ]
    names = {"binance": "BTCUSDT", "bybit": "BTCUSDT", "okx": "BTC-USDT-SWAP"}
    found = [
        liquidation(item, SWAPS[venue])
        for frame in told for name, item in VENUES[venue].liquidation_items(frame) if name == names[venue]
    ]  # fmt: skip
    assert [event[:2] for event in found if event] == [event[:2] for event in expected]
    np.testing.assert_allclose([event[2:] for event in found if event], [event[2:] for event in expected])


@needs_recordings
def test_recorded_events_of_three_venues_have_the_side_that_was_written_beside_them() -> None:
    with (RECORDED / "multi_exchange_eth_2026-04-03_liquidation_events.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            time, price, amount = int(row["event_ts"]), row["price"], row["qty"]
            item = {
                "binance": {"S": row["raw_side"], "ap": price, "z": amount, "T": time},
                "bybit": {"S": row["raw_side"], "p": price, "v": amount, "T": time},
                "okx": {"posSide": row["raw_side"].split(":")[0], "bkPx": price, "sz": amount, "ts": str(time)},
            }[row["exchange"]]
            size = 0.1 if row["exchange"] == "okx" else 1.0
            event = liquidation(item, instrument(row["exchange"], "ETH", contract_size=size))
            assert event is not None
            assert event.side == row["side"]
            assert event.size == pytest.approx(float(row["notional_usd"]), rel=2e-3)


@needs_recordings
def test_recorded_liquidations_of_okx_by_rest_have_the_side_of_the_order() -> None:
    answer = recorded("rest_2026-08-15/okx_api_v5_public_liquidation_orders_BTC-USDT.json")
    found = [liquidation(item, SWAPS["okx"]) for _, item in VENUES["okx"].liquidation_items(answer)]
    assert [event and event.side for event in found] == ["short", "long"]
    assert found[0] is not None
    assert found[0].size == pytest.approx(0.0241 * 63064.9)


# ---------------------------------------------------------------------- documented examples


@pytest.mark.parametrize(
    ("swap", "row", "expected"),
    [
        # Bybit v5 open interest, since September 2026 with the single side.
        (SWAPS["bybit"], {"openInterest": "52664.642", "singleOpenInterest": "26332.321", "timestamp": "1"}, 26332.321),
        # OKX rubik open-interest-history: time, contracts, coins, dollars.
        (SWAPS["okx"], ["1701417600000", "731377.57500501", "7313.77575005", "8888888"], 7313.77575005),
        (SWAPS["hyperliquid"], {"openInterest": "10764.48", "markPx": "108.04"}, 10764.48),
        (SWAPS["bitget"], {"openInterestList": [{"symbol": "BTCUSDT", "size": "34278.06"}], "ts": "1"}, 34278.06),
        # Gate contract_stats: contracts, both sides.
        (SWAPS["gate"], {"time": 1674057000, "open_interest": 670_338_090}, 33516.9045),
        # HTX: coins, both sides; the history was asked for in coins.
        (SWAPS["htx"], {"amount": "32476.092", "volume": "32476092", "contract_code": "BTC-USDT"}, 16238.046),
        (SWAPS["htx"], {"volume": "4385.4350000000000000", "amount_type": "2", "ts": "1648220400000"}, 2192.7175),
    ],
)  # fmt: skip
def test_open_interest_is_coins_of_one_side(swap: Instrument, row: Any, expected: float) -> None:
    assert interest(row, swap)[1] == pytest.approx(expected)


def test_the_times_of_open_interest() -> None:
    assert interest({"time": 1674057000, "open_interest": 1}, SWAPS["gate"])[0] == 1674057000 * 10**9
    assert interest({"openInterest": "1"}, SWAPS["hyperliquid"])[0] is None
    assert interest(["1701417600000", "1", "1", "1"], SWAPS["okx"])[0] == 1701417600000 * MILLISECOND


@pytest.mark.parametrize(
    ("swap", "item", "expected"),
    [
        # Gate: the sign is the position's; a buy closed this short, at no more than its order price.
        (SWAPS["gate"], {"contract": "BTC_USDT", "left": 0, "size": -165, "fill_price": "28070",
                         "order_price": "28225", "time": 1696736132}, ("short", 28070.0, 0.0165 * 28070)),
        (SWAPS["gate"], {"size": 600, "order_size": -100, "left": 20, "fill_price": "3424", "time": 1548654951},
         ("long", 3424.0, 0.008 * 3424)),
        # HTX v5 and v3.
        (SWAPS["htx"], {"side": "buy", "position_side": "short", "volume": "2", "bankrupt_price": "62978.5",
                        "liquidation_time": "1781849094165", "trade_turnover": "125.957"}, ("short", 62978.5, 125.957)),
        (SWAPS["htx"], {"direction": "sell", "offset": "close", "volume": 479, "price": 51441.7,
                        "created_at": 1638593647864}, ("long", 51441.7, 0.479 * 51441.7)),
        # OKX in net mode says 'net': the order's side decides.
        (SWAPS["okx"], {"posSide": "net", "side": "sell", "sz": "10", "bkPx": "100", "ts": "1"}, ("long", 100.0, 10.0)),
        # Bybit: S is the position's side.
        (SWAPS["bybit"], {"S": "Sell", "p": "100", "v": "2", "T": 1}, ("short", 100.0, 200.0)),
        # Coin-margined: contracts of 100 dollars; Bybit's are dollars.
        (instrument("binance", "BTCUSD", contract_size=100.0, inverse=True),
         {"S": "SELL", "p": "9425.5", "ap": "9496.5", "q": "1", "z": "1", "T": 1591154240949}, ("long", 9496.5, 100.0)),
        (instrument("bybit", "BTCUSD", inverse=True), {"S": "Buy", "p": "9000", "v": "500", "T": 1},
         ("long", 9000.0, 500.0)),
        # 1000PEPE: the price of one coin, the same dollars.
        (instrument("bybit", "PEPE", factor=1000), {"S": "Buy", "p": "0.01", "v": "500", "T": 1}, ("long", 1e-5, 5.0)),
    ],
)  # fmt: skip
def test_the_side_of_a_liquidation_is_the_positions(swap: Instrument, item: Any, expected: tuple[Any, ...]) -> None:
    event = liquidation(item, swap)
    assert event is not None
    assert event.side == expected[0]
    assert (event.price, event.size) == pytest.approx(expected[1:])


@pytest.mark.parametrize(
    "item", [None, [], {}, {"S": "SELL"}, {"S": "?", "ap": "1", "z": "1", "T": 1},
             {"S": "BUY", "ap": "nan", "z": 1, "T": 1},
             {"S": "BUY", "ap": "1", "z": "0", "T": 1}, {"S": "BUY", "p": "inf", "z": "1", "T": 1}],
)  # fmt: skip
def test_an_unreadable_liquidation_is_left_out_and_counted(item: Any) -> None:
    assert liquidation(item, SWAPS["binance"]) is None
    good = liquidation({"S": "BUY", "ap": "2", "z": "3", "T": 5}, SWAPS["binance"])
    frame, notes = liquidation_frame([None, good, good], 10**9)
    assert frame[["side", "price", "size"]].to_dict("records") == [{"side": "short", "price": 2.0, "size": 6.0}]
    assert notes == ["1 unreadable liquidations left out"]


# ---------------------------------------------------------------------- candles


def test_volumes_become_coins_of_one_side() -> None:
    row = [START, 100.0, 110.0, 90.0, 100.0, 5000.0]
    volumes = {name: candle_frame([row], swap, FIVE, LATE)[0]["volume"].iloc[0] for name, swap in SWAPS.items()}
    assert volumes == {name: {"gate": 0.5, "htx": 2500.0}.get(name, 5000.0) for name in SWAPS}
    inverse = instrument("gate", "BTCUSD", contract_size=1.0, inverse=True)
    assert candle_frame([row], inverse, FIVE, LATE)[0]["volume"].iloc[0] == 50.0


def test_a_multiple_is_shown_by_the_coin_that_was_asked_for() -> None:
    swap = instrument("binance", "PEPE", factor=1000)
    frame, _ = candle_frame([[START, 0.01, 0.011, 0.009, 0.01, 7.0]], swap, FIVE, LATE)
    assert frame.iloc[0].tolist() == pytest.approx([1e-5, 1.1e-5, 0.9e-5, 1e-5, 7000.0])
    assert interest({"openInterest": "3"}, swap)[1] == 3000.0


def test_bad_rows_are_left_out_and_counted() -> None:
    good = candle_rows(3)
    bad = [
        None, "row", [], [START], ["x", 1, 1, 1, 1, 1], [START + STEP, 1, 2, 3, 1, 1], [START + STEP, 0, 2, 1, 1, 1],
        [START + 1, 1, 1, 1, 1, 1], [START, math.nan, 1, 1, 1, 1], [START, 1, 1, 1, 1, -5], [-STEP, 1, 1, 1, 1, 1],
    ]  # fmt: skip
    future = [START + 10**10, 1, 1, 1, 1, 1]
    future[0] -= future[0] % STEP
    frame, notes = candle_frame([*bad, *reversed(good), future], SWAPS["binance"], FIVE, LATE)
    assert len(frame) == 3
    assert notes == [f"{len(bad)} unreadable candles left out", "1 candles from the future left out"]


def test_of_duplicates_the_last_counts() -> None:
    first, second = [START, 1, 2, 1, 2, 5], [START, 1, 3, 1, 3, 6]
    assert candle_frame([first, second], SWAPS["binance"], FIVE, LATE)[0]["close"].tolist() == [3.0]


@settings(deadline=None, max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_order_and_repetition_of_rows_change_nothing(random: Any, count: int) -> None:
    rows = candle_rows(count)
    shuffled = rows + random.choices(rows, k=count)
    random.shuffle(shuffled)
    expected, _ = candle_frame(rows, SWAPS["okx"], FIVE, LATE)
    frame, notes = candle_frame(shuffled, SWAPS["okx"], FIVE, LATE)
    assert frame.equals(expected)
    assert not notes


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.sampled_from(["data", "o", "S", "T", "ap", "details",
                                                                              "size", "time", "ts"]), part, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(_JSON, st.sampled_from(sorted(SWAPS)))
def test_no_answer_breaks_a_reader(answer: Any, venue: str) -> None:
    swap = SWAPS[venue]
    for _, item in VENUES[venue].liquidation_items(answer):
        event = liquidation(item, swap)
        assert event is None or event.size > 0
    rows = answer if isinstance(answer, list) else [answer]
    candle_frame(rows, swap, FIVE, LATE)
    interest_frame([(row, None) for row in rows], swap, LATE)


@pytest.mark.parametrize("value", ["1e400", "", "nan", None, True, [], {}, "12 34"])
def test_what_is_no_number_is_nan_or_infinite(value: Any) -> None:
    assert not math.isfinite(number(value))


def test_texts_from_the_network_are_short_and_plain() -> None:
    assert said("  <b>\x1b[31mno\n\nway\u202e </b> ") == "<b> [31mno way </b>"
    assert len(said("x" * 9999)) == 160


def asked_for(venue: str, answer: Any, *, inverse: bool = False) -> list[Any]:
    """Return what a venue's answer about takers is read as; the question must be one that it has."""
    swap = instrument(venue, inverse=inverse)
    asked: list[Any] = []

    async def ask(*question: Any) -> Any:
        asked.append(question)
        return answer

    rows = run(VENUES[venue].taken(ask, swap, "5m", START))
    assert len(asked) == 1
    frame, notes = taker_frame(rows, swap, 2**62)
    assert not notes
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    return [row | {"time": time} for row, time in zip(frame.to_dict("records"), times.tolist(), strict=True)]


@needs_recordings
def test_recorded_taker_volume_agrees_with_the_ratio_that_stands_beside_it() -> None:
    """Binance: coins, of COIN-M the amounts called value."""
    folder = FOLDER / "data" / "real" / "payloads" / "rest_2026-09_10"
    linear = json.loads((folder / "binance_takerlongshortRatio_5m.json").read_text())
    (row,) = asked_for("binance", linear)
    assert (row["taker_buy_volume"], row["taker_sell_volume"]) == (153.864, 157.769)
    assert row["taker_ratio"] == pytest.approx(float(linear[0]["buySellRatio"]), abs=1e-4)
    assert row["time"] == linear[0]["timestamp"]
    inverse = json.loads((folder / "binance_coinm_takerBuySellVol_BTCUSD_5m.json").read_text())
    (row,) = asked_for("binance", inverse, inverse=True)
    assert (row["taker_buy_volume"], row["taker_sell_volume"]) == (0.1317, 0.1513)
    assert 11344 * 100 / row["taker_buy_volume"] == pytest.approx(13037 * 100 / row["taker_sell_volume"], rel=0.01)


def test_taker_volume_of_okx_is_sold_before_bought() -> None:
    (row,) = asked_for("okx", {"code": "0", "data": [[str(START), "2", "3"], ["x"], 7]})
    assert row == {"taker_ratio": 1.5, "taker_buy_volume": 3.0, "taker_sell_volume": 2.0, "time": START}


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["binance", "okx", "bitget"]), st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(["data", "ts", "buyVol"]), part),
    max_leaves=6,
))  # fmt: skip
def test_no_answer_about_takers_breaks_a_reader(venue: str, answer: Any) -> None:
    async def ask(*_: Any) -> Any:
        return answer if venue != "binance" else [answer]

    swap = instrument(venue)
    frame, _ = taker_frame(run(VENUES[venue].taken(ask, swap, "5m", START)), swap, 2**62)
    assert frame.isna().all(axis=1).sum() == 0
