"""Find a Chromium for the browser tests, or install one: ``python -m tests.chromium``."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Letters as their font draws them, whatever the machine's settings of hinting and of coloured edges.
    "--font-render-hinting=none",
    "--disable-lcd-text",
)
SHORT_LIVED = "--js-flags=--initial-heap-size=256 --min-semi-space-size=32 --single-threaded-gc"
"""For pages that live for seconds: what they leave is collected seldom, and by no threads beside those of the tests.

Where it matters that nothing is left, a test has it collected; what measures speed or memory has it as users do.
"""
MISSING = (
    "Expected a Chromium for the browser tests, found none that starts. Looked on PATH for "
    f"{', '.join(NAMES)} and for Playwright's own. Install one of them and run `make browser` again."
)
DOWNLOAD_LIMIT_S = 240


def find() -> Path | None:
    """Return the first Chromium that runs: one on PATH, else Playwright's own."""
    on_path = (Path(found) for found in map(shutil.which, NAMES) if found)
    return next((candidate for candidate in itertools.chain(on_path, playwrights_own()) if runs(candidate)), None)


def playwrights_own() -> Iterator[Path]:
    """Yield where Playwright's own Chromium would be, which takes it a process to say."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    yield path


def runs(executable: Path) -> bool:
    """Tell whether `executable` starts: some distributions put a stub of that name on PATH."""
    if not executable.exists():
        return False
    try:
        done = subprocess.run([executable, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def opens_a_page(executable: Path) -> bool:
    """Tell whether `executable` opens a page without a screen: this needs the system's libraries too."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS), timeout=60_000)
            browser.new_page().goto("about:blank")
            browser.close()
    except Error as error:
        print(f"{executable} does not open a page: {error.message.splitlines()[0]}", file=sys.stderr)
        return False
    return True


def install() -> None:
    """Install a Chromium: Playwright's own, else the system's when we may."""
    environment = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "20000", **os.environ}
    attempt([sys.executable, "-m", "playwright", "install", "chromium"], environment)
    found = find()
    if found is not None and opens_a_page(found):
        return
    if os.geteuid() != 0:
        print("Not root, so the system's package manager is left alone.", file=sys.stderr)
    elif shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        attempt(["apt-get", "update"], environment)
        attempt(["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"], environment)
    elif shutil.which("dnf"):
        attempt(["dnf", "install", "-y", "chromium"], dict(os.environ))
    elif shutil.which("apk"):
        attempt(["apk", "add", "chromium"], dict(os.environ))


def attempt(command: list[str], environment: dict[str, str]) -> None:
    """Run `command` and say so if it fails; what counts is whether a browser runs in the end."""
    print("+", *command, file=sys.stderr)
    try:
        done = subprocess.run(command, env=environment, timeout=DOWNLOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        print(f"Gave up after {DOWNLOAD_LIMIT_S} s.", file=sys.stderr)
        return
    if done.returncode != 0:
        print(f"Failed with exit code {done.returncode}.", file=sys.stderr)


def main() -> int:
    """Make sure that a Chromium runs; return the exit code."""
    found = find()
    if found is None or not opens_a_page(found):
        install()
        found = find()
    if found is None or not opens_a_page(found):
        print(MISSING, file=sys.stderr)
        return 1
    print(f"Browser tests use {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
