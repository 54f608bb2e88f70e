"""Answers to the messages of the page: one table says who answers what."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from liqwidget.look import LOOK
from liqwidget.widget import protocol
from liqwidget.widget.assets import bokeh_gzip, bokeh_version, code_gzip, on_demand_gzip
from liqwidget.widget.frame_answers import frame_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from liqwidget.widget.display import Shown
    from liqwidget.widget.frame_answers import LastPictures
    from liqwidget.widget.protocol import Request

MOST_PIXELS = LOOK.screen.widest * LOOK.screen.tallest
"""Of one picture; the page itself asks for no more."""
Reply = tuple[dict[str, Any], protocol.Buffers]


class Answers:
    """Finds who answers a message; whatever goes wrong is an answer too.

    Parameters
    ----------
    table : mapping of request class to callable
        Takes the request and returns the reply, None for nothing to send.
    """

    def __init__(self, table: Mapping[type[Request], Callable[[Any], Reply | None]]) -> None:
        self._table = dict(table)

    def to(self, content: object) -> Reply | None:
        """Return the reply to a message as it came."""
        try:
            request = protocol.decode_request(content)
            protocol.check_times(request)
            return self._table[type(request)](request)
        except Exception as error:  # noqa: BLE001 - the front end waits for an answer, whatever went wrong
            asked = content if isinstance(content, dict) else {}
            return protocol.error_answer(str(asked.get("view", "")), _whole(asked.get("id")), error), []


def picture_of(request: protocol.ViewportRequest, shown: Shown, last: LastPictures, stack: str) -> Reply:
    """Return the picture of a range of time and price; of more pixels than a screen has, one of fewer.

    `last`: what views hold. In a step of a replay what stands in those prices comes with it, stacked by `stack`.
    """
    width, height = request.width, request.height
    if width * height > MOST_PIXELS:
        share = math.sqrt(MOST_PIXELS / (width * height))
        width, height = max(int(width * share), 1), max(int(height * share), 1)
    frame = shown.session.frame(shown.settings, request.time, request.price, width, height)
    standing = shown.session.standing(shown.settings, frame.price, stack) if shown.step else None
    return frame_answer(request, frame, last, standing)


def not_drawn(request: Request, error: Exception) -> Reply:
    """Return the answer to a request that could not be answered."""
    return protocol.error_answer(request.view, request.id, error), []


def reading_of(request: protocol.ReadingRequest, shown: Shown) -> Reply:
    """Return exact sizes at a time and price."""
    values = shown.session.reading(shown.settings, request.time, request.price)
    return {"type": "reading", "view": request.view, "id": request.id} | values, []


def bokeh_script(request: protocol.BokehRequest) -> Reply:
    """Return BokehJS."""
    return _packed("bokeh", request, bokeh_gzip())


def front_end(request: protocol.CodeRequest) -> Reply:
    """Return the front end itself."""
    return _packed("code", request, code_gzip())


def on_demand(request: protocol.OnDemandRequest) -> Reply:
    """Return what the front end loads on demand."""
    return _packed("on_demand", request, on_demand_gzip())


def _packed(
    kind: str, request: protocol.BokehRequest | protocol.CodeRequest | protocol.OnDemandRequest, content: bytes
) -> Reply:
    return {"type": kind, "view": request.view, "id": request.id, "version": bokeh_version()}, [content]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
