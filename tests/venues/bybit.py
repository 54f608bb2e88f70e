"""Bybit v5 as ccxt speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.venues.questions import (
    DAY,
    HOUR,
    LOTS,
    MAX_LEVERAGE,
    MINUTE,
    TICKS,
    Asked,
    Channel,
    Heard,
    Json,
    Question,
    RefusedError,
    Reply,
    text,
)

if TYPE_CHECKING:
    from tests.venues.recorded_market import MarketTape, Row

_KLINES = {"1": MINUTE, "3": 3 * MINUTE, "5": 5 * MINUTE, "15": 15 * MINUTE, "30": 30 * MINUTE, "60": HOUR,
           "120": 2 * HOUR, "240": 4 * HOUR, "360": 6 * HOUR, "720": 12 * HOUR, "D": DAY}  # fmt: skip
_PERIODS = {"5min": 5 * MINUTE, "15min": 15 * MINUTE, "30min": 30 * MINUTE, "1h": HOUR, "4h": 4 * HOUR, "1d": DAY,
            "5m": 5 * MINUTE, "15m": 15 * MINUTE}  # fmt: skip
SIDES = 2
"""Bybit documents its open interest as the sum of both sides; the tape has one."""
_FORBIDDEN = (
    "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>"
    "The Amazon CloudFront distribution is configured to block access from your country.</BODY></HTML>"
)


class Bybit:
    """`v5/market`: newest first; a range that holds too many rows gives its newest."""

    name = "bybit"

    def understand(self, asked: Asked, now: int) -> Question:  # noqa: C901, PLR0911 - one return a path
        endpoint = asked.path.strip("/").removeprefix("v5/market/")
        category = asked.query.get("category", "")
        match endpoint:
            case "time":
                return Question("time")
            case "instruments-info":
                return Question("markets", form=category, extra=dict(asked.query))
        coin = self._coin(asked)
        limit = asked.number("limit")
        match endpoint:
            case "kline":
                start, end = asked.number("start"), asked.number("end")
                keep = "first" if start is not None and end is None else "last"
                interval = self._period(_KLINES, asked.query.get("interval"))
                return Question("candles", coin, interval, start, end, min(limit or 200, 1000), keep, category)
            case "open-interest" | "account-ratio":
                name, kind = ("intervalTime", "interest_history") if endpoint[0] == "o" else ("period", "ratio")
                interval = self._period(_PERIODS, asked.query.get(name))
                start, end = asked.number("startTime"), asked.number("endTime")
                cursor = asked.number("cursor")
                end = end if cursor is None else cursor
                # A start without an end is ignored.
                start = None if end is None else start
                return Question(kind, coin, interval, start, end, min(limit or 50, 200), "last", category)
            case "funding/history":
                start, end = asked.number("startTime"), asked.number("endTime")
                if start is not None and end is None:
                    raise RefusedError(200, self._words(10001, "params error: endTime is required", now))
                return Question("funding", coin, 0, start, end, min(limit or 200, 200), "last", category)
            case "tickers":
                return Question("funding_now", coin, form=category)
            case "recent-trade":
                return Question("trades", coin, limit=min(limit or 500, 1000), form=category)
            case "orderbook":
                return Question("book", coin, limit=min(limit or 25, 500), form=category)
            case "risk-limit":
                return Question("tiers", coin, form=category)
        raise RefusedError(404, "404 page not found")

    def answer(self, question: Question, rows: list[Row], tape: MarketTape, now: int) -> Json:  # noqa: C901 - one case a kind
        symbol, form = question.coin + "USDT", question.form
        found: list[Json] = []
        result: dict[str, Json] = {"symbol": symbol, "category": form}
        latest = rows[::-1]
        match question.kind:
            case "time":
                result = {"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)}
                return self._words(0, "OK", now) | {"result": result}
            case "markets":
                unlisted = form != "linear" or question.extra.get("status") == "PreLaunch"
                result = {"category": form, "nextPageCursor": ""}
                found = [] if unlisted else [_listing(coin) for coin in tape.coins(self.name)]
            case "candles":
                found = [
                    [str(row["time"]), *(text(row[name]) for name in ("open", "high", "low", "close", "volume")),
                     text(row["volume"] * row["close"])] for row in latest
                ]  # fmt: skip
            case "interest_history":
                found = [{"openInterest": text(SIDES * row["amount"]), "timestamp": str(row["time"])} for row in latest]
                result["nextPageCursor"] = str(rows[0]["time"] - 1) if len(rows) == question.limit else ""
            case "ratio":
                found = [{"symbol": symbol, "buyRatio": "0.6", "sellRatio": "0.4", "timestamp": str(row["time"])}
                         for row in latest]  # fmt: skip
                result = {}
            case "funding":
                found = [{"symbol": symbol, "fundingRate": text(row["rate"]),
                          "fundingRateTimestamp": str(row["time"])} for row in latest]  # fmt: skip
            case "funding_now":
                price = text(tape.venues[self.name, question.coin].last_price(now))
                found = [{"symbol": symbol, "lastPrice": price, "markPrice": price, "indexPrice": price,
                          "openInterest": text(SIDES * rows[-1]["amount"]) if rows else "", "fundingRate": "0.0001",
                          "nextFundingTime": str(now - now % (8 * HOUR) + 8 * HOUR)}]  # fmt: skip
            case "trades":
                found = [{"execId": str(row["id"]), "symbol": symbol, "price": text(row["price"]),
                          "size": text(row["amount"]), "side": "Buy" if row["side"] > 0 else "Sell",
                          "time": str(row["time"]), "isBlockTrade": False} for row in latest]  # fmt: skip
            case "book":
                bids, asks = tape.venues[self.name, question.coin].book(now, TICKS[question.coin])
                sides = {"b": bids[: question.limit], "a": asks[: question.limit]}
                result = {"s": symbol, "ts": now - 5, "u": 1, "seq": 1, "cts": now - 6} | {
                    side: [[text(price), text(coins)] for price, coins in rows] for side, rows in sides.items()
                }
            case "tiers":
                found = [{"id": number, "symbol": symbol, "riskLimitValue": str(2_000_000 * number),
                          "maintenanceMargin": text(0.005 * number), "initialMargin": text(0.01 * number),
                          "isLowestRisk": int(number == 1), "maxLeverage": text(100 / number), "mmDeduction": ""}
                         for number in (1, 2, 4)]  # fmt: skip
        return self._words(0, "OK", now) | {"result": result | {"list": found}}

    def trouble(self, status: int, now: int) -> Reply:
        match status:
            case 429 | 418:
                return Reply(200 if status == 429 else 418, self._words(10006, "Too many visits!", now))
            case 403 | 451:
                return Reply(status, _FORBIDDEN, {"Content-Type": "text/html"})
            case 503:
                return Reply(200, self._words(10016, "System error. Please try again later.", now))
        return Reply(status, self._words(10016, "Server error.", now))

    def hear(self, message: Json) -> Heard:
        operation = message.get("op") if isinstance(message, dict) else None
        identity = message.get("req_id", "") if isinstance(message, dict) else ""
        if operation == "ping":
            return Heard(({"success": True, "ret_msg": "pong", "conn_id": "1", "req_id": identity, "op": "ping"},))
        if operation not in {"subscribe", "unsubscribe"}:
            return Heard(({"success": False, "ret_msg": "Invalid op", "op": operation},))
        channels = tuple(channel for name in message["args"] if (channel := _channel(name)) is not None)
        fine = len(channels) == len(message["args"])
        reply = {"success": fine, "ret_msg": "" if fine else "error:handler not found", "conn_id": "1",
                 "req_id": identity, "op": operation}  # fmt: skip
        return Heard((reply,), added=channels) if operation == "subscribe" else Heard((reply,), removed=channels)

    def tell(self, channel: Channel, events: list[Row], now: int) -> list[Json]:
        if not events:
            return []
        data: list[Json]
        match channel.kind:
            case "candles":
                data = [{"start": row["time"], "end": row["time"] + channel.interval - 1,
                         "interval": channel.name.split(".")[1], "open": text(row["open"]),
                         "close": text(row["close"]), "high": text(row["high"]), "low": text(row["low"]),
                         "volume": text(row["volume"]), "turnover": text(row["volume"] * row["close"]),
                         "confirm": row["done"], "timestamp": now} for row in events]  # fmt: skip
            case "trades":
                data = [{"T": row["time"], "s": row["coin"] + "USDT", "S": "Buy" if row["side"] > 0 else "Sell",
                         "v": text(row["amount"]), "p": text(row["price"]), "L": "PlusTick", "i": str(row["id"]),
                         "BT": False} for row in events]  # fmt: skip
            case _:
                # S is the side of the position: Buy = a long was liquidated.
                data = [{"T": row["time"], "s": row["coin"] + "USDT", "S": "Buy" if row["side"] > 0 else "Sell",
                         "v": text(row["size"]), "p": text(row["price"])} for row in events]  # fmt: skip
        return [{"topic": channel.name, "type": "snapshot", "ts": now, "data": data}]

    def _coin(self, asked: Asked) -> str:
        symbol = asked.query.get("symbol", "")
        coin = symbol.removesuffix("USDT")
        if coin not in TICKS or coin == symbol or asked.query.get("category") != "linear":
            raise RefusedError(200, self._words(10001, "Not supported symbols", 0))
        return coin

    def _period(self, periods: dict[str, int], asked: str | None) -> int:
        if asked not in periods:
            raise RefusedError(200, self._words(10001, "Invalid period!", 0))
        return periods[asked]

    @staticmethod
    def _words(code: int, message: str, now: int) -> dict[str, Json]:
        return {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": now}


def _listing(coin: str) -> Json:
    tick, lot = text(TICKS[coin]), text(LOTS[coin])
    return {
        "symbol": coin + "USDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": coin,
        "quoteCoin": "USDT", "launchTime": "1584230400000", "deliveryTime": "0", "deliveryFeeRate": "",
        "priceScale": "2", "leverageFilter": {"minLeverage": "1", "maxLeverage": str(MAX_LEVERAGE[coin]),
                                              "leverageStep": "0.01"},
        "priceFilter": {"minPrice": tick, "maxPrice": "1999999.80", "tickSize": tick},
        "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": lot, "qtyStep": lot, "minNotionalValue": "5"},
        "unifiedMarginTrade": True, "fundingInterval": 480, "settleCoin": "USDT", "copyTrading": "both",
    }  # fmt: skip


def _channel(name: str) -> Channel | None:
    topic, *middle, symbol = name.split(".")
    coin = symbol.removesuffix("USDT")
    kind = {"kline": "candles", "publicTrade": "trades", "allLiquidation": "liquidations"}.get(topic)
    if kind is None or coin not in TICKS:
        return None
    return Channel(kind, name, coin, _KLINES[middle[0]] if middle else 0)
