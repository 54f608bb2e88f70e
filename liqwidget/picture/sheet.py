"""What static pictures of comparisons share: their size, headings and bytes, and how a notebook shows one."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from liqwidget.errors import DataError
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.picture.ink import Ink

_DPI = 100
_SMALLEST = 480, 320

_NO_MATHS = "mathjax_ignore tex2jax_ignore"
"""Classes that keep MathJax from setting what stands between two dollar signs as a formula."""


def sheet(size: tuple[int, int], ink: Ink) -> Figure:
    """Return an empty figure of a size [px].

    Raises
    ------
    DataError
        If it is under 480 x 320 pixels.
    """
    width, height = size
    if width < _SMALLEST[0] or height < _SMALLEST[1]:
        message = f"Expected a picture of at least {_SMALLEST[0]} x {_SMALLEST[1]} pixels, was {width} x {height}"
        raise DataError(message)
    return Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=ink.background)


def headings(figure: Figure, left: float, title: str, subtitle: str, ink: Ink) -> None:
    """Write a title and a line under it, `left` pixels from the edge; smaller where they are wider than the picture."""
    width, height = figure.get_size_inches() * _DPI
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text, down, colour, size, weight in (
        (title, 20, ink.text, 12, "bold"),
        (subtitle, 44, ink.faint, 9, "normal"),
    ):
        at = left / width, 1 - down / height
        said = figure.text(*at, text, color=colour, fontsize=size, weight=weight, va="center")
        room = (width - 2 * left) / said.get_window_extent(renderer).width
        said.set_fontsize(size * min(room, 1.0))


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    target = io.BytesIO()
    FigureCanvasAgg(figure).print_png(target)
    return target.getvalue()


def shown_page(picture: bytes, alt: str, sentences: Iterable[str], table: str, *, simulated: bool) -> str:
    """Return a picture, sentences and a table [HTML] as HTML that needs neither a network nor a script.

    Of the simulated market the first sentence, and what stands for the picture where none is drawn, say so.
    """
    if simulated:
        alt, sentences = f"{LOOK.simulated.banner}. {alt}", [f"{LOOK.simulated.banner}.", *sentences]
    source = base64.b64encode(picture).decode("ascii")
    said = "".join(f"<li>{html.escape(text)}</li>" for text in sentences)
    return (
        f'<div class="{_NO_MATHS}" style="max-width:960px"><img alt="{html.escape(alt, quote=True)}" '
        f'style="max-width:100%" src="data:image/png;base64,{source}">'
        f'<ul style="margin:.6em 0">{said}</ul>{table}</div>'
    )
