"""How long a heatmap lives: as long as a cell shows it or somebody holds it, and not longer.

ipywidgets keep every widget until it is closed: a cell that makes a heatmap would, each time it is run again, leave the
heatmap before behind, with its market data, until the kernel ends. A heatmap therefore remembers the cells that made or
showed it, where the front end names them (JupyterLab and Notebook do). It stays in the registry of ipywidgets, and so
alive without any variable, until all of these cells were run again or deleted. What they showed is gone then, so
IPython's own record of it (``Out[n]``, ``_``, ``_n``) is dropped too, and ordinary references decide: held by a
variable, a container or another widget, it goes on working and may be shown again; held by nobody, it is closed, its
feed stops, and its memory is free.

Where cells have no names (scripts, nbclient, callbacks of other widgets) it is kept until it is closed, as any widget.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

from ipywidgets.widgets import widget as registry

from liqwidget.background import freed_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipywidgets import Widget

_OUTPUT = re.compile(r"_(_{0,2}|\d+)")
"""Names under which IPython keeps what cells put out: _, __, ___, _1, _2 ..."""

_lock = freed_in_child(threading.RLock())
_cells: weakref.WeakKeyDictionary[Any, set[str | None]] = weakref.WeakKeyDictionary()
"""Cells that made or showed a widget; None for something without a name, which never ends."""

_hooked: weakref.WeakSet[Any] = weakref.WeakSet()


def shown_here(widget: Widget) -> None:
    """Note that the running cell made a widget or shows it: it is kept until that cell is run again."""
    shell = _shell()
    with _lock:
        _cells.setdefault(widget, set()).add(_cell(shell))
        if widget.comm is not None:
            registry._instances[widget.model_id] = widget  # noqa: SLF001 - where ipywidgets keep what is shown
        if shell is not None and shell not in _hooked:
            _hooked.add(shell)
            shell.events.register("pre_run_cell", _begins)


def after_cell(act: Callable[[], None], most: float) -> None:
    """Act when what the running cell shows is on its way: at its end, or after some time [s] if it runs on by then.

    Where there are no cells, and so no end of one, it is done at once.
    """
    shell = _shell()
    if shell is None:
        act()
        return

    def ended(_result: object = None) -> None:
        timer.cancel()
        with contextlib.suppress(ValueError):
            shell.events.unregister("post_run_cell", ended)
        act()

    timer = threading.Timer(most, ended)
    timer.daemon = True
    shell.events.register("post_run_cell", ended)
    # In a browser, where Python has no threads, it waits for the end.
    with contextlib.suppress(RuntimeError):
        timer.start()


def _shell() -> Any:
    """Return the IPython shell of this process, or None."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _request(shell: Any) -> dict[str, Any]:
    """Return what the front end says of the cell that runs."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else None
    return dict((parent or {}).get("metadata") or {})


def _cell(shell: Any) -> str | None:
    return None if shell is None else _request(shell).get("cellId")


def _begins(info: Any) -> None:
    """Let go of what only the cell that is about to run, or cells that are deleted, had shown."""
    shell = _shell()
    request = _request(shell)
    gone = {getattr(info, "cell_id", None) or request.get("cellId"), *request.get("deletedCells", ())} - {None}
    with _lock:
        ended = [widget for widget, cells in _cells.items() if cells & gone and not cells - gone]
        for cells in _cells.values():
            cells.difference_update(gone)
        for widget in ended:
            registry._instances.pop(widget.model_id if widget.comm is not None else "", None)  # noqa: SLF001
    _forget_outputs(shell, ended)


def _forget_outputs(shell: Any, widgets: Iterable[Any]) -> None:
    """Drop IPython's record of outputs that are widgets which no cell shows any more."""
    gone = {id(widget) for widget in widgets}
    if not gone:
        return
    outputs = shell.user_ns.get("_oh", {})
    for number in [number for number, value in outputs.items() if id(value) in gone]:
        del outputs[number]
    hook = shell.displayhook
    for name in ("_", "__", "___"):
        if id(getattr(hook, name, None)) in gone:
            setattr(hook, name, "")
    for space in (shell.user_ns, shell.user_ns_hidden):
        for name in [name for name, value in space.items() if _OUTPUT.fullmatch(name) and id(value) in gone]:
            if name.strip("_"):
                del space[name]
            else:
                space[name] = ""
