"""The site: its pictures drawn by the code of its pages, built with warnings as errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import liqwidget
from docs import draw, photograph
from tests.browser.settings import public
from tests.forking import python

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FEWEST = 12
"""Pictures of the gallery."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site as `make docs` would serve it."""
    folder = tmp_path_factory.mktemp("site")
    made = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    for command, said in (([*python(), "-c", "from docs import draw; draw.main()"], "pictures in docs"), (build, "")):
        done = subprocess.run(command, cwd=ROOT, env=made, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert said in done.stdout, done.stderr
    return folder


def test_the_gallery_is_drawn_by_the_code_on_it(site: Path) -> None:
    names = re.findall(r"pictures/([\w-]+\.png)", (DOCS / "gallery.md").read_text(encoding="utf-8"))
    code = "".join(draw.blocks((DOCS / "gallery.md").read_text(encoding="utf-8")))
    assert len(names) == len(set(names)) >= FEWEST
    assert [name for name in names if f'"{name}"' not in code] == []
    assert [name for name in names if (site / "pictures" / name).stat().st_size < 10_000] == []


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (site / "reference").rglob("*.html"))
    headings = set(re.findall(r'id="liqwidget\.(?:[\w.]+\.)?(\w+)"', text))
    assert set(liqwidget.__all__) - headings == set()


def test_pages_that_stand_elsewhere_are_the_same(site: Path) -> None:
    accuracy = (site / "notebooks" / "accuracy" / "index.html").read_text(encoding="utf-8")
    told = (ROOT / "notebooks" / "accuracy.md").read_text(encoding="utf-8")
    assert accuracy.count("<table>") == len(re.findall(r"^\|[ :|-]+\|$", told, re.MULTILINE))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="https?://(?!squidfunk)[^"]*\.(?:js|css)', page) == []


def test_every_trait_and_every_control_is_on_its_page() -> None:
    page = (DOCS / "controls.md").read_text(encoding="utf-8")
    assert [name for name in [*public(), "prior", "symbol", "selected_clusters"] if f"`h.{name}`" not in page] == []
    files = [f"pictures/control-{photograph.file_name(name)}.png" for name in photograph.CONTROLS]
    assert [name for name in files if name not in page] == []
