"""Browser contexts that wait as long as the other tests do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.waiting import patience_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Open a context and close it in the end."""
    context = browser.new_context(**options)
    context.set_default_timeout(1000 * patience_s())
    try:
        yield context
    finally:
        context.close()
