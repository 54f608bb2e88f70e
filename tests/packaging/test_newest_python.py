"""The pure part on the newest Python of this machine: what a new version changes is met here first.

Numba is not among what it installs: the kernels' oracle takes their place, as to compile them takes longer than these
tests. Laws have a few of their examples here: on the Python of `make test` they have all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import ROOT, Environment

pytestmark = pytest.mark.packaging

ROOMS = (
    "tests/domain",
    "tests/field/test_prior.py",
    "tests/raster/test_palette.py",
    "tests/estimate/test_hand_cases.py",
    "tests/estimate/test_fold.py",
    "tests/study/test_levels.py",
)
NEEDED = ("anywidget", "ipywidgets", "lazy_loader", "numpy", "pandas", "pyarrow", "scipy")
"""What these rooms import of what liqwidget depends on."""
WITHOUT = (
    "tests/domain/test_frames.py::test_ten_years_of_hours",
    "tests/domain/test_frames_of_others.py::test_score_and_calibrate",
    "tests/estimate/test_fold.py::test_pictures_of_the_past",
)
"""Tests that need compiled kernels, or more of the package than its pure part; a beginning stands for several.

Those of the fold that are left out walk the same lines as its others, and take long without kernels."""
TOOLS = ("pytest>=9,<10", "hypothesis>=6.120,<7")
_VERSION = "import sys; print(*sys.version_info[:2], sys.version_info.releaselevel)"


def version(python: str) -> tuple[int, int] | None:
    """Return major and minor version of an interpreter, None if it is none that runs, or no release."""
    done = subprocess.run([python, "-c", _VERSION], capture_output=True, text=True, check=False, timeout=60)
    parts = done.stdout.split()
    return (int(parts[0]), int(parts[1])) if done.returncode == 0 and parts[2:] == ["final"] else None


def newest() -> tuple[tuple[int, int], str]:
    """Return the newest Python on PATH and among pyenv's, and where it is."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = (shutil.which(f"python3.{minor}") for minor in range(12, 21))
    found = [*filter(None, named), *(str(path) for path in sorted(pyenv.glob("3.*/bin/python3")))]
    versions = [(known, python) for python in found if (known := version(python)) is not None]
    return max(versions, default=((0, 0), ""))


def test_the_pure_part_holds_on_the_newest_python(
    tmp_path: Path, machine: dict[str, str], distributions: dict[str, Path]
) -> None:
    known, python = newest()
    if known <= sys.version_info[:2]:
        pytest.skip(f"no Python newer than {sys.version_info.major}.{sys.version_info.minor} is on this machine")
    subprocess.run([python, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=300)
    wheel, project = str(distributions["wheel"]), tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [line for line in project["project"]["dependencies"] if Requirement(line).name in NEEDED]
    environment = Environment(tmp_path / "venv", machine)
    environment.install(*needed, *TOOLS, cwd=tmp_path)
    environment.install("--no-deps", wheel, cwd=tmp_path)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    # No plugin of `make test` is there: not its options, and not what its conftest needs of them.
    # What is compared is told where `make test` fails; to prepare that takes seconds here.
    options = ("-q", "--assert=plain", "--noconftest", "--import-mode=importlib", "-p", "no:cacheprovider")
    unhurried = ("-p", "tests.hypothesis_profile", "-p", "tests.fewer_examples")
    given = project["tool"]["pytest"]["ini_options"]
    told = [part for name in ("filterwarnings", "markers") for part in ("-o", f"{name}={chr(10).join(given[name])}")]
    settings = ("-c", os.devnull, "--rootdir", str(tmp_path), "-o", "pythonpath=.", *told)
    without = [f"--deselect={test}" for test in WITHOUT]
    environment.run("python", "-m", "pytest", *options, *unhurried, *settings, *without, *ROOMS, cwd=tmp_path)
