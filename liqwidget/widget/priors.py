"""What the leverage priors are called where a user chooses one."""

from __future__ import annotations

from typing import Any

from liqwidget.field.density import NAMED_PRIORS, Prior

_LABELS = {"effective": "Effective leverage", "isolated": "Isolated margin", "nominal": "Nominal leverage"}
_MEANINGS = {
    "effective": "How far liquidations really are, with cross margin and spare collateral",
    "isolated": "As measured for isolated positions",
    "nominal": "The leverage button alone, as other sites assume: too near and too much",
}


def prior_label(prior: Prior) -> str:
    """Return what a prior is called."""
    if prior.ladder:
        return "Ladder " + ", ".join(f"{leverage:g}x" for leverage, _ in prior.ladder)
    return _LABELS.get(prior.name, f"Own: {prior.median:g}x, {prior.sigma:g}")


def prior_state(prior: Prior) -> dict[str, Any]:
    """Return the traits of a chosen prior and those to choose from, as the front end reads them."""
    named = [Prior.parse(name) for name in NAMED_PRIORS]
    choices = named if prior in named else [*named, prior]
    return {
        "_priors": [
            {"name": part.name, "label": prior_label(part), "title": _title(part), "code": _code(part)}
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
    if prior.ladder:
        return "A ladder of nominal leverages, by the venue's margin rules"
    return f"{_MEANINGS.get(prior.name, 'Your own prior')}: median {prior.median:g}x, sigma {prior.sigma:g}"
