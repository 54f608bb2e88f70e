"""Run the offline notebooks and save their outputs for nbval: ``python -m tests.refresh_notebooks``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def refresh(path: Path) -> None:
    """Run one notebook from top to bottom and save it."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, store_widget_state=False, resources=where).execute()
    nbformat.write(portable(notebook), path)


def portable(notebook: NotebookNode) -> NotebookNode:
    """Drop what differs from run to run, and widget views: without their saved model they open as an error."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return notebook


def main() -> None:
    """Refresh every notebook that is not named live."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if "live" not in path.name:
            refresh(path)
            print(f"Refreshed {path.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
