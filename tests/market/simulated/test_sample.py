"""The simulated market: what it publishes, what its truth says, and whether it looks like a market."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import MINUTE
from liqwidget.errors import DataError, SourceError
from liqwidget.market.simulated import sample
from liqwidget.market.simulated.sample import (
    DEFAULT_SEED,
    SYMBOLS,
    SampleMarket,
    SampleTruth,
    VenueSample,
    sample_market,
)

STEP = 5 * MINUTE
CRASH = slice("2026-01-19 12:00", "2026-01-20 00:00")


@pytest.fixture(scope="module", params=SYMBOLS)
def market(request: pytest.FixtureRequest) -> SampleMarket:
    return sample_market(str(request.param))


@pytest.fixture(scope="module")
def bitcoin() -> SampleMarket:
    return sample_market("BTC")


def frames(venue: VenueSample) -> list[pd.DataFrame]:
    return [venue.candles, venue.open_interest, venue.funding, venue.liquidations]


def content(market: SampleMarket) -> bytes:
    published = [frame.to_csv() for venue in market.venues.values() for frame in frames(venue)]
    truth = [np.asarray(getattr(market.truth, field.name)).tobytes() for field in fields(SampleTruth)]
    return "".join(published).encode() + b"".join(truth)


def stamps(index: pd.Index) -> np.ndarray:
    """Return a time index as int64 ns."""
    return pd.DatetimeIndex(index).as_unit("ns").asi8


def of_venue(truth: SampleTruth, venue: str) -> np.ndarray:
    return np.flatnonzero(truth.venue == truth.venues.index(venue))


def balances(truth: SampleTruth, venue: str, lots_per_unit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every instant at which a venue's positions change, and the lots that longs and shorts hold from then."""
    rows = of_venue(truth, venue)
    lots = np.rint(truth.size[rows] * lots_per_unit).astype(np.int64)
    gone = truth.close_time[rows] < np.iinfo(np.int64).max
    times = np.concatenate((truth.open_time[rows], truth.close_time[rows][gone]))
    change = np.concatenate((lots, -lots[gone]))
    long = np.concatenate((truth.side[rows], truth.side[rows][gone])) > 0
    instants, at = np.unique(times, return_inverse=True)
    longs, shorts = (np.cumsum(np.bincount(at, np.where(of, change, 0), len(instants))) for of in (long, ~long))
    return instants, longs, shorts


def log_moves(market: SampleMarket) -> pd.Series:
    close = market.venues["binance"].candles["close"]
    return pd.Series(np.diff(np.log(close.to_numpy())), close.index[1:])


def liquidated_by_hour(market: SampleMarket) -> pd.Series:
    events = pd.concat(venue.liquidations for venue in market.venues.values())
    return events.set_index("time").sort_index()["size"].resample("1h").sum()


def total_open_interest(market: SampleMarket) -> pd.Series:
    return pd.DataFrame({name: venue.open_interest["open_interest"] for name, venue in market.venues.items()}).sum(
        axis=1
    )


@pytest.mark.slow
def test_same_arguments_give_the_same_bytes() -> None:
    first = content(sample_market("SOL", seed=3, days=3))
    sample._simulated.cache_clear()
    assert content(sample_market("SOL", seed=3, days=3)) == first


@pytest.mark.slow
def test_seeds_and_symbols_differ() -> None:
    closes = [
        sample_market(symbol, seed=seed, days=3).venues["okx"].candles["close"].to_numpy()
        for symbol, seed in (("BTC", 1), ("BTC", 2), ("ETH", 1))
    ]
    moves = [np.diff(np.log(close)) for close in closes]
    assert abs(np.corrcoef(moves[0], moves[1])[0, 1]) < 0.2
    assert 0.5 < np.corrcoef(moves[0], moves[2])[0, 1] < 0.98


def test_frames_belong_to_the_caller() -> None:
    taken = sample_market("BTC", days=2)
    taken.venues["binance"].candles.loc[:, "close"] = 1.0
    assert sample_market("BTC", days=2).venues["binance"].candles["close"].min() > 1_000
    with pytest.raises(ValueError, match="read-only"):
        taken.truth.size[0] = 0.0


