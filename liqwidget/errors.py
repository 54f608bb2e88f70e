"""The errors a user may meet: each says what was expected, what it was, where, and what is available."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cn", "Cs", "Co", "Zl", "Zp"}
"""Kinds of characters that are no text: they move the cursor, turn the line around or cannot be written."""


def plain(text: object) -> str:
    """Return words of others as text that nothing takes for orders: what cannot be seen is spelled out, as in a repr.

    A new line stays one.
    """
    words = str(text)
    if words.isascii() and words.isprintable():
        return words
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in _UNSEEN else repr(letter)[1:-1]
        for letter in words
    )


_LONGEST = 4000
"""Letters of one sentence."""


def shortened(text: str, most: int = _LONGEST) -> str:
    """Return a text of at most so many letters, cut in its middle: both what was expected and where stay."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


class LiqError(Exception):
    """Base of every error that liqwidget raises on purpose; its words are plain text, whoever they come from.

    Examples
    --------
    >>> import liqwidget
    >>> issubclass(liqwidget.SourceError, liqwidget.LiqError)
    True
    """

    def __init__(self, *words: object) -> None:
        super().__init__(*(plain(shortened(word)) if isinstance(word, str) else word for word in words))

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: IPython calls this instead of printing the frames."""
        return [f"{type(self).__name__}: {self}"]


class DataError(LiqError, ValueError):
    """Input that cannot be used as it is: a column, a row, a unit or an argument.

    Examples
    --------
    >>> import liqwidget
    >>> try:
    ...     liqwidget.Box(price=(105_000, 100_000), time=("2026-01-29", "2026-01-31"))
    ... except liqwidget.DataError as error:
    ...     print(error)
    Expected price as two prices above 0, low before high, was (105000, 100000)
    """


class UnknownNameError(DataError, AttributeError):
    """A name that a heatmap has no option or trait of; the text names what is near."""


class EstimateError(LiqError, ValueError):
    """An estimate that cannot be made from valid data with the given options.

    Examples
    --------
    >>> import liqwidget
    >>> try:
    ...     liqwidget.estimate([])
    ... except liqwidget.EstimateError as error:
    ...     print(error)
    Expected at least one MarketData, was none
    """


class ProtocolError(LiqError, ValueError):
    """A message between the front end and the kernel that does not follow the protocol.

    Examples
    --------
    >>> import liqwidget
    >>> issubclass(liqwidget.ProtocolError, ValueError)
    True
    """


class SourceError(LiqError, RuntimeError):
    """A market that cannot be read.

    Parameters
    ----------
    message : str
        A sentence for the user.
    venue : str, optional
        The venue that was asked, if one was.
    symbol : str, optional
        The symbol that was asked for, if one was.
    retryable : bool
        Whether asking again later may help.
    wait : float, optional
        How long the venue asks to be left alone [s].

    Examples
    --------
    >>> import liqwidget
    >>> try:
    ...     liqwidget.sample_market("DOGE")
    ... except liqwidget.SourceError as error:
    ...     print(error.symbol, error.retryable)
    DOGE False
    """

    def __init__(
        self,
        message: str,
        *,
        venue: str | None = None,
        symbol: str | None = None,
        retryable: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(message)
        self.venue = venue
        self.symbol = symbol
        self.retryable = retryable
        self.wait = wait


class MissingExtraError(LiqError, ImportError):
    """An optional library that a call needs and that is not installed; the text gives the install line.

    Examples
    --------
    >>> import liqwidget
    >>> issubclass(liqwidget.MissingExtraError, ImportError)
    True
    """
