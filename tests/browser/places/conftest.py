"""Environments with one place each, and its server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.browser.lab.server import ROOT, free_port
from tests.forking import ended
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_S = 400


def environment(folder: Path, packages: list[str]) -> Path:
    """Make an environment with `packages` and what liqwidget needs; skip the test if they cannot be had."""
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if uv is None:
        pytest.skip(f"Expected uv, which makes an environment for {', '.join(packages)}; found none on PATH.")
    python = folder / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(ROOT / "pyproject.toml"), *packages],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:]
            pytest.skip(
                f"Expected {', '.join(packages)} in an environment of their own, could not be installed: {last}"
            )
    return python


@contextmanager
def serving(python: Path, command: list[str], folder: Path) -> Iterator[str]:
    """Run a server in `folder` whose arguments may name {port}; return its address, and end it in the end."""
    port = free_port()
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "LIQWIDGET_SOURCE": "sample",
        # marimo's setting "On startup: autorun": a click on its button is lost while it connects.
        "_MARIMO_CONFIG_OVERLOAD_RUNTIME_AUTO_INSTANTIATE": "true",
    }
    arguments = [str(python), "-m", *(part.format(port=port) for part in command)]
    address = f"http://127.0.0.1:{port}"
    with (
        (folder / "server.log").open("wb") as log,
        ended(arguments, cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        eventually(lambda: (answers(address, process, folder), Path(log.name).stat().st_size), lambda two: two[0])
        yield address


def answers(address: str, process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Tell whether a server is up."""
    said = (folder / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:]
    assert process.poll() is None, f"The server ended with {process.returncode}: {said}"
    try:
        with urlopen(f"{address}/", timeout=5) as answer:  # noqa: S310 - this machine's
            return bool(answer.status)
    except (URLError, OSError) as refused:
        # An error of HTTP is an answer.
        return hasattr(refused, "code")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return what installs a place, writes its file and serves it."""
    with ExitStack() as stack:

        def served(packages: list[str], command: list[str], name: str, text: str) -> str:
            (tmp_path / name).write_text(text, encoding="utf-8")
            python = environment(tmp_path / "environment", packages)
            return stack.enter_context(serving(python, command, tmp_path))

        yield served
