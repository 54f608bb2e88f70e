"""Draw all golden pictures anew, after a wanted change: ``python -m tests.refresh_golden``, or ``make golden``."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from liqwidget.widget.empty_figure import KEPT
from liqwidget.widget.figure import kept_text
from tests import chromium
from tests.browser import golden
from tests.raster import test_golden as raster


def main() -> None:
    """Write the empty figure, the pictures of the raster, byte for byte, and those of the whole widget."""
    KEPT.write_text(kept_text() + "\n", encoding="utf-8")
    for name in raster.NAMES:
        (raster.FOLDER / f"{name}.txt").write_text(raster.picture(name), encoding="ascii")
    found = chromium.find()
    if found is None:
        sys.exit(chromium.MISSING)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        for name, heatmap in golden.shots(browser, golden.exported(Path(folder))):
            path = golden.FOLDER / f"{name}.png"
            golden.keep(golden.taken(heatmap).image, path)
            print(f"{path.name}: {path.stat().st_size:,} bytes")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
