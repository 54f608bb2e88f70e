"""The process that kernels are forked from: started, ended, and named to Jupyter."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

KERNELS = Path(__file__).with_name("forked_kernel.py")


@contextmanager
def forking_kernels(folder: Path, name: str, **options: Any) -> Iterator[None]:
    """Start the process that kernels of a name are forked from, and write into a folder that Jupyter has them there."""
    # The name of a socket must be short.
    with tempfile.TemporaryDirectory() as short:
        door = f"{short}/door"
        write_kernel(folder, name, [sys.executable, "-S", "-E", str(KERNELS), door, "{connection_file}"])
        with ended([sys.executable, str(KERNELS), door], stdin=subprocess.PIPE, **options):
            eventually(Path(door).exists)
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
