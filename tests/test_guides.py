"""README, changelog and what else a newcomer or a releaser reads first."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from anywidget import AnyWidget

import liqwidget
from liqwidget.domain.lattice import CELL
from liqwidget.domain.ledger import CHURN
from liqwidget.domain.leverage import FLOOR_DISTANCE, GROUP_DISTANCES, NEAR_SHARE
from liqwidget.estimate.survival import NEAR_CHURN
from liqwidget.field.density import DEFAULT_PRIOR, HEAT_PRIOR, LONG_LIMIT, NAMED_PRIORS, NEAR_FARTHEST, NEAR_WIDTH
from liqwidget.field.touching import FREEDOM, SCALE, SCALE_POWER

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Renamed", "Fixed", "Security"}
LONGEST_README = 150


def test_readme_is_short_and_begins_with_what_it_is_and_a_picture() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_README
    assert lines[2].startswith("An estimated liquidation heatmap for Jupyter.")
    assert any(line.startswith("![") for line in lines[:10])


@pytest.mark.parametrize("name", GUIDES)
def test_links_of_guides_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, place = link.partition("#")
        target = ROOT / path if path else ROOT / name
        assert target.is_file(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if place else [place]
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert place in anchors, link


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_links_of_pages_lead_somewhere_in_the_repository_too(page: Path) -> None:
    for link in re.findall(r"(?<!!)\[[^\]]*\]\((?!https?:|#)([^)\s#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).is_file(), link


def test_every_verb_is_on_its_page() -> None:
    page = (ROOT / "docs" / "verbs.md").read_text(encoding="utf-8")
    ours = set(dir(liqwidget.LiqHeatmap)) - set(dir(AnyWidget)) - set(liqwidget.LiqHeatmap.class_trait_names())
    assert {name for name in ours if name[0] != "_" and f".{name}" not in page} == set()


def test_the_page_of_controls_has_what_a_heatmap_begins_with() -> None:
    page = (ROOT / "docs" / "controls.md").read_text(encoding="utf-8")
    bold = re.findall(r"`h\.(\w+)`[:,] ([^.]*?)\*\*`([^`]+)`\*\*", page)
    begins = {name: trait.default_value for name, trait in liqwidget.LiqHeatmap.class_traits().items()}
    assert len(bold) > 20
    for name, _, said in bold:
        if name != "symbol":
            default = begins[name]
            assert ast.literal_eval(said) in (default if isinstance(default, tuple) else (default,)), name


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.stem
)
def test_code_of_pages_can_be_read_and_names_what_there_is(page: Path) -> None:
    for code in re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        tree = ast.parse(re.sub(r"^[%!].*$", "", code, flags=re.MULTILINE))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "liqwidget":
                assert {one.name for one in node.names} <= set(liqwidget.__all__)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = {"liqwidget": liqwidget, "h": liqwidget.LiqHeatmap, "w": liqwidget.Watchlist}.get(node.value.id)
                assert owner is None or hasattr(owner, node.attr), ast.unparse(node)


@pytest.mark.parametrize("folder", ["liqwidget", "tests", "js/src", "docs"])
def test_documents_that_code_and_pages_name_are_here(folder: str) -> None:
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".py", ".pyi", ".ts", ".tsx", ".md"}:
            for name in re.findall(r"(?<![\w./-])(?:[\w-]+/)*[A-Z]{4,}\.md\b", path.read_text(encoding="utf-8")):
                assert (ROOT / name).is_file(), f"{path.relative_to(ROOT)} names {name}"


def test_the_method_page_has_the_numbers_in_use() -> None:
    text = re.sub(r"(?<![\d.])\.(?=\d)", "0.", (ROOT / "docs" / "method.md").read_text(encoding="utf-8"))
    median, sigma = NAMED_PRIORS[DEFAULT_PRIOR]
    edges = ", ".join(f"{edge:g}" for edge in GROUP_DISTANCES[1:5])
    for said in (
        f"Normal(ln {median}, {sigma})",
        f"median {HEAT_PRIOR.median:g} and spread {HEAT_PRIOR.sigma:g}",
        f"floor(ln P / {CELL:g})",
        f"`w_c = {NEAR_SHARE:g}`",
        f"edges {edges}, 1/3, {GROUP_DISTANCES[-1]}",
        f"Normal(0, {NEAR_WIDTH:g})` cut at {NEAR_WIDTH * NEAR_FARTHEST:.1f}",
        f"exp(-{CHURN:g} a)",
        f"with {NEAR_CHURN:.1f} in place of {CHURN:g}",
        f"at least {FLOOR_DISTANCE:g}",
        f"delta >= {LONG_LIMIT:g}",
        f"with {FREEDOM:g} degrees of freedom, `c = {SCALE} H^{SCALE_POWER}`",
    ):
        assert said in text, said


def test_the_changelog_is_by_version_and_kind() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert all(re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions)
    for version in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= KINDS


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "liqwidget/__init__.py"
    assert "version" not in json.loads((ROOT / "js" / "package.json").read_text(encoding="utf-8"))
    assert "version" not in yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", liqwidget.__version__)


def test_the_citation_has_what_the_format_asks_for() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["license"] == project["license"]
    assert [one["name"] for one in cited["authors"]] == [one["name"] for one in project["authors"]]


def test_issue_templates_are_forms() -> None:
    forms = [path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    assert len(forms) >= 3
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(form)
        assert all({"type", "attributes"} <= set(part) and part["attributes"]["label"] for part in form["body"])
