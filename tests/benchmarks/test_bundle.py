"""How large our own front end is that a page loads once."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import liqwidget

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.benchmark


def test_the_bundle(record_property: Callable[[str, object], None]) -> None:
    """Budgets 120 KB, and 45 KB packed: the code that a page loads; the loader and styles come with each cell."""
    code = Path(liqwidget.__file__).with_name("static") / "widget.js"
    if not code.exists():
        pytest.skip("the front end is not built: make js")
    content = code.read_bytes()
    record_property("kb", len(content) / 1000)
    record_property("packed_kb", len(gzip.compress(content, 9)) / 1000)
    assert content
