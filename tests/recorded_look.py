"""What the front end makes of colours, numbers, labels, axes and words: `tests/look`, written by its own code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("look")


def cases(file: str, group: str) -> list[tuple[Any, Any]]:
    """Return what is given and what is wanted of it, in a group of cases; NaN is None."""
    known = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))[group]
    return [(case["given"], case["wanted"]) for case in known]


def unknown_as_nan(values: list[Any]) -> list[Any]:
    """Return values with NaN for None."""
    return [float("nan") if value is None else value for value in values]
