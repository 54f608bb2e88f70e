"""The evidence page, written whole: ``python -m tests.evidence.page`` or ``make evidence``; some six minutes.

The prose is `page_prose.md`; a line ``{{name}}`` in it becomes the table of that name (`tests.evidence.page_tables`).
The recorded markets (folder `shared` beside the checkout) are needed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.evidence.page_tables import TABLES
from tests.recorded import BINANCE, FOLDER

PROSE = Path(__file__).with_name("page_prose.md")
PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "evidence.md"
PLACE = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)


def page() -> str:
    """Return the page."""
    return PLACE.sub(lambda place: TABLES[place[1]](), PROSE.read_text(encoding="utf-8"))


def main() -> None:
    """Write the page, or say why not."""
    if not BINANCE.is_dir():
        sys.exit(f"The evidence page needs the recorded markets in a folder {FOLDER.name!r} beside the checkout: none.")
    PAGE.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"Wrote {PAGE.parent.name}/{PAGE.name}\n")


if __name__ == "__main__":
    main()
