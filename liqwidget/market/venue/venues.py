"""What each exchange publishes without a key: data, so that a capability is never guessed from a failure.

Read in the venues' public documents and in ccxt 4.5.90, whose classes speak to them, on 2026-11-22. A figure that no
document gives is left None rather than guessed. What is missing is said in `LiqHeatmap.status`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from liqwidget.domain.time import DAY, duration_ns, duration_text
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

Sides = Literal[1, 2]
"""1: a figure counts each contract once; 2: its long and its short, so that it is halved."""
Tiers = Literal["public", "key"]
Stream = Literal["candles", "liquidations"]

_PERIODS = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")


@dataclass(frozen=True, slots=True)
class Venue:
    """What one exchange publishes of its perpetual swaps, without a key.

    Parameters
    ----------
    name : str
        As in `LiqHeatmap(source=...)`.
    linear_class, inverse_class : str
        Classes of ccxt for contracts settled in the quote and in the base currency; '' where there are none.
    linear_options, inverse_options : mapping
        Their options: only swaps are listed, so that one or two requests are enough.
    quotes : tuple of str
        Quote currencies of linear swaps, the preferred first.
    candle_page : int
        Candles a request.
    candle_rows : int or None
        How many of the newest candles can be had at all; None: since the listing, or not documented.
    candle_sides, interest_sides : {1, 2}
        Whether volume and open interest count a contract once or twice.
    interest_history : tuple of str
        Periods of the history of open interest; empty where there is none.
    interest_page : int
        Its rows a request.
    interest_rows, interest_days : int or None
        How many of its newest rows and days can be had; None: since the listing, or not documented.
    interest_windowed : bool
        Whether it can be asked for from one time to another; otherwise only the newest page is had.
    interest_now : bool
        Whether the present open interest can be asked for by itself.
    funding_page : int
        Rates a request.
    funding_until : str
        Parameter of ccxt's call that ends a request in time [ms]; '' where there is none.
    ratio_periods : tuple of str
        Periods of the accounts' long/short ratio; empty where there is none.
    ratio_page : int
        Its rows a request.
    liquidation_history : str
        How far back single liquidations are listed, such as '7d'; '' where there is no public list.
    liquidation_page : int
        Liquidations a request.
    liquidation_window : int or None
        Longest time between the ends of one request [ns].
    liquidation_stream : str
        What a public stream of liquidations holds; '' where there is none that ccxt reads.
    streams : tuple of str
        What ccxt.pro reads from public sockets, 'candles' and 'liquidations'; the rest is polled.
    tiers : {'public', 'key'}
        Whether the venue shows its margin tiers to everyone; dated tables are shipped with the package either way.
    note : str
        What else a reader of the map should know.
    """

    name: str
    linear_class: str
    inverse_class: str
    linear_options: Mapping[str, object] = field(repr=False, hash=False)
    inverse_options: Mapping[str, object] = field(repr=False, hash=False)
    quotes: tuple[str, ...]
    candle_page: int
    interest_history: tuple[str, ...]
    funding_page: int
    funding_until: str
    liquidation_stream: str
    tiers: Tiers
    streams: tuple[Stream, ...] = ("candles",)
    candle_rows: int | None = None
    candle_sides: Sides = 1
    interest_page: int = 0
    interest_rows: int | None = None
    interest_days: int | None = None
    interest_sides: Sides = 1
    interest_windowed: bool = True
    interest_now: bool = True
    ratio_periods: tuple[str, ...] = ()
    ratio_page: int = 0
    liquidation_history: str = ""
    liquidation_page: int = 0
    liquidation_window: int | None = None
    note: str = ""

    def interest_span(self, period: str) -> int | None:
        """Return how far back open interest of a period can be had [ns]; None: no limit is known."""
        rows = None if self.interest_rows is None else self.interest_rows * duration_ns(period)
        days = None if self.interest_days is None else self.interest_days * DAY
        return min((span for span in (rows, days) if span is not None), default=None)

    @property
    def summary(self) -> str:
        """One line of what is public, for `LiqHeatmap.status`."""
        if self.interest_history:
            first = self.interest_history[0]
            span = self.interest_span(first)
            interest = f"open interest every {first}" + (f" for {duration_text(span)}" if span else "")
        else:
            interest = "open interest only now, no history"
        listed = f"listed for {self.liquidation_history}" if self.liquidation_history else ""
        streamed = f"streamed ({self.liquidation_stream})" if self.liquidation_stream else ""
        happened = " and ".join(filter(None, (listed, streamed))) or "not public"
        ratio = f"every {self.ratio_periods[0]}" if self.ratio_periods else "not public"
        tiers = "public" if self.tiers == "public" else "need a key, dated tables are used"
        return f"{interest}; liquidations {happened}; long/short ratio {ratio}; margin tiers {tiers}"


_SWAPS_OF_GATE = {"fetchMarkets": {"types": ["swap"]}}
_SWAPS_OF_OKX = {"fetchMarkets": {"types": ["swap"]}}


def _of_htx(kind: str) -> Mapping[str, object]:
    return {"fetchMarkets": {"types": {"spot": False, "linear": kind == "linear", "inverse": kind == "inverse"}}}


_ALL = (
    Venue(
        name="binance",
        linear_class="binanceusdm",
        inverse_class="binancecoinm",
        linear_options={},
        inverse_options={},
        quotes=("USDT", "USDC"),
        candle_page=1000,
        interest_history=_PERIODS,
        interest_page=500,
        interest_days=30,
        funding_page=1000,
        funding_until="until",
        ratio_periods=_PERIODS,
        ratio_page=500,
        liquidation_stream="the last order of a second per symbol, so totals are lower bounds",
        tiers="key",
        streams=("candles", "liquidations"),
    ),
    Venue(
        name="bybit",
        linear_class="bybit",
        inverse_class="bybit",
        linear_options={"fetchMarkets": {"types": ["linear"]}},
        inverse_options={"fetchMarkets": {"types": ["inverse"]}},
        quotes=("USDT", "USDC"),
        candle_page=1000,
        interest_history=("5m", "15m", "30m", "1h", "4h", "1d"),
        interest_page=200,
        interest_sides=2,
        funding_page=200,
        funding_until="until",
        ratio_periods=("5m", "15m", "30m", "1h", "4h", "1d"),
        ratio_page=500,
        liquidation_stream="every order, at its bankruptcy price",
        tiers="public",
        streams=("candles", "liquidations"),
        note="openInterest is documented as the sum of both sides: singleOpenInterest, or half of it, is taken",
    ),
    Venue(
        name="okx",
        linear_class="okx",
        inverse_class="okx",
        linear_options=_SWAPS_OF_OKX,
        inverse_options=_SWAPS_OF_OKX,
        quotes=("USDT", "USDC"),
        candle_page=300,
        interest_history=("5m", "1h", "1d"),
        interest_page=100,
        interest_rows=1440,
        funding_page=100,
        funding_until="after",
        ratio_periods=("5m", "1h", "1d"),
        ratio_page=100,
        liquidation_history="7d",
        liquidation_page=100,
        liquidation_stream="one order a second per contract, at its bankruptcy price",
        tiers="public",
        streams=("candles", "liquidations"),
    ),
    Venue(
        name="hyperliquid",
        linear_class="hyperliquid",
        inverse_class="",
        linear_options={"fetchMarkets": {"types": ["swap"]}},
        inverse_options={},
        quotes=("USDC",),
        candle_page=1000,
        candle_rows=5000,
        interest_history=(),
        funding_page=500,
        funding_until="until",
        liquidation_stream="",
        tiers="public",
    ),
    Venue(
        name="bitget",
        linear_class="bitget",
        inverse_class="",
        linear_options={"fetchMarkets": {"types": ["swap"]}},
        inverse_options={},
        quotes=("USDT", "USDC"),
        candle_page=200,
        interest_history=(),
        funding_page=100,
        funding_until="",
        ratio_periods=("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"),
        ratio_page=500,
        liquidation_stream="",
        tiers="public",
        note="the unit of the volume of its coin-margined contracts is not documented: they are not read",
    ),
    Venue(
        name="gate",
        linear_class="gate",
        inverse_class="gate",
        linear_options=_SWAPS_OF_GATE | {"swap": {"fetchMarkets": {"settlementCurrencies": ["usdt"]}}},
        inverse_options=_SWAPS_OF_GATE | {"swap": {"fetchMarkets": {"settlementCurrencies": ["btc"]}}},
        quotes=("USDT",),
        candle_page=1000,
        candle_rows=10_000,
        interest_history=("5m", "15m", "30m", "1h", "4h", "1d"),
        interest_page=100,
        interest_sides=2,
        interest_now=False,
        funding_page=1000,
        funding_until="until",
        ratio_periods=("5m", "15m", "30m", "1h", "4h", "1d"),
        ratio_page=100,
        liquidation_history="1h",
        liquidation_page=1000,
        liquidation_window=duration_ns("1h"),
        liquidation_stream="",
        tiers="public",
        note="open interest of its statistics counts both sides and is halved",
    ),
    Venue(
        name="htx",
        linear_class="htx",
        inverse_class="htx",
        linear_options=_of_htx("linear"),
        inverse_options=_of_htx("inverse"),
        quotes=("USDT",),
        candle_page=1000,
        candle_sides=2,
        interest_history=("1h", "4h", "12h", "1d"),
        interest_page=200,
        interest_rows=200,
        interest_sides=2,
        interest_windowed=False,
        funding_page=100,
        funding_until="end_time",
        liquidation_history="1d",
        liquidation_page=100,
        liquidation_window=duration_ns("2h"),
        liquidation_stream="",
        tiers="public",
        note="volume and open interest are documented as the sum of both sides and are halved",
    ),
)

VENUES: dict[str, Venue] = {venue.name: venue for venue in _ALL}
"""By name, in the order in which they are asked and shown."""


def venue(name: object) -> Venue:
    """Return what one exchange publishes.

    Raises
    ------
    DataError
        If the name is none of `VENUES`; the text lists them.
    """
    found = VENUES.get(str(name).strip().lower())
    if found is None:
        message = f"Expected a venue among {', '.join(VENUES)}, was {name!r:.60}"
        raise DataError(message)
    return found
