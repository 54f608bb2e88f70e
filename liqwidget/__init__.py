"""liqwidget: a zoomable crypto liquidation heatmap in one notebook cell, and Python objects of what is selected on it.

Where things are: `domain` the nouns, `market` where data come from, `field` and `estimate` the mathematics, `raster`
numbers to pixels, `study` levels, clusters, profile and selections, `trust` how far to believe them, `decide` what to
do about it, `run` what follows live data, `widget` the anywidget and exports, `picture` what is drawn without a page,
`heatmap` the face.
"""

from __future__ import annotations

import copyreg
import importlib
import sys

import lazy_loader

from liqwidget.domain.in_file import InFile

__version__ = "0.1.0"

# What the names are, and where they come from, stands in `__init__.pyi`: each is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# `domain` may not estimate, and what is loaded from a file is estimated again.
InFile.files = "liqwidget.run.ledger_file"

# lazy_loader makes the package an object that pickle cannot name: functions of a notebook go to workers by it.
copyreg.pickle(type(sys.modules[__name__]), lambda module: (importlib.import_module, (module.__name__,)))
