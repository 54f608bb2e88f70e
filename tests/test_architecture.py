"""The house of CONTRIBUTING.md as tests: who imports whom, what an import costs, how large a file may be."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import rooms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "liqwidget"
MODULES = sorted(PACKAGE.rglob("*.py"))

PARTS = rooms.parts()
"""Per part of the package, the other parts it may import; None is all."""

ONLY_IN = {"ccxt": "market/venue/*.py", "dask": "run/batch.py"}
"""Per library, the one place that imports it."""

LATE = (
    "aiohttp", "bokeh.models", "bokeh.plotting", "ccxt", "dask", "distributed", "fsspec", "matplotlib", "numba",
    "pyarrow.parquet", "scipy", "tqdm",
)  # fmt: skip
"""What none of the names may load before it is used. (pandas 3 loads pyarrow by itself.)"""

BANNED = {"exchange", "exchanges", "kline", "klines", "oi", "mmr", "ts", "zone", "zones"}
"""Words of the guide's last column that have no other meaning; a pair and a bar have one."""
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
MAXIMUM_LINES = {".py": 400, ".ts": 250, ".tsx": 250}
NOT_OURS = {".git", ".venv", "node_modules", "static", "dist", "build", "artefacts", "__pycache__"}

# Written in pieces, so that this file does not contain what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w./~-])(?:/(?:home|Users|root|work|tmp)/[\w.-]+|[A-Z]:\\Users\\)")
REGISTRY = re.compile(
    "|".join([r"registry\.npm" + r"js\.org", r"registry\.yarn" + "pkg", r"py" + r"pi\.org", r"python" + "hosted"])
)


def part_of(module: Path) -> str:
    """Return the part of the package that a module belongs to: ``domain`` for ``liqwidget/domain/side.py``."""
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


@functools.cache
def tree_of(module: Path) -> ast.Module:
    """Return a module as it is parsed, once for all tests."""
    return ast.parse(module.read_text(encoding="utf-8"))


@functools.cache
def imports_of(module: Path) -> frozenset[str]:
    """Return the dotted names that a module imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"Expected absolute imports, was a relative one, {module}:{node.lineno}"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def dotted(module: Path) -> str:
    """Return the name of a module: ``liqwidget.domain.side``."""
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def module_named(found: str, names: Mapping[str, Path]) -> str:
    """Return the module that an import is of (``liqwidget.domain.side.Side``: of the side), '' for none of ours."""
    return next((name for name in (found, found.rpartition(".")[0]) if name in names), "")


def circles(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Return what remains of a graph when what imports nothing that remains is taken away: its circles, and above."""
    left = {name: set(others) for name, others in graph.items()}
    while ends := {name for name, others in left.items() if not others & left.keys()}:
        left = {name: others for name, others in left.items() if name not in ends}
    return sorted(left)


def names_of(node: ast.stmt) -> list[str]:
    """Return what a statement gives a name to: functions, classes, constants, fields, and arguments of functions."""
    match node:
        case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
            taken = [*args.posonlyargs, *args.args, *args.kwonlyargs]
            return [name] if name.startswith("_") else [name, *(one.arg for one in taken)]
        case ast.ClassDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def words_of(name: str) -> set[str]:
    """Return the words of a name, in small letters: ``LiqHeatmap`` and ``liq_heatmap`` have liq and heatmap."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def named(path: Path) -> str:
    """Return the path as pytest shows it."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that are in git or would be added; all files where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        files = [ROOT / name for name in listed]
    else:
        files = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in files if path.is_file()))


def test_a_part_imports_only_the_parts_below_it() -> None:
    unnamed = {part_of(module) for module in MODULES} - set(PARTS)
    assert not unnamed, f"Expected some of {sorted(PARTS)}, was {unnamed}: name their place in tests/rooms.toml"
    wrong: dict[str, set[str]] = {}
    for module in MODULES:
        part = part_of(module)
        ours = (name.split(".") for name in imports_of(module) if name.split(".")[0] == "liqwidget")
        imported = {name[1] if len(name) > 1 else "__init__" for name in ours} - {part}
        allowed = PARTS[part]
        wrong[named(module)] = set() if allowed is None else imported - allowed
    assert {module: parts for module, parts in wrong.items() if parts} == {}


def test_no_circle_of_rooms_or_of_modules() -> None:
    """Imports for types count: a circle of them is two files that cannot be read apart."""
    assert circles({part: allowed or set() for part, allowed in PARTS.items()}) == []
    names = {dotted(module): module for module in MODULES}
    graph = {
        name: {known for found in imports_of(module) if (known := module_named(found, names)) not in ("", name)}
        for name, module in names.items()
    }
    assert circles(graph) == []


