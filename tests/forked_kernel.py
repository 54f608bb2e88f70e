"""Kernels that are forked from a process which has imported and computed what each would: seconds for each notebook.

Jupyter starts this file in the place of a kernel. It asks that process for one, passes interrupts on to it, and
ends when it does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
from typing import Any


def ask(door: str, connection_file: str) -> None:
    """Ask for a kernel, and stay as long as it does."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(door)
        asked = {"file": connection_file, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
        signal.signal(signal.SIGINT, lambda *_: line.send(b"i"))
        line.sendall(json.dumps(asked).encode() + b"\n")
        while line.recv(1):
            pass


def serve(door: str) -> None:
    """Fork a kernel for each who asks, until the standard input ends."""
    with socket.socket(socket.AF_UNIX) as listener:
        # Who asks from now on waits.
        listener.bind(door)
        listener.listen()
        prepare()
        assert threading.active_count() == 1, f"Expected no thread before a fork, were {threading.enumerate()}"
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            line, _ = listener.accept()
            said = line.makefile("rb").readline()
            if said and os.fork() == 0:
                listener.close()
                become_a_kernel(line, json.loads(said))
            line.close()


def prepare() -> None:
    """Import what a kernel with a heatmap imports, and fill the caches that every kernel would fill anew."""
    import bokeh.plotting  # noqa: F401 - for those who are forked
    import ipykernel.kernelapp  # noqa: F401 - same

    from liqwidget import LiqHeatmap, find_clusters, uncertainty  # noqa: F401 - same
    from liqwidget.field.density import DEFAULT_PRIOR, Prior
    from liqwidget.market.read import read
    from liqwidget.run.reckoning import reckoned
    from liqwidget.widget.assets import bokeh_gzip, code_gzip, on_demand_gzip
    from liqwidget.widget.empty_figure import empty_document_json
    from liqwidget.widget.session import Session, Settings

    for cached in (bokeh_gzip, code_gzip, on_demand_gzip, empty_document_json):
        cached()
    for symbol in ("BTC", "ETH"):
        source, ledger = reckoned(read(symbol, "sample"), Prior.parse(DEFAULT_PRIOR))
        session = Session(ledger, source.markets)
        session.base_frame(Settings())
        find_clusters(ledger)
        uncertainty(ledger)


def become_a_kernel(line: socket.socket, asked: dict[str, object]) -> None:
    """Be what the launcher of ipykernel would be, in this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(str(asked["folder"]))
    environment = asked["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=obey, args=(line,), daemon=True).start()
    sys.argv = ["ipykernel_launcher", "-f", str(asked["file"])]
    import pandas as pd
    from ipykernel.kernelapp import IPKernelApp
    from ipywidgets import register_comm_target

    app: Any = IPKernelApp.instance()
    app.initialize()
    # What ipywidgets does as it is imported, if there is a kernel by then.
    register_comm_target(app.kernel)
    # What pandas does as it is imported in a kernel, which is no terminal.
    pd.set_option("display.max_columns", 20)
    app.start()
    os._exit(0)


def obey(line: socket.socket) -> None:
    """Take an interrupt that is passed on; end when nobody is there any more."""
    while line.recv(1):
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(1)


if __name__ == "__main__":
    # A kernel looks for modules beside the notebook, not beside this file.
    del sys.path[0]
    if len(sys.argv) == 3:
        ask(sys.argv[1], sys.argv[2])
    else:
        serve(sys.argv[1])
