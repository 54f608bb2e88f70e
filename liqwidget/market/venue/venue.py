"""What a venue is to the readers: what it publishes, and how its rows are read where it differs from the others.

Each venue has a file of its own beside this one, read in its public documents and in ccxt 4.5.90, whose classes speak
to it, on 2026-11-22. A figure that no document gives is left None rather than guessed. What is missing is said in
`LiqHeatmap.status`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from liqwidget.domain.time import DAY, duration_ns, duration_text
from liqwidget.market.venue.payload import fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.payload import Liquidated, Taken

    Ask = Callable[..., Awaitable[Any]]
    """Calls a method of ccxt by its name with arguments, and returns what it answers."""

Sides = Literal[1, 2]
"""1: a figure counts each contract once; 2: its long and its short, so that it is halved."""
Tiers = Literal["public", "key"]
TierLimits = Literal["value", "contracts"]
Stream = Literal["candles", "liquidations"]


@dataclass(frozen=True, slots=True)
class Venue(ABC):
    """What one venue publishes of its perpetual swaps without a key, and how its rows are read.

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
    candle_days, inverse_candle_days : int or None
        Longest time between the ends of a request for candles, of all contracts and of inverse ones; None: no limit.
    candle_parts : mapping of str to str
        Lengths of a candle that are made of shorter ones, since the venue's do not begin where a UTC day does.
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
    interest_quoted : bool
        Whether open interest of inverse contracts is told in quote currency: a contract is an amount of it.
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
    taker_periods : tuple of str
        Periods of what takers bought and sold; empty where it is not public.
    taker_page : int
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
    tier_limits : {'value', 'contracts'}
        What ccxt's `maxNotional` of a margin tier is: an amount of the currency of settlement, or contracts.
    book_rows : int, str or None
        The most prices a side of the order book that a request may ask for, as ccxt takes it; None: the venue's own.
    liquidation_contract : str
        The field of a raw liquidation that names the contract.
    interest_doubt : str
        What is not sure of its open interest, after the venue's name; said of every market of it.
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
    candle_days: int | None = None
    inverse_candle_days: int | None = None
    candle_parts: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
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
    taker_periods: tuple[str, ...] = ()
    taker_page: int = 0
    liquidation_history: str = ""
    liquidation_page: int = 0
    liquidation_window: int | None = None
    interest_quoted: bool = False
    tier_limits: TierLimits = "value"
    book_rows: int | str | None = None
    liquidation_contract: str = "symbol"
    interest_doubt: str = ""
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
        taken = f"every {self.taker_periods[0]}" if self.taker_periods else "not public"
        ratios = f"long/short ratio {ratio}; taker volume {taken}"
        return f"{interest}; liquidations {happened}; {ratios}; margin tiers {tiers}"

    # ------------------------------------------------------------------ what ccxt is asked

    @property
    def longest_page(self) -> int:
        """The most rows that a request asks for."""
        statistics = max(self.ratio_page, self.taker_page)
        return max(self.candle_page, self.interest_page, self.funding_page, statistics, self.liquidation_page)

    def candles_at_once(self, step: int, *, inverse: bool) -> int:
        """Return how many candles of `step` [ns] a request may ask for."""
        limits = (self.candle_days, self.inverse_candle_days if inverse else None)
        return max(min([self.candle_page, *(days * DAY // step for days in limits if days is not None)]), 1)

    def candle_request(self, start: int, end: int) -> tuple[int | None, dict[str, Any]]:
        """Return the limit and parameters of a request for the candles from `start` to before `end` [ms]."""
        return self.candle_page, {"until": end - 1}

    def funding_request(self, start: int, end: int) -> dict[str, Any]:
        """Return the parameters of a request for the rates from `start` to before `end` [ms]."""
        return {self.funding_until: end - 1} if self.funding_until else {}

    def interest_request(self, start: int, end: int, period: int) -> tuple[int | None, int, dict[str, Any]]:
        """Return since when [ms], limit and parameters of a request for open interest every `period` [ms]."""
        return start, self.interest_page, {"until": end - 1}

    def liquidation_request(self, start: int, end: int) -> dict[str, Any]:
        """Return the parameters of a request for the liquidations from `start` to `end` [ms]."""
        return {"until": end}

    async def past_liquidations(self, ask: Ask, instrument: Instrument, start: int, end: int) -> tuple[list[Any], int]:
        """Return raw liquidations from `start` to `end` [ms], and from when on they are all there [ms]."""
        limit = self.liquidation_page
        rows = await ask("fetch_liquidations", instrument.symbol, start, limit, self.liquidation_request(start, end))
        return [raw(row) for row in rows], start if len(rows) < limit else end

    async def ratios(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Any]:
        """Return rows with `longShortRatio` from `start` [ms] on, as ccxt makes them."""
        return list(await ask("fetch_long_short_ratio_history", instrument.symbol, period, start, self.ratio_page))

    async def taken(self, ask: Ask, instrument: Instrument, period: str, start: int) -> list[Taken]:
        """Return what takers bought and sold from `start` [ms] on; what cannot be read has a time of NaN."""
        return []

    async def margin_tiers(self, ask: Ask, instrument: Instrument, market: Any) -> list[Any]:
        """Return rows with `maxNotional`, `maxLeverage` and `maintenanceMarginRate`; `market` is ccxt's of it."""
        return list(await ask("fetch_market_leverage_tiers", instrument.symbol) or ())

    # ------------------------------------------------------------------ how rows are read

    def lists(self, market: Mapping[str, Any]) -> bool:
        """Return whether a market of ccxt's can be traded."""
        return market.get("active") is not False

    async def more_markets(self, ask: Ask, api: Any, coin: str) -> list[Any]:
        """Return markets of ccxt's that its list leaves out, where there may be some of a coin."""
        return []

    def contract_size(self, market: Mapping[str, Any]) -> float:
        """Return what a contract of ccxt's market is [base], or [quote] of inverse ones."""
        return float(market.get("contractSize") or 0.0)

    def volume(self, volume: float, close: float, instrument: Instrument) -> float:
        """Return the volume [base, one side] of a candle as ccxt gives it."""
        return volume / self.candle_sides

    @abstractmethod
    def interest(self, row: Any, instrument: Instrument) -> tuple[float, float]:
        """Return time [ms, NaN if it bears none] and open interest of a raw row, of one side.

        In base units of the venue, or quote currency: `interest_quoted`. NaN if the row cannot be read.
        """

    def liquidation_items(self, payload: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the name of the contract and the raw item of each liquidation in an answer or a socket's frame."""
        body = payload.get("data", payload) if isinstance(payload, Mapping) else payload
        for item in body if isinstance(body, Sequence) and not isinstance(body, str) else []:
            if isinstance(item, Mapping):
                yield str(item.get(self.liquidation_contract)), item

    def tells_liquidations(self, message: Mapping[str, Any]) -> bool:
        """Return whether a socket's message tells of liquidations."""
        return False

    def as_by_rest(self, message: Mapping[str, Any], instrument: Instrument) -> Mapping[str, Any]:
        """Return a socket's message with the amounts that an answer to a question has."""
        return message

    def liquidation(self, item: Mapping[str, Any], instrument: Instrument) -> Liquidated | None:
        """Return the liquidation of a raw item; None where the venue has none to read."""
        return None


def raw(row: Any) -> Any:
    """Return what the venue itself sent of a row that ccxt made."""
    return fields(row).get("info", row)
