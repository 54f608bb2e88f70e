"""Binder's files: parsed, and their pip line run in a fresh environment."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.packaging.conftest import take_along_what_is_compiled

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
    for name in ("assets.js", "loader.js", "widget.js", "widget.css", "watchlist.js", "watchlist.css"):
        assert (module.parent / "static" / name).stat().st_size > 0


def test_what_the_pip_line_installed_fits_together(binder_environment: Environment, tmp_path: Path) -> None:
    assert "No broken requirements" in binder_environment.run("python", "-m", "pip", "check", cwd=tmp_path)


def test_kernels_are_compiled_when_the_image_is_made(binder_environment: Environment, tmp_path: Path) -> None:
    """The line is run on what was compiled here of the same files: to compile them takes longer than all tests."""
    lines = (BINDER / "postBuild").read_text(encoding="utf-8").splitlines()
    warming = [line for line in lines if line.startswith("python -c")]
    assert len(warming) == 1
    (package,) = binder_environment.folder.glob("lib/python*/site-packages/liqwidget")
    take_along_what_is_compiled(package)
    binder_environment.run(*shlex.split(warming[0]), cwd=tmp_path)
    compiled = {path.name.partition(".")[0] for path in package.rglob("kernels/__pycache__/*.nbi")}
    assert {"evaluate", "forward", "lives", "walk"} <= compiled


def test_repo2docker_reads_the_files() -> None:
    repo2docker = shutil.which("jupyter-repo2docker")
    if repo2docker is None:
        pytest.skip("no repo2docker here: `pip install jupyter-repo2docker` tries what Binder would build")
    command = [repo2docker, "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "binder/environment.yml" in done.stdout + done.stderr
    assert "binder/postBuild" in done.stdout + done.stderr


def test_the_notebook_that_the_badge_opens_asks_no_exchange() -> None:
    badge = re.search(
        r"urlpath=lab/tree/([\w/.]+)", (ROOT / "docs" / "cookbook" / "binder.md").read_text(encoding="utf-8")
    )
    assert badge is not None
    cells = json.loads((ROOT / badge[1]).read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert 'LiqHeatmap("BTC", source="sample")' in code[0]
    assert [text for text in code if re.search(r"LiqHeatmap\((?!.*source=\"sample\")|history\(|live=True", text)] == []


def test_jupyterlab_finds_the_widgets(binder_environment: Environment, tmp_path: Path) -> None:
    listed = binder_environment.run("jupyter", "--paths", cwd=tmp_path)
    assert str(binder_environment.folder) in listed
    extensions = binder_environment.folder / "share" / "jupyter" / "labextensions"
    assert {"anywidget", "@jupyter-widgets"} <= {entry.name for entry in extensions.iterdir()}
