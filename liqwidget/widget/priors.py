"""What the leverage priors are called where a user chooses one."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

from liqwidget.domain.leverage import FLOOR_DISTANCE
from liqwidget.errors import DataError
from liqwidget.field.density import NAMED_PRIORS, Prior, venue_density

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.domain.ledger import Ledger, VenueLedger

_ROUNDING = 1e-9

_LABELS = {"effective": "Effective leverage", "isolated": "Isolated margin", "nominal": "Nominal leverage"}
_MEANINGS = {
    "effective": "Cross margin and spare collateral keep most liquidations far away, so amounts near price are small",
    "isolated": "As measured for isolated positions, so amounts near price are larger",
    "nominal": "The leverage button alone, as other sites assume, so amounts near price are far too large",
    "own": "Your own median and spread of leverage",
}
_LADDER = "These leverages alone, without spare collateral, so amounts stand in bands at fixed distances, far too large"
NEAR = 0.05
"""How far from its entry a liquidation counts as near."""


def prior_label(prior: Prior) -> str:
    """Return what a prior is called."""
    if prior.ladder:
        return "Ladder " + ", ".join(f"{leverage:g}x" for leverage, _ in prior.ladder)
    return _LABELS.get(prior.name, f"Own: {prior.median:g}x, {prior.sigma:g}")


def near_share(prior: Prior) -> float:
    """Return the share of what is open that is liquidated within `NEAR` of its entry, whatever the venue's rules."""
    if prior.ladder:
        return math.fsum(share for leverage, share in prior.ladder if leverage >= 1 / NEAR)
    return 0.5 * math.erfc((math.log(1 / NEAR) - math.log(prior.median)) / (prior.sigma * math.sqrt(2)))


def within_caps(ladder: Mapping[float, float], ledger: Ledger) -> tuple[dict[float, float], str]:
    """Return a ladder as all venues allow it, and a sentence where that is another one.

    A rung above the highest leverage of the strictest venue counts as that leverage.
    """
    caps = {part.venue: _most(part) for part in ledger}
    venue = min(caps, key=caps.__getitem__)
    cap = caps[venue]
    found: dict[float, float] = {}
    for leverage, share in ladder.items():
        rung = min(leverage, float(cap))
        found[rung] = found.get(rung, 0.0) + share
    if max(ladder, default=0.0) <= cap:
        return found, ""
    return found, f"{venue} allows {cap}x at most: higher leverages of the ladder count as {cap}x"


def _most(part: VenueLedger) -> int:
    """Return the highest whole leverage that a ladder may have on a venue."""
    nearest = max(part.minimum_distance, FLOOR_DISTANCE) + part.maintenance_margin_rate
    for leverage in range(math.floor(1 / nearest + _ROUNDING), 1, -1):
        with contextlib.suppress(DataError):
            venue_density(part, Prior.parse({leverage: 1.0}))
            return leverage
    return 1


def prior_state(prior: Prior) -> dict[str, Any]:
    """Return the traits of a chosen prior and those to choose from, as the front end reads them."""
    named = [Prior.parse(name) for name in NAMED_PRIORS]
    choices = named if prior in named else [*named, prior]
    return {
        "_priors": [
            {
                "name": part.name,
                "label": prior_label(part),
                "title": _title(part),
                "code": _code(part),
                "rungs": [list(rung) for rung in reversed(part.ladder)],
            }
            for part in choices
        ],
        "_prior": prior.name,
    }


def _code(prior: Prior) -> str:
    """Return Python that names it, as `LiqHeatmap` takes it."""
    if prior.ladder:
        return repr(dict(prior.ladder))
    return f'"{prior.name}"' if prior.name in NAMED_PRIORS else repr((prior.median, prior.sigma))


def _title(prior: Prior) -> str:
    meaning = _LADDER if prior.ladder else _MEANINGS.get(prior.name, _MEANINGS["own"])
    of = "" if prior.ladder else f" (median {prior.median:g}x)"
    return f"{meaning}: {near_share(prior):.0%} of what is open is liquidated within {NEAR:.0%} of its entry{of}."
