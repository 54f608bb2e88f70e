"""A plugin of pytest: laws with a few of their examples, where the interpreter is what is new, or the time is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

SHARE, FEWEST = 5, 4
_SETTINGS = "_hypothesis_internal_use_settings"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each law a fifth of its examples."""
    for law in {getattr(item, "function", None) for item in items}:
        given = getattr(law, _SETTINGS, None)
        if given is not None:
            fewer = max(given.max_examples // SHARE, min(FEWEST, given.max_examples))
            setattr(law, _SETTINGS, settings(given, max_examples=fewer))
