"""One public file from a venue's host to this machine: resumed where it broke off, held against its checksum."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import re
import time
from typing import IO, TYPE_CHECKING, Any, Self

import aiohttp

from liqwidget.errors import SourceError
from liqwidget.market.venue.answer import Answer
from liqwidget.market.venue.client import FIRST_WAIT, LONGEST_WAIT, TRIES, Resolver, seconds_of_date, seconds_to_wait
from liqwidget.market.venue.network import careful, proxy_of
from liqwidget.market.venue.refusals import reason, tamed
from liqwidget.market.venue.wire import Connector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from liqwidget.market.bulk.archive import BulkFile

TOGETHER = 4
"""Files of one venue under way at a time."""
STALL_SECONDS = 30.0
"""So long nothing of a file may come."""
LEFT_SECONDS = 7 * 86_400.0
"""After so long a part of a file that nobody went on with is removed."""
_CHUNK = 2**18
_SUM_BYTES = 2**12
_SUM = re.compile(rb"\b([0-9a-fA-F]{64})\b")
_OK, _PART, _MISSING, _RANGE, _FAILED = 200, 206, 404, 416, 400


class UnfitError(Exception):
    """A file that is not what its checksum, or its length, says, twice in a row."""


class Transfer:
    """What fetches public files of one venue, to be used on one event loop.

    Parameters
    ----------
    venue : str
        Whose files.
    folder : Path
        Where files are while they come; a part that is there is gone on with.
    address : callable, optional
        (venue, address) -> address: where to find a file instead. For tests.
    first_wait : float
        Seconds before a second try.
    request_seconds : float
        How long nothing may come.
    """

    def __init__(
        self, venue: str, folder: Path, *, address: Callable[[str, str], str] | None = None,
        first_wait: float = FIRST_WAIT, request_seconds: float = STALL_SECONDS,
    ) -> None:  # fmt: skip
        self.venue, self.folder = venue, folder
        self._address, self._first_wait, self._seconds = address, first_wait, request_seconds
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(TOGETHER)

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                    left.unlink()
        self._session = aiohttp.ClientSession(
            connector=Connector(resolver=Resolver(), limit_per_host=TOGETHER),
            cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[careful()], auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._seconds, sock_read=self._seconds),
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, file: BulkFile, largest: int) -> Path | None:
        """Return a file on this machine, or None where the venue has none.

        Parameters
        ----------
        file : BulkFile
            Which.
        largest : int
            Bytes that it may have.

        Raises
        ------
        SourceError
            If the host refuses or cannot be reached; what has come stays for the next time.
        UnfitError
            If what comes does not fit its checksum twice.
        """
        async with self._room:
            wanted = None
            if file.checksum:
                answer = await self._tried(lambda: self._checksum(file.checksum))
                wanted = None if answer is None else str(answer)
            path = self.folder / re.sub(r"[^A-Za-z0-9._-]", "_", file.name)
            for _ in range(2):
                if await self._tried(lambda: self._body(file.address, path, largest)) is None:
                    return None
                if wanted is None or await asyncio.to_thread(_digest, path) == wanted:
                    return path
                path.unlink(missing_ok=True)
            raise UnfitError(f"{file.name} does not fit its checksum")

    async def _checksum(self, address: str) -> str | None:
        """Return the SHA-256 of a file as its host tells it; None where it tells none."""
        async with self._get(address, {}) as response:
            if response.status == _MISSING:
                return None
            self._refuse(response)
            found = _SUM.search(await response.content.read(_SUM_BYTES))
            return None if found is None else found[1].decode().lower()

    async def _body(self, address: str, path: Path, largest: int) -> bool | None:
        """Bring the rest of a file; None where there is none."""
        part = path.with_name(f"{path.name}.part")
        begun = part.stat().st_size if part.exists() else 0
        async with self._get(address, {"Range": f"bytes={begun}-"} if begun else {}) as response:
            if response.status == _MISSING:
                part.unlink(missing_ok=True)
                return None
            if response.status == _RANGE:  # it is whole, or another one by now
                part.unlink(missing_ok=True)
                raise aiohttp.ClientPayloadError("A part that does not fit")
            self._refuse(response)
            if response.status != _PART or not _goes_on(response.headers.get("Content-Range", ""), begun):
                begun = 0
            await self._written(response, part, begun, largest)
        part.replace(path)
        return True

    async def _written(self, response: aiohttp.ClientResponse, part: Path, begun: int, largest: int) -> None:
        size = begun
        with await asyncio.to_thread(part.open, "ab" if begun else "wb") as handle:
            async for chunk in response.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > largest:
                    break
                await asyncio.to_thread(_put, handle, chunk)
        if size > largest:
            await asyncio.to_thread(part.unlink, missing_ok=True)
            message = f"{self.venue} sent a file of more than {largest / 2**20:,.0f} MB, which is not read"
            raise SourceError(message, venue=self.venue)

    def _get(self, address: str, headers: dict[str, str]) -> Any:
        if self._session is None:
            raise SourceError(f"{self.venue}: the transfer is closed", venue=self.venue)
        moved = address if self._address is None else self._address(self.venue, address)
        return self._session.get(moved, headers=headers, proxy=proxy_of(moved))

    def _refuse(self, response: aiohttp.ClientResponse) -> None:
        if response.status >= _FAILED:
            response.raise_for_status()

    async def _tried(self, ask: Callable[[], Any]) -> Any:
        """Return what a question brings, tried again where that may help."""
        for tries in range(1, TRIES + 1):
            try:
                return await ask()
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                answer = Answer(status=getattr(error, "status", 0) or 0)
                headers = getattr(error, "headers", None) or {}
                wait = seconds_to_wait(headers.get("Retry-After", ""), seconds_of_date(headers.get("Date", "")))
                answer.came = str(error) if type(error).__name__ == "RedirectedError" else ""
                words, again, later = reason(error, answer)
                if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
                    words, again = "broke a file off", True
                tamed(error)
                if wait is None:
                    wait = self._first_wait * 2 ** (tries - 1) * random.uniform(0.5, 1)  # noqa: S311 - no secret
                if not again or tries == TRIES or wait > LONGEST_WAIT:
                    message = f"{self.venue}, its public files: {words}"
                    raise SourceError(message, venue=self.venue, retryable=later) from error
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover


def _goes_on(told: str, begun: int) -> bool:
    """Return whether an answer goes on at a byte, by its Content-Range."""
    found = re.match(r"bytes (\d+)-", told)
    return bool(begun) and found is not None and int(found[1]) == begun


def _put(handle: IO[bytes], chunk: bytes) -> None:
    handle.write(chunk)
    handle.flush()


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
