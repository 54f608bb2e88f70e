"""Where a file is written: a path that can be written to, or a sentence that says why not."""

from __future__ import annotations

import re
from pathlib import Path

from liqwidget.errors import DataError

_OTHER = re.compile(r"[^\w.-]+")


def checked_path(path: object, *suffixes: str) -> Path:
    """Return where to write a file, with `~` expanded.

    Parameters
    ----------
    path : str or Path
        As a user gave it.
    *suffixes : str
        Endings that the file may have, such as ``'.png'``.

    Raises
    ------
    DataError
        If it is no path, has another ending, is a folder, or its folder is not there.
    """
    try:
        target = Path(path).expanduser()  # type: ignore[arg-type]
    except (TypeError, RuntimeError) as error:
        message = f"Expected a path that ends in {suffixes[0]}, was {path!r:.80} ({error})"
        raise DataError(message) from error
    if target.suffix.lower() not in suffixes:
        message = f"Expected a path that ends in {' or '.join(suffixes)}, was {str(path)!r:.200}"
        raise DataError(message)
    if not target.parent.is_dir():
        message = f"Expected a folder that is there, was {str(target.parent)!r}: make it first"
        raise DataError(message)
    if target.is_dir():
        message = f"Expected a path of a file, was the folder {str(target)!r}"
        raise DataError(message)
    return target


def file_name(text: str) -> str:
    """Return a text as part of a file's name: letters, digits and few signs."""
    return _OTHER.sub("_", text)
