"""Binance USD-M futures as ccxt speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.venues.questions import (
    DAY,
    INTERVALS,
    LOTS,
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

_WORDS = {
    429: (-1003, "Too many requests; current limit of IP is 2400 requests per minute."),
    418: (-1003, "Way too much request weight used; IP banned until {until}."),
    403: (0, "Forbidden"),
    451: (0, "Service unavailable from a restricted location according to 'b. Eligibility'."),
    500: (-1000, "An unknown error occurred while processing the request."),
    503: (1, "System is under maintenance."),
}


class Binance:
    """`fapi/v1` and `futures/data`: oldest first."""

    name = "binance"

    def understand(self, asked: Asked, now: int) -> Question:  # noqa: C901, PLR0911 - one return a path
        path = "/".join(asked.path.strip("/").split("/")[-2:])
        simple = {"v1/exchangeInfo": "markets", "v1/time": "time", "v1/ping": "other"}
        if path in simple:
            return Question(simple[path])
        coin = self._coin(asked)
        start, end = asked.number("startTime"), asked.number("endTime")
        match path:
            case "v1/klines":
                limit, keep = asked.number("limit") or 500, "last" if start is None else "first"
                if limit > 1500:
                    raise RefusedError(400, {"code": -1130, "msg": "Data sent for parameter 'limit' is not valid."})
                interval = self._interval(asked, "interval")
                return Question("candles", coin, interval, start, end, limit, keep)
            case "data/openInterestHist" | "data/globalLongShortAccountRatio" | "data/takerlongshortRatio":
                limit = asked.number("limit") or 30
                if limit > 500 or (start is not None and start < now - 30 * DAY):
                    raise RefusedError(400, {"code": -1130, "msg": "parameter 'startTime' is invalid."})
                kind = "taken" if "taker" in path else "ratio" if path.endswith("Ratio") else "interest_history"
                return Question(kind, coin, self._interval(asked, "period"), start, end, limit, "last")
            case "v1/fundingRate":
                keep = "last" if start is None else "first"
                return Question("funding", coin, 0, start, end, min(asked.number("limit") or 100, 1000), keep)
            case "v1/openInterest":
                return Question("interest", coin)
            case "v1/premiumIndex":
                return Question("funding_now", coin)
            case "v1/depth":
                if asked.number("limit") not in {5, 10, 20, 50, 100, 500, 1000, None}:
                    raise RefusedError(400, {"code": -4021, "msg": "Invalid depth limit."})
                return Question("book", coin)
            case "v1/aggTrades":
                return Question("trades", coin, 0, start, end, asked.number("limit") or 500, "last")
        raise RefusedError(404, {"code": -5000, "msg": f"Path /{asked.path}, Method {asked.method} is invalid"})

    def answer(self, question: Question, rows: list[Row], tape: MarketTape, now: int) -> Json:  # noqa: C901, PLR0911 - one a kind
        symbol = question.coin + "USDT"
        match question.kind:
            case "markets":
                return {"timezone": "UTC", "serverTime": now, "futuresType": "U_MARGINED", "rateLimits": [],
                        "exchangeFilters": [], "assets": [],
                        "symbols": [_listing(coin) for coin in tape.coins(self.name)]}  # fmt: skip
            case "time":
                return {"serverTime": now}
            case "candles":
                return [_kline(row, question.interval) for row in rows]
            case "interest_history":
                return [{"symbol": symbol, "sumOpenInterest": text(row["amount"]), "timestamp": row["time"],
                         "sumOpenInterestValue": text(row["amount"] * row["price"]),
                         "CMCCirculatingSupply": "20094037.00000000"} for row in rows]  # fmt: skip
            case "ratio":
                return [{"symbol": symbol, "longAccount": "0.6", "shortAccount": "0.4", "longShortRatio": "1.5",
                         "timestamp": row["time"]} for row in rows]  # fmt: skip
            case "taken":
                return [{"buySellRatio": "1.5000", "sellVol": "2.0000", "buyVol": "3.0000", "timestamp": row["time"]}
                        for row in rows]  # fmt: skip
            case "funding":
                return [{"symbol": symbol, "fundingTime": row["time"], "fundingRate": text(row["rate"]),
                         "markPrice": "", "rateType": "Regular"} for row in rows]  # fmt: skip
            case "interest":
                found = [{"openInterest": text(row["amount"]), "time": row["time"]} for row in rows]
                return {"symbol": symbol, **(found[-1] if found else {})}
            case "funding_now":
                price = text(tape.venues[self.name, question.coin].last_price(now))
                return {"symbol": symbol, "markPrice": price, "indexPrice": price, "lastFundingRate": "0.0001",
                        "interestRate": "0.0001", "nextFundingTime": now - now % (8 * 3_600_000) + 8 * 3_600_000,
                        "time": now}  # fmt: skip
            case "book":
                bids, asks = tape.venues[self.name, question.coin].book(now, TICKS[question.coin])
                sides = {"bids": bids, "asks": asks}
                return {"lastUpdateId": 1, "E": now, "T": now - 5} | {
                    side: [[text(price), text(coins)] for price, coins in rows] for side, rows in sides.items()
                }
            case "trades":
                return [{"a": row["id"], "p": text(row["price"]), "q": text(row["amount"]), "f": row["id"],
                         "l": row["id"], "T": row["time"], "m": row["side"] < 0} for row in rows]  # fmt: skip
        return {}

    def trouble(self, status: int, now: int) -> Reply:
        code, message = _WORDS.get(status, (-1000, "An unknown error occurred."))
        return Reply(status, {"code": code, "msg": message.format(until=now + 120_000)})

    def hear(self, message: Json) -> Heard:
        if not isinstance(message, dict) or message.get("method") not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            return Heard(({"error": {"code": 2, "msg": "Invalid request"}, "id": None},))
        channels = tuple(channel for name in message["params"] if (channel := _channel(name)) is not None)
        reply = ({"result": None, "id": message.get("id")},)
        return Heard(reply, added=channels) if message["method"] == "SUBSCRIBE" else Heard(reply, removed=channels)

    def tell(self, channel: Channel, events: list[Row], now: int) -> list[Json]:
        match channel.kind:
            case "candles":
                return [{"e": "kline", "E": now, "s": row["coin"] + "USDT", "k": _streamed(row, channel)}
                        for row in events]  # fmt: skip
            case "trades":
                name = channel.name.split("@")[1]
                keys = ("a", "f", "l") if name == "aggTrade" else ("t",)
                return [{"e": name, "E": now, "T": row["time"], "s": row["coin"] + "USDT", "p": text(row["price"]),
                         "q": text(row["amount"]), "X": "MARKET", "m": row["side"] < 0,
                         **dict.fromkeys(keys, row["id"])} for row in events]  # fmt: skip
        return [{"e": "forceOrder", "E": now, "o": _forced(row)} for row in events]

    def _coin(self, asked: Asked) -> str:
        symbol = asked.query.get("symbol", "")
        coin = symbol.removesuffix("USDT")
        if coin not in TICKS or coin == symbol:
            raise RefusedError(400, {"code": -1121, "msg": "Invalid symbol."})
        return coin

    def _interval(self, asked: Asked, name: str) -> int:
        if asked.query.get(name) not in INTERVALS:
            raise RefusedError(400, {"code": -1120, "msg": "Invalid interval."})
        return INTERVALS[asked.query[name]]


def _kline(row: Row, interval: int) -> list[Json]:
    quote, bought = row["volume"] * row["close"], row["taker_buy_volume"]
    return [row["time"], text(row["open"]), text(row["high"]), text(row["low"]), text(row["close"]),
            text(row["volume"]), row["time"] + interval - 1, text(quote), 8, text(bought),
            text(bought * row["close"]), "0"]  # fmt: skip


def _listing(coin: str) -> Json:
    tick, lot = text(TICKS[coin]), text(LOTS[coin])
    return {
        "symbol": coin + "USDT", "pair": coin + "USDT", "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000, "status": "TRADING", "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000", "baseAsset": coin, "quoteAsset": "USDT", "marginAsset": "USDT",
        "pricePrecision": 2, "quantityPrecision": 3, "baseAssetPrecision": 8, "quotePrecision": 8,
        "underlyingType": "COIN", "underlyingSubType": ["PoW"], "triggerProtect": "0.0500",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "1000", "stepSize": lot},
            {"filterType": "MARKET_LOT_SIZE", "minQty": lot, "maxQty": "120", "stepSize": lot},
            {"filterType": "MIN_NOTIONAL", "notional": "100"},
        ],
        "orderTypes": ["LIMIT", "MARKET"], "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }  # fmt: skip


def _channel(name: str) -> Channel | None:
    if name == "!forceOrder@arr":
        return Channel("liquidations", name)
    symbol, _, stream = name.partition("@")
    coin = symbol.upper().removesuffix("USDT")
    if coin not in TICKS:
        return None
    if stream.startswith("kline_"):
        return Channel("candles", name, coin, INTERVALS[stream.removeprefix("kline_")])
    kind = {"trade": "trades", "aggTrade": "trades", "forceOrder": "liquidations"}.get(stream)
    return None if kind is None else Channel(kind, name, coin)


def _streamed(row: Row, channel: Channel) -> Json:
    return {"t": row["time"], "T": row["time"] + channel.interval - 1, "s": row["coin"] + "USDT",
            "i": channel.name.split("_")[1], "f": 1, "L": 8, "o": text(row["open"]), "c": text(row["close"]),
            "h": text(row["high"]), "l": text(row["low"]), "v": text(row["volume"]), "n": 8, "x": row["done"],
            "q": text(row["volume"] * row["close"]), "V": text(row["taker_buy_volume"]),
            "Q": text(row["taker_buy_volume"] * row["close"]), "B": "0"}  # fmt: skip


def _forced(row: Row) -> Json:
    """Return the forced order: side of the ORDER; `l` is only its last fill, `z` all of it; `ap` the price filled."""
    long = row["side"] > 0
    return {"s": row["coin"] + "USDT", "S": "SELL" if long else "BUY", "o": "LIMIT", "f": "IOC",
            "q": text(row["size"]), "p": text(row["price"] * (0.996 if long else 1.004)), "ap": text(row["price"]),
            "X": "FILLED", "l": text(row["size"] / 2), "z": text(row["size"]), "T": row["time"],
            "ps": row["coin"] + "USDT", "st": 1}  # fmt: skip
