"""Coroutines in tests: each in a loop and a thread of its own, for Playwright keeps a loop running in the first one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return what a coroutine returns."""
    return apart(lambda: asyncio.run(coroutine))


def apart(act: Callable[[], Result]) -> Result:
    """Return what a function returns in a thread in which no loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()
