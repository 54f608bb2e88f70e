"""The ideas that were tried on the estimator, as variants of it: what `tests.accuracy.ideas` scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from liqwidget import MarketData, estimate, profile
from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.leverage import GROUP_DISTANCES
from liqwidget.field.density import LONG_LIMIT
from tests.accuracy.scorer import scorer
from tests.accuracy.variant_books import DAY_MS, SPREAD_CELLS, Floats, Integers, Market, Signal, Spread, Variant, mixed
from tests.recorded import FOLDER

DATA = FOLDER / "data" / "real"
HOUR_MS = 3_600_000

Provider = Callable[[Market, Integers, Floats], tuple[Floats, Floats]]


# ---------------------------------------------------------------- signals known at a candle's close, shape (n,)
def imbalance(market: Market) -> Floats:
    """Return taker buys minus sells over volume, -1 to 1; where unknown, where the close lies in the candle's range."""
    known = market.get("taker")
    if known is None and market["symbol"] == "ETH" and market["step_ms"] == HOUR_MS:
        found = pd.Index(taker_shares().index).get_indexer(market["t"])
        share = np.where(found >= 0, taker_shares().to_numpy()[found], np.nan)
    elif known is None:
        share = np.full(len(market["t"]), np.nan)
    else:
        share = known / np.maximum(market["vol"], 1e-12)
    return np.where(np.isfinite(share), 2 * share - 1, 0.25 * close_location(market))


def close_location(market: Market) -> Floats:
    """Return where the close lies in the range, -1 at the low, 1 at the high."""
    spread = market["h"] - market["l"]
    return np.where(spread > 0, 2 * (market["c"] - market["l"]) / np.maximum(spread, 1e-12) - 1, 0.0)


@cache
def taker_shares() -> pd.Series[float]:
    """Return the share of takers' buys in the volume of ETH by hour [ms], Binance."""
    frame = pd.read_csv(DATA / "binance_um_eth_1h_taker_2024-09" / "ETHUSDT_ohlcv_1h_taker.csv.gz")
    times = pd.to_datetime(frame["timestamp"], utc=True).astype("datetime64[ns, UTC]").astype(np.int64) // 1_000_000
    return pd.Series((frame["taker_buy_base_asset_volume"] / frame["volume"]).to_numpy(), index=times.to_numpy())


