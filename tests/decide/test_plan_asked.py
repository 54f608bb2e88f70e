"""What cannot be asked of a plan."""

from __future__ import annotations

import math
from typing import Any

import pytest

from liqwidget import (
    DataError,
    plan,
)
from tests.decide.plans import made


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"side": "up"}, "Expected side"),
        ({"entry": -1}, "Expected entry as a price above 0"),
        ({"entry": math.nan}, "Expected entry as a price above 0"),
        ({"entry": "91000"}, "Expected entry as a price above 0"),
        ({"entry": []}, "Expected entry"),
        ({"entry": [[91_000]]}, "Expected entry"),
        ({"entry": [91_000, math.inf]}, "Expected entry"),
        ({"entry": [91_000, 90_000], "weights": [1]}, "Expected weights, one per entry"),
        ({"weights": [0]}, "Expected weights as shares above 0"),
        ({"stop": 92_000}, "Expected stop below the entry of a long, 91,000.0, was 92,000.0"),
        ({"stop": 91_000}, "Expected stop below"),
        ({"entry": [91_000, 90_000], "stop": 90_500}, "Expected stop below the entry of a long, 90,000.0"),
        ({"side": "short", "stop": 90_000}, "Expected stop above the entry of a short"),
        ({"target": 90_000}, "Expected target above the entry of a long"),
        ({"side": "short", "target": 92_000}, "Expected target below the entry of a short"),
        ({"stop": 0}, "Expected stop"),
        ({"stop": "90000"}, "Expected stop"),
        ({"target": math.inf}, "Expected target"),
        ({"leverage": 0}, "Expected leverage"),
        ({"leverage": True}, "Expected leverage"),
        ({"leverage": None}, "Expected leverage or margin, were both None"),
        ({"leverage": None, "margin": 100, "risk": None}, "Expected risk, size, or leverage and margin"),
        ({"margin": 100}, "Expected leverage or margin beside risk"),
        ({"risk": 0}, "Expected risk"),
        ({"risk": "1"}, "Expected risk as money"),
        (
            {"risk": "101%", "account": 100},
            "Expected risk of more than 0 % and no more than the account, '100%', was '101%'",
        ),
        ({"risk": "0%", "account": 100}, "Expected risk of more than 0 %"),
        ({"risk": "1%"}, "Expected account"),
        ({"risk": 200, "account": 100}, "Expected risk of no more than the account"),
        ({"size": 1}, "Expected risk or size"),
        ({"account": -5}, "Expected account"),
        ({"mode": "portfolio"}, "Expected mode to be one of isolated, cross"),
        ({"mode": "cross"}, "Expected account"),
        ({"fee": 5}, "Expected fee as a fraction"),
        ({"fee": math.nan}, "Expected fee as a fraction"),
        ({"impact": 3}, "Expected impact as a SquareRootImpact"),
        ({"venue": "binanse"}, "Expected venue to be one of binance, bitget"),
        ({"contract": "spot"}, "Expected contract"),
        ({"leverage": 300}, "binance allows up to 150x for that size"),
        ({"maintenance_margin_rate": -1}, "Expected maintenance_margin_rate as a fraction"),
        ({"maintenance_margin_rate": "x"}, "Expected maintenance_margin_rate as a fraction"),
        ({"maintenance_amount": 5}, "Expected maintenance_margin_rate beside maintenance_amount"),
        ({"maintenance_margin_rate": 0.01, "maintenance_amount": -5}, "Expected maintenance_amount as money"),
        ({"tiers": [1]}, "Expected tiers as liqwidget.margin_tiers"),
        ({"sensitivity": 7}, "Expected sensitivity"),
        ({"at": "2025-01-01"}, "Expected at= on or after the first close"),
        ({"at": "soon"}, "Expected at"),
        ({"now": "soon"}, "Expected now"),
        ({"horizon": "soon"}, "soon"),
        ({"groups": ["7x"]}, "7x"),
        ({"venues": ["okx"]}, "Expected a venue among binance"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    usual: dict[str, Any] = {"side": "long", "entry": 91_000, "risk": 10, "leverage": 5}
    with pytest.raises(DataError, match=said):
        plan(made(), **(usual | options))
