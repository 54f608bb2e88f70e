"""Processes that others are forked from: started, ended, and, of kernels, named to Jupyter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SERVER = Path(__file__).with_name("fork_server.py")
DOOR = "LIQWIDGET_TESTS_FORKED_AT"
"""A variable of the environment: where processes of tests are forked, if they are."""


@contextmanager
def forking(room: str, *given: str, **options: Any) -> Iterator[str]:
    """Start the process that those of a module are forked from, with what it is given; yield where it is asked."""
    # The name of a socket must be short.
    with tempfile.TemporaryDirectory() as short:
        door = f"{short}/door"
        paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
        environment = {"env": {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}}
        command = [sys.executable, str(SERVER), door, room, *given]
        with ended(command, stdin=subprocess.PIPE, **environment | options):
            eventually(Path(door).exists)
            yield door


def asking(door: str) -> list[str]:
    """Return the command that asks for a process: what follows is what is asked."""
    return [sys.executable, "-S", "-E", str(SERVER), "ask", door]


def python() -> list[str]:
    """Return the command of a Python for ``-c`` and code: one that has imported what tests do, where they are forked.

    Such a one ends with 0 whatever happens: what it has done must be looked at.
    """
    door = os.environ.get(DOOR)
    return asking(door) if door else [sys.executable]


@contextmanager
def forking_kernels(folder: Path, name: str, **options: Any) -> Iterator[None]:
    """Start the process that kernels of a name are forked from, and write into a folder that Jupyter has them there."""
    with forking("tests.forked_kernel", **options) as door:
        write_kernel(folder, name, [*asking(door), "{connection_file}"])
        yield


def write_kernel(folder: Path, name: str, command: list[str]) -> None:
    """Write into a folder of Jupyter how kernels of a name are started."""
    place = folder / "kernels" / name
    place.mkdir(parents=True, exist_ok=True)
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


@contextmanager
def ended(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and end it."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
