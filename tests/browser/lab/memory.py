"""What a heatmap holds: the objects and bytes of its kernel, and the heap, nodes and listeners of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.lab.server import Kernel

KERNEL = """
def held():
    import gc
    from bokeh.document import Document
    from ipywidgets.widgets.widget import _instances
    from liqwidget.widget.view import HeatmapWidget
    from liqwidget.domain.ledger import VenueLedger
    gc.collect()
    try:
        import ctypes
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        pass
    kinds = [type(one) for one in gc.get_objects()]
    resident = int(open("/proc/self/statm").read().split()[1]) * 4096
    return {
        "heatmaps": sum(issubclass(kind, HeatmapWidget) for kind in kinds),
        "ledgers": kinds.count(VenueLedger),
        "documents": kinds.count(Document),
        "objects": len(kinds),
        "widgets": len(_instances),
        "resident": resident,
    }
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Counts, and megabytes."""

    heatmaps: int
    ledgers: int
    documents: int
    objects: int
    widgets: int
    resident: float
    heap: float
    buffers: float
    nodes: int
    listeners: int

    def minus(self, other: Held) -> dict[str, float]:
        """Return by how much each has grown."""
        return {name: round(getattr(self, name) - getattr(other, name), 2) for name in self.__slots__}


def held(page: Page, kernel: Kernel) -> Held:
    """Measure after the garbage of both sides is collected."""
    kernel.run(KERNEL)
    there = kernel.value("held()")
    session = page.context.new_cdp_session(page)
    try:
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        heap: dict[str, Any] = session.send("Runtime.getHeapUsage")
        dom: dict[str, Any] = session.send("Memory.getDOMCounters")
    finally:
        session.detach()
    return Held(
        **{**there, "resident": there["resident"] / 1e6},
        heap=heap["usedSize"] / 1e6,
        buffers=heap.get("backingStorageSize", 0) / 1e6,
        nodes=dom["nodes"],
        listeners=dom["jsEventListeners"],
    )
