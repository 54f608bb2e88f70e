"""Draw every picture of the site into docs/pictures: ``python -m docs.draw``, or ``make pictures``.

A picture is made by the code that stands above it on its page, so that what a reader copies is what was run; those of
the controls are taken of the widget in a Chromium. None of them is committed: the market is simulated and the same
everywhere.
"""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
_CODE = re.compile(r"^```python\n(.*?)^```$|!\[[^\]]*\]\((?:\.\./)?pictures/([\w-]+\.png)\)", re.MULTILINE | re.DOTALL)
"""A block of Python, or a picture."""


def blocks(page: str) -> list[str]:
    """Return the code of a page that draws pictures: all up to its last block that names a file of its pictures."""
    found = [(code, name) for code, name in _CODE.findall(page)]
    shown = {name for _, name in found if name}
    codes = [code for code, _ in found if code]
    draws = [at for at, code in enumerate(codes) if any(f'"{name}"' in code for name in shown)]
    return codes[: draws[-1] + 1] if draws else []


def draw(page: Path) -> None:
    """Run the code of a page in the folder of pictures."""
    code = "".join(blocks(page.read_text(encoding="utf-8")))
    names: dict[str, Any] = {"__name__": page.stem}
    with contextlib.chdir(PICTURES), contextlib.redirect_stdout(sys.stderr):
        exec(compile(code, str(page), "exec"), names)  # noqa: S102 - what the page tells readers to run


def main() -> None:
    """Draw what pages tell how to draw, and take the controls' pictures."""
    mpl.use("agg")
    PICTURES.mkdir(exist_ok=True)
    from docs import photograph  # Playwright's loop comes before those of heatmaps

    photograph.take(PICTURES)
    for page in sorted(DOCS.rglob("*.md")):
        draw(page)
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
