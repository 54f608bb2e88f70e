"""What a user sets is checked against the data shown: a time or a range outside them would give an empty picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import LiqError
from liqwidget.field.measure import HEAT
from liqwidget.widget.protocol import error_answer, error_text

if TYPE_CHECKING:
    from liqwidget.widget.display import Display

_CHOOSING = frozenset({"symbol", "timeframe", "_ladder"})
"""What a page may choose that cannot be had."""

_FAR = 100.0
"""By what factor a price may lie beyond those of the data."""


_BY_PAGE = frozenset({"_selection", "_selected", "_prior", "_ladder", "_view_count", "_dom_classes"})
"""Traits with a name of ours or of ipywidgets alone that the page sets; the others say what a widget is."""
_FAULTS = (traitlets.TraitError, LiqError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What values of the wrong form lead to, and what cannot be had."""


def take_state(self: Any, sync_data: dict[str, Any]) -> None:
    """Take what the page says; it may scroll anywhere. What cannot be taken is answered, with the value that stays."""
    refused: dict[str, Exception] = {}
    self._by_page = True
    try:
        for name, value in sync_data.items():
            try:
                _check(self, name, value)
            except _FAULTS as error:
                refused[name] = error
        taken = {name: value for name, value in sync_data.items() if name not in refused}
        try:
            anywidget.AnyWidget.set_state(self, taken)
        except _FAULTS as error:
            refused |= dict.fromkeys(taken, error)
    finally:
        self._by_page = False
    if not refused:
        return
    why = next(iter(refused.values()))
    if _CHOOSING.intersection(refused):
        self._error = error_text(why)
    self.send_state([name for name in refused if name in self.keys])
    self.send(error_answer("", -1, why), [])


def _check(self: Any, name: str, value: Any) -> None:
    """Raise what setting a trait from the page would raise, and refuse those that are the kernel's alone."""
    trait = self.traits(sync=True).get(name)
    if trait is None:
        return
    if (name.startswith("_") and name not in _BY_PAGE) or name in getattr(self, "_kernels_alone", ()):
        message = f"Expected {name} from the kernel, was set by the page"
        raise traitlets.TraitError(message)
    parsed = self.trait_metadata(name, "from_json", lambda given, _: given)(value, self)
    trait._validate(self, parsed)  # noqa: SLF001 - as traitlets does when it is set


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


@traitlets.validate("scale")
def known_scale(self: Any, proposal: Any) -> Any:
    """Return a scale that the measure has: relative heat is linear between black and white, whatever it is told."""
    value = proposal["value"]
    if self.measure != HEAT or self._by_page or value in ("linear", self.scale):
        return value
    message = (
        f"scale: Expected 'linear' with measure='heat', which is relative and always linear, was {value!r:.60}; "
        "measure='size' and measure='expected' take every scale"
    )
    raise traitlets.TraitError(message)


def _span(display: Display) -> tuple[int, int]:
    """Return when the data begin and end, with a candle that follows [ns]."""
    ledger = display.session.ledger
    return ledger.start, ledger.end + ledger.timeframe