@cache
def funding_table() -> pd.DataFrame:
    """Return recorded funding: venue, coin, t [ms], funding_rate."""
    frame = pd.read_csv(DATA / "multi_venue_1h_2025-03" / "funding_rates.csv.gz")
    times = pd.to_datetime(frame["timestamp"], utc=True, format="mixed")
    return frame.assign(t=times.astype("datetime64[ns, UTC]").astype(np.int64) // 1_000_000)


def standardised(values: Floats, market: Market) -> Floats:
    """Return deviations from the last 30 days' mean over their standard deviation, cut at 2; 0 in the first 3 days."""
    days = market["step_ms"] / DAY_MS
    window = pd.Series(values).rolling(round(30 / days), min_periods=round(3 / days))
    score = (pd.Series(values) - window.mean()) / window.std()
    return score.replace([np.inf, -np.inf], 0.0).fillna(0.0).clip(-2, 2).to_numpy()


def flow(market: Market) -> Floats:
    """Return takers' imbalance, averaged with a half-life of a day, standardised."""
    mean = pd.Series(imbalance(market)).ewm(halflife=DAY_MS / market["step_ms"]).mean().to_numpy()
    return standardised(mean, market)


def location_flow(market: Market) -> Floats:
    """Return the same of where the close lies in the range."""
    mean = pd.Series(close_location(market)).ewm(halflife=DAY_MS / market["step_ms"]).mean().to_numpy()
    return standardised(mean, market)


def funding(market: Market) -> Floats:
    """Return funding known at each close, averaged with a half-life of a day, standardised; 0 where unknown."""
    times, rates = market.get("funding", (np.empty(0), np.empty(0)))
    if not len(times):
        table = funding_table()
        rows = table[(table["venue"] == market["venue"]) & (table["coin"] == market["symbol"])].sort_values("t")
        times, rates = rows["t"].to_numpy(), rows["funding_rate"].to_numpy()
    if not len(times):
        return np.zeros(len(market["t"]))
    known = np.searchsorted(times, market["t"] + market["step_ms"], side="right") - 1
    series = pd.Series(np.where(known >= 0, rates[np.maximum(known, 0)], 0.0))
    return standardised(series.ewm(halflife=DAY_MS / market["step_ms"]).mean().to_numpy(), market)


def unrest(market: Market) -> Floats:
    """Return ln of the volatility of the last two days, standardised."""
    moves = np.diff(np.log(market["c"]), prepend=np.log(market["o"][0]))
    variance = pd.Series(moves**2).ewm(halflife=2 * DAY_MS / market["step_ms"]).mean().to_numpy()
    return standardised(0.5 * np.log(variance + 1e-12), market)


def crowding(market: Market) -> Floats:
    """Return ln of open interest, standardised."""
    return standardised(np.log(market["oi"]), market)


# ---------------------------------------------------------------- other books
def grouped(distances: tuple[float, ...]) -> Callable[[Market], Spread]:
    """Return the default prior cut into books at other distances."""

    def spread(market: Market) -> Spread:
        whole = mixed(((1.0, 2.5, 1.0),), market["d_min"]).table.sum(axis=1)
        return cut(whole, distances)

    return spread


def cut(whole: Floats, distances: tuple[float, ...], unreached: float | None = None) -> Spread:
    """Cut a spread, shape (2, K), into books at distances from the entry.

    Longs without a level are in their books: those of the shorts' weights, or a known share of the farthest book.
    """
    offsets = (np.arange(whole.shape[1]) * PRICE_CELL, np.arange(whole.shape[1]) * PRICE_CELL)
    far = (-np.expm1(-offsets[0]), np.expm1(offsets[1]))
    table = np.zeros((2, len(distances) - 1, whole.shape[1]))
    for side in range(2):
        group = np.clip(np.searchsorted(np.asarray(distances[1:-1]), far[side], side="right"), 0, len(distances) - 2)
        table[side, group, np.arange(whole.shape[1])] = whole[side]
    weights = table.sum(axis=2)
    if unreached is None:
        weights[0] = weights[1]
    else:
        weights[0, -1] += unreached
    return Spread(table, np.maximum(weights, table.sum(axis=2)))


def histogram(side: Floats, distance: Floats, share: Floats) -> tuple[Floats, float]:
    """Return known distances as a spread by side and cells of offset, and the share of longs without a level."""
    cells = SPREAD_CELLS
    whole, unreached = np.zeros((2, cells)), 0.0
    for number, sign in enumerate((1, -1)):
        there = side == sign
        total = share[there].sum()
        level = there & np.isfinite(distance) & (distance < (LONG_LIMIT if sign > 0 else GROUP_DISTANCES[-1]))
        offset = (-np.log1p(-distance[level]) if sign > 0 else np.log1p(distance[level])) / PRICE_CELL
        place = np.clip(np.rint(offset).astype(int), 1, cells - 1)
        whole[number] = np.bincount(place, share[level] / total, cells)
        if sign > 0:
            unreached = float(1 - share[level].sum() / total)
    return whole, unreached


def standing_mix(market: Market) -> tuple[Floats, Floats, Floats]:
    """Return side, distance and weight (coins x time standing) of every position of a simulated market."""
    if market["symbol"] == "SYN":
        table = next(made[2] for made in map(scorer().synthetic, range(3)) if made[0] is market)
        steps = len(market["t"]) * market["step_ms"] // 300_000
        life = np.minimum(table["i1"], steps) - table["i0"]
        distance = (table["liq"] / table["entry"] - 1).abs()
        return table["side"].to_numpy(), distance.to_numpy(), (table["coins"] * life.clip(lower=0)).to_numpy(float)
    truth = market["truth"]
    there = np.flatnonzero(truth.venue == truth.venues.index(market["venue"]))
    start, end = market["t"][0] * 1_000_000, (market["t"][-1] + market["step_ms"]) * 1_000_000
    life = np.minimum(truth.close_time[there], end) / 1e9 - np.maximum(truth.open_time[there], start) / 1e9
    distance = np.abs(truth.liquidation_price[there] / truth.entry_price[there] - 1)
    return truth.side[there], distance, truth.size[there] * np.maximum(life, 0.0)


def known_mix(market: Market) -> Spread:
    """Return a simulated market's own mix; recorded markets have the prior."""
    if "truth" not in market and market["symbol"] != "SYN":
        return mixed(((1.0, 2.5, 1.0),), market["d_min"])
    whole, unreached = histogram(*standing_mix(market))
    return cut(whole, GROUP_DISTANCES, unreached)


def fitted_mix(market: Market) -> Spread:
    """Return the log-normal with the mean and deviation of the simulated market's own mix."""
    if "truth" not in market and market["symbol"] != "SYN":
        return mixed(((1.0, 2.5, 1.0),), market["d_min"])
    _, distance, weight = standing_mix(market)
    sound = np.isfinite(distance) & (distance > 0)
    score, weight = -np.log(distance[sound]), weight[sound]
    centre = float(np.average(score, weights=weight))
    spread = float(np.sqrt(np.average((score - centre) ** 2, weights=weight)))
    return mixed(((1.0, float(np.exp(centre)), spread),), market["d_min"])


def opened_ladder(market: Market, asof_ms: Integers, edges: Floats) -> tuple[Floats, Floats]:
    """Estimate E4 by the product with the leverages that its agents choose, as a user who knew them would."""
    if market["symbol"] != "SYN":
        return Variant()(market, asof_ms, edges)
    times = pd.to_datetime(np.append(market["t"], market["t"][-1] + market["step_ms"]), unit="ms", utc=True)
    names = {"o": "open", "h": "high", "l": "low", "c": "close", "vol": "volume"}
    candles = pd.DataFrame({name: market[key] for key, name in names.items()}, index=times[:-1])
    interest = pd.DataFrame({"open_interest": np.append(market["oi0"], market["oi"])}, index=times)
    made = MarketData.from_frames(candles, interest, symbol="SYN", venue="binance", minimum_distance=0.002)
    made = replace(made, maintenance_margin_rate=market["mmr"])
    ladder = {2.0: 0.15, 4.0: 0.25, 8.0: 0.25, 15.0: 0.15, 25.0: 0.10, 50.0: 0.07, 100.0: 0.03}
    found = profile(estimate(made, ladder), edges, np.asarray(asof_ms, dtype=np.int64) * 1_000_000)
    return found.long, found.short


def always(market: Market) -> Floats:
    """Return 1 for every candle."""
    return np.ones(len(market["t"]))


# ---------------------------------------------------------------- other data behind the same estimator
def finer(market: Market) -> Market:
    """Return 5 minute candles (Binance) with the venue's hourly open interest, where both are recorded."""
    if market["venue"] != "hyperliquid" or market["step_ms"] != HOUR_MS or "truth" in market:
        return market
    fine: Market = recorded().bn5m(market["symbol"])
    ends, close = market["t"] + market["step_ms"], fine["t"] + fine["step_ms"]
    known = np.maximum(np.searchsorted(ends, close, side="right") - 1, 0)
    start = max(int(np.searchsorted(ends, fine["t"][0], side="right")) - 1, 0)
    return fine | {
        "venue": "hyperliquid",
        "d_min": market["d_min"],
        "oi": market["oi"][known],
        "oi0": market["oi"][start],
    }


@cache
def recorded() -> Any:
    """Return the scorer's recorded data."""
    return scorer().Data(str(DATA))


@cache
def bybit_candles(coin: str) -> pd.DataFrame:
    """Return Bybit's hourly candles by open time [ms]: o, h, l, c, v."""
    frame = pd.read_csv(DATA / "multi_venue_1h_2025-03" / "candles_1h.csv.gz")
    frame = frame[(frame["venue"] == "bybit") & (frame["coin"] == coin)]
    times = pd.to_datetime(frame["timestamp"], utc=True, format="mixed").astype("datetime64[ns, UTC]")
    frame = frame.assign(t=times.astype(np.int64) // 1_000_000).drop_duplicates("t")
    return frame.set_index("t").sort_index()[["o", "h", "l", "c", "v"]]


def on_two_venues(market: Market, asof_ms: Integers, edges: Floats) -> tuple[Floats, Floats]:
    """Estimate Hyperliquid from the mean of Binance's and Bybit's hourly prices, where the scorer gives Binance's."""
    if market["venue"] != "hyperliquid" or market["step_ms"] != HOUR_MS or "truth" in market:
        return Variant()(market, asof_ms, edges)
    other = bybit_candles(market["symbol"]).reindex(market["t"])
    parts = {name: np.where(other[name].notna(), (other[name] + market[name]) / 2, market[name]) for name in "ohlc"}
    return Variant()(market | parts, asof_ms, edges)


def on_finer_candles(market: Market, asof_ms: Integers, edges: Floats) -> tuple[Floats, Floats]:
    """Estimate from 5 minute candles from 2025-12 on, before that from those given."""
    fine = finer(market)
    return Variant()(fine if asof_ms[0] >= fine["t"][0] + 2 * DAY_MS else market, asof_ms, edges)


def with_binance(market: Market, asof_ms: Integers, edges: Floats) -> tuple[Floats, Floats]:
    """Average the map with that of Binance at the venue's open interest, from 2025-12 on."""
    own = Variant()(market, asof_ms, edges)
    if market["venue"] != "hyperliquid" or market["step_ms"] != HOUR_MS:
        return own
    other = recorded().bn5m(market["symbol"])
    if asof_ms[0] < other["t"][0] + 2 * DAY_MS:
        return own
    row, there = (np.searchsorted(m["t"] + m["step_ms"], asof_ms, side="right") - 1 for m in (market, other))
    ratio = (market["oi"][row] / other["oi"][there])[:, None]
    binance = Variant()(other, asof_ms, edges)
    return (own[0] + ratio * binance[0]) / 2, (own[1] + ratio * binance[1]) / 2


def tilt(signal: Signal, strength: float, kind: str) -> Variant:
    """Return a variant with one tilt."""
    pair = signal, strength
    match kind:
        case "price":
            return Variant(price_tilt=pair)
        case "churn":
            return Variant(churn_tilt=pair)
        case _:
            return Variant(leverage_tilt=pair)


BY_DISTANCE = (0.8, 0.8, 0.6, 0.4, 0.3, 0.2)
E4_CHURN = tuple(lever**0.7 / 12 for lever in (90.0, 40.0, 18.0, 8.0, 4.5, 2.3))

IDEAS: dict[str, Provider] = {
    "1a price tilt by taker flow 0.5": tilt(imbalance, 2.0, "price"),
    "1a price tilt by taker flow -0.5": tilt(imbalance, -2.0, "price"),
    "1a price tilt by close location 0.5": tilt(close_location, 0.5, "price"),
    "1b leverage tilt by taker flow 0.1": tilt(flow, 0.1, "leverage"),
    "1b leverage tilt by taker flow -0.1": tilt(flow, -0.1, "leverage"),
    "1b leverage tilt by taker flow 0.25": tilt(flow, 0.25, "leverage"),
    "1b leverage tilt by taker flow 0.5": tilt(flow, 0.5, "leverage"),
    "1b leverage tilt by taker flow -0.25": tilt(flow, -0.25, "leverage"),
    "1c churn tilt by taker flow 0.5": tilt(imbalance, 2.0, "churn"),
    "1c churn tilt by taker flow -0.5": tilt(imbalance, -2.0, "churn"),
    "2 funding tilt 0.1": tilt(funding, 0.1, "leverage"),
    "2 funding tilt 0.25": tilt(funding, 0.25, "leverage"),
    "2 funding tilt 0.5": tilt(funding, 0.5, "leverage"),
    "2 funding tilt -0.25": tilt(funding, -0.25, "leverage"),
    "3 cap 0.8": Variant(cap=0.8),
    "3 cap 1.3": Variant(cap=1.3),
    "3 cap 1.6": Variant(cap=1.6),
    "3 cap 2": Variant(cap=2.0),
    "4 intrabar path": Variant(path=True),
    "5a churn by distance": Variant(churn=BY_DISTANCE),
    "5a churn by distance, mean kept": Variant(churn=tuple(1.45 * rate for rate in BY_DISTANCE)),
    "5a churn reversed": Variant(churn=BY_DISTANCE[::-1]),
    "5b losers exit at 0.67": Variant(losers=True),
    "6 mixture 80 effective 20 isolated": Variant(prior=((0.8, 2.5, 1.0), (0.2, 8.3, 1.25))),
    "6 isolated": Variant(prior=((1.0, 8.3, 1.25),)),
    "6 sigma 0.8": Variant(prior=((1.0, 2.5, 0.8),)),
    "6 sigma 1.2": Variant(prior=((1.0, 2.5, 1.2),)),
    "6 median 2": Variant(prior=((1.0, 2.0, 1.0),)),
    "6 median 3": Variant(prior=((1.0, 3.0, 1.0),)),
    "6 median 4": Variant(prior=((1.0, 4.0, 1.0),)),
    "6 median 4 sigma 0.8": Variant(prior=((1.0, 4.0, 0.8),)),
    "7 true mix": Variant(spread=known_mix),
    "7 log-normal fitted to the true mix": Variant(spread=fitted_mix),
    "7 true mix, E4's exits by leverage": Variant(spread=known_mix, churn=E4_CHURN),
    "7 the product with E4's ladder": opened_ladder,
    "7 E4's exits by leverage": Variant(churn=E4_CHURN),
    "8 clock eta 0": Variant(eta=0.0),
    "8 clock eta 0.5": Variant(eta=0.5),
    "8 clock eta 1.5": Variant(eta=1.5),
    "8 entry at the typical price": Variant(typical=True),
    "9 one book": Variant(spread=grouped((0.0, 2.5))),
    "9 twelve books": Variant(
        spread=grouped((0.0, 0.013, 0.02, 0.03, 0.04, 0.065, 0.1, 0.14, 0.2, 0.26, 1 / 3, 0.6, 2.5))
    ),
    "10 churn 0.2": Variant(churn=0.2),
    "10 churn 0.6": Variant(churn=0.6),
    "11 falling interest is swept first": Variant(sweep_first=True),
    "12 longs nearer, shorts farther": tilt(always, 0.2, "leverage"),
    "12 longs farther, shorts nearer": tilt(always, -0.2, "leverage"),
    "14 leverage falls with volatility 0.1": Variant(leverage_level=(unrest, -0.1)),
    "14 leverage falls with volatility 0.25": Variant(leverage_level=(unrest, -0.25)),
    "14 leverage rises with volatility 0.1": Variant(leverage_level=(unrest, 0.1)),
    "14 leverage rises with volatility 0.25": Variant(leverage_level=(unrest, 0.25)),
    "15 leverage rises with open interest 0.1": Variant(leverage_level=(crowding, 0.1)),
    "15 leverage rises with open interest 0.25": Variant(leverage_level=(crowding, 0.25)),
    "15 leverage falls with open interest 0.25": Variant(leverage_level=(crowding, -0.25)),
    "13 candles of 5 minutes": on_finer_candles,
    "13 averaged with Binance": with_binance,
    "13 prices of two venues": on_two_venues,
}

ETH_TAKER: dict[str, Provider] = {
    f"{kind} tilt {name} {strength:+g}": tilt(signal, strength, kind)
    for kind, signal, strengths, name in (
        ("price", imbalance, (2.0, -2.0), "by takers"),
        ("price", close_location, (0.5, -0.5), "by close location"),
        ("leverage", flow, (0.25, -0.25), "by takers"),
        ("leverage", location_flow, (0.25, -0.25), "by close location"),
        ("churn", imbalance, (2.0, -2.0), "by takers"),
        ("churn", close_location, (0.5, -0.5), "by close location"),
    )
    for strength in strengths
}
"""Ideas that takers' volume by the hour, known for ETH alone, can be put to."""