@pytest.mark.parametrize("symbol", ["DOGE", "btc", "", "<img onerror=alert(1)>"])
def test_unknown_symbol_says_what_exists(symbol: str) -> None:
    with pytest.raises(SourceError, match="BTC, ETH, SOL") as caught:
        sample_market(symbol)
    assert caught.value.symbol == symbol
    assert not caught.value.retryable


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 1000}, {"days": 2.5}, {"seed": -1}, {"seed": "7"}])
def test_wrong_options_are_named(wrong: dict[str, int]) -> None:
    with pytest.raises(DataError, match=next(iter(wrong))):
        sample_market("BTC", **wrong)


@pytest.mark.slow
def test_candles_are_candles(market: SampleMarket) -> None:
    assert set(market.venues) == {"binance", "bybit", "okx", "hyperliquid"}
    for venue in market.venues.values():
        candles = venue.candles
        assert candles.index[0] == pd.Timestamp("2026-01-01", tz="UTC")
        assert candles.index[-1] == pd.Timestamp("2026-01-30 23:55", tz="UTC")
        assert (np.diff(stamps(candles.index)) == STEP).all()
        assert candles.index.name == "time"
        assert np.isfinite(candles.to_numpy()).all()
        body = candles[["open", "close"]]
        assert (candles["high"] >= body.max(axis=1)).all()
        assert (candles["low"] <= body.min(axis=1)).all()
        assert (candles["low"] > 0).all()
        assert (candles["volume"] > 0).all()
        assert candles["taker_buy_volume"].between(0, candles["volume"]).all()


def test_prices_are_on_the_tick(bitcoin: SampleMarket) -> None:
    for name, ticks in (("binance", 10), ("hyperliquid", 1)):
        prices = bitcoin.venues[name].candles[["open", "high", "low", "close"]].to_numpy() * ticks
        assert np.abs(prices - np.rint(prices)).max() < 1e-6


@pytest.mark.slow
def test_venues_agree_but_for_a_small_basis(market: SampleMarket) -> None:
    closes = {name: venue.candles["close"].to_numpy() for name, venue in market.venues.items()}
    for name in set(closes) - {"binance"}:
        basis = np.abs(np.log(closes[name] / closes["binance"]))
        assert 0.00002 < basis.mean() < 0.0005


def test_open_interest_is_known_at_the_first_open_and_each_close(market: SampleMarket) -> None:
    for venue in market.venues.values():
        index = venue.open_interest.index
        assert index[0] == venue.candles.index[0]
        assert (stamps(index)[1:] == stamps(venue.candles.index) + STEP).all()
        assert (venue.open_interest["open_interest"] > 0).all()


def test_funding_follows_positioning(market: SampleMarket) -> None:
    assert (np.diff(stamps(market.venues["hyperliquid"].funding.index)) == 12 * STEP).all()
    for venue in market.venues.values():
        rate = venue.funding["funding_rate"]
        assert rate.notna().all()
        assert rate.mean() > 0
        assert rate[CRASH].min() < 0
        flow = venue.candles["taker_buy_volume"] - venue.candles["volume"] / 2
        bought = (flow.rolling(288).sum() / venue.candles["volume"].rolling(288).sum()).reindex(rate.index)
        assert rate.corr(bought) > 0.4
    eight_hours = np.diff(stamps(market.venues["binance"].funding.index))
    assert (eight_hours == 96 * STEP).all()


