"""Kernels that are forked from a process which has imported and computed what each with a heatmap would."""

from __future__ import annotations

import os
import sys
from typing import Any


def prepare(_: list[str]) -> None:
    """Import what a kernel with a heatmap imports, and fill the caches that every kernel would fill anew."""
    import ipykernel.kernelapp  # noqa: F401 - for those who are forked

    fill_caches()


def fill_caches() -> None:
    """Make the simulated market and its ledger, and what heatmaps of it share; load the kernels that are compiled."""
    import bokeh.plotting  # noqa: F401 - for those who are forked

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


def become(asked: list[str]) -> None:
    """Be what the launcher of ipykernel would be, in this process: with the file that says how to connect to it."""
    sys.argv = ["ipykernel_launcher", "-f", *asked]
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
