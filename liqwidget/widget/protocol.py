"""Messages between the front end and the kernel; `js/src/wire/messages.ts` and `traits.ts` are its mirror.

Requests carry the id of the view that asks and a number that grows; an answer carries both back. An error is an answer.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.viewport import MAXIMUM_PIXELS
from liqwidget.errors import ProtocolError, plain, shortened
from liqwidget.widget.packing import differences, packed

Interval = tuple[float, float]
Buffers = list[bytes]

PARTS = ("pixels", "candles", "events")
"""Parts of a frame that travel as bytes, in the order of an answer's buffers."""
CANDLE_ROWS, EVENT_ROWS = 12, 4
_ENDS, _LONGEST_NAME = 2, 200
_FARTHEST = 4e12
"""Of a time from 1970 [ms], so that what lies between two of them is a number of ns too."""
_SENTENCE = 1000
"""Letters of an error, which may repeat what was sent."""


@dataclass(frozen=True, slots=True)
class ViewportRequest:
    """Asks for the picture of a range of time [ms UTC] and price [quote/base] in pixels.

    `base`: the answer whose picture the view holds, 0 for none; None: it will not hold this one either.
    """

    view: str
    id: int
    time: Interval
    price: Interval
    width: int
    height: int
    base: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """Asks for exact sizes at a time [ms UTC] and price [quote/base]."""

    view: str
    id: int
    time: float
    price: float


@dataclass(frozen=True, slots=True)
class ProvenanceRequest:
    """Asks when what is selected was opened, in `columns` equal parts of a range of time [ms UTC]."""

    view: str
    id: int
    time: Interval
    columns: int


@dataclass(frozen=True, slots=True)
class BokehRequest:
    """Asks for BokehJS, where the asset model cannot be reached."""

    view: str
    id: int


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Asks for the front end itself, where the asset model cannot be reached."""

    view: str
    id: int


@dataclass(frozen=True, slots=True)
class OnDemandRequest:
    """Asks for what the front end loads on demand, where the asset model cannot be reached."""

    view: str
    id: int


@dataclass(frozen=True, slots=True)
class HtmlRequest:
    """Asks for the file that `LiqHeatmap.to_html` writes."""

    view: str
    id: int


@dataclass(frozen=True, slots=True)
class TakenNote:
    """Tells that a view shows the live state with this number; 0: that it was taken off its page. Not answered."""

    view: str
    id: int


_Bare = BokehRequest | CodeRequest | OnDemandRequest | HtmlRequest | TakenNote
Request = ViewportRequest | ReadingRequest | ProvenanceRequest | _Bare
_KINDS: dict[str, type[Request]] = {
    "viewport": ViewportRequest, "reading": ReadingRequest, "provenance": ProvenanceRequest, "bokeh": BokehRequest,
    "code": CodeRequest, "on_demand": OnDemandRequest, "html": HtmlRequest, "taken": TakenNote,
}  # fmt: skip
_BARE: dict[str, type[_Bare]] = {
    "bokeh": BokehRequest, "code": CodeRequest, "on_demand": OnDemandRequest, "html": HtmlRequest, "taken": TakenNote,
}  # fmt: skip
"""Kinds that ask for nothing but themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture: one byte a pixel, and the candles to draw over it.

    Parameters
    ----------
    time : (float, float)
        [ms UTC]
    price : (float, float)
        [quote/base]
    width, height : int
        Pixels.
    measure : str
        'expected' or 'size'.
    top : float
        Value of the highest level [quote per 10 basis points].
    decades : int
        Powers of ten that the levels span.
    candle_ms : int
        Length of the candles [ms].
    pixels : bytes
        width x height, row 0 the lowest price; see `liqwidget.raster.quantise.Image`.
    candles : bytes
        float64 little-endian, shape (12, n): start, end [ms UTC], open, high, low, close, then the rows of
        `liqwidget.widget.series.SERIES`, NaN where unknown.
    events : bytes
        float64 little-endian, shape (4, m): realised liquidations: time [ms UTC], price, size [quote], side (+1 long).
    raised : int
        Levels from the one that has the strongest colour to the highest: 0 where no value exceeds it.
    """

    time: Interval
    price: Interval
    width: int
    height: int
    measure: str
    top: float
    decades: int
    candle_ms: int
    pixels: bytes = field(repr=False)
    candles: bytes = field(repr=False)
    events: bytes = field(repr=False)
    raised: int = 0

    def meta(self) -> dict[str, Any]:
        """Return the description without the bytes."""
        values = {name: getattr(self, name) for name in self.__slots__ if name not in PARTS}
        return values | {"time": list(self.time), "price": list(self.price)}

    def state(self) -> dict[str, Any]:
        """Return the description with the bytes, as a file holds it."""
        return self.meta() | {name: getattr(self, name) for name in PARTS}

    def packed_pixels(self) -> bytes:
        """Return the pixels as they travel: what each row differs from pixel to pixel, packed."""
        return packed(differences(self.pixels, self.height), runs=True)

    def packed_state(self) -> dict[str, Any]:
        """Return the description with the bytes, as it is kept in a trait: the pixels packed."""
        return self.state() | {"pixels": self.packed_pixels(), "packed": True}


def _number(content: dict[str, Any], name: str, *, whole: bool = False) -> Any:
    value: Any = content.get(name)
    sound = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not sound or (whole and value != int(value)):
        message = f"Expected {name!r} as a {'whole ' if whole else ''}number, was {value!r:.80}"
        raise ProtocolError(message)
    return int(value) if whole else float(value)


def _interval(content: dict[str, Any], name: str) -> Interval:
    value = content.get(name)
    if not isinstance(value, list | tuple) or len(value) != _ENDS:
        message = f"Expected {name!r} as two numbers, was {value!r:.80}"
        raise ProtocolError(message)
    low, high = (_number({name: part}, name) for part in value)
    if not low < high:
        message = f"Expected {name!r} from low to high, was {value!r:.80}"
        raise ProtocolError(message)
    return low, high


def check_times(request: Request) -> None:
    """Refuse times [ms UTC] that cannot be counted with in ns.

    Raises
    ------
    ProtocolError
        If one is too far from 1970.
    """
    given = getattr(request, "time", 0.0)
    farthest = max(map(abs, given if isinstance(given, tuple) else (given,)))
    if farthest > _FARTHEST:
        message = f"Expected times within {_FARTHEST:g} ms of 1970, was {farthest:g}"
        raise ProtocolError(message)


def decode_request(content: object) -> Request:
    """Return the request in a message from the front end.

    Raises
    ------
    ProtocolError
        If a part is missing or of the wrong kind.
    """
    if not isinstance(content, dict) or content.get("type") not in _KINDS:
        message = f"Expected a message of type {', '.join(_KINDS)}, was {content!r:.80}"
        raise ProtocolError(message)
    view, number = content.get("view"), _number(content, "id", whole=True)
    if not isinstance(view, str) or len(view) > _LONGEST_NAME:
        message = f"Expected 'view' as text of at most {_LONGEST_NAME} letters, was {view!r:.80}"
        raise ProtocolError(message)
    if content["type"] in _BARE:
        return _BARE[content["type"]](view, number)
    if content["type"] == "reading":
        return ReadingRequest(view, number, _number(content, "time"), _number(content, "price"))
    if content["type"] == "provenance":
        columns = _number(content, "columns", whole=True)
        if not 1 <= columns <= MAXIMUM_PIXELS:
            message = f"Expected 1 to {MAXIMUM_PIXELS} columns, was {columns}"
            raise ProtocolError(message)
        return ProvenanceRequest(view, number, _interval(content, "time"), columns)
    width, height = (_number(content, name, whole=True) for name in ("width", "height"))
    if not (1 <= width <= MAXIMUM_PIXELS and 1 <= height <= MAXIMUM_PIXELS):
        message = f"Expected 1 to {MAXIMUM_PIXELS} pixels, was {width} x {height}"
        raise ProtocolError(message)
    base = _number(content, "base", whole=True) if "base" in content else None
    return ViewportRequest(view, number, _interval(content, "time"), _interval(content, "price"), width, height, base)


def encode_request(request: Request) -> dict[str, Any]:
    """Return the message of a request: the inverse of `decode_request`."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(request, cls))
    return {"type": kind} | {
        name: list(part) if isinstance(part, tuple) else part
        for name, part in asdict(request).items()
        if part is not None
    }


