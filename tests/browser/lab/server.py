"""A real JupyterLab server, its notebooks, and a second connection to their kernels."""

from __future__ import annotations

import ast
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking.client import BlockingKernelClient

from tests.forking import ended, forking_kernels, write_kernel
from tests.waiting import PATIENCE_S, eventually

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
    "docmanager-extension/plugin": {"autosave": False},
}
SAVE_WIDGETS = {"saveState": True}
UNUSED = (
    *(f"@jupyterlab/{name}-extension" for name in (
        "audio", "celltags", "completer", "console", "csvviewer", "debugger", "extensionmanager", "fileeditor", "help",
        "htmlviewer", "hub", "imageviewer", "inspector", "launcher", "logconsole", "lsp", "markdownviewer", "mathjax",
        "mermaid", "pdf", "pluginmanager", "running", "settingeditor", "terminal", "theme-dark-high-contrast", "toc",
        "tooltip", "vega5", "video", "workspaces",
    )),
    "@jupyterlab/notebook-extension:toc",
    "@jupyterlab/notebook-extension:language-server",
)  # fmt: skip
"""Parts of JupyterLab that no test needs, and that each page would load and run."""
UNUSED_ON_SERVER = ("jupyter_lsp", "jupyter_server_terminals")
FORKED, FRESH = "python3", "fresh"
"""Names of kernels: notebooks have the first, the other starts as everybody's does."""


class Kernel:
    """A second connection to the kernel of a notebook: reads and sets state without a cell."""

    def __init__(self, connection: Path) -> None:
        eventually(connection.exists)
        self._client = BlockingKernelClient(connection_file=str(connection))
        self._client.load_connection_file()
        self._client.start_channels(iopub=False, stdin=False, hb=False, control=False)

    def value(self, expression: str) -> Any:
        """Return a JSON-like value of an expression in the notebook's namespace."""
        return self._ask("", {"value": f"__import__('json').dumps({expression})"})

    def run(self, code: str) -> None:
        """Run statements in the notebook's namespace."""
        self._ask(code, {"value": "'null'"})

    def begin(self, code: str) -> None:
        """Start to run statements; do not wait for them."""
        self._client.execute(code, silent=True)

    def close(self) -> None:
        """Let go of the connection; the kernel runs on."""
        self._client.stop_channels()

    def _ask(self, code: str, expressions: dict[str, str]) -> Any:
        asked = self._client.execute(code, silent=True, user_expressions=expressions)
        reply = self._client.get_shell_msg(timeout=PATIENCE_S)
        while reply["parent_header"].get("msg_id") != asked:
            reply = self._client.get_shell_msg(timeout=PATIENCE_S)
        answer = reply["content"]
        answer = answer["user_expressions"]["value"] if answer["status"] == "ok" else answer
        if answer["status"] != "ok":
            message = f"{code or expressions['value']}: {answer['ename']}: {answer['evalue']}"
            raise AssertionError(message)
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server."""

    port: int
    folder: Path
    runtime: Path

    def url(self, notebook: str, workspace: str) -> str:
        """Return the address of a notebook in a workspace: a workspace remembers what is open."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{workspace}/tree/{notebook}"

    def write(self, name: str, cells: tuple[str, ...]) -> None:
        """Write a notebook of code cells."""
        # Takes seconds to load.
        import nbformat

        book = nbformat.v4.new_notebook()
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        for number, source in enumerate(cells):
            cell = nbformat.v4.new_code_cell(source)
            cell["id"] = f"cell-{number}"
            book.cells.append(cell)
        nbformat.write(book, self.folder / name)

    @contextmanager
    def kernel(self, notebook: str, name: str = FORKED) -> Iterator[Kernel]:
        """Start the kernel of a notebook, before the page that will use it opens."""
        session = self.request(
            "POST",
            "/api/sessions",
            {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": name}},
        )
        kernel = Kernel(self.runtime / f"kernel-{session['kernel']['id']}.json")
        try:
            yield kernel
        finally:
            kernel.close()
            self.stop_kernels(notebook)

    def connections(self, notebook: str) -> int:
        """Return how many pages are connected to the kernels of a notebook."""
        sessions = self.request("GET", "/api/sessions")
        return sum(session["kernel"]["connections"] for session in sessions if session["path"] == notebook)

    def stop_kernels(self, notebook: str) -> None:
        """End the kernels of a notebook, if any run."""
        for session in self.request("GET", "/api/sessions"):
            if session["path"] == notebook:
                self.request("DELETE", f"/api/sessions/{session['id']}")

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the server's REST interface."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        assert response.status < 300, f"{method} {path}: {response.status} {text!r}"
        return json.loads(text) if text else None


@contextmanager
def running_lab(home: Path) -> Iterator[Lab]:
    """Start JupyterLab with folders of its own, and stop it in the end."""
    folder, runtime, settings = home / "notebooks", home / "runtime", home / "settings"
    folder.mkdir(parents=True)
    write_settings(settings)
    write_kernel(home / "own", FRESH, [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    write_json(home / "config" / "labconfig" / "page_config.json", {"disabledExtensions": dict.fromkeys(UNUSED, True)})
    port = free_port()
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PATH": str(home / "own"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": str(ROOT),
        "LIQWIDGET_SOURCE": "",
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}", "--LabApp.news_url=",
        "--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True",
        *(f"--ServerApp.jpserver_extensions={name}=False" for name in UNUSED_ON_SERVER),
    ]  # fmt: skip
    with (
        (home / "server.log").open("wb") as log,
        forking_kernels(home / "own", FORKED, env=environment, stdout=log, stderr=log),
        ended(command, env=environment, stdout=log, stderr=log) as process,
    ):
        lab = Lab(port, folder, runtime)
        eventually(lambda: (answers(lab, process), Path(log.name).stat().st_size), lambda found: found[0])
        yield lab


def answers(lab: Lab, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the server is up."""
    assert process.poll() is None, f"JupyterLab ended with {process.returncode}: see {lab.folder.parent}/server.log"
    try:
        lab.request("GET", "/api/status")
    except (OSError, HTTPException):
        return False
    return True


def write_settings(folder: Path) -> None:
    """Write JupyterLab's settings: no news prompt, no autosave, widgets saved with the notebook."""
    for name, values in SETTINGS.items():
        extension, plugin = name.split("/")
        write_json(folder / "@jupyterlab" / extension / f"{plugin}.jupyterlab-settings", values)
    write_json(folder / "@jupyter-widgets" / "jupyterlab-manager" / "plugin.jupyterlab-settings", SAVE_WIDGETS)


def write_json(path: Path, values: object) -> None:
    """Write a file of settings and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
