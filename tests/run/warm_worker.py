"""What each worker of a Dask cluster would import and load anew, done once in the process that workers are forked from.

It is imported there, and nowhere else.
"""

import importlib

from liqwidget.decide.looks import looks
from liqwidget.domain.time import HOUR
from liqwidget.estimate.estimator import estimate
from tests.markets import walk

for name in ("distributed", "dask.dataframe", "fsspec", "liqwidget.run.batch", "pyarrow.parquet"):
    importlib.import_module(name)
# Kernels are loaded when they are first called.
list(looks(estimate(walk(0, 60, "1h").market()), HOUR))
