"""What a release is held to beside `make test`, with a network and minutes: ``make release-check``.

The wheel is installed from an index into a bare environment of each Python on this machine, with the newest of what it
depends on, on the oldest Python also with the lowest; each runs the quickstart without a browser.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import ROOT, Environment, that_hold
from tests.packaging.test_newest_python import version

pytestmark = [pytest.mark.packaging, pytest.mark.release]

KNOWN = tomllib.loads(Path(__file__).with_name("audits.toml").read_text(encoding="utf-8")).get("known", [])
LOWEST_PYTHON = (3, 11)
QUICKSTART = """
import json, pathlib, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        shell.run_cell("".join(cell["source"])).raise_error()
import liqwidget
print(liqwidget.__version__)
"""
"""Runs the cells of a notebook: IPython comes with what liqwidget depends on."""


def pythons() -> dict[tuple[int, int], str]:
    """Return one Python of each version that liqwidget takes, on PATH or of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = filter(None, (shutil.which(f"python3.{minor}") for minor in range(11, 21)))
    found = [sys.executable, *map(str, sorted(pyenv.glob("3.*/bin/python3"))), *named]
    versions = [(known, python) for python in found if (known := version(python)) is not None]
    return {known: python for known, python in reversed(versions) if known >= LOWEST_PYTHON}


PYTHONS = pythons()
SETS = [*((known, "newest") for known in sorted(PYTHONS)), (LOWEST_PYTHON, "lowest")]


def floors() -> list[str]:
    """Return what liqwidget depends on, each at the lowest version that it takes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = []
    for one in that_hold(project["dependencies"]):
        (floor,) = [part.version for part in one.specifier if part.operator == ">="]
        lowest.append(f"{one.name}=={floor}")
    return lowest


@pytest.mark.parametrize(("known", "which"), SETS, ids=[f"{a}.{b}-{which}" for (a, b), which in SETS])
def test_the_quickstart_runs_where_there_is_nothing_else(
    known: tuple[int, int], which: str, tmp_path: Path, machine: dict[str, str], distributions: dict[str, Path]
) -> None:
    if known not in PYTHONS:
        pytest.skip(f"no Python {known[0]}.{known[1]} is on this machine")
    subprocess.run([PYTHONS[known], "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=300)
    environment = Environment(tmp_path / "venv", machine)
    environment.install(str(distributions["wheel"]), *(floors() if which == "lowest" else ()), cwd=tmp_path)
    notebook = ROOT / "notebooks" / "01_quickstart.ipynb"
    printed = environment.run("python", "-c", QUICKSTART, str(notebook), cwd=tmp_path)
    assert printed.splitlines()[-1] in distributions["wheel"].name
    assert (tmp_path / "btc.html").stat().st_size > 1_000_000


def test_pip_audit_is_clean_or_explained(tmp_path: Path) -> None:
    assert find_spec("pip_audit") is not None, "Expected pip-audit here: `make release-check` installs it"
    wanted = tmp_path / "requirements.txt"
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=freeze", "--exclude-editable"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted.write_text(listed.stdout, encoding="utf-8")
    command = ["pip_audit", "--no-deps", "--disable-pip", "--format", "json", "--requirement", str(wanted)]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False, timeout=600)
    if not done.stdout.strip():
        pytest.skip(f"pip-audit has had no answer, which a release needs: {done.stderr.strip()[-300:]}")
    told: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    found = {(one["name"], flaw["id"]) for one in told for flaw in one.get("vulns", ())}
    unknown = [f"{one['name']}: {one['skip_reason']}" for one in told if "skip_reason" in one]
    assert unexplained(found) == []
    if len(unknown) == len(told):
        pytest.skip(f"pip-audit knows none of these packages, which a release needs: {unknown[0]}")


def test_npm_audit_is_clean_or_explained() -> None:
    npm = shutil.which("npm", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert npm is not None
    done = subprocess.run(
        [npm, "audit", "--json"], cwd=ROOT / "js", capture_output=True, text=True, check=False, timeout=300
    )
    told = json.loads(done.stdout or "{}")
    if "vulnerabilities" not in told:
        pytest.skip(f"npm audit has had no answer, which a release needs: {told.get('message', done.stderr)[-300:]}")
    ways = [(name, way) for name, one in told["vulnerabilities"].items() for way in one["via"] if isinstance(way, dict)]
    assert unexplained({(name, way["url"].rpartition("/")[2]) for name, way in ways}) == []


def test_explanations_are_whole_and_not_over() -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    assert [one for one in KNOWN if set(one) != {"id", "package", "reason", "until"} or one["until"] < today] == []


def unexplained(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the findings (package, id) that `audits.toml` does not explain."""
    return sorted(found - {(one["package"], one["id"]) for one in KNOWN})


def test_every_dependency_has_one_floor() -> None:
    assert {Requirement(line).name for line in floors()} >= {"numpy", "pandas", "bokeh", "anywidget"}
