"""Manners on the network: proxies of the environment are used as pip does, nothing leads to another host."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from liqwidget.market.venue.answer import asked
from liqwidget.market.venue.payload import said

if TYPE_CHECKING:
    from types import SimpleNamespace

_PLAIN = {"ws": "http", "wss": "https"}
"""Sockets go the way of other requests."""


class RedirectedError(aiohttp.ClientError):
    """A venue, or the network on the way to it, sends to another host; the text says to which."""


class SocksProxyError(aiohttp.ClientError):
    """The environment names a proxy of a kind that cannot be used."""


def proxy_of(address: str) -> str | None:
    """Return the proxy that the environment names for an address, as `requests` and pip find it; None for none.

    It is that of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, unless NO_PROXY names the host.

    Raises
    ------
    SocksProxyError
        If it is a SOCKS proxy.
    """
    url = URL(address)
    scheme = _PLAIN.get(url.scheme, url.scheme)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or url.host is None or urllib.request.proxy_bypass(url.host):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if URL(proxy).scheme not in {"http", "https"}:
        raise SocksProxyError(URL(proxy).scheme)
    return proxy


def careful() -> aiohttp.TraceConfig:
    """Return what refuses redirects to other hosts."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_stay)
    return trace


async def _stay(_session: Any, _context: SimpleNamespace, heard: aiohttp.TraceRequestRedirectParams) -> None:
    headers = heard.response.headers
    here = heard.response.url
    try:
        there = here.join(URL(headers.get("Location") or headers.get("URI") or ""))
    except ValueError:
        there = URL()
    upgraded = (here.scheme, there.scheme) == ("http", "https") and here.is_default_port() and there.is_default_port()
    if there.host == here.host and (upgraded or there.origin() == here.origin()):
        return
    came = f"a redirect to another host ({said(there.host or 'none', 60)}), which is not followed"
    answer = asked.get()
    if answer is not None:
        answer.came = came
    raise RedirectedError(came)
