"""What a user chooses of what is followed: the coin, the length of a candle, the leverage prior; checked first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from liqwidget.errors import DataError
from liqwidget.field.density import NAMED_PRIORS, Prior
from liqwidget.field.measure import HEAT
from liqwidget.widget.priors import within_caps

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.run.following import Following

CHOSEN = {
    "symbol": "_symbol_chosen", "timeframe": "_timeframe_chosen", "prior": "_prior_chosen", "_prior": "_prior_named",
    "_ladder": "_ladder_set",
}  # fmt: skip
"""Traits that choose, and what then is done."""

_MOST_RUNGS = 100

_ELSEWHERE: dict[str, Any] = {
    "_selected": [], "_selection": None, "as_of": None, "time_range": None, "price_range": None,
}  # fmt: skip


def following(self: Any) -> Following:
    """Return what follows the coin shown."""
    found: Following = self._moving.following
    return found


def begin_anew(self: Any) -> None:
    """Forget what was looked at and selected of the coin before, and amounts under which nothing was drawn."""
    self._thresholds.forget()
    self._share(_ELSEWHERE | ({} if self.measure == HEAT else {"threshold": 0.0}))


def symbol_chosen(self: Any, change: Any) -> None:
    """Read another coin."""
    self._moving.choose(change["new"])


def timeframe_chosen(self: Any, change: Any) -> None:
    """Estimate anew with candles of another length."""
    self._following.choose_timeframe(change["new"])


def prior_chosen(self: Any, change: Any) -> None:
    """Estimate anew with another prior."""
    self._following.choose_prior(change["new"])


def prior_named(self: Any, change: Any) -> None:
    """Take a prior that the page names."""
    if change["new"] in NAMED_PRIORS:
        self.prior = change["new"]


def ladder_set(self: Any, change: Any) -> None:
    """Take the ladder that was set on the page, as the venues allow it; what came of it says `_priors`."""
    if change["new"]:
        try:
            self.prior, said = within_caps(dict(change["new"]), self._following.ledger)
            self._error = said
        finally:
            self._ladder = []


@traitlets.validate("symbol")
def known_symbol(self: Any, proposal: Any) -> str:
    """Return a coin that can be read."""
    return _in_words("symbol", self._moving.checked, proposal["value"])


@traitlets.validate("_prior")
def known_name(self: Any, proposal: Any) -> str:
    """Return a prior's name that stands in the list of the page."""
    name: str = proposal["value"]
    known = [part["name"] for part in self._priors]
    if not self._by_page or name in known:
        return name
    message = f"prior: Expected one of {', '.join(known)}, was {name!r:.60}"
    raise traitlets.TraitError(message)


@traitlets.validate("_ladder")
def known_ladder(_self: Any, proposal: Any) -> list[tuple[float, float]]:
    """Return the rungs of a ladder that can be estimated with."""
    rungs: Any = proposal["value"]
    if len(rungs) > _MOST_RUNGS:
        message = f"prior: Expected a ladder of at most {_MOST_RUNGS} rungs, was {len(rungs):,}"
        raise traitlets.TraitError(message)
    try:
        found = [(float(leverage), float(share)) for leverage, share in rungs]
        if found:
            Prior.parse(dict(found))
    except DataError as error:
        message = f"prior: {error}"
        raise traitlets.TraitError(message) from error
    except (TypeError, ValueError, OverflowError) as error:
        message = f"prior: Expected the rungs of a ladder [[leverage, share], ...] of numbers, was {rungs!r:.60}"
        raise traitlets.TraitError(message) from error
    return found


@traitlets.validate("prior")
def known_prior(self: Any, proposal: Any) -> Any:
    """Return a prior that can be estimated with."""
    return self._following.checked_prior(proposal["value"])


@traitlets.validate("timeframe")
def known_timeframe(self: Any, proposal: Any) -> str:
    """Return a length of a candle that can be had."""
    return _in_words("timeframe", self._following.checked, proposal["value"])


def _in_words(name: str, checked: Callable[[Any], str], value: Any) -> str:
    try:
        return checked(value)
    except DataError as error:
        message = f"{name}: {error}"
        raise traitlets.TraitError(message) from error
