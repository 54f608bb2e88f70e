"""What the cell says while exchanges are read and there is no picture yet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType


class ReadingProgress:
    """A line in the output of the running cell, gone when the reading is over; nothing outside of a notebook.

    Parameters
    ----------
    symbol : str
        What is read.
    """

    def __init__(self, symbol: object) -> None:
        self._symbol = symbol
        self._line: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, sentence: str) -> None:
        """Say how far the reading is."""
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is None or not hasattr(shell, "kernel"):
            return
        from IPython.display import display

        words = {"text/plain": f"Reading {self._symbol}: {sentence}"}
        if self._line is None:
            self._line = display(words, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._line.update(words, raw=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.update({"text/plain": ""}, raw=True)
