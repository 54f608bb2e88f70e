"""The session: turns a ledger and settings into what the front end shows.

No Jupyter, no state of its own but caches.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.quotation import coin_of
from liqwidget.domain.time import DAY, HOUR, MILLISECOND, MINUTE, duration_ns, milliseconds_ns
from liqwidget.domain.viewport import MAXIMUM_PIXELS, Viewport
from liqwidget.field.measure import HEAT
from liqwidget.raster.grid import rasterise
from liqwidget.raster.quantise import brightest, heat_ends, highest, quantise, quantise_heat, raised_ladder
from liqwidget.study.clusters import Cluster, Gap, clusters_around, gaps_around
from liqwidget.study.levels import levels
from liqwidget.study.standing import Around, around
from liqwidget.trust.grade import Grade, grade
from liqwidget.widget.fitting import fitted_price
from liqwidget.widget.grade import grade_state
from liqwidget.widget.kept import Kept
from liqwidget.widget.protocol import Frame, Interval, row_bytes
from liqwidget.widget.reading import reading_state
from liqwidget.widget.series import events, series
from liqwidget.widget.standing import standing_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.levels import LevelSet

WINDOWS = ("12h", "24h", "3d", "7d", "30d", "all")

BASE_PIXELS = (640, 320)
_CANDLE_PIXELS = 5
_LOWEST = 1e-9
"""The lower edge of a picture that reaches below 0, as a share of its upper one."""
_TOPS, _DRAWN, _FRAMES = 32, 32, 8
"""Highest levels, candles of ranges of time, and pictures that are kept."""
_KEPT_PIXELS = 2**21
"""Pixels up to which a picture is kept."""

_DIGITS = 7
_PRICES = 500
"""Closes from which the price's tick is read."""

