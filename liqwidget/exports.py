"""A heatmap out of the notebook: its figure, its file, its picture; `LiqHeatmap` has these as its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from liqwidget.domain.paths import checked_path, file_name
from liqwidget.domain.time import timestamp

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh import plotting

    from liqwidget.widget.view import HeatmapWidget


@property  # type: ignore[misc]
def figure(self: HeatmapWidget) -> plotting.figure:
    """The Bokeh figure; glyphs added to it appear on the picture.

    The page of the heatmap fills it. Saved by Bokeh itself it is empty, and says so; a layout of it is refused: use
    `to_html` and `to_png`.
    """
    return self._drawn_on.figure


@overload
def to_html(self: HeatmapWidget, path: None = None, *, title: str | None = None) -> str: ...
@overload
def to_html(self: HeatmapWidget, path: str | Path, *, title: str | None = None) -> Path: ...
def to_html(self: HeatmapWidget, path: str | Path | None = None, *, title: str | None = None) -> Path | str:
    """Write one HTML file, under 6 MB, that opens with no network and no kernel, and says when it was made.

    What needs a kernel is disabled in it and says so. It holds every window in every measure. `title` is the
    page's. Returns the path; without a path the text of the page.

    Raises
    ------
    DataError
        If the path does not end in .html, or its folder is not there.
    """
    if path is None:
        return self._page(title)
    target = checked_path(path, ".html", ".htm")
    target.write_text(self._page(title), encoding="utf-8")
    return target


def to_png(
    self: HeatmapWidget,
    path: str | Path | None = None,
    *,
    width: int = 1600,
    height: int = 900,
    theme: str | None = None,
) -> Path:
    """Write the picture as it is set up to a PNG file: heat, price, circles and clusters, the profile, the panels.

    Legends name the colours. Under them the first clusters stand in words: where, how much, and from the lowest to the
    highest estimate under other assumptions, unless `whiskers` is False: finding these takes as long as the estimate
    ten times. Above stands to when its data go; the same data give the same bytes. Small pictures leave parts out: the
    profile under 560 pixels of width; lower panels, from the last, and before them the list, that leave the main panel
    less than 45 % of the height. No ticks or boxes are drawn. Without a path the file is named after what it shows and
    the end of its data, such as `BTC-heat-2026-02-05T1200Z.png`, in the working folder.

    `width` and `height` in pixels, 200 to 10,000 each; `theme`: 'dark' or 'light', by default that of the
    heatmap, dark if it is 'auto'. Returns the path.

    Raises
    ------
    DataError
        If the path does not end in .png, its folder is not there, or a size or theme cannot be used.
    """
    from liqwidget.picture.heatmap import check_picture, write_png
    from liqwidget.picture.words import literally
    from liqwidget.widget.scene import scene_of

    target = checked_path(_picture_name(self) if path is None else path, ".png")
    theme = theme or ("light" if self.theme == "light" else "dark")
    check_picture(width, height, theme)
    self._lived.complete()
    scene = scene_of(self, self._shown(), dict(self._market), self._ranges.now())
    return literally(write_png)(scene, target, width, height, theme)


def _picture_name(self: HeatmapWidget) -> str:
    """Return the name of a picture file: what, how, and the end of the data shown."""
    # Not the symbol that is asked for, while another is still shown.
    shown, kind = self._shown(), "map" if self.view == "map" else self.measure
    return f"{file_name(shown.ledger.symbol)}-{kind}-{timestamp(shown.end):%Y-%m-%dT%H%MZ}.png"