@pytest.mark.parametrize(("symbol", "lots_per_unit"), [("BTC", 1_000), ("ETH", 100), ("SOL", 10)])
def test_both_sides_hold_the_open_interest_at_all_times(symbol: str, lots_per_unit: int) -> None:
    market = sample_market(symbol)
    for name, venue in market.venues.items():
        instants, longs, shorts = balances(market.truth, name, lots_per_unit)
        start = venue.candles.index[0].value
        inside = instants >= start
        assert (longs[inside] == shorts[inside]).all()
        published = np.rint(venue.open_interest["open_interest"].to_numpy() * lots_per_unit)
        at = np.searchsorted(instants, stamps(venue.open_interest.index), side="right") - 1
        assert (longs[at] == published).all()


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), symbol=st.sampled_from(SYMBOLS), step=st.integers(0, 2 * 288))
def test_any_seed_keeps_the_balance_and_the_price_law(seed: int, symbol: str, step: int) -> None:
    market = sample_market(symbol, seed=seed, days=2)
    at = market.venues["okx"].open_interest.index[step]
    for name, venue in market.venues.items():
        longs, shorts = market.truth.coins(at, name)
        assert longs == pytest.approx(shorts, rel=1e-12)
        assert longs == pytest.approx(venue.open_interest["open_interest"].loc[at], rel=1e-12)
    for name, venue in market.venues.items():
        close = venue.candles["close"].iloc[step - 1] if step else venue.candles["open"].iloc[0]
        long, short = market.truth.standing(at, [1e-9, close, 1e9], name)
        assert long[1] == 0
        assert short[0] == 0
        assert long[0] > 0
        assert short[1] > 0


