"""What is in the sdist and the wheel, and that the wheel works where there is nothing else."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.metadata import Metadata

import liqwidget

if TYPE_CHECKING:
    from tests.packaging.conftest import Environment

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
BUNDLE_LIMIT, PACKED_LIMIT = 120_000, 45_000
"""Bytes of our own front end that a page loads for its first picture, once, as it is and as a server sends it; BokehJS
has about 1 MB.
"""

ON_DEMAND_LIMIT = 23_000
"""Packed bytes of what a page loads after its first picture, or when something of it is wanted earlier."""

LOADER_LIMIT = 4_000
"""Bytes of what a page loads for every heatmap anew and never forgets."""

SCRIPT = """
import importlib.metadata
import sys
import liqwidget
heatmap = liqwidget.LiqHeatmap("BTC", source="sample")
heatmap.to_html(sys.argv[1])
print(liqwidget.__file__)
print(repr(heatmap))
assert liqwidget.__version__ == importlib.metadata.version("liqwidget")
assert not {"jupyterlab", "jupyter_server", "notebook"} & set(sys.modules)
"""


def test_wheel_holds_the_package_and_its_front_end(distributions: dict[str, Path]) -> None:
    about = f"liqwidget-{liqwidget.__version__}.dist-info"
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        names = wheel.namelist()
        assert {name.split("/")[0] for name in names} == {"liqwidget", about}
        bundle = wheel.read("liqwidget/static/widget.js")
        assert 0 < len(bundle) <= BUNDLE_LIMIT
        assert len(gzip.compress(bundle, mtime=0)) <= PACKED_LIMIT
        assert 0 < len(gzip.compress(wheel.read("liqwidget/static/on_demand.js"), mtime=0)) <= ON_DEMAND_LIMIT
        assert wheel.getinfo("liqwidget/static/offline.js").file_size > 0
        assert 0 < wheel.getinfo("liqwidget/static/loader.js").file_size <= LOADER_LIMIT
        assert wheel.getinfo("liqwidget/static/widget.css").file_size > 0
        assert {"liqwidget/py.typed", "liqwidget/look.json"} <= set(names)
        assert {f"{about}/licenses/LICENSE", f"{about}/licenses/liqwidget/widget/notices.txt"} <= set(names)
        assert b"Preact Team" in wheel.read("liqwidget/widget/notices.txt")


def test_metadata_are_such_as_an_index_takes(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        told = wheel.read(f"liqwidget-{liqwidget.__version__}.dist-info/METADATA")
    metadata = Metadata.from_email(told, validate=True)
    assert str(metadata.version) == liqwidget.__version__
    assert metadata.license_expression == "BSD-3-Clause"
    assert metadata.description_content_type == "text/markdown"
    assert (metadata.description or "").startswith("# liqwidget")
    with tarfile.open(distributions["sdist"]) as sdist:
        own = sdist.extractfile(f"liqwidget-{liqwidget.__version__}/PKG-INFO")
        assert own is not None
        assert own.read() == told


def test_sdist_holds_the_sources_and_the_front_end(distributions: dict[str, Path]) -> None:
    with tarfile.open(distributions["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    needed = {"pyproject.toml", "README.md", "LICENSE", "js/package.json", "js/package-lock.json", "js/build.mjs"}
    guides = {"CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "SECURITY.md", "mkdocs.yml", "docs/index.md"}
    assert needed | guides | {"liqwidget/look.json"} <= names
    parts = ("assets.js", "loader.js", "widget.js", "on_demand.js", "offline.js", "watchlist.js")
    built = (*parts, "widget.css", "watchlist.css")
    assert {f"liqwidget/static/{name}" for name in built} <= names
    kept_out = ("node_modules", ".venv", "docs/pictures", "artefacts")
    assert [name for name in names if any(part in name for part in kept_out)] == []


def test_wheel_draws_the_sample(wheel_environment: Environment, tmp_path: Path) -> None:
    page = tmp_path / "sample.html"
    printed = wheel_environment.run("python", "-c", SCRIPT, str(page), cwd=tmp_path).splitlines()
    assert Path(printed[0]).is_relative_to(wheel_environment.folder)
    assert printed[1] == "LiqHeatmap('BTC', simulated, 5m, 7d: 2026-01-24 00:00 to 2026-01-31 00:00 UTC)"
    assert "simulated" in page.read_text(encoding="utf-8").lower()


def test_wheel_from_the_sdist_is_what_pip_installs_from_the_tree(
    wheel_environment: Environment, binder_environment: Environment
) -> None:
    def package_files(environment: Environment) -> dict[str, bytes]:
        (package,) = environment.folder.glob("lib/python*/site-packages/liqwidget")
        files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(package).as_posix(): path.read_bytes() for path in files}

    assert package_files(wheel_environment) == package_files(binder_environment)
