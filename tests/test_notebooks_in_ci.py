"""The recipe of docs/cookbook/nbval.md as it stands there, on a notebook outside the repository."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cookbook" / "nbval.md"


def block(kind: str) -> str:
    """Return the first block of a kind on the page."""
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the page; `python` and `jupyter` are those of this environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # What this run of pytest is told is not for that of the recipe.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    done = {**variables, **more, "PATH": path}
    line = ["bash", "-c", command]
    return subprocess.run(line, cwd=folder, env=done, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def job() -> dict[str, object]:
    """Return the job of the page's workflow."""
    found: dict[str, object] = yaml.safe_load(block("yaml"))["jobs"]["nbval"]
    return found


@pytest.mark.slow
def test_a_live_notebook_is_checked_offline_and_a_stale_picture_fails(tmp_path: Path, job: dict[str, object]) -> None:
    # Takes seconds to load, in every process that collects tests.
    import nbformat

    (tmp_path / "nbval.cfg").write_text(block("ini"), encoding="utf-8")
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    cells = [
        nbformat.v4.new_code_cell(text) for text in (block("python"), "hashlib.sha256(picture).hexdigest()[:12]", "h")
    ]
    cells[2].metadata["tags"] = ["nbval-ignore-output"]
    path = notebooks / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)

    saved = run(block("sh"), tmp_path)
    assert saved.returncode == 0, saved.stderr
    notebook = nbformat.read(path, as_version=4)
    digest = notebook.cells[1].outputs[0].data["text/plain"]
    assert re.fullmatch(r"'[0-9a-f]{12}'", digest)
    assert notebook.cells[0].outputs[-1].data["text/plain"] == digest
    notebook.cells[1].outputs[0].data["text/plain"] = "'" + "0" * 12 + "'"
    nbformat.write(notebook, path)

    environment = job["env"]
    assert environment == {"LIQWIDGET_SOURCE": "sample"}
    steps = job["steps"]
    assert isinstance(steps, list)
    command = steps[-1]["run"]
    assert shlex.split(command)[:3] == ["python", "-m", "pytest"]
    checked = run(command + " -q", tmp_path, **environment)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "1 failed, 2 passed" in checked.stdout, checked.stdout
    assert "000000000000" in checked.stdout