@pytest.mark.slow
def test_liquidations_happen_exactly_where_price_went(market: SampleMarket) -> None:
    truth = market.truth
    for name, venue in market.venues.items():
        rows = of_venue(truth, name)
        rows = rows[np.isfinite(truth.liquidation_price[rows])]
        low, high = (venue.candles[column].to_numpy() for column in ("low", "high"))
        start, count = venue.candles.index[0].value, len(low)
        first = np.maximum((truth.open_time[rows] - start) // STEP, 0)
        last = np.minimum((np.minimum(truth.close_time[rows], start + count * STEP) - start) // STEP - 1, count - 1)
        price, long = truth.liquidation_price[rows], truth.side[rows] > 0
        swept = truth.ended_by[rows] == truth.endings.index("liquidated")
        assert swept.any()
        assert (low[last[swept]] <= price[swept]).all()
        assert (price[swept] <= high[last[swept]]).all()
        worst = np.array(
            [
                low[i : j + 1 - s].min(initial=np.inf) if side else -high[i : j + 1 - s].max(initial=-np.inf)
                for i, j, s, side in zip(first, last, swept, long, strict=True)
            ]
        )
        assert (np.where(long, worst > price, -worst < price)).all()


def test_published_liquidations_are_those_of_the_truth(market: SampleMarket) -> None:
    table = market.truth.to_frame().query("ended_by == 'liquidated'")
    for name, venue in market.venues.items():
        events, own = venue.liquidations, table[table["venue"] == name]
        assert len(events) == len(own)
        assert events["time"].is_monotonic_increasing
        assert events["size"].sum() == pytest.approx((own["size"] * own["liquidation_price"]).sum(), rel=1e-6)
        for side in ("long", "short"):
            assert (events["side"] == side).sum() == (own["side"] == side).sum()
        candle = venue.candles.reindex(events["time"].dt.floor("5min"))
        assert (events["price"].to_numpy() >= candle["low"].to_numpy()).all()
        assert (events["price"].to_numpy() <= candle["high"].to_numpy()).all()


def test_truth_lies_on_the_right_side_at_a_plausible_distance(market: SampleMarket) -> None:
    truth = market.truth
    assert (truth.size > 0).all()
    assert (truth.open_time < truth.close_time).all()
    known = np.isfinite(truth.liquidation_price)
    assert (truth.side[~known] == 1).all()
    distance = truth.side[known] * (1 - truth.liquidation_price[known] / truth.entry_price[known])
    assert distance.min() > 0.0005
    isolated = truth.margin_mode[known] == truth.margin_modes.index("isolated")
    assert (distance[isolated] < 1.001 / truth.leverage[known][isolated]).all()
    cross = truth.margin_mode[known] == truth.margin_modes.index("cross")
    nominal = 1 / truth.leverage[known]
    assert np.median((distance / nominal)[cross]) > 1.5 * np.median((distance / nominal)[isolated])


def test_standing_is_additive_and_agrees_with_the_table(bitcoin: SampleMarket) -> None:
    at, truth = pd.Timestamp("2026-01-25 12:00", tz="UTC"), bitcoin.truth
    edges = np.linspace(60_000, 160_000, 101)
    long, short = truth.standing(at, edges)
    parts = [truth.standing(at, edges, venue) for venue in truth.venues]
    np.testing.assert_allclose(long, np.sum([part[0] for part in parts], axis=0))
    np.testing.assert_allclose(short, np.sum([part[1] for part in parts], axis=0))
    coarse = truth.standing(at, edges[::10])
    np.testing.assert_allclose(coarse[0], long.reshape(10, 10).sum(axis=1))
    table = truth.to_frame()
    open_then = table[(table["open_time"] <= at) & ~(table["close_time"] <= at) & (table["side"] == "short")]
    worth = open_then["size"] * open_then["liquidation_price"]
    inside = open_then["liquidation_price"].between(edges[0], edges[-1], inclusive="left")
    assert short.sum() == pytest.approx(worth[inside].sum())


def test_isolated_positions_are_liquidated_at_their_maintenance_margin(market: SampleMarket) -> None:
    """At that price the collateral left, 1 / leverage less the loss, is the maintenance rate of the price (tier 1)."""
    truth, rates = market.truth, {"BTC": 0.0125, "ETH": 0.02, "SOL": 0.025}
    for venue, rate in (("bybit", 0.005), ("hyperliquid", rates[market.symbol])):
        rows = of_venue(truth, venue)
        rows = rows[truth.margin_mode[rows] == truth.margin_modes.index("isolated")]
        rows = rows[np.isfinite(truth.liquidation_price[rows])]
        entry, price, side = (getattr(truth, name)[rows] for name in ("entry_price", "liquidation_price", "side"))
        left = 1 / truth.leverage[rows] + side * (price / entry - 1)
        one_tick = {"BTC": 1.0, "ETH": 0.1, "SOL": 0.01}[market.symbol]
        assert (np.abs(left - rate * price / entry) * entry < one_tick).all()


def test_a_price_on_an_edge_belongs_to_the_bin_above(bitcoin: SampleMarket) -> None:
    at, truth = pd.Timestamp("2026-01-25 12:00", tz="UTC"), bitcoin.truth
    table = truth.to_frame()
    known = table[(table["open_time"] <= at) & ~(table["close_time"] <= at) & (table["side"] == "short")]
    price = float(np.sort(known["liquidation_price"])[len(known) // 2])
    short = truth.standing(at, [price - 0.01, price, price + 0.01])[1]
    there = known[known["liquidation_price"] == price]
    assert short[0] == 0
    assert short[1] == pytest.approx((there["size"] * price).sum())
    assert short[1] > 0


def test_standing_refuses_what_it_cannot_answer(bitcoin: SampleMarket) -> None:
    with pytest.raises(DataError, match="increasing"):
        bitcoin.truth.standing("2026-01-25", [2.0, 1.0])
    with pytest.raises(DataError, match="binance"):
        bitcoin.truth.standing("2026-01-25", [1.0, 2.0], "mtgox")


def test_volatility_is_that_of_the_coin(market: SampleMarket) -> None:
    low, high = {"BTC": (0.40, 0.60), "ETH": (0.48, 0.75), "SOL": (0.55, 0.90)}[market.symbol]
    assert low < log_moves(market).std() * np.sqrt(365 * 288) < high


def test_moves_have_fat_tails_and_cluster(market: SampleMarket) -> None:
    moves = log_moves(market)
    calm = moves[:"2026-01-19 12:00"]
    for part in (moves, calm):
        standard = (part - part.mean()) / part.std()
        assert (standard**4).mean() - 3 > 5
        for lag, least in ((1, 0.15), (12, 0.10), (288, 0.03)):
            assert part.abs().autocorr(lag) > least
        assert abs(part.autocorr(1)) < 0.12


def test_the_day_has_its_rhythm_and_volume_its_volatility(market: SampleMarket) -> None:
    candles = market.venues["binance"].candles
    span = np.log((candles["high"] / candles["low"]).to_numpy())
    hour = pd.DatetimeIndex(candles.index).hour.to_numpy()
    afternoon, night = (span[(hour >= first) & (hour <= last)].mean() for first, last in ((14, 16), (4, 7)))
    assert afternoon > 1.5 * night
    assert 0.7 < np.corrcoef(np.log(candles["volume"]), np.log(span + 1e-5))[0, 1] < 0.98
    taker = candles["taker_buy_volume"] / candles["volume"] - 0.5
    assert np.corrcoef(taker, candles["close"] - candles["open"])[0, 1] > 0.4


def test_a_crash_feeds_on_its_liquidations(market: SampleMarket) -> None:
    liquidated = liquidated_by_hour(market)
    busy = liquidated[liquidated > 0]
    assert pd.Timestamp(str(liquidated.idxmax())).floor("2h") == pd.Timestamp("2026-01-19 14:00", tz="UTC")
    assert liquidated.max() > 50 * busy.median()
    long = pd.concat(venue.liquidations for venue in market.venues.values()).query("side == 'long'").set_index("time")
    assert long.sort_index()["size"]["2026-01-19 14:00":"2026-01-19 15:59"].sum() > 0.9 * liquidated[CRASH].max()
    price = market.venues["binance"].candles[CRASH]
    before, bottom = price["open"].iloc[0], price["low"].min()
    assert 0.08 < 1 - bottom / before < 0.25
    later = market.venues["binance"].candles["close"].loc["2026-01-20 14:00"]
    assert 0.3 < (later - bottom) / (before - bottom) < 1.2


def test_open_interest_drops_in_the_crash_and_drifts_otherwise(market: SampleMarket) -> None:
    total = total_open_interest(market)
    before = total.loc["2026-01-19 14:00"]
    assert 0.15 <= 1 - total["2026-01-19 14:00":"2026-01-19 18:00"].min() / before < 0.40
    quiet = total["2026-01-09":"2026-01-18"].pct_change().dropna()
    assert quiet.abs().max() < 0.03
    assert total["2026-01-18"].mean() > total["2026-01-03"].mean()


def test_the_leverage_mix_is_not_the_default_prior(market: SampleMarket) -> None:
    """The prior is log-normal with median 2.5 and deviation 1: 57.2 % under 3x and 8.3 % over 10x."""
    truth, end = market.truth, np.iinfo(np.int64).max
    prior = {"under 3": 0.572, "over 10": 0.083}
    mixes = []
    for venue in truth.venues:
        rows = of_venue(truth, venue)
        rows = rows[(truth.close_time[rows] == end) & (truth.side[rows] < 0)]
        effective = truth.entry_price[rows] / (truth.liquidation_price[rows] - truth.entry_price[rows])
        share = truth.size[rows] / truth.size[rows].sum()
        mixes.append([share[effective < 3].sum(), share[effective > 10].sum()])
    away = np.abs(np.array(mixes) - list(prior.values())).sum(axis=1)
    assert away.max() > 0.2
    assert np.ptp([mix[0] for mix in mixes]) > 0.15
    assert all(0.005 < mix[1] < 0.4 for mix in mixes)


def test_markets_are_ready_to_estimate_from(market: SampleMarket) -> None:
    ready = market.markets()
    assert all(isinstance(data, MarketData) for data in ready)
    assert [data.venue for data in ready] == list(market.venues)
    assert {data.symbol for data in ready} == {market.symbol}


@pytest.mark.slow
def test_the_default_is_stable() -> None:
    """The pictures and notebooks that show the sample depend on it; change it on purpose."""
    assert DEFAULT_SEED == 24
    close = sample_market().venues["binance"].candles["close"]
    assert close.iloc[0] == pytest.approx(90_000, rel=0.01)
    assert close.iloc[-1] == pytest.approx(107_500, rel=0.03)
