"""The rooms of the house: what each holds, and whom it may import.

`tests/test_architecture.py` holds the tree to it, and the table in CONTRIBUTING.md is made of it:
``python -m tests.rooms`` writes the table anew.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- rooms: written by `python -m tests.rooms` -->", "<!-- /rooms -->"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of the tree."""

    folder: str
    """From the root."""
    holds: str
    files: dict[str, str]
    """By name without its ending, what a reader looks for in it."""
    may_import: tuple[str, ...] | None = ()
    """Other parts of the package; None stands for all."""


_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _room(entry: dict[str, Any]) -> Room:
    allowed = entry.get("may_import", ())
    return Room(entry["folder"], entry["holds"], entry["files"], None if allowed == "all" else tuple(allowed))


ROOMS = tuple(_room(entry) for entry in _DATA["room"])
"""The lower floors first. All may import `errors` and `look`."""

NO_CIRCLE = ("errors", "look", "background")
"""Modules of the first room that are below all others."""

FRONT_END = tuple(_room(entry) for entry in _DATA["front_end"])
"""The same of `js/src`."""

OTHERS: dict[str, str] = _DATA["others"]
"""Folders that hold no code of the package."""


def parts() -> dict[str, set[str] | None]:
    """Return, for each part of the package (`domain`, `heatmap`), the other parts that it may import; None is all."""
    found: dict[str, set[str] | None] = {name: set() for name in NO_CIRCLE}
    found |= {name: None for name in (*ROOMS[0].files, "__init__") if name not in NO_CIRCLE}
    for room in ROOMS[1:]:
        part = room.folder.split("/")[1]
        others = found.setdefault(part, {"errors", "look"})
        if others is not None and room.may_import is not None:
            others |= set(room.may_import)
    return found


def table() -> str:
    """Return the table of rooms as Markdown."""
    rows = ["| folder | holds | may import |", "| --- | --- | --- |"]
    for room in (*ROOMS, *FRONT_END):
        files = "; ".join(f"`{name}` {what}" for name, what in room.files.items())
        below = "all" if room.may_import is None else ", ".join(f"`{part}`" for part in room.may_import)
        below = below or ("`errors`" if room in ROOMS else "")
        rows.append(f"| `{room.folder}/` | {room.holds}: {files} | {below} |")
    rows += [f"| `{name}` | {what} | |" for name, what in OTHERS.items()]
    return "\n".join(rows)


def written(guide: str) -> str:
    """Return the text of CONTRIBUTING.md with the table of this file in its place."""
    before, _, rest = guide.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
