"""What a feed cannot go on without: asked for again and again until it is there, once for all who wait for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from liqwidget.market.venue.together import Together
from liqwidget.run.venue_feed import end_if_cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from liqwidget.run.venue_feed import Setting

Found = TypeVar("Found")


class Waiting(Protocol):
    """Who waits."""

    def failed(self, error: Exception) -> None:
        """Hear that asking failed."""


class Sought(Together["Waiting", Found], Generic[Found]):
    """Asks until there is an answer.

    Parameters
    ----------
    ask : callable
        Returns the answer, or raises.
    setting : Setting
        How long to wait before asking again.
    """

    def __init__(self, ask: Callable[[], Awaitable[Found]], setting: Setting) -> None:
        super().__init__()
        self._ask, self._setting = ask, setting

    async def work(self) -> Found:
        """Return the answer."""
        failures = 0
        while True:
            try:
                return await self._ask()
            except Exception as error:  # noqa: BLE001 - one venue's odd answer must not take the others down
                end_if_cancelled()
                failures += 1
                for member in self.members:
                    member.failed(error)
                await asyncio.sleep(self._setting.wait(failures, error) / self._setting.pace)
