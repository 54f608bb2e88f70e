"""Find a Firefox for the browser tests, or install one where we may: ``python -m tests.firefox``.

Any Firefox speaks WebDriver BiDi, so no driver is needed, and no build of Playwright's own.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chromium import attempt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

NAMES = ("firefox", "firefox-esr")
OLDEST = 140
"""The oldest that these tests take: that of the oldest Debian with a Firefox that Playwright can speak with."""
MISSING = (
    f"Expected a Firefox {OLDEST} or newer for this test, found none that starts. Looked on PATH for "
    f"{' and '.join(NAMES)}. Install one (on Debian: apt-get install firefox-esr) and run the test again."
)
RELAY = Path(__file__).with_name("browser") / "firefox_relay.py"
QUIET: dict[str, str | float | bool] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
}
"""Settings with which it asks the network for nothing of its own."""
SPARING: dict[str, str | float | bool] = {
    "browser.newtab.preload": False,
    "dom.ipc.processPrelaunch.enabled": False,
}
"""Settings with which it starts no process before one is needed."""


def find() -> Path | None:
    """Return the first Firefox on PATH that runs and is new enough."""
    candidates = (Path(found) for found in map(shutil.which, NAMES) if found)
    return next((candidate for candidate in candidates if version(candidate) >= OLDEST), None)


def version(executable: Path) -> int:
    """Return the version of a Firefox; 0 if it does not start: some distributions put a stub of that name on PATH."""
    try:
        said = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"Firefox (\d+)", said.stdout)
    return int(found[1]) if found else 0


@contextmanager
def running(playwright: Playwright, executable: Path, folder: Path) -> Iterator[Browser]:
    """Start Firefox without a screen, through the relay; what it saves, and the relay's script, go to `folder`."""
    script = folder / "firefox"
    script.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(RELAY), str(executable)])} "$@"\n')
    script.chmod(0o755)
    # With this name Playwright takes a Firefox that it has not built, and speaks WebDriver BiDi with it.
    browser = playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=script,
        firefox_user_prefs=QUIET | SPARING,
        downloads_path=folder,
        timeout=0,
    )
    try:
        yield browser
    finally:
        browser.close()


def install() -> None:
    """Install the system's Firefox, where we are root and know how."""
    if os.geteuid() != 0:
        print("Not root, so the system's package manager is left alone.", file=sys.stderr)
    elif shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        attempt(["apt-get", "update"], environment)
        # Debian's name; on Ubuntu what is called firefox brings a snap, which no container runs.
        attempt(["apt-get", "install", "-y", "--no-install-recommends", "firefox-esr"], environment)
    elif shutil.which("dnf"):
        attempt(["dnf", "install", "-y", "firefox"], dict(os.environ))
    elif shutil.which("apk"):
        attempt(["apk", "add", "firefox-esr"], dict(os.environ))


def main() -> None:
    """Make sure that a Firefox runs, or say that the tests in it will be skipped."""
    if find() is None:
        install()
    found = find()
    print(f"Tests in Firefox use {found}" if found else f"Tests in Firefox will be skipped. {MISSING}", file=sys.stderr)


if __name__ == "__main__":
    main()
