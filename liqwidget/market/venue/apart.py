"""Work on a loop and thread of its own, so that what it computes holds no other loop up."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Result = TypeVar("Result")

_END_SECONDS = 1.0
"""How long the end of what was cancelled is waited for."""


async def apart(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Return what a coroutine returns, run in a thread that ends with it; it is cancelled where this is."""
    loop = asyncio.new_event_loop()

    def run() -> None:
        # On its way out the runner cancels what is left, and lets it end.
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.get_loop().run_forever()

    thread = threading.Thread(target=run, name="liqwidget-list", daemon=True)
    thread.start()
    try:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), loop))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        # Not waited for on the loop that all venues share.
        await asyncio.to_thread(thread.join, _END_SECONDS)
