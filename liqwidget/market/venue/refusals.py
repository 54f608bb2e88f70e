"""Why a venue did not give what it was asked for, in words that follow its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqwidget.errors import plain
from liqwidget.market.venue.payload import said

if TYPE_CHECKING:
    from liqwidget.market.venue.answer import Answer

_Words = tuple[str, bool, bool]
"""What follows a venue's name, whether to try again at once, whether asking later may help."""

_BY_STATUS: dict[int, _Words] = {
    451: ("refuses requests from this country (451): leave it out, or give your own data", False, False),
    403: ("refuses requests from this network (403), by country or by its firewall: leave it out", False, False),
    401: ("asks for a key (401), which is never sent: leave it out", False, False),
    418: ("has shut this address out for asking too often (418): wait, then try again", False, True),
    429: ("asks to slow down (429): wait a minute, then try again", True, True),
}
_BY_NAME: dict[str, _Words] = {
    "OnMaintenance": ("is under maintenance: try again later", False, True),
    "RateLimitExceeded": ("asks to slow down: wait a minute, then try again", True, True),
    "DDoSProtection": ("asks to slow down: wait a minute, then try again", True, True),
    "RestrictedLocation": ("refuses requests from this country: leave it out, or give your own data", False, False),
    "AuthenticationError": ("asks for a key, which is never sent: leave it out", False, False),
    "RequestTimeout": ("did not answer in time: try again later", True, True),
    "TimeoutError": ("did not answer in time: try again later", True, True),
    "gaierror": ("cannot be found by name (no network?)", False, True),
    "ClientConnectorDNSError": ("cannot be found by name (no network?)", False, True),
    "ClientHttpProxyError": (
        "cannot be reached through the proxy that the environment names: HTTPS_PROXY",
        False,
        True,
    ),
    "ClientProxyConnectionError": (
        "cannot be reached through the proxy that the environment names: HTTPS_PROXY",
        True,
        True,
    ),
    "SocksProxyError": (
        "cannot be asked through a SOCKS proxy, which the environment names: name an HTTP proxy in HTTPS_PROXY",
        False,
        False,
    ),
    "ClientConnectorCertificateError": ("shows a certificate that cannot be trusted", False, False),
    "ClientConnectorSSLError": ("shows a certificate that cannot be trusted", False, False),
    "TooManyRedirects": ("sent an answer that cannot be read: redirects without end", True, True),
    "UnaskedError": ("sent an answer that cannot be read: more than 100 answers to one request", True, True),
    "CrumbledError": ("sent an answer that cannot be read: it came in pieces of a few bytes", True, True),
    "ClientResponseError": ("sent an answer that cannot be read: broken HTTP", True, True),
    "ClientPayloadError": ("sent an answer that cannot be read: it breaks off, or cannot be unpacked", True, True),
    "BadSymbol": ("does not list this contract", False, False),
    "NotSupported": ("does not publish this", False, False),
    "BadRequest": ("does not take this request", False, False),
    "ArgumentsRequired": ("does not take this request", False, False),
}
"""By the name of an error, of what caused it, or of a class that it derives from."""
_CHAIN, _WORDS = 10, 300
_NETWORK: _Words = ("cannot be reached (no network?)", True, True)
_TROUBLE = 500


def reason(error: BaseException, answer: Answer) -> _Words:
    """Return why a call failed in words that follow a venue's name, whether to try again, whether later may help."""
    names = [base.__name__ for part in (error.__cause__, error) if part is not None for base in type(part).__mro__]
    known = next((_BY_NAME[name] for name in names if name in _BY_NAME), _NETWORK if "NetworkError" in names else None)
    if answer.too_large:
        known = f"sent more than {answer.limits.size // 2**20} MB, which is not read", True, True
    elif "OnMaintenance" in names:
        known = _BY_NAME["OnMaintenance"]
    elif answer.status in _BY_STATUS:
        known = _BY_STATUS[answer.status]
    elif answer.status >= _TROUBLE:
        known = f"has trouble of its own ({answer.status}): try again later", True, True
    elif answer.came:
        known = f"sent an answer that cannot be read: {answer.came}", True, True
    elif answer.unreadable or (known is None and "ExchangeError" not in names):
        known = f"sent an answer that cannot be read ({said(type(error).__name__, 40)})", True, True
    elif known is None:
        known = f"answered with an error ({said(error, 100)}): try again later", True, True
    elif known[0].startswith("does not"):
        known = (f"{known[0]} ({said(error, 100)})", *known[1:])
    return known


def tamed(error: BaseException) -> None:
    """Make the words of an error, and of those behind it, short and plain: a traceback prints them."""
    part: BaseException | None = error
    for _ in range(_CHAIN):
        if part is None:
            return
        part.args = tuple(plain(word)[:_WORDS] if isinstance(word, str) else word for word in part.args)
        part = part.__cause__ or part.__context__
