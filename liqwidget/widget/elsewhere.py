"""What stands in place of a widget: its line of text, and words for a page that did not run its cell."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import Timestamp

Bundle = tuple[dict[str, Any], dict[str, Any]]
SENTENCE = (
    "This page has not run the cell. Run it to see what it shows; in a shared notebook, where somebody else ran it, "
    "load the page again."
)

_MOST_NAMES = 3
"""Venues that are named; more are counted."""


def described(venues: Sequence[str], lengths: Sequence[str], times: Sequence[Timestamp]) -> str:
    """Return in a line what a heatmap shows: of whom, how long a candle and the window are, from when to when."""
    named = " + ".join(venues) if len(venues) <= _MOST_NAMES else f"{len(venues)} venues"
    start, end = (f"{at:%Y-%m-%d %H:%M}" for at in times)
    return f"{', '.join([named, *lengths])}: {start} to {end} UTC"


def with_words(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a cell shows of a widget, with words for pages that do not draw it.

    JupyterLab trusts what a page has run by itself. Of a cell that came from another page (jupyter-collaboration) it
    draws no widget until it is loaded again, but the richest of what is safe.
    """
    return {**data, "text/html": f"<p><code>{escape(data['text/plain'], quote=False)}</code></p><p>{SENTENCE}</p>"}


def bundle_with_words(bundle: Bundle | None) -> Bundle | None:
    """Return the same of what anywidget gives: data and metadata."""
    return bundle and (with_words(bundle[0]), bundle[1])
