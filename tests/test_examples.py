"""The examples of docstrings: every public name has one, and all are run as they stand.

What asks a venue is marked to be skipped; such a name has another example beside it that needs no network.
"""

from __future__ import annotations

import builtins
import doctest
import functools
import importlib
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import liqwidget
from liqwidget.market.simulated.sample import SampleMarket

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
RUN = re.compile(r"^\s*>>> (?!.*doctest: \+SKIP)(?!import )(?!from )", re.MULTILINE)
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "liqwidget").rglob("*.py"))
    if RUN.search(path.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module", autouse=True)
def made_once() -> Iterator[None]:
    """Make each simulated market once: most examples begin with the same, and none changes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(liqwidget, "sample_market", functools.cache(liqwidget.sample_market))
        patch.setattr(SampleMarket, "markets", functools.cache(SampleMarket.markets))
        yield


@pytest.fixture(autouse=True)
def no_last_value() -> Iterator[None]:
    """Take away what an example's last value leaves for all: IPython keeps none where it is."""
    yield
    vars(builtins).pop("_", None)


@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert failed == 0, "See what was expected and what came above"
    assert tried > 0


def test_every_public_name_has_an_example_that_runs() -> None:
    assert [name for name in liqwidget.__all__ if not RUN.search(inspect.getdoc(getattr(liqwidget, name)) or "")] == []
