"""Browser contexts that wait as long as the other tests do, and pages that are listened to."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.waiting import patience_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

LOUD = ("error", "warning")
SLOW = re.compile(r"Plugin \S+ .*(taking too long|took [\d.]+ms) to activate")
"""What JupyterLab says of its own parts on a busy machine."""
POLLED = re.compile(r"/api/kernels\?\d+$")
"""What JupyterLab asks for every few seconds; its server may fail while it starts a kernel."""


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Open a context and close it in the end."""
    context = browser.new_context(**options)
    context.set_default_timeout(1000 * patience_s())
    try:
        yield context
    finally:
        context.close()


def listen(page: Page, name: str, complaints: list[str]) -> None:
    """Keep the errors and warnings of a page."""

    def hear(message: ConsoleMessage) -> None:
        unheeded = SLOW.search(message.text) or POLLED.search(message.location["url"])
        if message.type in LOUD and not unheeded:
            complaints.append(f"{name}: {message.type}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
