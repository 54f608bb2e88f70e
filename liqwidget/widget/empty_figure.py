"""The empty figure as text, kept beside this file: a heatmap is shown without Bokeh, which takes longest to import."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from liqwidget.widget.assets import bokeh_version

KEPT = Path(__file__).with_name("empty_figure.json")
"""What `liqwidget.widget.figure.kept_text` returns; `make golden` writes it, a test compares it."""

NO_VERSION = '"version":""'
"""In its text, where that of the installed Bokeh belongs."""


@cache
def empty_document_json() -> str:
    """Return a document of nothing but the figure as the front end reads it: the same text for all heatmaps."""
    text = KEPT.read_text(encoding="utf-8").strip()
    return text.replace(NO_VERSION, f'"version":"{bokeh_version()}"', 1)
