"""The table of a watchlist on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
from traitlets import Dict, Enum, List, Unicode

from liqwidget.widget import checked_traits
from liqwidget.widget.assets import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable


class WatchlistTable(anywidget.AnyWidget):
    """Rows of markets; a click on one asks for its heatmap."""

    _esm = STATIC / "watchlist.js"
    _css = STATIC / "watchlist.css"
    _by_page, _kernels_alone = False, frozenset({"rows", "opened", "note"})
    set_state = checked_traits.take_state
    rows = List(Dict(), help="One per market.").tag(sync=True)
    opened = Unicode("", help="The symbol whose heatmap stands below; '' for none.").tag(sync=True)
    note = Unicode("", help="A sentence under the table.").tag(sync=True)
    theme = Enum(
        ("auto", "light", "dark"), "auto", help="Of the table: 'auto' follows the page, 'light' and 'dark' do not."
    ).tag(sync=True)

    def on_open(self, callback: Callable[[str], None]) -> None:
        """Call back with the symbol of a row that is clicked."""

        def heard(_widget: Any, content: Any, _buffers: Any) -> None:
            symbol = content.get("open") if isinstance(content, dict) else None
            if isinstance(symbol, str) and any(row.get("symbol") == symbol for row in self.rows):
                callback(symbol)

        self.on_msg(heard)
