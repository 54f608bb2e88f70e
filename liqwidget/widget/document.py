"""The Bokeh document of a heatmap: made when somebody draws on it; from then on its changes reach the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from liqwidget.background import weakly
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bokeh import plotting
    from bokeh.document import Document
    from bokeh.model import Model


def _attach(model: Model, document: Document) -> None:
    """Take a model into a document; one of a heatmap into no other, as a layout of its figure would have it.

    Raises
    ------
    DataError
        If it is that of a heatmap already.
    """
    if model.document is not None and model.document is not document:
        message = (
            "Expected h.figure by itself, was a layout of it: the page of its heatmap fills it. Use h.to_html() or "
            "h.to_png(), or lay out the heatmaps themselves, as ipywidgets.VBox([h, ...])"
        )
        raise DataError(message)
    type(model)._attach_document(model, document)  # noqa: SLF001


class FigureDocument:
    """Holds the figure that analysts add glyphs to.

    Parameters
    ----------
    changed : callable
        ``changed(patch, whole)``: a change for the views that are open, and the document [JSON] for those that open
        later.
    """

    def __init__(self, changed: Callable[[dict[str, Any], str], None]) -> None:
        self._changed = changed
        self._document: Document | None = None

    @property
    def figure(self) -> plotting.figure:
        """The figure, made on first use."""
        if self._document is None:
            from liqwidget.widget.figure import empty_document

            self._document = empty_document()
            for model in self._document.models:
                model._attach_document = partial(_attach, model)  # type: ignore[method-assign]  # noqa: SLF001
            self._document.on_change(weakly(self._patch))
        return cast("plotting.figure", self._document.roots[0])

    def _patch(self, event: Any) -> None:
        from bokeh.core.serialization import Serializer

        from liqwidget.widget.figure import document_json

        document = self._document
        if document is None:
            return
        serializer = Serializer(references=document.models.synced_references, deferred=False)
        content = {"events": serializer.encode([event])}
        document.models.flush_synced()
        self._changed(content, document_json(document))
