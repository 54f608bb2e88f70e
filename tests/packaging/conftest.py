"""A clean copy of the tree, what is built from it, and environments with liqwidget and nothing but what it depends on.

What it depends on is what `make` has installed beside pytest, linked: a second installation would take longer than all
tests of packaging.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import venv
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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

    def install(self, *options: str, cwd: Path) -> None:
        """Install what pip's options name, by uv if the machine lets it; pip takes ten times as long."""
        python = str(self.folder / "bin" / "python")
        for tool in (("uv", "pip", "install", "--python", python), ("pip", "--python", python, "install")):
            try:
                self.run(sys.executable, "-m", *tool, "--quiet", *options, cwd=cwd)
            except AssertionError:
                if tool[0] == "pip":
                    raise
            else:
                return


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


def needed(tree: Path, *extras: str) -> list[Distribution]:
    """Return what the package of a tree depends on with some extras, as it is installed here, and pip."""
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = that_hold(project["dependencies"])
    waiting += [one for extra in extras for one in that_hold(project["optional-dependencies"][extra])]
    found = {"pip": distribution("pip")}
    asked: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras} - {known for one, known in asked if one == name}:
            asked.add((name, extra))
            found[name] = distribution(name)
            waiting += that_hold(found[name].requires or (), extra)
    return list(found.values())


def that_hold(lines: Iterable[str], extra: str = "") -> list[Requirement]:
    """Return the requirements that hold here, and for an extra."""
    read = map(Requirement, lines)
    return [one for one in read if one.marker is None or one.marker.evaluate({"extra": extra})]


def link(environment: Environment, distributions: Sequence[Distribution]) -> None:
    """Put installed distributions into an environment: modules as links, programs for its own Python."""
    (site_packages,) = environment.folder.glob("lib/python*/site-packages")
    python = environment.folder / "bin" / "python"
    owners = Counter(name for one in distributions for name in {file.parts[0] for file in one.files or ()})
    # What one of them has alone is linked as a whole.
    alone = {name for name in owners if owners[name] == 1} - {".."}
    for one in distributions:
        files = [file for file in one.files or () if "__pycache__" not in file.parts]
        for part in {file.parts[0] if file.parts[0] in alone else str(file) for file in files}:
            source, target = Path(str(one.locate_file(part))).resolve(), Path(os.path.normpath(site_packages / part))
            if target.exists() or not source.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.parent == python.parent:
                head, line, rest = source.read_bytes().partition(b"\n")
                target.write_bytes((b"#!" + os.fsencode(python) if b"python" in head else head) + line + rest)
                target.chmod(0o755)
            else:
                target.symlink_to(source)


@pytest.fixture(scope="session")
def binder_environment(
    tmp_path_factory: pytest.TempPathFactory, machine: dict[str, str], clean_tree: Path, postbuild_pip_line: str
) -> Environment:
    """Return an environment in which Binder's pip line has run on the clean tree."""
    folder = tmp_path_factory.mktemp("binder") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    environment = Environment(folder, machine)
    link(environment, needed(clean_tree, *Requirement("liqwidget" + shlex.split(postbuild_pip_line)[-1][1:]).extras))
    conda = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
    for entry in conda["dependencies"]:
        if isinstance(entry, dict):
            environment.run("python", "-m", "pip", "install", "--quiet", *entry["pip"], cwd=clean_tree)
    environment.run(*shlex.split(postbuild_pip_line), "--quiet", cwd=clean_tree)
    return environment


@pytest.fixture(scope="session")
def distributions(
    tmp_path_factory: pytest.TempPathFactory, binder_environment: Environment, clean_tree: Path
) -> dict[str, Path]:
    """Return an sdist ("sdist") and the wheel that is built from it ("wheel").

    The tree is the one whose front end was built when Binder's pip line ran; the wheel has the sdist's.
    """
    folder = tmp_path_factory.mktemp("distributions")
    builder = Environment(Path(sys.prefix), binder_environment.variables)
    builder.run("python", "-m", "build", "--no-isolation", "--outdir", str(folder), str(clean_tree), cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


@pytest.fixture(scope="session")
def wheel_environment(
    tmp_path_factory: pytest.TempPathFactory,
    machine: dict[str, str],
    clean_tree: Path,
    distributions: dict[str, Path],
) -> Environment:
    """Return an environment with the wheel in it, and what it depends on without extras."""
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    environment = Environment(folder, machine)
    link(environment, needed(clean_tree))
    environment.run("python", "-m", "pip", "install", "--quiet", str(distributions["wheel"]), cwd=folder)
    (package,) = folder.glob("lib/python*/site-packages/liqwidget")
    take_along_what_is_compiled(package)
    return environment


def take_along_what_is_compiled(package: Path) -> None:
    """Give an installed package what Numba has compiled of the same files here: it goes by time and size of a file."""
    for compiled in (ROOT / "liqwidget").rglob("*.nb[ic]"):
        folder = package / compiled.parent.relative_to(ROOT / "liqwidget")
        module = f"{compiled.name.partition('.')[0]}.py"
        source = compiled.parents[1] / module
        if source.exists() and source.read_bytes() == (folder.parent / module).read_bytes():
            folder.mkdir(exist_ok=True)
            shutil.copyfile(compiled, folder / compiled.name)
            times = source.stat()
            os.utime(folder.parent / module, ns=(times.st_atime_ns, times.st_mtime_ns))
