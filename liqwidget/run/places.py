"""Where files lie: a path of this machine, or an address that fsspec opens, such as ``s3://bucket/folder``.

A file is written whole or not at all: here it is renamed into its place, and a store of objects shows one that is
whole alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liqwidget.errors import DataError, MissingExtraError
from liqwidget.market.store.files import read_plain, replace_whole
from liqwidget.market.store.parquet import BrokenFileError

LARGEST = 2**34
"""Of one file [bytes]."""

_MARK = "://"
_LOCAL = "file" + _MARK


def place(path: object) -> str:
    """Return a path or an address as text, with ``~`` expanded and no slash at its end.

    Raises
    ------
    DataError
        If it is neither.
    """
    if isinstance(path, os.PathLike) or (isinstance(path, str) and path.strip()):
        text = os.fspath(path)
        if isinstance(text, str):
            text = text.removeprefix(_LOCAL)
            return text.rstrip("/") if _MARK in text else str(Path(text).expanduser())
    message = f"Expected a path, or an address such as 's3://bucket/folder', was {path!r:.80}"
    raise DataError(message)


def within(base: str, *parts: str) -> str:
    """Return a place in a folder."""
    return "/".join([base.rstrip("/"), *parts])


def found(base: str, suffix: str) -> list[str]:
    """Return the files of a folder at any depth that end so, in order; a file alone is itself. Hidden ones are not."""
    if _MARK in base:
        system, root = _system(base)
        if system.isfile(root):
            return [base]
        names = system.find(root) if system.exists(root) else []
        listed = [system.unstrip_protocol(name) for name in names]
    else:
        if Path(base).is_file():
            return [base]
        listed = [path.as_posix() for path in Path(base).rglob(f"*{suffix}") if path.is_file()]
    return sorted(name for name in listed if name.endswith(suffix) and not name.rpartition("/")[2].startswith("."))


def folders(base: str) -> list[str]:
    """Return the names of the folders in a folder, in order."""
    if _MARK in base:
        system, root = _system(base)
        listed = system.ls(root, detail=True) if system.exists(root) else []
        return sorted(str(one["name"]).rstrip("/").rpartition("/")[2] for one in listed if one["type"] == "directory")
    return sorted(path.name for path in Path(base).iterdir() if path.is_dir()) if Path(base).is_dir() else []


def there(path: str) -> bool:
    """Return whether there is something."""
    if _MARK in path:
        system, root = _system(path)
        return bool(system.exists(root))
    return Path(path).exists()


def size(path: str) -> int | None:
    """Return how many bytes a file has; None where there is none."""
    try:
        if _MARK in path:
            system, root = _system(path)
            return int(system.size(root))
        return Path(path).stat().st_size
    except OSError:
        return None


def read(path: str) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    DataError
        If it cannot be read; the text says why.
    """
    try:
        if _MARK not in path:
            return read_plain(Path(path), LARGEST)
        system, root = _system(path)
        return bytes(system.cat_file(root))
    except FileNotFoundError as error:
        message = f"Expected a file that is there, was {path!r:.200}"
        raise DataError(message) from error
    except (OSError, BrokenFileError) as error:
        message = f"Expected a file that can be read, was {path!r:.200} ({error})"
        raise DataError(message) from error


def write(path: str, content: bytes) -> None:
    """Replace a file whole, and make its folder; a killed writer leaves the old one or the new one.

    Raises
    ------
    DataError
        If it cannot be written; the text says why.
    """
    try:
        if _MARK in path:
            system, root = _system(path)
            system.makedirs(root.rpartition("/")[0], exist_ok=True)
            system.pipe_file(root, content)
        else:
            target = Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(target, content)
    except OSError as error:
        message = f"Expected a place that can be written, was {path!r:.200} ({error})"
        raise DataError(message) from error


def remove(path: str) -> None:
    """Take a file away; nothing happens where there is none."""
    if _MARK in path:
        system, root = _system(path)
        if system.exists(root):
            system.rm_file(root)
    else:
        Path(path).unlink(missing_ok=True)


def _system(path: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it."""
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(path)
    except (ImportError, ValueError) as error:
        message = (
            f"Expected fsspec to open {path!r:.200} ({error}): pip install 'liqwidget[batch]', for s3:// also s3fs"
        )
        raise MissingExtraError(message) from error
    return system, str(root)
