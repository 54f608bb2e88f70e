"""The law of frames for open interest: whatever its column, unit, order, zone and form, right or a sentence."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.validation import FEWEST_DAYS, MOST_DAYS
from liqwidget.errors import DataError
from tests.markets import walk

DRAWN = walk(3, 48, "1h", price=90_000.0)
CANDLES = DRAWN.candles
COINS = pd.DataFrame(DRAWN.open_interest)["open_interest"]
PRICES = np.append(CANDLES["open"].iloc[0], CANDLES["close"])


class Column(NamedTuple):
    """A name, and whether it says that its values are coins, quote currency or contracts."""

    name: str
    says: str | None


OURS = Column("open_interest", "coins"), Column("open_interest_value", "quote")
THEIRS = (
    Column("openInterestValue", "quote"), Column("oiUsd", "quote"), Column("sumopeninterestvalue", "quote"),
    Column("oi (₩)", "quote"), Column("oiCcy", "coins"), Column("open_interest_btc", "coins"),
    Column("oi_contracts", "contracts"), Column("openInterest", None), Column("OI", None),
)  # fmt: skip
SIZE = {"linear": 0.01, "inverse": 100.0}


def given_as(unit: str, contract: str) -> Any:
    """Return the true open interest in a unit, one value a stamp."""
    if unit == "contracts":
        return COINS / SIZE["linear"] if contract == "linear" else COINS * PRICES / SIZE["inverse"]
    return COINS * PRICES if unit == "quote" else COINS


def dressed(values: pd.Series, name: str, form: str, clock: str | None, order: str) -> pd.DataFrame:
    rows = {"as it is": np.arange(len(values)), "reversed": np.arange(len(values))[::-1],
            "shuffled": np.random.default_rng(1).permutation(len(values)),
            "twice": np.repeat(np.arange(len(values)), 2)}[order]  # fmt: skip
    frame = values.to_frame(name).iloc[rows]
    index = pd.DatetimeIndex(frame.index)
    local = index.tz_localize(None) if clock is None else index.tz_convert(clock)
    if form == "index":
        return frame.set_axis(local)
    times: Any = {"column": local, "text": [one.isoformat() for one in local],
                  "ms": index.as_unit("ms").asi8, "read as ns": pd.to_datetime(index.as_unit("ms").asi8, utc=True),
                  }[form]  # fmt: skip
    return frame.reset_index(drop=True).assign(time=times)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.sampled_from((*OURS * 6, *THEIRS)),
    st.sampled_from(["coins", "quote", "contracts"]),
    st.sampled_from(["linear", "inverse"]),
    st.just("float64") | st.sampled_from(["float32", "object", "str", "Float64", "double[pyarrow]", "category"]),
    st.sampled_from(["index", "index", "column", "column", "text", "text", "ms", "read as ns"]),
    st.sampled_from(["UTC", "UTC", "UTC", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "+05:30", None]),
    st.sampled_from(["as it is", "reversed", "shuffled", "twice"]),
    st.booleans(),
)
def test_open_interest_is_right_or_a_sentence_names_the_column_and_the_remedy(
    column: Column, unit: str, contract: str, dtype: Any, form: str, clock: str | None, order: str, sized: Any
) -> None:
    frame = dressed(given_as(unit, contract).astype(dtype), column.name, form, clock, order)
    symbol = "BTC" if contract == "linear" else "BTC/USD:BTC"
    size = SIZE[contract] if sized else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            market = MarketData.from_frames(CANDLES, frame, symbol=symbol, venue="binance", contract_size=size)
        except DataError as error:
            refused(str(error), column, unit, form, clock, sized=sized)
            return
    assert column in OURS
    assert form in {"index", "column", "text"}
    assert clock is not None
    meant = "quote" if column.says == "quote" else "contracts" if sized else "coins"
    if meant == unit:
        true = given_as("quote" if contract == "inverse" else "coins", contract)
        assert market.interest == pytest.approx(true.to_numpy(), rel=0.02)
        assert not any("check the units" in note for note in market.notes)
    else:
        # What is within a minute and a hundred days of volume cannot be told from a market.
        days = float(np.median(market.interest_coins)) / float(CANDLES["volume"].mean() * 24)
        assert any("check the units" in note for note in market.notes) == (not FEWEST_DAYS <= days <= MOST_DAYS)


def refused(words: str, column: Column, unit: str, form: str, clock: str | None, *, sized: bool) -> None:
    """What is refused is named, with what to do; nothing that is right is."""
    assert all(line.startswith("Expected ") for line in words.splitlines())
    assert "open_interest" in words
    if column in THEIRS:
        assert f"Is {column.name!r} meant?" in words
        assert ("open_interest_value" in words.split("meant?")[1]) == (column.says in {"quote", None})
    if form in {"ms", "read as ns"} or clock is None:
        assert "tz_localize('UTC')" in words or "unit='ms'" in words
    elif column in OURS:
        meant = "quote" if column.says == "quote" else "contracts" if sized else "coins"
        assert meant != unit
        assert any(
            remedy in words for remedy in ("contract_size=", "Rename it to", "rename the column to", "Divide it")
        )
