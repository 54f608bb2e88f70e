"""What every test shares: folders of its own, the order, and a Chromium for those who ask."""

from __future__ import annotations

import gc
import itertools
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

import tests.hypothesis_profile  # noqa: F401 - takes effect where it is read
from tests import chromium, waiting

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

STORE = "LIQWIDGET_HOME"
ORDER = "ORDER"
"""A variable of the environment: which files share a process, and which come first, is not to matter."""
_FIRST = ("lab", "packaging", "page", "run", "widget", "trust", "accuracy", "venue", "estimate", "picture")
"""Folders that take longest, in this order: the last ones to end are short."""
_PAGES = "tests/browser/page"
_MANY_MODULES = 50
"""Modules that are worth it."""
_numbers, _passed = itertools.count(), {"modules": 0}


def pytest_configure(config: pytest.Config) -> None:
    """Keep the user's Jupyter, IPython and Matplotlib settings out of the tests, and the tests out of them."""
    home = tempfile.TemporaryDirectory(prefix="liqwidget-tests-")
    config.add_cleanup(home.cleanup)
    for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        folder = Path(home.name, variable.lower())
        folder.mkdir()
        os.environ[variable] = str(folder)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    for variable in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "LIQWIDGET_SOURCE"):
        os.environ.pop(variable, None)
    # Kernels and servers that tests start read what others have compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Processes that tests start, kernels among them, keep market data here.
    os.environ[STORE] = str(Path(home.name, "liqwidget"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes longest come first; of the rest each number in `ORDER` shuffles the files in its own way."""
    if os.environ.get(ORDER):
        chance = random.Random(os.environ[ORDER])  # noqa: S311 - no secret
        places = {path: chance.random() for path in sorted({item.path for item in items})}
        items.sort(key=lambda item: places[item.path])
    order = {name: at for at, name in enumerate(_FIRST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays as long as the process: tests ask for it often."""
    _pass_over()


def pytest_runtest_logfinish() -> None:
    """The same for what tests have imported since: a tenth of their processor time went into it."""
    if len(sys.modules) > _passed["modules"] + _MANY_MODULES:
        _pass_over()


def _pass_over() -> None:
    gc.collect()
    gc.freeze()
    _passed["modules"] = len(sys.modules)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run all tests of a folder: they share what takes seconds to make.

    In the quick part those of a page would be waited for by all others: two share them.
    """
    from xdist.scheduler import LoadScopeScheduling

    quick = "not slow" in config.option.markexpr

    class ByFolder(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            folder = str(Path(file).parent)
            if quick and folder == _PAGES:
                return f"{folder} {crc32(file.encode()) % 2}"
            return file if folder == Path(__file__).parent.name else folder

    return ByFolder(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell those who wait how many tests have failed."""
    report = yield
    if report.failed:
        waiting.failed(report.nodeid)
    return report


@pytest.fixture(autouse=True)
def own_store() -> Iterator[None]:
    """Give each test a store of its own, far from the user's; it is made when something is kept in it."""
    shared = os.environ[STORE]
    os.environ[STORE] = f"{shared}-{next(_numbers)}"
    yield
    os.environ[STORE] = shared


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Return a Chromium that runs. A missing browser is a failure, never a skip."""
    found = chromium.find()
    if found is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    return found
