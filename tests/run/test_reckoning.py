"""Venues that cannot be estimated, have ended, lag behind or tell other prices."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from liqwidget import LiqHeatmap
from liqwidget.domain.frames import MarketData
from liqwidget.domain.status import VenueStatus
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError, LiqError
from liqwidget.estimate.estimator import advance, estimate, recompute
from liqwidget.field.density import Prior
from liqwidget.market.read import strangers
from liqwidget.market.source import Source
from liqwidget.run import reckoning
from liqwidget.run.live import Feed
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from liqwidget.trust.grade import grade
from liqwidget.widget.session import Settings
from tests.markets import START, interest_of, walk

WALK = walk(1, 120)
OKX, EDGES = WALK.market(venue="okx"), [50.0, 200.0]


def behind(candles: int) -> MarketData:
    """Return the same market, larger, that ends so many candles before."""
    market = WALK.scaled(1, 5).market(venue="binance")
    return market.until(int(market.close_time[-1 - candles]))


def test_the_newest_venue_leads_and_one_that_has_ended_is_named_and_stands_in_no_later_sum() -> None:
    heatmap = LiqHeatmap("BTC", source=[behind(84), OKX])
    ledger, over = heatmap.ledger, START + pd.Timedelta("9h")
    assert ledger.last_price() == OKX.close[-1]
    assert heatmap._display.session.newest(Settings())["last_price"] == OKX.close[-1]
    assert heatmap._display.session.drawn(Settings()).venue == "okx"
    assert "binance: data end 2026-01-01 03:00 UTC: in no sum from 2026-01-01 09:00 on" in heatmap._market["notice"]
    assert "data end" in str(heatmap.status.loc["binance", "notes"])
    assert profile(ledger, EDGES, over - pd.Timedelta("1ns"), venues=["binance"]).long.sum() > 0
    sums = [float(profile(part, EDGES, over).long.sum()) for part in (ledger, ledger.only(["okx"]))]
    assert sums[0] == sums[1] > 0
    assert profile(ledger, EDGES, over, venues=["binance"]).long.sum() == 0
    stands = levels(ledger).standing
    assert set(stands.venue.tolist()) == {1}
    ended = levels(ledger).to_frame().query("ended_by == 'venue'")
    assert set(ended["venue"]) == {"binance"}
    assert set(ended["close_time"]) == {over}
    assert all(cluster.venue_mix["binance"] == 0 for cluster in heatmap.clusters)
    heatmap.close()


def test_a_venue_has_ended_from_the_close_of_another_that_shows_it_on() -> None:
    """One of days beside one of hours that ends at 19:00: nobody knows of it before the next day is over."""
    markets = [walk(1, 3, "1d").market(venue="okx"), walk(2, 19, "1h").market(venue="bybit")]
    whole, at = estimate(markets), int((START + pd.Timedelta("33h")).value)
    seen = estimate([market.until(at) for market in markets])
    assert whole.venue("bybit").row_at(at) == seen.venue("bybit").row_at(at) == 19
    assert whole.venue("bybit").ended == (START + pd.Timedelta("48h")).value
    assert whole.venue("bybit").row_at(int(whole.venue("bybit").ended or 0)) == -1


def test_a_venue_that_goes_on_has_not_ended() -> None:
    whole = WALK.scaled(1, 5).market(venue="binance")
    ledger = estimate([behind(84), OKX])
    assert ledger.venues[0].ended is not None
    assert [part.ended for part in advance(ledger, whole)] == [None, None]


@pytest.mark.parametrize(("candles", "leads"), [(0, "binance"), (1, "binance"), (2, "okx"), (6, "okx")])
def test_who_leads(candles: int, leads: str) -> None:
    leading = estimate([behind(candles), OKX]).leading()
    assert leading is not None
    assert leading.venue == leads


def test_a_venue_that_lags_has_not_answered() -> None:
    facts = grade(estimate([behind(6), OKX])).to_frame().set_index("fact")
    assert facts.loc["venues answering", "cap"] == "B"
    assert grade(estimate([behind(1), OKX])).to_frame().set_index("fact").loc["venues answering", "cap"] == "A"


def test_prices_of_another_size_are_refused() -> None:
    many = WALK.scaled(1000, 0.001).market(venue="gate")
    with pytest.raises(DataError, match=r"gate closes at .*, okx at .* 1,000 coins"):
        LiqHeatmap("BTC", source=[OKX, many])
    assert set(strangers([OKX, many, behind(1)])) == {"gate"}
    near = WALK.scaled(1.02, 1).market(venue="gate")
    assert not strangers([OKX, near])
    early = replace(many, time=many.time - 10**15)
    assert set(strangers([OKX, early])) == {"gate"}


@pytest.mark.parametrize("factor", [1000.0, 0.001, 10.0])
def test_prices_in_another_unit_are_refused_where_a_ledger_is_made_too(factor: float) -> None:
    other = WALK.scaled(factor, 1 / factor).market(venue="gate")
    with pytest.raises(DataError, match=r"prices of all venues in one unit, was .* on gate beside .* on okx"):
        estimate([OKX, other])
    assert estimate([OKX, WALK.scaled(1.5, 1).market(venue="gate")]).names == ("okx", "gate")


def test_a_venue_that_cannot_be_estimated_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(markets: object, prior: Prior) -> object:
        parts = [markets] if isinstance(markets, MarketData) else list(markets)  # type: ignore[call-overload]
        if any(part.venue == "binance" for part in parts):
            raise DataError("binance tells nonsense")
        return estimate(parts, prior)

    monkeypatch.setattr(reckoning, "estimate", picky)
    markets, prior = (behind(0), OKX), Prior.parse("effective")
    status = tuple(VenueStatus(part.venue, "connected", pd.Timestamp(START)) for part in markets)
    source, ledger = reckoning.reckoned(Source(markets, "binance + okx", status=status), prior)
    assert ledger.names == ("okx",)
    assert source.label == "okx"
    assert [(part.state, part.reason) for part in source.status] == [
        ("refused", "cannot be estimated: tells nonsense"), ("connected", ""),
    ]  # fmt: skip
    assert source.notice == "Without binance: cannot be estimated: tells nonsense"
    with pytest.raises(LiqError, match="nonsense"):
        reckoning.reckoned(Source(markets, "binance + okx"), prior)
    with pytest.raises(LiqError, match="nonsense"):
        reckoning.reckoned(Source(markets[:1], "binance", status=status[:1]), prior)


@pytest.mark.slow
def test_heatmaps_of_the_simulated_market_share_its_ledger() -> None:
    one, other, hourly = (LiqHeatmap("BTC", source="sample", timeframe=length) for length in (None, None, "1h"))
    assert one.ledger is other.ledger
    assert hourly.ledger.timeframe == HOUR
    assert (one.ledger.end, one.ledger.names) == (hourly.ledger.end, hourly.ledger.names)
    one.prior = "nominal"
    assert (one.ledger.prior.name, other.ledger.prior.name) == ("nominal", "effective")
    for heatmap in (one, other, hourly):
        heatmap.close()


def test_columns_after_the_end_of_a_venue_are_those_of_the_others() -> None:
    times = pd.date_range(START + pd.Timedelta("1h"), START + pd.Timedelta("10h"), 20)
    ledger = estimate([behind(84), OKX])
    found = np.array([profile(ledger, EDGES, time).short.sum() for time in times])
    together = profile(ledger, EDGES, times).short.sum(axis=-1)
    assert together == pytest.approx(found)


def test_a_venue_that_comes_back_is_not_counted_in_its_gap() -> None:
    """No look-ahead: within a gap what is said is what was said before the venue came back."""
    whole = WALK.scaled(1, 5).market(venue="binance")
    start, end = START + pd.Timedelta("1h"), START + pd.Timedelta("8h")
    rows = (whole.time < start.value) | (whole.time >= end.value)
    columns = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")
    back = replace(whole, **{name: getattr(whole, name)[rows] for name in columns})
    both, alone = estimate([back, OKX]), estimate(back)
    gone = back.until(start)
    live = estimate([gone, OKX.until(end - pd.Timedelta("10min"))])
    for hours, counted in ((0.9, True), (6.9, True), (7.0, False), (7.8, False), (8.2, True)):
        time = START + pd.Timedelta(hours=hours)
        found = profile(both, EDGES, time, venues=["binance"]).long.sum()
        assert (found > 0) == counted, hours
        if time < end:
            assert found == profile(live, EDGES, time, venues=["binance"]).long.sum()
        assert profile(alone, EDGES, time).long.sum() > 0
    assert both.only(["binance"]).venues[0].absent == both.venues[0].absent == ((
        (start + pd.Timedelta("6h")).value, (end + pd.Timedelta("5min")).value,
    ),)  # fmt: skip
    words = "no data up to 2026-01-01 08:05 UTC: in no sum from 2026-01-01 07:00 on"
    assert reckoning.ended(both) == {"binance": words}
    healed = recompute(both, whole, start)
    assert healed.venues[0].absent == ()
    assert advance(live, [back, OKX]).venues[0].absent == both.venues[0].absent


def test_a_venue_of_another_price_that_joins_live_is_refused() -> None:
    many = WALK.scaled(1000, 0.001).market(venue="gate")
    feed = Feed([OKX], estimate(OKX), ["okx", "gate"], on_change=lambda _: None)

    def place(market: MarketData) -> SimpleNamespace:
        name, ledger = market.venue, estimate(market)
        return SimpleNamespace(
            venue=SimpleNamespace(name=name), market=market, ledger=ledger, last_price=None, refresh=lambda: None,
            status=lambda: VenueStatus(name, "connected", pd.Timestamp(START)),
        )  # fmt: skip

    for parts, shown in (([OKX], ("okx",)), ([OKX, many], ("okx",)), ([OKX, behind(0)], ("okx", "binance"))):
        feed._venues = [place(market) for market in parts]  # type: ignore[misc]
        update = feed.update()
        assert update is not None
        assert update.ledger.names == shown
        states = [(part.venue, part.state) for part in update.status]
        assert states == [(part.venue, "refused" if part is many else "connected") for part in parts]
        assert all("1,000 coins" in part.reason for part in update.status if part.state == "refused")


def test_own_data_that_go_on_at_another_price_or_unit_are_refused() -> None:
    heatmap = LiqHeatmap("BTC", source=OKX)
    later = WALK.candles.shift(freq="10h")
    prices = {name: later[name] * 1000 for name in ("open", "high", "low", "close")}
    for candles, venue in (
        (later.assign(**prices), "okx"),
        (WALK.candles.assign(open=1e6, high=1e6, low=1e6, close=1e6), "gate"),
    ):
        with pytest.raises(DataError, match="prices per 1,000 coins"):
            heatmap.update(candles, venue=venue)
    interest = pd.DataFrame({"open_interest": OKX.interest[-1] * 1000}, index=later.index[-40:])
    with pytest.raises(DataError, match="in one unit"):
        heatmap.update(later, interest)
    assert heatmap.markets == (OKX,)
    heatmap.update(later)
    assert len(heatmap.markets[0].time) == 240
    heatmap.close()


def test_own_data_go_on_as_the_kind_of_contract_they_are() -> None:
    """Dollars of an inverse contract went on from coins of a linear one: 80,000 coins became 7 billion."""
    frames = walk(3, 100, "5m", price=9e4)
    candles, interest = frames.candles.assign(volume=50.0), interest_of([8e4] * 100)
    heatmap = LiqHeatmap.from_frames(candles[:80], interest[:80])
    with pytest.raises(DataError, match="Expected candles of linear BTC in 5m on binance, was inverse BTC in 5m"):
        heatmap.update(MarketData.from_frames(candles, interest, contract="inverse"))
    inverse = LiqHeatmap.from_frames(candles[:80], interest[:80], contract="inverse")
    inverse.update(candles[80:], interest[80:])
    at_once = MarketData.from_frames(candles, interest, contract="inverse")
    assert inverse.markets[0].interest == pytest.approx(at_once.interest, rel=0.01)
    assert inverse.markets[0].contract == "inverse"
