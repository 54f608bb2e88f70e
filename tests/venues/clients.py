"""The real ccxt classes, unmodified but for their addresses; and a guard that refuses every other host."""

from __future__ import annotations

import importlib
import ipaddress
import re
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.market.venue.client import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

CCXT_NAMES = {"binance": "binanceusdm", "bybit": "bybit", "okx": "okx", "hyperliquid": "hyperliquid"}
"""Venues by our names: their classes in ccxt."""
_VENUE_OF = {name: venue for venue, name in CCXT_NAMES.items()} | {"binance": "binance"}
_ADDRESS = re.compile(r"(https?|wss?)://([^/]+)(/.*)?", re.DOTALL)


def urls_for(exchange: Any, base: str) -> None:
    """Rewrite every address of a ccxt instance to the loopback server, host and path kept behind the venue's name.

    Raises
    ------
    AssertionError
        If an address of another host is left.
    """
    venue = _VENUE_OF[exchange.id]
    exchange.urls = _rewritten(exchange.urls, base, venue)
    others = [address for address in _addresses(exchange.urls) if not loopback(address)]
    assert not others, f"Expected loopback addresses only, was {others}"


def loopback(address: str) -> bool:
    """Return whether an address is this machine's."""
    match = _ADDRESS.match(address)
    return match is not None and match[2].split(":")[0] == "127.0.0.1"


def client(venue: str, base: str, *, pro: bool = False, **config: Any) -> Any:
    """Return the real ccxt (or ccxt.pro) instance of a venue that speaks to the loopback server.

    Rate limits are off and closing does not wait: the server is ours. Close it with `await instance.close()`.
    """
    module = importlib.import_module("ccxt.pro" if pro else "ccxt.async_support")
    instance = getattr(module, CCXT_NAMES[venue])(
        {"enableRateLimit": False, "timeout": 60_000, "timeout_on_exit": 0, **config}
    )
    urls_for(instance, base)
    # Else each would read the authorities' file anew.
    instance.ssl_context = trusting(instance.cafile)
    return instance


@contextmanager
def only_loopback() -> Iterator[list[str]]:
    """Refuse every connection and name look-up that leaves this machine; yield the list of what was refused."""
    refused: list[str] = []
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if name is None or name in {"", "localhost"}:
            return
        try:
            inside = ipaddress.ip_address(str(name)).is_loopback
        except ValueError:
            inside = False
        if not inside:
            refused.append(str(name))
            raise ConnectionRefusedError(f"Expected loopback hosts only, was {name!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            checked(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if isinstance(address, tuple):
            checked(address[0])
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        checked(host)
        return look_up(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield refused


def _rewritten(value: Any, base: str, venue: str) -> Any:
    if isinstance(value, dict):
        return {name: _rewritten(part, base, venue) for name, part in value.items()}
    if isinstance(value, list):
        return [_rewritten(part, base, venue) for part in value]
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    scheme = "ws" if match[1].startswith("ws") else "http"
    return f"{scheme}://{base.split('://')[1]}/{venue}/{match[2]}{match[3] or ''}"


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _addresses(part)
    elif isinstance(value, str) and _ADDRESS.match(value):
        yield value
