"""Priors are equal to their copies on every Python, a ladder, whose median is NaN, too."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from liqwidget.field.density import Prior, density

GIVEN: list[Any] = ["effective", (3.0, 1.0), {10: 0.3, 25: 0.2}]


@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_a_prior_equals_its_copies(given: Any) -> None:
    prior = Prior.parse(given)
    for other in (copy.deepcopy(prior), pickle.loads(pickle.dumps(prior)), Prior.parse(given)):  # noqa: S301 - our own
        assert prior == other
        assert hash(prior) == hash(other)
        assert density(prior, 0.004, "binance", 0.004) is density(other, 0.004, "binance", 0.004)


def test_other_priors_differ() -> None:
    priors = [*map(Prior.parse, GIVEN), Prior.parse({10: 0.3}), Prior.parse((2.5, 1.0))]
    assert len(set(priors)) == len(priors)
    assert priors[0] != "effective"
