"""Notices of all that an exported page holds: our own and Preact's as shipped, Bokeh's as they stand in its files."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import bokeh

_COMMENTS = re.compile(r"/\*.*?\*/|(?:^[ \t]*//[^\n]*\n)+", re.DOTALL | re.MULTILINE)
_LEGAL = re.compile(r"licen[sc]e|copyright", re.IGNORECASE)
_LONGEST = 4_000
_MARKS = re.compile(r"^[ \t]*(?:/\*+!?|\*+/|\*|//)?[ \t]?|\*/[ \t]*$", re.MULTILINE)


@functools.cache
def notices() -> str:
    """Return the licences of liqwidget, of what its front end is built of, and of BokehJS with its own parts."""
    own = Path(__file__).with_name("notices.txt").read_text(encoding="utf-8")
    package = Path(bokeh.__file__).parent
    licence = (package / "LICENSE.txt").read_text(encoding="utf-8")
    script = (package / "server" / "static" / "js" / "bokeh.min.js").read_text(encoding="utf-8")
    parts = dict.fromkeys(_said(found[0]) for found in _COMMENTS.finditer(script) if _LEGAL.search(found[0]))
    title = f"BokehJS {bokeh.__version__}"
    within = "In BokehJS\n----------"
    return "\n\n".join([own.strip(), f"{title}\n{'-' * len(title)}\n{licence.strip()}", within, *parts]) + "\n"


def _said(comment: str) -> str:
    """Return the words of a comment without what marks it as one."""
    # Addresses without their scheme: nothing in the page is one that could be asked.
    text = re.sub(r"https?://", "", comment[:_LONGEST].replace("\\n", "\n"))
    return "\n".join(line.rstrip() for line in _MARKS.sub("", text).strip().splitlines())