_CANDLES = (
    MINUTE,
    3 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    *(HOUR * n for n in (1, 2, 4, 8, 12)),
    *(DAY * n for n in (1, 2, 7, 14, 28)),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is shown, as far as the kernel must know."""

    measure: str = HEAT
    horizon: str = "24h"
    window: str = "7d"
    sensitivity: float = 0.5
    leverage: tuple[str, ...] | None = None
    venues: tuple[str, ...] | None = None
    as_of: int | None = None
    future: bool = False

    @property
    def found_by(self) -> dict[str, Any]:
        """What clusters shown are found by, as `liqwidget.find_clusters` and all that stands on it takes it."""
        return {"leverage": self.leverage, "venues": self.venues, "sensitivity": self.sensitivity}


class _Drawn(NamedTuple):
    """What candles depend on: the range of time [ns], pixels across, time ahead [ns], and some of the settings."""

    time: tuple[int, int]
    width: int
    ahead: int
    venues: tuple[str, ...] | None
    as_of: int | None
    future: bool


class _Pictured(NamedTuple):
    """What a picture depends on: settings, the range of time [ns] and of price, pixels."""

    settings: Settings
    time: tuple[int, int]
    price: Interval
    width: int
    height: int


class Session:
    """Answers for one ledger and the markets behind it.

    Parameters
    ----------
    ledger : Ledger
        What is shown.
    markets : sequence of MarketData
        Its markets; the candles of the one that leads are drawn (`Ledger.leading`).
    asked : sequence of str
        Venues that were asked, those that did not answer too; by default those of the ledger.
    """

    def __init__(self, ledger: Ledger, markets: Sequence[MarketData], asked: Sequence[str] = ()) -> None:
        self.ledger = ledger
        self.markets = tuple(markets)
        self.asked = tuple(asked)
        self._tops: Kept[Settings, tuple[float, float]] = Kept(_TOPS)
        self._drawn: Kept[_Drawn, tuple[int, npt.NDArray[np.float64]]] = Kept(_DRAWN)
        self._frames: Kept[_Pictured, Frame] = Kept(_FRAMES)
        self._around: tuple[Settings, Around | None] | None = None

    def advanced(self, ledger: Ledger, markets: Sequence[MarketData], asked: Sequence[str] = ()) -> Session:
        """Return the session of newer data; until another candle has closed its levels keep their values."""
        newer = Session(ledger, markets, asked)
        if (newer.closed, ledger.names, ledger.prior) == (self.closed, self.ledger.names, self.ledger.prior):
            newer._tops = self._tops.copy()
        return newer

    @property
    def closed(self) -> int:
        """The last close that nothing will change [ns]; after it there is at most an unfinished candle."""
        return max(int(part.time[part.settled - 1]) for part in self.ledger)

    def shown(self, settings: Settings) -> list[MarketData]:
        """Return the markets of the venues shown."""
        return [part for part in self.markets if settings.venues is None or part.venue in settings.venues]

    def drawn(self, settings: Settings) -> MarketData:
        """Return the market whose candles are drawn: that of the venue shown that leads at the end shown."""
        shown = self.shown(settings)
        leading = self.ledger.only([part.venue for part in shown]).leading(self.end(settings))
        return next((part for part in shown if leading is not None and part.venue == leading.venue), shown[0])

    def end(self, settings: Settings) -> int:
        """Return the last close shown [ns]; never before the first one of the venues shown."""
        if settings.as_of is None:
            return self.ledger.end
        first = min(int(part.known[min(1, len(part.known) - 1)]) for part in self.ledger.only(settings.venues))
        return max(min(settings.as_of, self.ledger.end), first)

    def window(self, settings: Settings) -> tuple[int, int]:
        """Return the window's range of time [ns]."""
        end = self.end(settings)
        start = self.ledger.start if settings.window == "all" else end - duration_ns(settings.window)
        return max(start, self.ledger.start), end

    def fitted(self, settings: Settings, time: tuple[int, int]) -> Interval:
        """Return the price range around the candles of a range of time [ns]."""
        market = self.drawn(settings)
        opens, step = market.time, market.timeframe
        known = int(np.searchsorted(opens, self.end(settings) - step, side="right"))
        first = int(np.searchsorted(opens, time[0] - step, side="right"))
        last = min(int(np.searchsorted(opens, time[1])), known)
        if first >= last:
            first, last = max(known - 1, 0), max(known, 1)
        low, high = float(market.low[first:last].min()), float(market.high[first:last].max())
        length = int(opens[last - 1]) + step - int(opens[first])
        return fitted_price(low, high, length / HOUR)

    def base_frame(self, settings: Settings, pixels: tuple[int, int] = BASE_PIXELS) -> Frame:
        """Return the picture of the whole window, which a view shows first."""
        return self.fitted_frame(settings, self.window(settings), pixels)

    def fitted_frame(self, settings: Settings, time: tuple[int, int], pixels: tuple[int, int]) -> Frame:
        """Return the picture of a range of time [ns] with its price range fitted to the candles."""
        return self._frame(settings, time, self.fitted(settings, time), *pixels)

    def frame(self, settings: Settings, time: Interval, price: Interval, width: int, height: int) -> Frame:
        """Return the picture of a range of time [ms UTC] and price [quote/base]."""
        return self._frame(settings, (milliseconds_ns(time[0]), milliseconds_ns(time[1])), price, width, height)

    def _frame(self, settings: Settings, time: tuple[int, int], price: Interval, width: int, height: int) -> Frame:
        asked = _Pictured(replace(settings, sensitivity=0.0), time, (price[0], price[1]), width, height)
        return self._frames.of(asked, self._made_frame) if width * height <= _KEPT_PIXELS else self._made_frame(asked)

    def _made_frame(self, asked: _Pictured) -> Frame:
        settings, time, price, width, height = asked
        viewport = Viewport(time, (max(price[0], price[1] * _LOWEST), price[1]), width, height)
        grid = self._grid(settings, viewport)
        black, white = self.ends(settings)
        raised, top = (0, 0.0) if settings.measure == HEAT else raised_ladder(highest(grid), white)
        image = quantise_heat(grid, black, white) if settings.measure == HEAT else quantise(grid, top)
        ahead = time[1] - time[0] if settings.future and time[1] >= self.end(settings) else 0
        drawn = _Drawn(time, width, ahead, settings.venues, settings.as_of, settings.future)
        step, candles = self._drawn.of(drawn, lambda _: self.candles(settings, time, width, ahead))
        known = min(time[1], self.end(settings) + 1)
        return Frame(
            time=(time[0] / MILLISECOND, time[1] / MILLISECOND),
            price=viewport.price,
            width=width,
            height=height,
            measure=settings.measure,
            top=image.top,
            decades=image.decades,
            candle_ms=step // MILLISECOND,
            pixels=image.pixels.tobytes(),
            candles=row_bytes(candles),
            events=row_bytes(events(self.shown(settings), (time[0], known), viewport.price)),
            raised=raised,
        )

    def _grid(self, settings: Settings, viewport: Viewport) -> Any:
        return rasterise(
            self.ledger,
            viewport,
            settings.measure,
            settings.horizon,
            leverage=settings.leverage,
            venues=settings.venues,
            at=self.end(settings),
        )

    def ends(self, settings: Settings) -> tuple[float, float]:
        """Return the values of the weakest and the strongest colour, per price cell, in a window and measure.

        They are the same in every view of it. Amounts begin at 0; heat is black up to `BLACK` of the window's cells.

        While replaying it is that of the last whole step of `_top_step` before the time shown: colours stay as they
        are from candle to candle, nothing later is read, and one step of replay in many has to compute it.
        """
        end, step = settings.as_of, _top_step(settings.window)
        if end is not None:
            end = self.end(settings)
            end = end // step * step if end // step * step >= self.ledger.start + step else end
        key = replace(settings, sensitivity=0.0, as_of=end, future=False)
        return self._tops.of(key, self._measured_ends)

    def _measured_ends(self, settings: Settings) -> tuple[float, float]:
        time = self.window(settings)
        low, high = self.fitted(settings, time)
        heat = settings.measure == HEAT
        rows = min(max(round(math.log(high / low) / PRICE_CELL), 2), MAXIMUM_PIXELS) if heat else 240
        grid = self._grid(settings, Viewport(time, (low, high), 240, rows))
        return heat_ends(grid) if heat else (0.0, brightest(grid))

    def candles(
        self, settings: Settings, time: tuple[int, int], width: int, ahead: int = 0
    ) -> tuple[int, npt.NDArray[np.float64]]:
        """Return candles of a range of time [ns], merged so that each is some pixels wide, and `ahead` [ns] of it.

        Returns
        -------
        step, columns : int, ndarray of float64, shape (12, n)
            Length [ns]; start, end [ms UTC], open, high, low, close, then the rows of `liqwidget.widget.series`.
        """
        market = self.drawn(settings)
        least = (time[1] - time[0]) / max(width / _CANDLE_PIXELS, 1)
        whole = [step for step in _CANDLES if step >= market.timeframe and step % market.timeframe == 0]
        step = next(
            (step for step in (market.timeframe, *whole) if step >= least), whole[-1] if whole else market.timeframe
        )
        end = self.end(settings)
        known = min(time[1] + ahead, self.ledger.end if settings.future else end)
        length = market.timeframe
        first = int(np.searchsorted(market.time, time[0] - length, side="right"))
        last = int(np.searchsorted(market.time, known - length, side="right"))
        first = int(np.searchsorted(market.time, market.time[first] // step * step)) if first < last else first
        if first >= last:
            return step, np.empty((12, 0))
        rows = slice(first, last)
        bucket = market.time[rows] // step
        starts = np.concatenate([[0], np.flatnonzero(np.diff(bucket)) + 1])
        ends = np.append(starts[1:], last - first) - 1
        begin = bucket[starts] * step
        columns = [
            begin / MILLISECOND,
            np.minimum(begin + step, np.maximum(market.time[rows][ends] + length, begin + step // 2)) / MILLISECOND,
            market.open[rows][starts],
            np.maximum.reduceat(market.high[rows], starts),
            np.minimum.reduceat(market.low[rows], starts),
            market.close[rows][ends],
        ]
        beside = series(self.shown(settings), market, begin, step, min(known, end))
        return step, np.concatenate([np.stack(columns).astype(np.float64), beside])

    def newest(self, settings: Settings) -> dict[str, Any]:
        """Return what moves with every trade: the last price, the newest candles, and up to when [ms UTC].

        Returns
        -------
        dict
            last_price [quote/base]; time: the last close and the present; candles: the last two of the drawn market,
            an unfinished one too, each start, end [ms UTC], open, high, low, close.
        """
        market = self.drawn(settings)
        rows = slice(-2, None)
        columns = (
            market.time[rows] / MILLISECOND, market.close_time[rows] / MILLISECOND,
            market.open[rows], market.high[rows], market.low[rows], market.close[rows],
        )  # fmt: skip
        return {
            "last_price": self.ledger.only(settings.venues).last_price(self.ledger.end),
            "time": [self.closed / MILLISECOND, self.ledger.end / MILLISECOND],
            "candles": np.stack(columns, axis=1).tolist(),
        }

    def clusters(self, settings: Settings) -> tuple[Cluster, ...]:
        """Return the clusters that stand at the end shown."""
        return clusters_around(self.around(settings), settings.horizon, settings.sensitivity)

    @functools.cached_property
    def levels(self) -> LevelSet:
        """Lives of price cells between two touches."""
        return levels(self.ledger)

    def gaps(self, settings: Settings) -> tuple[Gap, ...]:
        """Return the gaps at the end shown."""
        return gaps_around(self.around(settings))

    def around(self, settings: Settings) -> Around | None:
        """Return what stands around the last price at the end shown; the last answer is kept."""
        key = Settings(leverage=settings.leverage, venues=settings.venues, as_of=self.end(settings))
        kept = self._around
        if kept is None or kept[0] != key:
            ledger, groups = self.ledger.only(settings.venues), group_indices(settings.leverage)
            kept = self._around = key, around(ledger, self.end(settings), groups)
        return kept[1]

    def reading(self, settings: Settings, time_ms: float, price: float) -> dict[str, Any]:
        """Return exact sizes at a time [ms UTC] and price [quote/base]: the parts of a 'reading' answer."""
        time = min(milliseconds_ns(time_ms), self.end(settings))
        shown = {"horizon": settings.horizon, "leverage": settings.leverage, "venues": settings.venues}
        return reading_state(self.ledger, time, price, self.heat_ends(settings), **shown)

    def heat_ends(self, settings: Settings) -> tuple[float, float]:
        """Return the heat that is black, and that which is brightest, whatever is shown; 0 where there is none."""
        return self.ends(replace(settings, measure=HEAT)) if self.ledger.heat is not None else (0.0, 0.0)

    def price_decimals(self, settings: Settings) -> int:
        """Return how many decimals the drawn market's prices have; seven digits in all where they follow no tick."""
        market = self.drawn(settings)
        known = max(int(np.searchsorted(market.close_time, self.end(settings), side="right")), 1)
        prices = market.close[max(known - _PRICES, 0) : known]
        digits = math.floor(math.log10(prices[-1]))
        most = max(_DIGITS - 1 - digits, 0)
        steps = (
            decimals for decimals in range(most) if np.allclose(np.round(prices, decimals), prices, rtol=1e-12, atol=0)
        )
        return next(steps, most)

    def market(self, settings: Settings) -> dict[str, Any]:
        """Return what the front end knows of the market; times in ms UTC."""
        end = self.end(settings)
        return {
            "symbol": coin_of(self.ledger.symbol),
            "time": [self.ledger.start / MILLISECOND, end / MILLISECOND],
            "span": [self.ledger.start / MILLISECOND, self.ledger.end / MILLISECOND],
            "last_price": self.ledger.only(settings.venues).last_price(end),
            "price_decimals": self.price_decimals(settings),
            "timeframe_ms": self.ledger.timeframe // MILLISECOND,
            "venues": list(self.ledger.names),
            "quote": self.ledger.quote,
            "unit": self.ledger.only(settings.venues).unit,
            "grade": grade_state(self.grade(settings)),
        }

    def standing(
        self, settings: Settings, price: Interval | None = None, stack: str | None = None
    ) -> dict[str, Any] | None:
        """Return what stands at the end shown, cell by cell; `price`: in sight alone; `stack`: stacked so alone."""
        return standing_state(self.around(settings), price, stack)

    def grade(self, settings: Settings) -> Grade:
        """Return how far the map can be relied on at the end shown."""
        expected = self.asked if settings.venues is None and self.asked else None
        return grade(self.ledger.only(settings.venues), self.end(settings), expected_venues=expected)


def _top_step(window: str) -> int:
    """Return how long colours stay the same while replaying [ns]: an eighth of the window, or a day."""
    return DAY if window == "all" else max(duration_ns(window) // 8, HOUR)
