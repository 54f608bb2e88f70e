"""Hyperliquid's info endpoint as ccxt speaks to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.venues.questions import (
    INTERVALS,
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

LEVERAGE = {"BTC": 40, "ETH": 25, "SOL": 20}
_DECIMALS = {"BTC": 5, "ETH": 4, "SOL": 2}
KEPT = 5000
"""Candles that the venue keeps."""


class Hyperliquid:
    """One POST path, `info`; what is asked stands in the body."""

    name = "hyperliquid"

    def understand(self, asked: Asked, now: int) -> Question:  # noqa: PLR0911 - one return a type
        if asked.path.strip("/") != "info" or not isinstance(asked.body, dict):
            raise RefusedError(404, "Not Found")
        body = asked.body
        match body.get("type"):
            case "exchangeStatus":
                return Question("time")
            case "meta" | "metaAndAssetCtxs" if not body.get("dex"):
                return Question("markets", form=str(body["type"]))
            case "perpDexs" | "spotMeta" | "spotMetaAndAssetCtxs" | "metaAndAssetCtxs":
                return Question("other", form=str(body["type"]))
            case "candleSnapshot":
                asked_for = body["req"]
                coin, interval = self._coin(asked_for), INTERVALS.get(asked_for.get("interval"), 0)
                if not interval:
                    raise RefusedError(422, "Failed to deserialize the JSON body into the target type")
                start = max(int(asked_for["startTime"]), now - KEPT * interval)
                end = asked_for.get("endTime")
                return Question("candles", coin, interval, start, None if end is None else int(end), KEPT, "last")
            case "fundingHistory":
                end = body.get("endTime")
                start, end = int(body["startTime"]), None if end is None else int(end)
                return Question("funding", self._coin(body), 0, start, end, 500, "first")
            case "l2Book":
                return Question("book", self._coin(body))
            case "recentTrades":
                return Question("trades", self._coin(body), limit=10)
        raise RefusedError(422, "Failed to deserialize the JSON body into the target type")

    def answer(self, question: Question, rows: list[Row], tape: MarketTape, now: int) -> Json:  # noqa: PLR0911 - one a kind
        match question.kind:
            case "time":
                return {"specialStatuses": None, "time": now}
            case "markets":
                coins = tape.coins(self.name)
                universe = [{"szDecimals": _DECIMALS[coin], "name": coin, "maxLeverage": LEVERAGE[coin],
                             "marginTableId": LEVERAGE[coin]} for coin in coins]  # fmt: skip
                tables = [[value, {"description": "", "marginTiers": [{"lowerBound": "0.0", "maxLeverage": value}]}]
                          for value in sorted(set(LEVERAGE.values()))]  # fmt: skip
                meta = {"universe": universe, "marginTables": tables, "collateralToken": 0}
                return meta if question.form == "meta" else [meta, [context(tape, coin, now) for coin in coins]]
            case "other":
                empty: Json = {"tokens": [], "universe": []}
                return {"perpDexs": [None], "spotMeta": empty, "spotMetaAndAssetCtxs": [empty, []]}.get(
                    question.form, [empty, []]
                )
            case "candles":
                return [candle(row, question.coin, question.interval) for row in rows]
            case "funding":
                return [{"coin": question.coin, "fundingRate": text(row["rate"]), "premium": "0.0",
                         "time": row["time"]} for row in rows]  # fmt: skip
            case "book":
                sides = tape.venues[self.name, question.coin].book(now, TICKS[question.coin])
                levels = [[{"px": text(price), "sz": text(coins), "n": 1} for price, coins in rows] for rows in sides]
                return {"coin": question.coin, "time": now - 5, "levels": levels}
            case "trades":
                return [trade(row, question.coin) for row in rows[::-1]]
        return []

    def trouble(self, status: int, now: int) -> Reply:
        match status:
            case 429 | 418:
                return Reply(status, "null")
            case 503:
                return Reply(503, {"specialStatuses": "maintenance", "time": now})
            case 403 | 451:
                return Reply(status, "Forbidden", {"Content-Type": "text/plain"})
        return Reply(status, "null")

    def hear(self, message: Json) -> Heard:
        method = message.get("method") if isinstance(message, dict) else None
        if method == "ping":
            return Heard(({"channel": "pong"},))
        wanted = message.get("subscription", {}) if isinstance(message, dict) else {}
        channel = _channel(wanted)
        if method not in {"subscribe", "unsubscribe"} or channel is None:
            said = f"Error parsing JSON into valid websocket request: {json.dumps(message)}"
            return Heard(({"channel": "error", "data": said},))
        reply = ({"channel": "subscriptionResponse", "data": {"method": method, "subscription": wanted}},)
        return Heard(reply, added=(channel,)) if method == "subscribe" else Heard(reply, removed=(channel,))

    def tell(self, channel: Channel, events: list[Row], now: int) -> list[Json]:  # noqa: ARG002 - rows have stamps
        if not events:
            return []
        if channel.kind == "candles":
            return [{"channel": "candle", "data": candle(row, row["coin"], channel.interval)} for row in events]
        return [{"channel": "trades", "data": [trade(row, row["coin"]) for row in events]}]

    def _coin(self, body: dict[str, Json]) -> str:
        if body.get("coin") not in LEVERAGE:
            raise RefusedError(500, "null")
        return str(body["coin"])


def context(tape: MarketTape, coin: str, now: int) -> Json:
    """Return what the venue says of a coin now: prices, funding, open interest [base]."""
    track = tape.venues["hyperliquid", coin]
    price = text(track.last_price(now))
    interest = track.known(track.interest, now)["amount"]
    rates = track.known(track.funding, now)["rate"]
    return {"funding": text(rates[-1]) if len(rates) else "0.0000125", "premium": "0.0", "markPx": price,
            "openInterest": text(interest[-1]) if len(interest) else "0.0", "prevDayPx": price, "oraclePx": price,
            "midPx": price, "impactPxs": [price, price], "dayNtlVlm": "1000000.0", "dayBaseVlm": "10.0"}  # fmt: skip


def candle(row: Row, coin: str, interval: int) -> Json:
    """Return one candle as REST and the stream send it."""
    name = next(name for name, length in INTERVALS.items() if length == interval)
    return {"t": row["time"], "T": row["time"] + interval - 1, "s": coin, "i": name, "o": text(row["open"]),
            "c": text(row["close"]), "h": text(row["high"]), "l": text(row["low"]), "v": text(row["volume"]),
            "n": 8}  # fmt: skip


def trade(row: Row, coin: str) -> Json:
    """Return one trade: side B bought, A sold."""
    return {"coin": coin, "side": "B" if row["side"] > 0 else "A", "px": text(row["price"]),
            "sz": text(row["amount"]), "time": row["time"], "hash": "0x" + "0" * 64, "tid": row["id"],
            "users": ["0x" + "0" * 40, "0x" + "1" * 40]}  # fmt: skip


def _channel(wanted: dict[str, str]) -> Channel | None:
    kind, coin, interval = wanted.get("type"), wanted.get("coin", ""), INTERVALS.get(wanted.get("interval", ""), 0)
    if coin not in LEVERAGE:
        return None
    if kind == "trades":
        return Channel("trades", f"trades/{coin}", coin)
    if kind == "candle" and interval:
        return Channel("candles", f"candle/{coin}/{wanted['interval']}", coin, interval)
    return None
