"""OKX v5 as ccxt speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.venues.questions import (
    DAY,
    HOUR,
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

CONTRACTS = {"BTC": 0.01, "ETH": 0.1, "SOL": 1.0}
"""Coins of a contract: OKX counts in contracts."""
_BARS = {"1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "1H": HOUR,
         "2H": 2 * HOUR, "4H": 4 * HOUR, "6Hutc": 6 * HOUR, "12Hutc": 12 * HOUR, "1Dutc": DAY, "1D": DAY}  # fmt: skip
RECENT = 1440
"""Candles that `market/candles` reaches back."""


class Okx:
    """`api/v5`: newest first, bounds exclusive, amounts in contracts."""

    name = "okx"

    def understand(self, asked: Asked, now: int) -> Question:  # noqa: C901, PLR0911, PLR0912 - one return a path
        endpoint = asked.path.strip("/").removeprefix("api/v5/")
        simple = {"public/time": "time", "system/status": "status"}
        if endpoint in simple:
            return Question(simple[endpoint])
        if endpoint == "public/instruments":
            return Question("markets", form=asked.query.get("instType", ""))
        coin = self._coin(asked, endpoint)
        after, before = asked.number("after"), asked.number("before")
        newer = None if before is None else before + 1
        older = None if after is None else after - 1
        limit = asked.number("limit") or 100
        match endpoint:
            case "market/candles" | "market/history-candles":
                interval = self._bar(asked, "bar")
                if endpoint == "market/candles":
                    newer = max(newer or 0, now - RECENT * interval)
                return Question("candles", coin, interval, newer, older, min(limit, 300))
            case "public/funding-rate-history":
                newer = max(newer or 0, now - 92 * DAY)
                return Question("funding", coin, 0, newer, older, min(limit, 100))
            case "public/funding-rate":
                return Question("funding_now", coin)
            case "public/open-interest":
                return Question("interest", coin)
            case (
                "rubik/stat/contracts/open-interest-history"
                | "rubik/stat/contracts/long-short-account-ratio-contract"
                | "rubik/stat/taker-volume-contract"
            ):
                begin, end = asked.number("begin"), asked.number("end")
                kind = "taken" if "taker" in endpoint else "ratio" if "ratio" in endpoint else "interest_history"
                if kind == "taken" and asked.query.get("unit") != "0":
                    raise RefusedError(400, {"code": "51000", "msg": "Parameter unit error", "data": []})
                newer, older = None if begin is None else begin + 1, None if end is None else end - 1
                return Question(kind, coin, self._bar(asked, "period"), newer, older, min(limit, 100))
            case "market/books":
                return Question("book", coin, limit=min(asked.number("sz") or 1, 400))
            case "public/position-tiers":
                return Question("tiers", coin)
            case "public/liquidation-orders":
                return Question("liquidations", coin, 0, newer, older, min(limit, 100))
            case "market/trades" | "market/history-trades":
                return Question("trades", coin, limit=min(limit, 500))
        raise RefusedError(404, {"code": "404", "msg": "Not Found", "data": []})

    def answer(self, question: Question, rows: list[Row], tape: MarketTape, now: int) -> Json:  # noqa: C901, PLR0912 - one case a kind
        latest, instrument = rows[::-1], question.coin + "-USDT-SWAP"
        size = CONTRACTS.get(question.coin, 1.0)
        data: list[Json] = []
        match question.kind:
            case "time":
                data = [{"ts": str(now)}]
            case "markets":
                data = [_listing(coin) for coin in tape.coins(self.name)] if question.form == "SWAP" else []
            case "candles":
                data = [_row(row, size) for row in latest]
            case "interest_history":
                data = [
                    [str(row["time"]), contracts(row["amount"], size), text(row["amount"]),
                     text(row["amount"] * row["price"])] for row in latest
                ]  # fmt: skip
            case "ratio":
                data = [[str(row["time"]), "1.5"] for row in latest]
            case "taken":
                data = [[str(row["time"]), "2.0", "3.0"] for row in latest]
            case "interest":
                data = [{"instId": instrument, "instType": "SWAP", "oi": contracts(row["amount"], size),
                         "oiCcy": text(row["amount"]), "oiUsd": text(row["amount"] * row["price"]),
                         "ts": str(row["time"])} for row in latest]  # fmt: skip
            case "funding":
                data = [{"instType": "SWAP", "instId": instrument, "fundingRate": text(row["rate"]),
                         "realizedRate": text(row["rate"]), "fundingTime": str(row["time"]), "method": "current_period",
                         "formulaType": "withRate"} for row in latest]  # fmt: skip
            case "funding_now":
                due = now - now % (8 * HOUR) + 8 * HOUR
                data = [{"instType": "SWAP", "instId": instrument, "fundingRate": "0.0001", "fundingTime": str(due),
                         "nextFundingRate": "", "nextFundingTime": str(due + 8 * HOUR), "ts": str(now)}]  # fmt: skip
            case "book":
                bids, asks = tape.venues[self.name, question.coin].book(now, TICKS[question.coin])
                sides = {"bids": bids[: question.limit], "asks": asks[: question.limit]}
                data = [{"ts": str(now - 5), "seqId": 1} | {
                    side: [[text(price), contracts(coins, size), "0", "1"] for price, coins in rows]
                    for side, rows in sides.items()
                }]  # fmt: skip
            case "tiers":
                data = [{"instId": "", "instFamily": question.coin + "-USDT", "uly": question.coin + "-USDT",
                         "tier": str(number), "minSz": str(500 * (number - 1)), "maxSz": str(500 * number),
                         "mmr": text(0.004 * number), "imr": text(0.01 * number), "maxLever": text(100 / number),
                         "optMgnFactor": "0", "quoteMaxLoan": "", "baseMaxLoan": ""}
                        for number in (1, 2, 4)]  # fmt: skip
            case "liquidations":
                data = [{"instType": "SWAP", "instId": instrument, "instFamily": question.coin + "-USDT",
                         "uly": question.coin + "-USDT", "totalLoss": "0",
                         "details": [liquidation(row, size) for row in latest]}]  # fmt: skip
            case "trades":
                data = [_trade(row, instrument, size) for row in latest]
        return {"code": "0", "msg": "", "data": data}

    def trouble(self, status: int, now: int) -> Reply:  # noqa: ARG002 - OKX does not say until when
        code, message = {
            429: ("50011", "Too Many Requests"),
            418: ("50011", "Too Many Requests"),
            503: ("50001", "Service temporarily unavailable. Please try again later"),
        }.get(status, ("50026", "System error. Please try again later."))
        if status in {403, 451}:
            return Reply(status, "Access Denied", {"Content-Type": "text/plain"})
        return Reply(status, {"code": code, "msg": message, "data": []})

    def hear(self, message: Json) -> Heard:
        if message == "ping":
            return Heard(("pong",))
        operation = message.get("op") if isinstance(message, dict) else None
        if operation not in {"subscribe", "unsubscribe"}:
            return Heard(({"event": "error", "code": "60012", "msg": f"Illegal request: {message}"},))
        replies, channels = list[Json](), list[Channel]()
        for argument in message["args"]:
            channel = _channel(argument)
            if channel is None:
                said = f"channel:{argument.get('channel')},instId:{argument.get('instId')} doesn't exist"
                replies.append({"event": "error", "code": "60018", "msg": said, "connId": "1"})
            else:
                replies.append({"event": operation, "arg": argument, "connId": "1"})
                channels.append(channel)
        if operation == "subscribe":
            return Heard(tuple(replies), added=tuple(channels))
        return Heard(tuple(replies), removed=tuple(channels))

    def tell(self, channel: Channel, events: list[Row], now: int) -> list[Json]:  # noqa: ARG002 - rows have stamps
        if not events:
            return []
        if channel.kind == "liquidations":
            grouped: dict[str, list[Row]] = {}
            for row in events:
                grouped.setdefault(row["coin"], []).append(row)
            data = [{"details": [liquidation(row, CONTRACTS[coin]) for row in rows], "instFamily": f"{coin}-USDT",
                     "instId": f"{coin}-USDT-SWAP", "instType": "SWAP", "uly": f"{coin}-USDT"}
                    for coin, rows in grouped.items()]  # fmt: skip
            return [{"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": data}]
        argument = {"channel": channel.name, "instId": f"{channel.coin}-USDT-SWAP"}
        size = CONTRACTS[channel.coin]
        if channel.kind == "candles":
            return [{"arg": argument, "data": [_row(row, size)]} for row in events]
        return [{"arg": argument, "data": [_trade(row, f"{channel.coin}-USDT-SWAP", size)]} for row in events]

    def _coin(self, asked: Asked, endpoint: str) -> str:
        name = asked.query.get("instId") or asked.query.get("instFamily") or asked.query.get("uly") or ""
        coin = name.split("-")[0]
        family = endpoint in {"public/position-tiers", "public/liquidation-orders"}
        if coin not in CONTRACTS or name != f"{coin}-USDT" + ("" if family and name.count("-") == 1 else "-SWAP"):
            raise RefusedError(200, {"code": "51001", "msg": "Instrument ID doesn't exist", "data": []})
        return coin

    def _bar(self, asked: Asked, name: str) -> int:
        if asked.query.get(name, "5m") not in _BARS:
            raise RefusedError(200, {"code": "51000", "msg": f"Parameter {name} error", "data": []})
        return _BARS[asked.query.get(name, "5m")]


def contracts(amount: float, size: float) -> str:
    """Return an amount of coins as contracts."""
    return text(round(amount / size, 8))


def liquidation(row: Row, size: float) -> Json:
    """Return one forced order: `side` is that of the order, `posSide` of the position."""
    long = row["side"] > 0
    return {"bkLoss": "0", "bkPx": text(row["price"]), "ccy": "", "posSide": "long" if long else "short",
            "side": "sell" if long else "buy", "sz": contracts(row["size"], size), "ts": str(row["time"]),
            "time": row["time"]}  # fmt: skip


def _listing(coin: str) -> Json:
    return {
        "instType": "SWAP", "instId": f"{coin}-USDT-SWAP", "uly": f"{coin}-USDT", "instFamily": f"{coin}-USDT",
        "baseCcy": "", "quoteCcy": "", "settleCcy": "USDT", "ctVal": text(CONTRACTS[coin]), "ctMult": "1",
        "ctValCcy": coin, "ctType": "linear", "optType": "", "stk": "", "expTime": "", "alias": "", "category": "1",
        "lever": str(min(MAX_LEVERAGE[coin], 100)), "listTime": "1573557408000", "tickSz": text(TICKS[coin]),
        "lotSz": "0.01", "minSz": "0.01", "maxLmtSz": "100000000", "maxMktSz": "35000", "state": "live",
        "ruleType": "normal", "instIdCode": 10459,
    }  # fmt: skip


def _row(row: Row, size: float) -> Json:
    return [str(row["time"]), *(text(row[name]) for name in ("open", "high", "low", "close")),
            contracts(row["volume"], size), text(row["volume"]), text(row["volume"] * row["close"]),
            "1" if row["done"] else "0"]  # fmt: skip


def _trade(row: Row, instrument: str, size: float) -> Json:
    return {"instId": instrument, "tradeId": str(row["id"]), "px": text(row["price"]),
            "sz": contracts(row["amount"], size), "side": "buy" if row["side"] > 0 else "sell",
            "ts": str(row["time"]), "count": "1"}  # fmt: skip


def _channel(argument: dict[str, str]) -> Channel | None:
    name, coin = argument.get("channel", ""), argument.get("instId", "").split("-")[0]
    if name == "liquidation-orders" and argument.get("instType") == "SWAP":
        return Channel("liquidations", name)
    if argument.get("instId") != f"{coin}-USDT-SWAP" or coin not in CONTRACTS:
        return None
    if name == "trades":
        return Channel("trades", name, coin)
    interval = _BARS.get(name.removeprefix("candle")) if name.startswith("candle") else None
    return None if interval is None else Channel("candles", name, coin, interval)
