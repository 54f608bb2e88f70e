"""The examples of docstrings, run as they stand; those that ask a venue or show a widget are marked to be skipped."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = re.compile(r"^\s*>>> (?!.*doctest: \+SKIP)(?!import liqwidget$)", re.MULTILINE)
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "liqwidget").rglob("*.py"))
    if RUN.search(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert failed == 0, "See what was expected and what came above"
    assert tried > 0
