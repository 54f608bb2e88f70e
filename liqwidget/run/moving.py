"""Another coin of the same source: it is read, and takes the place of the one that is followed.

The simulated market has its coins at once. Exchanges are read on a thread of its own: until they have answered, the
coin that there is stays, and it is said what is being read. Of several choices the newest wins; where a coin cannot be
had, the one before stays as it is. Own data hold one coin, and no other can be read for them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from liqwidget.background import Newest, weakly
from liqwidget.domain.quotation import coin_of
from liqwidget.errors import DataError, LiqError
from liqwidget.market.read import base_symbol, read
from liqwidget.market.simulated.sample import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from liqwidget.domain.status import About
    from liqwidget.market.source import Source, SourceLike
    from liqwidget.run.following import Following

COINS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "HYPE", "SUI", "LINK", "AVAX", "LTC")
"""Coins that are offered where any can be named."""

_FRAMES = "LiqHeatmap.from_frames(candles, open_interest, symbol={!r})"


@dataclass(frozen=True, slots=True, eq=False)
class _Coin:
    """A coin that somebody chose."""

    symbol: str


class Moving:
    """Holds what is followed, and puts another coin in its place.

    Parameters
    ----------
    following : Following
        What is followed first.
    source : str, MarketData, or iterable of either, optional
        As it was asked for.
    make : callable
        Makes what follows a symbol and its source as they were read.
    changed : callable
        Called with the lock held when what is followed, or what is being read, is another than before.
    say : callable
        Takes an error as a sentence; an empty one takes it back.
    lock : RLock
        Held while any of it changes.
    """

    def __init__(
        self,
        following: Following,
        source: SourceLike,
        *,
        make: Callable[[str, Source], Following],
        changed: Callable[[], None],
        say: Callable[[str], None],
        lock: RLock,
    ) -> None:
        self.following = following
        self._source, self._make, self._changed, self._say, self._lock = source, make, changed, say, lock
        self._choice: Newest[_Coin] = Newest()
        self._reading = self._wanted = ""

    @property
    def symbol(self) -> str:
        """The symbol that was chosen last: that which is followed, or that which is being read."""
        return self._wanted or self.following.ledger.symbol

    @property
    def coin(self) -> str:
        """The coin that is followed."""
        return coin_of(self.following.ledger.symbol)

    @property
    def held(self) -> str:
        """Why no other coin can be read; empty where one can."""
        source = self.following.source
        if source.simulated or source.status:
            return ""
        return f"Your own data hold {self.coin} alone: for another coin use {_FRAMES.format('ETH')}"

    def about(self) -> About:
        """Return what is said of the source, and of the coins to choose from."""
        with self._lock:
            said = self.following.about()
            alone = self.following.source.simulated and not self.following.source.status
            coins = (self.coin,) if self.held else SYMBOLS if alone else COINS
            return replace(said, coins=coins, held=self.held, reading=self._reading or said.reading)

    def checked(self, symbol: Any) -> str:
        """Return the coin of a symbol in any spelling.

        Raises
        ------
        DataError
            If it is none, or cannot be read from this source; the text says what can.
        """
        source, own = self.following.source, self.following.ledger.symbol
        if symbol == own:
            return own
        coin = base_symbol(symbol)
        if coin == self.coin:
            return own
        if self.held:
            message = (
                f"Expected {self.coin!r}, which your own data hold, was {symbol!r:.60}: use {_FRAMES.format(coin)}"
            )
            raise DataError(message)
        if source.simulated and not source.status and coin not in SYMBOLS:
            message = f"Expected a coin of the simulated market ({', '.join(SYMBOLS)}), was {symbol!r:.60}"
            raise DataError(message)
        return coin

    def choose(self, symbol: str) -> None:
        """Show another coin, as `checked` returns it, once it is read; that which is shown ends what is being read."""
        with self._lock:
            same = symbol == self.following.ledger.symbol
            if symbol == self.symbol:
                return
            choice, source, timeframe = _Coin(symbol), self.following.source, self.following.timeframe
            self._choice.put(choice)
            self._say("")
            self._wanted = "" if same else symbol
            self._reading = f"Reading {symbol}; until it is there the map shows {self.coin}" if source.status else ""
            self._reading = "" if same else self._reading
            if same or source.status:
                self._changed()
        if same:
            return
        if not source.status:
            try:
                self._take(choice, read(symbol, self._source, timeframe, since=source.since))
            except LiqError as error:
                self._end(choice)
                message = f"{symbol} cannot be shown, {self.coin} stays: {error}"
                raise type(error)(message) from error
            return
        arguments = (weakly(self._was_read), choice, self._source, timeframe, source.since)
        threading.Thread(target=_read, args=arguments, name="liqwidget-symbol", daemon=True).start()

    def close(self) -> None:
        """End all of it; what is still being read is not shown."""
        self._choice.put(None)
        self.following.close()

    def _was_read(self, choice: _Coin, source: Source | None, why: str) -> bool:
        """Show what was read, or say why nothing was; return whether it was still wanted."""
        if not self._choice.counts(choice):
            return False
        if source is not None and source.simulated and not self.following.source.simulated:
            why, source = source.notice or "no exchange answered", None
        if source is not None:
            try:
                return self._take(choice, source)
            except LiqError as error:
                why = str(error)
        if self._end(choice):
            self._say(f"{choice.symbol} could not be read, {self.coin} stays: {why}")
        return True

    def _end(self, choice: _Coin) -> bool:
        """End the state of reading a coin that was not had; return whether it was still wanted."""
        with self._lock:
            if not self._choice.counts(choice):
                return False
            self._reading = self._wanted = ""
            self._changed()
            return True

    def _take(self, choice: _Coin, source: Source) -> bool:
        """Follow another coin from now on; return False where another was chosen meanwhile."""
        found = self._make(choice.symbol, source)
        with self._lock:
            if not self._choice.counts(choice):
                return False
            before, self.following = self.following, found
            self._reading = self._wanted = ""
            live = before.live
            self._changed()
        before.close()
        found.begin(live=live)
        return True


def _read(
    done: Callable[[_Coin, Source | None, str], Any], choice: _Coin, source: SourceLike, timeframe: str, since: Any
) -> None:
    """Read a coin and hand over what it brings, or why it brings nothing; ask no further if nobody wants it."""
    found, why = None, ""
    try:
        found = read(choice.symbol, source, timeframe, since=since)
    except Exception as error:  # noqa: BLE001 - whatever it was, the map says it and stays as it is
        why = str(error) or type(error).__name__
    if not done(choice, found, why) and found is not None and found.joining is not None:
        found.joining.stop()
