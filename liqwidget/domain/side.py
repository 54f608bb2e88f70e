"""The side of the position that would be liquidated."""

from __future__ import annotations

from enum import IntEnum

from liqwidget.errors import DataError


class Side(IntEnum):
    """Side of a position; as a factor it is the sign of the position's profit when price rises.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.Side.LONG.label, int(liqwidget.Side.SHORT)
    ('long', -1)
    """

    LONG = 1
    SHORT = -1

    @property
    def label(self) -> str:
        """The word used in frames: ``'long'`` or ``'short'``."""
        return self.name.lower()

    @property
    def row(self) -> int:
        """Index of this side in arrays of shape (2, ...): 0 for long, 1 for short."""
        return 0 if self is Side.LONG else 1

    @classmethod
    def parse(cls, value: Side | int | str) -> Side:
        """Return the side named by a Side, +1 / -1, or 'long' / 'short'.

        Raises
        ------
        DataError
            If `value` names no side.
        """
        if isinstance(value, str):
            name = value.strip().upper()
            if name in cls.__members__:
                return cls[name]
        elif not isinstance(value, bool) and value in (1, -1):
            return cls(value)
        message = f"Expected side 'long' or 'short' (Side.LONG, Side.SHORT), was {value!r:.60}"
        raise DataError(message)
