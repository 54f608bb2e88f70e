"""Liquidation prices: the published worked examples, the laws, and the tier tables that ship."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.domain.margin import liquidation_price
from liqwidget.domain.side import Side
from liqwidget.domain.tiers import TierTable, tier_table, venue_rules, venues
from liqwidget.errors import DataError

OCTOBER_2024 = "2024-10-31"
LONG, SHORT = Side.LONG, Side.SHORT
TABLES = [table for venue in venues() for table in venue_rules(venue).tables]


def name_of(table: TierTable) -> str:
    return f"{table.venue}-{table.symbols[0]}-{table.contract}-{str(table.since)[:10]}"


def price(venue: str, side: Side, entry: float, leverage: float | None, **options: Any) -> float:
    value = liquidation_price(venue, "BTC", side, entry, leverage, **options)
    assert isinstance(value, float)
    return value


def ladder(venue: str, entry: float, rows: dict[float, tuple[float, float]], **options: Any) -> list[Any]:
    return [
        pytest.param(venue, side, entry, leverage, options, expected, id=f"{venue}-{leverage}x-{side.label}")
        for leverage, pair in rows.items()
        for side, expected in zip(Side, pair, strict=True)
    ]


# The venues' pages (../shared/FORMULAS.md, section 1); each number is rounded there as written here.
WORKED = [
    *ladder(
        "binance",
        100_000,
        {
            5: (80_321.29, 119_521.91),
            10: (90_361.45, 109_561.75),
            20: (95_381.53, 104_581.67),
            25: (96_385.54, 103_585.66),
            50: (98_393.57, 101_593.63),
            100: (99_397.59, 100_597.61),
            125: (99_598.39, 100_398.41),
        },
        at=OCTOBER_2024,
    ),
    *ladder(
        "binance",
        10,
        {5: (8.0707, 11.8911), 3: (6.7239, 13.2112)},
        size=1,
        maintenance_margin_rate=0.01,
        maintenance_amount=0.01,
    ),
    *ladder("bybit", 10, {3: (6.7667, 13.2333), 5: (8.1, 11.9), 10: (9.1, 10.9)}, maintenance_margin_rate=0.01),
    *ladder("okx", 10, {5: (8.0857, 11.8741), 3: (6.7381, 13.1935)}, maintenance_margin_rate=0.01, fee=0.0006),
    *ladder("okx", 100_000, {10: (90_406.83, 109_507.22)}),
    *ladder(
        "hyperliquid",
        100_000,
        {
            5: (81_012.66, 118_518.52),
            10: (91_139.24, 108_641.98),
            20: (96_202.53, 103_703.70),
            40: (98_734.18, 101_234.57),
        },
    ),
    pytest.param("bybit", LONG, 50_000, 10, {"size": 0.5}, 45_250.0, id="bybit-0.5-BTC"),
    pytest.param("bybit", SHORT, 50_000, 10, {"size": 1.2, "contract": "inverse"}, 55_277.8, id="bybit-inverse-short"),
    pytest.param("bybit", LONG, 50_000, 10, {"size": 1.2, "contract": "inverse"}, 45_681.8, id="bybit-inverse-long"),
    pytest.param(
        "binance",
        LONG,
        1_456.84,
        None,
        {"size": 3_683.979, "margin": 1_535_443.01, "maintenance_margin_rate": 0.1, "maintenance_amount": 135_365},
        1_114.78,
        id="binance-calculator-ETH",
    ),
    pytest.param(
        "binance",
        LONG,
        32_481.98,
        None,
        {"size": 109.488, "margin": 1_535_443.01, "maintenance_margin_rate": 0.025, "maintenance_amount": 16_300},
        18_778.73,
        id="binance-calculator-BTC",
    ),
    pytest.param(
        "binance",
        LONG,
        32_481.98,
        None,
        {"size": 109.488, "margin": 1_535_443.01, "at": "2021-04-01"},
        18_778.73,
        id="binance-calculator-BTC-by-table",
    ),
    *(
        pytest.param(
            "binance", LONG, 100_000, 10, {"size": size, "at": OCTOBER_2024}, expected, id=f"binance-{size}-BTC"
        )
        for size, expected in [(0.4, 90_361.0), (2.64, 90_433.0), (20, 90_541.0), (80, 90_765.0), (300, 91_390.0)]
    ),
]


@pytest.mark.parametrize(("venue", "side", "entry", "leverage", "options", "expected"), WORKED)
def test_worked_examples(
    *, venue: str, side: Side, entry: float, leverage: float | None, options: dict[str, Any], expected: float
) -> None:
    decimals = len(str(expected).partition(".")[2].rstrip("0"))
    assert abs(price(venue, side, entry, leverage, **options) - expected) <= 0.5 * 10.0**-decimals * (1 + 1e-9)


def test_wrong_oracles_are_avoided() -> None:
    # 67,000 lies in the second tier of Binance: 60,552.76, not 60,542.17 by the first tier, as is copied around.
    assert price("binance", LONG, 67_000, 10, size=1, at=OCTOBER_2024) == pytest.approx(60_552.76, abs=0.005)
    # 25x short: arithmetic yields 69,402.39, not 69,920.32.
    assert price("binance", SHORT, 67_000, 25, at=OCTOBER_2024) == pytest.approx(69_402.39, abs=0.005)
    # Hyperliquid's rate is half of that at the largest leverage, not of the chosen one: never 95,000.
    assert price("hyperliquid", LONG, 100_000, 10) == pytest.approx(91_139.24, abs=0.005)
    # Maintenance above the margin puts a long above its entry: refused instead.
    with pytest.raises(DataError, match="Expected leverage"):
        price("binance", LONG, 100_000, 100, maintenance_margin_rate=0.025)


# What other tools compute (../shared/FORMULAS.md): a long at 100,000 in Binance's first tier.
PEERS = {
    "1 - 1/L": (90_000, 96_000, 98_000, 99_000),
    "rate over leverage": (90_040, 96_016, 98_008, 99_004),
    "one large rate": (90_400, 96_500, 99_000, 101_500),
    "half a per cent": (90_500, 96_500, 98_500, 99_500),
    "0.6 per cent": (90_600, 96_600, 98_600, 99_600),
    "wrong sign": (89_400, 95_460, 97_480, 98_490),
}


@pytest.mark.parametrize("peer", PEERS)
def test_prices_of_the_peers_are_not_ours(peer: str) -> None:
    """At 10x, 25x, 50x and 100x; rounded to whole units the exact prices are 90,361, 96,386, 98,394 and 99,398."""
    ours = np.array([price("binance", LONG, 100_000, leverage, at=OCTOBER_2024) for leverage in (10, 25, 50, 100)])
    np.testing.assert_array_equal(np.round(ours), [90_361, 96_386, 98_394, 99_398])
    assert (np.abs(ours - PEERS[peer]) > 10).all()


@pytest.mark.parametrize("leverage", [10, 20, 25, 50, 100, 125])
@pytest.mark.parametrize("side", list(Side))
def test_the_simple_formula_is_near_in_the_first_tier(side: Side, leverage: float) -> None:
    simple = 100_000 * (1 - side * (1 / leverage - 0.004))
    assert price("binance", side, 100_000, leverage, at=OCTOBER_2024) == pytest.approx(simple, abs=40)


# ------------------------------------------------------------------ laws


def maintenance(table: TierTable, value: float, fee: float) -> float:
    """Maintenance margin from first principles: every slice of the value at the rate of its own tier."""
    total, floor = fee * value, 0.0
    for tier in table.tiers:
        ceiling = tier.limit if tier is not table.tiers[-1] else float("inf")
        total += max(min(value, ceiling) - floor, 0.0) * tier.maintenance_margin_rate
        floor = ceiling
    return total


MARGINAL = [table for table in TABLES if table.method == "marginal"]


@st.composite
def positions(draw: st.DrawFn) -> tuple[TierTable, Side, float, float, float]:
    """Draw a table, a side, an entry price, a leverage that the margin can bear, and a size [base]."""
    table = draw(st.sampled_from(MARGINAL))
    side = draw(st.sampled_from(list(Side)))
    entry = 10.0 ** draw(st.floats(-4, 6))
    largest = table.tiers[-1].limit if len(table.tiers) > 2 else table.tiers[0].limit
    value = largest * 10.0 ** draw(st.floats(-6, 0.3 if table.complete else -2.5))
    size = value if table.contract == "inverse" else value / entry
    fee = venue_rules(table.venue).fee
    owed = maintenance(table, value, fee) / value
    leverage = 1.0 / (owed + (1.0 - owed) * draw(st.floats(1e-3, 0.9)))
    return table, side, entry, leverage, size


def liquidated(table: TierTable, side: Side, entry: Any, leverage: Any, size: Any) -> Any:
    return liquidation_price(
        table.venue,
        table.symbols[0],
        side,
        entry,
        leverage,
        size,
        at=table.since or "2030-01-01",
        contract=table.contract,
    )


@given(positions())
def test_equity_equals_maintenance_at_the_liquidation_price(
    position: tuple[TierTable, Side, float, float, float],
) -> None:
    table, side, entry, leverage, size = position
    at = liquidated(table, side, entry, leverage, size)
    rules = venue_rules(table.venue)
    inverse = table.contract == "inverse"
    value = size if inverse else size * entry
    if np.isnan(at):
        # No price liquidates: equity exceeds maintenance at any price on the losing side.
        assert inverse or side is LONG
        far = entry * (1e-9 if side is LONG else 1e9)
    else:
        far = at
    profit = side * (size - size * entry / far) if inverse else side * size * (far - entry)
    held = value if rules.basis(table.contract) == "entry" else (size * entry / far if inverse else size * far)
    equity, owed = value / leverage + profit, maintenance(table, held, rules.fee)
    if np.isnan(at):
        assert equity > owed - 1e-6 * value
    else:
        assert equity == pytest.approx(owed, abs=1e-9 * max(value, held))


@given(positions())
def test_a_long_lies_below_its_entry_and_a_short_above(position: tuple[TierTable, Side, float, float, float]) -> None:
    table, _, entry, leverage, size = position
    long, short = liquidated(table, LONG, entry, leverage, size), liquidated(table, SHORT, entry, leverage, size)
    assert np.isnan(long) or 0 < long < entry
    assert np.isnan(short) or short > entry


@given(positions(), st.floats(1.001, 50))
def test_more_margin_is_liquidated_farther_away(
    position: tuple[TierTable, Side, float, float, float], factor: float
) -> None:
    table, side, entry, leverage, size = position
    near, far = liquidated(table, side, entry, [leverage, leverage / factor], size)
    assert np.isnan(far) or side * (near - far) > 0


@given(positions())
def test_arrays_equal_scalars(position: tuple[TierTable, Side, float, float, float]) -> None:
    table, _, entry, leverage, size = position
    entries, sizes = np.array([entry, entry / 2]), size * np.array([[1.0], [0.5], [0.01]])
    block = liquidated(table, LONG, entries, leverage / 2, sizes)
    assert block.shape == (3, 2)
    assert block.dtype == np.float64
    for row, column in np.ndindex(3, 2):
        one = liquidated(table, LONG, entries[column], leverage / 2, sizes[row, 0])
        np.testing.assert_array_equal(one, block[row, column])


@given(positions())
def test_the_tier_is_the_one_valid_at_the_liquidation_price(
    position: tuple[TierTable, Side, float, float, float],
) -> None:
    table, side, entry, leverage, size = position
    at = liquidated(table, side, entry, leverage, size)
    if np.isnan(at):
        return
    inverse = table.contract == "inverse"
    if venue_rules(table.venue).basis(table.contract) == "entry":
        value = size if inverse else size * entry
    else:
        value = size * entry / at if inverse else size * at
    tier = next((tier for tier in table.tiers if value <= tier.limit), table.tiers[-1])
    alone = liquidation_price(
        table.venue,
        table.symbols[0],
        side,
        entry,
        leverage,
        size,
        maintenance_margin_rate=tier.maintenance_margin_rate,
        maintenance_amount=tier.maintenance_amount,
        contract=table.contract,
    )
    assert at == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize("table", MARGINAL, ids=map(name_of, MARGINAL))
@pytest.mark.parametrize("side", list(Side))
def test_continuous_at_tier_edges(table: TierTable, side: Side) -> None:
    rules, entry, margin = venue_rules(table.venue), 100.0, 0.9
    for low, step in itertools.product(table.tiers[:-1], [-3e-4, -1e-9, 0.0, 1e-9, 3e-4]):
        held = low.limit * (1 + step)
        owed = maintenance(table, held, rules.fee)
        # The size whose value at liquidation is `held`, from equity = maintenance there.
        if rules.maintenance_on == "entry":
            size, expected = held / entry, entry * (1 - side * (margin - owed / held))
        elif table.contract == "inverse":
            size = (held + side * owed) / (1 + side * margin)
            expected = size * entry / held
        else:
            size = (held - side * owed) / (1 - side * margin) / entry
            expected = held / size
        assert liquidated(table, side, entry, 1 / margin, size) == pytest.approx(expected, rel=1e-9)


def test_no_liquidation_is_nan() -> None:
    assert np.isnan(price("binance", LONG, 100, 1))
    assert np.isnan(price("hyperliquid", LONG, 100, 0.5))
    assert np.isnan(price("binance", SHORT, 100, 1, contract="inverse", maintenance_margin_rate=0.004))
    assert price("binance", SHORT, 100, 1) > 100
    both = liquidation_price("binance", "BTC", ["long", "short"], 100, 1)
    np.testing.assert_array_equal(np.isnan(both), [True, False])


def test_arguments_override_the_table() -> None:
    table = tier_table("binance", "BTC", OCTOBER_2024)
    by_hand = (100_000 - 10_000 - 950 / 20) / (1 - 0.0065)
    assert table.tiers[2].maintenance_amount == 950
    assert price("binance", LONG, 100_000, 10, size=20, at=OCTOBER_2024) == pytest.approx(by_hand)
    with_fee = (100_000 - 10_000 - 950 / 20) / (1 - 0.0065 - 0.001)
    assert price("binance", LONG, 100_000, 10, size=20, at=OCTOBER_2024, fee=0.001) == pytest.approx(with_fee)
    with_amount = (100_000 - 10_000 - 100 / 20) / (1 - 0.0065)
    assert price("binance", LONG, 100_000, 10, size=20, at=OCTOBER_2024, maintenance_amount=100) == pytest.approx(
        with_amount
    )
    added = price("bybit", LONG, 50_000, 10, size=0.5, margin=2_500 + 1_000)
    assert added == pytest.approx(45_250 - 1_000 / 0.5)  # Bybit: extra margin / size
    assert price("binance", LONG, 50_000, None, size=2, margin=10_000) == price("binance", LONG, 50_000, 10, size=2)


@pytest.mark.parametrize("symbol", ["BTC", "btc", "BTC/USDT:USDT", "BTCUSDT", "BTC-USDT-SWAP"])
def test_symbols_of_the_venues_are_understood(symbol: str) -> None:
    assert liquidation_price("Binance", symbol, "long", 100, 10) == price("binance", LONG, 100, 10)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (("kraken", "BTC", "long", 100, 10), {}, r"Expected venue to be one of binance, .*okx, was 'kraken'"),
        (
            ("binance", "PEPE", "long", 100, 10),
            {},
            r"symbol to have linear tiers on binance \(AAVE, ADA, .*, XRP, ZEC\), was",
        ),
        (("okx", "BTC", "long", 100, 10), {"contract": "inverse"}, r"inverse tiers on okx \(SOL\)"),
        (("binance", "BTC", "long", 100, 10), {"at": "2020-01-01"}, r"on or after 2021-03-18 09:00:00\+00:00"),
        (("binance", "BTC", "long", 100, 10), {"at": "soon"}, r"Expected at as a time"),
        (("binance", "BTC", "buy", 100, 10), {}, r"Expected side 'long' or 'short' .*, was 'buy'"),
        (("binance", "BTC", ["long", None], 100, 10), {}, r"Expected side"),
        (("binance", "BTC", "long", 0, 10), {}, r"Expected entry_price finite and above 0, was 0"),
        (("binance", "BTC", "long", [100, np.nan], 10), {}, r"entry_price finite and above 0, was nan at index 1"),
        (("binance", "BTC", "long", "many", 10), {}, r"Expected entry_price as a number or an array of numbers"),
        (("binance", "BTC", "long", 100, [[10, -2]]), {}, r"leverage finite and above 0, was -2 at index 0, 1"),
        (("binance", "BTC", "long", 100, 250), {"at": OCTOBER_2024}, r"leverage .* under 250, .* was 250"),
        (("binance", "BTC", "long", 100, 10, -1), {}, r"Expected size finite and above 0, was -1"),
        (("binance", "BTC", "long", 100, None), {}, r"Expected leverage or margin"),
        (("binance", "BTC", "long", 100, 10), {"margin": 5}, r"Expected size \[base\] together with margin"),
        (("binance", "BTC", "long", 100, 10), {"maintenance_amount": 5}, r"together with maintenance_amount"),
        (
            ("binance", "BTC", "long", 100, 10),
            {"maintenance_margin_rate": -0.1},
            r"rate finite and at least 0, was -0.1",
        ),
        (
            ("binance", "BTC", "long", 100, 10),
            {"maintenance_margin_rate": 1},
            r"maintenance_margin_rate \+ fee under 1",
        ),
        (("binance", "BTC", "long", 100, 10), {"fee": -0.1}, r"fee finite and at least 0"),
        (("binance", "BTC", "long", 100, 10), {"contract": "quanto"}, r"contract to be 'linear' or 'inverse'"),
        (("binance", "BTC", "long", [1, 2], [1, 2, 3]), {}, r"broadcast, were entry_price \(2,\), leverage \(3,\)"),
        (("okx", "BTC", "long", 100, 10, 10.5), {}, r"Expected size up to 10 \[base\] .*, was 10.5"),
    ],
)
def test_bad_input_is_named(arguments: tuple[Any, ...], options: dict[str, Any], text: str) -> None:
    with pytest.raises(DataError, match=text):
        liquidation_price(*arguments, **options)


@pytest.mark.parametrize(
    ("entry", "leverage", "words"),
    [(None, 10, "Expected entry_price, was None"), (True, 10, "entry_price as a number, was True"),
     (1e5, True, "leverage as a number"), (1e5, None, "leverage or margin, were both None")],
)  # fmt: skip
def test_nothing_and_truth_are_no_numbers(entry: Any, leverage: Any, words: str) -> None:
    """An entry price of None was a KeyError, a leverage of True a NaN."""
    with pytest.raises(DataError, match=words):
        liquidation_price("binance", "BTC", "long", entry, leverage)
