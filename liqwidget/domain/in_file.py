"""What can be saved to a file and loaded again; an upper floor does it, which may estimate."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, cast

if TYPE_CHECKING:
    from pathlib import Path


class Files(Protocol):
    """Writes and reads what is kept in files."""

    def save(self, made: Any, path: str | Path) -> Path:
        """Write it, and return where."""

    def load(self, path: str | Path) -> Any:
        """Return what was written."""


class InFile:
    """What `save` writes and `load` reads."""

    files: ClassVar[str] = ""
    """The module that does it, which is loaded when it is first asked for."""

    def save(self, path: str | Path) -> Path:
        """Write it to one Parquet file, whole or not at all.

        What is written is its inputs, some 10 to 20 MB for a year of minutes, and what it was made with; `load` makes
        the rest again. Nothing is pickled. Any reader of Parquet opens it: venue, time (close, UTC), kind, low, high,
        close [quote/base], volume [base], open_interest [base; of an inverse contract quote], interest_time.

        Parameters
        ----------
        path : str or Path
            Ends in ``.parquet``; its folder is there. A file that is there is replaced.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        DataError
            If it cannot be written there, or heat is not of the same rows.
        """
        return self._files().save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return what `save` wrote, equal to the byte; also a folder of such files that follow each other.

        Parameters
        ----------
        path : str or Path
            A file of `save`; a folder whose files, at any depth, are of one symbol, as `liqwidget.batch` writes them:
            parts in time are joined, and venues; or an address that fsspec opens, such as ``s3://...``.

        Raises
        ------
        DataError
            If there is no such file, or it is broken, not ours, or written by a newer version.

        Warns
        -----
        DataWarning
            If what was made again is not what was saved, as after a change of the estimate.
        """
        return cls._files().load(path)  # type: ignore[no-any-return]

    @classmethod
    def _files(cls) -> Files:
        if not cls.files:
            message = "Expected liqwidget to be imported whole, was a part of it"
            raise RuntimeError(message)
        return cast("Files", importlib.import_module(cls.files))
