"""The session: pictures, candles and readings that agree with the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from liqwidget import Viewport, estimate, find_clusters, profile, rasterise
from liqwidget.domain.lattice import price_cell_edge, price_cell_of
from liqwidget.domain.time import HOUR, MILLISECOND
from liqwidget.field.parts import by_group
from liqwidget.raster.quantise import SHORT_BIT, level_value, quantise
from liqwidget.widget.kept import Kept
from liqwidget.widget.session import Session, Settings

if TYPE_CHECKING:
    from liqwidget import MarketData
    from liqwidget.widget.protocol import Frame

SIZE = Settings(measure="size")
LOW = 20_000.0
"""A price that the walk never touched."""


@pytest.fixture(scope="module")
def session(markets: tuple[MarketData, ...]) -> Session:
    return Session(estimate(markets), markets)


def test_a_frame_holds_the_quantised_raster(session: Session) -> None:
    frame = session.base_frame(SIZE, (90, 70))
    times = tuple(round(part * MILLISECOND) for part in frame.time)
    grid = rasterise(session.ledger, Viewport(times, frame.price, 90, 70), "size")
    assert frame.pixels == quantise(grid, frame.top).pixels.tobytes()
    assert 0 < np.count_nonzero(np.frombuffer(frame.pixels, np.uint8)) < 90 * 70


def test_a_pixel_reads_back_as_its_value_within_its_level(session: Session) -> None:
    frame = session.base_frame(SIZE, (60, 50))
    times = tuple(round(part * MILLISECOND) for part in frame.time)
    grid = rasterise(session.ledger, Viewport(times, frame.price, 60, 50), "size")
    values = np.maximum(grid.long, grid.short) * 0.001 / np.diff(np.log(grid.price_edges))[:, None]
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(50, 60)
    inside = (values < frame.top) & ((pixels & 127) > 0)
    ratio = level_value(pixels & 127, frame.top)[inside] / values[inside]
    assert inside.sum() > 500
    assert np.abs(np.log10(ratio)).max() <= 4 / 127 / 2 + 1e-3
    assert ((pixels >= SHORT_BIT) == (grid.short > grid.long))[inside].all()


def _brightest(frame: Frame) -> float:
    """Return the value of the strongest colour."""
    return frame.top * 10 ** (-4 * frame.raised / 127)


def test_colours_mean_the_same_at_every_zoom(session: Session) -> None:
    wide = session.base_frame(SIZE)
    near = session.frame(SIZE, wide.time, (wide.price[0], (wide.price[0] + wide.price[1]) / 2), 640, 640)
    assert _brightest(wide) == pytest.approx(_brightest(near), rel=1e-9)


def test_zooming_in_and_back_is_the_same_picture_to_the_byte(session: Session) -> None:
    session = Session(session.ledger, session.markets)
    base = session.base_frame(SIZE)
    wide = session.frame(SIZE, base.time, base.price, 300, 200)
    (start, end), (low, high) = wide.time, wide.price
    for share in (0.3, 0.05, 0.003):
        middle, price = start + 0.6 * (end - start), low + 0.4 * (high - low)
        near = (middle, middle + share * (end - start)), (price, price + share * (high - low))
        frame = session.frame(SIZE, *near, 300, 200)
        assert (frame.time, frame.price) == near
        assert _brightest(frame) == pytest.approx(_brightest(wide), rel=1e-9)
    session._frames = Kept(0)
    again = session.frame(SIZE, wide.time, wide.price, 300, 200)
    assert again is not wide
    assert again.state() == wide.state()


def test_a_picture_is_made_once_as_long_as_nothing_in_it_changes(markets: tuple[MarketData, ...]) -> None:
    session = Session(estimate(markets), markets)
    base = session.base_frame(SIZE, (60, 50))
    assert session.base_frame(replace(SIZE, sensitivity=0.9), (60, 50)) is base
    asked = base.time, base.price, 60, 50
    assert session.frame(SIZE, *asked) is base
    others = (replace(SIZE, window="3d"), replace(SIZE, measure="heat"), replace(SIZE, leverage=(">50x",)))
    for other in others:
        assert session.frame(other, *asked).state() == Session(session.ledger, markets).frame(other, *asked).state()
        assert session.frame(other, *asked) is not base
    for rows in range(10):
        session.frame(SIZE, base.time, base.price, 5, 5 + rows)
    assert session.base_frame(SIZE, (60, 50)) is not base


def test_colours_stay_the_same_while_replaying_and_read_nothing_later(session: Session) -> None:
    def tops(window: str) -> list[float]:
        past = [replace(SIZE, window=window, as_of=session.ledger.end - n * HOUR // 4) for n in range(40)]
        return [session.ends(one)[1] for one in past]

    for window, most in (("24h", 5), ("7d", 2)):
        changes = np.flatnonzero(np.diff(tops(window)))
        assert 1 <= len(changes) + 1 <= most
    middle = (session.ledger.start + session.ledger.end) // 2
    cut = [market.until(middle) for market in session.markets]
    short = Session(estimate(cut), cut)
    assert session.ends(replace(SIZE, as_of=middle))[1] == short.ends(replace(SIZE, as_of=middle))[1]


@pytest.mark.slow
def test_what_the_session_keeps_does_not_grow(session: Session) -> None:
    for number in range(200):
        past = replace(SIZE, window="12h", as_of=session.ledger.start + (number + 1) * HOUR)
        session.ends(past)[1]
        session.standing(past)
    kept = [len(value) for value in vars(session).values() if isinstance(value, dict | list | tuple)]
    assert max(kept) <= 32


def test_what_stands_is_taken_apart_once_a_refresh(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*arguments: Any) -> Any:
        asked.append(arguments[1])
        return by_group(*arguments)

    monkeypatch.setattr("liqwidget.study.standing.by_group", counted)
    past = replace(SIZE, as_of=session.ledger.end - 5 * HOUR)
    session.clusters(past)
    session.standing(past)
    session.clusters(replace(past, measure="expected", sensitivity=0.9, future=True))
    assert len(asked) == 1
    one = session.standing(replace(past, venues=session.ledger.names[:1]))
    assert len(asked) == 2
    assert one is not None
    assert one["venue_names"] == [session.ledger.names[0]]


def test_without_anything_standing_a_frame_is_empty_and_not_an_error(session: Session) -> None:
    frame = session.frame(SIZE, (0.0, 1000.0), (1.0, 2.0), 8, 8)
    assert set(frame.pixels) == {0}
    assert frame.candles == b""


def test_candles_are_merged_without_loss_of_extremes(session: Session) -> None:
    market = session.drawn(SIZE)
    start, end = session.window(replace(SIZE, window="all"))
    step, (begin, finish, opens, high, low, close, *_) = session.candles(SIZE, (start, end), 300)
    assert step > market.timeframe
    assert (finish - begin).max() * MILLISECOND == step
    assert (high.max(), low.min()) == (market.high.max(), market.low.min())
    assert (opens[0], close[-1]) == (market.open[0], market.close[-1])
    fine, columns = session.candles(SIZE, (end - 6 * market.timeframe, end), 300)
    assert fine == market.timeframe
    assert columns[5].tolist() == market.close[-6:].tolist()


def test_a_reading_is_the_profile_of_its_cell(session: Session) -> None:
    price, time = LOW, session.ledger.end
    answer = session.reading(SIZE, time / MILLISECOND, price)
    cell = int(price_cell_of(price))
    edges = price_cell_edge([cell, cell + 1])
    assert (answer["price_low"], answer["price_high"]) == tuple(edges)
    here = profile(session.ledger, edges, time)
    expected = profile(session.ledger, edges, time, measure="expected")
    assert answer["long"]["size"] == pytest.approx(here.long[0])
    assert answer["long"]["expected"] == pytest.approx(expected.long[0])
    assert answer["chance"] == pytest.approx(expected.long[0] / here.long[0], rel=0.2)
    between = profile(session.ledger, [price, session.ledger.last_price()], time)
    assert answer["long"]["cumulative"] == pytest.approx(between.long[0])
    assert answer["short"]["size"] == 0


def test_a_reading_before_the_first_close_is_nothing(session: Session) -> None:
    answer = session.reading(SIZE, 0.0, 30_000.0)
    assert answer["long"] == {"size": 0.0, "expected": 0.0, "cumulative": 0.0}
    assert answer["chance"] == 0


def test_as_of_shows_nothing_later(session: Session) -> None:
    past = replace(SIZE, as_of=(session.ledger.start + session.ledger.end) // 2)
    market = session.market(past)
    assert market["time"][1] * MILLISECOND == past.as_of
    assert market["last_price"] == session.ledger.last_price(past.as_of)
    _, columns = session.candles(past, session.window(replace(past, window="all")), 5000)
    assert columns[1].max() * MILLISECOND <= past.as_of
    assert session.clusters(past) == find_clusters(session.ledger, past.as_of)


def test_one_venue_is_less_than_two(session: Session) -> None:
    one = replace(SIZE, venues=("bybit",))
    assert session.drawn(one).venue == "bybit"
    here = session.reading(one, session.ledger.end / MILLISECOND, LOW)["long"]["size"]
    both = session.reading(SIZE, session.ledger.end / MILLISECOND, LOW)["long"]["size"]
    assert 0 < here < both
