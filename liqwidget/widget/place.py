"""Traits of the place where a heatmap stands: how high it is, and whose clocks it goes by."""

from __future__ import annotations

from typing import Any

from liqwidget.domain.clocks import UTC, checked_timezone
from liqwidget.widget.traits import Checked, Number, synced


class Timezone(Checked):
    """The name of a time zone."""

    info_text = "a time zone"

    def parse(self, value: Any) -> str:
        """Return the name."""
        return checked_timezone(value)


def timezone_trait() -> Any:
    """Return the trait of whose clocks times go by."""
    words = "Whose clocks times go by: 'UTC', 'local', or an IANA name such as 'Europe/Berlin'."
    return synced(Timezone(UTC, help=words))


def height_trait() -> Any:
    """Return the trait of how high a widget is."""
    words = "Of the whole widget [px]; None: that of `layout.height`."
    return synced(Number(None, 240.0, 10_000.0, allow_none=True, help=words))
