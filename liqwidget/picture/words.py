"""Words on a picture stand there as they are: what is between dollar signs is no formula."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from matplotlib import rc_context

if TYPE_CHECKING:
    from collections.abc import Callable

Given = ParamSpec("Given")
Result = TypeVar("Result")


def literally(draw: Callable[Given, Result]) -> Callable[Given, Result]:
    """Return a function that draws with Matplotlib, whose words are never read as formulas or as TeX."""

    @functools.wraps(draw)
    def drawn(*given: Given.args, **named: Given.kwargs) -> Result:
        with rc_context({"text.parse_math": False, "text.usetex": False}):
            return draw(*given, **named)

    return drawn