def provenance_answer(
    request: ProvenanceRequest, sides: npt.NDArray[np.float64], *, before: float, after: float, clusters: int
) -> tuple[dict[str, Any], Buffers]:
    """Return when what is selected was opened, and its buffer.

    Parameters
    ----------
    request : ProvenanceRequest
        What is answered.
    sides : ndarray of float64, shape (2, columns)
        What each column opened that stands now, longs, then shorts [quote]; the buffer, little-endian.
    before, after : float
        What was opened outside the range of time [quote].
    clusters : int
        How many ticked clusters are explained; 0: the box, or nothing if all is 0.
    """
    content = {
        "type": "provenance",
        "view": request.view,
        "id": request.id,
        "time": list(request.time),
        "size": float(sides.sum()) + before + after,
        "before": before,
        "after": after,
        "clusters": clusters,
    }
    return content, [row_bytes(sides)]


def file_answer(request: HtmlRequest, name: str, content: bytes) -> tuple[dict[str, Any], Buffers]:
    """Return the answer that is a file, and its buffer."""
    return {"type": "file", "view": request.view, "id": request.id, "name": name}, [content]


def error_answer(view: str, number: int, error: Exception) -> dict[str, Any]:
    """Return the answer that an error is."""
    return {"type": "error", "view": view[:_LONGEST_NAME], "id": number, "message": error_text(error)}


def error_text(error: Exception) -> str:
    """Return an error as a page shows it: plain, and short even where it repeats what was sent."""
    return plain(shortened(str(error), _SENTENCE)) or type(error).__name__


def row_bytes(columns: npt.NDArray[np.float64]) -> bytes:
    """Return rows of numbers as little-endian float64 bytes."""
    return np.ascontiguousarray(columns, dtype="<f8").tobytes()
