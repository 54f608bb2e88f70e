"""What a user sets is checked against the data shown: a time or a range outside them would give an empty picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from liqwidget.domain.time import time_ns, timestamp

if TYPE_CHECKING:
    from liqwidget.widget.display import Display

_FAR = 100.0
"""By what factor a price may lie beyond those of the data."""


def take_state(self: Any, sync_data: dict[str, Any]) -> None:
    """Take what the page says; it may scroll anywhere."""
    self._by_page = True
    try:
        anywidget.AnyWidget.set_state(self, sync_data)
    finally:
        self._by_page = False


@traitlets.validate("as_of")
def known_as_of(self: Any, proposal: Any) -> Any:
    """Return a time of the data."""
    value, (start, end) = proposal["value"], _span(self._display)
    if value is None or self._by_page or start <= time_ns(value) <= end:
        return value
    message = f"as_of: Expected a time of the data ({timestamp(start)} to {timestamp(end)}), was {value}"
    raise traitlets.TraitError(message)


@traitlets.validate("time_range")
def known_time_range(self: Any, proposal: Any) -> Any:
    """Return a range of time that holds some of the data."""
    value, (start, end) = proposal["value"], _span(self._display)
    if value is None or self._by_page or (value[0].value < end and value[1].value > start):
        return value
    message = (
        f"time_range: Expected a range that holds some of the data ({timestamp(start)} to {timestamp(end)}), "
        f"was {value[0]} to {value[1]}"
    )
    raise traitlets.TraitError(message)


@traitlets.validate("price_range")
def known_price_range(self: Any, proposal: Any) -> Any:
    """Return a range near the prices of the data."""
    value, markets = proposal["value"], self._display.session.markets
    low = min(float(part.low.min()) for part in markets)
    high = max(float(part.high.max()) for part in markets)
    if value is None or self._by_page or (value[0] < high * _FAR and value[1] > low / _FAR):
        return value
    message = (
        f"price_range: Expected a range near the prices of the data ({low:,.8g} to {high:,.8g}), "
        f"was {value[0]:,.8g} to {value[1]:,.8g}"
    )
    raise traitlets.TraitError(message)


def _span(display: Display) -> tuple[int, int]:
    """Return when the data begin and end, with a candle that follows [ns]."""
    ledger = display.session.ledger
    return ledger.start, ledger.end + ledger.timeframe
