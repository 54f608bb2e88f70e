"""A loopback server of public files: zips with their checksums, gz, parts of them, and what goes wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import socket
import threading
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import liqwidget
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

REFUSED = 451
"""What endpoints of the venues answer: by country, so that files alone are had."""
_FILES = re.compile(r"data\.binance\.vision|public\.bybit\.com|static\.okx\.com")


def zipped(name: str, text: str) -> bytes:
    """Return a zip that holds one file, as the venues pack them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return made.getvalue()


@dataclass
class FileServer:
    """Files by the host and path that they have on the internet.

    Attributes
    ----------
    files : dict of str to bytes
        By host and path, such as ``'data.binance.vision/data/futures/...'``.
    asked : list of str
        Every request for one, in order.
    ranges : list of str
        The ranges that were asked for.
    broken : Counter
        How often a file breaks off in its middle.
    busy : Counter
        How often a host asks to slow down before it sends a file.
    refusing : dict of str to int
        Statuses that hosts answer with; a redirect is one to another host.
    gate : Event
        Files come once it is set, as it is at first.
    home : Path
        Where files are while they come: one breaks off once its half is there.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    refusing: dict[str, int] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    home: Path = field(default_factory=lambda: liqwidget.store.location().parent)

    def __enter__(self) -> Self:
        served = self

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Say nothing of clients that are gone."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                served.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.gate.set()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def address(self, _venue: str, url: str) -> str:
        """Return where an address is found here."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"http://127.0.0.1:{self._server.server_port}/{parts.netloc}{parts.path}{query}"

    def put(self, place: str, text: str, *, checksum: bool = True) -> str:
        """Serve a text, packed as its place says, with its checksum beside it."""
        name = place.rpartition("/")[2]
        content = gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else zipped(_inside(name), text)
        self.files[place] = content
        if checksum and name.endswith(".zip"):
            self.files[f"{place}.CHECKSUM"] = f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()
        return place

    def bodies(self) -> list[str]:
        """Return the names of files that were asked for, without checksums."""
        return [place.rpartition("/")[2] for place in self.asked if not place.endswith(".CHECKSUM")]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        place = urlsplit(request.path).path[1:]
        host = place.partition("/")[0]
        if not _FILES.fullmatch(host) or host in self.refusing:
            self._said(request, self.refusing.get(host, REFUSED), b"{}", {"Location": "http://192.0.2.1/file.zip"})
            return
        self.asked.append(place)
        if self.busy[place] > 0:
            self.busy[place] -= 1
            self._said(request, 429, b"{}", {"Retry-After": "0"})
            return
        assert self.gate.wait(60)
        content = self.files.get(place)
        if content is None:
            self._said(request, 404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        begun, status, headers = 0, 200, dict[str, str]()
        if wanted := request.headers.get("Range"):
            self.ranges.append(wanted)
            begun, status = int(wanted.removeprefix("bytes=").rstrip("-")), 206
            headers = {"Content-Range": f"bytes {begun}-{len(content) - 1}/{len(content)}"}
        if self.broken[place] > 0:
            self.broken[place] -= 1
            self._said(request, status, content[begun:], headers, cut=(len(content) - begun) // 2)
            return
        self._said(request, status, content[begun:], headers)

    def _said(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None,
        cut: int | None = None,
    ) -> None:  # fmt: skip
        request.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            request.wfile.flush()
            begun = int((headers or {}).get("Content-Range", "bytes 0-")[6:].partition("-")[0])
            until(lambda: any(part.stat().st_size >= begun + cut for part in self.home.rglob("*.part")))
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_WR)


def _inside(name: str) -> str:
    return f"{name.removesuffix('.zip')}.csv"


def rows(lines: Iterable[str], header: str = "") -> str:
    """Return lines of a CSV, under a header if there is one."""
    return "\n".join([*([header] if header else []), *lines]) + "\n"