def test_the_rooms_are_those_of_the_tree() -> None:
    said = {(room.folder, name) for room in rooms.ROOMS for name in room.files}
    there = {(module.parent.relative_to(ROOT).as_posix(), module.stem) for module in MODULES}
    assert said == {(folder, name) for folder, name in there if name != "__init__"}
    said = {(room.folder, name) for room in rooms.FRONT_END for name in room.files}
    there = {(path.parent.relative_to(ROOT).as_posix(), path.stem) for path in (ROOT / "js" / "src").rglob("*.ts*")}
    assert said == there
    assert [name for name in rooms.OTHERS if not (ROOT / name).is_dir()] == []


def test_the_table_of_the_guide_is_that_of_the_rooms() -> None:
    guide = rooms.GUIDE.read_text(encoding="utf-8")
    assert guide == rooms.written(guide), "Run `python -m tests.rooms`"


def test_every_rule_is_about_files_that_exist() -> None:
    assert set(PARTS) == {part_of(module) for module in MODULES}
    assert [place for place in ONLY_IN.values() if not list(PACKAGE.glob(place))] == []


def test_files_and_public_names_use_the_words_of_the_guide() -> None:
    wrong: list[tuple[str, str]] = []
    for module in MODULES:
        tree = tree_of(module)
        bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
        names = [module.stem, *(name for body in bodies for node in body for name in names_of(node))]
        wrong += [(named(module), name) for name in names if not name.startswith("_") and BANNED & words_of(name)]
    assert wrong == []


def test_a_library_that_is_walled_off_is_imported_in_one_place() -> None:
    importing = {module: {name.split(".")[0] for name in imports_of(module)} for module in MODULES}
    for library, place in ONLY_IN.items():
        found = [module for module, libraries in importing.items() if library in libraries]
        assert [named(module) for module in found if not module.relative_to(PACKAGE).match(place)] == []


def loaded(begun: str, libraries: Iterable[str]) -> list[str]:
    """Return which of some libraries a new interpreter has loaded after some statements."""
    script = f"{begun}; import sys; print(*[name for name in {tuple(libraries)!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_liqwidget_is_light() -> None:
    assert loaded("import liqwidget", ("numpy", "pandas", "ipywidgets", "anywidget", "liqwidget.heatmap", *LATE)) == []
    assert loaded("from liqwidget import *", LATE) == []


def test_the_names_are_those_of_the_stub() -> None:
    """`__init__.pyi` says what there is, to type checkers and to the package itself."""
    import liqwidget

    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    (listed,) = (ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    assert listed == liqwidget.__all__
    assert [name for name in listed if getattr(liqwidget, name, None) is None] == []


def test_a_function_keeps_its_name_beside_a_folder_of_that_name() -> None:
    assert loaded("import liqwidget.estimate.estimator, liqwidget; assert callable(liqwidget.estimate)", ()) == []


def test_every_module_says_what_it_is_for() -> None:
    assert [named(module) for module in MODULES if not ast.get_docstring(tree_of(module))] == []


def test_no_drawers() -> None:
    names = {path: {path.stem.strip("_").lower(), path.parent.name} for path in tracked_files()}
    assert [named(path) for path, words in names.items() if words & DRAWERS] == []


def test_no_file_is_too_long() -> None:
    lines = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked_files()
        if path.suffix in MAXIMUM_LINES
    }
    assert {name: count for name, count in lines.items() if count > MAXIMUM_LINES[Path(name).suffix]} == {}


def test_no_built_file_is_tracked() -> None:
    assert [named(path) for path in tracked_files() if "static" in path.relative_to(ROOT).parts] == []


def test_no_path_of_a_machine_and_no_registry_host() -> None:
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            if MACHINE_PATH.search(line) or REGISTRY.search(line):
                found.append(f"{named(path)}:{number}: {line.strip()[:120]}")
    assert found == []


def test_scripts_can_be_run() -> None:
    assert [
        name
        for name in (".ci/run", "binder/postBuild")
        if (ROOT / name).exists() and not os.access(ROOT / name, os.X_OK)
    ] == []


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=named)
def test_saved_notebooks_hold_no_widget_view(notebook: Path) -> None:
    """A view that is saved without its model opens as an error; `make notebooks` leaves it out."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
    assert not any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
    assert "widgets" not in content["metadata"]
