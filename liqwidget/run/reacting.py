"""What is done when a rule tells something; callbacks of a user are called, awaited, and never trusted."""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import TYPE_CHECKING, Any

from liqwidget.errors import DataError
from liqwidget.run.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ACTIONS = ("toast", "log")
LONGEST = 60.0
"""How long a coroutine may take where no loop of its own runs [s]."""

_tasks: set[asyncio.Task[None]] = set()
"""What is awaited now: a loop itself holds tasks weakly."""


def checked_actions(action: Any) -> tuple[Any, ...]:
    """Return what is to be done, in order.

    Raises
    ------
    DataError
        If it is neither a word of `ACTIONS`, a callable, a `Webhook`, nor several of these.
    """
    single = isinstance(action, str | Webhook) or callable(action)
    given = (action,) if single or not hasattr(action, "__iter__") else tuple(action)
    for one in given:
        if not (one in ACTIONS if isinstance(one, str) else isinstance(one, Webhook) or callable(one)):
            what = "an address: use Webhook(address)" if isinstance(one, str) and "://" in one else f"{one!r:.40}"
            message = f"Expected action as 'toast', 'log', a function, a Webhook or several of these, was {what}"
            raise DataError(message)
    return given or ("log",)


def action_text(action: Any) -> str:
    """Return an action in words; of a webhook no more than that it is one."""
    if isinstance(action, str):
        return action
    name = getattr(action, "__name__", type(action).__name__)
    return "webhook" if isinstance(action, Webhook) else f"callback {name}"


def react(callback: Callable[[Any], Any], given: Any, failed: Callable[[BaseException], None]) -> None:
    """Call a callback; `failed` is told of what it, or the coroutine that it returns, raises."""
    try:
        found = callback(given)
        if not inspect.isawaitable(found):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            threading.Thread(target=_alone, args=(found, failed), name="liqwidget-callback", daemon=True).start()
            return
        task = loop.create_task(_awaited(found, failed))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    except Exception as error:  # noqa: BLE001 - whatever a user's code does, the feed goes on
        failed(error)


async def _awaited(found: Awaitable[Any], failed: Callable[[BaseException], None]) -> None:
    try:
        await found
    except Exception as error:  # noqa: BLE001
        failed(error)


def _alone(found: Awaitable[Any], failed: Callable[[BaseException], None]) -> None:
    with asyncio.Runner() as runner:
        runner.run(_awaited(_held(found), failed))


async def _held(found: Awaitable[Any]) -> None:
    async with asyncio.timeout(LONGEST):
        await found
