"""A clean copy of the tree, what is built from it, and one environment with nothing but liqwidget in it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    "node_modules",
    "static",
    "dist",
    "build",
    "artefacts",
    "__pycache__",
    "*.egg-info",
    ".*_cache",
    ".hypothesis",
)
BINDER_PIP = "python -m pip install "


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment, and a machine around it that has no Node."""

    folder: Path
    variables: dict[str, str]

    def run(self, *command: str, cwd: Path, timeout_s: float = 840) -> str:
        """Run a command to its end, its programs taken from the environment first; return what it printed."""
        path = os.pathsep.join([str(self.folder / "bin"), self.variables["PATH"]])
        program = shutil.which(command[0], path=path)
        assert program is not None, f"Expected {command[0]} on {path}"
        done = subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env={**self.variables, "PATH": path, "VIRTUAL_ENV": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the variables of a machine without Node and npm, whatever this one has."""
    programs = tmp_path_factory.mktemp("programs")
    for folder in ("/usr/local/bin", "/usr/bin", "/bin"):
        for program in sorted(Path(folder).glob("*")):
            link = programs / program.name
            if program.name not in {"node", "nodejs", "npm", "npx", "corepack", "yarn"} and not link.is_symlink():
                link.symlink_to(program)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "npm_"))}
    # Compiling every file of JupyterLab ahead of its use takes longer than the tests.
    return {**kept, "PATH": str(programs), "PIP_NO_COMPILE": "1"}


@pytest.fixture(scope="session")
def clean_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tree without anything that was built or installed in it."""
    tree = tmp_path_factory.mktemp("clean") / "liqwidget"
    shutil.copytree(ROOT, tree, ignore=WITHOUT)
    return tree


@pytest.fixture(scope="session")
def postbuild_pip_line() -> str:
    """Return the line of binder/postBuild that installs the package."""
    script = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    lines = [line.strip() for line in script.splitlines() if line.startswith(BINDER_PIP)]
    assert len(lines) == 1, f"Expected one line '{BINDER_PIP}...' in binder/postBuild, was {lines}"
    return lines[0]


@pytest.fixture(scope="session")
def binder_environment(
    tmp_path_factory: pytest.TempPathFactory, machine: dict[str, str], clean_tree: Path, postbuild_pip_line: str
) -> Environment:
    """Return a fresh environment in which Binder's pip line has run on the clean tree."""
    folder = tmp_path_factory.mktemp("binder") / "venv"
    venv.create(folder, with_pip=True, symlinks=True)
    environment = Environment(folder, machine)
    conda = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
    for entry in conda["dependencies"]:
        if isinstance(entry, dict):
            environment.run("python", "-m", "pip", "install", "--quiet", *entry["pip"], cwd=clean_tree)
    environment.run(*shlex.split(postbuild_pip_line), "--quiet", cwd=clean_tree)
    return environment


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory, machine: dict[str, str]) -> dict[str, Path]:
    """Return an sdist of a clean tree ("sdist") and the wheel that is built from this sdist ("wheel")."""
    folder = tmp_path_factory.mktemp("distributions")
    tree = folder / "liqwidget"
    shutil.copytree(ROOT, tree, ignore=WITHOUT)
    builder = Environment(Path(sys.prefix), machine)
    builder.run("python", "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(tree), cwd=folder)
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


@pytest.fixture(scope="session")
def wheel_environment(
    tmp_path_factory: pytest.TempPathFactory, binder_environment: Environment, distributions: dict[str, Path]
) -> Environment:
    """Return an environment with the wheel in it, and behind it only what liqwidget depends on.

    The dependencies are those that pip chose for Binder: installing them a second time would double the time.
    """
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    (installed,) = binder_environment.folder.glob("lib/python*/site-packages")
    site_packages = folder / installed.relative_to(binder_environment.folder)
    wheel = str(distributions["wheel"])
    pip = ("python", "-m", "pip", "--python", str(folder / "bin" / "python"))
    binder_environment.run(*pip, "install", "--quiet", "--no-deps", wheel, cwd=folder)
    (site_packages / "dependencies.pth").write_text(f"{installed}\n", encoding="utf-8")
    return Environment(folder, binder_environment.variables)
