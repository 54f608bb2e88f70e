"""A layout of a file: by which columns it is known, and how its rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from liqwidget.market.bulk.cleaning import Frames, Reading


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout of one source.

    Parameters
    ----------
    name : str
        Whose it is, and what it holds, in words.
    kinds : tuple of str
        Kinds of the store that it holds.
    columns : tuple of str
        Names that must be there, in small letters; in the order of a file without a header.
    read : callable
        Takes rows under names in small letters, and what its figures count; returns frames by kind.
    bare : tuple of int
        How many columns a file without a header may have; () where all have one.
    headed : bool
        Whether files with a header are of it; else its names are those that rows without one are given.
    without : tuple of str
        Names that must not be there.
    open_ended : bool
        Whether its columns could be of other things too: it is taken only where the kind is said.
    looks : callable, optional
        Says of rows without a header whether they are of this layout.
    """

    name: str
    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    read: Callable[[pd.DataFrame, Reading], Frames]
    bare: tuple[int, ...] = ()
    headed: bool = True
    without: tuple[str, ...] = ()
    open_ended: bool = False
    looks: Callable[[pd.DataFrame], bool] | None = None

    def fits(self, frame: pd.DataFrame) -> bool:
        """Return whether a frame has its columns, or has none by name and looks like it."""
        if all(isinstance(name, int) for name in frame.columns):
            return len(frame.columns) in self.bare and (self.looks is None or self.looks(frame))
        names = {small(name) for name in frame.columns}
        return self.headed and set(self.columns) <= names and not names & set(self.without)

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame under names in small letters."""
        if all(isinstance(name, int) for name in frame.columns):
            return frame.set_axis([*self.columns, *map(str, range(len(self.columns), len(frame.columns)))], axis=1)
        return frame.set_axis([small(name) for name in frame.columns], axis=1)


def small(name: Any) -> str:
    """Return a column's name in small letters, without what stands after a slash: OKX writes both languages."""
    return str(name).strip().strip('"').split("/")[0].strip().lower()
