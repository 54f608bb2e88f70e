"""Binder's files: parsed, and their pip line run in a fresh environment."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.packaging.conftest import Environment

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"


def test_python_is_one_that_the_package_takes() -> None:
    conda = yaml.safe_load((BINDER / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [entry for entry in conda["dependencies"] if isinstance(entry, str) and entry.startswith("python")]
    stated = re.fullmatch(r"python=(\d+)\.(\d+)", python)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floor = re.fullmatch(r">=(\d+)\.(\d+)", project["requires-python"])
    assert stated is not None
    assert floor is not None
    assert tuple(map(int, stated.groups())) >= tuple(map(int, floor.groups()))


def test_post_build_is_a_script() -> None:
    script = BINDER / "postBuild"
    assert script.read_text(encoding="utf-8").startswith("#!/")
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


def test_pip_line_installs_the_package(binder_environment: Environment, tmp_path: Path) -> None:
    script = "import liqwidget; print(liqwidget.__file__)"
    module = Path(binder_environment.run("python", "-c", script, cwd=tmp_path).strip())
    assert module.is_relative_to(binder_environment.folder)
    for name in ("loader.js", "widget.js", "widget.css", "watchlist.js", "watchlist.css"):
        assert (module.parent / "static" / name).stat().st_size > 0


def test_what_the_pip_line_installed_fits_together(binder_environment: Environment, tmp_path: Path) -> None:
    assert "No broken requirements" in binder_environment.run("python", "-m", "pip", "check", cwd=tmp_path)


def test_jupyterlab_finds_the_widgets(binder_environment: Environment, tmp_path: Path) -> None:
    listed = binder_environment.run("jupyter", "--paths", cwd=tmp_path)
    assert str(binder_environment.folder) in listed
    extensions = binder_environment.folder / "share" / "jupyter" / "labextensions"
    assert {"anywidget", "@jupyter-widgets"} <= {entry.name for entry in extensions.iterdir()}
