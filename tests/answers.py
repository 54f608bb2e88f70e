"""Exchanges that answer as a test says, in place of the real ones: no thread, no network."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.time import duration_ns
from liqwidget.errors import SourceError
from liqwidget.market import fetch
from liqwidget.market.fetch import Request
from liqwidget.market.history import Gathering, History
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import venue

if TYPE_CHECKING:
    import pytest

START = 1_767_225_600_000
"""2026-01-01 00:00 UTC [ms]."""
STEP = 300_000
"""5m [ms]"""


def instrument(name: str = "binance", symbol: str = "BTC", **changes: Any) -> Instrument:
    """Return a linear contract of a venue."""
    wanted = parse_symbol(symbol)
    given: dict[str, Any] = {
        "venue": name, "symbol": f"{wanted.coin}/USDT:USDT", "id": f"{wanted.coin}USDT", "wanted": wanted,
        "quote": "USDT", "inverse": wanted.inverse, "contract_size": 1.0, "factor": 1,
    }  # fmt: skip
    return Instrument(**(given | changes))


def candle_rows(count: int, start: int = START, seed: int = 1) -> list[list[float]]:
    """Return candles of 5m as ccxt gives them: open time [ms], open, high, low, close, volume."""
    random = np.random.default_rng(seed)
    close = 90_000 * np.exp(np.cumsum(random.normal(0, 0.001, count)))
    opened = np.append(90_000, close[:-1])
    rows = np.stack([opened, np.maximum(opened, close) * 1.0005, np.minimum(opened, close) / 1.0005, close], axis=1)
    return [[start + index * STEP, *map(float, np.round(row, 1)), 10.0 + index % 7] for index, row in enumerate(rows)]


def gathered(name: str, count: int = 400, *, symbol: str = "BTC", interest: float = 1000.0) -> Gathering:
    """Return what a venue sent: candles, and open interest [base] of one side."""
    gathering = Gathering(instrument(name, symbol), duration_ns("5m"))
    gathering.asked_at = (START + count * STEP) * 1_000_000
    gathering.add("candles", candle_rows(count, seed=len(name)))
    field = {"bybit": "singleOpenInterest", "okx": "oiCcy"}.get(name, "openInterest")
    rows = [({field: str(interest), "timestamp": START + index * STEP}, None) for index in range(count)]
    gathering.add("open_interest", rows)
    return gathering


def history(name: str, count: int = 400, **options: Any) -> History:
    """Return a venue's whole history."""
    return gathered(name, count, **options).history()


def no_network(name: str) -> SourceError:
    """Return the failure of a venue that cannot be found."""
    return SourceError(f"{name} cannot be found by name (no network?)", venue=name, retryable=True)


def answering(
    patch: pytest.MonkeyPatch, answers: dict[str, History | Gathering | Exception | None]
) -> dict[str, Request]:
    """Let the exchanges answer; a Gathering is under way, None has not answered, a venue not named has no network.

    Returns
    -------
    dict
        The requests by venue, as they are made; end one with `.future.set_result`.
    """
    made: dict[str, Request] = {}

    def request_history(name: str, symbol: str, timeframe: str = "5m", *_: Any, **__: Any) -> Request:
        request = made[name] = Request(venue(name), parse_symbol(symbol), duration_ns(timeframe))
        request.future = Future()
        answer = answers.get(name, no_network(name))
        match answer:
            case History():
                request.future.set_result(answer)
            case Gathering():
                request.gathering = answer
            case Exception():
                request.future.set_exception(answer)
        return request

    patch.setattr(fetch, "request_history", request_history)
    return made
