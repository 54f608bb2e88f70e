"""Work on the venues' loop that several need: it begins with the first of them and ends with the last."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

Member = TypeVar("Member")
Result = TypeVar("Result")


class Together(ABC, Generic[Member, Result]):
    """Work that is done once for all who need it; see `join`."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self._task: asyncio.Future[Result] | None = None

    @abstractmethod
    async def work(self) -> Result:
        """Do it; cancelled once nobody needs it any more."""

    def joined(self, member: Member) -> None:
        """Hear of one more who needs it."""

    async def for_one(self, member: Member) -> Result:
        """Return what the work brings, for one of its members."""
        if self._task is None:
            self._task = asyncio.ensure_future(self.work())
        self.members.append(member)
        self.joined(member)
        return await asyncio.shield(self._task)

    async def without(self, member: Member) -> None:
        """Let a member go, and end with the last."""
        self.members = [one for one in self.members if one is not member]
        if not self.members and self._task is not None:
            self._task.cancel()
            await to_its_end(_ended(self._task))


async def join(key: Hashable, make: Callable[[], Together[Any, Result]], member: Any) -> Result:
    """Return what work brings that all share who name the same key; it is begun where nobody else has.

    Whoever is cancelled meanwhile leaves it, and takes nothing from the others.
    """
    work = worker().shared(key, make)
    try:
        return await work.for_one(member)
    finally:
        if all(one is member for one in work.members):
            worker().forget(key, work)  # who comes now begins it anew
        await work.without(member)


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that must be finished, though this task be cancelled meanwhile, even twice."""
    task, stopped = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            stopped = True
    if stopped:
        raise asyncio.CancelledError


async def _ended(task: asyncio.Future[Any]) -> None:
    await asyncio.gather(task, return_exceptions=True)
