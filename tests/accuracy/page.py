"""The accuracy page, written whole: ``python -m tests.accuracy.page`` or ``make accuracy``; a minute or two.

The prose is `page_prose.md`; a line ``{{name}}`` in it becomes the table of that name (`tests.accuracy.page_tables`).
Nothing in the page depends on the day it is made, and what draws at random has a fixed seed. The recorded markets
(folder `shared` beside the checkout) are needed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.accuracy.page_tables import RECORDED, SIMULATED
from tests.recorded import BINANCE, FOLDER

PROSE = Path(__file__).with_name("page_prose.md")
PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "accuracy.md"
PLACE = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)


def page() -> str:
    """Return the page."""
    tables = {**SIMULATED, **RECORDED}

    def table(place: re.Match[str]) -> str:
        sys.stderr.write(f"Making {place[1]}\n")
        return tables[place[1]]()

    return PLACE.sub(table, PROSE.read_text(encoding="utf-8"))


def main() -> None:
    """Write the page, or say why not."""
    if not BINANCE.is_dir():
        sys.exit(f"The accuracy page needs the recorded markets in a folder {FOLDER.name!r} beside the checkout: none.")
    PAGE.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"Wrote {PAGE.parent.name}/{PAGE.name}\n")


if __name__ == "__main__":
    main()
