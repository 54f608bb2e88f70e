"""The page that `make bench` writes: budgets name benchmarks that there are, ratios are those of the figures."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.budgets import BUDGETS, Budget
from tests.benchmarks.report import markdown

ROOT = Path(__file__).resolve().parents[1]
ABOUT: dict[str, Any] = {
    "machine": "a machine", "python": "3", "time": "now", "load": 0.0, "copies_gb_per_s": {"1 MB": 10.0},
}  # fmt: skip


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda one: one.what)
def test_a_budget_is_of_a_figure_that_its_benchmark_tells(budget: Budget) -> None:
    place, _, name = budget.where.partition("::")
    source = (ROOT / place).read_text(encoding="utf-8")
    (found,) = [one for one in ast.walk(ast.parse(source)) if getattr(one, "name", None) == name.partition("[")[0]]
    assert isinstance(found, ast.FunctionDef)
    told = {argument.arg for argument in found.args.args} | set(ast.unparse(found).replace('"', "'").split("'"))
    assert ("benchmark" if budget.figure == "median_ms" else budget.figure) in told | written(source)
    case = name.partition("[")[2].rstrip("]")
    assert all(part in source for part in case.split("-", 1))


def written(source: str) -> set[str]:
    """Return the texts of a file: figures whose names are made, or stand in another function."""
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    made = {f"{name}{unit}" for name in ("shown", "written") for unit in ("_s", "_mb")} if "_mb" in texts else set()
    return {text for text in texts if isinstance(text, str)} | made


def test_the_page_says_what_is_over_and_how_many_copies_a_kernel_takes() -> None:
    where = {one.what: one.where for one in BUDGETS}
    told: dict[str, dict[str, Any]] = {
        where["`import liqwidget`"]: {"median_ms": 300.0},
        where["levels, a year of 1m"]: {"median_ms": 3000.0, "bytes": 2_000_000, "copy_ms": 1.5},
        where["live, 3 venues"]: {"per_second": 5.0},
        where["clusters, five years of 1m"]: {"clusters": {"months": [1, 60], "ms": [2.0, 4.0], "exponent": 0.17}},
        "tests/benchmarks/test_peers.py::test_a_picture_of_levels": {"skipped": "no datashader"},
    }
    peers = [{"job": "a map", "peer": "a walker", "ours_ms": 2.0, "theirs_ms": 30.0}]
    page = markdown(told, peers, ABOUT)
    for line in (
        "| `import liqwidget` | <= 600 ms | 300 ms | 50% |",
        "| levels, a year of 1m | <= 1500 ms | 3e+03 ms | 200%, **over** |",
        "| live, 3 venues | >= 10 /s | 5 /s | 50%, **over** |",
        "| clusters, five years of 1m | <= 10 ms | 4 ms | 40% |",
        "| wheel to sharp, p50 | <= 70 ms | not in this run | |",
        "| levels[year-of-1m] | 3e+03 ms | 2 MB | 1.5 ms | 2e+03 |",
        "| clusters | 2.0 | 4.0 | 0.17 |",
        "| a map | a walker | 15 |",
        "tests/benchmarks/test_peers.py::test_a_picture_of_levels: no datashader",
    ):
        assert line in page.splitlines()
