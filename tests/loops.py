"""Coroutines in tests: each in a loop and a thread of its own, for Playwright keeps a loop running in the first one.

And the end of a server.
"""

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


async def let_nobody_in(server: asyncio.Server) -> None:
    """Close a server; who was let in a moment ago is a connection of the loop afterwards, to be ended as the others.

    A server that is closed between the two loses them: asyncio gives up the half-made connection, and nobody closes it.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    await turns(20)
    server.close()


async def turns(count: int) -> None:
    """Let the loop go round so often."""
    for _ in range(count):
        await asyncio.sleep(0)
